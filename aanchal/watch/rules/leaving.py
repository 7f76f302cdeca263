"""Whether a volunteer has left the house she visited, so that private questions may be shown. Pure."""

from datetime import datetime, timedelta


def has_left(left_at: datetime | None, *, at: datetime, hours: float) -> bool:
    """Say whether "I have left the house" still holds.

    Args:
        left_at: when she last said so; None when she never did, or took it back.
        hours: for how long it holds. After that she may be at another house.
    """
    return left_at is not None and timedelta(0) <= at - left_at < timedelta(hours=hours)
