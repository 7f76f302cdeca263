"""A small made-up village with a school, classes, children and registers, for tests."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import xlsxwriter

from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, Grant, system_actor, unit_of
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import Child, ClassSection, Household, Kinship
from aanchal.people.rules.pupils import NewPupil
from aanchal.places.models import Body
from aanchal.registers.actions import give_register, read_register, record_page
from aanchal.registers.models import RegisterFile
from aanchal.registers.rules.pages import DAYS, PageMarks
from aanchal.watch.models import Flag

from .signing_in import a_school

VILLAGE = "IN/S10/D206/B1851/P900/V901"
OTHER_VILLAGE = "IN/S10/D206/B1851/P900/V902"
OTHER_BLOCK = "IN/S10/D206/B1852/P910/V911"
OTHER_DISTRICT = "IN/S10/D207/B1900/P920/V921"
NOW = datetime(2026, 7, 31, 12, tzinfo=UTC)
JULY = date(2026, 7, 1)
CODES = {".": 0, "P": 1, "A": 2, "L": 3, "H": 4}
NAMES = (
    "Gudiya Kumari", "Roshan Yadav", "Anjali Jha", "Sunita Paswan", "Md Arif", "Kavita Devi",
    "Manoj Sahni", "Pinki Mandal", "Rahul Ram", "Saba Khatun", "Vikas Thakur", "Nisha Mishra",
)  # fmt: skip


def an_actor(role: Role = Role.COORDINATOR, where: str = "IN/S10/D206", **grant: str) -> Actor:
    """An actor who is nobody's account. A grant over a body stands in the district of `where`."""
    unit = unit_of(grant.pop("grade", ""), grant.pop("section", ""))
    given = Grant(role, area_path="" if grant else where, unit=unit, **grant)
    body_in = frozenset({where.split("/")[2]}) if grant else None
    return Actor("worker-1", (given,), districts=body_in)


def a_class(
    school: Body | None = None,
    *,
    grade: str = "6",
    section: str = "A",
    pupils: int = 6,
    guardian: bool = True,
    sex: str = "girl",
) -> tuple[ClassSection, list[Child]]:
    """A class with enrolled pupils, rolls from 1; returns it and its children in roll order."""
    school = school or a_school(VILLAGE)
    done = enrol_pupils(
        system_actor("imports"),
        school=school,
        pupils=[
            NewPupil(
                grade=grade,
                section=section,
                roll=str(i + 1),
                given_name=NAMES[i % len(NAMES)].split()[0] + ("" if i < 12 else f" {i}"),
                family_name=NAMES[i % len(NAMES)].split()[1],
                sex=sex,
                guardian_name=f"Guardian {i}" if guardian else "",
                row=i + 2,
            )
            for i in range(pupils)
        ],
        on=JULY,
        at=NOW,
    )
    children = {c.pk: c for c in Child.objects.filter(pk__in=done.children)}
    section_row = ClassSection.objects.select_related("school__area").get(
        school=school, grade=grade, section=section
    )
    return section_row, [children[pk] for pk in done.children if pk is not None]


def marks_of(lines: Sequence[str]) -> Any:
    """Lines of P, A, L, H and points (from the 1st on) as an array lines × 31."""
    array = np.zeros((len(lines), DAYS), np.uint8)
    for i, line in enumerate(lines):
        for d, letter in enumerate(line.replace(" ", "")):
            array[i, d] = CODES[letter]
    return array


def a_page(
    section: ClassSection, children: Sequence[Child], lines: Sequence[str], month: date = JULY
) -> None:
    """Record a month of marks straight into the class's page, as the coordinator may."""
    record_page(
        an_actor(),
        class_section=section,
        month=month,
        page=PageMarks(tuple(c.pk for c in children), marks_of(lines)),
        register=None,
        received_at=NOW,
        at=NOW,
    )


def a_flag(child: Child, section: ClassSection, **changes: Any) -> Flag:
    """A flag on a child, as the watch would raise it."""
    reason = {
        "rule": "watch-1", "kind": "run", "channel": "urgent", "score": 3.0, "on": "2026-07-20",
        "since": "2026-07-13", "run": 6, "others_present": 93, "others_marked": 100,
        "usual_absent": 5, "usual_marked": 60, "recent_absent": 8, "recent_marked": 20,
    }  # fmt: skip
    values = {
        "district": child.district,
        "child": child,
        "class_section": section,
        "area": child.area,
        "channel": "urgent",
        "since_on": date(2026, 7, 13),
        "signal_on": date(2026, 7, 20),
        "register_received_at": NOW,
        "raised_at": NOW,
        "score": 3.0,
        "reason": reason,
        "rule_version": "watch-1",
    }
    return Flag.objects.create(**(values | changes))


def kin_of(user: Any, child: Child) -> Kinship:
    """Make a person kin of a child's household."""
    if child.household is None:
        child.household = Household.objects.create(district=child.district, area=child.area)
        child.save()
    return Kinship.objects.create(
        district=child.district,
        user=user,
        household=child.household,
        recorded_by="system:operator",
        recorded_at=NOW,
    )


def a_register_xlsx(
    rows: Sequence[tuple[str, str, str]],
    *,
    udise: str = "",
    title: str = "Class: VI  Section: A   Month: July 2026",
    days: int = 31,
) -> bytes:
    """A wide register as schools send it: (roll, name, marks as letters from the 1st on)."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, f"Attendance register   UDISE: {udise}" if udise else "Attendance register")
    sheet.write(1, 0, title)
    sheet.write_row(3, 0, ["Roll", "Name", *range(1, days + 1), "Total"])
    for i, (roll, name, marks) in enumerate(rows):
        letters = [m if m != "." else "" for m in marks.replace(" ", "")]
        sheet.write_row(4 + i, 0, [int(roll) if roll.isdecimal() else roll, name, *letters])
    book.close()
    return out.getvalue()


def a_given_register(
    actor: Actor,
    data: bytes,
    *,
    school: Body | None = None,
    name: str = "register.xlsx",
    at: datetime = NOW,
    **hints: str,
) -> RegisterFile:
    """Give and read a register file."""
    held = give_register(
        actor,
        source=io.BytesIO(data),
        filename=name,
        school=school,
        hints=hints,
        via="site",
        at=at,
    )
    return read_register(actor, register=held, at=at)
