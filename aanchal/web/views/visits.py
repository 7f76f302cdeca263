"""The volunteer's pages: today's visits, the kind visit, and what she found.

At the house the page asks only about coming back to school. The other questions open after
"I have left the house". Her list shows no suspicion. What she chose stands in no address: a
shared phone keeps its history.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.attendance.actions import (
    hand_back_visit,
    leave_house,
    open_visited_house,
    record_visit,
    return_to_house,
)
from aanchal.attendance.findings import FindingKind, group_of, vocabulary
from aanchal.attendance.guidance import guidance
from aanchal.attendance.models import Flag, Outcome, Visit
from aanchal.attendance.queries.books import class_books
from aanchal.attendance.queries.ends import back_standing
from aanchal.attendance.queries.flags import get_my_visit, my_recent_visits, my_visits
from aanchal.attendance.queries.hands import is_outside, my_past_visit
from aanchal.attendance.rules.returns import Came, Standing, came_since
from aanchal.attendance.sentences import flag_sentence
from aanchal.cases.kinds import concern_kinds
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.people.houses import House

from ..context import local_name
from ..forms import (
    ChoiceRows,
    DayField,
    blame,
    choices,
    choose_again,
    chosen_key,
    is_opened_once,
    open_once,
    today,
    yes_no,
)
from ..names import class_name, first_name
from .cards import returned_sentence
from .conflicts import implicated_from, implicated_name, implicated_question

RECENT = timedelta(days=30)
MOST_BACK = 10


def visit_list(request: HttpRequest) -> HttpResponse:
    """Today's visits, the soonest due first; below them who came back after the last ones."""
    now = timezone.now()
    waiting = [_card(visit, now) for visit in my_visits(request.actor)]
    back: dict[UUID, Flag] = {}
    for visit in my_recent_visits(request.actor, since=now - RECENT):
        outcome = getattr(visit.flag, "outcome", None)
        if outcome is not None and outcome.kind == Outcome.Kind.BACK:
            back.setdefault(visit.flag.child_id, visit.flag)
    return render(
        request,
        "visits/list.html",
        {"cards": waiting, "back": _back_cards(list(back.values())[:MOST_BACK]), "today": today()},
    )


def _card(visit: Visit, now: datetime) -> dict[str, Any]:
    flag = visit.flag
    due_on = timezone.localdate(visit.due_at)
    days = (due_on - timezone.localdate(now)).days
    if days < 0:
        level, due = "now", _("since %(day)s") % {"day": date_format(due_on, "j M")}
    elif days == 0:
        level, due = "now", _("today")
    else:
        level = "soon"
        due = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return {
        "code": flag.child.code,
        "name": first_name(flag.child),
        "level": level,
        "due": due,
        "reason": flag_sentence(flag),
        "where": " · ".join(_where(flag)),
        "href": reverse("visit", args=[visit.pk]),
        "act": _("Open the visit"),
    }


def _where(flag: Flag) -> list[str]:
    name = class_name(flag.class_section)
    return [local_name(flag.area), _("class %(grade)s") % {"grade": name}]


def _back_cards(flags: list[Flag]) -> list[dict[str, Any]]:
    """Children who were said to be back: in numbers, and thanks only for who is. Two queries."""
    books = class_books(list({f.class_section_id: f.class_section for f in flags}.values()))
    thank_you = _("Thank you.")
    cards = []
    for flag in flags:
        book = books[flag.class_section_id]
        came = Came(0, 0)
        if flag.child_id in book.children:
            row = book.marks[book.children.index(flag.child_id)].tolist()
            came = came_since(book.days, row, since=flag.outcome.since_on)
        stands = back_standing(came)
        thanks = _("Was seen in school again. Thank you.")
        if came.days:
            thanks = returned_sentence(came, stands, flag.outcome.since_on)
        if came.days and stands is not Standing.NOT_BACK:
            thanks = f"{thanks} {thank_you}"
        level, word = BACK_WORDS[stands]
        cards.append(
            {
                "code": flag.child.code,
                "name": first_name(flag.child),
                "thanks": thanks,
                "level": level,
                "word": word,
            }
        )
    return cards


BACK_WORDS = {
    Standing.BACK: ("done", gettext_lazy("back")),
    Standing.TOO_EARLY: ("plain", gettext_lazy("not a week yet")),
    Standing.NOT_BACK: ("soon", gettext_lazy("not back")),
}


