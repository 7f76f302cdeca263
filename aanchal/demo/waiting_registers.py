"""What waits of the registers when the demonstration is ready: a correction, a move, a pupil missed.

Each comes by the door that a teacher has: she sends marks, names an admission number, leaves a pupil
out of a register.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import numpy as np
from django.utils import timezone

from aanchal.access.models import Grant
from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor
from aanchal.lib.marks import Mark
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassMove, ClassSection, SchoolIdentifier
from aanchal.people.rules.pupils import NewPupil
from aanchal.registers.actions import note_missing, record_page
from aanchal.registers.known_classes import ClassKey
from aanchal.registers.left_out import left_out
from aanchal.registers.models import Correction, MissingPupil, RegisterPage
from aanchal.registers.page_store import page_marks
from aanchal.registers.rules.pages import DAYS, PageMarks
from aanchal.watch.guidance import guidance


def leave_registers_waiting(*, at: datetime) -> None:
    """Leave one of each that waits, in classes of different teachers where there are so many."""
    for teacher, section in _classes_of_teachers(at=at):
        if not Correction.objects.exists():
            _send_presences(teacher, section, at=at)
        elif not ClassMove.objects.exists():
            _name_anothers_number(teacher, section, at=at)
        elif not MissingPupil.objects.exists():
            _leave_out(teacher, section, at=at)
        else:
            return


def _classes_of_teachers(*, at: datetime) -> Iterator[tuple[Actor, ClassSection]]:
    """Classes of class teachers, each with its teacher, those of the first school first."""
    grants = Grant.objects.filter(role=Role.TEACHER).exclude(grade="").select_related("user")
    for grant in grants.order_by("user__username", "grade", "section"):
        section = (
            ClassSection.objects.select_related("school__area", "school__school")
            .filter(school=grant.body_id, grade=grant.grade, section=grant.section)
            .order_by("-year")
            .first()
        )
        if section is not None:
            yield actor_for(grant.user, at=at), section


def _last_page(section: ClassSection) -> RegisterPage | None:
    return RegisterPage.objects.filter(class_section=section).order_by("-month").first()


def _send_presences(teacher: Actor, section: ClassSection, *, at: datetime) -> None:
    """More absences of one pupil made presences than a teacher may take away alone."""
    held = _last_page(section)
    if held is None:
        return
    page = page_marks(held)
    most = int(guidance()["correction_max_absences_removed"])
    for child, row in zip(page.children, page.marks, strict=True):
        absent = row == Mark.ABSENT
        if absent.sum() > most:
            marks = np.where(absent, Mark.PRESENT, Mark.NOT_TAKEN).astype(np.uint8)
            record_page(
                teacher,
                class_section=section,
                month=held.month,
                page=PageMarks((child,), marks.reshape(1, DAYS)),
                register=held.source,
                received_at=at,
                at=at,
            )
            return


def _name_anothers_number(teacher: Actor, section: ClassSection, *, at: datetime) -> None:
    """A row of the teacher's list with the admission number of a pupil of another class."""
    other = (
        SchoolIdentifier.objects.filter(
            system=SchoolIdentifier.System.ADMISSION,
            issued_by=section.school,
            child__enrolments__class_section__year=section.year,
            child__enrolments__ends_on__isnull=True,
        )
        .exclude(child__enrolments__class_section__grade=section.grade)
        .select_related("child")
        .order_by("pk")
        .first()
    )
    if other is None:
        return
    enrol_pupils(
        teacher,
        school=section.school,
        pupils=[
            NewPupil(
                grade=section.grade,
                section=section.section,
                roll="",
                given_name=other.child.given_name,
                family_name=other.child.family_name,
                own_script_name=other.child.own_script_name,
                admission_no=other.value,
                row=2,
            )
        ],
        on=timezone.localdate(at),
        at=at,
    )


def _leave_out(teacher: Actor, section: ClassSection, *, at: datetime) -> None:
    """A pupil of the class whom its last register leaves out; one is entered, where it names all."""
    held = _last_page(section)
    if held is None:
        return
    gone = _left_out(section, held)
    if not gone:
        entered = NewPupil(
            grade=section.grade,
            section=section.section,
            roll="",
            given_name="Champa",
            family_name="Kumari",
            sex="girl",
            row=2,
        )
        enrol_pupils(
            teacher, school=section.school, pupils=[entered], on=held.month, at=at, as_new=True
        )
        gone = _left_out(section, held)
    note_missing(
        teacher, class_section=section, month=held.month, children=gone[:1], said={}, at=at
    )


def _left_out(section: ClassSection, held: RegisterPage) -> tuple[UUID, ...]:
    return left_out(
        ClassKey(section.school_id, section.year, section.grade, section.section),
        month=held.month,
        days=[d for d in range(1, DAYS + 1) if held.days_taken >> (d - 1) & 1],
        given=PageMarks((), np.zeros((0, DAYS), np.uint8)),
    )
