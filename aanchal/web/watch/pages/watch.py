"""The coordinator's week: figures that open to their rows, where it is stuck, who is silent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.authz import Actor, granted_areas
from aanchal.kernel.kept import kept
from aanchal.notices.queries.things import late_findings
from aanchal.registers.queries.silent import SilentClass
from aanchal.watch.guidance import guidance
from aanchal.watch.models import Flag
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.figures import PlaceLine, Week, week_figures, where_stuck
from aanchal.watch.queries.flags import unassigned_flags
from aanchal.watch.queries.silent import kept_silent_classes
from aanchal.watch.queries.waiting import Waiting, doubtful_flags, overdue_flags, what_waits
from aanchal.watch.queries.weeks import WeekLine, week_lines
from aanchal.web.registers.presenters.day import by_urgency, register_tasks
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import today
from aanchal.web.shell.look.numbers import grouped
from aanchal.web.shell.names import class_name
from aanchal.web.shell.waiting_count import waiting_count

from ..presenters.cards import flag_cards, urgent_first
from ..presenters.week import (
    figures_shown,
    headline_of_week,
    other_items,
    place_columns,
    place_row,
    waiting_items,
    weeks_shown,
)

STUCK_DAYS = 30


MAX_PLACES = 12


MAX_SILENT = 8


MAX_CARDS = 3


# Who is back is known of a card only, and stands behind the others: so many are looked through.
LOOKED_AT = 12


def week(request: HttpRequest) -> HttpResponse:
    """The watch this week. What is most urgent is the large sentence and the one big act."""
    now, on = timezone.now(), today()
    counted = kept.get(request.actor, ("week", on), lambda: _counted(request.actor, on, now))
    figures, stuck, silent = counted.figures, counted.stuck, counted.silent
    waits = what_waits(request.actor, at=now)
    tasks = [*register_tasks(request.actor, at=now), *_late_findings(request.actor, now)]
    items = by_urgency([*waiting_items(waits, silent=len(silent)), *tasks])
    if all(item["level"] == "plain" for item in items):  # what she asked of others, or nothing
        items = [*other_items(waiting_count(request.actor)), *items]
    first, first_title, first_all = _first(request, waits, now)
    max_places = len(stuck) if request.GET.get("show") == "places" else MAX_PLACES
    return render(
        request,
        "watch/week.html",
        {
            "week": figures,
            "figures": figures_shown(figures),
            "columns": place_columns(),
            "rows": [place_row(line) for line in stuck[:max_places]],
            "more_places": max(0, len(stuck) - max_places),
            "stuck_days": STUCK_DAYS,
            "silent": [
                {
                    "name": _("Class %(name)s") % {"name": class_name(s.class_section)},
                    "school": local_name(s.class_section.school),
                    "href": reverse("class", args=[s.class_section.pk]),
                    "open_days": s.open_days,
                    "last_on": s.last_on,
                }
                for s in silent[:MAX_SILENT]
            ],
            "more_silent": max(0, len(silent) - MAX_SILENT),
            "silent_after": int(guidance()["silent_after_days"]),
            "headline": headline_of_week(waits, items, silent=len(silent)),
            "waits": waits,
            "items": items,
            "cards": urgent_first(flag_cards(first[:LOOKED_AT], actor=request.actor, at=now))[
                :MAX_CARDS
            ],
            "first_title": first_title,
            "first_all": first_all,
            "may_tune": bool(granted_areas(request.actor, WatchPermission.WATCH_TUNE)),
            **weeks_shown(counted.weeks),
        },
    )


@dataclass(frozen=True)
class _Counted:
    """What is counted of a week; the same until somebody acts."""

    figures: Week
    stuck: list[PlaceLine]
    silent: list[SilentClass]
    weeks: list[WeekLine]


def _counted(actor: Actor, on: date, now: datetime) -> _Counted:
    return _Counted(
        figures=week_figures(actor, last_on=on),
        stuck=where_stuck(actor, since=on - timedelta(days=STUCK_DAYS), at=now),
        silent=kept_silent_classes(actor, on=on),
        weeks=week_lines(actor, last_on=on),
    )


def _first(
    request: HttpRequest, waits: Waiting, now: datetime
) -> tuple[QuerySet[Flag], str, dict[str, str] | None]:
    """The questions that stand first on her day, what they are, and where all of them are."""
    flags = reverse("flags")
    if waits.doubts:
        found = doubtful_flags(request.actor)
        title, show, count = _("Not sure that the child is safe"), "visited", waits.visited
        label = _("All %(n)s visited")
    elif waits.overdue:
        found = overdue_flags(request.actor, at=now)
        title, show, count = _("Overdue, the longest first"), "overdue", waits.overdue
        label = _("All %(n)s overdue")
    else:
        found = unassigned_flags(request.actor)
        title, show, count = _("With nobody yet, urgent first"), "waiting", waits.with_nobody
        label = _("All %(n)s with nobody yet")
    more = {"label": label % {"n": grouped(count)}, "href": f"{flags}?show={show}"}
    return found, title, more if count > MAX_CARDS else None


def _late_findings(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What was sent after a visit was taken from its volunteer: no visit, and perhaps the one word
    about the child.
    """
    found = [t for t in late_findings(actor, now) if t.may_be_done_by(actor)]
    if not found:
        return []
    title = _("Words that came after the visit was taken back: read them")
    one = reverse("flag", args=[found[0].key])
    href = one if len(found) == 1 else reverse("notices")
    line = {"title": title, "href": href, "level": "soon", "status": grouped(len(found))}
    return [line | {"count": len(found)}]