def visit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """At the house: kind words, and only the way back to school is spoken of."""
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    if request.method == "POST":
        leave_house(request.actor, visit=held, at=timezone.now())
        return _open_private(request, held)
    house = open_visited_house(request.actor, visit=held, at=timezone.now())
    return render(
        request,
        "visits/at_the_house.html",
        {
            "visit": held,
            "name": first_name(held.flag.child),
            "place": " · ".join(_where(held.flag)),
            "house": house,
            "lines": house_lines(house),
        },
    )


def _open_private(request: HttpRequest, held: Visit) -> HttpResponse:
    return redirect(f"{reverse('visit_finding', args=[held.pk])}?t={open_once(request)}")


RELATIONS = {
    "mother": gettext_lazy("Mother"),
    "father": gettext_lazy("Father"),
    "grandparent": gettext_lazy("Grandparent"),
    "sibling": gettext_lazy("Brother or sister"),
    "relative": gettext_lazy("Relative"),
    "other": gettext_lazy("Guardian"),
}


def house_lines(house: House) -> list[dict[str, str]]:
    """How the house is found, as lines of label and text; what is not known is left out."""
    relation = str(RELATIONS.get(house.guardian_relation, _("Guardian")))
    lines = [
        {"label": relation, "value": house.guardian_name},
        {"label": _("Hamlet"), "value": house.hamlet},
        {"label": _("Landmark"), "value": house.landmark},
        {"label": _("The way"), "value": house.directions},
    ]
    return [line for line in lines if line["value"]]


def in_hand(request: HttpRequest, pk: UUID) -> Visit | HttpResponse:
    """A visit in her hands; or, for one that was, where she should be instead.

    An old page, the back button and a second tap end here: what was done is shown, not refused.
    """
    try:
        return get_my_visit(request.actor, pk=pk)
    except NotFound:
        past = my_past_visit(request.actor, pk=pk)
        if past is None:
            raise
        if past.state == Visit.State.RECORDED:
            return redirect("visit_done", pk=past.pk)
        messages.info(request, _("This visit is not in your hands any more."))
        return redirect("my_visits")


def hand_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """ "I do not feel safe: give it to another." One tap more, and no question asked."""
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    if request.method == "POST":
        because = request.POST.get("because", Visit.HandedBack.UNSAFE)
        hand_back_visit(request.actor, visit=held, because=because, at=timezone.now())
        messages.success(request, _("Thank you for saying so. The visit goes to another."))
        return redirect("my_visits")
    return render(
        request, "visits/hand_back.html", {"cancel_href": reverse("visit", args=[held.pk])}
    )


# The groups of `attendance/data/findings.toml`, as a volunteer reads them, in this order.
GROUPS = {
    "again": gettext_lazy("I could not ask"),
    "empty": gettext_lazy("An ordinary reason"),
    "help": gettext_lazy("Something keeps the child from school"),
    "danger": gettext_lazy("The child may be in danger"),
}


