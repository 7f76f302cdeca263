"""Concerns: told by anyone who may, opened with a trace, taken up by a case worker."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
from aanchal.kernel.errors import Invalid
from aanchal.kernel.permissions import Permission, may
from aanchal.places.models import Area

from ..context import local_name
from ..forms import ChoiceRows, blame
from ..names import first_name, whole_name
from .visits import danger_help

PAGE = 30


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

    def __init__(self, *args: Any, areas: list[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            (str(a.pk), local_name(a)) for a in areas
        ]
        if len(areas) == 1:
            self.fields["area"].initial = str(areas[0].pk)


def new_concern(request: HttpRequest) -> HttpResponse:
    """Tell of a concern: its kind, whom to call, and only then the words."""
    if request.method != "POST":
        return render(request, "concerns/kind.html", {"form": ConcernKindForm()})
    chosen = ConcernKindForm(request.POST)
    if not chosen.is_valid():
        return render(request, "concerns/kind.html", {"form": chosen}, status=400)
    kind = chosen.cleaned_data["kind"]
    areas = areas_for_concern(request)
    if request.POST.get("step") != "concern":
        form = ConcernForm(initial={"kind": kind, "key": str(uuid4())}, areas=areas)
        return _ask_words(request, kind, form)
    form = ConcernForm(request.POST, areas=areas)
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
            return render(request, "concerns/told.html", {"danger": danger_help(kind)})
    return _ask_words(request, kind, form)


def areas_for_concern(request: HttpRequest) -> list[Area]:
    """The villages a person may tell a concern about; her own places, at most a hundred."""
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
        ).order_by("name")[:100]
    )


def _ask_words(request: HttpRequest, kind: str, form: ConcernForm) -> HttpResponse:
    context = {"form": form, "danger": danger_help(kind), "kind": _(concern_kinds()[kind].label)}
    return render(request, "concerns/new.html", context, status=400 if form.is_bound else 200)


def concern_list(request: HttpRequest) -> HttpResponse:
    """Concerns of the case worker's area: nobody's first, then her own, then the closed."""
    stage = request.GET.get("stage", "")
    shown = visible_concerns(request.actor)
    counts = {s: shown.filter(stage=s).count() for s in Concern.Stage.values}
    if stage not in Concern.Stage.values:
        stage = Concern.Stage.NEW if counts[Concern.Stage.NEW] else Concern.Stage.TAKEN_UP
    page = Paginator(shown.filter(stage=stage), PAGE).get_page(request.GET.get("page"))
    names = people_named([c.taken_up_by for c in page if c.taken_up_by])
    cards = [
        {
            "pk": c.pk,
            "code": c.code,
            "kind": _(concern_kinds()[c.kind].label),
            "is_sealed": c.is_sealed,
            "where": local_name(c.area),
            "child": f"{first_name(c.child)} · {c.child.code}" if c.child else "",
            "raised_at": c.raised_at,
            "by": names.get(c.taken_up_by, ""),
            "level": "now" if c.stage == Concern.Stage.NEW else "plain",
        }
        for c in page
    ]
    return render(
        request,
        "concerns/list.html",
        {"page": page, "cards": cards, "stage": stage, "counts": counts},
    )


class CallForm(forms.Form):
    """A call that was made."""

    number = forms.CharField(label=gettext_lazy("Number called"), max_length=20)
    answered = forms.BooleanField(label=gettext_lazy("They answered"), required=False)


def concern(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One concern, opened with a trace: whom to call, what the law asks, what was told."""
    held = get_concern(request.actor, pk=pk)
    form = CallForm(request.POST if request.POST.get("step") == "call" else None)
    if request.method == "POST":
        answer = _act(request, held, form)
        if answer is not None:
            return answer
    else:
        open_concern(request.actor, concern=held, at=timezone.now())
    names = people_named([held.raised_by, held.taken_up_by, *(c["by"] for c in held.calls)])
    reason = ""
    if held.reason and held.child:
        reason = reason_sentence(held.reason, held.child.sex)
    return render(
        request,
        "concerns/concern.html",
        {
            "concern": held,
            "kind": _(concern_kinds()[held.kind].label),
            "danger": danger_help(held.kind),
            "reason": reason,
            "name": whole_name(held.child) if held.child else "",
            "place": local_name(held.area),
            "raised_by": names.get(held.raised_by, ""),
            "taken_up_by": names.get(held.taken_up_by, ""),
            "calls": [{**c, "name": names.get(c["by"], "")} for c in held.calls],
            "form": form,
            "may_take_up": may(request.actor, Permission.CONCERN_TAKE_UP, held),
        },
        status=400 if form.is_bound and not form.is_valid() else 200,
    )


def _act(request: HttpRequest, held: Concern, form: CallForm) -> HttpResponse | None:
    now = timezone.now()
    step = request.POST.get("step")
    if step == "take_up":
        take_up_concern(request.actor, concern=held, at=now)
        messages.success(request, _("The concern is in your hands now."))
    elif step == "close":
        close_concern(request.actor, concern=held, at=now)
        messages.success(request, _("The concern is closed."))
        return redirect("concerns")
    elif step == "call":
        if not form.is_valid():
            return None
        try:
            record_call(
                request.actor,
                concern=held,
                number=form.cleaned_data["number"],
                answered=form.cleaned_data["answered"],
                at=now,
            )
        except Invalid as error:
            blame(form, error)
            return None
        messages.success(request, _("The call is written down."))
    return redirect("concern", pk=held.pk)
