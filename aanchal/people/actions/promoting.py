"""A pupil of last year's class taken into this year's, as a person said that she is the same child."""

from datetime import date, datetime
from uuid import UUID

from aanchal.kernel.actions import use_case
from aanchal.kernel.errors import WrongState
from aanchal.kernel.permissions import Actor, Permission, require
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import Child, ClassSection, Enrolment
from ..moving import (
    Move,
    ask_for_moves,
    begun_class,
    latest_enrolments,
    may_take_from,
    move_children,
)
from ..rules.pupils import NewPupil


@use_case
def promote_pupil(
    actor: Actor,
    *,
    school: Body,
    child_id: UUID,
    pupil: NewPupil,
    on: date,
    at: datetime,
) -> Enrolment | None:
    """Move a child out of last year's class of this school into the class that a register names.

    Args:
        pupil: her class, roll number and name as the register writes them.
        on: the day the register speaks of; decides the school year.

    Returns:
        Her new enrolment; None where the class she would leave is not the actor's: then the head or
        the coordinator is asked, and she stays where she is.

    Raises:
        NotAllowed: the actor may not enrol in the new class.
        WrongState: she is no longer in a class of last year at this school.
    """
    year = year_of(school, on).first_on.year
    section = ClassSection(
        district=school.area.district,
        school=school,
        year=year,
        grade=pupil.grade,
        section=pupil.section,
    )
    require(actor, Permission.CHILD_ENROL, section)
    child = (
        Child.objects.select_related("household", "area")
        .prefetch_related("household__kinships")
        .filter(pk=child_id)
        .first()
    )
    held = latest_enrolments([child]).get(child.pk) if child is not None else None
    if (
        child is None
        or held is None
        or held.ends_on is not None
        or held.class_section.school_id != school.pk
        or held.class_section.year != year - 1
    ):
        raise WrongState
    to_section = begun_class(school, year=year, grade=pupil.grade, section=pupil.section)
    move = Move(child, held, to_section, pupil.roll, on)
    if not may_take_from(actor, child, held):
        ask_for_moves(actor, [(move, pupil)], at=at)
        return None
    [enrolment] = move_children(actor, [move], at=at, ended_by=Enrolment.Ended.PROMOTED)
    return enrolment
