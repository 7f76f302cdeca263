"""What a volunteer wrote: shown to her again, and put right within a day."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.watch.actions import correct_finding, open_finding
from aanchal.watch.findings import is_given_on, vocabulary
from aanchal.watch.models import Finding
from aanchal.watch.queries.hands import is_correctable
from aanchal.web.concerns.presenters.conflicts import carried, implicated_asked
from aanchal.web.concerns.presenters.danger import danger_help
from aanchal.web.shell.forms import (
    add_form_error,
    choose_again,
    chosen_key,
    is_opened_once,
    open_once,
)
from aanchal.web.shell.names import first_name

from ..forms import CorrectionForm, WorkForm
from ..presenters.hands import home_of_visits, written_visit
from ..presenters.work import concern_found


def written(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What she wrote about a visit: shown for one press, and put right within a day."""
    now = timezone.now()
    recorded, teller = written_visit(request, pk, at=now)
    told = recorded.finding
    told.visit = recorded
    context = {
        "visit": recorded,
        "name": first_name(recorded.flag.child),
        "may_correct": is_correctable(told, at=now),
        "back": home_of_visits(request),
    }
    step = request.POST.get("step", "")
    if step in ("show", "correct"):
        return choose_again(request, step, about=str(pk), once=open_once(request))
    if step == "save":
        return _save_correction(request, told, context, teller=teller, now=now)
    asked = chosen_key(request, ("show", "correct"), about=str(pk))
    if asked is None or not is_opened_once(request):
        return render(request, "visits/written.html", context)
    open_finding(teller, finding=told, at=now)
    if asked == "correct" and context["may_correct"]:
        given = {
            "kind": told.kind,
            "whom_met": told.whom_met,
            "child_seen": "yes" if told.child_seen else "no",
            "note": told.note,
        }
        form = CorrectionForm(initial=given, told=told)
        return render(request, "visits/correct.html", context | {"form": form})
    return render(request, "visits/written.html", context | {"facts": _told_lines(told)})


def _told_lines(told: Finding) -> list[dict[str, str]]:
    words = vocabulary()
    step = words.next_steps.get(told.next_step)
    lines = [
        {"label": _("What you found"), "value": _(words.findings[told.kind].label)},
        {"label": _("Whom you met"), "value": _(words.met[told.whom_met])},
        {"label": _("Child seen"), "value": _("Yes") if told.child_seen else _("No")},
        {"label": _("Next"), "value": _(step.label) if step else ""},
        {"label": _("In your own words"), "value": told.note},
    ]
    return [line for line in lines if line["value"]]


def _ask_more(
    request: HttpRequest, told: Finding, kind: str, *, at: datetime
) -> dict[str, Any] | HttpResponse:
    """What the first path asks of another finding: of work, and who may have a part in a danger.

    Returns:
        Keywords of `correct_finding`; or the page that must still be answered.
    """
    child = told.visit.flag.child
    if kind == told.kind:
        return {}
    asked = request.POST.get("asked_work") == "yes"
    work = WorkForm(request.POST if asked else None, kind=kind, child=child)
    answers: dict[str, Any] = {}
    if work.fields:
        if not work.is_valid():
            own = frozenset({"csrfmiddlewaretoken", "asked_work", *work.fields})
            carry = [*carried(request, own), ("asked_work", "yes")]
            return render(
                request,
                "visits/more.html",
                {"form": work, "carry": carry},
                status=400 if asked else 200,
            )
        answers = work.cleaned_data
    concern = concern_found(kind, child, answers)
    if not concern or concern == vocabulary().findings[told.kind].concern:
        return answers
    said = implicated_asked(request, told.visit.flag.area, danger=danger_help(concern), at=at)
    return said.page if said.page is not None else answers | said.said()


def _save_correction(
    request: HttpRequest,
    told: Finding,
    context: dict[str, Any],
    *,
    teller: Actor,
    now: datetime,
) -> HttpResponse:
    form = CorrectionForm(request.POST, told=told)
    if form.is_valid():
        more = _ask_more(request, told, form.cleaned_data["kind"], at=now)
        if isinstance(more, HttpResponse):
            return more
        try:
            now_told = correct_finding(teller, finding=told, at=now, **form.cleaned_data, **more)
        except Invalid as error:
            add_form_error(form, error)
        except WrongState as error:
            messages.warning(request, str(error))
            return redirect("visit_written", pk=told.visit_id)
        else:
            messages.success(
                request, _("It is put right. What you had written before is kept too.")
            )
            # Of a danger that she adds she reads whom to call, as after a visit.
            is_new_danger = is_given_on(now_told.kind) and now_told.kind != told.kind
            return redirect("visit_done" if is_new_danger else "visit_written", pk=told.visit_id)
    return render(request, "visits/correct.html", context | {"form": form}, status=400)
