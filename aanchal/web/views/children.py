"""Children: found by code, and one child's file, whose opening leaves a trace."""

from datetime import date
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

from aanchal.attendance.queries.books import child_strip
from aanchal.attendance.queries.flags import visible_flags
from aanchal.kernel.permissions import Permission, may
from aanchal.people.actions import open_child_file
from aanchal.people.queries import get_child, visible_children

from ..context import local_name
from ..names import class_name, first_name, whole_name
from .cards import flag_cards
from .questions import strip_shown

PAGE = 50


def child_list(request: HttpRequest) -> HttpResponse:
    """Children of the actor's area by code; found again by code alone, never by a name in a URL."""
    code = request.GET.get("code", "").strip().upper()[:20]
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
    now = timezone.now()
    open_child_file(request.actor, child=held, at=now)
    enrolments = list(
        held.enrolments.select_related("class_section__school").order_by("-starts_on", "-pk")
    )
    sees_flags = may(request.actor, Permission.FLAG_VIEW, held)
    flags = visible_flags(request.actor).filter(child=held).order_by("-raised_at")
    guardians = list(held.household.guardians.all()) if held.household else []
    context: dict[str, Any] = {
        "child": held,
        "crumb_items": [
            {"label": _("Children"), "href": reverse("children")},
            {"label": held.code},
        ],
        "name": whole_name(held),
        "latin": f"{held.given_name} {held.family_name}".strip(),
        "facts": _facts(held, guardians),
        "enrolments": [
            {
                "title": f"{local_name(e.class_section.school)} · {class_name(e.class_section)}",
                "when": str(e.class_section.year),
            }
            for e in enrolments
        ],
        "sees_flags": sees_flags,
        "cards": flag_cards(flags, at=now, with_name=False) if sees_flags else [],
    }
    if sees_flags and enrolments:
        context |= strip_shown(child_strip(enrolments[0].class_section, held.pk))
    return render(request, "children/child.html", context)


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
    if held.household and held.household.place_note:
        facts.append({"label": _("Where"), "value": held.household.place_note})
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
