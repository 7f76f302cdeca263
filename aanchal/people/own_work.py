"""Children of the classes and schools a person is granted are her own work."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from aanchal.access.models import Grant

from .models import Enrolment
from .readings import own_work


@own_work
def of_her_classes(user_id: str, children: frozenset[str], on: date) -> Iterable[str]:
    """Those enrolled in a class of hers, on that day or before."""
    reach = Q(pk__in=[])
    for grant in Grant.objects.filter(user_id=user_id, body__isnull=False):
        one = Q(class_section__school=grant.body_id)
        if grant.grade:
            one &= Q(class_section__grade=grant.grade)
        if grant.section:
            one &= Q(class_section__section=grant.section)
        reach |= one
    found = Enrolment.objects.filter(
        reach, child__in=[UUID(key) for key in children], starts_on__lte=on
    )
    return [str(key) for key in found.values_list("child_id", flat=True)]
