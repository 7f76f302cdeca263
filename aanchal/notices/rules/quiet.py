"""Quiet hours, and when a message may go. Pure."""

import re
from datetime import datetime, timedelta


def read_hours(text: str) -> tuple[int, int] | None:
    """Read quiet hours such as "21-7": from the first hour until the second; "" for none.

    Raises:
        ValueError: no such hours.
    """
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d{1,2})\s*[-–]\s*(\d{1,2})\s*", text)
    if found is None or max(hours := (int(found[1]), int(found[2]))) > 23:
        raise ValueError(f"Quiet hours are written like 21-7, not {text!r}.")
    return hours if hours[0] != hours[1] else None


def is_quiet(hour: int, hours: tuple[int, int] | None) -> bool:
    """Say whether an hour of the day lies in the quiet hours, which may pass midnight."""
    if hours is None:
        return False
    start, end = hours
    return start <= hour < end if start < end else hour >= start or hour < end


def not_before(at: datetime, hours: tuple[int, int] | None, *, urgent: bool) -> datetime:
    """The first moment from `at` on at which a message may go; what is urgent goes at once.

    Args:
        at: in the zone of the office.
    """
    if urgent or hours is None or not is_quiet(at.hour, hours):
        return at
    end = at.replace(hour=hours[1], minute=0, second=0, microsecond=0)
    return end if end > at else end + timedelta(days=1)


def again_after(tries: int) -> timedelta | None:
    """How long after a failed try the next one comes; None when it is given up, after a day."""
    waits = (2, 10, 30, 120, 360, 720)
    return timedelta(minutes=waits[tries - 1]) if tries <= len(waits) else None
