"""Corrections of registers: absences that would be taken away, and flags whose marks were corrected."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.queries import people_named
from aanchal.kernel.access import one_of
from aanchal.kernel.authz import Actor, system_actor
from aanchal.kernel.errors import DomainError, Invalid, WrongState
from aanchal.registers.actions import agree_to_correction, refuse_correction, take_correction_back
from aanchal.registers.models import Correction
from aanchal.registers.queries.corrections import (
    CorrectionLine,
    correction_to_answer,
    corrections_agreed,
    corrections_to_answer,
    my_corrections,
)
from aanchal.watch.actions import keep_flag, run_watch, undo_correction, withdraw_flag
from aanchal.watch.guidance import guidance
from aanchal.watch.models import Withdrawal
from aanchal.watch.queries.withdrawals import withdrawals_to_answer
from aanchal.watch.sentences import flag_sentence
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none
from aanchal.web.shell.names import class_name, first_name, whole_name

OWN_SHOWN = 20


# So long a yes is shown with a way back.
UNDO_SHOWN = timedelta(days=60)


STATES = {
    Correction.State.WAITING: ("soon", gettext_lazy("waits for a yes")),
    Correction.State.AGREED: ("done", gettext_lazy("agreed")),
    Correction.State.REFUSED: ("plain", gettext_lazy("refused")),
    Correction.State.TAKEN_BACK: ("plain", gettext_lazy("taken back")),
    Correction.State.MADE: ("done", gettext_lazy("corrected")),
    Correction.State.UNDONE: ("plain", gettext_lazy("undone")),
}


def corrections(request: HttpRequest) -> HttpResponse:
    """What waits for the coordinator's word, and what one asked for oneself."""
    refused: tuple[str, str] | None = None
    if request.method == "POST":
        try:
            _answer(request)
        except Invalid as error:
            refused = (request.POST.get("correction", ""), str(error))
        except DomainError as error:
            messages.warning(request, str(error))
        if refused is None:
            return redirect("corrections")
    lines = corrections_to_answer(request.actor)
    names = people_named(line.correction.asked_by for line in lines)
    late = timezone.now() - timedelta(days=guidance()["correction_due_days"])
    own = my_corrections(request.actor)[:OWN_SHOWN]
    return render(
        request,
        "registers/corrections.html",
        {
            "crumb_items": [
                {"label": _("Registers"), "href": reverse("register_files")},
                {"label": _("Corrections")},
            ],
            "items": [_item(line, names, late=late, refused=refused) for line in lines],
            "doubts": [_doubt(w) for w in withdrawals_to_answer(request.actor)],
            "agreed": [_own(c) for c in _agreed(request.actor, timezone.now())],
            "own": [_own(c) for c in own],
        },
        status=400 if refused else 200,
    )


def _answer(request: HttpRequest) -> None:
    """Do what was answered. Sent twice, the second finds it settled and says so."""
    now, actor, step = timezone.now(), request.actor, request.POST.get("step")
    if step in ("withdraw", "keep"):
        key = key_or_none(request.POST.get("withdrawal"))
        withdrawal = one_of(withdrawals_to_answer(actor), key)
        if withdrawal is None:
            raise WrongState
        if step == "withdraw":
            withdraw_flag(actor, withdrawal=withdrawal, at=now)
            messages.success(request, _("The question is withdrawn. A visit for it is called off."))
        else:
            keep_flag(actor, withdrawal=withdrawal, at=now)
            messages.success(request, _("The question stays. Nothing else was changed."))
        return
    key = key_or_none(request.POST.get("correction"))
    if step == "undo":
        correction = next((c for c in _agreed(actor, now) if c.pk == key), None)
    elif step == "take_back":
        correction = one_of(my_corrections(actor), key)
    else:
        correction = correction_to_answer(actor, pk=key)
    if correction is None:
        raise WrongState
    if step == "take_back":
        take_correction_back(actor, correction=correction, at=now)
        messages.success(request, _("Taken back. The absences stay."))
    elif step == "undo":
        was_made = correction.state == Correction.State.MADE
        undo_correction(actor, correction=correction, at=now)
        _watch(correction, at=now)
        if was_made:
            messages.success(request, _("Undone. The former marks stand again."))
        else:
            messages.success(
                request, _("Undone. The absences stand again, and the correction waits.")
            )
    elif step == "agree":
        agree_to_correction(actor, correction=correction, at=now)
        _watch(correction, at=now)
        messages.success(request, _("The register is corrected."))
    elif step == "refuse":
        refuse_correction(
            actor, correction=correction, answer=request.POST.get("answer", ""), at=now
        )
        messages.success(request, _("Refused. The absences stay."))


def _agreed(actor: Actor, now: datetime) -> list[Correction]:
    return corrections_agreed(actor, since=now - UNDO_SHOWN)[:OWN_SHOWN]


def _watch(correction: Correction, *, at: datetime) -> None:
    run_watch(
        system_actor("watch"),
        on=timezone.localdate(at),
        at=at,
        classes=[correction.class_section_id],
    )


def _item(
    line: CorrectionLine, names: dict[str, str], *, late: Any, refused: tuple[str, str] | None
) -> dict[str, Any]:
    held = line.correction
    return {
        "pk": held.pk,
        "class": class_name(held.class_section),
        "school": local_name(held.class_section.school),
        "month": date_format(held.month, "F Y"),
        "file": held.source.file.name if held.source is not None else "",
        "by": names.get(held.asked_by, ""),
        "asked_at": held.asked_at,
        "is_late": held.asked_at < late,
        "absences": line.absences,
        "days": line.days,
        "rows": [
            {
                "roll": row.roll,
                "name": whole_name(row.child),
                "code": row.child.code,
                "before": row.before,
                "after": row.after,
            }
            for row in line.rows
        ],
        "error": refused[1] if refused is not None and refused[0] == str(held.pk) else "",
    }


def _doubt(withdrawal: Withdrawal) -> dict[str, Any]:
    flag = withdrawal.flag
    return {
        "pk": withdrawal.pk,
        "code": flag.child.code,
        "name": first_name(flag.child),
        "class": class_name(flag.class_section),
        "reason": flag_sentence(flag),
        "href": reverse("flag", args=[flag.pk]),
        "is_urgent": flag.channel == "urgent",
        "is_assigned": flag.state == "assigned",
        "asked_at": withdrawal.asked_at,
    }


def _own(correction: Correction) -> dict[str, Any]:
    level, state = STATES[Correction.State(correction.state)]
    return {
        "pk": correction.pk,
        "class": class_name(correction.class_section),
        "school": local_name(correction.class_section.school),
        "month": date_format(correction.month, "F Y"),
        "asked_at": correction.asked_at,
        "settled_at": correction.settled_at,
        "answer": correction.answer,
        "level": level,
        "state": state,
        "is_made": correction.state == Correction.State.MADE,
        "is_waiting": correction.state == Correction.State.WAITING,
    }
