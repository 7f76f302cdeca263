"""The compiled book-keeping around the watch's inner loop: state in, state out, a signal's numbers.

What a sentence needs (the run, the totals, the last marked days) is not carried through the inner
loop but read from the planes when a signal is raised, and once at the end.
"""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

import numpy as np

from ..compiled import njit
from .lanes import (
    add,
    as_real,
    as_word,
    bits_and,
    bits_or,
    differ,
    equal,
    leading_zeros,
    left,
    load,
    most,
    ones,
    pick,
    right,
    store,
    sub,
    trailing_zeros,
)
from .watch_layout import (
    ABSENT,
    ABSENT_BITS,
    ASKED,
    AWAY_DUE,
    BASES,
    BLOCK,
    COUNTED,
    DUE,
    DUE_ONE,
    EARLIEST,
    ENDED,
    GAIN,
    GONE,
    HIT,
    ILL,
    LENGTH,
    MARKED,
    MARKED_BITS,
    NORMAL,
    RECENT_DAYS,
    RUN,
    SEEN_A,
    SEEN_DAYS,
    SEEN_M,
    SLIDE,
    SLIDE_DUE,
    TOTALS,
    USUAL,
)
from .watch_state import LANES, REALS, WHOLES


@njit(cache=True, nogil=True, error_model="numpy")
def enter(work, blocks, start, reals, wholes, base_rate):
    """Lay the state of a group's blocks out for moving, with what is expected of each child."""
    zero = np.float32(0.0)
    grain = np.float32(DUE_ONE)
    for b in range(blocks):
        w = b * BLOCK
        r = (start + b) * REALS * LANES
        u = (start + b) * WHOLES * LANES
        for j in range(REALS * LANES):
            store(work, w + j, as_word(load(reals, r + j)))
        for j in range(LANES):
            store(work, w + ASKED + j, bits_and(load(wholes, u + RUN + j), np.uint32(1)))
            store(work, w + ABSENT + j, np.uint32(0))
            store(work, w + MARKED + j, np.uint32(0))
            store(work, w + HIT + j, np.uint32(0))
            usual = load(reals, r + USUAL + j)
            out_now = load(reals, r + ILL + j) + load(reals, r + GONE + j)
            d = load(reals, r + SLIDE + j)
            as_usual = load(reals, r + NORMAL + j) >= out_now + d
            slide_due = most(usual, np.float32(SLIDE_DUE))
            due = pick(as_usual, usual, pick(out_now > d, np.float32(AWAY_DUE), slide_due))
            due = pick(load(reals, r + GAIN + j) == zero, base_rate, due)
            store(work, w + DUE + j, np.uint32(np.int32(due * grain)))


@njit(cache=True, nogil=True)
def load_word(work, edges, classes, offsets, sizes, at_class, absent, marked, word):
    """Bring 32 days of a group's planes into its blocks."""
    words = absent.shape[1]
    for i in range(classes):
        offset = offsets[at_class + i]
        left_over = sizes[at_class + i]
        for b in range(edges[i], edges[i + 1]):
            at = b * BLOCK
            child = offset * words + word
            for j in range(min(LANES, left_over)):
                m = load(marked, child + j * words)
                store(work, at + MARKED + j, m)
                store(work, at + ABSENT + j, bits_and(load(absent, child + j * words), m))
            offset += LANES
            left_over -= LANES


