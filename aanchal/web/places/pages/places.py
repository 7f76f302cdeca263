"""Places: what is known, how much stands there, and which names are one place."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.authz import granted_areas, may, may_anywhere
from aanchal.places.models import Area, Body
from aanchal.places.permissions import PlacePermission
from aanchal.places.queries import (
    areas_below,
    calendar_above,
    closures_of,
    codes_of,
    counts_below,
    own_calendar,
    schools_in,
    visible_area,
    visible_areas_at,
    worked_districts,
)
from aanchal.places.queries.files import count_place_problems
from aanchal.places.queries.joins import count_joins, count_subdistricts
from aanchal.web.shell.context import local_name
from aanchal.web.shell.look.pieces import tag

from ..presenters import LEVELS, week_words

PAGE = 30


def places(request: HttpRequest) -> HttpResponse:
    """What the actor looks after, and what of it waits for a word."""
    held = list(visible_areas_at(request.actor, _reach(request)))
    above = [a for a in held if a.level in (Area.Level.COUNTRY, Area.Level.STATE)]
    others = [a for a in held if a not in above]
    page = Paginator(worked_districts(request.actor), PAGE).get_page(request.GET.get("page"))
    shown: list[Area] = [*others, *(d for d in page if d not in others)] if above else others
    sending = may_anywhere(request.actor, PlacePermission.AREA_IMPORT)
    waiting: list[dict[str, Any]] = [
        {
            "title": _("Two names, perhaps one place"),
            "hint": _("A person says whether UDISE's village is LGD's."),
            "count": count_joins(request.actor).all,
            "href": reverse("joins"),
        },
        {
            "title": _("Sub-districts whose block nobody has said"),
            "hint": _("Villages may wait for it."),
            "count": count_subdistricts(request.actor),
            "href": reverse("joins") + "#subdistricts",
        },
    ]
    if sending:
        waiting.append(
            {
                "title": _("Lines of files that wait for repair"),
                "hint": _("Told by line, with the reason."),
                "count": count_place_problems(request.actor),
                "href": reverse("place_problems"),
            }
        )
    tasks = [
        {
            "title": w["title"],
            "hint": w["hint"],
            "href": w["href"],
            "status": _count_words(w["count"]),
            "level": "soon",
        }
        for w in waiting
        if w["count"]
    ]
    return render(
        request,
        "places/places.html",
        {
            "tasks": tasks,
            "sending": sending,
            "page": page if above else None,
            "above": [_card(a) for a in above],
            "columns": _columns(),
            "rows": _rows(shown),
        },
    )


def _reach(request: HttpRequest) -> list[str]:
    return granted_areas(request.actor, PlacePermission.AREA_JOIN)


def _count_words(count: int) -> str:
    return ngettext("%(n)s waits", "%(n)s wait", count) % {"n": count}


def _card(area: Area) -> dict[str, str]:
    return {
        "name": local_name(area),
        "level": str(LEVELS[Area.Level(area.level)]),
        "href": reverse("place", args=[area.pk]),
    }


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Place")},
        {"label": _("Villages"), "number": True},
        {"label": _("Schools"), "number": True},
        {"label": _("Names to join"), "number": True},
    ]


def _rows(areas: Sequence[Area]) -> list[list[Any]]:
    counts = counts_below(areas)
    return [
        [_link(a), counts[a.pk].villages, counts[a.pk].schools, counts[a.pk].open_joins]
        for a in areas
    ]


def _link(area: Area) -> str:
    link = format_html('<a href="{}">{}</a>', reverse("place", args=[area.pk]), local_name(area))
    if getattr(area, "is_in_lgd", True):
        return link
    words = tag(_("only UDISE knows it"), "soon")
    return format_html('{} <span class="tag {}">{}</span>', link, words["level"], words["text"])


def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One area: its codes, what stands beneath it, its schools and its calendar."""
    area = visible_area(request.actor, pk=pk)
    below = Paginator(areas_below(area), PAGE).get_page(request.GET.get("page"))
    calendar = own_calendar(area)
    nearest, closures = calendar_above(area)
    nearest = calendar or nearest
    counts = counts_below([area])[area.pk]
    return render(
        request,
        "places/place.html",
        {
            "area": area,
            "name": local_name(area),
            "level": LEVELS[Area.Level(area.level)],
            "crumbs": _crumbs(request, area),
            "facts": _codes(area),
            "counts": counts,
            "below": below,
            "columns": _columns(),
            "rows": _rows(list(below)),
            "schools": [_school(s) for s in schools_in(area)],
            "may_calendar": may(request.actor, PlacePermission.CALENDAR_EDIT, area),
            "week": week_words(nearest.weekly_off if nearest else [7]),
            "own_calendar": calendar is not None,
            "closure_count": len(closures) + len(closures_of(calendar)),
        },
    )


def _crumbs(request: HttpRequest, area: Area) -> list[dict[str, str]]:
    """The way down to a place, from where the reader's reach begins."""
    parts = area.path.split("/")
    paths = ["/".join(parts[: i + 1]) for i in range(1, len(parts) - 1)]
    above = visible_areas_at(request.actor, paths)
    way = sorted(above, key=lambda a: len(a.path))
    return [
        {"label": _("Places"), "href": reverse("places")},
        *({"label": local_name(a), "href": reverse("place", args=[a.pk])} for a in way),
        {"label": local_name(area)},
    ]


SYSTEMS = {
    "lgd": gettext_lazy("LGD"),
    "lgd_subdistrict": gettext_lazy("LGD sub-district"),
    "census2011": gettext_lazy("Census 2011"),
    "udise": gettext_lazy("UDISE"),
}


def _codes(area: Area) -> list[dict[str, str]]:
    facts = []
    for code in codes_of(area):
        value = code.code + (" · " + _("assumed") if code.assumed else "")
        facts.append({"label": str(SYSTEMS[code.system]), "value": value})
    return facts


def _school(school: Body) -> dict[str, Any]:
    return {
        "name": local_name(school),
        "udise": school.school.udise,
        "doubtful": school.position_doubtful,
        "own_calendar": getattr(school, "calendar", None) is not None,
        "href": reverse("school_calendar", args=[school.pk]),
    }
