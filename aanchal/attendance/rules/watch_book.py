"""The compiled book-keeping around the watch's inner loop: state in, state out, a signal's numbers.

What a sentence needs (the run, the totals, the last marked days) is not carried through the inner
loop but read from the planes when a signal is raised, and once at the end.
"""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

import numpy as np
from numba import njit

from .lanes import (
    add,
    as_real,
    as_word,
    bits_and,
    bits_or,
    leading_zeros,
    left,
    most,
    ones,
    pick,
    right,
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
    DUE,
    DUE_ONE,
    GAIN,
    GONE,
    HIT,
    ILL,
    MARKED,
    MARKED_BITS,
    NORMAL,
    RECENT_DAYS,
    RUN,
    SEEN_DAYS,
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
        w = work[b * BLOCK : (b + 1) * BLOCK]
        r = reals[(start + b) * REALS * LANES : (start + b + 1) * REALS * LANES]
        u = wholes[(start + b) * WHOLES * LANES : (start + b + 1) * WHOLES * LANES]
        for j in range(REALS * LANES):
            w[j] = as_word(r[j])
        for j in range(LANES):
            w[ASKED + j] = bits_and(u[RUN + j], np.uint32(1))
            w[ABSENT + j] = np.uint32(0)
            w[MARKED + j] = np.uint32(0)
            w[HIT + j] = np.uint32(0)
            usual = r[USUAL + j]
            out_now = r[ILL + j] + r[GONE + j]
            d = r[SLIDE + j]
            as_usual = r[NORMAL + j] >= out_now + d
            slide_due = most(usual, np.float32(SLIDE_DUE))
            due = pick(as_usual, usual, pick(out_now > d, np.float32(AWAY_DUE), slide_due))
            due = pick(r[GAIN + j] == zero, base_rate, due)
            w[DUE + j] = np.uint32(np.int32(due * grain))


@njit(cache=True, nogil=True)
def load_word(work, first, last, offset, size, absent, marked, word):
    """Bring 32 days of a class's planes into its blocks."""
    for b in range(first, last):
        at = b * BLOCK
        row = (b - first) * LANES
        for j in range(min(LANES, size - row)):
            m = marked[offset + row + j, word]
            work[at + MARKED + j] = m
            work[at + ABSENT + j] = bits_and(absent[offset + row + j, word], m)


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
    class_wholes,
):
    """Fill one signal's numbers; returns the length of the run."""
    bases, run_word = _run_since(
        child, day, u, wholes, absent, marked, ordinals, before_came, before_marks, breaks
    )
    totals = _totals(child, day, wholes[u + TOTALS], absent, marked)
    run = np.int64(bits_and(right(run_word, np.uint32(1)), np.uint32(0x3FFF)))
    came = (class_wholes[c, 2] - np.int64(right(bases, np.uint32(16)))) & 0xFFFF
    marks = (class_wholes[c, 3] - np.int64(bits_and(bases, np.uint32(0xFFFF)))) & 0xFFFF

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
def leave(
    work,
    first,
    last,
    start,
    offset,
    size,
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
    """Put a class's moved state back, and bring its children's whole numbers up to date."""
    if days == 0:
        return
    # The column from which on at most the last 32 taken days lie.
    earliest = days
    known = 0
    while earliest > 0 and known < SEEN_DAYS:
        earliest -= 1
        shift = np.uint32(earliest & 31)
        known += np.int64(bits_and(right(taken[earliest >> 5], shift), np.uint32(1)))
    for b in range(first, last):
        w = work[b * BLOCK : (b + 1) * BLOCK]
        r = reals[(start + b) * REALS * LANES : (start + b + 1) * REALS * LANES]
        u = wholes[(start + b) * WHOLES * LANES : (start + b + 1) * WHOLES * LANES]
        for j in range(REALS * LANES):
            r[j] = as_real(w[j])
        if known == 0:
            for j in range(LANES):
                u[RUN + j] = bits_or(bits_and(u[RUN + j], np.uint32(0xFFFFFFFE)), w[ASKED + j])
    if known == 0:
        return
    for word in range(earliest >> 5, ((days - 1) >> 5) + 1):
        load_word(work, first, last, offset, size, absent, marked, word)
        for day in range(max(earliest, 32 * word), min(days, 32 * word + 32)):
            shift = np.uint32(day & 31)
            if bits_and(right(taken[word], shift), np.uint32(1)) == 0:
                continue
            for b in range(first, last):
                w = work[b * BLOCK : (b + 1) * BLOCK]
                u = wholes[(start + b) * WHOLES * LANES : (start + b + 1) * WHOLES * LANES]
                for j in range(LANES):
                    m = bits_and(right(w[MARKED + j], shift), np.uint32(1))
                    a = bits_and(right(w[ABSENT + j], shift), np.uint32(1))
                    u[MARKED_BITS + j] = bits_or(left(u[MARKED_BITS + j], np.uint32(1)), m)
                    u[ABSENT_BITS + j] = bits_or(left(u[ABSENT_BITS + j], np.uint32(1)), a)
    for b in range(first, last):
        place = (start + b) * WHOLES * LANES
        row = (b - first) * LANES
        for j in range(min(LANES, size - row)):
            child = offset + row + j
            u = place + j
            bases, run_word = _run_since(
                child,
                days - 1,
                u,
                wholes,
                absent,
                marked,
                ordinals,
                before_came,
                before_marks,
                breaks,
            )
            wholes[u + TOTALS] = _totals(child, days - 1, wholes[u + TOTALS], absent, marked)
            wholes[u + BASES] = bases
            wholes[u + RUN] = bits_or(run_word, work[b * BLOCK + ASKED + j])
