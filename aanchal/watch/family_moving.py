"""What moving a family changes, step by step; whether it may be moved was asked before, by the use cases."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aanchal.access.models import Notice
from aanchal.access.notices import tell
from aanchal.cases.actions import follow_children
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, system_actor
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance, advance_all
from aanchal.people.models import Child, Household, HouseholdJoin
from aanchal.people.verbs import PeopleVerb
from aanchal.places.models import Area

from .models import FamilyMove, Flag, Visit
from .queries.ends import was_visited
from .queries.hands import may_go


class FamilyMoved(NamedTuple):
    """What a move of a family changed.

    Args:
        children: all who live in the house.
        taken_back: visits in the hands of volunteers who do not go to the new village.
    """

    children: list[Child]
    taken_back: list[Visit]


def check_village(family: Sequence[Child], flags: Sequence[Flag], to: Area) -> None:
    """Check that a family can be written down in a village.

    Raises:
        Invalid: it is no village, or one of another district.
        WrongState: they are written down there already.
    """
    if to.level != Area.Level.VILLAGE or to.joined_into_id is not None:
        raise Invalid(_("Choose the village."), field="village")
    if any(each.district != to.district for each in family):
        raise Invalid(_("That village is in another district."), field="village")
    areas = {each.area_id for each in family} | {flag.area_id for flag in flags}
    if areas == {to.pk}:
        raise WrongState(_("The family is written down in this village already."))


def carry_out(
    actor: Actor,
    family: Sequence[Child],
    flags: Sequence[Flag],
    *,
    to: Area,
    at: datetime,
    agreed: FamilyMove | None = None,
) -> FamilyMoved:
    """Write down where a held family and its held flags are, with all that follows; it was asked before.

    Args:
        agreed: the question that is answered by it; others about the family have no meaning any more.
    """
    house = family[0].household_id
    moving = [each for each in family if each.area_id != to.pk]
    for each in family:
        before = each.scope()
        each.area, each.area_is_assumed = to, False
        each.save(update_fields=["area", "area_is_assumed"])
        if each in moving:
            record(
                actor, PeopleVerb.CHILD_CHANGED, each, scope=before, fields=["area"], to=str(to.pk)
            )
    if house is not None:
        joined = Q(joins_out_of__kept=house, joins_out_of__state=HouseholdJoin.State.JOINED)
        keys = list(Household.objects.filter(joined).values_list("pk", flat=True))
        Household.objects.filter(pk__in=[house, *keys]).update(area=to)
    Flag.objects.filter(pk__in=[flag.pk for flag in flags]).update(area=to)
    # By Aanchal itself: whoever moves a family does not learn whether somebody told a concern of it.
    follow_children(system_actor("concerns"), children=family, to=to, at=at)
    waiting = FamilyMove.objects.filter(child__in=family, state=FamilyMove.State.WAITING)
    for asked in waiting.select_for_update().order_by("pk"):
        if agreed is None or asked.pk != agreed.pk:
            asked.settled_by, asked.settled_at = actor.user_id, at
            saving = ("settled_by", "settled_at")
            advance(actor, asked, FamilyMove.State.LAPSED, scope=to.scope(), saving=saving)
    return FamilyMoved(list(family), _take_back(actor, flags, at=at))


def held_flags(child: Child, house: object) -> list[Flag]:
    """The live flags of a house, locked in the order of their keys: before all else, as everywhere."""
    home = Q(child=child.pk)
    if house is not None:
        home |= Q(child__household=house)
    return list(
        Flag.objects.filter(home, state__in=Flag.LIVE)
        .select_related("area", "child__household")
        .prefetch_related("child__household__kinships")
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def held_children(child: Child, house: object) -> list[Child]:
    home = Q(pk=child.pk)
    if house is not None:
        home |= Q(household=house)
    return list(
        Child.objects.filter(home)
        .select_related("area", "household")
        .prefetch_related("household__kinships")
        .select_for_update(of=("self",))
        .order_by("pk")
    )


def _take_back(actor: Actor, flags: Sequence[Flag], *, at: datetime) -> list[Visit]:
    """Take the visits back whose volunteers do not go to the village in which the flags are now."""
    held = (
        Visit.objects.filter(flag__in=[f.pk for f in flags], state=Visit.State.ASSIGNED)
        .select_related("flag__area", "flag__child__household", "volunteer", "second")
        .prefetch_related("flag__child__household__kinships")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    along = Q(second__isnull=True) | may_go("second", at=at)
    stays = set(
        Visit.objects.filter(
            may_go("volunteer", at=at) & along, flag__in=[f.pk for f in flags]
        ).values_list("pk", flat=True)
    )
    taken_back = [visit for visit in held if visit.pk not in stays]
    for visit in taken_back:
        advance(actor, visit, Visit.State.CANCELLED, scope=visit.flag.scope())
        before = Flag.State.VISITED if was_visited(visit.flag) else Flag.State.OPEN
        advance_all(Flag.objects.filter(pk=visit.flag_id, state=Flag.State.ASSIGNED), before)
        for user in (visit.volunteer, visit.second):
            if user is not None:
                tell(user, Notice.Kind.VISIT_TAKEN_BACK, at=at)
    return taken_back
