"""A child as her page tells of her: facts, classes, and who acts."""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from aanchal.people.models import Enrolment
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.flags import visits_of
from aanchal.web.shell.context import local_name
from aanchal.web.watch.presenters.cards import doubt_of


def child_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Child")},
        {"label": _("Code"), "whole": True},
        {"label": _("Village")},
        {"label": _("School and class")},
        {"label": _("Question")},
    ]


def enrolled_in(enrolment: Enrolment) -> str:
    """The year of her class, and the day when she left it."""
    year = str(enrolment.class_section.year)
    if enrolment.ends_on is None:
        return year
    until = _("until %(day)s") % {"day": date_format(enrolment.ends_on, "j M Y")}
    return f"{year} · {until}"


def who_acts(live: Flag, *, at: datetime) -> dict[str, Any]:
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


def child_facts(held: Any, guardians: list[Any]) -> list[dict[str, str]]:
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
