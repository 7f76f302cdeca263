"""Concerns: told by anyone who may, and the case worker's list of them."""

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import people_named
from aanchal.cases.actions import raise_concern
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import Listed, visible_concerns
from aanchal.kernel.authz import may_anywhere
from aanchal.kernel.errors import Invalid, NotFound
from aanchal.places.models import Area
from aanchal.places.queries import villages_where
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import add_form_error, choose_again, chosen_key
from aanchal.web.shell.names import first_name

from ..forms import ConcernForm, ConcernKindForm
from ..presenters.about import about_whom
from ..presenters.conflicts import implicated_from, implicated_in_words
from ..presenters.day import concern_day, concerns_sentence
from ..presenters.telling import ask_kind, ask_words

PAGE = 30


MAX_VILLAGES = 1000


def new_concern(request: HttpRequest) -> HttpResponse:
    """Tell of a concern: its kind, whom to call, and only then the words."""
    if request.method != "POST" and "told" in request.GET:
        return render(request, "concerns/told.html")
    about = about_whom(request)
    if about is None and not may_anywhere(request.actor, CasePermission.CONCERN_RAISE):
        raise NotFound
    areas = areas_for_concern(request) if about is None else []
    if request.method != "POST":
        kind = chosen_key(request, concern_kinds(), about="concern")
        if kind is None:
            return ask_kind(request, ConcernKindForm(), about)
        first = {"kind": kind, "key": str(uuid4())}
        form = ConcernForm(initial=first, areas=areas, about=kind, child_known=about is not None)
        return ask_words(request, kind, form, about)
    chosen = ConcernKindForm(request.POST)
    if not chosen.is_valid():
        return ask_kind(request, chosen, about)
    kind = chosen.cleaned_data["kind"]
    if request.POST.get("step") != "concern":
        carry = urlencode({"about": about.mark}) if about is not None else ""
        return choose_again(request, kind, about="concern", carry=carry)
    form = ConcernForm(request.POST, areas=areas, about=kind, child_known=about is not None)
    if form.is_valid():
        given = about.said() if about is not None else {"area": form.chosen_area()}
        now = timezone.now()
        if about is not None and about.teller is not None:
            # Colleagues of a place that is hers no more are not looked up for her.
            chosen_person = implicated_in_words(form.cleaned_data)
        else:
            chosen_person = implicated_from(request, given["area"], form.cleaned_data, at=now)
        if chosen_person.page is not None:
            return chosen_person.page
        try:
            raise_concern(
                (about and about.teller) or request.actor,
                kind=kind,
                source_kind="person",
                # The key was drawn when the page was made: sent twice, it is one concern.
                source_id=f"{request.actor.user_id}:{form.cleaned_data['key']}"[:64],
                told=form.cleaned_data["told"],
                at=now,
                **given,
                **chosen_person.said(),
            )
        except Invalid as error:
            add_form_error(form, error)
        else:
            return redirect(f"{request.path}?told")
    return ask_words(request, kind, form, about)


def areas_for_concern(request: HttpRequest) -> list[Area]:
    """The villages a person may tell a concern about; her own places."""
    return list(villages_where(request.actor, CasePermission.CONCERN_RAISE)[:MAX_VILLAGES])


