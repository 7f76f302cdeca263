"""The compiled loops behind `planes`."""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

from typing import Final

import numpy as np
from numba import njit

from .lanes import leading_zeros, ones

WORDS: Final = 4


@njit(cache=True, nogil=True)
def pack(marks, absent, marked):
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


@njit(cache=True, nogil=True)
def pack_words(marks, absent, marked):
    """Marks (children × days) into words of 32 days: uint32, children × words."""
    children, days = marks.shape
    if days == 1:
        for child in range(children):
            mark = marks[child, 0]
            absent[child, 0] = np.uint32((mark == 2) | (mark == 3))
            marked[child, 0] = np.uint32((mark == 1) | (mark == 2))
        return
    for child in range(children):
        for word in range(absent.shape[1]):
            a = np.uint32(0)
            m = np.uint32(0)
            for day in range(32 * word, min(32 * word + 32, days)):
                mark = marks[child, day]
                a |= np.uint32((mark == 2) | (mark == 3)) << np.uint32(day - 32 * word)
                m |= np.uint32((mark == 1) | (mark == 2)) << np.uint32(day - 32 * word)
            absent[child, word] = a
            marked[child, word] = m


@njit(cache=True, nogil=True)
def unpack(absent, marked, marks):
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


@njit(cache=True, nogil=True)
def count_figures(
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
