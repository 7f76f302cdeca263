"""The volunteer's pages: today's visits, the kind visit, and what she found.

At the house the page asks only about coming back to school. The other questions open after
"I have left the house". Her list shows no suspicion.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.attendance.actions import hand_back_visit, leave_house, record_visit
from aanchal.attendance.findings import vocabulary
from aanchal.attendance.models import Flag, Outcome, Visit
from aanchal.attendance.queries.flags import get_my_visit, my_recent_visits, my_visits
from aanchal.attendance.sentences import flag_sentence
from aanchal.cases.kinds import concern_kinds
from aanchal.kernel.errors import Invalid, NotFound

from ..context import local_name
from ..forms import ChoiceRows, DayField, blame, choices, today, yes_no
from ..names import first_name

RECENT = timedelta(days=30)


def visit_list(request: HttpRequest) -> HttpResponse:
    """Today's visits, the soonest due first; below them what came of the last ones."""
    now = timezone.now()
    waiting = [_card(visit, now) for visit in my_visits(request.actor)]
    done = [
        _done_card(visit)
        for visit in my_recent_visits(request.actor, since=now - RECENT)[:10]
        if getattr(visit.flag, "outcome", None) and visit.flag.outcome.kind == Outcome.Kind.BACK
    ]
    for card in waiting[:1]:
        card["primary"] = True
    return render(request, "visits/list.html", {"cards": waiting, "done": done})


def _card(visit: Visit, now: Any) -> dict[str, Any]:
    flag = visit.flag
    days = (timezone.localdate(visit.due_at) - timezone.localdate(now)).days
    if days <= 0:
        level, due = "now", _("today") if days == 0 else _("overdue")
    else:
        level = "soon"
        due = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    place = [local_name(flag.area), _("class %(grade)s") % {"grade": flag.class_section.grade}]
    if flag.child.household and flag.child.household.place_note:
        place.insert(0, flag.child.household.place_note)
    return {
        "code": flag.child.code,
        "name": first_name(flag.child),
        "level": level,
        "due": due,
        "reason": flag_sentence(flag),
        "where": " · ".join(place),
        "href": reverse("visit", args=[visit.pk]),
    }


def _done_card(visit: Visit) -> dict[str, Any]:
    return {"code": visit.flag.child.code, "name": first_name(visit.flag.child)}


def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """At the house: kind words, and only the way back to school is spoken of."""
    held = get_my_visit(request.actor, pk=pk)
    if request.method == "POST":
        leave_house(request.actor, visit=held, at=timezone.now())
        return redirect("visit_finding", pk=held.pk)
    if held.left_house_at is not None:
        return redirect("visit_finding", pk=held.pk)
    return render(
        request, "visits/at_the_house.html", {"visit": held, "name": first_name(held.flag.child)}
    )


def hand_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """ "I do not feel safe: give it to another." One tap more, and no question asked."""
    held = get_my_visit(request.actor, pk=pk)
    if request.method == "POST":
        because = request.POST.get("because", Visit.HandedBack.UNSAFE)
        hand_back_visit(request.actor, visit=held, because=because, at=timezone.now())
        messages.success(request, _("Thank you for saying so. The visit goes to another."))
        return redirect("my_visits")
    return render(
        request, "visits/hand_back.html", {"cancel_href": reverse("visit", args=[held.pk])}
    )


class KindForm(forms.Form):
    """What she found: first the one answer that decides all else."""

    kind = ChoiceRows(
        label=gettext_lazy("What did you find?"),
        error_messages={"required": gettext_lazy("Choose what you found.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, _(found.label)) for key, found in vocabulary().findings.items()
        ]


class FindingForm(forms.Form):
    """The rest of the finding, after its kind is known."""

    kind = forms.CharField(widget=forms.HiddenInput)
    whom_met = ChoiceRows(
        label=gettext_lazy("Whom did you meet?"),
        error_messages={"required": gettext_lazy("Choose whom you met.")},
    )
    child_seen = yes_no(
        gettext_lazy("Did you see the child yourself?"),
        error_messages={"required": gettext_lazy("Say whether you saw the child.")},
    )
    next_step = ChoiceRows(
        label=gettext_lazy("What should happen next?"),
        error_messages={"required": gettext_lazy("Choose what should happen next.")},
    )
    visited_on = DayField(label=gettext_lazy("Day of the visit"))
    note = forms.CharField(
        label=gettext_lazy("Anything else, in your own words"),
        help_text=gettext_lazy("Leave it empty if there is nothing. Write no names of others."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = vocabulary()
        self.fields["whom_met"].choices = choices(words.met)  # type: ignore[attr-defined]
        self.fields["next_step"].choices = choices(words.next_steps)  # type: ignore[attr-defined]
        self.fields["visited_on"].widget.attrs["max"] = today().isoformat()


def finding(request: HttpRequest, pk: UUID) -> HttpResponse:
    """After the house: what she found, and for danger whom to call before anything is typed."""
    held = get_my_visit(request.actor, pk=pk)
    if held.left_house_at is None:
        return redirect("visit", pk=held.pk)
    step = request.POST.get("step", "")
    if request.method != "POST":
        return _ask_kind(request, held, KindForm())
    chosen = KindForm(request.POST)
    if not chosen.is_valid():
        return _ask_kind(request, held, chosen)
    kind = chosen.cleaned_data["kind"]
    if step != "finding":
        form = FindingForm(initial={"kind": kind, "visited_on": today()})
        return _ask_rest(request, held, kind, form)
    form = FindingForm(request.POST)
    if form.is_valid():
        try:
            record_visit(request.actor, visit=held, at=timezone.now(), **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
        else:
            return redirect("visit_done", pk=held.pk)
    return _ask_rest(request, held, kind, form)


def _ask_kind(request: HttpRequest, held: Visit, form: KindForm) -> HttpResponse:
    return render(
        request,
        "visits/kind.html",
        {"visit": held, "form": form, "name": first_name(held.flag.child)},
        status=400 if form.is_bound else 200,
    )


def _ask_rest(request: HttpRequest, held: Visit, kind: str, form: FindingForm) -> HttpResponse:
    found = vocabulary().findings[kind]
    return render(
        request,
        "visits/finding.html",
        {
            "visit": held,
            "form": form,
            "name": first_name(held.flag.child),
            "found": _(found.label),
            "danger": danger_help(found.concern),
        },
        status=400 if form.is_bound else 200,
    )


def danger_help(kind: str) -> dict[str, Any] | None:
    """Whom to call and what the law asks, for a kind of concern; None when it is no danger."""
    if not kind:
        return None
    known = concern_kinds()[kind]
    return {
        "label": _(known.label),
        "call": [{"number": x.number, "label": _(x.name)} for x in known.call],
        "duties": [
            {"must": d.must, "text": _(d.text), "source": d.source, "is_law": d.is_law}
            for d in known.duties
        ],
    }


def done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Thanks, and what happens next; for danger the numbers once more."""
    recorded = (
        my_recent_visits(request.actor, since=timezone.now() - RECENT)
        .filter(pk=pk)
        .select_related("finding")
        .first()
    )
    if recorded is None:
        raise NotFound
    found = vocabulary().findings[recorded.finding.kind]
    waits_again = recorded.flag.state == Flag.State.OPEN
    return render(
        request,
        "visits/done.html",
        {"danger": danger_help(found.concern), "waits_again": waits_again},
    )
