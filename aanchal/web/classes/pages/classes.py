"""The teacher's pages: her classes, and of an irregular pupil only visited, back or left."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.kernel.authz import grants_for, may
from aanchal.kernel.kept import kept
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection
from aanchal.people.permissions import PeoplePermission
from aanchal.people.queries import enrolled_in, get_class
from aanchal.places.queries import calendars_of
from aanchal.registers.actions import ask_after_class
from aanchal.registers.permissions import RegisterPermission
from aanchal.registers.queries.books import ClassLine, class_book, class_lines
from aanchal.registers.queries.silent import SilentClass, pupils_to_ask_after, silent_among
from aanchal.watch.guidance import guidance
from aanchal.watch.queries.absent import absent_now
from aanchal.watch.queries.figures import irregular_pupils
from aanchal.web.notices.opened import opened
from aanchal.web.registers.presenters.day import by_urgency, own_files, register_tasks
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none, today
from aanchal.web.shell.names import class_name, whole_name

from ..presenters import WORDS, absent_shown, class_sentence, task_groups

PAGE = 60


DAYS_SHOWN = 31


SINCE = timedelta(days=90)


def class_list(request: HttpRequest) -> HttpResponse:
    """Classes with the day their register is in until; the class to send first stands first."""
    on = today()
    lines = class_lines(request.actor, year_from=on.year - 1)
    newest = max((line.class_section.year for line in lines), default=0)
    lines = [x for x in lines if x.class_section.year == newest or x.last_on or x.pupils]
    schools = {x.class_section.school_id: x.class_section.school for x in lines}
    wanted = key_or_none(request.GET.get("school"))
    only = schools.get(wanted) if wanted is not None else None
    if only is not None:
        lines = [x for x in lines if x.class_section.school_id == only.pk]
    calendars = calendars_of(list(schools.values()))
    silent = {s.pk: held for s, held in _silent(lines).items()}
    is_silent = request.GET.get("show") == "silent"
    now = timezone.now()
    own = _own(request, [x.class_section for x in lines])
    absent = absent_now(request.actor, own, since=on - SINCE) if own else []
    tasks = register_tasks(request.actor, at=now)
    if own:
        tasks = by_urgency([*tasks, *own_files(request.actor, at=now)])
    first = [silent[s.pk] for s in own if s.pk in silent]
    if is_silent:
        lines = [x for x in lines if x.class_section.pk in silent]
    owed = {
        x.class_section.pk: calendars[x.class_section.school_id].count_open_days(
            x.last_on + timedelta(days=1), on
        )
        for x in lines
        if x.last_on and x.pupils
    }
    lines.sort(
        key=lambda x: (
            x.class_section.pk not in silent,
            x.last_on is None,
            -owed.get(x.class_section.pk, 0),
            x.class_section.school.name,
            int(x.class_section.grade) if x.class_section.grade.isdecimal() else 99,
            x.class_section.section,
        )
    )
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    several = len(schools) > 1 and only is None
    items = [
        _line(
            line,
            owed.get(line.class_section.pk),
            several=several,
            silent=silent.get(line.class_section.pk),
        )
        for line in page
    ]
    return render(
        request,
        "classes/list.html",
        {
            "page": page,
            "items": items,
            "school": local_name(only) if only else "",
            "is_silent": is_silent,
            "headline": class_sentence(tasks, first, absent) if own and only is None else "",
            "groups": task_groups(tasks),
            "leave_asked_days": int(guidance()["leave_asked_days"]),
            **absent_shown(absent, whole=request.GET.get("show", "")),
        },
    )


def _own(request: HttpRequest, sections: list[ClassSection]) -> list[ClassSection]:
    """Those of some classes that are a teacher's, by her role in their school."""
    held = {g.body_id for g in grants_for(request.actor, PeoplePermission.CLASS_VIEW) if g.body_id}
    return [s for s in sections if str(s.school_id) in held]


def _silent(lines: list[ClassLine]) -> dict[ClassSection, SilentClass]:
    return silent_among([x.class_section for x in lines], on=today())


def _line(
    line: ClassLine, owed: int | None, *, several: bool, silent: SilentClass | None
) -> dict[str, str]:
    """A class as a line: its pupils, until when its register is in, and what it owes."""
    section = line.class_section
    pupils = ngettext("%(n)s pupil", "%(n)s pupils", line.pupils) % {"n": line.pupils}
    hint = [local_name(section.school)] if several else []
    hint.append(pupils)
    if line.last_on is None:
        level, status = "soon", _("no register yet")
    else:
        hint.append(_("in until %(day)s") % {"day": date_format(line.last_on, "j M Y")})
        level, status = "done", _("up to date")
        if owed:
            level = "soon"
            status = ngettext("%(n)s day to send", "%(n)s days to send", owed) % {"n": owed}
    if not line.pupils:
        level, status = "plain", _("no pupils")
    elif silent is not None:
        level = "now"
        status = ngettext(
            "silent for %(n)s open day", "silent for %(n)s open days", silent.open_days
        ) % {"n": silent.open_days}
    return {
        "href": reverse("class", args=[section.pk]),
        "title": _("Class %(name)s") % {"name": class_name(section)},
        "hint": " · ".join(hint),
        "status": status,
        "level": level,
    }


def class_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One class: its pupils with their last school days, and what was done for the irregular."""
    section = get_class(request.actor, pk=pk)
    if request.method == "POST":
        if request.POST.get("step") == "ask_after":
            asked_after = ask_after_class(request.actor, class_section=section, at=timezone.now())
            messages.success(
                request,
                ngettext(
                    "%(n)s pupil is asked after by name now.",
                    "%(n)s pupils are asked after by name now.",
                    asked_after,
                )
                % {"n": asked_after},
            )
            return redirect("missing_pupils")
        return redirect("class", pk=pk)
    silent = kept.get(
        request.actor,
        ("silent class", section.pk, today()),
        lambda: silent_among([section], on=today()).get(section),
    )
    if silent is not None and may(request.actor, RegisterPermission.REGISTER_CORRECT, section):
        opened(request, "class_register.silent", section)
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
                "house": reverse("child_house", args=[enrolment.child_id]),
                "marks": own,
                "present": present,
                "marked": marked,
            }
        )
    asked: dict[UUID, str] = {}
    for line in irregular_pupils(request.actor, section.pk, since=today() - SINCE):
        # Newest first: a child asked after twice stands as she does now.
        asked.setdefault(line.child_id, line.state)
    irregular = [
        {
            "name": whole_name(pupils[child].child),
            "level": WORDS[state][0],
            "state": WORDS[state][1],
        }
        for child, state in asked.items()
        if child in pupils
    ]
    return render(
        request,
        "classes/class.html",
        {
            "section": section,
            "crumb_items": [
                {"label": _("Classes"), "href": reverse("classes")},
                {"label": class_name(section)},
            ],
            "name": class_name(section),
            "school": local_name(section.school),
            "rows": rows,
            "first_on": days[0] if days else None,
            "last_on": days[-1] if days else None,
            "irregular": irregular,
            "silent": silent,
            "ask_after": len(pupils_to_ask_after(section, on=today()))
            if silent is not None
            and may(request.actor, RegisterPermission.REGISTER_CORRECT, section)
            else 0,
        },
    )


def _by_roll(enrolment: Any) -> tuple[int, str]:
    roll = enrolment.roll_no
    return (int(roll), "") if roll.isdecimal() else (10**6, roll)
