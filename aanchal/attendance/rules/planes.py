"""A child-year as two bit-planes of 256 days, and the plain figures read from them.

| absent | marked | the day was |
| --- | --- | --- |
| 0 | 0 | not taken, or a holiday |
| 0 | 1 | present |
| 1 | 1 | absent |
| 1 | 0 | leave: away, and excused |

A day counts only where `marked` is set, so leave is never an absence: an absence is
`absent & marked`. Day 0 is the lowest bit of the first word. Planes are derived from register
pages; only *holiday* and *not taken* become one in them.
"""

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .marks import Mark

WORDS: Final = 4
DAYS_MAX: Final = 64 * WORDS

Planes = tuple[NDArray[np.uint64], NDArray[np.uint64]]


class Figures(NamedTuple):
    """Plain figures a child, each an array in the order of the planes."""

    window_absent: NDArray[np.int32]
    window_marked: NDArray[np.int32]
    run: NDArray[np.int32]
    year_absent: NDArray[np.int32]
    year_marked: NDArray[np.int32]


def planes_from_marks(marks: NDArray[np.uint8]) -> Planes:
    """Pack marks (children × days, codes of `Mark`) into the planes (absent, marked).

    Returns:
        Two uint64 arrays, children × 4; days past the last column are not taken.

    Raises:
        ValueError: more than 256 days, not two dimensions, or a code that is no mark.
    """
    if marks.ndim != 2 or marks.shape[1] > DAYS_MAX:
        raise ValueError(f"Marks must be children by at most {DAYS_MAX} days.")
    if marks.size and int(marks.max()) > Mark.HOLIDAY:
        raise ValueError("A mark code must be 0 to 4.")
    absent = np.zeros((marks.shape[0], WORDS), np.uint64)
    marked = np.zeros((marks.shape[0], WORDS), np.uint64)
    _pack(np.ascontiguousarray(marks), absent, marked)
    return absent, marked


def marks_from_planes(
    absent: NDArray[np.uint64], marked: NDArray[np.uint64], days: int
) -> NDArray[np.uint8]:
    """Unpack planes into marks (children × days). A holiday comes back as not taken."""
    if not 0 <= days <= DAYS_MAX:
        raise ValueError(f"Days must be 0 to {DAYS_MAX}.")
    marks = np.zeros((absent.shape[0], days), np.uint8)
    _unpack(absent, marked, marks)
    return marks


def figures(
    absent: NDArray[np.uint64], marked: NDArray[np.uint64], *, today: int, window: int = 30
) -> Figures:
    """Absences over the last `window` day columns, the current run, and the year to date.

    The run counts marked absences back from the latest day up to and including column `today`;
    days of leave, holidays and days not taken neither break nor lengthen it. Later columns are
    ignored, so the future cannot leak into the past.

    Args:
        absent, marked: planes, children × 4.
        today: day column, 0 to 255.
        window: columns looked back over, 1 to 64, today included.
    """
    if not 0 <= today < DAYS_MAX:
        raise ValueError(f"Today must be 0 to {DAYS_MAX - 1}.")
    if not 1 <= window <= 64:
        raise ValueError("The window must be 1 to 64 days.")
    out = np.empty((5, absent.shape[0]), np.int32)
    _figures(absent, marked, today, window, out)
    return Figures(out[0], out[1], out[2], out[3], out[4])


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _pack(marks, absent, marked):  # type: ignore[no-untyped-def]
    children, days = marks.shape
    for child in range(children):
        for word in range(WORDS):
            a = np.uint64(0)
            m = np.uint64(0)
            for day in range(64 * word, min(64 * word + 64, days)):
                mark = marks[child, day]
                bit = np.uint64(1) << np.uint64(day - 64 * word)
                if mark == 2 or mark == 3:
                    a |= bit
                if mark == 1 or mark == 2:
                    m |= bit
            absent[child, word] = a
            marked[child, word] = m


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _unpack(absent, marked, marks):  # type: ignore[no-untyped-def]
    children, days = marks.shape
    for child in range(children):
        for day in range(days):
            shift = np.uint64(day & 63)
            a = (absent[child, day >> 6] >> shift) & np.uint64(1)
            m = (marked[child, day >> 6] >> shift) & np.uint64(1)
            if m:
                marks[child, day] = 2 if a else 1
            else:
                marks[child, day] = 3 if a else 0


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _popcount(x):  # type: ignore[no-untyped-def]
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + (
        (x >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int32((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _figures(absent, marked, today, window, out):  # type: ignore[no-untyped-def]
    # Bits lo..hi of a word that fall inside [first, last] of the year.
    children = absent.shape[0]
    for child in range(children):
        window_absent = np.int32(0)
        window_marked = np.int32(0)
        year_absent = np.int32(0)
        year_marked = np.int32(0)
        run = np.int32(0)
        running = True
        for back in range(WORDS):
            word = WORDS - 1 - back
            base = 64 * word
            if base > today:
                continue
            last = min(63, today - base)
            keep = np.uint64(0xFFFFFFFFFFFFFFFF) >> np.uint64(63 - last)
            m = marked[child, word] & keep
            a = absent[child, word] & m
            year_absent += _popcount(a)
            year_marked += _popcount(m)
            first = today - window + 1 - base
            if first <= 63:
                recent = keep
                if first > 0:
                    recent = keep & (np.uint64(0xFFFFFFFFFFFFFFFF) << np.uint64(first))
                window_absent += _popcount(a & recent)
                window_marked += _popcount(m & recent)
            if running:
                present = m & ~a
                if present:
                    # Absences after the last presence in this word end the search.
                    above = present
                    above |= above >> np.uint64(1)
                    above |= above >> np.uint64(2)
                    above |= above >> np.uint64(4)
                    above |= above >> np.uint64(8)
                    above |= above >> np.uint64(16)
                    above |= above >> np.uint64(32)
                    run += _popcount(a & ~above)
                    running = False
                else:
                    run += _popcount(a)
        out[0, child] = window_absent
        out[1, child] = window_marked
        out[2, child] = run
        out[3, child] = year_absent
        out[4, child] = year_marked
