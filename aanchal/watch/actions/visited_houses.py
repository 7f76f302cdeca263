"""How the house of a visit is found: read and written by the volunteer who goes."""

from dataclasses import replace
from datetime import datetime

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import WrongState
from aanchal.people.houses import (
    House,
    house_for_volunteer,
    house_of,
    may_be_called,
    write_house,
)
from aanchal.people.verbs import PeopleVerb

from ..models import Visit
from ..permissions import WatchPermission
from .holding import lock_visit


@use_case
def open_visited_house(actor: Actor, *, visit: Visit, at: datetime) -> House:
    """Read how the house of a visit is found, which leaves a trace. The phone only with consent.

    Raises:
        NotAllowed: the visit is not in the actor's hands.
    """
    require(actor, WatchPermission.VISIT_RECORD, visit)
    record(actor, PeopleVerb.HOUSE_SHOWN, visit, scope=visit.flag.scope())
    return house_for_volunteer(visit.flag.child)


@use_case
def describe_visited_house(actor: Actor, *, visit: Visit, house: House, at: datetime) -> Visit:
    """Write down how the house of a visit is found: by the volunteer who has been there.

    A phone that she was not shown, and left empty, stays as it is.

    Raises:
        NotAllowed: the visit is not in the actor's hands.
        Invalid: a line too long, or a relation there is not.
        WrongState: it was recorded or taken back meanwhile.
    """
    visit = lock_visit(visit)
    require(actor, WatchPermission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    child = visit.flag.child
    if not house.phone and not may_be_called(child):
        house = replace(house, phone=house_of(child).phone)
    changed = write_house(child, house)
    if changed:
        record(actor, PeopleVerb.HOUSE_DESCRIBED, child, scope=visit.flag.scope(), fields=changed)
    return visit
