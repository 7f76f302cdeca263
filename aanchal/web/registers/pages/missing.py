"""Pupils whom a register no longer names: what the school says, and what was found out."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.kernel.access import one_of
from aanchal.kernel.authz import may
from aanchal.kernel.errors import DomainError, Invalid, WrongState
from aanchal.notices.queries.things import Thing
from aanchal.people.permissions import PeoplePermission
from aanchal.registers.actions import reopen_missing, say_missing, settle_missing
from aanchal.registers.models import MissingPupil
from aanchal.registers.permissions import RegisterPermission
from aanchal.registers.queries.missing import missing_pupils, missing_settled
from aanchal.registers.rules.settling import Known, Missing
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import key_or_none, today
from aanchal.web.shell.names import class_name, whole_name

from ..presenters.missing import SAID

SETTLED_SHOWN = 20


KNOWN = {
    Known.ENROLLED_THERE: gettext_lazy("The school that has the child now says so: enrolled there"),
    Known.MET_CHILD: gettext_lazy("Somebody met the child and spoke with her"),
    Known.SEEN_IN_SCHOOL: gettext_lazy("Seen in this school; the register left the child out"),
}


def missing(request: HttpRequest) -> HttpResponse:
    """Who is missing from her register, the longest first; below, of whom it is known where she is."""
    wrong: tuple[str, str] | None = None
    if request.method == "POST":
        try:
            _answer(request)
        except Invalid as error:
            if error.details.get("missing") == Missing.YES:
                return _confirm_known(request)
            wrong = (request.POST.get("pupil", ""), str(error))
        except DomainError as error:
            messages.warning(request, str(error))
        if wrong is None:
            return redirect("missing_pupils")
    return render(
        request,
        "registers/missing.html",
        {
            "crumb_items": [
                {"label": _("Registers"), "href": reverse("register_files")},
                {"label": _("Missing from their register")},
            ],
            "items": [_item(request, m, wrong) for m in missing_pupils(request.actor)],
            "settled": [
                _item(request, m, None) for m in missing_settled(request.actor)[:SETTLED_SHOWN]
            ],
            "choices": list(SAID.items()),
            "grounds": list(KNOWN.items()),
        },
        status=400 if wrong else 200,
    )


def _answer(request: HttpRequest) -> None:
    """Do what was answered. Sent twice, the second finds it settled and says so."""
    step, now, actor = request.POST.get("step"), timezone.now(), request.actor
    found = missing_settled(actor) if step == "reopen" else missing_pupils(actor)
    pupil = one_of(found, key_or_none(request.POST.get("pupil")))
    if pupil is None:
        raise WrongState
    if step == "say":
        say_missing(actor, missing=pupil, said=request.POST.get("said", ""), at=now)
        messages.success(request, _("Written. The coordinator sees it."))
    elif step == "settle":
        settle_missing(
            actor,
            missing=pupil,
            ground=request.POST.get("ground", ""),
            answer=request.POST.get("answer", ""),
            confirmed=request.POST.get("confirmed") == "yes",
            at=now,
        )
        messages.success(request, _("Written where the pupil is. It can be taken back below."))
    elif step == "reopen":
        reopen_missing(actor, missing=pupil, at=now)
        messages.success(request, _("It waits again."))


def _confirm_known(request: HttpRequest) -> HttpResponse:
    """Ask a second time before the question about a missing pupil is closed."""
    ground, answer = request.POST["ground"], request.POST.get("answer", "")
    return render(
        request,
        "confirm.html",
        {
            "title": _("Is it known where this pupil is?"),
            "body": _("Until this answer's time is over nobody looks for the child."),
            "consequences": [str(KNOWN[Known(ground)]), f"“{answer}”"],
            "yes": _("Yes, close the question"),
            "cancel_href": reverse("missing_pupils"),
            "carry": {
                "step": "settle",
                "confirmed": "yes",
                "pupil": request.POST.get("pupil", ""),
                "ground": ground,
                "answer": answer,
            },
        },
    )


def _item(
    request: HttpRequest, held: MissingPupil, wrong: tuple[str, str] | None
) -> dict[str, Any]:
    return {
        "pk": held.pk,
        "code": held.child.code,
        "name": whole_name(held.child),
        "class": class_name(held.class_section),
        "school": local_name(held.class_section.school),
        "month": date_format(held.month, "F Y"),
        "said": SAID[MissingPupil.Said(held.said)] if held.said else "",
        "is_grave": held.said == MissingPupil.Said.NAME_CUT,
        "is_late": _late_at(held) <= timezone.now(),
        "noted_at": timezone.localtime(held.noted_at),
        "file_href": reverse("child", args=[held.child_id])
        if may(request.actor, PeoplePermission.CHILD_OPEN_FILE, held.child)
        else "",
        "answer": held.answer,
        "covered_until_on": held.covered_until_on,
        "is_over": held.covered_until_on is not None and held.covered_until_on < today(),
        "ground": KNOWN[Known(held.ground)] if held.ground else "",
        "typed": request.POST if wrong is not None and wrong[0] == str(held.pk) else {},
        "may_settle": may(request.actor, RegisterPermission.REGISTER_CORRECT, held),
        "error": wrong[1] if wrong is not None and wrong[0] == str(held.pk) else "",
    }


def _late_at(held: MissingPupil) -> datetime:
    """When her time is over: as in the list of what waits."""
    return Thing("missing_pupil.waiting", str(held.pk), held.scope(), since=held.noted_at).late_at()
