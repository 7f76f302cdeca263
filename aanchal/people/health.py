"""What the doctor asks of people's records: whether a school's registers may be used at all."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.access.roles import ROLE_NAMES, Role
from aanchal.kernel.health import Check, State, further
from aanchal.places.models import Area, Body
from aanchal.places.names import local_name

from . import name_index, readings
from .models import Child, ClassSection, RegisterAgreement


@further
def agreements(now: datetime) -> Iterator[Check]:
    """Schools with classes here, and no order or agreement that is in force today."""
    today = timezone.localdate(now)
    schools = Body.objects.filter(pk__in=ClassSection.objects.values("school"))
    live = RegisterAgreement.objects.filter(starts_on__lte=today, ends_on__gte=today)
    covered = Q(pk__in=live.filter(body__isnull=False).values("body"))
    for path in live.filter(area__isnull=False).values_list("area__path", flat=True):
        covered |= Q(area__path=path) | Q(area__path__startswith=f"{path}/")
    without = schools.exclude(covered).count()
    if without:
        yield Check(
            State.LOOK,
            _("Agreements"),
            _("%(count)d schools send registers without a recorded order or agreement")
            % {"count": without},
            _("Record the order of the department or of the school, with its end."),
        )


@further
def name_indexes(now: datetime) -> Iterator[Check]:
    """Whether each child can be found by the sound of her name, and no bucket tells of too few."""
    districts = set(name_index.districts_to_rebuild())
    named = Child.objects.exclude(name_buckets__isnull=False).exclude(district__in=districts)
    for district in named.order_by().values_list("district", flat=True).distinct():
        if name_index.has_left_out(district):
            districts.add(district)
    if districts:
        yield Check(
            State.LOOK,
            _("Finding by name"),
            ngettext(
                "the index of names is not in shape in %(count)d district",
                "the index of names is not in shape in %(count)d districts",
                len(districts),
            )
            % {"count": len(districts)},
            "aanchal people name-index",
        )


@further
def readings_looked_over(now: datetime) -> Iterator[Check]:
    """Whether somebody else looks over the reading of each person who can open names."""
    alone = readings.without_supervisor(at=now)
    if not alone:
        return
    areas = Area.objects.filter(path__in={path for _role, path in alone})
    named = {area.path: local_name(area) for area in areas}
    where = sorted({f"{ROLE_NAMES[Role(role)]}, {named.get(path, path)}" for role, path in alone})
    yield Check(
        State.LOOK,
        _("Reading"),
        ngettext(
            "nobody looks over what %(count)d person reads (%(who)s)",
            "nobody looks over what %(count)d people read (%(who)s)",
            len(alone),
        )
        % {"count": len(alone), "who": ", ".join(where[:5])},
        _("Invite a second coordinator, or a second case worker, for the same area or one above."),
    )
