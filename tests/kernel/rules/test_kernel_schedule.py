"""When a turn of the schedule is due, in the office's own zone."""

from datetime import UTC, date, datetime, time

import pytest

from aanchal.kernel.jobs import Job
from aanchal.kernel.schedule import ScheduledJob, latest_due, latest_slot

NOTHING = Job("nothing", lambda: None)
NIGHTLY = ScheduledJob("watch", NOTHING, time(2, 30))
WEEKLY = ScheduledJob("audit", NOTHING, time(4, 15), weekday=6)


def at(text: str) -> datetime:
    """A moment in India, told in UTC as the computer keeps it."""
    return datetime.fromisoformat(f"{text}:00+05:30").astimezone(UTC)


@pytest.mark.parametrize(
    ("turn", "now", "due", "why"),
    [
        (NIGHTLY, "2026-07-15T02:29", "2026-07-14", "a minute before: last night's"),
        (NIGHTLY, "2026-07-15T02:30", "2026-07-15", "on the minute"),
        (NIGHTLY, "2026-07-15T23:59", "2026-07-15", "all day long"),
        (NIGHTLY, "2026-07-16T00:01", "2026-07-15", "after midnight, before its time"),
        (NIGHTLY, "2026-03-01T01:00", "2026-02-28", "across a month"),
        (WEEKLY, "2026-07-19T04:15", "2026-07-19", "Sunday on the minute"),
        (WEEKLY, "2026-07-19T04:14", "2026-07-12", "Sunday a minute before"),
        (WEEKLY, "2026-07-18T23:00", "2026-07-12", "Saturday: last Sunday's"),
        (WEEKLY, "2026-07-20T03:00", "2026-07-19", "Monday before the hour: yesterday's"),
    ],
)
def test_the_latest_turn_is_told_by_the_clock_of_the_office(turn, now, due, why):
    assert latest_due(turn, at(now)) == date.fromisoformat(due), why


def test_a_turn_of_every_few_minutes_has_its_slot_of_the_day():
    turn = ScheduledJob("often", NOTHING, time(0), minutes=5)
    found = [
        latest_slot(turn, at(f"2026-07-31T{clock}"))
        for clock in ("00:00", "00:04", "00:05", "23:59")
    ]

    assert found == [(date(2026, 7, 31), slot) for slot in (1, 1, 2, 288)]
