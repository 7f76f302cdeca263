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

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

from .plane_kernel import WORDS, count_figures, pack, pack_words, unpack
from .threads import side_by_side

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
    pack(np.ascontiguousarray(marks), absent, marked)
    return absent, marked


def words_from_marks(marks: NDArray[np.uint8]) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Planes no wider than the days need: uint32, children × words of 32 days.

    Raises:
        ValueError: not two dimensions, or a code that is no mark.
    """
    if marks.ndim != 2:
        raise ValueError("Marks must be children by days.")
    if marks.size and int(marks.max()) > Mark.HOLIDAY:
        raise ValueError("A mark code must be 0 to 4.")
    words = max(1, (marks.shape[1] + 31) // 32)
    absent = np.zeros((marks.shape[0], words), np.uint32)
    marked = np.zeros((marks.shape[0], words), np.uint32)
    pack_words(np.ascontiguousarray(marks), absent, marked)
    return absent, marked


def marks_from_planes(
    absent: NDArray[np.uint64], marked: NDArray[np.uint64], days: int
) -> NDArray[np.uint8]:
    """Unpack planes into marks (children × days). A holiday comes back as not taken."""
    if not 0 <= days <= DAYS_MAX:
        raise ValueError(f"Days must be 0 to {DAYS_MAX}.")
    marks = np.zeros((absent.shape[0], days), np.uint8)
    unpack(absent, marked, marks)
    return marks


def figures(
    absent: NDArray[np.uint64],
    marked: NDArray[np.uint64],
    *,
    today: int,
    window: int = 30,
    threads: int = 1,
    out: Figures | None = None,
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
        out: figures of as many children, to be written over: fresh memory costs as much as counting.

    Raises:
        ValueError: today or window out of range, or `out` of another size.
    """
    if not 0 <= today < DAYS_MAX:
        raise ValueError(f"Today must be 0 to {DAYS_MAX - 1}.")
    if window < 1:
        raise ValueError("The window must be at least one day.")
    year = _bits_between(0, today)
    recent = _bits_between(max(0, today - window + 1), today)
    children = absent.shape[0]
    absent = np.require(absent, np.uint64, ["C", "W"])
    marked = np.require(marked, np.uint64, ["C", "W"])
    if out is None:
        out = Figures(*np.empty((5, children), np.uint16))
    if any(kept.shape != (children,) or kept.dtype != np.uint16 for kept in out):
        raise ValueError("What is written over must have one place for each child.")

    def part(bounds: tuple[int, int]) -> None:
        first, last = bounds
        count_figures(
            absent[first:last].reshape(-1),
            marked[first:last].reshape(-1),
            year,
            recent,
            today >> 6,
            *(kept[first:last] for kept in out),
        )

    cuts = [children * i // threads for i in range(threads + 1)]
    side_by_side(part, list(pairwise(cuts)), threads)
    return out


def _bits_between(first: int, last: int) -> NDArray[np.uint64]:
    """Four words with the bits of day columns first..last set."""
    whole = ((1 << (last + 1)) - 1) >> first << first
    return np.array([whole >> 64 * word & 0xFFFFFFFFFFFFFFFF for word in range(WORDS)], np.uint64)
