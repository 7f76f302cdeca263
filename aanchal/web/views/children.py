"""Children: found by name or code, and one child's file, whose opening leaves a trace."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.access.queries import people_named
from aanchal.cases.kinds import concern_kinds
from aanchal.cases.models import Concern
from aanchal.cases.queries import visible_concerns
from aanchal.kernel.permissions import Permission, may, may_anywhere
from aanchal.lib.indic.ranking import is_only_titles
from aanchal.people.actions import open_child_file
from aanchal.people.find import find_children
from aanchal.people.models import Child, Enrolment
from aanchal.people.queries import (
    children_listed,
    children_places,
    enrolments_of,
    get_child,
    guardians_of,
    present_seats,
    siblings_of,
)
from aanchal.registers.formats.grades import roman
from aanchal.registers.queries.books import child_strip
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.children import asked_after, live_questions
from aanchal.watch.queries.conflicts import hide_concerns_from
from aanchal.watch.queries.flags import flags_of_child, visits_of

from ..context import local_name
from ..look.numbers import in_script
from ..names import class_name, code_mark, first_name, whole_name
from ..narrowing import Choice, Narrowed
from .about import tell_about_href
from .cards import doubt_of, flag_cards
from .question import strip_shown
from .stories import people_of_story, story_shown, story_told

PAGE = 50
MAX_SIBLINGS = 12
GRADES = [str(n) for n in range(1, 13)]


SORTS = {
    "code": gettext_lazy("By code"),
    "newest": gettext_lazy("Newest first"),
    "waiting": gettext_lazy("Open question, longest waiting first"),
}


def child_list(request: HttpRequest) -> HttpResponse:
    """Children of the actor's area, of one village, school or class when asked, in her order."""
    villages, schools = children_places(request.actor)
    narrowed = Narrowed(
        request,
        fields=(
            Choice("village", _("Village"), [(str(a.pk), local_name(a)) for a in villages]),
            Choice("school", _("School"), [(str(s.pk), local_name(s)) for s in schools]),
            Choice("grade", _("Class"), [(g, roman(g)) for g in GRADES]),
            Choice("sort", _("Order"), list(SORTS.items()), default="code"),
        ),
    )
    children = children_listed(
        request.actor,
        village=narrowed["village"],
        school=narrowed["school"],
        grade=narrowed["grade"],
        newest=narrowed["sort"] == "newest",
    )
    if narrowed["sort"] == "waiting":
        children = asked_after(request.actor, children)
    page = Paginator(children, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "children/list.html",
        {
            "page": page,
            "columns": _columns(),
            "rows": _rows(request, list(page.object_list)),
            "narrowed": narrowed,
            "find": FindForm(),
        },
    )


def find(request: HttpRequest) -> HttpResponse:
    """Children found by a name as somebody spells it, or by a code. Nothing stands in the address.

    Whether there is no such child or one whom the actor may not see, the answer is the same.
    """
    is_asked = request.method == "POST"
    form = FindForm(request.POST if is_asked else None)
    children: list[Child] = []
    if form.is_valid():
        children = [f.child for f in find_children(request.actor, text=form.cleaned_data["text"])]
    return render(
        request,
        "children/found.html",
        {
            "find": form,
            "columns": _columns(),
            "rows": _rows(request, children, whole=True),
            "only_titles": form.is_valid() and is_only_titles(form.cleaned_data["text"]),
            "asked": form.is_valid(),
            "crumb_items": [
                {"label": _("Children"), "href": reverse("children")},
                {"label": _("Found")},
            ],
        },
        status=400 if is_asked and not form.is_valid() else 200,
    )


class FindForm(forms.Form):
    """A name or a code. Its field has no name that a browser keeps and offers to the next reader."""

    text = forms.CharField(
        label=gettext_lazy("Find a child by name or code"),
        max_length=80,
        error_messages={"required": gettext_lazy("Write a name or a code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Child")},
        {"label": _("Code"), "whole": True},
        {"label": _("Village")},
        {"label": _("School and class")},
        {"label": _("Question")},
    ]


