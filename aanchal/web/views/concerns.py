"""Concerns: told by anyone who may, opened with a trace, taken up by a case worker."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import people_named
from aanchal.attendance.sentences import reason_sentence
from aanchal.cases.actions import (
    close_concern,
    open_concern,
    raise_concern,
    record_call,
    take_up_concern,
)
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.cases.queries import get_concern, visible_concerns
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.permissions import Permission, may, require
from aanchal.places.models import Area

from ..context import local_name
from ..forms import ChoiceRows, blame, choose_again, chosen_key, yes_no
from ..names import first_name, whole_name
from .children import facts_of
from .notices import opened
from .visits import HOW_TO_REACH, NOT_HER_STORY, danger_help, is_for_the_police

PAGE = 30
# More villages than this are a list to choose from, not rows.
MOST_ROWS = 12
MOST_VILLAGES = 1000
SECOND_TAP = timedelta(seconds=30)


class ConcernKindForm(forms.Form):
    """What kind of concern: asked before anything is typed."""

    kind = ChoiceRows(
        label=gettext_lazy("What is it about?"),
        error_messages={"required": gettext_lazy("Choose what it is about.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (k.key, _(k.label)) for k in concern_kinds().values()
        ]


class ConcernForm(forms.Form):
    """Where, and what was seen or heard."""

    kind = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput)
    area = ChoiceRows(
        label=gettext_lazy("In which village?"),
        error_messages={"required": gettext_lazy("Choose the village.")},
    )
    told = forms.CharField(
        label=gettext_lazy("What did you see or hear?"),
        help_text=gettext_lazy("A few words are enough. You need not know a name."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": gettext_lazy("Write a few words.")},
    )

    def __init__(self, *args: Any, areas: list[Area], about: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [(str(a.pk), local_name(a)) for a in areas]
        if len(places) > MOST_ROWS:
            self.fields["area"].widget = forms.Select()
            places = [("", _("Choose the village")), *places]
        self.fields["area"].choices = places  # type: ignore[attr-defined]
        if len(areas) == 1:
            self.fields["area"].initial = str(areas[0].pk)
        if is_for_the_police(about):
            self.fields["told"].label = HOW_TO_REACH
            self.fields["told"].help_text = NOT_HER_STORY


def new_concern(request: HttpRequest) -> HttpResponse:
    """Tell of a concern: its kind, whom to call, and only then the words."""
    areas = areas_for_concern(request)
    if request.method != "POST":
        if "told" in request.GET:
            return render(request, "concerns/told.html")
        kind = chosen_key(request, concern_kinds(), about="concern")
        if kind is None:
            return render(request, "concerns/kind.html", {"form": ConcernKindForm()})
        first = {"kind": kind, "key": str(uuid4())}
        return _ask_words(request, kind, ConcernForm(initial=first, areas=areas, about=kind))
    chosen = ConcernKindForm(request.POST)
    if not chosen.is_valid():
        return render(request, "concerns/kind.html", {"form": chosen}, status=400)
    kind = chosen.cleaned_data["kind"]
    if request.POST.get("step") != "concern":
        return choose_again(request, kind, about="concern")
    form = ConcernForm(request.POST, areas=areas, about=kind)
    if form.is_valid():
        area = next(a for a in areas if str(a.pk) == form.cleaned_data["area"])
        try:
            raise_concern(
                request.actor,
                kind=kind,
                area=area,
                source_kind="person",
                # The key was drawn when the page was made: sent twice, it is one concern.
                source_id=f"{request.actor.user_id}:{form.cleaned_data['key']}"[:64],
                told=form.cleaned_data["told"],
                at=timezone.now(),
            )
        except Invalid as error:
            blame(form, error)
        else:
            return redirect(f"{request.path}?told")
    return _ask_words(request, kind, form)


def areas_for_concern(request: HttpRequest) -> list[Area]:
    """The villages a person may tell a concern about; her own places."""
    from aanchal.kernel.permissions import grants_for
    from aanchal.places.models import Body
    from aanchal.places.queries import within

    held = grants_for(request.actor, Permission.CONCERN_RAISE)
    paths = [g.area_path for g in held if g.area_path]
    bodies = [g.body_id for g in held if g.body_id]
    paths += list(Body.objects.filter(pk__in=bodies).values_list("area__path", flat=True))
    return list(
        Area.objects.filter(
            within(paths, "path"), level=Area.Level.VILLAGE, joined_into__isnull=True
        ).order_by("name")[:MOST_VILLAGES]
    )


def _ask_words(request: HttpRequest, kind: str, form: ConcernForm) -> HttpResponse:
    context = {"form": form, "danger": danger_help(kind), "kind": _(concern_kinds()[kind].label)}
    return render(request, "concerns/new.html", context, status=400 if form.is_bound else 200)


def concern_list(request: HttpRequest) -> HttpResponse:
    """Concerns of the case worker's area: nobody's first, then those taken up, then the closed."""
    stage = request.GET.get("stage", "")
    is_open = stage != Concern.Stage.CLOSED
    shown = visible_concerns(request.actor, is_open=True)
    counts = shown.counts("stage")
    if stage not in Concern.Stage.values:
        stage = Concern.Stage.NEW if counts[Concern.Stage.NEW] else Concern.Stage.TAKEN_UP
    if not is_open:
        shown = visible_concerns(request.actor, is_open=False)
    in_stage = shown.where(lambda row: row.head["stage"] == stage)
    page = Paginator(in_stage, PAGE).get_page(request.GET.get("page"))
    Concern.child.fetch(page)
    Concern.area.fetch(page)
    names = people_named([c.taken_up_by for c in page if c.taken_up_by])
    now = timezone.now()
    tabs = [
        {
            "label": label,
            "href": f"?stage={key}",
            "count": counts[key] if key != Concern.Stage.CLOSED else None,
            "current": key == stage,
        }
        for key, label in STAGES.items()
    ]
    cards = [_card(c, names, request.actor.user_id, at=now) for c in page]
    return render(
        request,
        "concerns/list.html",
        {"page": page, "cards": cards, "tabs": tabs, "nothing": NOTHING[Concern.Stage(stage)]},
    )


STAGES = {
    Concern.Stage.NEW: gettext_lazy("Nobody's yet"),
    Concern.Stage.TAKEN_UP: gettext_lazy("Taken up"),
    Concern.Stage.CLOSED: gettext_lazy("Closed"),
}
NOTHING = {
    Concern.Stage.NEW: gettext_lazy("No concern waits for somebody."),
    Concern.Stage.TAKEN_UP: gettext_lazy("No concern is under way."),
    Concern.Stage.CLOSED: gettext_lazy("No concern was closed yet."),
}


def _card(held: Concern, names: dict[str, str], reader: str, *, at: datetime) -> dict[str, Any]:
    level, due = "plain", ""
    if held.stage == Concern.Stage.NEW:
        days = (timezone.localdate(at) - timezone.localdate(held.raised_at)).days
        level, due = "now", _("today")
        if days:
            due = ngettext("waits %(days)s day", "waits %(days)s days", days) % {"days": days}
    elif held.stage == Concern.Stage.TAKEN_UP:
        level = "soon"
        due = _("yours") if held.taken_up_by == reader else names.get(held.taken_up_by, "")
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


class CallForm(forms.Form):
    """A call that was made."""

    number = ChoiceRows(
        label=gettext_lazy("Whom did you call?"),
        error_messages={"required": gettext_lazy("Choose whom you called.")},
    )
    other = forms.CharField(
        label=gettext_lazy("Another number"),
        required=False,
        max_length=20,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    answered = yes_no(
        gettext_lazy("Did they answer?"),
        error_messages={"required": gettext_lazy("Say whether they answered.")},
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [  # type: ignore[attr-defined]
            *((x.number, f"{x.number} · {_(x.name)}") for x in concern_kinds()[kind].call),
            (OTHER, _("Another number")),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("number") == OTHER:
            cleaned["number"] = cleaned.get("other", "").strip()
            if not cleaned["number"]:
                self.add_error("other", _("Write the number that was called."))
        return cleaned


OTHER = "other"


def concern(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One concern, opened with a trace: whom to call, what the law asks, what was told."""
    held = get_concern(request.actor, pk=pk)
    form = CallForm(request.POST if request.POST.get("step") == "call" else None, kind=held.kind)
    if request.method == "POST":
        answer = _act(request, held, form)
        if answer is not None:
            return answer
    # Whatever brought her here, the page is shown now: a form with a mistake shows it too.
    open_concern(request.actor, concern=held, at=timezone.now())
    if held.stage == Concern.Stage.NEW:
        opened(request, "concern.new", held)
    names = people_named([held.raised_by, held.taken_up_by, *(c["by"] for c in held.calls)])
    reason = ""
    if held.reason and held.child:
        reason = reason_sentence(held.reason, held.child.sex)
    return render(
        request,
        "concerns/concern.html",
        {
            "concern": held,
            "crumb_items": [
                {"label": _("Concerns"), "href": reverse("concerns")},
                {"label": held.code},
            ],
            "kind": _(concern_kinds()[held.kind].label),
            "danger": danger_help(held.kind),
            "reason": reason,
            "name": whole_name(held.child) if held.child else "",
            "facts": facts_of(held.child) if held.child else [],
            "place": local_name(held.area),
            "story": _story(held, names),
            "taken_up_by": names.get(held.taken_up_by, ""),
            "is_hers": held.taken_up_by == request.actor.user_id,
            "call_form": form,
            "form": form if form.is_bound else None,
            "may_take_up": may(request.actor, Permission.CONCERN_TAKE_UP, held),
            "may_open_child": held.child is not None
            and may(request.actor, Permission.CHILD_OPEN_FILE, held.child),
        },
        status=400 if form.is_bound and not form.is_valid() else 200,
    )


