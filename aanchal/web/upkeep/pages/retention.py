"""What is erased when, what went in the last nights, and legal holds: counts, and no names."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.access.queries import people_named
from aanchal.cases.actions import ask_to_lift_hold, keep_hold, lift_hold, place_hold
from aanchal.cases.queries import visible_holds
from aanchal.kernel import audit
from aanchal.kernel.errors import DomainError, Invalid, NotFound
from aanchal.kernel.models import LegalHold
from aanchal.kernel.privacy import retention_of
from aanchal.kernel.retention import Period, Then, Unit
from aanchal.kernel.sweeping import in_order
from aanchal.kernel.verbs import KernelVerb
from aanchal.web.shell.forms import add_form_error, key_or_none

from ..forms import HoldForm, LiftForm
from ..retention_words import NAMES, TECHNICAL

NIGHTS = 7


MAX_EVENTS = 2000


def retention(request: HttpRequest) -> HttpResponse:
    """The page; a POST places a hold, asks to lift one, or answers such an asking."""
    form = HoldForm(request.POST if request.POST.get("step") == "place" else None)
    lift = LiftForm(request.POST if request.POST.get("step") == "ask" else None)
    if request.method == "POST" and _done(request, form, lift):
        return redirect("retention")
    at = timezone.now()
    held = visible_holds(request.actor)
    names = people_named({hold.placed_by for hold in held} | {hold.lift_asked_by for hold in held})
    return render(
        request,
        "upkeep/retention.html",
        {
            "kept": _kept(),
            "nights": _nights(request, at),
            "holds": [_row(request, hold, names, lift) for hold in held],
            "form": form,
        },
    )


def _done(request: HttpRequest, form: HoldForm, lift: LiftForm) -> bool:
    """Do what was asked; False when the form is shown again with what is wrong."""
    step, at = request.POST.get("step"), timezone.now()
    try:
        if step == "place":
            if not form.is_valid():
                return False
            place_hold(request.actor, at=at, **form.cleaned_data)
            messages.success(request, _("Held. Nothing of it is erased from now on."))
            return True
        key = key_or_none(request.POST.get("hold"))
        hold = next((h for h in visible_holds(request.actor) if h.pk == key), None)
        if hold is None:
            raise NotFound
        if step == "ask":
            if not lift.is_valid():
                return False
            ask_to_lift_hold(request.actor, hold=hold, at=at, **lift.cleaned_data)
            messages.success(request, _("Asked. It stands until another administrator agrees."))
        elif step == "lift":
            lift_hold(request.actor, hold=hold, at=at)
            messages.success(request, _("Lifted. What is due goes in the coming night."))
        elif step == "keep":
            keep_hold(request.actor, hold=hold, at=at)
            messages.success(request, _("It stands."))
        else:
            raise NotFound
    except Invalid as error:
        add_form_error(form if step == "place" else lift, error)
        return False
    except DomainError as error:
        if step != "place" and isinstance(error, NotFound):
            raise
        messages.error(request, str(error))
        return step != "place"
    return True


def _kept() -> list[dict[str, Any]]:
    """Each kind of record with how long it is kept, in the order of the sweeper's names."""
    rows = []
    for model in in_order():
        held = retention_of(model)
        assert held is not None
        name = NAMES.get(model._meta.label)
        if name is None:
            continue
        if held.until_age:
            assert held.keep is not None
            kept = _("until age %(age)d, or %(period)s, whichever is later") % {
                "age": held.until_age,
                "period": _period(held.keep),
            }
        elif held.as_long_as or held.of or held.keep is None:
            kept = _("as long as what it belongs to")
        else:
            kept = _period(held.keep)
        then = _("erased")
        if held.then is Then.ANONYMISE:
            then = _("what is left names nobody")
        rows.append({"name": name, "kept": kept, "then": then})
    return sorted(rows, key=lambda row: str(row["name"]).casefold())


def _period(keep: Period) -> str:
    if keep.unit is Unit.SCHOOL_YEARS and keep.number == 0:
        return _("to the end of the school year")
    if keep.unit is Unit.SCHOOL_YEARS:
        said = ngettext("%(n)d school year", "%(n)d school years", keep.number)
    elif keep.unit is Unit.YEARS:
        said = ngettext("%(n)d year", "%(n)d years", keep.number)
    elif keep.unit is Unit.MONTHS:
        said = ngettext("%(n)d month", "%(n)d months", keep.number)
    elif keep.unit is Unit.DAYS:
        said = ngettext("%(n)d day", "%(n)d days", keep.number)
    else:
        said = ngettext("%(n)d hour", "%(n)d hours", keep.number)
    return said % {"n": keep.number}


def _nights(request: HttpRequest, at: Any) -> list[dict[str, Any]]:
    """What went in the last nights, by day and kind, in the districts of the actor."""
    today = timezone.localdate(at)
    days = [today - timedelta(days=back) for back in range(NIGHTS)]
    actor = request.actor
    districts = None if actor.districts is None else [*actor.districts, ""]
    events = audit.events_of(days, districts=districts, mention=str(KernelVerb.RECORDS_ERASED))
    counts: dict[Any, Counter[str]] = {}
    for event in events[:MAX_EVENTS]:
        label = event.changes["model"]
        if event.verb == KernelVerb.RECORDS_ERASED:
            name = str(NAMES.get(label, TECHNICAL))
            counts.setdefault(event.on, Counter())[name] += int(event.changes["count"])
    return [
        {"day": day, "rows": sorted(found.items())} for day, found in sorted(counts.items())[::-1]
    ]


def _row(
    request: HttpRequest, hold: LegalHold, names: dict[str, str], lift: LiftForm
) -> dict[str, Any]:
    asked_here = request.POST.get("hold") == str(hold.pk) and lift.is_bound
    return {
        "error": next(iter(lift.errors.get("reason", [])), "") if asked_here else "",
        "pk": hold.pk,
        "code": hold.code,
        "whole": hold.thing.startswith("people.Household:"),
        "reason": hold.reason,
        "by": names.get(hold.placed_by, ""),
        "on": hold.placed_on,
        "asked": bool(hold.lift_asked_by),
        "asked_by": names.get(hold.lift_asked_by, ""),
        "why": hold.lift_reason,
        "mine": hold.lift_asked_by == request.actor.user_id,
    }
