"""The coordinator's pages: the week, the questions, one child against her class, her file."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import people_named
from aanchal.attendance.actions import assign_visit, cancel_visit, record_outcome
from aanchal.attendance.findings import vocabulary
from aanchal.attendance.guidance import guidance
from aanchal.attendance.models import Flag, Outcome, Visit
from aanchal.attendance.queries.books import child_strip, silent_schools
from aanchal.attendance.queries.figures import week_figures, where_stuck
from aanchal.attendance.queries.flags import (
    get_flag,
    overdue_visits,
    unassigned_flags,
    visible_flags,
    volunteers_for,
)
from aanchal.attendance.sentences import flag_sentence
from aanchal.kernel.errors import Invalid
from aanchal.kernel.permissions import Permission, may
from aanchal.people.actions import open_child_file
from aanchal.people.queries import get_child, visible_children

from ..context import local_name
from ..forms import ChoiceRows, DayField, blame, today
from ..look.pieces import tag
from ..names import first_name, whole_name

PAGE = 30
STUCK_DAYS = 30


def week(request: HttpRequest) -> HttpResponse:
    """The watch this week: figures with their denominators, where it is stuck, who is silent."""
    now = timezone.now()
    figures = week_figures(request.actor, last_on=today())
    words = vocabulary().findings
    kinds = " · ".join(f"{_(words[k].label)} {n}" for k, n in figures.empty_kinds[:3])
    stuck = where_stuck(request.actor, since=today() - timedelta(days=STUCK_DAYS), at=now)
    waiting = unassigned_flags(request.actor)
    late = overdue_visits(request.actor, at=now)
    columns = [
        {"label": _("Place")},
        {"label": _("Questions"), "number": True},
        {"label": _("Visited"), "number": True},
        {"label": _("Question → visit"), "number": True},
        {"label": _("Stuck")},
    ]
    rows = [
        [local_name(s.area), s.flags, s.visited, _days(s.median_days), _stuck_tag(s)]
        for s in stuck[:12]
    ]
    return render(
        request,
        "watch/week.html",
        {
            "figures": figures,
            "faster": _faster(figures.first_absence_to_visit, figures.before),
            "empty_kinds": kinds,
            "columns": columns,
            "rows": rows,
            "stuck_days": STUCK_DAYS,
            "silent": silent_schools(request.actor, on=today())[:8],
            "silent_after": int(guidance()["silent_after_days"]),
            "waiting": [_card(f) for f in waiting[:3]],
            "waiting_count": waiting.count(),
            "late_count": late.count(),
        },
    )


def _days(value: float | None) -> str:
    if value is None:
        return "—"
    return _("%(days)s days") % {"days": f"{value:g}"}


def _faster(now: float | None, before: float | None) -> dict[str, str]:
    if now is None or before is None or now == before:
        return {"level": "plain", "text": ""}
    days = f"{abs(before - now):g}"
    if now < before:
        text = _("%(days)s days sooner than in the four weeks before") % {"days": days}
        return {"level": "done", "text": text}
    text = _("%(days)s days later than in the four weeks before") % {"days": days}
    return {"level": "soon", "text": text}


def _stuck_tag(line: Any) -> str:
    if line.overdue:
        text = ngettext("%(n)s overdue", "%(n)s overdue", line.overdue) % {"n": line.overdue}
        return _tag(text, "now")
    if line.unassigned:
        text = ngettext("%(n)s with nobody", "%(n)s with nobody", line.unassigned)
        return _tag(text % {"n": line.unassigned}, "soon")
    return _tag(_("all on their way"), "done")


def _tag(text: str, level: str) -> str:
    drawn = tag(text, level)
    return format_html('<span class="tag {}">{}</span>', drawn["level"], drawn["text"])


def _card(flag: Flag) -> dict[str, Any]:
    return {
        "code": flag.child.code,
        "name": first_name(flag.child),
        "level": "now" if flag.channel == Flag.Channel.URGENT else "soon",
        "due": _("urgent") if flag.channel == Flag.Channel.URGENT else "",
        "reason": flag_sentence(flag),
        "where": " · ".join(
            [local_name(flag.area), local_name(flag.class_section.school), str(flag.class_section)]
        ),
        "href": reverse("flag", args=[flag.pk]),
    }


FILTERS = {
    "waiting": gettext_lazy("With nobody yet"),
    "under_way": gettext_lazy("In a volunteer's hands"),
    "overdue": gettext_lazy("Overdue"),
    "visited": gettext_lazy("Visited, still open"),
    "ended": gettext_lazy("Ended"),
}


def flag_list(request: HttpRequest) -> HttpResponse:
    """Questions by where they stand."""
    show = request.GET.get("show", "waiting")
    if show not in FILTERS:
        show = "waiting"
    now = timezone.now()
    flags = visible_flags(request.actor)
    sets = {
        "waiting": flags.filter(state=Flag.State.OPEN),
        "under_way": flags.filter(state=Flag.State.ASSIGNED),
        "overdue": flags.filter(
            pk__in=overdue_visits(request.actor, at=now).values("flag_id")
        ),
        "visited": flags.filter(state=Flag.State.VISITED),
        "ended": flags.filter(state__in=(Flag.State.CLOSED, Flag.State.WITHDRAWN)).order_by(
            "-raised_at"
        ),
    }
    page = Paginator(sets[show], PAGE).get_page(request.GET.get("page"))
    tabs = [
        {"key": key, "label": label, "count": sets[key].count() if key != "ended" else None}
        for key, label in FILTERS.items()
    ]
    return render(
        request,
        "flags/list.html",
        {"page": page, "cards": [_card(f) for f in page], "tabs": tabs, "show": show},
    )


class AssignForm(forms.Form):
    """Whom to send."""

    volunteer = ChoiceRows(
        label=gettext_lazy("Who goes?"),
        error_messages={"required": gettext_lazy("Choose who goes.")},
    )

    def __init__(self, *args: Any, volunteers: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["volunteer"].choices = [  # type: ignore[attr-defined]
            (str(v.pk), v.get_full_name()) for v in volunteers
        ]
        if len(volunteers) == 1:
            self.fields["volunteer"].initial = str(volunteers[0].pk)


class OutcomeForm(forms.Form):
    """How it ended."""

    kind = ChoiceRows(
        label=gettext_lazy("How did it end?"),
        choices=[
            (Outcome.Kind.BACK, gettext_lazy("Back in school")),
            (Outcome.Kind.LEFT, gettext_lazy("Left, or goes elsewhere")),
            (Outcome.Kind.EXPLAINED, gettext_lazy("Nothing more is needed")),
            (Outcome.Kind.CONCERN, gettext_lazy("It is a concern now; the case worker has it")),
        ],
        error_messages={"required": gettext_lazy("Choose how it ended.")},
    )
    since_on = DayField(label=gettext_lazy("Since which day?"))
    child_seen = forms.BooleanField(
        label=gettext_lazy("Somebody saw the child in school with her own eyes"), required=False
    )


def flag(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One question: the reason, her strip against her class, the visits, and what comes next."""
    held = get_flag(request.actor, pk=pk)
    now = timezone.now()
    volunteers = volunteers_for(held, at=now)
    step = request.POST.get("step", "")
    assign = AssignForm(request.POST if step == "assign" else None, volunteers=volunteers)
    outcome = OutcomeForm(
        request.POST if step == "outcome" else None, initial={"since_on": today()}
    )
    if request.method == "POST":
        answer = _act(request, held, step, assign, outcome, volunteers)
        if answer is not None:
            return answer
    strip = child_strip(held.class_section, held.child_id)
    shares = [
        (int(p) / int(m)) if m else None
        for p, m in zip(strip.class_present, strip.class_marked, strict=True)
    ]
    visits = list(held.visits.all())
    names = people_named([v.assigned_by for v in visits])
    return render(
        request,
        "flags/flag.html",
        {
            "flag": held,
            "name": first_name(held.child),
            "reason": flag_sentence(held),
            "level": "now" if held.channel == Flag.Channel.URGENT else "soon",
            "place": local_name(held.area),
            "school": local_name(held.class_section.school),
            "marks": [int(m) for m in strip.child],
            "days": list(strip.days),
            "shares": shares,
            "story": [_event(v, names) for v in reversed(visits)],
            "in_hand": next((v for v in visits if v.state == Visit.State.ASSIGNED), None),
            "assign": assign,
            "outcome_form": outcome,
            "outcome": getattr(held, "outcome", None),
            "has_volunteers": bool(volunteers),
            "may_assign": held.state in (Flag.State.OPEN, Flag.State.ASSIGNED)
            and may(request.actor, Permission.VISIT_ASSIGN, held),
            "may_end": held.state == Flag.State.VISITED
            and may(request.actor, Permission.OUTCOME_RECORD, held),
            "late_register": (timezone.localdate(held.register_received_at) - held.signal_on).days
            > 7,
            "form": assign if step == "assign" else outcome if step == "outcome" else None,
        },
        status=400 if request.method == "POST" else 200,
    )


