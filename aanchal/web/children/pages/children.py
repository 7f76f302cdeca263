"""Children: found by name or code, and one child's file, whose opening leaves a trace."""

from typing import Any
from uuid import UUID

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
from aanchal.cases.permissions import CasePermission
from aanchal.cases.queries import visible_concerns
from aanchal.kernel.authz import may, may_anywhere
from aanchal.lib.indic.ranking import is_only_titles
from aanchal.people.actions import open_child_file
from aanchal.people.find import find_children
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
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
from aanchal.watch.models import Flag
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.children import asked_after, live_flags
from aanchal.watch.queries.conflicts import hide_concerns_from
from aanchal.watch.queries.flags import flags_of_child, visits_of
from aanchal.web.concerns.presenters.about import tell_about_href
from aanchal.web.shell.context import local_name
from aanchal.web.shell.look.numbers import in_script
from aanchal.web.shell.names import class_name, code_mark, first_name, whole_name
from aanchal.web.shell.narrowing import Choice, Narrowed
from aanchal.web.watch.presenters.cards import flag_cards
from aanchal.web.watch.presenters.flag import strip_shown
from aanchal.web.watch.presenters.stories import people_of_story, story_shown, story_told

from ..forms import FindForm
from ..presenters import child_columns, child_facts, enrolled_in, who_acts

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
            "columns": child_columns(),
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
            "columns": child_columns(),
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


def _rows(request: HttpRequest, children: list[Child], *, whole: bool = False) -> list[list[Any]]:
    """Children as lines of a table that open to their files. Two queries."""
    seats = present_seats([c.pk for c in children])
    asked = live_flags(request.actor, [c.pk for c in children])
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
    sees_flags = may(request.actor, WatchPermission.FLAG_VIEW, held)
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
        "facts": child_facts(held, guardians),
        "enrolments": [
            {
                "title": f"{local_name(e.class_section.school)} · {class_name(e.class_section)}",
                "when": enrolled_in(e),
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
        "next": who_acts(live, at=now) if live is not None else None,
        "tell_href": tell_about_href(request, held),
        "sees_flags": sees_flags,
        "may_describe": may(request.actor, PeoplePermission.HOUSE_DESCRIBE, held),
        "may_move": may(request.actor, PeoplePermission.CHILD_MOVE, held),
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
    if not may_anywhere(request.actor, CasePermission.CONCERN_VIEW):
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