@njit(cache=True, nogil=True)
def _run_since(child, upto, u, wholes, absent, marked, ordinals, before_came, before_marks, breaks):
    """The run up to and with column `upto`: (bases, run word without `asked`).

    A child who is not marked keeps her run; so the last marked day decides.
    """
    length = np.uint32(0)
    earliest = -1
    ended = False
    word = upto >> 5
    keep = right(np.uint32(0xFFFFFFFF), np.uint32(31 - (upto & 31)))
    while word >= 0 and not ended:
        m = bits_and(marked[child, word], keep)
        a = bits_and(absent[child, word], m)
        present = sub(m, a)
        if present != 0:
            top = sub(np.uint32(32), leading_zeros(present))  # 1..32
            half = right(top, np.uint32(1))
            high = right(right(a, half), sub(top, half))
            a = left(left(high, half), sub(top, half))
            ended = True
        if a != 0:
            length = add(length, ones(a))
            earliest = 32 * word + np.int64(trailing_zeros(a))
        keep = np.uint32(0xFFFFFFFF)
        word -= 1
    old = wholes[u + RUN]
    old_length = bits_and(right(old, np.uint32(1)), np.uint32(0x3FFF))
    if not ended and old_length != 0:
        total = min(np.int64(old_length) + np.int64(length), 0x3FFF)
        packed = bits_or(bits_and(old, np.uint32(0xFFFF8000)), left(np.uint32(total), np.uint32(1)))
        return wholes[u + BASES], packed
    if earliest < 0:
        if ended:
            return np.uint32(0), np.uint32(0)
        return wholes[u + BASES], bits_and(old, np.uint32(0xFFFFFFFE))
    bases = bits_or(
        left(np.uint32(before_came[earliest]), np.uint32(16)),
        bits_and(np.uint32(before_marks[earliest]), np.uint32(0xFFFF)),
    )
    since = bits_or(
        left(np.uint32(ordinals[earliest]), np.uint32(16)),
        left(np.uint32(breaks[earliest]), np.uint32(15)),
    )
    return bases, bits_or(since, left(length, np.uint32(1)))


@njit(cache=True, nogil=True)
def _totals(child, upto, old, absent, marked):
    """Absent and marked days so far, packed, up to and with column `upto`."""
    a_days = np.uint32(0)
    m_days = np.uint32(0)
    for word in range((upto >> 5) + 1):
        m = marked[child, word]
        if word == upto >> 5:
            m = bits_and(m, right(np.uint32(0xFFFFFFFF), np.uint32(31 - (upto & 31))))
        a_days = add(a_days, ones(bits_and(absent[child, word], m)))
        m_days = add(m_days, ones(m))
    return add(old, bits_or(left(a_days, np.uint32(16)), m_days))


@njit(cache=True, nogil=True)
def fill_signal(
    row,
    child,
    c,
    day,
    u,
    wholes,
    absent,
    marked,
    ordinals,
    taken,
    before_came,
    before_marks,
    breaks,
    came_all,
    marks_all,
):
    """Fill one signal's numbers; returns the length of the run."""
    bases, run_word = _run_since(
        child, day, u, wholes, absent, marked, ordinals, before_came, before_marks, breaks
    )
    totals = _totals(child, day, wholes[u + TOTALS], absent, marked)
    run = np.int64(bits_and(right(run_word, np.uint32(1)), np.uint32(0x3FFF)))
    came = (np.int64(came_all) - np.int64(right(bases, np.uint32(16)))) & 0xFFFF
    marks = (np.int64(marks_all) - np.int64(bits_and(bases, np.uint32(0xFFFF)))) & 0xFFFF

    # Her last marked days, within the taken days that are remembered bit by bit.
    recent_a = 0
    recent_m = 0
    looked = 0
    at = day
    while at >= 0 and looked < SEEN_DAYS and recent_m < RECENT_DAYS:
        shift = np.uint32(at & 31)
        if bits_and(right(taken[at >> 5], shift), np.uint32(1)) != 0:
            looked += 1
            m = bits_and(right(marked[child, at >> 5], shift), np.uint32(1))
            a = bits_and(right(absent[child, at >> 5], shift), m)
            recent_m += np.int64(m)
            recent_a += np.int64(a)
        at -= 1
    back = 0
    while back < SEEN_DAYS and looked < SEEN_DAYS and recent_m < RECENT_DAYS:
        shift = np.uint32(back)
        recent_m += np.int64(bits_and(right(wholes[u + MARKED_BITS], shift), np.uint32(1)))
        recent_a += np.int64(bits_and(right(wholes[u + ABSENT_BITS], shift), np.uint32(1)))
        looked += 1
        back += 1
    row[0] = child
    row[1] = day
    row[2] = ordinals[day]
    row[4] = run
    row[5] = np.int64(right(run_word, np.uint32(15)))
    row[6] = came
    row[7] = marks - run
    row[8] = np.int64(right(totals, np.uint32(16)))
    row[9] = np.int64(bits_and(totals, np.uint32(0xFFFF)))
    row[10] = recent_a
    row[11] = recent_m
    return run


