"""The compiled watch: groups of sixteen classes, moved day by day while their state stays near.

Every operation of the rule (`watch_rows.py`) is on float32 in one written order, and each class is
summed from its first child to its last. So the result depends neither on which classes are moved
side by side, nor on the number of threads, nor on whether days come one by one.
"""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

import math

import numpy as np

from .book import (
    begin_closing,
    close,
    count_word,
    fill_signal,
    leave_one_day,
    load_words,
    remember,
    spread_marks,
)
from .compiled import njit
from .lanes import LANES
from .layout import (
    ASK_GONE,
    ASK_SLIDE,
    CAME_ALL,
    CLASS_COUNTS,
    CLASS_FIELDS,
    DAY_BOOK,
    FREE,
    GONE,
    HIT,
    ILL,
    LAST_ON,
    MARKS_ALL,
    NORMAL,
    P_IN_ILL,
    P_SCORE_GONE,
    P_SCORE_SLIDE,
    ROW_REALS,
    ROW_SCRATCH,
    ROW_WHOLES,
    SLIDE,
    TAKEN,
    TRUTHS,
    UNUSUAL,
)
from .rows import (
    fetch_rows,
    move_classes,
    move_rows,
    move_rows_after_break,
    open_rows,
    settle_rows,
    spread_bits,
    sum_rows,
)
from .state import CLASS_REALS, CLASS_WHOLES


@njit(cache=True, nogil=True)
def fortnight_of(ordinal):
    """The number of a day's fortnight; they begin on a Monday (2000-01-03 is day 2)."""
    return (ordinal + 12) // 14


@njit(cache=True, nogil=True)
def on_a_line(size, kind):
    """Zeros in memory whose address is a multiple of 64."""
    whole = np.zeros(size + LANES, kind)
    skip = (-whole.ctypes.data % 64) // 4
    return whole[skip : skip + size]


