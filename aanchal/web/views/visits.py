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
    correct_finding,
    hand_back_visit,
    leave_house,
    open_finding,
    open_visited_house,
    record_visit,
    return_to_house,
)
from aanchal.attendance.findings import (
    NOT_SURE_SAFE,
    FindingKind,
    group_of,
    is_given_on,
    vocabulary,
)
from aanchal.attendance.guidance import guidance
from aanchal.attendance.labour import WORKS, ages_of, kind_under_law, known_band
from aanchal.attendance.models import Finding, Flag, Outcome, Visit
from aanchal.attendance.queries.books import class_books
from aanchal.attendance.queries.ends import back_standing
from aanchal.attendance.queries.flags import get_my_visit, my_recent_visits, my_visits
from aanchal.attendance.queries.hands import is_correctable, is_outside, my_past_visit
from aanchal.attendance.rules.labour import Band, Danger
from aanchal.attendance.rules.order import urgency
from aanchal.attendance.rules.returns import Came, Standing, came_since
from aanchal.attendance.sentences import flag_sentence
from aanchal.cases.kinds import concern_kinds
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.people.houses import House
from aanchal.people.models import Child

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
    """Today's visits, the most urgent first; what is overdue; and what came of the last ones."""
    now = timezone.now()
    held = sorted(
        my_visits(request.actor),
        key=lambda v: urgency(
            is_urgent=v.flag.channel == Flag.Channel.URGENT,
            since_on=v.flag.since_on,
            due_at=v.due_at,
        ),
    )
    recent = list(my_recent_visits(request.actor, since=now - RECENT))
    back: dict[UUID, Flag] = {}
    for visit in recent:
        outcome = getattr(visit.flag, "outcome", None)
        if outcome is not None and outcome.kind == Outcome.Kind.BACK:
            back.setdefault(visit.flag.child_id, visit.flag)
    late = [v for v in held if v.due_at < now]
    return render(
        request,
        "visits/list.html",
        {
            "cards": [_card(visit, now) for visit in held],
            "late": _late_sentence(late) if late else "",
            "back": _back_cards(list(back.values())[:MOST_BACK]),
            "written": [_written_line(v) for v in recent[:MOST_BACK]],
            "today": today(),
        },
    )


def _late_sentence(late: list[Visit]) -> str:
    first = min(v.due_at for v in late)
    return ngettext(
        "%(n)s visit is overdue since %(day)s. Go today, or give it to another.",
        "%(n)s visits are overdue, the longest since %(day)s. Go today, or give them to another.",
        len(late),
    ) % {"n": len(late), "day": date_format(timezone.localtime(first), "j F")}


def _written_line(visit: Visit) -> dict[str, str]:
    """A visit she wrote: whom it was about and when, and nothing of what was found."""
    assert visit.recorded_at is not None  # it is recorded
    return {
        "href": reverse("visit_written", args=[visit.pk]),
        "title": f"{first_name(visit.flag.child)} · {visit.flag.child.code}",
        "hint": date_format(timezone.localtime(visit.recorded_at), "j M"),
    }


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


