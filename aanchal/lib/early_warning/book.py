"""The compiled book-keeping around the rule: a signal's numbers, and what is carried for them.

What a sentence needs (the run, the totals, the last marked days) is not carried through the inner
loop but read from the planes when a signal is raised, and once at the end.
"""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

import numpy as np

from .compiled import njit
from .lanes import LANES
from .layout import (
    ABSENT,
    ABSENT_BITS,
    AFTER_BREAK,
    BASES,
    BEFORE_CAME,
    BEFORE_MARKS,
    DAY_BOOK,
    FIRST_COLUMN,
    FREE,
    MARKED,
    MARKED_BITS,
    NONE,
    RECENT_DAYS,
    ROW_WHOLES,
    RUN,
    SEEN_DAYS,
    TOTALS,
)
from .rows import remember_rows, spread_eights
from .words import (
    add,
    bits_and,
    bits_or,
    differ,
    eight_bytes,
    equal,
    leading_zeros,
    left,
    load,
    ones,
    pick,
    right,
    store,
    sub,
    trailing_zeros,
)


@njit(cache=True, nogil=True)
def load_words(absent, marked, firsts, sizes, rows, word, words_absent, words_marked):
    """Bring 32 days of a group's planes side by side: a row holds one child of each class."""
    words = absent.shape[1]
    for lane in range(LANES):
        child = firsts[lane] * words + word
        for row in range(sizes[lane]):
            store(words_absent, row * LANES + lane, load(absent, child))
            store(words_marked, row * LANES + lane, load(marked, child))
            child += words
        for row in range(sizes[lane], rows):
            store(words_absent, row * LANES + lane, np.uint32(0))
            store(words_marked, row * LANES + lane, np.uint32(0))


@njit(cache=True, nogil=True)
def spread_marks(marks, firsts, sizes, rows, eights, truths):
    """One day's marks as the truths of column 0.

    marks: uint8, a code of `Mark` a child, and eight bytes more. eights: uint64, one a lane.
    """
    for row in range(0, rows, 8):
        for lane in range(LANES):
            known = sizes[lane] - row
            if known <= 0:
                eights[lane] = np.uint64(0)
                continue
            word = eight_bytes(marks, firsts[lane] + row)
            if known < 8:
                word &= (np.uint64(1) << np.uint64(8 * known)) - np.uint64(1)
            eights[lane] = word
        spread_eights(eights, rows, row, truths)


@njit(cache=True, nogil=True)
def _absent_after_present(absent, marked):
    """Absences above the newest presence of a word, and whether there was a presence."""
    present = sub(marked, absent)
    top = sub(np.uint32(32), leading_zeros(present))  # 0..32: what is above it goes by two steps
    half = right(top, np.uint32(1))
    other = sub(top, half)
    return left(left(right(right(absent, half), other), half), other), present


@njit(cache=True, nogil=True)
def _run_since(child, upto, at, lane, wholes, absent, marked, ordinals, book):
    """The run up to and with column `upto`: (bases, run word without `asked`).

    A child who is not marked keeps her run; so the last marked day decides.
    """
    length = np.uint32(0)
    earliest = -1
    ended = False
    word = upto >> 5
    keep = right(NONE, np.uint32(31 - (upto & 31)))
    while word >= 0 and not ended:
        m = bits_and(marked[child, word], keep)
        above, present = _absent_after_present(bits_and(absent[child, word], m), m)
        ended = present != 0
        if above != 0:
            length = add(length, ones(above))
            earliest = 32 * word + np.int64(trailing_zeros(above))
        keep = NONE
        word -= 1
    return _run_word(
        length, earliest, ended, wholes[at + BASES], wholes[at + RUN], lane, ordinals, book
    )