def _act(
    request: HttpRequest,
    held: Flag,
    step: str,
    assign: AssignForm,
    outcome: OutcomeForm,
    volunteers: list[Any],
) -> HttpResponse | None:
    now = timezone.now()
    try:
        if step == "assign" and assign.is_valid():
            chosen = assign.cleaned_data["volunteer"]
            volunteer = next(v for v in volunteers if str(v.pk) == chosen)
            assign_visit(request.actor, flag=held, volunteer=volunteer, at=now)
            messages.success(request, _("The visit is in her hands now."))
            return redirect("flag", pk=held.pk)
        if step == "outcome" and outcome.is_valid():
            record_outcome(request.actor, flag=held, at=now, **outcome.cleaned_data)
            messages.success(request, _("How it ended is written down."))
            return redirect("flag", pk=held.pk)
    except Invalid as error:
        blame(assign if step == "assign" else outcome, error)
        return None
    if step == "take_back":
        in_hand = next((v for v in held.visits.all() if v.state == Visit.State.ASSIGNED), None)
        if in_hand is not None:
            cancel_visit(request.actor, visit=in_hand, at=now)
        messages.success(request, _("The visit is with nobody now."))
        return redirect("flag", pk=held.pk)
    return None


STATES = {
    Visit.State.ASSIGNED: gettext_lazy("In her hands, due %(due)s"),
    Visit.State.RECORDED: gettext_lazy("Visited"),
    Visit.State.HANDED_BACK: gettext_lazy("Given back: another must go"),
    Visit.State.CANCELLED: gettext_lazy("Taken back"),
}


