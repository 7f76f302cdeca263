"""Which day of reading is unusual for the one who read. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median

MORE_THAN_USUAL = "more_than_usual"
OUTSIDE_WORK = "outside_work"


def usual(past: Sequence[int], limits: Mapping[str, float]) -> float | None:
    """The median of children a day, over the days on which she read; None when too few to say."""
    days = [count for count in past if count > 0]
    return float(median(days)) if len(days) >= limits["usual_least_days"] else None


def unusual(
    children: int, *, past: Sequence[int], outside: int, limits: Mapping[str, float]
) -> list[str]:
    """Why a day is pointed at; nothing for most days.

    Args:
        children: how many different children she was shown that day.
        past: the same for the days before, one number a day, those without reading included.
        outside: how many of the children were in none of her own work.
        limits: the numbers of `data/reading.toml` by name.
    """
    why = []
    own = usual(past, limits)
    many = children >= limits["least_children"]
    if own is not None and many and children > own * limits["times_the_usual"]:
        why.append(MORE_THAN_USUAL)
    if outside >= limits["children_outside_work"]:
        why.append(OUTSIDE_WORK)
    return why
