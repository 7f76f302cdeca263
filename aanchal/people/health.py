"""What the doctor asks of people's records: whether a school's registers may be used at all."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.health import Check, State, further
from aanchal.places.models import Body

from .models import ClassSection, RegisterAgreement


@further
def agreements(now: datetime) -> Iterator[Check]:
    """Schools with classes here, and no order or agreement that is in force today."""
    today = timezone.localdate(now)
    schools = Body.objects.filter(pk__in=ClassSection.objects.values("school"))
    covered = Q(pk__in=[])
    live = RegisterAgreement.objects.filter(starts_on__lte=today, ends_on__gte=today)
    for body, path in live.values_list("body_id", "area__path"):
        inside = Q(area__path=path) | Q(area__path__startswith=f"{path}/")
        covered |= inside if body is None else Q(pk=body)
    without = schools.exclude(covered).count()
    if without:
        yield Check(
            State.LOOK,
            _("Agreements"),
            _("%(count)d schools send registers without a recorded order or agreement")
            % {"count": without},
            _("Record the order of the department or of the school, with its end."),
        )
