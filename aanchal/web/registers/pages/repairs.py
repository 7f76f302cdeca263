"""Rows of a register that are nobody's yet, and cells to look at: one decision each."""

from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from aanchal.kernel.access import one_of
from aanchal.kernel.errors import DomainError, Invalid, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.lib.mark_arrays import counted
from aanchal.lib.marks import Mark
from aanchal.registers.actions import (
    ENROL,
    SET_ASIDE,
    correct_mark,
    repair_row,
    set_problem_aside,
    take_problem_up_again,
    undo_repair,
)
from aanchal.registers.actions.repair_places import child_of_cell
from aanchal.registers.actions.repairs import CELLS
from aanchal.registers.actions.rows_together import replaced
from aanchal.registers.models import RegisterFile
from aanchal.registers.queries.books import get_register_file, open_problems, shown_pages
from aanchal.registers.queries.promotions import beside_alone
from aanchal.registers.queries.repairs import (
    Candidate,
    ClassToMatch,
    classes_to_match,
    problems_repaired,
    problems_set_aside,
)
from aanchal.registers.shown_pages import ShownPage, ShownRow
from aanchal.web.shell.forms import key_or_none
from aanchal.web.shell.names import whole_name

from ..presenters.pages import page_title, sentence

PAGE = 10


SETTLED_SHOWN = 10


OTHER = "other"


MARKS = [
    {"value": "P", "label": pgettext_lazy("mark", "present")},
    {"value": "A", "label": pgettext_lazy("mark", "absent")},
    {"value": "L", "label": pgettext_lazy("mark", "leave")},
    {"value": "H", "label": pgettext_lazy("mark", "holiday")},
]