@njit(cache=True, nogil=True)
def _leave_one_day(work, first, last, start, wholes, ordinal, before_came, before_marks, brk):
    """`leave` after a single taken day, sixteen children at a time."""
    u0 = np.uint32(0)
    u1 = np.uint32(1)
    most_run = np.uint32(0x3FFF)
    bases_now = bits_or(
        left(np.uint32(before_came), np.uint32(16)),
        bits_and(np.uint32(before_marks), np.uint32(0xFFFF)),
    )
    began = bits_or(
        left(np.uint32(ordinal), np.uint32(16)),
        bits_or(left(np.uint32(brk), np.uint32(15)), np.uint32(2)),
    )
    for b in range(first, last):
        at = b * BLOCK
        u = (start + b) * WHOLES * LANES
        for j in range(LANES):
            m = bits_and(load(work, at + MARKED + j), u1)
            a = bits_and(load(work, at + ABSENT + j), u1)
            is_m = differ(m, u0)
            is_a = differ(a, u0)
            bits = load(wholes, u + MARKED_BITS + j)
            store(wholes, u + MARKED_BITS + j, bits_or(left(bits, u1), m))
            bits = load(wholes, u + ABSENT_BITS + j)
            store(wholes, u + ABSENT_BITS + j, bits_or(left(bits, u1), a))
            totals = load(wholes, u + TOTALS + j)
            store(wholes, u + TOTALS + j, add(totals, bits_or(left(a, np.uint32(16)), m)))
            old = load(wholes, u + RUN + j)
            bases = load(wholes, u + BASES + j)
            length = bits_and(right(old, u1), most_run)
            since = bits_and(old, np.uint32(0xFFFF8000))
            longer = pick(equal(length, most_run), most_run, add(length, u1))
            grown = bits_or(since, left(longer, u1))
            fresh = equal(length, u0)
            run = pick(is_a, pick(fresh, began, grown), u0)
            run = pick(is_m, run, bits_and(old, np.uint32(0xFFFFFFFE)))
            kept = pick(is_a, pick(fresh, bases_now, bases), u0)
            store(wholes, u + BASES + j, pick(is_m, kept, bases))
            store(wholes, u + RUN + j, bits_or(run, load(work, at + ASKED + j)))


