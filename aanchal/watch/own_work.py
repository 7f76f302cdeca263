"""Children about whom a volunteer has a visit, or a coordinator a flag, are their own work."""

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Q

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.kernel.access import within
from aanchal.people.readings import own_work

from .models import Flag, Visit
from .queries.before_going import given_back, was_not_safe

LATELY = timedelta(days=28)


@own_work
def of_her_visits(user_id: str, children: frozenset[str], on: date) -> Iterable[str]:
    """Those whose visit was put into her hands in the last four weeks, or on which she goes along.

    Also those of whose house she said that it is not safe: her list shows them until they are forgotten.
    """
    me = UUID(user_id)
    hers = Q(volunteer=me) | Q(second=me)
    hers &= Q(flag__child__in=[UUID(key) for key in children])
    lately = Visit.objects.filter(hers, assigned_at__date__gte=on - LATELY)
    unsafe = [visit.flag.child_id for visit in given_back(hers) if was_not_safe(visit)]
    return [str(key) for key in (*lately.values_list("flag__child_id", flat=True), *unsafe)]


@own_work
def of_her_flags(user_id: str, children: frozenset[str], on: date) -> Iterable[str]:
    """For a coordinator: those of her area about whom a flag was raised in four weeks."""
    areas = Grant.objects.filter(user_id=user_id, role=Role.COORDINATOR).values_list(
        "area_path", flat=True
    )
    found = Flag.objects.filter(
        within(list(areas), "area__path"),
        child__in=[UUID(key) for key in children],
        raised_at__date__gte=on - LATELY,
    )
    return [str(key) for key in found.values_list("child_id", flat=True)]
