"""A family is said to live in a village that another coordinates: she is asked, and answers."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import Notice, User
from aanchal.access.notices import tell
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, may, require
from aanchal.kernel.errors import Invalid, SecondPerson, WrongState
from aanchal.kernel.stages import advance
from aanchal.kernel.waiting import something_waits
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
from aanchal.places.models import Area

from ..family_moving import FamilyMoved, carry_out, check_village, held_children, held_flags
from ..models import FamilyMove
from ..permissions import WatchPermission
from ..verbs import WatchVerb

MAX_WORDS = 400
State = FamilyMove.State


@use_case
def ask_family_move(actor: Actor, *, child: Child, to: Area, why: str, at: datetime) -> FamilyMove:
    """Ask whoever coordinates a village whether a child's family lives there; nothing moves until then.

    Args:
        why: how the asker knows, and who there can be asked.

    Raises:
        NotAllowed: a child of the house or a flag about one is not the actor's, or she is kin.
        Invalid: it is no village, one of another district, or one of the actor's own; or no words.
        WrongState: they are written down there already, or it is asked already.
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
    check_village(family, flags, to)
    if may(actor, PeoplePermission.CHILD_MOVE, to.scope()):
        raise Invalid(_("That village is yours: move the family yourself."), field="village")
    why = _tidy(why, field="why", empty=_("Say how you know, and who there can be asked."))
    if FamilyMove.objects.filter(child__in=family, state=State.WAITING).exists():
        raise WrongState(_("This is asked already. Take it back first, if it was a mistake."))
    held = next(each for each in family if each.pk == child.pk)
    move = FamilyMove.objects.create(
        district=held.district,
        child=held,
        left=held.area,
        to=to,
        house=sorted(str(each.pk) for each in family),
        why=why,
        asked_by=actor.user_id,
        asked_at=at,
    )
    something_waits()
    record(actor, WatchVerb.FAMILY_MOVE_ASKED, move, scope=held.scope(), to=str(to.pk))
    return move


@use_case
def agree_family_move(actor: Actor, *, move: FamilyMove, at: datetime) -> FamilyMoved:
    """Say that the family lives there: it is written down in the village, with all that follows.

    Whoever has the village writes; whoever asked had the right to let the family go.

    Raises:
        NotAllowed: the village is not the actor's, or she is kin of the family.
        SecondPerson: she asked it herself.
        WrongState: settled before; or others live in the house since, or it is asked of another place.
    """
    asked = FamilyMove.objects.select_related("child").get(pk=move.pk)
    house = asked.child.household_id
    flags = held_flags(asked.child, house)
    family = held_children(asked.child, house)
    move = _held_move(move)
    _require_answer(actor, move)
    if sorted(str(each.pk) for each in family) != move.house:
        raise WrongState(
            _(
                "Others live together with this child since it was asked. Refuse it, so that whoever "
                "asked is told and asks anew."
            )
        )
    check_village(family, flags, move.to)
    moved = carry_out(actor, family, flags, to=move.to, at=at, agreed=move)
    _settle(actor, move, State.AGREED, at=at)
    return moved


@use_case
def refuse_family_move(actor: Actor, *, move: FamilyMove, answer: str, at: datetime) -> FamilyMove:
    """Say that the family does not live there, with a reason for whoever asked; nothing moves.

    Raises:
        NotAllowed, SecondPerson: as for `agree_family_move`.
        Invalid: no reason.
        WrongState: settled before.
    """
    move = _held_move(move)
    _require_answer(actor, move)
    move.answer = _tidy(
        answer, field="answer", empty=_("Say in a word why not, for whoever asked.")
    )
    return _settle(actor, move, State.REFUSED, at=at)


@use_case
def take_family_move_back(actor: Actor, *, move: FamilyMove, at: datetime) -> FamilyMove:
    """Take the question back: it was a mistake. Whoever coordinates the place of the child may.

    Raises:
        NotAllowed: the child is not the actor's, or she is kin.
        WrongState: settled before.
    """
    move = _held_move(move)
    require(actor, PeoplePermission.CHILD_MOVE, move.child)
    if move.state != State.WAITING:
        raise WrongState
    return _settle(actor, move, State.TAKEN_BACK, at=at)


def _held_move(move: FamilyMove) -> FamilyMove:
    return (
        FamilyMove.objects.select_for_update(of=("self",))
        .select_related("to", "child__area", "child__household")
        .prefetch_related("child__household__kinships")
        .get(pk=move.pk)
    )


def _require_answer(actor: Actor, move: FamilyMove) -> None:
    require(actor, PeoplePermission.CHILD_MOVE, move)
    if actor.user_id == move.asked_by:
        raise SecondPerson(_("Another person must answer this: you asked it yourself."))
    if move.state != State.WAITING:
        raise WrongState


def _settle(actor: Actor, move: FamilyMove, to: State, *, at: datetime) -> FamilyMove:
    move.settled_by, move.settled_at = actor.user_id, at
    saving = ("settled_by", "settled_at", "answer")
    advance(actor, move, to, scope=move.to.scope(), saving=saving)
    if to in (State.AGREED, State.REFUSED):
        _tell_asker(move, at=at)
    return move


def _tell_asker(move: FamilyMove, *, at: datetime) -> None:
    try:
        asker = User.objects.filter(pk=UUID(move.asked_by)).first()
    except ValueError:  # no person asked
        return
    if asker is not None:
        tell(asker, Notice.Kind.FAMILY_MOVE_ANSWERED, at=at)


def _tidy(words: str, *, field: str, empty: object) -> str:
    words = " ".join(words.split())[:MAX_WORDS]
    if not words:
        raise Invalid(empty, field=field)
    return words
