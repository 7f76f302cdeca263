"""Reads of concerns: exclusion first, then the seal, then role and place."""

from uuid import UUID

from django.db.models import Q, QuerySet

from aanchal.kernel.errors import NotFound
from aanchal.kernel.permissions import Actor, Permission, granted_areas
from aanchal.people.queries import not_kin
from aanchal.places.queries import within

from .models import Concern


def visible_concerns(actor: Actor) -> QuerySet[Concern]:
    """Concerns the actor may see, newest first. A sealed one shows to its named team only."""
    reach = within(granted_areas(actor, Permission.CONCERN_VIEW), "area__path")
    return (
        Concern.objects.filter(reach, not_kin(actor, "child__"))
        .exclude(implicated__user_id=actor.user_id)
        .filter(Q(is_sealed=False) | Q(team__user_id=actor.user_id))
        .select_related("area", "child")
        .distinct()
        .order_by("-raised_at", "-pk")
    )


def get_concern(actor: Actor, *, pk: UUID | str) -> Concern:
    """One concern the actor may see; `NotFound` whether absent, hidden or sealed."""
    found = (
        visible_concerns(actor)
        .filter(pk=pk)
        .select_related("child__household", "child__area", "area")
        .prefetch_related("team", "implicated", "child__household__kinships")
        .first()
    )
    if found is None:
        raise NotFound
    return found
