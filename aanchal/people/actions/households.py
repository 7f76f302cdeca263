"""Two households that are one family, joined by somebody who knows; and that undone."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import NotFound, WrongState
from aanchal.kernel.stages import advance

from ..families import a_copy
from ..models import Child, Guardian, Household, HouseholdJoin, Kinship
from ..permissions import PeoplePermission
from ..verbs import PeopleVerb


@use_case
def join_households(actor: Actor, *, child: Child, other: Child, at: datetime) -> HouseholdJoin:
    """Say that two children are of one family: whoever lives with `other` lives with `child` now.

    The same people are kin of both before, so that it shuts nobody out and lets nobody in.

    Raises:
        NotAllowed: the actor may not open the file of each child of the two households, or is kin.
        NotFound: one of the children is hidden from her.
        WrongState: they are of one household already, or of two districts; or somebody is kin of
            one of them only, or waits for a second person.
    """
    children = _locked([child.pk, other.pk])
    one, two = children.get(child.pk), children.get(other.pk)
    if one is None or two is None:
        raise NotFound
    for each in (one, two):
        require(actor, PeoplePermission.CHILD_OPEN_FILE, each)
    if one.pk == two.pk or (one.household_id and one.household_id == two.household_id):
        raise WrongState(_("They are written down as one family already."))
    if one.district != two.district:
        raise WrongState(_("They are of two districts. Ask the administrator."))
    kept, left = (_household_of(each) for each in (one, two))
    moving = list(_locked([c.pk for c in left.children.all()]).values())
    for each in moving:
        require(actor, PeoplePermission.CHILD_OPEN_FILE, each)
    _require_same_kin(kept, left)
    guardians = [str(g.pk) for g in left.guardians.all()]
    Guardian.objects.filter(household=left).update(household=kept)
    Child.objects.filter(household=left).update(household=kept)
    join = HouseholdJoin.objects.create(
        district=one.district,
        kept=kept,
        left=left,
        moved={"children": [str(c.pk) for c in moving], "guardians": guardians},
        done={"by": actor.user_id, "at": at.isoformat()},
    )
    record(actor, PeopleVerb.HOUSEHOLDS_JOINED, join, scope=one.scope())
    for each in moving:
        record(actor, PeopleVerb.CHILD_CHANGED, each, scope=each.scope(), fields=["household"])
    return join


@use_case
def part_households(actor: Actor, *, join: HouseholdJoin, at: datetime) -> HouseholdJoin:
    """Undo a join: children and guardians are where they were. Whoever is kin stays kin of both.

    Raises:
        NotAllowed: the actor may not open the file of each child that moved, or is kin.
        WrongState: undone before.
    """
    join = (
        HouseholdJoin.objects.select_for_update(of=("self",))
        .select_related("kept", "left")
        .get(pk=join.pk)
    )
    # Who has moved on to another household since then stays there.
    moved = [c for c in _locked(join.moved["children"]).values() if c.household_id == join.kept_id]
    require(actor, PeoplePermission.CHILD_OPEN_FILE, join)
    for each in moved:
        require(actor, PeoplePermission.CHILD_OPEN_FILE, each)
    if join.state != HouseholdJoin.State.JOINED:
        raise WrongState
    _copy_kinships(join.kept, join.left)
    Child.objects.filter(pk__in=[c.pk for c in moved]).update(household=join.left)
    Guardian.objects.filter(pk__in=join.moved["guardians"], household=join.kept).update(
        household=join.left
    )
    join.done = {**join.done, "undone_by": actor.user_id, "undone_at": at.isoformat()}
    advance(actor, join, HouseholdJoin.State.UNDONE, scope=join.scope(), saving=("done",))
    for each in moved:
        record(actor, PeopleVerb.CHILD_CHANGED, each, scope=each.scope(), fields=["household"])
    return join


def _locked(keys: Sequence[UUID | str]) -> dict[UUID, Child]:
    """Children by key, locked in the order of their keys, with what their scopes need."""
    rows = (
        Child.objects.filter(pk__in=keys)
        .select_for_update(of=("self",))
        .select_related("area", "household")
        .prefetch_related("household__kinships")
        .order_by("pk")
    )
    return {child.pk: child for child in rows}


def _household_of(child: Child) -> Household:
    if child.household is None:
        child.household = Household.objects.create(district=child.district, area=child.area)
        child.save(update_fields=["household"])
    return child.household


def _require_same_kin(kept: Household, left: Household) -> None:
    """One person joins; who is shut out, and who no more, is a question for two."""
    one, two = (set(h.kinships.values_list("user_id", "state")) for h in (kept, left))
    if one != two or any(state != Kinship.State.STANDS for _user, state in one):
        raise WrongState(
            _(
                "A colleague is written down as kin of one of these families only, or a second person "
                "has not answered yet. Write it down for both, let it be confirmed, then join them."
            )
        )


def _copy_kinships(source: Household, target: Household) -> None:
    have = set(target.kinships.values_list("user_id", flat=True))
    Kinship.objects.bulk_create(
        [a_copy(k, target) for k in source.kinships.all() if k.user_id not in have]
    )
