"""Moving a child from class to class: at once where both are the actor's, else by a question."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.stages import advance
from aanchal.lib.indic.names import tidy

from ..models import (
    ClassMove,
    Enrolment,
)
from ..moving import (
    Move,
    end_as_mistake,
    latest_enrolments,
    left_by,
    move_children,
    take_up_again,
)
from ..permissions import PeoplePermission


def _held_move(move: ClassMove) -> ClassMove:
    """A question about a move, locked, with what its scope needs."""
    return (
        ClassMove.objects.select_related(
            "child__area", "child__household", "from_section__school__area", "to_section"
        )
        .prefetch_related("child__household__kinships")
        .select_for_update(of=("self",))
        .get(pk=move.pk)
    )


@use_case
def agree_to_move(actor: Actor, *, move: ClassMove, at: datetime) -> Enrolment:
    """Say yes: the child leaves the class she is in and is in the asker's from the day named.

    Marks already recorded in the class she leaves stay there.

    Raises:
        NotAllowed: the actor answers for no whole school or area the child is in, or is kin.
        WrongState: settled before, or she is no longer in the class that was asked about.
    """
    move = _held_move(move)
    require(actor, PeoplePermission.CHILD_MOVE, move)
    held = latest_enrolments([move.child]).get(move.child_id)
    still = held.class_section_id if held is not None else None
    if move.state != ClassMove.State.WAITING or still != move.from_section_id:
        raise WrongState
    [new] = move_children(
        actor,
        [Move(move.child, held, move.to_section, move.roll_no, move.starts_on)],
        at=at,
    )
    _settle_move(actor, move, ClassMove.State.AGREED, at=at)
    return new


@use_case
def refuse_move(actor: Actor, *, move: ClassMove, answer: str, at: datetime) -> ClassMove:
    """Say no, with a word for the asker: the child stays where she is.

    Raises:
        NotAllowed: as for `agree_to_move`.
        Invalid: no word was given.
        WrongState: settled before.
    """
    move = _held_move(move)
    require(actor, PeoplePermission.CHILD_MOVE, move)
    if move.state != ClassMove.State.WAITING:
        raise WrongState
    if not answer.strip():
        raise Invalid(_("Say in a word why not, for whoever asked."), field="answer")
    move.answer = tidy(answer)[:400]
    return _settle_move(actor, move, ClassMove.State.REFUSED, at=at)


@use_case
def take_move_back(actor: Actor, *, move: ClassMove, at: datetime) -> ClassMove:
    """Take one's own question back: it was a mistake.

    Raises:
        NotAllowed: another asked, or the class is no longer the actor's.
        WrongState: settled before.
    """
    move = _held_move(move)
    require(actor, PeoplePermission.CHILD_ENROL, move.to_section)
    if move.asked_by != actor.user_id:
        raise NotAllowed(permission=str(PeoplePermission.CHILD_ENROL))
    if move.state != ClassMove.State.WAITING:
        raise WrongState
    return _settle_move(actor, move, ClassMove.State.TAKEN_BACK, at=at)


@use_case
def undo_move(actor: Actor, *, move: ClassMove, at: datetime) -> ClassMove:
    """Take a yes back: the child is in the class that she left, and the question waits as before.

    Raises:
        NotAllowed: as for `agree_to_move`.
        WrongState: no yes was said, or she has been in another class since.
    """
    move = _held_move(move)
    require(actor, PeoplePermission.CHILD_MOVE, move)
    held = latest_enrolments([move.child]).get(move.child_id)
    if (
        move.state != ClassMove.State.AGREED
        or held is None
        or held.ends_on is not None
        or held.class_section_id != move.to_section_id
    ):
        raise WrongState(_("The pupil has been in another class since. It cannot be undone."))
    asked_meanwhile = ClassMove.objects.filter(
        child=move.child, to_section=move.to_section, state=ClassMove.State.WAITING
    )
    if asked_meanwhile.exists():
        raise WrongState
    left = left_by(held)
    if left is not None and left.class_section_id != move.from_section_id:
        raise WrongState
    end_as_mistake(actor, held)
    if left is not None:
        take_up_again(actor, left)
    move.settled_by, move.settled_at = "", None
    advance(
        actor,
        move,
        ClassMove.State.WAITING,
        scope=move.scope(),
        saving=("settled_by", "settled_at"),
        also=[move.to_section.district],
    )
    return move


def _settle_move(actor: Actor, move: ClassMove, to: ClassMove.State, *, at: datetime) -> ClassMove:
    move.settled_by, move.settled_at = actor.user_id, at
    advance(
        actor,
        move,
        to,
        scope=move.scope(),
        saving=("settled_by", "settled_at", "answer"),
        also=[move.to_section.district],
    )
    return move
