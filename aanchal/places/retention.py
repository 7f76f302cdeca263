"""When school years begin here: no school's records go before its own year is over."""

from collections.abc import Iterable

from aanchal.kernel.retention import DEFAULT_YEAR_STARTS_IN
from aanchal.kernel.sweeping import YEAR_STARTS

from .models import SchoolCalendar


def months_in_use() -> Iterable[int]:
    """Months in which the school years of the calendars here begin."""
    held = SchoolCalendar.objects.order_by().values_list("year_starts_in", flat=True).distinct()
    return {DEFAULT_YEAR_STARTS_IN, *held}


if months_in_use not in YEAR_STARTS:
    YEAR_STARTS.append(months_in_use)
