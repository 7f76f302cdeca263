"""The teacher's pages: her classes, and of an irregular pupil only visited, back or left."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from aanchal.attendance.formats.grades import roman
from aanchal.attendance.queries.books import class_book, class_lines
from aanchal.attendance.queries.figures import irregular_pupils
from aanchal.attendance.rules.marks import Mark
from aanchal.people.queries import enrolled_in, get_class

from ..context import local_name
from ..forms import today
from ..names import whole_name

DAYS_SHOWN = 31
SINCE = timedelta(days=90)


def class_list(request: HttpRequest) -> HttpResponse:
    """Classes with the day their register is in until; the class to send first stands first."""
    lines = class_lines(request.actor, year_from=today().year - 1)
    newest = max((line.class_section.year for line in lines), default=0)
    lines = [x for x in lines if x.class_section.year == newest or x.last_on]
    lines.sort(key=lambda x: (x.last_on or date.min, str(x.class_section)))
    several = len({x.class_section.school_id for x in lines}) > 1
    rows = []
    for line in lines[:200]:
        section = line.class_section
        name = class_name(section)
        if several:
            name = f"{local_name(section.school)} · {name}"
        rows.append(
            [
                format_html('<a href="{}">{}</a>', reverse("class", args=[section.pk]), name),
                line.pupils,
                date_format(line.last_on, "j M Y") if line.last_on else _("nothing yet"),
            ]
        )
    columns = [
        {"label": _("Class")},
        {"label": _("Pupils"), "number": True},
        {"label": _("Register is in until")},
    ]
    return render(request, "classes/list.html", {"rows": rows, "columns": columns})


def class_name(section: Any) -> str:
    """ "VI A": the class as schools write it."""
    return f"{roman(section.grade)} {section.section}".strip()


def class_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One class: its pupils with their last school days, and what was done for the irregular."""
    section = get_class(request.actor, pk=pk)
    book = class_book(section)
    pupils = {e.child_id: e for e in enrolled_in(section)}
    index = {child: i for i, child in enumerate(book.children)}
    days = book.days[-DAYS_SHOWN:]
    marks = book.marks[:, -DAYS_SHOWN:] if book.days else book.marks
    rows = []
    for enrolment in sorted(pupils.values(), key=_by_roll):
        row = index.get(enrolment.child_id)
        own = [int(m) for m in marks[row]] if row is not None else []
        present = sum(m == Mark.PRESENT for m in own)
        marked = present + sum(m == Mark.ABSENT for m in own)
        rows.append(
            {
                "roll": enrolment.roll_no,
                "name": whole_name(enrolment.child),
                "marks": own,
                "present": present,
                "marked": marked,
            }
        )
    words = {
        "asked": ("soon", _("not yet visited")),
        "visited": ("plain", _("visited")),
        "back": ("done", _("back")),
        "left": ("plain", _("left")),
    }
    irregular = [
        {
            "name": whole_name(pupils[line.child_id].child),
            "level": words[line.state][0],
            "state": words[line.state][1],
        }
        for line in irregular_pupils(section.pk, since=today() - SINCE)
        if line.child_id in pupils
    ]
    return render(
        request,
        "classes/class.html",
        {
            "section": section,
            "name": class_name(section),
            "school": local_name(section.school),
            "rows": rows,
            "days": list(days),
            "last_on": days[-1] if days else None,
            "irregular": irregular,
        },
    )


def _by_roll(enrolment: Any) -> tuple[int, str]:
    roll = enrolment.roll_no
    return (int(roll), "") if roll.isdecimal() else (10**6, roll)