@njit(cache=True, nogil=True, error_model="numpy")
def watch_groups(
    first, last, row_starts, members, sizes, offsets, absent, marked, ordinals, reals, wholes,
    class_wholes, class_reals, p, urgent_run, least_days, break_days, asks, out, scores,
):  # fmt: skip
    """Move groups first..last over the days of their planes; return the number of signals.

    members: int64, groups × 16, the class in each lane or -1. absent, marked: uint32, children ×
    words of 32 days. ordinals: int32, a day each. asks: float32, class × (gone, slide, unusual).
    Signals go to `out` (int32 rows) and `scores` (log odds), in no promised order.
    """
    days = ordinals.size
    widest = widest_of(row_starts, first, last)
    # Every array that is moved sixteen numbers at a time begins on a line of the cache.
    scratch = on_a_line(widest * ROW_SCRATCH, np.float32)
    truths = np.empty(widest * TRUTHS, np.uint16)
    words_absent = on_a_line(widest * LANES, np.uint32)
    words_marked = on_a_line(widest * LANES, np.uint32)
    closing = on_a_line(4 * widest * LANES, np.uint32)
    steps = on_a_line(32 * LANES, np.uint32)
    held = on_a_line(CLASS_FIELDS, np.float32)
    counts = on_a_line(CLASS_COUNTS, np.uint32)
    book = on_a_line(days * DAY_BOOK, np.uint32)
    taken = on_a_line(((days + 31) >> 5) * LANES, np.uint32)
    firsts = np.zeros(LANES, np.int64)
    held_sizes = np.zeros(LANES, np.int64)
    count = 0
    for group in range(first, last):
        rows = row_starts[group + 1] - row_starts[group]
        at = row_starts[group] * ROW_REALS
        whole_at = row_starts[group] * ROW_WHOLES
        take_classes(
            members[group], offsets, sizes, class_reals, class_wholes, asks, held, counts,
            firsts, held_sizes,
        )  # fmt: skip
        open_rows(reals, at, wholes, whole_at, rows, scratch, truths, held, p)
        begin_closing(closing, rows * LANES)
        taken[:] = np.uint32(0)
        fortnight = -1
        for day in range(days):
            column = day & 31
            if column == 0:
                load_words(
                    absent, marked, firsts, held_sizes, rows, day >> 5, words_absent, words_marked
                )
                spread_bits(words_absent, words_marked, rows, truths)
                count_word(closing, rows * LANES, words_absent, words_marked, day >> 5, days - 1)
            if fortnight_of(ordinals[day]) != fortnight:
                fortnight = fortnight_of(ordinals[day])
                due = due_to_settle(counts, fortnight)
                if due != 0:
                    settle_rows(reals, at, wholes, whole_at, rows, scratch, held, p, due)
            if sum_rows(rows, scratch, truths, column, held) == 0:
                continue  # nobody took a register
            hits = move(
                reals, at, wholes, whole_at, rows, scratch, truths, column, held, counts, book,
                day, taken, ordinals[day], break_days, p,
            )  # fmt: skip
            if hits == 0:
                continue
            count = ask(
                rows, truths, firsts, absent, marked, False, day, ordinals, taken, book, counts,
                reals, at, wholes, whole_at, p, urgent_run, least_days, out, scores, count,
            )  # fmt: skip
        close(wholes, whole_at, rows, truths, ordinals, book, closing)
        remember(
            wholes, whole_at, rows, days, absent, marked, firsts, held_sizes, taken,
            words_absent, words_marked, steps,
        )  # fmt: skip
        give_classes(members[group], class_reals, class_wholes, held, counts)
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def watch_one_day(
    first, last, row_starts, members, sizes, offsets, marks, ordinals, reals, wholes,
    class_wholes, class_reals, p, urgent_run, least_days, break_days, asks, out, scores,
):  # fmt: skip
    """`watch_groups` for a single day, of which the memory is read and written once.

    marks: uint8, a code a child, and eight bytes more. ordinals: int32, the one day.
    """
    widest = widest_of(row_starts, first, last)
    scratch = on_a_line(widest * ROW_SCRATCH, np.float32)
    truths = np.empty(widest * TRUTHS, np.uint16)
    held = on_a_line(CLASS_FIELDS, np.float32)
    counts = on_a_line(CLASS_COUNTS, np.uint32)
    book = on_a_line(DAY_BOOK, np.uint32)
    taken = on_a_line(LANES, np.uint32)
    firsts = np.zeros(LANES, np.int64)
    held_sizes = np.zeros(LANES, np.int64)
    eights = np.empty(LANES, np.uint64)
    one_absent = np.ones((1, 1), np.uint32)  # a signal is raised on an absence
    fortnight = fortnight_of(ordinals[0])
    count = 0
    for group in range(first, last):
        rows = row_starts[group + 1] - row_starts[group]
        at = row_starts[group] * ROW_REALS
        whole_at = row_starts[group] * ROW_WHOLES
        take_classes(
            members[group], offsets, sizes, class_reals, class_wholes, asks, held, counts,
            firsts, held_sizes,
        )  # fmt: skip
        open_rows(reals, at, wholes, whole_at, rows, scratch, truths, held, p)
        fetch_rows(reals, at + rows * ROW_REALS, wholes, whole_at + rows * ROW_WHOLES, rows)
        spread_marks(marks, firsts, held_sizes, rows, eights, truths)
        due = due_to_settle(counts, fortnight)
        if due != 0:
            settle_rows(reals, at, wholes, whole_at, rows, scratch, held, p, due)
        if sum_rows(rows, scratch, truths, 0, held) != 0:
            taken[:] = np.uint32(0)
            hits = move(
                reals, at, wholes, whole_at, rows, scratch, truths, 0, held, counts, book,
                0, taken, ordinals[0], break_days, p,
            )  # fmt: skip
            if hits != 0:
                count = ask(
                    rows, truths, firsts, one_absent, one_absent, True, 0, ordinals, taken, book,
                    counts, reals, at, wholes, whole_at, p, urgent_run, least_days, out, scores,
                    count,
                )  # fmt: skip
            leave_one_day(wholes, whole_at, rows, truths, ordinals[0], taken, book)
        give_classes(members[group], class_reals, class_wholes, held, counts)
    return count