class FindingForm(forms.Form):
    """The rest of the finding, after its kind is known; no question that its kind answers."""

    kind = forms.CharField(widget=forms.HiddenInput)
    doubt = forms.CharField(widget=forms.HiddenInput, required=False)
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
    age_band = ChoiceRows(
        label=gettext_lazy("How old is the child, as far as you know?"),
        choices=[
            (Band.CHILD, gettext_lazy("Under 14")),
            (Band.ADOLESCENT, gettext_lazy("14 to 17")),
            (Band.ADULT, gettext_lazy("18 or older")),
            (Band.NOT_KNOWN, gettext_lazy("I do not know")),
        ],
        error_messages={"required": gettext_lazy("Say how old the child is, as far as you know.")},
    )
    dangerous_work = ChoiceRows(
        label=gettext_lazy(
            "Is the work dangerous: a mine, fire or explosives, machines, chemicals?"
        ),
        choices=[
            (Danger.YES, gettext_lazy("Yes")),
            (Danger.NO, gettext_lazy("No")),
            (Danger.NOT_KNOWN, gettext_lazy("I do not know")),
        ],
        required=False,
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

    def __init__(
        self, *args: Any, found: FindingKind, child: Child, is_unsure: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        words = vocabulary()
        self._ask_about_work(found, child)
        if not found.concern:
            del self.fields["part"], self.fields["who"]
        self.known: dict[str, Any] = {}
        if found.group == "again":
            self.known = {"whom_met": "nobody", "child_seen": False, "next_step": "visit_again"}
        elif found.concern:
            self.known = {"next_step": "coordinator"}
        elif is_unsure:
            # What she fears is no danger by its kind: her doubt itself goes to the coordinator.
            self.known = {"next_step": NOT_SURE_SAFE}
        if self.known:
            self.known["again_on"] = None
        for name in self.known:
            del self.fields[name]
        if "whom_met" in self.fields:
            self.fields["whom_met"].choices = choices(words.met)  # type: ignore[attr-defined]
        if "next_step" in self.fields:
            steps = choices(
                {key: s.label for key, s in words.next_steps.items() if key != NOT_SURE_SAFE}
            )
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

    def _ask_about_work(self, found: FindingKind, child: Child) -> None:
        """Age and danger are asked only of work, and only as far as the record does not tell."""
        band = known_band(child, on=today())
        if found.key != WORKS or band is not Band.NOT_KNOWN:
            del self.fields["age_band"]
        if found.key != WORKS or band not in (Band.NOT_KNOWN, Band.ADOLESCENT):
            del self.fields["dangerous_work"]

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


SAFE = ("yes", "unsure")
# She said that the child is not safe, or that she is not sure: kept until she has written.
DOUBT = "doubt"
NOBODY_HOME = "not_home"


def _keys() -> list[str]:
    """Everything that the address of a private page may be about."""
    words = vocabulary()
    return [
        *words.findings,
        *(f"{DOUBT}:{kind}" for kind in words.findings),
        *(f"safe:{answer}" for answer in SAFE),
        *(f"topic:{topic}" for topic in words.topics),
        *(f"topic:{DOUBT}:{topic}" for topic in words.topics),
    ]


def finding(request: HttpRequest, pk: UUID) -> HttpResponse:
    """After the house: is the child safe, then a few pictures, then what she found.

    Each of these pages is shown once for one press. Reloaded, reopened or gone back to, the page
    of the visit stands there instead, which anybody in the courtyard may read. For danger it says
    whom to call before anything is typed.
    """
    held = in_hand(request, pk)
    if isinstance(held, HttpResponse):
        return held
    step = request.POST.get("step", "")
    outside = is_outside(held, at=timezone.now())
    if request.method != "POST":
        if not (is_opened_once(request) and outside):
            return redirect("visit", pk=held.pk)
        return _private_page(request, held, chosen_key(request, _keys(), about=str(held.pk)))
    if step == "back":
        if held.left_house_at is not None:
            return_to_house(request.actor, visit=held, at=timezone.now())
        return redirect("visit", pk=held.pk)
    # What she has typed is never thrown away because of the hour.
    if held.left_house_at is None or (not outside and step != "finding"):
        messages.info(request, _("Say once more that you have left the house."))
        return redirect("visit", pk=held.pk)
    if step == "finding":
        return _write_finding(request, held)
    key = _chosen(request, held, step)
    if key is None:
        return _open_private(request, held)
    return choose_again(request, key, about=str(held.pk), once=open_once(request))


def _chosen(request: HttpRequest, held: Visit, step: str) -> str | None:
    """What a press chose, as a key of `_keys`; None leads to the first question again."""
    value = request.POST.get(step, "")
    doubt = f"{DOUBT}:" if request.POST.get("doubt") else ""
    words = vocabulary()
    if step == "safe" and value == NOBODY_HOME:
        return NOBODY_HOME
    if step == "safe" and value in SAFE:
        return f"safe:{value}"
    if step == "topic" and value in words.topics:
        kinds = _kinds(held, value)
        return f"{doubt}{kinds[0].key}" if len(kinds) == 1 else f"topic:{doubt}{value}"
    if step == "kind" and value in words.findings:
        return f"{doubt}{value}"
    return None


def _kinds(held: Visit, topic: str) -> list[FindingKind]:
    child = held.flag.child
    return vocabulary().of_topic(topic, sex=child.sex, ages=ages_of(child, on=today()))


def _private_page(request: HttpRequest, held: Visit, key: str | None) -> HttpResponse:
    words = vocabulary()
    context: dict[str, Any] = {"visit": held, "name": first_name(held.flag.child)}
    if key is None:
        return render(request, "visits/safe.html", context)
    kind, _colon, value = key.partition(":")
    if kind == "safe":
        context["topics"] = [
            {"key": t.key, "label": _(t.label), "picture": f"pictures/{t.key}.svg"}
            for t in words.topics.values()
            if value in t.when and _kinds(held, t.key)
        ]
        return render(request, "visits/topics.html", context | {"is_unsure": value == "unsure"})
    if kind == "topic":
        doubt, _colon, value = value.rpartition(":")
        context["is_unsure"] = bool(doubt)
        context["kinds"] = [{"key": f.key, "label": _(f.label)} for f in _kinds(held, value)]
        return render(
            request, "visits/kinds.html", context | {"topic": _(words.topics[value].label)}
        )
    doubt = kind if kind == DOUBT else ""
    kind = value if doubt else key
    first = {"kind": kind, "doubt": doubt, "visited_on": today()}
    form = _finding_form(held, kind, is_unsure=bool(doubt), initial=first)
    return _ask_rest(request, held, kind, form)


def _write_finding(request: HttpRequest, held: Visit) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in vocabulary().findings:
        return _open_private(request, held)
    form = _finding_form(held, kind, request.POST, is_unsure=bool(request.POST.get("doubt")))
    if form.is_valid():
        now, found = timezone.now(), dict(form.cleaned_data)
        said = implicated_from(request, held.flag.area, found, at=now)
        if said.page is not None:
            return said.page
        for name in ("part", "who", "doubt"):
            found.pop(name, None)
        try:
            record_visit(request.actor, visit=held, at=now, **found, **said.said())
        except Invalid as error:
            blame(form, error)
        except WrongState:
            return in_hand(request, held.pk)  # type: ignore[return-value]
        else:
            return redirect("visit_done", pk=held.pk)
    return _ask_rest(request, held, kind, form)


def _finding_form(held: Visit, kind: str, data: Any = None, **kwargs: Any) -> FindingForm:
    return FindingForm(data, found=vocabulary().findings[kind], child=held.flag.child, **kwargs)


def _ask_rest(request: HttpRequest, held: Visit, kind: str, form: FindingForm) -> HttpResponse:
    found = vocabulary().findings[kind]
    # By her record alone the work may be forbidden: then whom to call stands above the questions.
    band = known_band(held.flag.child, on=today())
    known = vocabulary().findings[kind_under_law(kind, band=band, danger=Danger.NO)]
    is_sure = band is not Band.NOT_KNOWN
    return render(
        request,
        "visits/finding.html",
        {
            "visit": held,
            "form": form,
            "name": first_name(held.flag.child),
            "found": _(found.label),
            "doubt": form.known.get("next_step") == NOT_SURE_SAFE,
            "danger": danger_help(known.concern if is_sure else found.concern),
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


class CorrectionForm(forms.Form):
    """What she wrote, to be put right."""

    kind = forms.ChoiceField(label=gettext_lazy("What did you find?"))
    whom_met = ChoiceRows(label=gettext_lazy("Whom did you meet?"))
    child_seen = yes_no(gettext_lazy("Did you see the child yourself?"))
    note = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, told: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words, child = vocabulary(), told.visit.flag.child
        ages = ages_of(child, on=today())
        kinds = [words.findings[told.kind]]
        if group_of(told.kind) != "again":
            kinds += [
                f
                for topic in words.topics
                for f in words.of_topic(topic, sex=child.sex, ages=ages)
                if f.key != told.kind
            ]
        self.fields["kind"].choices = [(f.key, _(f.label)) for f in kinds]  # type: ignore[attr-defined]
        self.fields["whom_met"].choices = choices(words.met)  # type: ignore[attr-defined]


def written(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What she wrote about a visit: shown for one press, and put right within a day."""
    now = timezone.now()
    recorded = (
        my_recent_visits(request.actor, since=now - RECENT)
        .filter(pk=pk)
        .select_related("finding", "flag__child__household", "flag__area")
        .first()
    )
    if recorded is None:
        raise NotFound
    told = recorded.finding
    told.visit = recorded
    context = {
        "visit": recorded,
        "name": first_name(recorded.flag.child),
        "may_correct": is_correctable(told, at=now),
    }
    step = request.POST.get("step", "")
    if step in ("show", "correct"):
        return choose_again(request, step, about=str(pk), once=open_once(request))
    if step == "save":
        return _save_correction(request, told, context, now)
    asked = chosen_key(request, ("show", "correct"), about=str(pk))
    if asked is None or not is_opened_once(request):
        return render(request, "visits/written.html", context)
    open_finding(request.actor, finding=told, at=now)
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


def _save_correction(
    request: HttpRequest, told: Finding, context: dict[str, Any], now: datetime
) -> HttpResponse:
    form = CorrectionForm(request.POST, told=told)
    if form.is_valid():
        try:
            now_told = correct_finding(request.actor, finding=told, at=now, **form.cleaned_data)
        except Invalid as error:
            blame(form, error)
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
