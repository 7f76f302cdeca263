"""A pupil of last year's class taken into this year's, as a person said that she is the same child."""

from datetime import date, datetime
from uuid import UUID

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import WrongState
from aanchal.places.models import Body

from ..models import Enrolment
from ..moving import promote
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
    done = promote(actor, school=school, pupils=[(child_id, pupil)], on=on, at=at)
    if child_id not in done.enrolled and child_id not in done.asked:
        raise WrongState
    return done.enrolled.get(child_id)