def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What waits for repair in one file; below it what was settled, to be undone."""
    register = get_register_file(request.actor, pk=pk)
    ask: dict[str, Any] = {}
    if request.method == "POST":
        answer = _settle(request, register, ask)
        if answer is not None:
            return answer
    beside = beside_alone(request.actor, register)
    waiting = [p for p in open_problems(request.actor, register) if p.pk not in beside]
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    shown = {p.number: p for p in shown_pages(request.actor, register)}
    on_page = {p.raw["page"] for p in page if p.raw and p.raw.get("page") in shown}
    classes = classes_to_match(register, [shown[n] for n in sorted(on_page)])
    return render(
        request,
        "registers/repair.html",
        {
            "register": register,
            "crumb_items": [
                {"label": _("Registers"), "href": reverse("register_files")},
                {
                    "label": register.file.name,
                    "href": reverse("register_file", args=[register.pk]),
                },
                {"label": _("Repair")},
            ],
            "items": [_item(problem, shown, classes, ask) for problem in page],
            "repaired": [
                _repaired(p) for p in problems_repaired(request.actor, register)[:SETTLED_SHOWN]
            ],
            "aside": [
                _said(p) for p in problems_set_aside(request.actor, register)[:SETTLED_SHOWN]
            ],
            "count": page.paginator.count,
            "last_year": len(beside),
            "page": page,
            "marks": MARKS,
            "enrol": ENROL,
            "set_aside": SET_ASIDE,
            "other": OTHER,
        },
        status=400 if ask.get("error") else 200,
    )


def _settle(
    request: HttpRequest, register: RegisterFile, ask: dict[str, Any]
) -> HttpResponse | None:
    """Do what was decided. Sent twice, the second finds it settled and says so.

    Returns:
        None when the page asks back: `ask` says of which problem, and what.
    """
    key = key_or_none(request.POST.get("problem"))
    step, now, actor = request.POST.get("step"), timezone.now(), request.actor
    choice = request.POST.get("choice", "")
    if choice == OTHER:
        choice = request.POST.get(OTHER, "")
    back = redirect("register_repair", pk=register.pk)
    try:
        if step in ("again", "undo"):
            settled = problems_repaired if step == "undo" else problems_set_aside
            problem = one_of(settled(actor, register), key)
            if problem is None:
                raise WrongState
            if step == "undo":
                undo_repair(actor, problem=problem, at=now)
            else:
                take_problem_up_again(actor, problem=problem, at=now)
            messages.success(request, _("It waits for repair again."))
            return back
        problem = one_of(open_problems(actor, register), key)
        if problem is None:
            raise WrongState
        if problem.code == "row_unmatched":
            problem = repair_row(
                actor,
                problem=problem,
                choice=choice,
                overwrite=request.POST.get("overwrite") == "yes",
                at=now,
            )
            if problem.state == ImportProblem.State.OPEN:
                messages.warning(
                    request,
                    _(
                        "This number is of a pupil of another class. The head or the coordinator "
                        "was asked; the row waits here until the answer."
                    ),
                )
                return back
        elif step == "mark":
            correct_mark(actor, problem=problem, mark=request.POST.get("mark", ""), at=now)
        else:
            set_problem_aside(actor, problem=problem, at=now)
        messages.success(request, _("Settled. Below, it can be undone."))
    except Invalid as error:
        ask["problem"], ask["choice"] = str(key), choice
        if error.details.get("field") != "overwrite":
            ask["error"] = str(error)
        return None
    except DomainError as error:
        messages.warning(request, str(error))
    return back


def _said(problem: ImportProblem) -> dict[str, Any]:
    raw = problem.raw if problem.code == "row_unmatched" and problem.raw else {}
    return {
        "pk": problem.pk,
        "row": problem.row,
        "column": problem.column,
        "reason": sentence(problem.template, problem.params),
        "name": raw.get("name", ""),
        "roll": raw.get("roll", ""),
    }


def _repaired(problem: ImportProblem) -> dict[str, Any]:
    decision = getattr(problem, "row_decision", None)
    child = decision.child if decision is not None else None
    return _said(problem) | {"pupil": whole_name(child) if child is not None else ""}


def _item(
    problem: ImportProblem,
    pages: dict[int, ShownPage],
    classes: dict[int, ClassToMatch],
    ask: dict[str, Any],
) -> dict[str, Any]:
    """One thing to settle, as its card shows it; nothing about it is chosen beforehand."""
    number = problem.raw.get("page") if problem.raw else None
    page = pages.get(number) if number is not None else None
    held = classes.get(number) if number is not None else None
    is_asked = ask.get("problem") == str(problem.pk)
    item = _said(problem) | {
        "is_row": problem.code == "row_unmatched",
        "title": page_title(page) if page is not None else "",
        "error": ask.get("error", "") if is_asked else "",
    }
    if page is None or held is None:
        return item
    if item["is_row"]:
        row = ShownRow(**{k: v for k, v in problem.raw.items() if k != "page"})
        item |= _row_item(row, page, held)
        if is_asked and not item["error"]:
            item["overwrite"] = _overwrite(row, page, held, ask["choice"])
    elif problem.code in CELLS and "day" in problem.params and page.can_be_taken:
        item |= _cell_item(problem, page, held)
    return item


def _row_item(row: ShownRow, page: ShownPage, held: ClassToMatch) -> dict[str, Any]:
    codes = row.codes_on(page.days)
    near, others = held.candidates(row)
    return {
        "marks": codes,
        "present": sum(c == Mark.PRESENT for c in codes),
        "marked": sum(c in (Mark.PRESENT, Mark.ABSENT) for c in codes),
        "may_choose": page.can_be_taken,
        "near": [_choice(c) for c in near],
        "others": [_choice(c) for c in others],
    }


def _choice(candidate: Candidate) -> dict[str, str]:
    e = candidate.enrolment
    roll = f"{e.roll_no}. " if e.roll_no else ""
    return {"id": str(e.child_id), "label": f"{roll}{whole_name(e.child)}"}


def _overwrite(
    row: ShownRow, page: ShownPage, held: ClassToMatch, choice: str
) -> dict[str, Any] | None:
    """The days of the pupil who was chosen, as they are in and as the file has them."""
    child = key_or_none(choice)
    pupil = held.names.get(child) if child is not None else None
    if child is None or pupil is None or child not in held.days:
        return None
    now = held.days[child]
    marks = counted(row.mark_array())
    days = [d for d in range(31) if now[d] or marks[d]]
    month = date.fromisoformat(page.month + "-01")
    return {
        "choice": choice,
        "name": whole_name(pupil.child),
        "roll": pupil.roll_no,
        "days": [month.replace(day=d + 1) for d in days],
        "now": [now[d] for d in days],
        "file": [int(marks[d]) or now[d] for d in days],
        "count": replaced(np.array(now, np.uint8), marks),
    }


def _cell_item(problem: ImportProblem, page: ShownPage, held: ClassToMatch) -> dict[str, Any]:
    month = date.fromisoformat(page.month + "-01")
    child = child_of_cell(problem, page)
    pupil = held.names.get(child) if child is not None else None
    row = next((r for r in page.rows if r.row == problem.row), None)
    codes = row.codes_on(page.days) if row is not None else []
    return {
        "is_cell": True,
        "day": date_format(month.replace(day=int(problem.params["day"])), "l j F"),
        "name": whole_name(pupil.child) if pupil is not None else (row.name if row else ""),
        "roll": row.roll if row is not None else "",
        "is_known": pupil is not None,
        "cell_marks": codes,
    }