def _rows(request: HttpRequest, children: list[Child], *, whole: bool = False) -> list[list[Any]]:
    """Children as lines of a table that open to their files. Two queries."""
    seats = present_seats([c.pk for c in children])
    asked = live_questions(request.actor, [c.pk for c in children])
    rows = []
    for held in children:
        name = whole_name(held) if whole else first_name(held)
        seat, state = seats.get(held.pk), asked.get(held.pk)
        rows.append(
            [
                format_html(
                    '<a href="{}">{}</a>',
                    reverse("child", args=[held.pk]),
                    in_script(name or held.code),
                ),
                held.code,
                in_script(local_name(held.area)),
                format_html(
                    "<span>{} · {}</span>", in_script(local_name(seat.school)), class_name(seat)
                )
                if seat is not None
                else "",
                STANDING[state] if state else "",
            ]
        )
    return rows


CONCERN_STAGES = {
    Concern.Stage.NEW: gettext_lazy("Nobody's yet"),
    Concern.Stage.TAKEN_UP: gettext_lazy("Taken up"),
    Concern.Stage.CLOSED: gettext_lazy("Closed"),
}
STANDING = {
    "open": gettext_lazy("with nobody"),
    "assigned": gettext_lazy("with a volunteer"),
    "visited": gettext_lazy("visited"),
}