@njit(cache=True, nogil=True)
def _run_word(length, earliest, ended, old_bases, old, lane, ordinals, book):
    """A run of `length` absences from column `earliest` on, joined to what was carried."""
    old_length = bits_and(right(old, np.uint32(1)), np.uint32(0x3FFF))
    if not ended and old_length != 0:
        total = min(np.int64(old_length) + np.int64(length), 0x3FFF)
        since = bits_and(old, np.uint32(0xFFFF8000))
        return old_bases, bits_or(since, left(np.uint32(total), np.uint32(1)))
    if length == 0:
        if ended:
            return np.uint32(0), np.uint32(0)
        return old_bases, bits_and(old, np.uint32(0xFFFFFFFE))
    day = earliest * DAY_BOOK + lane
    bases = bits_or(
        left(book[day + BEFORE_CAME], np.uint32(16)),
        bits_and(book[day + BEFORE_MARKS], np.uint32(0xFFFF)),
    )
    since = bits_or(
        left(np.uint32(ordinals[earliest]), np.uint32(16)),
        left(book[day + AFTER_BREAK], np.uint32(15)),
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
            m = bits_and(m, right(NONE, np.uint32(31 - (upto & 31))))
        a_days = add(a_days, ones(bits_and(absent[child, word], m)))
        m_days = add(m_days, ones(m))
    return add(old, bits_or(left(a_days, np.uint32(16)), m_days))


@njit(cache=True, nogil=True)
def fill_signal(
    out, child, day, at, lane, wholes, absent, marked, ordinals, taken, book, came_all, marks_all
):
    """Fill one signal's numbers but its child and channel.

    at: the child's place in `wholes`. taken: words of 32 columns × lanes.
    """
    bases, run_word = _run_since(child, day, at, lane, wholes, absent, marked, ordinals, book)
    totals = _totals(child, day, wholes[at + TOTALS], absent, marked)
    run = np.int64(bits_and(right(run_word, np.uint32(1)), np.uint32(0x3FFF)))
    came = (np.int64(came_all) - np.int64(right(bases, np.uint32(16)))) & 0xFFFF
    marks = (np.int64(marks_all) - np.int64(bits_and(bases, np.uint32(0xFFFF)))) & 0xFFFF

    # Her last marked days, within the taken days that are remembered bit by bit.
    recent_a = 0
    recent_m = 0
    looked = 0
    column = day
    while column >= 0 and looked < SEEN_DAYS and recent_m < RECENT_DAYS:
        shift = np.uint32(column & 31)
        word = column >> 5
        if bits_and(right(taken[word * LANES + lane], shift), np.uint32(1)) != 0:
            looked += 1
            m = bits_and(right(np.uint32(marked[child, word]), shift), np.uint32(1))
            a = bits_and(right(np.uint32(absent[child, word]), shift), m)
            recent_m += np.int64(m)
            recent_a += np.int64(a)
        column -= 1
    back = 0
    while back < SEEN_DAYS and looked < SEEN_DAYS and recent_m < RECENT_DAYS:
        shift = np.uint32(back)
        recent_m += np.int64(bits_and(right(wholes[at + MARKED_BITS], shift), np.uint32(1)))
        recent_a += np.int64(bits_and(right(wholes[at + ABSENT_BITS], shift), np.uint32(1)))
        looked += 1
        back += 1
    out[1] = day
    out[2] = ordinals[day]
    out[4] = run
    out[5] = np.int64(right(run_word, np.uint32(15)))
    out[6] = came
    out[7] = marks - run
    out[8] = np.int64(right(totals, np.uint32(16)))
    out[9] = np.int64(bits_and(totals, np.uint32(0xFFFF)))
    out[10] = recent_a
    out[11] = recent_m


@njit(cache=True, nogil=True)
def leave_one_day(wholes, at, rows, truths, ordinal, taken, book):
    """Bring a group's whole numbers up to date after a single day, sixteen classes at a time."""
    u0 = np.uint32(0)
    u1 = np.uint32(1)
    most_run = np.uint32(0x3FFF)
    for row in range(rows):
        u = at + row * ROW_WHOLES
        all_m = np.uint32(truths[(FIRST_COLUMN + MARKED) * rows + row])
        all_a = np.uint32(truths[(FIRST_COLUMN + ABSENT) * rows + row])
        all_asked = np.uint32(truths[FREE * rows + row]) ^ np.uint32(0xFFFF)
        for lane in range(LANES):
            shift = np.uint32(lane)
            m = bits_and(right(all_m, shift), u1)
            a = bits_and(right(all_a, shift), u1)
            was_taken = bits_and(load(taken, lane), u1)
            is_m = differ(m, u0)
            is_a = differ(a, u0)
            bits = left(load(wholes, u + MARKED_BITS + lane), was_taken)
            store(wholes, u + MARKED_BITS + lane, bits_or(bits, m))
            bits = left(load(wholes, u + ABSENT_BITS + lane), was_taken)
            store(wholes, u + ABSENT_BITS + lane, bits_or(bits, a))
            totals = load(wholes, u + TOTALS + lane)
            store(wholes, u + TOTALS + lane, add(totals, bits_or(left(a, np.uint32(16)), m)))
            bases_now = bits_or(
                left(load(book, BEFORE_CAME + lane), np.uint32(16)),
                bits_and(load(book, BEFORE_MARKS + lane), np.uint32(0xFFFF)),
            )
            began = bits_or(
                left(np.uint32(ordinal), np.uint32(16)),
                bits_or(left(load(book, AFTER_BREAK + lane), np.uint32(15)), np.uint32(2)),
            )
            old = load(wholes, u + RUN + lane)
            bases = load(wholes, u + BASES + lane)
            length = bits_and(right(old, u1), most_run)
            since = bits_and(old, np.uint32(0xFFFF8000))
            longer = pick(equal(length, most_run), most_run, add(length, u1))
            grown = bits_or(since, left(longer, u1))
            fresh = equal(length, u0)
            run = pick(is_a, pick(fresh, began, grown), u0)
            run = pick(is_m, run, bits_and(old, np.uint32(0xFFFFFFFE)))
            kept = pick(is_a, pick(fresh, bases_now, bases), u0)
            store(wholes, u + BASES + lane, pick(is_m, kept, bases))
            asked = bits_and(right(all_asked, shift), u1)
            store(wholes, u + RUN + lane, bits_or(run, asked))


@njit(cache=True, nogil=True)
def begin_closing(closing, places):
    """Nothing counted yet. closing: uint32, four words for each place of the group."""
    for place in range(places):
        store(closing, place, np.uint32(0))
        store(closing, places + place, np.uint32(0))
        store(closing, 2 * places + place, NONE)
        store(closing, 3 * places + place, np.uint32(0))


@njit(cache=True, nogil=True)
def count_word(closing, places, words_absent, words_marked, word, last_column):
    """Count 32 days for closing: totals, the run's length and first column, any presence."""
    totals, length, earliest, ended = 0, places, 2 * places, 3 * places
    u0 = np.uint32(0)
    from_column = np.uint32(32 * word)
    keep = NONE
    if last_column < 32 * word + 31:
        keep = right(NONE, np.uint32(31 - (last_column & 31)))
    for place in range(places):
        m = bits_and(load(words_marked, place), keep)
        a = bits_and(load(words_absent, place), m)
        counted = bits_or(left(ones(a), np.uint32(16)), ones(m))
        store(closing, totals + place, add(load(closing, totals + place), counted))
        above, present = _absent_after_present(a, m)
        came = differ(present, u0)
        before = load(closing, length + place)
        begun = load(closing, earliest + place)
        first = pick(differ(above, u0), add(from_column, trailing_zeros(above)), NONE)
        store(closing, earliest + place, pick(came | equal(before, u0), first, begun))
        store(closing, length + place, add(ones(above), pick(came, u0, before)))
        store(closing, ended + place, bits_or(load(closing, ended + place), present))


@njit(cache=True, nogil=True)
def close(wholes, at, rows, truths, ordinals, book, closing):
    """Bring a group's totals and runs up to date after many days at once."""
    u1 = np.uint32(1)
    places = rows * LANES
    for row in range(rows):
        asked = np.uint32(truths[FREE * rows + row]) ^ np.uint32(0xFFFF)
        u = at + row * ROW_WHOLES
        place = row * LANES
        for lane in range(LANES):
            total = add(load(wholes, u + TOTALS + lane), load(closing, place + lane))
            store(wholes, u + TOTALS + lane, total)
        for lane in range(LANES):
            bases, run = _run_word(
                load(closing, places + place + lane),
                np.int64(load(closing, 2 * places + place + lane)),
                load(closing, 3 * places + place + lane) != 0,
                load(wholes, u + BASES + lane),
                load(wholes, u + RUN + lane),
                lane,
                ordinals,
                book,
            )
            store(wholes, u + BASES + lane, bases)
            now = bits_and(right(asked, np.uint32(lane)), u1)
            store(wholes, u + RUN + lane, bits_or(run, now))


@njit(cache=True, nogil=True)
def remember(
    wholes, at, rows, days, absent, marked, firsts, sizes, taken, words_absent, words_marked, steps
):
    """Her marks on the last 32 taken days of her class, from as many columns as hold them."""
    last_word = (days - 1) >> 5
    from_word = last_word
    while from_word > 0 and not _remembers(taken, from_word, last_word):
        from_word -= 1
    for word in range(from_word, last_word + 1):
        load_words(absent, marked, firsts, sizes, rows, word, words_absent, words_marked)
        columns = min(32, days - 32 * word)
        for column in range(columns):
            for lane in range(LANES):
                by = np.uint32(column)
                step = bits_and(right(load(taken, word * LANES + lane), by), np.uint32(1))
                store(steps, column * LANES + lane, step)
        remember_rows(wholes, at, rows, words_absent, words_marked, steps, columns)


@njit(cache=True, nogil=True)
def _remembers(taken, from_word, last_word):
    """Whether the words hold 32 taken days of every class, so that older ones are shifted out."""
    for lane in range(LANES):
        count = 0
        for word in range(from_word, last_word + 1):
            count += np.int64(ones(taken[word * LANES + lane]))
        if count < SEEN_DAYS:
            return False
    return True