@njit(cache=True, nogil=True)
def leave(
    work,
    edges,
    classes,
    at_class,
    starts,
    offsets,
    sizes,
    days,
    reals,
    wholes,
    absent,
    marked,
    ordinals,
    taken,
    before_came,
    before_marks,
    breaks,
):
    """Put a group's moved state back, and bring its children's whole numbers up to date.

    The state is copied out first; its fields in `work` then hold what is counted here.
    """
    start = starts[at_class]
    for b in range(edges[classes]):
        at = b * BLOCK
        r = (start + b) * REALS * LANES
        for j in range(REALS * LANES):
            store(reals, r + j, as_real(load(work, at + j)))
    if days == 1:
        for i in range(classes):
            first, last = edges[i], edges[i + 1]
            if taken[0, i] != 0:
                _leave_one_day(
                    work, first, last, start, wholes, ordinals[0], before_came[0, i],
                    before_marks[0, i], breaks[0, i],
                )  # fmt: skip
        return

    u0 = np.uint32(0)
    u1 = np.uint32(1)
    none = np.uint32(0xFFFFFFFF)
    for b in range(edges[classes]):
        at = b * BLOCK
        u = (start + b) * WHOLES * LANES
        for j in range(LANES):
            store(work, at + COUNTED + j, load(wholes, u + TOTALS + j))
            store(work, at + SEEN_A + j, load(wholes, u + ABSENT_BITS + j))
            store(work, at + SEEN_M + j, load(wholes, u + MARKED_BITS + j))
            store(work, at + LENGTH + j, u0)
            store(work, at + EARLIEST + j, none)
            store(work, at + ENDED + j, u0)

    # Backwards: totals, and the run with the column it began in.
    keep = right(none, np.uint32(31 - ((days - 1) & 31)))
    for back in range((days + 31) >> 5):
        word = ((days - 1) >> 5) - back
        load_word(work, edges, classes, offsets, sizes, at_class, absent, marked, word)
        from_column = np.uint32(32 * word)
        for b in range(edges[classes]):
            at = b * BLOCK
            for j in range(LANES):
                m = bits_and(load(work, at + MARKED + j), keep)
                a = bits_and(load(work, at + ABSENT + j), keep)
                counted = bits_or(left(ones(a), np.uint32(16)), ones(m))
                store(work, at + COUNTED + j, add(load(work, at + COUNTED + j), counted))
                present = sub(m, a)
                top = sub(np.uint32(32), leading_zeros(present))
                half = right(top, u1)
                other = sub(top, half)
                above = left(left(right(right(a, half), other), half), other)
                over = differ(load(work, at + ENDED + j), u0)
                above = pick(over, u0, above)
                length = add(load(work, at + LENGTH + j), ones(above))
                column = add(from_column, trailing_zeros(above))
                earliest = load(work, at + EARLIEST + j)
                store(work, at + LENGTH + j, length)
                store(work, at + EARLIEST + j, pick(differ(above, u0), column, earliest))
                store(work, at + ENDED + j, bits_or(load(work, at + ENDED + j), present))
        keep = none

    # Forwards over the last 32 taken days of each class: her marks bit by bit.
    for word in range((days + 31) >> 5):
        load_word(work, edges, classes, offsets, sizes, at_class, absent, marked, word)
        for i in range(classes):
            later = 0
            for other_word in range(word + 1, (days + 31) >> 5):
                later += np.int64(ones(taken[other_word, i]))
            bits = taken[word, i]
            while bits != 0 and later + np.int64(ones(bits)) > SEEN_DAYS:
                bits = bits_and(bits, sub(bits, u1))
            while bits != 0:
                shift = trailing_zeros(bits)
                bits = bits_and(bits, sub(bits, u1))
                for b in range(edges[i], edges[i + 1]):
                    at = b * BLOCK
                    for j in range(LANES):
                        m = bits_and(right(load(work, at + MARKED + j), shift), u1)
                        a = bits_and(right(load(work, at + ABSENT + j), shift), u1)
                        seen_m = left(load(work, at + SEEN_M + j), u1)
                        seen_a = left(load(work, at + SEEN_A + j), u1)
                        store(work, at + SEEN_M + j, bits_or(seen_m, m))
                        store(work, at + SEEN_A + j, bits_or(seen_a, a))

    for i in range(classes):
        for b in range(edges[i], edges[i + 1]):
            at = b * BLOCK
            u = (start + b) * WHOLES * LANES
            for j in range(LANES):
                store(wholes, u + TOTALS + j, load(work, at + COUNTED + j))
                store(wholes, u + ABSENT_BITS + j, load(work, at + SEEN_A + j))
                store(wholes, u + MARKED_BITS + j, load(work, at + SEEN_M + j))
            for j in range(LANES):
                length = load(work, at + LENGTH + j)
                ended = load(work, at + ENDED + j) != 0
                asked = load(work, at + ASKED + j)
                old = load(wholes, u + RUN + j)
                old_length = bits_and(right(old, u1), np.uint32(0x3FFF))
                if length == 0:
                    if ended:
                        store(wholes, u + BASES + j, u0)
                        store(wholes, u + RUN + j, asked)
                    else:
                        kept = bits_and(old, np.uint32(0xFFFFFFFE))
                        store(wholes, u + RUN + j, bits_or(kept, asked))
                elif not ended and old_length != 0:
                    total = min(np.int64(old_length) + np.int64(length), 0x3FFF)
                    since = bits_and(old, np.uint32(0xFFFF8000))
                    grown = bits_or(since, left(np.uint32(total), u1))
                    store(wholes, u + RUN + j, bits_or(grown, asked))
                else:
                    column = load(work, at + EARLIEST + j)
                    bases = bits_or(
                        left(before_came[column, i], np.uint32(16)),
                        bits_and(before_marks[column, i], np.uint32(0xFFFF)),
                    )
                    since = bits_or(
                        left(np.uint32(ordinals[column]), np.uint32(16)),
                        left(breaks[column, i], np.uint32(15)),
                    )
                    store(wholes, u + BASES + j, bases)
                    grown = bits_or(since, left(length, u1))
                    store(wholes, u + RUN + j, bits_or(grown, asked))
