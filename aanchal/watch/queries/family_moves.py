"""Families that are said to live in a village that another coordinates: what waits, and what was asked."""

from django.db.models import Case, Q, QuerySet, Value, When

from aanchal.kernel.access import outside_kin, reach
from aanchal.kernel.authz import Actor
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission

from ..models import FamilyMove

_IS_SETTLED = Case(When(state=FamilyMove.State.WAITING, then=Value(0)), default=Value(1))


def family_moves_to_answer(actor: Actor) -> QuerySet[FamilyMove]:
    """Those that wait for the actor's yes, the longest first; none that she asked herself."""
    return (
        _family_moves()
        .filter(
            reach(FamilyMove, actor, PeoplePermission.CHILD_MOVE), state=FamilyMove.State.WAITING
        )
        .exclude(asked_by=actor.user_id)
        .order_by("asked_at", "pk")
    )


def family_moves_asked(actor: Actor) -> QuerySet[FamilyMove]:
    """Those that the actor asked, and those about children who are hers: those that wait first, then the newest."""
    hers = Q(asked_by=actor.user_id) & outside_kin(FamilyMove, actor)
    return (
        _family_moves()
        .filter(hers | reach(Child, actor, PeoplePermission.CHILD_MOVE, "child__"))
        .order_by(_IS_SETTLED, "-asked_at", "-pk")
    )


def waiting_family_move(child: Child) -> FamilyMove | None:
    """What is asked of the family of a child now; one query. For whoever may see the child."""
    home = Q(child=child.pk)
    if child.household_id is not None:
        home |= Q(child__household=child.household_id)
    return _family_moves().filter(home, state=FamilyMove.State.WAITING).first()


def _family_moves() -> QuerySet[FamilyMove]:
    return FamilyMove.objects.select_related("child", "left__parent", "to__parent")
