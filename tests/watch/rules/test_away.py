"""Who is away by the register whatever the mark, and when an absence is asked about again."""

from datetime import date, timedelta

import numpy as np
import pytest

from aanchal.lib.marks import LETTERS
from aanchal.watch.rules.away import (
    Asked,
    Away,
    ask_again,
    away_run,
    is_away,
    is_long_leave,
    may_be_long_leave,
)

FIRST = date(2026, 7, 1)


def marks(line):
    return [int(LETTERS.get(letter, 0)) for letter in line]


def days(count):
    return [FIRST + timedelta(days=i) for i in range(count)]


@pytest.mark.parametrize(
    "line, found",
    [
        ("PPP", None),
        ("AAP", None),
        ("", None),
        ("...", None),
        ("PLLL", (2, 4, 3, 3)),
        ("PALA", (2, 4, 3, 1)),
        ("PLHL", (2, 4, 3, 2)),
        ("PL.L.", (2, 4, 2, 2)),
        ("LPL", (3, 3, 1, 1)),
    ],
)
def test_a_day_of_leave_is_a_day_away_and_only_her_presence_ends_it(line, found):
    run = away_run(days(len(line)), marks(line))

    expected = None
    if found is not None:
        since, last, count, leave = found
        expected = Away(date(2026, 7, since), date(2026, 7, last), count, leave)
    assert run == expected


@pytest.mark.parametrize(
    "line, away",
    [("PPA", True), ("PPL", True), ("AAP", False), ("PA.", True), ("...", False), ("AP..", False)],
)
def test_away_is_said_of_the_last_mark_that_names_her(line, away):
    assert is_away(np.array([marks(line)], np.uint8)).tolist() == [away]


@pytest.mark.parametrize(
    "line, may", [("LLL", True), ("PLLL", True), ("ALA", True), ("LLP", False), ("AAA", False)]
)
def test_the_quick_look_passes_over_nobody_on_leave(line, may):
    assert may_be_long_leave(np.array([marks(line)], np.uint8), limit=3).tolist() == [may]


@pytest.mark.parametrize(
    "days_away, leave, is_long", [(9, 9, False), (10, 10, True), (10, 1, True), (30, 0, False)]
)
def test_leave_is_long_from_the_number_of_days_on_and_absence_alone_is_the_watchs(
    days_away, leave, is_long
):
    assert is_long_leave(Away(FIRST, FIRST, days_away, leave), limit=10) is is_long


@pytest.mark.parametrize(
    "rest_until, again",
    [(date(2026, 7, 19), True), (date(2026, 7, 20), False), (None, False)],
)
def test_it_is_asked_again_when_she_is_away_after_the_rest_and_not_while_others_have_it(
    rest_until, again
):
    away = Away(FIRST, date(2026, 7, 20), 17, 0)

    assert ask_again(away, [Asked(date(2026, 7, 8), rest_until)]) is again


def test_the_longest_rest_of_several_holds():
    away = Away(FIRST, date(2026, 7, 20), 17, 0)
    asked = [Asked(date(2026, 7, 3), date(2026, 7, 25)), Asked(date(2026, 7, 8), date(2026, 7, 9))]

    assert not ask_again(away, asked)
