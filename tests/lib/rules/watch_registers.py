"""Small registers for the watch's tests: written by eye, or drawn by hypothesis."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import strategies as st

from aanchal.lib.early_warning.rule import Signals, run_days, start_state
from aanchal.watch.policy_file import default_policy

LETTERS = {".": 0, "P": 1, "A": 2, "L": 3, "H": 4}
FIRST = date(2026, 4, 1)
POLICY = replace(default_policy(), threshold=2.1)


def marks_of(*rows):
    """'PPA.L' a child -> children × days."""
    return np.array([[LETTERS[letter] for letter in row] for row in rows], np.uint8)


def school_days(count, first=FIRST):
    """So many days, Sundays left out."""
    days = []
    day = first
    while len(days) < count:
        if day.weekday() != 6:
            days.append(day)
        day += timedelta(days=1)
    return days


def class_of(*rows, classmates=24):
    """The given children, and classmates who miss a day now and then, each another one."""
    length = len(rows[0])
    others = []
    for number in range(classmates):
        row = ["P"] * length
        for day in range(number % 11, length, 11 + number % 5):
            row[day] = "A"
        others.append("".join(row))
    return marks_of(*rows, *others)


def watch(marks, policy=POLICY, *, days=None, **more):
    """The signals of one class, from knowing nothing."""
    days = days or school_days(marks.shape[1])
    return run_days(start_state([len(marks)]), marks, policy, days=days, **more)


def of_child(signals, child):
    return [
        {name: getattr(signals, name)[i].item() for name in Signals.__slots__}
        for i in range(len(signals))
        if signals.child[i] == child
    ]


@st.composite
def registers(draw, max_days=70):
    """Class sizes, marks, days, away: with habits, vanishing children, gaps, leave, breaks."""
    sizes = draw(st.lists(st.integers(1, 36), min_size=1, max_size=4))
    length = draw(st.integers(1, max_days))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    children = sum(sizes)
    habit = rng.beta(1.0, draw(st.sampled_from([1.0, 4.0, 15.0])), children)
    marks = np.where(rng.random((children, length)) < habit[:, None], 2, 1).astype(np.uint8)
    for child in np.flatnonzero(rng.random(children) < 0.3):
        first = int(rng.integers(0, length))
        marks[child, first : first + int(rng.integers(1, 60))] = 2
    for code in (3, 4, 0):
        marks[rng.random((children, length)) < draw(st.sampled_from([0.0, 0.03, 0.3]))] = code
    untaken = rng.random((len(sizes), length)) < draw(st.sampled_from([0.0, 0.1, 0.5]))
    marks[np.repeat(untaken, sizes, axis=0)] = 0
    gaps = rng.choice([1, 1, 1, 1, 2, 9, 10, 40], length)
    days = [FIRST + timedelta(days=int(n)) for n in np.cumsum(gaps)]
    away = rng.random((children, length)) < draw(st.sampled_from([0.0, 0.02]))
    return sizes, marks, days, away