def _story(held: Concern, names: dict[str, str]) -> list[dict[str, str]]:
    """Who told, who took it up, who was called; newest first."""
    told: list[tuple[datetime, str, str]] = []
    by = names.get(held.raised_by, "")
    title = _("Told after a visit") if held.source_kind == "visit" else _("Told")
    told.append((held.raised_at, title, by))
    if held.taken_up_at is not None:
        told.append((held.taken_up_at, _("Taken up"), names.get(held.taken_up_by, "")))
    lines = {x.number: _(x.name) for k in concern_kinds().values() for x in k.call}
    for call in held.calls:
        answered = _("they answered") if call["answered"] else _("no answer")
        title = _("Called %(number)s") % {"number": call["number"]}
        text = (lines.get(call["number"], ""), answered, names.get(call["by"], ""))
        at = datetime.fromisoformat(call["at"])
        told.append((at, title, " · ".join(filter(None, text))))
    return [
        {"when": date_format(timezone.localtime(when), "j M, H:i"), "title": title, "text": text}
        for when, title, text in sorted(told, key=lambda x: x[0], reverse=True)
    ]


def _act(request: HttpRequest, held: Concern, form: CallForm) -> HttpResponse | None:
    """Do what was asked. Sent twice, the second finds it done and says so."""
    now = timezone.now()
    step = request.POST.get("step")
    try:
        if step == "take_up":
            take_up_concern(request.actor, concern=held, at=now)
            messages.success(request, _("The concern is in your hands now."))
        elif step == "close" and request.POST.get("sure") != "yes":
            return _ask_to_close(request, held)
        elif step == "close":
            close_concern(request.actor, concern=held, at=now)
            messages.success(request, _("The concern is closed."))
            return redirect("concerns")
        elif step == "call":
            if not form.is_valid():
                return None
            number, answered = form.cleaned_data["number"], form.cleaned_data["answered"]
            if not _just_said(held, request.actor.user_id, number, answered, at=now):
                record_call(request.actor, concern=held, number=number, answered=answered, at=now)
            messages.success(request, _("The call is written down."))
    except Invalid as error:
        blame(form, error)
        return None
    except WrongState as error:
        mine = step == "take_up" and held.taken_up_by == request.actor.user_id
        if not mine:
            messages.warning(request, str(error))
    return redirect("concern", pk=held.pk)


def _just_said(held: Concern, by: str, number: str, answered: bool, *, at: datetime) -> bool:
    """Whether the same call was written down a moment ago: a second tap is no second call."""
    if not held.calls:
        return False
    last = held.calls[-1]
    same = (last["by"], last["number"], last["answered"]) == (by, number, answered)
    return same and at - datetime.fromisoformat(last["at"]) < SECOND_TAP


def _ask_to_close(request: HttpRequest, held: Concern) -> HttpResponse:
    require(request.actor, Permission.CONCERN_TAKE_UP, held)
    context = {
        "title": _("Close this concern?"),
        "body": _("Close it when the child is safe and nothing more is needed here."),
        "consequences": [
            _("It leaves the list of those under way."),
            _("What was told and who was called stay written."),
        ],
        "yes": _("Close the concern"),
        "cancel_href": reverse("concern", args=[held.pk]),
        "carry": {"step": "close", "sure": "yes"},
    }
    return render(request, "confirm.html", context)
