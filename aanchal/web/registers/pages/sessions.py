"""Change of session: a new register's rows beside last year's pupils, and who is the same child."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.access import one_of
from aanchal.kernel.errors import DomainError, Invalid, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.people.rules.promotion import Reason
from aanchal.registers.actions import ENROL, SET_ASIDE, confirm_promoted, repair_row
from aanchal.registers.models import RegisterFile
from aanchal.registers.queries.books import get_register_file, open_problems
from aanchal.registers.queries.promotions import Beside, classes_beside_last_year, left_of_last_year
from aanchal.web.shell.forms import key_or_none
from aanchal.web.shell.names import class_name, whole_name

from ..presenters.pages import page_title

REASONS = {
    Reason.NAME_EQUAL: gettext_lazy("The name is written alike."),
    Reason.SAME_NAMES: gettext_lazy("There are several of this name."),
    Reason.ONE_WORD: gettext_lazy("The name is written alike, but it is a given name alone."),
    Reason.OTHER_NUMBER: gettext_lazy(
        "The name is written alike, but the admission number is another."
    ),
    Reason.OTHER_SEX: gettext_lazy("The name is written alike, but girl or boy is not."),
    Reason.SPELLED_OTHERWISE: gettext_lazy("The name is spelled otherwise."),
    Reason.SAME_CLASS: gettext_lazy("Perhaps this pupil is in the same class once more."),
}


def change_of_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rows beside last year's pupils: the certain ones in one press, each doubtful one by itself."""
    register = get_register_file(request.actor, pk=pk)
    ask: dict[str, str] = {}
    if request.method == "POST":
        answer = _settle(request, register, ask)
        if answer is not None:
            return answer
    return render(
        request,
        "registers/session.html",
        {
            "register": register,
            "crumb_items": [
                {"label": _("Registers"), "href": reverse("register_files")},
                {
                    "label": register.file.name,
                    "href": reverse("register_file", args=[register.pk]),
                },
                {"label": _("Change of session")},
            ],
            "classes": [
                {
                    "title": page_title(beside.page),
                    "certain": [_shown(b, ask) for b in beside.certain],
                    "doubtful": [_shown(b, ask) for b in beside.doubtful],
                }
                for beside in classes_beside_last_year(request.actor, register)
            ],
            "left": [
                {
                    "name": whole_name(one.seat.child),
                    "roll": one.seat.roll_no,
                    "class": class_name(one.seat.class_section),
                    "may_be_a_row": one.may_be_a_row,
                    "is_asked_after": one.is_asked_after,
                }
                for one in left_of_last_year(request.actor, register)
            ],
            "enrol": ENROL,
            "set_aside": SET_ASIDE,
        },
        status=400 if ask else 200,
    )


def _shown(beside: Beside, ask: dict[str, str]) -> dict[str, Any]:
    key = str(beside.problem.pk)
    return {
        "pk": key,
        "row": beside.problem.row,
        "name": beside.name,
        "roll": beside.roll,
        "reason": REASONS[beside.reason],
        "error": ask.get(key, ""),
        "former": [
            {
                "id": str(e.child_id),
                "name": whole_name(e.child),
                "roll": e.roll_no,
                "class": class_name(e.class_section),
                "is_here": e.child_id in beside.here,
            }
            for e in beside.former
        ],
    }


def _settle(
    request: HttpRequest, register: RegisterFile, ask: dict[str, str]
) -> HttpResponse | None:
    """Do what was decided; None when the page asks back, with `ask` saying of which row what."""
    now, actor = timezone.now(), request.actor
    back = redirect("register_session", pk=register.pk)
    try:
        if request.POST.get("step") == "certain":
            keys = [key for p in request.POST.getlist("problem") if (key := key_or_none(p))]
            done = confirm_promoted(actor, register=register, problems=keys, at=now)
            if done.same:
                messages.success(
                    request,
                    ngettext(
                        "%(n)s child was found again. Under Repair each can be undone.",
                        "%(n)s children were found again. Under Repair each can be undone.",
                        done.same,
                    )
                    % {"n": done.same},
                )
            if done.asked:
                messages.warning(request, _ASKED)
            if done.waiting and _have_other_marks(request, register, keys):
                # Both strips are shown there; here the same press would be in vain again.
                messages.warning(
                    request,
                    _("This pupil already has other marks in this month. Look at both first."),
                )
                return redirect("register_repair", pk=register.pk)
            if done.waiting:
                messages.warning(
                    request, _("Something has changed meanwhile. Please look once more.")
                )
            return back
        key = key_or_none(request.POST.get("problem"))
        problem = one_of(open_problems(actor, register), key)
        if problem is None or problem.code != "row_unmatched":
            raise WrongState
        settled = repair_row(actor, problem=problem, choice=request.POST.get("choice", ""), at=now)
        if settled.state == ImportProblem.State.OPEN:
            messages.warning(request, _ASKED)
        else:
            messages.success(request, _("Settled. Under Repair it can be undone."))
    except Invalid as error:
        if error.details.get("field") == "overwrite":
            # Both strips are shown there before anything is replaced.
            messages.warning(request, str(error))
            return redirect("register_repair", pk=register.pk)
        ask[str(key)] = str(error)
        return None
    except DomainError as error:
        messages.warning(request, str(error))
    return back


def _have_other_marks(request: HttpRequest, register: RegisterFile, keys: list[UUID]) -> bool:
    """Whether one of these rows still waits though its pupil has come into the new class."""
    return any(
        beside.is_here and beside.problem.pk in keys
        for held in classes_beside_last_year(request.actor, register)
        for beside in held.certain
    )


_ASKED = gettext_lazy(
    "Last year's class is not yours: its head or the coordinator was asked. The row waits here "
    "until the answer."
)
