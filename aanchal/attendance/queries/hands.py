"""Visits by the hands they are in: who holds how many, and what was once in one's own."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from aanchal.kernel.permissions import Actor, Permission, grants_for
from aanchal.people.queries import not_kin
from aanchal.places.queries import within

from ..guidance import guidance
from ..models import Finding, Visit
from ..rules.leaving import has_left


def visits_in_hand(volunteers: Iterable[UUID]) -> dict[UUID, int]:
    """Volunteer → the visits in her hands now; those with none are absent. One query."""
    rows = (
        Visit.objects.filter(volunteer__in=list(volunteers), state=Visit.State.ASSIGNED)
        .order_by()
        .values_list("volunteer_id")
        .annotate(held=Count("pk"))
    )
    return dict(rows)


def my_past_visit(actor: Actor, *, pk: UUID | str) -> Visit | None:
    """A visit that was in the actor's own hands and is no longer, while the place is still hers.

    For whoever comes back to it by an old page: what she recorded, gave back, or was taken from
    her. None for any other, whether absent, another's, or of her own kin.
    """
    paths = [g.area_path for g in grants_for(actor, Permission.VISIT_RECORD) if g.area_path]
    return (
        Visit.objects.filter(
            within(paths, "flag__area__path"),
            not_kin(actor, "flag__child__"),
            pk=pk,
            volunteer_id=actor.user_id,
        )
        .exclude(state=Visit.State.ASSIGNED)
        .select_related("flag__area", "flag__child__area", "flag__child__household")
        .first()
    )


def is_outside(visit: Visit, *, at: datetime) -> bool:
    """Say whether the private questions of a visit may be shown to its volunteer now."""
    hours = guidance()["left_house_hours"]
    return visit.state == Visit.State.ASSIGNED and has_left(visit.left_house_at, at=at, hours=hours)


def is_correctable(finding: Finding, *, at: datetime) -> bool:
    """Say whether she who wrote a finding may still put it right."""
    hours = guidance()["finding_correctable_hours"]
    return at - finding.recorded_at < timedelta(hours=hours)
