"""A row of a register as a pupil: enrolled, or taken over from last year's class."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import Invalid
from aanchal.lib.indic.names import split_name
from aanchal.people.actions import enrol_pupils, promote_pupil
from aanchal.people.rules.pupils import NewPupil

from ..shown_pages import ShownPage, ShownRow
from .repair_places import RepairPlace


def promote_row(
    actor: Actor, *, place: RepairPlace, row: ShownRow, child: UUID, at: datetime
) -> tuple[UUID | None, bool]:
    """Take a pupil of last year's class into this one; None when that was asked for."""
    enrolment = promote_pupil(
        actor,
        school=place.school,
        child_id=child,
        pupil=as_pupil(place.page, row, roll=row.roll),
        on=place.month,
        at=at,
    )
    return (None, False) if enrolment is None else (child, True)


def as_pupil(page: ShownPage, row: ShownRow, *, roll: str) -> NewPupil:
    """A row as a pupil of the class that its page names."""
    given, family = split_name(row.name)
    return NewPupil(
        grade=page.grade,
        section=page.section,
        roll=roll,
        given_name=given,
        family_name=family,
        own_script_name="" if row.name.isascii() else row.name,
        sex=row.sex,
        village=row.village,
        admission_no=row.admission_no,
        row=row.row,
    )


def enrol_row(
    actor: Actor, *, place: RepairPlace, row: ShownRow, at: datetime
) -> tuple[UUID | None, bool]:
    """Enrol a row's pupil; whether that began an enrolment, which an undoing would end.

    None when she is in a class that is not the actor's and was asked for.
    """
    # A roll number that another pupil of the class holds is what made the row unsure.
    roll = "" if row.suggestions and not row.promoted else row.roll
    done = enrol_pupils(
        actor,
        school=place.school,
        pupils=[as_pupil(place.page, row, roll=roll)],
        on=place.month,
        at=at,
        # A person has looked at the pupils of the class and says that this is none of them.
        as_new=True,
    )
    child = done.children[0]
    if child is None and not done.waiting:
        raise Invalid(
            _("This row has no name to enrol. Choose a pupil of the class."), field="choice"
        )
    return child, bool(done.new or done.moved)
