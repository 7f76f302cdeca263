"""Moments that other programs write where people mean a day.

A program that keeps time at Greenwich writes the first of July in India as 30 June, half past six
in the evening. Dropping the clock there takes the day before. India has one clock, five and a half
hours ahead, and no summer time.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

INDIA = timezone(timedelta(hours=5, minutes=30))
_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
_NEARLY_MIDNIGHT = timedelta(minutes=1)


def india_day(text: str) -> date | None:
    """The day in India of a moment as programs write it; None for any other text.

    "2026-06-30T18:30:00.000Z" is 1 July 2026; a moment with another zone is turned to India's. One
    without a zone is taken as written, but in the last minute before midnight it is the next day: a
    day count stored as a fraction, read back with a rounding error.
    """
    found = _STAMP.match(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    try:
        moment = datetime(year, month, day, hour, minute, int(found[6] or 0))  # noqa: DTZ001
    except ValueError:
        return None
    return day_of(moment, _zone(found[7])) if found[7] else day_of(moment)


def day_of(moment: datetime, zone: timezone | None = None) -> date:
    """The day in India of a moment; without a zone the clock is taken as India's."""
    if zone is not None or moment.tzinfo is not None:
        moment = moment.replace(tzinfo=zone) if zone is not None else moment
        moment = moment.astimezone(INDIA).replace(tzinfo=None)
    return (moment + _NEARLY_MIDNIGHT).date() if moment.hour == 23 else moment.date()


def _zone(text: str) -> timezone:
    if text.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = text[1:].replace(":", "")
    ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(ahead if text[0] == "+" else -ahead)
