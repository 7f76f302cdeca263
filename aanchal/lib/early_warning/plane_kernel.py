"""The compiled loops behind `planes`."""

# The compiler types this file; a type checker cannot follow it.
# mypy: ignore-errors

from typing import Final

import numpy as np

from .compiled import njit
from .words import count_four, leading_zeros, load, ones

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
    """absent, marked: the planes laid flat, four words a child; the rest one place a child."""
    here = np.uint64(0xFFFF)
    in_top = year[top]
    for child in range(run.size):
        at = child * WORDS
        counts = count_four(absent, marked, at, year, recent)
        year_absent[child] = counts & here
        year_marked[child] = counts >> np.uint64(16) & here
        window_absent[child] = counts >> np.uint64(32) & here
        window_marked[child] = counts >> np.uint64(48)
        # Absences above the last presence; most children have been present in the newest word.
        m = load(marked, at + top) & in_top
        a = load(absent, at + top) & m
        present = m & ~a
        if present:
            after = np.uint64(64) - leading_zeros(present)
            half = after >> np.uint64(1)
            run[child] = ones((a >> half) >> (after - half))
        else:
            run[child] = _run_further_back(absent, marked, at, top, year)


@njit(cache=True, nogil=True)
def _run_further_back(absent, marked, at, top, year):
    length = np.uint64(0)
    for back in range(top + 1):
        word = top - back
        m = marked[at + word] & year[word]
        a = absent[at + word] & m
        present = m & ~a
        if present:
            after = np.uint64(64) - leading_zeros(present)
            half = after >> np.uint64(1)
            return length + ones((a >> half) >> (after - half))
        length += ones(a)
    return length
