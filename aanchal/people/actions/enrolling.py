"""Taking a school's pupils in: a record for the unknown, the present one for the known."""

from collections.abc import Sequence
from datetime import date, datetime

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, require, unit_of
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import (
    Child,
    ClassSection,
    Enrolment,
)
from ..moving import end_as_mistake, left_by, take_up_again
from ..permissions import PeoplePermission
from ..rules.pupils import NewPupil
from ..verbs import PeopleVerb
from .pupil_enroller import Enrolled, PupilEnroller


@use_case
def enrol_pupils(
    actor: Actor,
    *,
    school: Body,
    pupils: Sequence[NewPupil],
    on: date,
    at: datetime,
    as_new: bool = False,
) -> Enrolled:
    """Take a school's pupils in: a record for the unknown, the present one for the known.

    A pupil is known by admission or state number, or by roll and name within her class-section.
    One who sits in another class is moved only if the actor may enrol there too; else a `ClassMove`
    waits for the head or the coordinator and she stays where she is. Done twice it changes nothing. A village the area tree does not know under the school's block
    is taken to be the school's own, and marked as assumed.

    Args:
        on: the day the list speaks of; decides the school year.
        as_new: a person has looked, and these are pupils nobody knows: names are not compared.

    Raises:
        NotAllowed: the actor may not enrol in one of the classes named.
    """
    year = year_of(school, on).first_on.year
    area = school.area
    scopes = {(p.grade, p.section) for p in pupils}
    for grade, section in sorted(scopes):
        require(actor, PeoplePermission.CHILD_ENROL, _class_scope(school, grade, section))
    desk = PupilEnroller(actor=actor, school=school, year=year, on=on, at=at)
    done = desk.take(pupils, as_new=as_new)
    record(
        actor,
        PeopleVerb.PUPILS_IMPORTED,
        school,
        scope=Scope(area_path=area.path, district=area.district, body_id=str(school.pk)),
        new=done.new,
        known=done.known,
        moved=done.moved,
        waiting=done.waiting,
        problems=len(done.problems),
    )
    return done


def _class_scope(school: Body, grade: str, section: str) -> Scope:
    return Scope(
        area_path=school.area.path,
        district=school.area.district,
        body_id=str(school.pk),
        unit=unit_of(grade, section),
    )


@use_case
def undo_enrolment(actor: Actor, *, child: Child, class_section: ClassSection) -> Enrolment:
    """End an enrolment that was made by mistake, as if it had not begun.

    A child who was moved by it is back in the class that she left.

    Raises:
        NotAllowed: not the actor's class, or the class that she left is not.
        NotFound: she is not enrolled there.
    """
    require(actor, PeoplePermission.CHILD_ENROL, class_section)
    enrolment = (
        Enrolment.objects.select_related("child", "class_section__school__area")
        .select_for_update(of=("self",))
        .get(child=child, class_section=class_section, ends_on__isnull=True)
    )
    end_as_mistake(actor, enrolment)
    left = left_by(enrolment)
    if left is not None:
        require(actor, PeoplePermission.CHILD_ENROL, left.class_section)
        take_up_again(actor, left)
    return enrolment
