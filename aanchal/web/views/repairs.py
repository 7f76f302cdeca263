"""Rows of a register that are nobody's yet, and cells to look at: one decision each."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.attendance.actions import (
    ENROL,
    SET_ASIDE,
    repair_row,
    set_problem_aside,
    take_problem_up_again,
)
from aanchal.attendance.models import RegisterFile
from aanchal.attendance.queries.books import (
    class_pupils,
    get_register_file,
    open_problems,
    shown_pages,
)
from aanchal.attendance.queries.repairs import problems_set_aside
from aanchal.attendance.reading import CODES
from aanchal.attendance.rules.marks import Mark
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.models import ImportProblem

from ..forms import key_or_none
from ..names import whole_name

PAGE = 10
ASIDE_SHOWN = 10


def repair(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What waits for repair in one file; below it what was set aside, to be taken up again."""
    register = get_register_file(request.actor, pk=pk)
    waiting = open_problems(request.actor, register)
    aside = problems_set_aside(request.actor, register)
    if request.method == "POST":
        return _settle(request, register)
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
    pages = {p.number: p.to_json() for p in shown_pages(request.actor, register)}
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
            "items": [_item(register, problem, pages) for problem in page],
            "aside": [_said(problem) for problem in aside[:ASIDE_SHOWN]],
            "count": page.paginator.count,
            "page": page,
            "enrol": ENROL,
            "set_aside": SET_ASIDE,
        },
    )


def _settle(request: HttpRequest, register: RegisterFile) -> HttpResponse:
    """Do what was decided. Sent twice, the second finds it settled and says so."""
    key = key_or_none(request.POST.get("problem"))
    now = timezone.now()
    back = redirect("register_repair", pk=register.pk)
    problem: ImportProblem | None
    try:
        if request.POST.get("step") == "again":
            problem = problems_set_aside(request.actor, register).filter(pk=key).first()
            if problem is None:
                raise WrongState
            take_problem_up_again(request.actor, problem=problem, at=now)
            messages.success(request, _("It waits for repair again."))
            return back
        problem = open_problems(request.actor, register).filter(pk=key).first()
        if problem is None:
            raise WrongState
        if problem.code == "row_unmatched":
            choice = request.POST.get("choice", "")
            problem = repair_row(request.actor, problem=problem, choice=choice, at=now)
            if problem.state == ImportProblem.State.OPEN:
                messages.warning(
                    request,
                    _(
                        "This number is of a pupil of another class. The head or the coordinator "
                        "was asked; the row waits here until the answer."
                    ),
                )
                return back
        else:
            set_problem_aside(request.actor, problem=problem, at=now)
        messages.success(request, _("Settled."))
    except Invalid as error:
        messages.error(request, str(error))
    except WrongState as error:
        messages.warning(request, str(error))
    return back


def _said(problem: ImportProblem) -> dict[str, Any]:
    raw = problem.raw if problem.code == "row_unmatched" and problem.raw else {}
    return {
        "pk": problem.pk,
        "row": problem.row,
        "column": problem.column,
        "reason": _(problem.template) % problem.params,
        "name": raw.get("name", ""),
        "roll": raw.get("roll", ""),
    }


def _item(register: RegisterFile, problem: ImportProblem, pages: dict[int, Any]) -> dict[str, Any]:
    item = _said(problem) | {"is_row": problem.code == "row_unmatched"}
    held = pages.get(problem.raw["page"]) if problem.raw else None
    if not item["is_row"] or not held:
        return item
    pupils = class_pupils(register, held)
    near = problem.raw["suggestions"]
    pupils.sort(key=lambda e: (str(e.child_id) not in near, len(e.roll_no), e.roll_no))
    codes = [CODES[problem.raw["marks"][day - 1]] for day in held["days"]]
    labels = [(str(e.child_id), f"{e.roll_no}. {whole_name(e.child)}") for e in pupils]
    return item | {
        "marks": codes,
        "present": sum(c == Mark.PRESENT for c in codes),
        "marked": sum(c in (Mark.PRESENT, Mark.ABSENT) for c in codes),
        "near": [{"id": key, "label": label} for key, label in labels if key in near],
        "others": [{"id": key, "label": label} for key, label in labels if key not in near],
    }
