"""Visits by the hands they are in: who holds how many, and what was once in one's own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Concat

from aanchal.access.queries import live_grants, lost_her_phone
from aanchal.access.roles import Role
from aanchal.kernel import rowguard
from aanchal.kernel.access import outside_kin, reach
from aanchal.kernel.authz import Actor, Grant
from aanchal.people.models import Kinship

from ..guidance import guidance
from ..models import Finding, Flag, Visit
from ..permissions import WatchPermission
from ..rules.leaving import has_left
from .before_going import given_back, unsafe_houses


class InHand(NamedTuple):
    """How many visits a volunteer has now.

    Args:
        held: visits in her own hands.
        along: visits in another's hands on which she goes along.
    """

    held: int = 0
    along: int = 0

    @property
    def all(self) -> int:
        """Every house to which she is to go."""
        return self.held + self.along


def visits_in_hand(volunteers: Iterable[UUID]) -> dict[UUID, InHand]:
    """Volunteer → the visits that she has now; those with none are absent. One query."""
    asked = set(volunteers)
    rows = Visit.objects.filter(
        Q(volunteer__in=asked) | Q(second__in=asked), state=Visit.State.ASSIGNED
    ).values_list("volunteer_id", "second_id")
    held: Counter[UUID] = Counter()
    along: Counter[UUID] = Counter()
    for volunteer, second in rows.order_by():
        held[volunteer] += 1
        if second is not None:
            along[second] += 1
    return {v: InHand(held[v], along[v]) for v in asked if held[v] or along[v]}


def can_be_made(asked: QuerySet[Visit], *, at: datetime) -> Q:
    """Those of some visits that who has them can still make; of the others the coordinator must think anew.

    One query, for the houses that are not safe: why a visit was given back is sealed. Whoever goes, and whoever goes along, has a role here and is not kin of the household; and nobody
    goes alone to a house where somebody did not feel safe.
    """
    alone = asked.filter(state=Visit.State.ASSIGNED, two_go=False).order_by()
    housed = alone.filter(flag__child__household__isnull=False)
    not_safe = unsafe_houses(
        Q(flag__child__in=alone.values("flag__child"))
        | Q(flag__child__household__in=housed.values("flag__child__household"))
    )
    along = Q(second__isnull=True) | may_go("second", at=at)
    return may_go("volunteer", at=at) & along & (Q(two_go=True) | ~not_safe)


def can_still_be_made(visit: Visit, *, at: datetime) -> bool:
    """Say whether a visit can be made by those who were sent, as `can_be_made`. Two queries."""
    asked = Visit.objects.filter(pk=visit.pk)
    return asked.filter(can_be_made(asked, at=at)).exists()


def those_to_stop(visits: Iterable[Visit], *, at: datetime) -> set[UUID]:
    """Those of some visits that cannot be made by those who were sent. Two queries."""
    asked = Visit.objects.filter(pk__in=[visit.pk for visit in visits])
    return set(asked.filter(~can_be_made(asked, at=at)).values_list("pk", flat=True))


def may_go(who: str, *, at: datetime) -> Q:
    """A condition that the volunteer of a visit, or its `second`, may still go there.

    Else she does not see it any more: her account was stopped, her phone is lost, her role has ended
    or is over another village now, or she is kin of the household.
    """
    village = ExpressionWrapper(OuterRef("flag__area__path"), output_field=CharField())
    roles = live_grants(at=at).filter(user=OuterRef(who), role=Role.VOLUNTEER)
    covering = roles.annotate(village=village).filter(
        Q(village=F("area_path")) | Q(village__startswith=Concat(F("area_path"), Value("/")))
    )
    kin = Kinship.objects.filter(user=OuterRef(who), household=OuterRef("flag__child__household"))
    return Q(Exists(covering)) & ~Q(Exists(kin)) & ~lost_her_phone(who, at=at)


class MyPairs(NamedTuple):
    """What a volunteer's list says of visits of two, and of houses that were not safe for her.

    Args:
        along: visits on which she goes along, in another's hands, soonest due first.
        unsafe: visits that she gave back because she did not feel safe, the last first.
        broken: visits of two that the other gave back, so that she does not go either, the last first.
    """

    along: list[Visit]
    unsafe: list[Visit]
    broken: list[Visit]


def my_pairs(actor: Actor, *, since: datetime) -> MyPairs:
    """All that is told of her visits of two; those given back by the other since a moment.

    One small query where there is none, as for most; two else.
    """
    me = actor.user_id
    found = Visit.objects.filter(_along(me) | _hers_given_back(me)).only(
        "volunteer", "second", "state", "handed_back_at", "back"
    )
    keys = [
        visit.pk
        for visit in found
        if visit.state == Visit.State.ASSIGNED
        or _did_not_feel_safe(visit, me)
        or _is_broken(visit, me, since=since)
    ]
    if not keys:
        return MyPairs([], [], [])
    rows = list(
        Visit.objects.filter(_in_my_places(actor), pk__in=keys).select_related(
            "flag__child__household", "flag__area", "volunteer"
        )
    )
    along: list[Visit] = []
    ended: list[Visit] = []
    mine: list[Visit] = []
    broken: list[Visit] = []
    for visit in sorted(rows, key=lambda v: str(v.pk)):
        (along if visit.state == Visit.State.ASSIGNED else ended).append(visit)
    ended.sort(key=lambda v: v.handed_back_at or since, reverse=True)
    for visit in ended:
        if _did_not_feel_safe(visit, me):
            mine.append(visit)
        if _is_broken(visit, me, since=since):
            broken.append(visit)
    return MyPairs(sorted(along, key=lambda v: v.due_at), mine, broken)


def my_visits_along(actor: Actor) -> QuerySet[Visit]:
    """Visits on which the actor goes along with another, in whose hands they are."""
    return Visit.objects.filter(_along(actor.user_id), _in_my_places(actor)).select_related(
        "flag__child__household", "flag__area", "volunteer"
    )


def my_unsafe_houses(actor: Actor) -> QuerySet[Visit]:
    """Visits that the actor gave back because she did not feel safe."""
    me = actor.user_id
    hers = [v.pk for v in given_back(_hers_given_back(me)) if _did_not_feel_safe(v, me)]
    return Visit.objects.filter(_in_my_places(actor), pk__in=hers).select_related(
        "flag__child__household", "flag__area"
    )


def _along(me: str) -> Q:
    return Q(second_id=me, state=Visit.State.ASSIGNED)


def _hers_given_back(me: str) -> Q:
    return Q(volunteer_id=me, state=Visit.State.HANDED_BACK) | Q(
        second_id=me, state=Visit.State.HANDED_BACK
    )


def _did_not_feel_safe(visit: Visit, me: str) -> bool:
    is_first = str(visit.volunteer_id) == me
    said = visit.handed_back_because if is_first else visit.second_left_because
    return bool(said == Visit.HandedBack.UNSAFE)


def _is_broken(visit: Visit, me: str, *, since: datetime) -> bool:
    """Whether the other of the two gave it back, so that she does not go either, since a moment."""
    by_second = visit.handed_back_because == Visit.HandedBack.SECOND
    is_hers = (str(visit.volunteer_id) == me) == by_second
    return is_hers and visit.handed_back_at is not None and visit.handed_back_at >= since


def _in_my_places(actor: Actor) -> Q:
    """Visits where the actor makes visits still, and of whose families she is not."""
    return reach(Flag, actor, WatchPermission.VISIT_HAND_BACK, "flag__")


def my_past_visit(actor: Actor, *, pk: UUID | str) -> Visit | None:
    """A visit that was in the actor's own hands and is no longer, while the place is still hers.

    For whoever comes back to it by an old page: what she recorded, gave back, or was taken from
    her. None for any other, whether absent, another's, or of her own kin.
    """
    return (
        Visit.objects.filter(
            reach(Flag, actor, WatchPermission.VISIT_RECORD, "flag__"),
            pk=pk,
            volunteer_id=actor.user_id,
        )
        .exclude(state=Visit.State.ASSIGNED)
        .select_related("flag__area", "flag__child__area", "flag__child__household")
        .first()
    )


class EndedRole(NamedTuple):
    """A visit for which the actor was sent and where she has no role any more.

    Args:
        teller: she with the role with which she was sent, for telling what she found and nothing else.
    """

    visit: Visit
    teller: Actor


def visit_of_ended_role(actor: Actor, *, pk: UUID | str, at: datetime) -> EndedRole | None:
    """A visit that was put into the actor's own hands, where her role has ended since.

    Of one that she has not recorded nothing is shown to her: it is for what she sends. One that she has
    recorded is found as long as she may put it right, to show her what she wrote: a child whose family
    was moved to another village must not stay "all well" by that. None for one that she may still make,
    for another's, and for one of her own kin.
    """
    # Her roles reach this district no more; she reaches in it the one visit that was in her hands.
    with rowguard.everywhere():
        visit = (
            Visit.objects.filter(
                ~may_go("volunteer", at=at),
                ~Q(state=Visit.State.RECORDED) | ~lost_her_phone("volunteer", at=at),
                outside_kin(Flag, actor, "flag__"),
                pk=pk,
                volunteer_id=actor.user_id,
            )
            .select_related("finding", "flag__area", "flag__child__area", "flag__child__household")
            .prefetch_related("flag__child__household__kinships")
            .first()
        )
    if visit is None:
        return None
    if visit.state == Visit.State.RECORDED and not is_correctable(visit.finding, at=at):
        return None
    sent_as = Grant(Role.VOLUNTEER, area_path=visit.flag.area.path)
    reaches = actor.districts
    if reaches is not None:
        reaches |= {visit.district}
    return EndedRole(visit, replace(actor, grants=(*actor.grants, sent_as), districts=reaches))


def my_written_elsewhere(actor: Actor, *, at: datetime) -> list[Visit]:
    """Recorded visits that the actor may still put right where her role has ended, the last first.

    Of her districts; one query.
    """
    hours = timedelta(hours=guidance()["finding_correctable_hours"])
    found = Visit.objects.filter(
        ~may_go("volunteer", at=at),
        ~lost_her_phone("volunteer", at=at),
        outside_kin(Flag, actor, "flag__"),
        volunteer_id=actor.user_id,
        state=Visit.State.RECORDED,
        # In the open stands the begin of the day.
        recorded_at__gt=at - hours - timedelta(days=1),
    )
    rows = found.select_related("finding", "flag__child").order_by("-recorded_at", "pk")
    return [visit for visit in rows if is_correctable(visit.finding, at=at)]


def is_outside(visit: Visit, *, at: datetime) -> bool:
    """Say whether the private questions of a visit may be shown to its volunteer now."""
    hours = guidance()["left_house_hours"]
    return visit.state == Visit.State.ASSIGNED and has_left(visit.left_house_at, at=at, hours=hours)


def is_correctable(finding: Finding, *, at: datetime) -> bool:
    """Say whether she who wrote a finding may still put it right."""
    hours = guidance()["finding_correctable_hours"]
    return at - finding.recorded_at < timedelta(hours=hours)