def child(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A child's file. Opening it leaves a trace, and the page says so."""
    held = get_child(request.actor, pk=pk)
    now = timezone.now()
    open_child_file(request.actor, child=held, at=now)
    enrolments = list(enrolments_of(held))
    sees_flags = may(request.actor, Permission.FLAG_VIEW, held)
    flags = _flags_of(request, held) if sees_flags else []
    concerns = _concerns_of(request, held)
    guardians = guardians_of(held)
    live = next((f for f in flags if f.state in Flag.LIVE), None)
    names = people_named([x for f in flags for x in people_of_story(f)])
    told = [event for f in flags for event in story_told(f, visits_of(f), names)]
    context: dict[str, Any] = {
        "child": held,
        "crumb_items": [
            {"label": _("Children"), "href": reverse("children")},
            {"label": code_mark(held.code)},
        ],
        "name": whole_name(held),
        "latin": f"{held.given_name} {held.family_name}".strip(),
        "facts": _facts(held, guardians),
        "enrolments": [
            {
                "title": f"{local_name(e.class_section.school)} · {class_name(e.class_section)}",
                "when": _enrolled_in(e),
            }
            for e in enrolments
        ],
        "siblings": [
            {
                "href": reverse("child", args=[c.pk]),
                "title": format_html("{} · {}", in_script(first_name(c)), code_mark(c.code)),
            }
            for c in _siblings(request, held)
        ],
        "next": _who_acts(live, at=now) if live is not None else None,
        "tell_href": tell_about_href(request, held),
        "sees_flags": sees_flags,
        "may_describe": may(request.actor, Permission.HOUSE_DESCRIBE, held),
        "may_move": may(request.actor, Permission.CHILD_MOVE, held),
        # Newest first, and what is open above what has ended.
        "cards": flag_cards(
            sorted(flags, key=lambda f: f.state not in Flag.LIVE),
            actor=request.actor,
            at=now,
            with_name=False,
        ),
        "concerns": concerns,
        "story": story_shown(told),
    }
    if sees_flags and enrolments:
        context |= strip_shown(child_strip(enrolments[0].class_section, held.pk))
    return render(request, "children/child.html", context)


def _flags_of(request: HttpRequest, held: Child) -> list[Flag]:
    """All questions about her that the actor may see, newest first, with what was done. Few queries."""
    flags = flags_of_child(request.actor, held)
    hide_concerns_from(request.actor, flags)
    return flags


def _concerns_of(request: HttpRequest, held: Child) -> list[dict[str, Any]]:
    """Concerns about her that the actor may see, the open ones first, as lines of a list."""
    if not may_anywhere(request.actor, Permission.CONCERN_VIEW):
        return []
    about = visible_concerns(request.actor).where(lambda row: row.head["child_id"] == str(held.pk))
    about = about.ordered(lambda row: not row.is_open)
    kinds = concern_kinds()
    return [
        {
            "href": reverse("concern", args=[c.pk]),
            "title": _(kinds[c.kind].label) if c.kind in kinds else code_mark(c.code),
            "hint": date_format(timezone.localtime(c.raised_at), "j M Y") if c.raised_at else "",
            "status": CONCERN_STAGES.get(c.stage, ""),
            "level": "now" if c.stage == Concern.Stage.NEW else "plain",
        }
        for c in about
    ]


def _siblings(request: HttpRequest, held: Child) -> list[Child]:
    """Other children of her household whom the actor may see."""
    return list(siblings_of(request.actor, held)[:MAX_SIBLINGS])


def _enrolled_in(enrolment: Enrolment) -> str:
    """The year of her class, and the day when she left it."""
    year = str(enrolment.class_section.year)
    if enrolment.ends_on is None:
        return year
    until = _("until %(day)s") % {"day": date_format(enrolment.ends_on, "j M Y")}
    return f"{year} · {until}"


def _who_acts(live: Flag, *, at: datetime) -> dict[str, Any]:
    """Who must act next on her open question, and by when."""
    visit = next((v for v in visits_of(live) if v.state == Visit.State.ASSIGNED), None)
    href = reverse("flag", args=[live.pk])
    if visit is not None:
        late = visit.due_at < at
        text = (
            _("%(name)s has the visit. It was due on %(day)s.")
            if late
            else _("%(name)s goes by %(day)s.")
        )
        told = text % {
            "name": visit.volunteer.get_full_name(),
            "day": date_format(timezone.localtime(visit.due_at), "j M"),
        }
        return {"text": told, "level": "now" if late else "plain", "href": href}
    if live.state == Flag.State.VISITED:
        if doubt_of(visits_of(live)) is not None:
            text = _("Not sure that the child is safe: call the volunteer")
            return {"text": text, "level": "now", "href": href}
        text = _("The coordinator reads what was found and writes how it ended.")
        return {"text": text, "level": "soon", "href": href}
    urgent = live.channel == Flag.Channel.URGENT
    text = _("Nobody has this question yet: the coordinator sends a visit.")
    return {"text": text, "level": "now" if urgent else "soon", "href": href}


def facts_of(held: Any) -> list[str]:
    """Sex and age in a few words, such as "Girl", "about 14 years"."""
    sexes = {"girl": _("Girl"), "boy": _("Boy"), "other": _("Child")}
    words = [sexes.get(held.sex, "")]
    if held.born_on:
        words.append(_("born on %(day)s") % {"day": _day(held.born_on)})
    elif held.age_years is not None:
        words.append(_age(held.age_years, held.age_estimated_on))
    return [w for w in words if w]


def _day(text: str) -> str:
    """A stored ISO day as the reader writes it; as it is when it is none."""
    try:
        return date_format(date.fromisoformat(text), "j M Y")
    except ValueError:
        return text


def _age(years: int, on: date | None) -> str:
    if on is None:
        return _("about %(years)s years") % {"years": years}
    return _("about %(years)s years on %(day)s") % {
        "years": years,
        "day": date_format(on, "j M Y"),
    }


def _facts(held: Any, guardians: list[Any]) -> list[dict[str, str]]:
    sexes = {"girl": _("Girl"), "boy": _("Boy"), "other": _("Other")}
    facts = [{"label": _("Sex"), "value": sexes.get(held.sex, _("not said"))}]
    if held.born_on:
        facts.append({"label": _("Born on"), "value": _day(held.born_on)})
    elif held.age_years is not None:
        facts.append({"label": _("Age"), "value": _age(held.age_years, held.age_estimated_on)})
    village = local_name(held.area)
    if held.area_is_assumed:
        village += " · " + _("assumed: the village of the school")
    facts.append({"label": _("Village"), "value": village})
    if held.household:
        where = (held.household.hamlet, held.household.landmark, held.household.place_note)
        if any(where):
            facts.append({"label": _("Where"), "value": " · ".join(filter(None, where))})
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
