"""What a visit budget would have cost and found is counted, never guessed."""

from datetime import date, timedelta

import numpy as np
import pytest

from aanchal.watch.rules.budgets import (
    Asked,
    Found,
    Past,
    Point,
    past_from_json,
    point_of,
    thresholds_for,
)
from aanchal.watch.rules.history import History, Seats
from aanchal.watch.rules.long_absences import long_absences

FIRST = date(2026, 6, 1)
CODES = {".": 0, "P": 1, "A": 2, "L": 3}


def rows(*texts):
    return np.array([[CODES[letter] for letter in text] for text in texts], np.uint8)


def a_history(*texts):
    marks = rows(*texts)
    numbers = np.arange(len(texts))
    return History(
        children=tuple(f"child-{i}" for i in numbers),
        classes=("VI A",),
        days=tuple(FIRST + timedelta(days=i) for i in range(marks.shape[1])),
        seats=Seats(numbers, np.zeros(len(texts), np.int64)),
        marks=marks,
    )


def asked(*pairs):
    child, column = zip(*pairs, strict=True) if pairs else ((), ())
    return Asked(np.array(child, np.int64), np.array(column, np.int64), np.zeros(len(pairs), bool))


@pytest.mark.parametrize(
    "marks, reached, why",
    [
        ("PP" + "A" * 20, 21, "the 20th absence"),
        ("PP" + "A" * 19 + "P", None, "one short"),
        ("P" + "A" * 10 + ".." + "L" + "A" * 10, 23, "leave and days not taken are left out"),
        ("A" * 10 + "P" + "A" * 10, None, "came between"),
        ("A" * 45, 19, "one run is one absence"),
    ],
)
def test_a_long_absence_is_twenty_marked_absences_running(marks, reached, why):
    found = long_absences(rows(marks))

    assert [a.reached for a in found] == ([] if reached is None else [reached]), why


@pytest.mark.parametrize(
    "columns, lead, why",
    [
        ([5], 16, "marked days from the question to the 20th absence"),
        ([21], None, "on that day it is too late"),
        ([1], 20, "a question before the first absence foretold it"),
        ([9, 5], 16, "the first question counts"),
        ([], None, "nobody asked"),
    ],
)
def test_the_lead_runs_from_the_first_question(columns, lead, why):
    [absence] = long_absences(rows("PP" + "A" * 20))

    assert absence.lead_of(columns) == lead, why


def test_a_question_long_before_foretold_nothing():
    [absence] = long_absences(rows("P" * 70 + "A" * 20))

    assert absence.lead_of([9]) is None
    assert absence.lead_of([10]) == 79


def test_a_budget_is_compared_with_what_is_in_force():
    history = a_history("PP" + "A" * 20, "PP" + "A" * 20, "PP" + "A" * 20, "PP" + "A" * 20)
    absences = long_absences(history.marks)
    now, leads = point_of(
        asked((0, 9), (1, 9), (3, 9)), visits=None, threshold=4.3,
        absences=absences, in_force=None, found=(), history=history,
    )  # fmt: skip
    more, _leads = point_of(
        asked((0, 5), (1, 12), (2, 9)), visits=20, threshold=2.0,
        absences=absences, in_force=leads, found=(), history=history,
    )  # fmt: skip

    assert (now.sooner, now.later, now.only, now.missed) == (0, 0, 0, 0)
    assert (more.asked, more.sooner, more.later, more.only, more.missed) == (3, 1, 1, 1, 1)
    assert more.lead_days == 12.0


def test_empty_visits_are_counted_only_where_the_budget_asks_what_was_asked():
    history = a_history("P" * 60, "P" * 60, "P" * 60)
    on = [FIRST + timedelta(days=n) for n in range(60)]
    found = [
        Found("child-0", since_on=on[10], signal_on=on[14], is_empty=True),
        Found("child-1", since_on=on[10], signal_on=on[14], is_empty=False),
        Found("child-2", since_on=on[10], signal_on=on[14], is_empty=True),
        Found("of another block", since_on=on[10], signal_on=on[14], is_empty=True),
    ]

    point, _leads = point_of(
        asked((0, 16), (1, 9), (1, 44), (2, 45)), visits=8, threshold=3.0,
        absences=[], in_force=None, found=found, history=history,
    )  # fmt: skip

    # the first two are the same question; the third came 31 days later and is another
    assert (point.known, point.empty) == (2, 1)
    assert point.asked == 0
    assert point.lead_days is None


def test_each_budget_gets_the_lowest_threshold_that_does_not_overspend():
    tried = []

    def asked_at(threshold):
        tried.append(threshold)
        return max(0, round(100 - 20 * threshold))

    found = thresholds_for((2, 10, 30), children=1000, months=5.0, asked_at=asked_at)

    for budget, threshold in found.items():
        assert asked_at(threshold) <= budget * 5
        assert asked_at(threshold - 0.05) > budget * 5
    assert found[2] > found[10] > found[30]
    assert len(set(tried)) <= 30


def test_past_goes_to_json_and_comes_back():
    point = Point(10, 4.3, 1, 2, 3, 4.5, 1, 0, 0, 0, 5, 2)
    past = Past(FIRST, FIRST, 2.5, 40, 3, 6, point, (point,))

    assert past_from_json(past.to_json()) == past
