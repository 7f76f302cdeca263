"""Moving children from class to class, for the use cases that may: what they share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, may, require
from aanchal.lib.indic.names import tidy
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from .models import (
    Child,
    ClassMove,
    ClassSection,
    Enrolment,
)
from .permissions import PeoplePermission
from .rules.moves import first_day
from .rules.pupils import NewPupil
from .verbs import PeopleVerb


def begun_class(school: Body, *, year: int, grade: str, section: str) -> ClassSection:
    """A school's class of a year, which begins when somebody is first spoken of in it.

    Whoever calls has asked who may; `school` must have its area loaded.
    """
    found, _made = ClassSection.objects.get_or_create(
        school=school,
        year=year,
        grade=grade,
        section=section,
        defaults={"district": school.area.district},
    )
    found.school = school
    return found


def latest_enrolments(children: Sequence[Child]) -> dict[UUID, Enrolment]:
    """Child → her present enrolment, else the one that ended last; locked until the end."""
    found: dict[UUID, Enrolment] = {}
    rows = (
        Enrolment.objects.filter(child__in=children)
        .select_related("class_section__school__area")
        .select_for_update(of=("self",))
    )
    for held in sorted(rows, key=lambda e: (e.ends_on or date.max, e.starts_on)):
        found[held.child_id] = held
    return found


def may_take_from(actor: Actor, child: Child, held: Enrolment | None) -> bool:
    """Whether the actor may change the class a child is in now, or was in last."""
    if held is None:
        return may(actor, PeoplePermission.CHILD_ENROL, child)
    if actor.user_id in child.kin():
        return False
    return may(actor, PeoplePermission.CHILD_ENROL, held.class_section)


@dataclass(frozen=True)
class Move:
    """A child, the enrolment she has or had last, the class she goes to, from the day claimed."""

    child: Child
    held: Enrolment | None
    to_section: ClassSection
    roll: str
    claimed: date


def move_children(
    actor: Actor,
    moves: Sequence[Move],
    *,
    at: datetime,
    ended_by: Enrolment.Ended = Enrolment.Ended.MOVED,
) -> list[Enrolment]:
    """End the enrolments that children have and begin others; one audit event for each child."""
    new: list[Enrolment] = []
    ended: list[Enrolment] = []
    for move in moves:
        held = move.held
        starts_on = first_day(
            move.claimed, began=held.starts_on if held else None, today=timezone.localdate(at)
        )
        if held is not None and held.ends_on is None:
            held.ends_on, held.ended_by = starts_on, ended_by
            ended.append(held)
        new.append(
            Enrolment(
                district=move.child.district,
                child=move.child,
                class_section=move.to_section,
                roll_no=move.roll[:12],
                starts_on=starts_on,
            )
        )
    Enrolment.objects.bulk_update(ended, ["ends_on", "ended_by"], batch_size=200)
    Enrolment.objects.bulk_create(new, batch_size=500)
    for move, enrolment in zip(moves, new, strict=True):
        held = move.held
        scope = held.class_section.scope() if held is not None else move.child.scope()
        also = {move.to_section.district, move.child.district}
        record(
            actor,
            PeopleVerb.CHILD_MOVED,
            enrolment,
            scope=scope,
            also=also,
            fields=["class_section"],
        )
    return new


def ask_for_moves(actor: Actor, asks: Sequence[tuple[Move, NewPupil]], *, at: datetime) -> None:
    """Ask whoever answers for the class a child is in; asked again it stays the one question."""
    waiting = set(
        ClassMove.objects.filter(
            child__in=[move.child for move, _pupil in asks], state=ClassMove.State.WAITING
        ).values_list("child_id", "to_section_id")
    )
    new = [
        ClassMove(
            district=move.child.district,
            child=move.child,
            from_section=move.held.class_section if move.held is not None else None,
            to_section=move.to_section,
            roll_no=move.roll[:12],
            name_given=tidy(pupil.own_script_name or whole_name(pupil)),
            starts_on=move.claimed,
            asked_by=actor.user_id,
            asked_at=at,
        )
        for move, pupil in asks
        if (move.child.pk, move.to_section.pk) not in waiting
    ]
    ClassMove.objects.bulk_create(new)
    for ask in new:
        record(
            actor,
            PeopleVerb.CLASS_MOVE_ASKED,
            ask,
            scope=ask.scope(),
            also=[ask.to_section.district],
        )


@dataclass(frozen=True)
class Promotion:
    """Whom `promote` took into the new class, and for whom it asked; who is in neither could not be."""

    enrolled: dict[UUID, Enrolment]
    asked: frozenset[UUID]


def promote(
    actor: Actor,
    *,
    school: Body,
    pupils: Sequence[tuple[UUID, NewPupil]],
    on: date,
    at: datetime,
) -> Promotion:
    """Move children out of last year's classes of a school into those that a register names.

    A step of a use case. The queries grow with the new classes, not with the children. For a child
    whose class is not the actor's, its head or the coordinator is asked, and she stays there; one who
    is no longer in a class of last year of this school is left as she is.

    Args:
        pupils: each child with her class, roll number and name as the register writes them.
        on: the day the register speaks of; decides the school year.

    Raises:
        NotAllowed: the actor may not enrol in one of the new classes.
    """
    year = year_of(school, on).first_on.year
    named = sorted({(p.grade, p.section) for _child, p in pupils})
    for grade, name in named:
        to = ClassSection(
            district=school.area.district, school=school, year=year, grade=grade, section=name
        )
        require(actor, PeoplePermission.CHILD_ENROL, to)
    children = {
        c.pk: c
        for c in Child.objects.select_related("household", "area")
        .prefetch_related("household__kinships")
        .filter(pk__in=[child for child, _pupil in pupils])
    }
    seats = latest_enrolments(list(children.values()))
    can = [
        (children[key], seats[key], pupil)
        for key, pupil in pupils
        if key in seats and _is_of_last_year(seats[key], school, year)
    ]
    begun = {
        (grade, name): begun_class(school, year=year, grade=grade, section=name)
        for grade, name in named
        if any((p.grade, p.section) == (grade, name) for _child, _seat, p in can)
    }
    moves: list[Move] = []
    asks: list[tuple[Move, NewPupil]] = []
    for child, seat, pupil in can:
        move = Move(child, seat, begun[pupil.grade, pupil.section], pupil.roll, on)
        if may_take_from(actor, child, seat):
            moves.append(move)
        else:
            asks.append((move, pupil))
    if asks:
        ask_for_moves(actor, asks, at=at)
    new = move_children(actor, moves, at=at, ended_by=Enrolment.Ended.PROMOTED) if moves else []
    return Promotion(
        {e.child_id: e for e in new}, frozenset(move.child.pk for move, _pupil in asks)
    )


def _is_of_last_year(seat: Enrolment, school: Body, year: int) -> bool:
    held = seat.class_section
    return seat.ends_on is None and (held.school_id, held.year) == (school.pk, year - 1)


def whole_name(pupil: NewPupil) -> str:
    return f"{pupil.given_name} {pupil.family_name}".strip()


def end_as_mistake(actor: Actor, enrolment: Enrolment) -> None:
    """End an enrolment as if it had not begun; whoever calls has asked who may."""
    enrolment.ends_on, enrolment.ended_by = enrolment.starts_on, Enrolment.Ended.MISTAKE
    enrolment.save(update_fields=["ends_on", "ended_by"])
    scope = enrolment.class_section.scope()
    child = enrolment.child
    record(
        actor,
        PeopleVerb.CHILD_CHANGED,
        child,
        scope=scope,
        also=[child.district],
        fields=["class_section"],
    )


def left_by(enrolment: Enrolment) -> Enrolment | None:
    """The enrolment that a child left when this one began."""
    return (
        Enrolment.objects.filter(
            child=enrolment.child_id,
            ended_by__in=(Enrolment.Ended.MOVED, Enrolment.Ended.PROMOTED),
            ends_on=enrolment.starts_on,
        )
        .exclude(pk=enrolment.pk)
        .select_related("class_section__school__area")
        .select_for_update(of=("self",))
        .first()
    )


def take_up_again(actor: Actor, left: Enrolment) -> None:
    """Put a child back into the class that she left; whoever calls has asked who may."""
    left.ends_on, left.ended_by = None, ""
    left.save(update_fields=["ends_on", "ended_by"])
    scope = left.class_section.scope()
    record(
        actor,
        PeopleVerb.CHILD_MOVED,
        left,
        scope=scope,
        also=[left.district],
        fields=["class_section"],
    )