def concern_list(request: HttpRequest) -> HttpResponse:
    """Concerns of the case worker's area: those past their time first, then nobody's, the closed last."""
    stage, now = request.GET.get("stage", ""), timezone.now()
    is_open = stage != Concern.Stage.CLOSED
    shown = visible_concerns(request.actor, is_open=True)
    day = concern_day(request.actor, at=now)
    late, with_nobody = day.late, day.with_nobody
    headline = concerns_sentence(shown, day, reader=request.actor.user_id)
    counts = Counter(_tab(row, with_nobody) for row in shown.rows)
    counts[LATE] = len(late)
    if stage not in TABS:
        # It opens where something waits: an empty list first would say that nothing does.
        stage = next((key for key in TABS if counts[key]), Concern.Stage.TAKEN_UP)
    if not is_open:
        shown = visible_concerns(request.actor, is_open=False)
    if stage == LATE:
        in_stage = shown.where(lambda row: str(row.pk) in late)
    else:
        in_stage = shown.where(lambda row: _tab(row, with_nobody) == stage)
    page = Paginator(in_stage, PAGE).get_page(request.GET.get("page"))
    Concern.child.fetch(page)
    Concern.area.fetch(page)
    names = people_named([key for c in page for key in (c.taken_up_by, c.handed_to) if key])
    tabs = [
        {
            "label": label,
            "href": f"?stage={key}",
            "count": counts[key] if key != Concern.Stage.CLOSED else None,
            "current": key == stage,
        }
        for key, label in TABS.items()
        if key != LATE or late or stage == LATE
    ]
    cards = [
        _card(c, names, request.actor.user_id, at=now, nobody=str(c.pk) in with_nobody)
        for c in page
    ]
    return render(
        request,
        "concerns/list.html",
        {
            "page": page,
            "cards": cards,
            "tabs": tabs,
            "nothing": NOTHING[stage],
            "headline": headline,
        },
    )


# Across all stages; stands among the tabs only while there are any.
LATE = "late"


TABS: dict[str, Any] = {
    LATE: gettext_lazy("Past their time"),
    Concern.Stage.NEW: gettext_lazy("Nobody's yet"),
    Concern.Stage.HANDED_OVER: gettext_lazy("Handed over"),
    Concern.Stage.TAKEN_UP: gettext_lazy("Taken up"),
    Concern.Stage.CLOSED: gettext_lazy("Closed"),
}


NOTHING: dict[str, Any] = {
    LATE: gettext_lazy("No concern is past its time."),
    Concern.Stage.NEW: gettext_lazy("No concern waits for somebody."),
    Concern.Stage.HANDED_OVER: gettext_lazy("No concern waits for a colleague to take it up."),
    Concern.Stage.TAKEN_UP: gettext_lazy("No concern is under way."),
    Concern.Stage.CLOSED: gettext_lazy("No concern was closed yet."),
}


def _tab(row: Listed, with_nobody: frozenset[str]) -> str:
    """Under which tab it stands: one whose holder works there no more waits with those of nobody."""
    is_lost = row.head["stage"] == Concern.Stage.TAKEN_UP and str(row.pk) in with_nobody
    return Concern.Stage.NEW.value if is_lost else str(row.head["stage"])


def _card(
    held: Concern, names: dict[str, str], reader: str, *, at: datetime, nobody: bool
) -> dict[str, Any]:
    level, due = "plain", ""
    hers = reader in (held.taken_up_by, held.handed_to)
    if held.left_area_id and (nobody or hers):
        level, due = "now", _("moved here: take it up") if nobody else _("moved away: hand it over")
    elif nobody and held.stage != Concern.Stage.NEW:
        level, due = "now", _("nobody has it now")
    elif held.stage == Concern.Stage.NEW:
        days = (timezone.localdate(at) - timezone.localdate(held.raised_at)).days
        level, due = "now", _("today")
        if days:
            due = ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}
    elif held.stage == Concern.Stage.HANDED_OVER:
        level = "now"
        offered = names.get(held.handed_to, "")
        due = _("for you") if held.handed_to == reader else _("for %(name)s") % {"name": offered}
    elif held.stage == Concern.Stage.TAKEN_UP:
        late = held.due_at is not None and held.due_at < at
        level = "now" if late else "soon"
        due = _("yours") if held.taken_up_by == reader else names.get(held.taken_up_by, "")
        if held.corrected_at is not None:
            level, due = "now", _("put right, not read yet: %(name)s") % {"name": due}
        elif late:
            due = _("nothing written for a week: %(name)s") % {"name": due}
    return {
        "pk": held.pk,
        "code": held.code,
        "kind": _(concern_kinds()[held.kind].label),
        "is_sealed": held.is_sealed,
        "where": local_name(held.area),
        "name": first_name(held.child) if held.child else "",
        "child_code": held.child.code if held.child else "",
        "raised_at": held.raised_at,
        "level": level,
        "due": due,
    }
