"""Reads of flags and visits. Each starts from what the actor may see; kin are excluded first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from aanchal.access.models import User
from aanchal.access.queries import live_grants, lost_her_phone
from aanchal.access.roles import Role
from aanchal.kernel.access import reach, visible
from aanchal.kernel.authz import Actor, covers
from aanchal.kernel.errors import NotFound
from aanchal.kernel.vocabulary import Permission
from aanchal.people.models import Child, Kinship
from aanchal.places.models import Area, Body

from ..findings import group_of
from ..guidance import guidance
from ..models import Finding, Flag, LateFinding, Reopening, Visit
from ..permissions import WatchPermission
from .before_going import gave_back_as, not_to_be_sent
from .hands import can_be_made, may_go, my_visits_along


def visible_flags(
    actor: Actor, permission: Permission = WatchPermission.FLAG_VIEW
) -> QuerySet[Flag]:
    """Flags in the actor's areas, urgent first, then the longest waiting."""
    return (
        visible(Flag, actor, permission)
        .select_related("child", "area", "class_section__school")
        .order_by("-channel", "raised_at", "pk")
    )


def flag_places(actor: Actor) -> tuple[list[Area], list[Body]]:
    """Villages and schools of which the actor may see a flag, each by name. Two queries."""
    asked = visible_flags(actor).order_by()
    villages = Area.objects.filter(pk__in=asked.values("area")).order_by("name", "pk")
    schools = Body.objects.filter(pk__in=asked.values("class_section__school"))
    return list(villages), list(schools.order_by("name", "pk"))


def flags_among(actor: Actor, keys: Iterable[UUID]) -> dict[UUID, Flag]:
    """Key → flag, of those among some that the actor may see. One query."""
    return {flag.pk: flag for flag in visible_flags(actor).filter(pk__in=list(keys))}


def flags_of_child(actor: Actor, child: Child) -> list[Flag]:
    """All flags about a child that the actor may see, newest first, with what was done. Four queries."""
    return list(
        visible_flags(actor)
        .filter(child=child)
        .order_by("-raised_at", "-pk")
        .select_related("child", "area", "class_section__school", "outcome")
        .prefetch_related(_whole_visits(), "reopenings")
    )


def _whole_visits() -> Prefetch[Any]:
    visits = Visit.objects.select_related("volunteer", "second", "finding")
    return Prefetch("visits", visits.prefetch_related("late_findings"))


def with_visits(flags: QuerySet[Flag]) -> QuerySet[Flag]:
    """Some flags with their visits, what was found and how they ended; one query more."""
    return flags.prefetch_related(
        Prefetch("visits", Visit.objects.select_related("volunteer", "finding"))
    ).select_related("outcome")


def visits_of(flag: Flag) -> list[Visit]:
    """The visits of a flag, as they were loaded with it."""
    return list(flag.visits.all())


def late_findings_of(visits: Iterable[Visit]) -> list[LateFinding]:
    """What came too late of some visits, as it was loaded with them."""
    return [late for visit in visits for late in visit.late_findings.all()]


def reopenings_of(flag: Flag) -> list[Reopening]:
    """When a flag was taken up again, as it was loaded with it."""
    return list(flag.reopenings.all())


def get_flag(
    actor: Actor, *, pk: UUID | str, permission: Permission = WatchPermission.FLAG_VIEW
) -> Flag:
    """One flag the actor may see; `NotFound` whether absent or hidden."""
    found = (
        visible_flags(actor, permission)
        .filter(pk=pk)
        .select_related("child__household", "child__area", "area", "class_section__school__area")
        .prefetch_related(
            "child__household__kinships",
            "reopenings",
            _whole_visits(),
        )
        .first()
    )
    if found is None:
        raise NotFound
    return found


def unassigned_flags(actor: Actor) -> QuerySet[Flag]:
    """Open flags that are in nobody's hands."""
    return visible_flags(actor).filter(state=Flag.State.OPEN)


def goes(visit: Visit, *, at: datetime) -> bool:
    """Whether the volunteer of a visit may still go. One query."""
    return Visit.objects.filter(may_go("volunteer", at=at), pk=visit.pk).exists()


def overdue_visits(actor: Actor, *, at: datetime) -> QuerySet[Visit]:
    """Visits that wait for another step of the coordinator, longest overdue first.

    Those past their time in a volunteer's hands; and those, whatever their time, that cannot be made
    as they were sent: the account of one who goes was stopped, her role has ended, she is kin of the
    household and so does not see it any more, or one would go alone to a house that is not safe.
    """
    assigned = Visit.objects.filter(
        reach(Visit, actor, WatchPermission.VISIT_ASSIGN), state=Visit.State.ASSIGNED
    )
    return (
        assigned.filter(Q(due_at__lt=at) | ~can_be_made(assigned, at=at))
        .select_related("flag__child", "flag__area", "volunteer")
        .order_by("due_at", "pk")
    )


