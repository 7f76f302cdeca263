"""Reads of concerns: exclusion first, then the seal, then role and place."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from aanchal.access.queries import live_grants
from aanchal.kernel.errors import NotFound
from aanchal.kernel.permissions import Actor, Permission, Role, covers, granted_areas
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


def sealed_and_open() -> QuerySet[Concern]:
    """Every sealed concern that is not closed, oldest first; for Aanchal's own upkeep."""
    return (
        Concern.objects.filter(is_sealed=True)
        .exclude(stage=Concern.Stage.CLOSED)
        .select_related("area", "child__household")
        .prefetch_related("team", "implicated", "child__household__kinships")
        .order_by("raised_at", "pk")
    )


def without_anyone(concerns: Iterable[Concern], *, at: datetime) -> list[Concern]:
    """Those of some sealed concerns that no member of their team may open now; two queries."""
    held = [(str(g.user_id), g.area_path) for g in live_grants(at=at).filter(role=Role.CASE_WORKER)]
    alone = []
    for concern in concerns:
        scope = concern.scope()
        team = (scope.team or frozenset()) - scope.excluded
        if not any(who in team and covers(path, scope.area_path) for who, path in held):
            alone.append(concern)
    return alone


def may_be_opened(concern: Concern, *, at: datetime) -> bool:
    """Whether anybody of a sealed concern's team may open it now."""
    return not without_anyone([concern], at=at)


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
