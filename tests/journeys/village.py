"""A made-up village for the journeys: a class, its people, and a register still to be sent."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from aanchal.access.models import User
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import Child, ClassSection
from aanchal.people.rules.pupils import NewPupil
from aanchal.places.models import School
from aanchal.registers.actions import record_page
from aanchal.registers.rules.pages import PageMarks
from tests.factories import NAMES, VILLAGE, a_page, a_register_xlsx, marks_of
from tests.signing_in import a_person, a_school, an_area

BLOCK = "IN/S10/D206/B1851"
PUPILS = 12
# The child who stops coming: the last of the class.
GONE = PUPILS - 1
FAMILY = "Mishra"
NEWCOMERS = ("Champa Sah", "Bulbul Das")
UDISE = "10050100101"


@dataclass
class Village:
    """Who is there, and the month whose register the teacher is about to send."""

    teacher: User
    coordinator: User
    volunteer: User
    other_volunteer: User
    case_worker: User
    administrator: User
    section: ClassSection
    children: list[Child]
    month: date

    @property
    def child(self) -> Child:
        return self.children[GONE]

    def register(
        self,
        *,
        gone: bool = True,
        pupils: int = PUPILS,
        names: tuple[str, ...] = (*NAMES, *NEWCOMERS),
    ) -> bytes:
        """The month as the teacher keeps it: all come, but one who stops after four days."""
        rows = [
            (str(i + 1), name, self._marks(gone and i == GONE))
            for i, name in enumerate(names[:pupils])
        ]
        udise = self.section.school.school.udise
        title = f"Class: VI  Section: A   Month: {self.month:%B %Y}"
        return a_register_xlsx(rows, udise=udise, title=title, days=days_in(self.month))

    def _marks(self, gone: bool) -> str:
        marks, taken = "", 0
        for day in range(1, days_in(self.month) + 1):
            on = self.month.replace(day=day)
            if on.isoweekday() == 7 or on > timezone.localdate():
                marks += "."
                continue
            marks += "A" if gone and taken >= 4 else "P"
            taken += 1
        return marks


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def full_month(month: date) -> str:
    """Every day but Sundays, present."""
    days = range(1, days_in(month) + 1)
    return "".join("." if month.replace(day=d).isoweekday() == 7 else "P" for d in days)


def send_all_registers(village: Village) -> None:
    """Bring the class's pages up to today, so that nobody is asked why it is silent."""
    today = timezone.localdate()
    for month in {village.month, today.replace(day=1)}:
        line = full_month(month)
        if month == today.replace(day=1):
            line = line[: today.day]
        record_page(
            system_actor("imports"),
            class_section=village.section,
            month=month,
            page=PageMarks(tuple(c.pk for c in village.children), marks_of([line] * PUPILS)),
            register=None,
            received_at=timezone.now(),
            at=timezone.now(),
        )


def a_village(*, pupils: int = PUPILS, names: tuple[str, ...] = NAMES) -> Village:
    """Make the village; the month before was full, the month to send has a dozen days at least."""
    month = (timezone.localdate() - timedelta(days=12)).replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    an_area(VILLAGE, name="Hariharpur Manguraha")
    school = a_school(VILLAGE, name="Utkramit Madhya Vidyalaya Hariharpur")
    School.objects.filter(body=school).update(udise=UDISE)
    section, children = _a_class(school, pupils, names, on=before)
    a_page(section, children, [full_month(before)] * pupils, before)
    return Village(
        teacher=a_person(Role.TEACHER, school, name="Made-up Teacher", grade="6", section="A"),
        coordinator=a_person(Role.COORDINATOR, BLOCK, name="Made-up Coordinator"),
        volunteer=a_person(Role.VOLUNTEER, VILLAGE, name="Sabina Khatun"),
        other_volunteer=a_person(Role.VOLUNTEER, VILLAGE, name="Meera Devi"),
        case_worker=a_person(Role.CASE_WORKER, "IN/S10/D206", name="Made-up Case Worker"),
        administrator=a_person(Role.ADMINISTRATOR, "IN/S10/D206", name="Made-up Administrator"),
        section=section,
        children=children,
        month=month,
    )


def _a_class(
    school: Any, pupils: int, names: tuple[str, ...], *, on: date
) -> tuple[ClassSection, list[Child]]:
    at = timezone.now()
    done = enrol_pupils(
        system_actor("imports"),
        school=school,
        pupils=[
            NewPupil(
                grade="6",
                section="A",
                roll=str(i + 1),
                given_name=names[i % len(names)].split()[0],
                family_name=names[i % len(names)].split()[1],
                sex="girl",
                guardian_name="Guardian",
                row=i + 2,
            )
            for i in range(pupils)
        ],
        on=on,
        at=at,
    )
    found = {c.pk: c for c in Child.objects.filter(pk__in=done.children)}
    section = ClassSection.objects.select_related("school__area", "school__school").get(
        school=school, grade="6", section="A"
    )
    return section, [found[pk] for pk in done.children if pk is not None]


def found(page: Any, *presses: str) -> None:
    """What a volunteer presses after the house: is the child safe, which picture, what she found."""
    for press in presses:
        page.get_by_role("button", name=press).click()