def my_visits(actor: Actor) -> QuerySet[Visit]:
    """Visits in the actor's own hands, within the places she still holds, soonest due first."""
    return (
        visible(Visit, actor, WatchPermission.VISIT_RECORD)
        .filter(volunteer_id=actor.user_id, state=Visit.State.ASSIGNED)
        .select_related(
            "flag__child__household", "flag__area", "flag__class_section__school", "second"
        )
        .order_by("due_at", "pk")
    )


def has_visits(actor: Actor) -> bool:
    """Whether a visit is in the actor's hands, or one in another's on which she goes along."""
    return my_visits(actor).exists() or my_visits_along(actor).exists()


def my_visit_for(actor: Actor, *, flag: UUID) -> Visit | None:
    """The visit for a flag that is in the actor's own hands; None when there is none."""
    return my_visits(actor).filter(flag=flag).first()


def get_my_visit(actor: Actor, *, pk: UUID | str) -> Visit:
    """One visit in the actor's own hands; `NotFound` for any other."""
    found = my_visits(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def my_recent_visits(actor: Actor, *, since: datetime) -> QuerySet[Visit]:
    """Visits the actor recorded since a moment, newest first, with how their flag ended.

    Only within the places she still holds: what she did elsewhere is no longer hers to see.
    """
    return (
        Visit.objects.filter(
            # No longer in her hands: the place of its flag is asked.
            reach(Flag, actor, WatchPermission.VISIT_RECORD, "flag__"),
            volunteer_id=actor.user_id,
            state=Visit.State.RECORDED,
            recorded_at__gte=since,
        )
        .select_related("flag__child", "flag__area", "flag__outcome", "flag__class_section")
        .order_by("-recorded_at")
    )


def get_my_recent_visit(actor: Actor, *, pk: UUID | str, since: datetime) -> Visit:
    """One of `my_recent_visits` with what she found; `NotFound` for any other."""
    found = (
        my_recent_visits(actor, since=since)
        .filter(pk=pk)
        .select_related("finding", "flag__child__household", "flag__area")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def volunteers_for(flag: Flag, *, at: datetime) -> list[User]:
    """Volunteers of the flag's village who may make its visit, by username.

    Kin of the household are left out, those who said that the house is not safe for them, and those
    who have lost their phone; also those who found nobody at home too often, as long as there is
    another. Six queries.
    """
    kin = Kinship.objects.filter(user=OuterRef("user"), household=flag.child.household_id)
    stay_away = not_to_be_sent(flag) | gave_back_as(Visit.HandedBack.KIN, flag)
    grants = (
        live_grants(at=at)
        .filter(Q(role=Role.VOLUNTEER), ~Exists(kin), ~lost_her_phone("user", at=at))
        .select_related("user")
        .order_by("user__username")
    )
    found = {
        g.user_id: g.user
        for g in grants
        if covers(g.area_path, flag.area.path) and g.user_id not in stay_away
    }
    often = found_nobody_often(flag)
    others = [user for user in found.values() if user.pk not in often]
    return others or list(found.values())


def without_phone(flag: Flag, *, at: datetime) -> list[User]:
    """Volunteers of the flag's village who have lost their phone, by username; one query."""
    grants = (
        live_grants(at=at)
        .filter(Q(role=Role.VOLUNTEER), lost_her_phone("user", at=at))
        .select_related("user")
        .order_by("user__username")
    )
    return list({g.user_id: g.user for g in grants if covers(g.area_path, flag.area.path)}.values())


def nobody_home_counts(flag: Flag) -> dict[UUID, int]:
    """Volunteer → how often she found nobody at home for this flag. One query."""
    counts: dict[UUID, int] = {}
    for finding in Finding.objects.filter(visit__flag=flag).select_related("visit"):
        if group_of(finding.kind) == "again":
            held = finding.visit.volunteer_id
            counts[held] = counts.get(held, 0) + 1
    return counts


def found_nobody_often(flag: Flag) -> set[UUID]:
    """Volunteers who found nobody at home so often for this flag that another should go."""
    most = guidance()["not_home_tries"]
    return {pk for pk, n in nobody_home_counts(flag).items() if n >= most}
