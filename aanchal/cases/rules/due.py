"""When somebody must next act on a concern, as coarse as may stand in the open. Pure."""

from datetime import datetime, timedelta

# The same for every kind: the time allowed must not tell what it is about.
NEXT_ACT_WITHIN = {
    "new": timedelta(days=1),
    "handed_over": timedelta(days=1),
    "taken_up": timedelta(days=7),
}
HOUR = timedelta(hours=1)
# What was put right is read by whoever holds the concern; after this by anyone who may work on it.
READ_BY_HOLDER_WITHIN = timedelta(days=1)


def due_after(stage: str, *, at: datetime) -> datetime | None:
    """The full hour by which somebody must act on a concern that came to `stage` at `at`.

    It stands unsealed, so that waiting is noticed while the site is locked; minutes and seconds would
    join it to the visit or the sign-in of that moment.

    Returns:
        None when nothing more is due.
    """
    within = NEXT_ACT_WITHIN.get(stage)
    return None if within is None else whole_hour_after(at + within)


def whole_hour_after(at: datetime) -> datetime:
    """The first full hour at or after a moment."""
    begun = at.replace(minute=0, second=0, microsecond=0)
    return begun if begun == at else begun + HOUR
