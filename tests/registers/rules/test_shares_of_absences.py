"""A share of absences that is turned round against what is usual, and one that only differs."""

import numpy as np
import pytest

from aanchal.registers.rules.shares import Share, is_turned, share_in, total


def of(share, marked=200):
    return Share(round(share * marked), marked)


@pytest.mark.parametrize(
    "now, usual, asked",
    [
        (0.92, 0.08, True),
        (0.08, 0.92, True),
        (0.65, 0.35, True),
        (1.0, 0.0, True),
        (0.64, 0.08, False),  # a flood: many are away, and it is not the other way round
        (0.92, 0.36, False),
        (0.92, 0.9, False),
        (0.08, 0.1, False),
    ],
)
def test_mostly_absent_where_mostly_present_is_usual_is_turned_round(now, usual, asked):
    assert is_turned(of(now), of(usual), clear=0.65, least=20) is asked


@pytest.mark.parametrize("now, usual", [(19, 200), (200, 19), (0, 200), (200, 0)])
def test_few_marks_say_nothing(now, usual):
    assert not is_turned(of(1.0, now), of(0.0, usual), clear=0.65, least=20)
    assert is_turned(of(1.0, 20), of(0.0, 20), clear=0.65, least=20)


def test_who_came_late_came_and_leave_and_holiday_count_for_neither():
    marks = np.zeros((2, 31), np.uint8)
    marks[0, :6] = [1, 2, 3, 4, 5, 0]

    assert share_in(marks) == Share(absent=1, marked=3)


def test_shares_are_put_together_by_their_marks_and_said_of_a_hundred():
    assert total([Share(1, 10), Share(0, 90)]).of_100 == 1
    assert total([]).of_100 is None