class KindForm(forms.Form):
    """What she found: first the one answer that decides all else."""

    kind = ChoiceRows(
        label=gettext_lazy("What did you find?"),
        error_messages={"required": gettext_lazy("Choose what you found.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = vocabulary().findings.values()
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (title, [(f.key, _(f.label)) for f in found if f.group == group])
            for group, title in GROUPS.items()
        ]


class FindingForm(forms.Form):
    """The rest of the finding, after its kind is known; no question that its kind answers."""

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
    again_on = DayField(
        label=gettext_lazy("On which day will you visit again?"),
        help_text=gettext_lazy("Only when you will visit again: the visit stays in your hands."),
        required=False,
    )
    visited_on = DayField(
        label=gettext_lazy("Day of the visit"),
        error_messages={"required": gettext_lazy("Say on which day you went.")},
    )
    note = forms.CharField(
        label=gettext_lazy("Anything else, in your own words"),
        help_text=gettext_lazy("Leave it empty if there is nothing. Write no names of others."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    part = implicated_question()
    who = implicated_name()

    def __init__(self, *args: Any, found: FindingKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = vocabulary()
        if not found.concern:
            del self.fields["part"], self.fields["who"]
        self.known: dict[str, Any] = {}
        if found.group == "again":
            self.known = {"whom_met": "nobody", "child_seen": False, "next_step": "visit_again"}
        elif found.concern:
            self.known = {"next_step": "coordinator"}
        if self.known:
            self.known["again_on"] = None
        for name in self.known:
            del self.fields[name]
        if "whom_met" in self.fields:
            self.fields["whom_met"].choices = choices(words.met)  # type: ignore[attr-defined]
        if "next_step" in self.fields:
            steps = choices({key: step.label for key, step in words.next_steps.items()})
            self.fields["next_step"].choices = steps  # type: ignore[attr-defined]
        self.fields["visited_on"].widget.attrs["max"] = today().isoformat()
        if "again_on" in self.fields:
            last = today() + timedelta(days=int(guidance()["visit_again_most_days"]))
            self.fields["again_on"].widget.attrs |= {
                "min": today().isoformat(),
                "max": last.isoformat(),
            }
        if found.concern and is_for_the_police(found.concern):
            self.fields["note"].label = HOW_TO_REACH
            self.fields["note"].help_text = NOT_HER_STORY

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        return cleaned | self.known


HOW_TO_REACH = gettext_lazy("How can the case worker reach the child safely?")
NOT_HER_STORY = gettext_lazy(
    "Do not write what happened: the police write it, in the child's own words."
)


def is_for_the_police(kind: str) -> bool:
    """Whether the child's story must not be written here (POCSO Act 2012 s. 24)."""
    return kind == "sexual_abuse"


def finding(request: HttpRequest, pk: UUID) -> HttpResponse:
    """After the house: what she found, and for danger whom to call before anything is typed.

    Each of these pages is shown once for one press. Reloaded, reopened or gone back to, the page
    of the visit stands there instead, which anybody in the courtyard may read.
    """
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    step = request.POST.get("step", "")
    outside = is_outside(held, at=timezone.now())
    if request.method != "POST":
        if not (is_opened_once(request) and outside):
            return redirect("visit", pk=held.pk)
        kind = chosen_key(request, vocabulary().findings, about=str(held.pk))
        if kind is None:
            return _ask_kind(request, held, KindForm())
        form = _finding_form(kind, initial={"kind": kind, "visited_on": today()})
        return _ask_rest(request, held, kind, form)
    if step == "back":
        if held.left_house_at is not None:
            return_to_house(request.actor, visit=held, at=timezone.now())
        return redirect("visit", pk=held.pk)
    # What she has typed is never thrown away because of the hour.
    if held.left_house_at is None or (not outside and step != "finding"):
        messages.info(request, _("Say once more that you have left the house."))
        return redirect("visit", pk=held.pk)
    if step == "change":
        return _open_private(request, held)
    chosen = KindForm(request.POST)
    if not chosen.is_valid():
        return _ask_kind(request, held, chosen)
    kind = chosen.cleaned_data["kind"]
    if step != "finding":
        return choose_again(request, kind, about=str(held.pk), once=open_once(request))
    form = _finding_form(kind, request.POST)
    if form.is_valid():
        now, found = timezone.now(), dict(form.cleaned_data)
        said = implicated_from(request, held.flag.area, found, at=now)
        if said.page is not None:
            return said.page
        for name in ("part", "who"):
            found.pop(name, None)
        try:
            record_visit(request.actor, visit=held, at=now, **found, **said.said())
        except Invalid as error:
            blame(form, error)
        except WrongState:
            return in_hand(request, pk)  # type: ignore[return-value]
        else:
            return redirect("visit_done", pk=held.pk)
    return _ask_rest(request, held, kind, form)


def _finding_form(kind: str, data: Any = None, **kwargs: Any) -> FindingForm:
    return FindingForm(data, found=vocabulary().findings[kind], **kwargs)


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
    return render(request, "visits/done.html", _what_follows(request, recorded))


def _what_follows(request: HttpRequest, recorded: Visit) -> dict[str, Any]:
    """What happens after a visit: whom to call for danger, or where the question waits now."""
    told = recorded.finding
    kept = my_visits(request.actor).filter(flag=recorded.flag_id).first()
    step = vocabulary().next_steps.get(told.next_step)
    return {
        "danger": danger_help(vocabulary().findings[told.kind].concern),
        "nobody_home": group_of(told.kind) == "again",
        "kept": kept,
        "follows": _(step.follows) if step else "",
    }