@njit(cache=True, nogil=True)
def widest_of(row_starts, first, last):
    widest = 0
    for group in range(first, last):
        widest = max(widest, row_starts[group + 1] - row_starts[group])
    return widest


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def move(
    reals, at, wholes, whole_at, rows, scratch, truths, column, held, counts, book, day, taken,
    ordinal, break_days, p,
):  # fmt: skip
    """Move a group by one summed day; not 0 where a child may be asked after."""
    after_break = move_classes(
        held, counts, book, day * DAY_BOOK, taken, (day >> 5) * LANES, np.uint32(ordinal),
        np.uint32(1) << np.uint32(column), np.uint32(max(break_days, 1)), p,
    )  # fmt: skip
    if after_break != 0:
        return move_rows_after_break(
            reals, at, wholes, whole_at, rows, scratch, truths, column, held, p
        )
    return move_rows(reals, at, wholes, whole_at, rows, scratch, truths, column, held, p)


@njit(cache=True, nogil=True, error_model="numpy")
def ask(
    rows, truths, firsts, absent, marked, is_one_day, day, ordinals, taken, book, counts, reals, at,
    wholes, whole_at, p, urgent_run, least_days, out, scores, count,
):  # fmt: skip
    """Put down the signals of a group's day after those already there; return how many there are.

    Few days ask anything, so the asking stands apart from the moving. is_one_day: the planes hold
    one absence, the same for every child.
    """
    for row in range(rows):
        hit = np.int64(truths[HIT * rows + row])
        while hit != 0:
            lane = lowest(hit)
            hit &= hit - 1
            signal = out[count]
            child = firsts[lane] + row
            fill_signal(
                signal, 0 if is_one_day else child, day, whole_at + row * ROW_WHOLES + lane, lane,
                wholes, absent, marked, ordinals, taken, book, counts[CAME_ALL + lane],
                counts[MARKS_ALL + lane],
            )  # fmt: skip
            is_urgent = signal[4] >= urgent_run
            if not is_urgent and signal[9] < least_days:
                continue  # too little is known of her yet
            truths[FREE * rows + row] &= np.uint16(0xFFFF ^ (1 << lane))
            signal[0] = child
            signal[3] = 1 if is_urgent else 0
            real = at + row * ROW_REALS + lane
            harm = p[P_SCORE_GONE] * reals[real + GONE] + p[P_SCORE_SLIDE] * reals[real + SLIDE]
            odds = harm / (reals[real + NORMAL] + reals[real + ILL] * p[P_IN_ILL])
            scores[count] = math.log(max(np.float64(odds), 1e-30))
            count += 1
    return count


@njit(cache=True, nogil=True)
def lowest(bits):
    """The number of the lowest bit that is set; one is."""
    at = 0
    while (bits >> at) & 1 == 0:
        at += 1
    return at


@njit(cache=True, nogil=True)
def take_classes(
    members, offsets, sizes, class_reals, class_wholes, asks, held, counts, firsts, held_sizes
):
    """Bring the numbers of sixteen classes side by side; a lane without a class has none."""
    for lane in range(LANES):
        c = members[lane]
        for field in range(CLASS_REALS):
            held[field * LANES + lane] = class_reals[c, field] if c >= 0 else np.float32(0)
        for field in range(CLASS_WHOLES):
            counts[field * LANES + lane] = np.uint32(class_wholes[c, field] if c >= 0 else 0)
        held[ASK_GONE + lane] = asks[c, 0] if c >= 0 else np.float32(0)
        held[ASK_SLIDE + lane] = asks[c, 1] if c >= 0 else np.float32(0)
        held[UNUSUAL + lane] = asks[c, 2] if c >= 0 else np.float32(0)
        firsts[lane] = offsets[c] if c >= 0 else 0
        held_sizes[lane] = sizes[c] if c >= 0 else 0


@njit(cache=True, nogil=True)
def give_classes(members, class_reals, class_wholes, held, counts):
    for lane in range(LANES):
        c = members[lane]
        if c >= 0:
            for field in range(CLASS_REALS):
                class_reals[c, field] = held[field * LANES + lane]
            for field in range(CLASS_WHOLES):
                class_wholes[c, field] = counts[field * LANES + lane]


@njit(cache=True, nogil=True)
def due_to_settle(counts, fortnight):
    """Which lanes' classes last took their register in an earlier fortnight, a bit each."""
    due = 0
    for lane in range(LANES):
        if (
            counts[TAKEN + lane] != 0
            and fortnight_of(np.int64(counts[LAST_ON + lane])) != fortnight
        ):
            due |= 1 << lane
    return due
