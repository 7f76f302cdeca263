"""A moment written by a program whose clock is at Greenwich is a day in India."""

from datetime import date, datetime, timedelta, timezone

import pytest

from aanchal.lib.tabular.instants import day_of, india_day

JULY_1 = date(2026, 7, 1)


@pytest.mark.parametrize(
    "text, day, why",
    [
        ("2026-06-30T18:30:00.000Z", JULY_1, "midnight in India, told in Greenwich's time"),
        ("2026-06-30T18:29:59Z", JULY_1, "a second before midnight, by rounding"),
        ("2026-06-30T18:00:00Z", date(2026, 6, 30), "half past eleven at night in India"),
        ("2026-07-01T00:00:00+05:30", JULY_1, "India's own zone"),
        ("2026-06-30T18:30:00+0000", JULY_1, "a zone without a colon"),
        ("2026-06-30 18:30:00 UTC", JULY_1, "a zone by name, and a space for the T"),
        ("2026-07-01T09:15", JULY_1, "no zone: the clock is ours"),
        ("2026-06-30T23:59:50", JULY_1, "midnight after a rounding error"),
        ("2026-06-30T23:58:00", date(2026, 6, 30), "a moment in the evening"),
        ("2026-06-30T18:30:00", date(2026, 6, 30), "no zone is said: nothing is turned"),
        ("2026-07-01", None, "a day without a clock is read by whoever reads days"),
        ("2026-13-01T00:00:00Z", None, "no such month"),
        ("01/07/2026 09:15", None, "day and month may be exchanged: not for here"),
    ],
)
def test_a_moment_is_the_day_it_is_in_india(text, day, why):
    assert india_day(text) == day, why


def test_a_cell_of_a_spreadsheet_just_before_midnight_is_the_next_day():
    assert day_of(datetime(2026, 6, 30, 23, 59, 50)) == JULY_1
    assert day_of(datetime(2026, 6, 30, 12)) == date(2026, 6, 30)
    assert day_of(datetime(2026, 6, 30, 18, 30), timezone(timedelta(0))) == JULY_1