def _event(visit: Visit, names: dict[str, str]) -> dict[str, str]:
    from django.utils.formats import date_format

    when = visit.recorded_at or visit.handed_back_at or visit.assigned_at
    title = str(STATES[Visit.State(visit.state)]) % {
        "due": date_format(timezone.localtime(visit.due_at), "j M")
    }
    text = visit.volunteer.get_full_name()
    finding = getattr(visit, "finding", None)
    if finding is not None:
        found = vocabulary().findings.get(finding.kind)
        text += " · " + (_(found.label) if found else "")
        if finding.note:
            text += " · “" + finding.note + "”"
    return {
        "when": date_format(timezone.localtime(when), "j M, H:i"),
        "title": title,
        "text": text,
    }


def child_list(request: HttpRequest) -> HttpResponse:
    """Children of the actor's area by code; found again by code alone, never by a name in a URL."""
    code = request.GET.get("code", "").strip().upper()
    children = visible_children(request.actor)
    if code:
        children = children.filter(code=code if code.startswith("K-") else f"K-{code}")
    page = Paginator(children, PAGE).get_page(request.GET.get("page"))
    rows = [
        [
            format_html('<a href="{}">{}</a>', reverse("child", args=[c.pk]), c.code),
            first_name(c),
            local_name(c.area),
        ]
        for c in page
    ]
    columns = [{"label": _("Code")}, {"label": _("First name")}, {"label": _("Village")}]
    return render(
        request,
        "children/list.html",
        {"page": page, "rows": rows, "columns": columns, "code": code},
    )


def child(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A child's file. Opening it leaves a trace, and the page says so."""
    held = get_child(request.actor, pk=pk)
    open_child_file(request.actor, child=held, at=timezone.now())
    enrolments = held.enrolments.select_related("class_section__school").order_by("-starts_on")
    flags = (
        visible_flags(request.actor).filter(child=held).order_by("-raised_at")
        if may(request.actor, Permission.FLAG_VIEW, held)
        else []
    )
    guardians = list(held.household.guardians.all()) if held.household else []
    return render(
        request,
        "children/child.html",
        {
            "child": held,
            "name": whole_name(held),
            "latin": f"{held.given_name} {held.family_name}".strip(),
            "place": local_name(held.area),
            "facts": _facts(held, guardians),
            "enrolments": [
                {
                    "title": f"{local_name(e.class_section.school)} · {e.class_section}",
                    "when": str(e.class_section.year),
                }
                for e in enrolments
            ],
            "flags": [_card(f) for f in flags],
        },
    )


def _facts(held: Any, guardians: list[Any]) -> list[dict[str, str]]:
    sexes = {"girl": _("Girl"), "boy": _("Boy"), "other": _("Other")}
    facts = [{"label": _("Sex"), "value": sexes.get(held.sex, _("not said"))}]
    if held.born_on:
        facts.append({"label": _("Born on"), "value": held.born_on})
    elif held.age_years is not None:
        about = _("about %(years)s years on %(day)s") % {
            "years": held.age_years,
            "day": held.age_estimated_on,
        }
        facts.append({"label": _("Age"), "value": about})
    village = local_name(held.area)
    if held.area_is_assumed:
        village += " · " + _("assumed: the village of the school")
    facts.append({"label": _("Village"), "value": village})
    if held.disability:
        facts.append({"label": _("Disability"), "value": held.disability})
    relations = {
        "mother": _("Mother"),
        "father": _("Father"),
        "grandparent": _("Grandparent"),
        "sibling": _("Brother or sister"),
        "relative": _("Relative"),
        "other": _("Guardian"),
    }
    facts += [
        {"label": relations[g.relation], "value": " · ".join(filter(None, (g.name, g.phone)))}
        for g in guardians
    ]
    return facts
