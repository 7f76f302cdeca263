"""Which children may go: those who have the age until which they are kept."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from aanchal.kernel.holds import also_held
from aanchal.kernel.privacy import retention_of
from aanchal.kernel.retention import has_age
from aanchal.kernel.sweeping import may_go

from .models import Child, HouseholdJoin


@may_go("people.Child")
def grown_up(rows: list[Child], at: datetime) -> list[Child]:
    """Those who are surely of age: of whom no age is known, the day she was enrolled counts as her birth."""
    retention = retention_of(Child)
    assert retention is not None
    today = timezone.localdate(at)
    return [row for row in rows if has_age(_born_at_latest(row), retention.until_age, today)]


@also_held("people.Household")
def of_one_family(keys: set[str]) -> set[str]:
    """Households that are or were joined: children go from one to the other, and the hold with them."""
    found: set[str] = set()
    while keys - found:
        found |= keys
        joins = HouseholdJoin.objects.filter(Q(kept__in=found) | Q(left__in=found))
        keys = {str(key) for pair in joins.values_list("kept_id", "left_id") for key in pair}
    return found


def _born_at_latest(child: Child) -> date:
    try:
        return date.fromisoformat(child.born_on)
    except ValueError:
        pass  # not known, or not to the day
    if child.age_years is not None and child.age_estimated_on is not None:
        told = child.age_estimated_on
        if told.day > 28:
            # Not each month and year has such a day: then the first of the next month.
            told = (told.replace(day=28) + timedelta(days=4)).replace(day=1)
        return date(told.year - child.age_years, told.month, told.day)
    return timezone.localdate(child.made_at)
