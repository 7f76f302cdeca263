"""A class of which no register came since the session changed, until now: the first is laid beside last year's.

Its pupils have no admission numbers, as in many small schools. Most names are written as last year,
one otherwise; one row is a new child, and one pupil of last year is in no row.
"""

import io
from datetime import date, datetime

from aanchal.access.models import Grant
from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.models import ImportProblem
from aanchal.lib.indic.names import split_name
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassSection
from aanchal.people.rules.pupils import NewPupil
from aanchal.places.models import Body
from aanchal.places.queries import year_of
from aanchal.registers.actions import give_register, read_register, take_register
from aanchal.registers.formats.grades import class_label
from aanchal.registers.models import RegisterPage
from aanchal.registers.queries.promotions import rows_of_last_year
from aanchal.registers.rules.pages import DAYS

# (last year's name, girl or boy, this year's name; "" for nobody)
PUPILS = (
    ("Riya Kumari", "girl", "Riya Kumari"),
    ("Sujoy Das", "boy", "Sujoy Das"),
    ("Ruksana Khatun", "girl", "Ruksana Khatun"),
    ("Rohit Das", "boy", "Rohit Das"),
    ("Nasima Khatun", "girl", "Nasima Khatun"),
    ("Lakshmi Das", "girl", "Laxmi Das"),
    ("Purnima Devi", "girl", ""),
    ("", "", "Ravi Das"),
)


def leave_new_session_waiting(*, at: datetime) -> None:
    """Send the first register of such a class by the door that the head of the school has; once."""
    waiting = ImportProblem.objects.filter(source_kind="register", state=ImportProblem.State.OPEN)
    if rows_of_last_year(waiting):
        return
    heads = Grant.objects.filter(role=Role.TEACHER, grade="", body__isnull=False)
    for grant in heads.select_related("user", "body__area", "body__school").order_by(
        "user__username"
    ):
        school = grant.body
        assert school is not None  # asked for
        last = (
            RegisterPage.objects.filter(class_section__school=school)
            .order_by("-month", "class_section__grade", "class_section__section")
            .first()
        )
        grade = _top_grade(school, last) if last is not None else None
        if last is None or grade is None:
            continue
        section = _free_letter(school)
        _enrol_last_year(school, grade=grade, section=section, month=last.month, at=at)
        actor = actor_for(grant.user, at=at)
        held = give_register(
            actor,
            source=io.BytesIO(_register(school, last, grade=grade, section=section)),
            filename=f"{school.school.udise}_{section}_{last.month:%Y-%m}.csv",
            school=school,
            hints={},
            via="site",
            at=at,
        )
        held = read_register(actor, register=held, at=at)
        take_register(actor, register=held, enrol_unknown=False, confirmed=True, at=at)
        return


def _top_grade(school: Body, last: RegisterPage) -> int | None:
    """The highest class of the school's present year, when there is one below it."""
    year = year_of(school, last.month).first_on.year
    grades = ClassSection.objects.filter(school=school, year=year).values_list("grade", flat=True)
    highest = max((int(g) for g in grades if g.isdecimal()), default=0)
    return highest if highest > 1 else None


def _free_letter(school: Body) -> str:
    used = set(ClassSection.objects.filter(school=school).values_list("section", flat=True))
    return next(letter for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in used)


def _enrol_last_year(school: Body, *, grade: int, section: str, month: date, at: datetime) -> None:
    first_on = year_of(school, month).first_on
    pupils = []
    for roll, (name, sex, _now) in enumerate(PUPILS, 1):
        if name:
            given, family = split_name(name)
            pupils.append(
                NewPupil(
                    grade=str(grade - 1),
                    section=section,
                    roll=str(roll),
                    given_name=given,
                    family_name=family,
                    sex=sex,
                    row=roll + 1,
                )
            )
    enrol_pupils(
        system_actor("imports"),
        school=school,
        pupils=pupils,
        on=first_on.replace(year=first_on.year - 1),
        at=at,
        as_new=True,
    )


def _register(school: Body, last: RegisterPage, *, grade: int, section: str) -> bytes:
    """A month as the school would write it: present on the days on which the other classes sat."""
    taken = [d for d in range(1, DAYS + 1) if last.days_taken >> (d - 1) & 1]
    lines = [
        [f"Attendance register   UDISE: {school.school.udise}"],
        [f"Class: {class_label(str(grade), '')}  Section: {section}   Month: {last.month:%B %Y}"],
        ["Roll", "Name", *map(str, range(1, max(taken) + 1))],
    ]
    names = [now for _name, _sex, now in PUPILS if now]
    for roll, name in enumerate(names, 1):
        marks = ["P" if d in taken else "" for d in range(1, max(taken) + 1)]
        marks[taken[roll % len(taken)] - 1] = "A"
        lines.append([str(roll), name, *marks])
    return "\r\n".join(",".join(line) for line in lines).encode() + b"\r\n"
