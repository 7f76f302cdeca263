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

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .lanes import leading_zeros, ones
from .marks import Mark

WORDS: Final = 4
DAYS_MAX: Final = 64 * WORDS

Planes = tuple[NDArray[np.uint64], NDArray[np.uint64]]


class Figures(NamedTuple):
    """Plain figures a child, each a uint16 array in the order of the planes."""

    window_absent: NDArray[np.uint16]
    window_marked: NDArray[np.uint16]
    run: NDArray[np.uint16]
    year_absent: NDArray[np.uint16]
    year_marked: NDArray[np.uint16]


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
    absent: NDArray[np.uint64],
    marked: NDArray[np.uint64],
    *,
    today: int,
    window: int = 30,
    threads: int = 1,
) -> Figures:
    """Absences over the last `window` day columns, the current run, and the year to date.

    The run counts marked absences back from the latest day up to and including column `today`;
    days of leave, holidays and days not taken neither break nor lengthen it. Later columns are
    ignored, so the future cannot leak into the past.

    Args:
        absent, marked: planes, children × 4.
        today: day column, 0 to 255.
        window: columns looked back over, at least 1, today included.
        threads: children are independent, so the result is the same for any number.
    """
    if not 0 <= today < DAYS_MAX:
        raise ValueError(f"Today must be 0 to {DAYS_MAX - 1}.")
    if window < 1:
        raise ValueError("The window must be at least one day.")
    year = _bits_between(0, today)
    recent = _bits_between(max(0, today - window + 1), today)
    children = absent.shape[0]
    out = np.empty((5, children), np.uint16)

    def part(bounds: tuple[int, int]) -> None:
        first, last = bounds
        _figures(
            absent[first:last],
            marked[first:last],
            year,
            recent,
            today >> 6,
            out[0, first:last],
            out[1, first:last],
            out[2, first:last],
            out[3, first:last],
            out[4, first:last],
        )

    cuts = [children * i // threads for i in range(threads + 1)]
    bounds = list(pairwise(cuts))
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(part, bounds))
    else:
        part(bounds[0])
    return Figures(*out)


def _bits_between(first: int, last: int) -> NDArray[np.uint64]:
    """Four words with the bits of day columns first..last set."""
    whole = ((1 << (last + 1)) - 1) >> first << first
    return np.array([whole >> 64 * word & 0xFFFFFFFFFFFFFFFF for word in range(WORDS)], np.uint64)


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
def _figures(  # type: ignore[no-untyped-def]
    absent, marked, year, recent, top, window_absent, window_marked, run, year_absent, year_marked
):
    y0, y1, y2, y3 = year[0], year[1], year[2], year[3]
    r0, r1, r2, r3 = recent[0], recent[1], recent[2], recent[3]
    for child in range(absent.shape[0]):
        m0 = marked[child, 0] & y0
        m1 = marked[child, 1] & y1
        m2 = marked[child, 2] & y2
        m3 = marked[child, 3] & y3
        a0 = absent[child, 0] & m0
        a1 = absent[child, 1] & m1
        a2 = absent[child, 2] & m2
        a3 = absent[child, 3] & m3
        year_absent[child] = (ones(a0) + ones(a1)) + (ones(a2) + ones(a3))
        year_marked[child] = (ones(m0) + ones(m1)) + (ones(m2) + ones(m3))
        window_absent[child] = (ones(a0 & r0) + ones(a1 & r1)) + (ones(a2 & r2) + ones(a3 & r3))
        window_marked[child] = (ones(m0 & r0) + ones(m1 & r1)) + (ones(m2 & r2) + ones(m3 & r3))
        # Absences above the last presence; most children have been present in the newest word.
        length = np.uint64(0)
        for back in range(WORDS):
            word = top - back
            if word < 0:
                break
            m = marked[child, word] & year[word]
            a = absent[child, word] & m
            present = m & ~a
            if present:
                after = np.uint64(64) - leading_zeros(present)
                length += ones(
                    (a >> np.uint64(after >> np.uint64(1))) >> (after - (after >> np.uint64(1)))
                )
                break
            length += ones(a)
        run[child] = length
