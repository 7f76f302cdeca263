"""A family lives in another village: its children, its house and what is asked about them go along."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, may, require
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
from aanchal.places.models import Area

from ..family_moving import FamilyMoved, carry_out, check_village, held_children, held_flags
from ..permissions import WatchPermission


@use_case
def move_family(actor: Actor, *, child: Child, to: Area, at: datetime) -> FamilyMoved:
    """Write down that a child's family lives in another village; undone by moving it back.

    All children of the house go along, the house itself, every flag about them that has not
    ended, and the open concerns: these wait for the case workers of the new place, and stay with whoever
    has them until one of those takes them up. A visit stays with a volunteer who goes to the new village too; else it is taken back, she
    is told, and the flag waits for whoever sends visits there.

    Raises:
        NotAllowed: one of the two villages is not the actor's, or she is kin of the family.
        Invalid: it is no village, or one of another district.
        WrongState: they are written down there already, or live together with others since.
    """
    house = Child.objects.get(pk=child.pk).household_id
    flags = held_flags(child, house)
    family = held_children(child, house)
    if {each.household_id for each in family} != {house}:
        raise WrongState
    for each in family:
        require(actor, PeoplePermission.CHILD_MOVE, each)
    for flag in flags:
        require(actor, WatchPermission.VISIT_ASSIGN, flag)
    to = Area.objects.get(pk=to.pk)
    kin = frozenset[str]().union(*(each.kin() for each in family))
    if not may(actor, PeoplePermission.CHILD_MOVE, replace(to.scope(), excluded=kin)):
        raise NotAllowed(
            _(
                "That village is not yours: ask whoever coordinates it, on the page of the child's "
                "village. Whoever coordinates both can move the family at once."
            ),
            permission=str(PeoplePermission.CHILD_MOVE),
        )
    check_village(family, flags, to)
    return carry_out(actor, family, flags, to=to, at=at)
