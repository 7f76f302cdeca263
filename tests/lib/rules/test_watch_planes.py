"""Bit-planes hold a child-year, and plain figures are read from them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from aanchal.lib.early_warning.planes import figures, marks_from_planes, planes_from_marks
from tests.lib.rules.watch_registers import marks_of

some_marks = hnp.arrays(
    np.uint8, st.tuples(st.integers(0, 6), st.integers(0, 256)), elements=st.integers(0, 4)
)


@given(some_marks)
def test_marks_come_back_from_planes_with_a_holiday_as_not_taken(marks):
    absent, marked = planes_from_marks(marks)

    back = marks_from_planes(absent, marked, marks.shape[1])

    assert (back == np.where(marks == 4, 0, marks)).all()


@given(some_marks, st.integers(0, 255), st.integers(1, 90), st.integers(1, 3))
def test_figures_are_what_counting_gives(marks, today, window, threads):
    absent, marked = planes_from_marks(marks)

    found = figures(absent, marked, today=today, window=window, threads=threads)

    for child, row in enumerate(marks.tolist()):
        past = row[: today + 1]
        recent = row[max(0, today + 1 - window) : today + 1]
        run = 0
        for mark in past:
            run = run + 1 if mark == 2 else 0 if mark == 1 else run
        assert found.run[child] == run
        assert found.year_absent[child] == past.count(2)
        assert found.year_marked[child] == past.count(1) + past.count(2)
        assert found.window_absent[child] == recent.count(2)
        assert found.window_marked[child] == recent.count(1) + recent.count(2)


def test_leave_and_holiday_are_no_absence():
    absent, marked = planes_from_marks(marks_of("ALHA.", "LLLLL"))

    found = figures(absent, marked, today=4)

    assert found.run.tolist() == [2, 0]
    assert found.year_absent.tolist() == [2, 0]
    assert found.year_marked.tolist() == [2, 0]


@pytest.mark.parametrize("days", [63, 64, 65, 128, 192, 193, 256])
def test_a_run_crosses_the_words(days):
    marks = np.full((1, days), 2, np.uint8)
    absent, marked = planes_from_marks(marks)

    assert figures(absent, marked, today=days - 1).run.tolist() == [days]


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: planes_from_marks(np.zeros((2, 257), np.uint8)), "256"),
        (lambda: planes_from_marks(np.full((2, 3), 5, np.uint8)), "0 to 4"),
        (lambda: planes_from_marks(np.zeros(3, np.uint8)), "children by"),
        (lambda: figures(*planes_from_marks(np.zeros((1, 1), np.uint8)), today=256), "255"),
        (
            lambda: figures(*planes_from_marks(np.zeros((1, 1), np.uint8)), today=0, window=0),
            "window",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_figures_may_be_written_over_those_of_the_day_before():
    absent, marked = planes_from_marks(marks_of("PPA", "AAA"))
    kept = figures(absent, marked, today=1)

    again = figures(absent, marked, today=2, out=kept)

    assert again is kept
    assert kept.run.tolist() == [1, 3]


def test_figures_of_other_children_are_not_written_over():
    kept = figures(*planes_from_marks(marks_of("PPA", "AAA")), today=1)

    with pytest.raises(ValueError, match="one place for each child"):
        figures(*planes_from_marks(marks_of("PPA")), today=1, out=kept)
