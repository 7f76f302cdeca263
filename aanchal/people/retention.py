"""Which children may go: those who have the age until which they are kept."""

from datetime import date, datetime

from django.utils import timezone

from aanchal.kernel.privacy import retention_of
from aanchal.kernel.retention import has_age
from aanchal.kernel.sweeping import may_go

from .models import Child


@may_go("people.Child")
def grown_up(rows: list[Child], at: datetime) -> list[Child]:
    """Those who are surely of age: of whom no age is known, the day she was enrolled counts as her birth."""
    retention = retention_of(Child)
    assert retention is not None
    today = timezone.localdate(at)
    return [row for row in rows if has_age(_born_at_latest(row), retention.until_age, today)]


def _born_at_latest(child: Child) -> date:
    try:
        return date.fromisoformat(child.born_on)
    except ValueError:
        pass  # not known, or not to the day
    if child.age_years is not None and child.age_estimated_on is not None:
        told = child.age_estimated_on
        return date(told.year - child.age_years, told.month, min(told.day, 28))
    return timezone.localdate(child.made_at)
