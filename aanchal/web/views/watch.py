"""The coordinator's week: figures that open to their rows, where it is stuck, who is silent."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.attendance.findings import vocabulary
from aanchal.attendance.guidance import guidance
from aanchal.attendance.queries.books import silent_schools
from aanchal.attendance.queries.figures import (
    PlaceLine,
    Share,
    Week,
    week_figures,
    where_stuck,
)
from aanchal.attendance.queries.flags import overdue_visits, unassigned_flags, visible_flags
from aanchal.attendance.queries.weeks import WeekLine, week_lines
from aanchal.kernel.permissions import Permission, granted_areas

from ..context import local_name
from ..forms import today
from ..look.bars import nested_bars
from ..look.numbers import FEWEST_FOR_PERCENT
from ..look.pieces import tag
from .cards import flag_cards

STUCK_DAYS = 30
MOST_PLACES = 12
MOST_SILENT = 8
# From here on "visited in time" and "still there" need no urging.
GOOD_SHARE = 0.8


def week(request: HttpRequest) -> HttpResponse:
    """The watch this week; the next question that is in nobody's hands is the one big act."""
    now, on = timezone.now(), today()
    figures = week_figures(request.actor, last_on=on)
    stuck = where_stuck(request.actor, since=on - timedelta(days=STUCK_DAYS), at=now)
    waiting = unassigned_flags(request.actor)
    silent = silent_schools(request.actor, on=on)
    visited = visible_flags(request.actor).filter(state="visited").count()
    return render(
        request,
        "watch/week.html",
        {
            "week": figures,
            "figures": _figures(figures),
            "columns": _columns(),
            "rows": [_row(line) for line in stuck[:MOST_PLACES]],
            "stuck_days": STUCK_DAYS,
            "silent": [
                {
                    "name": local_name(s.school),
                    "href": f"{reverse('classes')}?school={s.school.pk}",
                    "open_days": s.open_days,
                    "last_on": s.last_on,
                }
                for s in silent[:MOST_SILENT]
            ],
            "more_silent": max(0, len(silent) - MOST_SILENT),
            "silent_after": int(guidance()["silent_after_days"]),
            "cards": flag_cards(waiting[:3], at=now),
            "waiting_count": waiting.count(),
            "late_count": overdue_visits(request.actor, at=now).count(),
            "visited_count": visited,
            "may_tune": bool(granted_areas(request.actor, Permission.WATCH_TUNE)),
            **_weeks(week_lines(request.actor, last_on=on)),
        },
    )


def _figures(week: Week) -> list[dict[str, Any]]:
    """The four figures as their component takes them; nothing to count is said, not shown as 0."""
    words = vocabulary().findings
    kinds = " · ".join(f"{_(words[k].label)} {n}" for k, n in week.empty_kinds[:3])
    rows = reverse("flags") + "?figure="
    return [
        _share(
            week.visited_in_time, _("Visited in time"), rows + "in_time", good=GOOD_SHARE,
            nothing=_("No visit fell due this week."),
        ),
        {
            "value": week.first_absence_to_visit,
            "label": _("First absence → visit"),
            "of": None,
            "of_text": _("school days, median"),
            "note": "" if week.first_absence_to_visit is not None else _("Nobody was visited yet."),
            "href": rows + "lead" if week.first_absence_to_visit is not None else "",
            **_faster(week.first_absence_to_visit, week.before),
        },
        _share(
            week.empty_visits, _("Empty visits"), rows + "empty", note=kinds,
            nothing=_("Nobody was visited yet."),
        ),
        _share(
            week.back_and_there, _("Back and still there"), rows + "back", good=GOOD_SHARE,
            note=_("back for 20 school days or more"),
            nothing=_("No child is back for 20 school days yet."),
        ),
    ]  # fmt: skip


def _share(
    share: Share,
    label: str,
    href: str,
    *,
    nothing: str,
    note: str = "",
    good: float | None = None,
) -> dict[str, Any]:
    if not share.whole:
        return {"value": None, "label": label, "of": None, "note": nothing, "href": ""}
    level = "plain"
    if good is not None and share.whole >= FEWEST_FOR_PERCENT:
        level = "done" if share.part >= good * share.whole else "soon"
    return {
        "value": share.part,
        "label": label,
        "of": share.whole,
        "note": note,
        "href": href,
        "level": level,
    }


def _faster(now: float | None, before: float | None) -> dict[str, str]:
    if now is None or before is None or now == before:
        return {"level": "plain", "level_text": ""}
    days = f"{abs(before - now):g}"
    if now < before:
        text = _("%(days)s days sooner than in the four weeks before") % {"days": days}
        return {"level": "done", "level_text": text}
    text = _("%(days)s days later than in the four weeks before") % {"days": days}
    return {"level": "soon", "level_text": text}


def _columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Place")},
        {"label": _("Questions"), "number": True},
        {"label": _("Visited"), "number": True},
        {"label": _("Question → visit"), "number": True},
        {"label": _("How it stands")},
    ]


def _row(line: PlaceLine) -> list[Any]:
    place = format_html(
        '<a href="{}?place={}">{}</a>', reverse("flags"), line.area.pk, local_name(line.area)
    )
    return [place, line.flags, line.visited, _days(line.median_days), _stuck_tag(line)]


def _days(value: float | None) -> str:
    if value is None:
        return "–"
    number = 1 if value == 1 else 2
    return ngettext("%(days)s day", "%(days)s days", number) % {"days": f"{value:g}"}


def _stuck_tag(line: PlaceLine) -> str:
    if line.overdue:
        text = ngettext("%(n)s overdue", "%(n)s overdue", line.overdue) % {"n": line.overdue}
        return _tag(text, "now")
    if line.unassigned:
        text = ngettext("%(n)s with nobody", "%(n)s with nobody", line.unassigned)
        return _tag(text % {"n": line.unassigned}, "soon")
    if line.visited == line.flags:
        return _tag(_("all visited"), "done")
    return _tag(_("all on their way"), "plain")


def _tag(text: str, level: str) -> str:
    drawn = tag(text, level)
    return format_html('<span class="tag {}">{}</span>', drawn["level"], drawn["text"])


def _weeks(lines: list[WeekLine]) -> dict[str, Any]:
    """The weeks as bars and as a table; nothing when nothing was ever asked in them."""
    if not any(line.flags for line in lines):
        return {"bars": None}
    labels = [date_format(line.first_on, "j M") for line in lines]
    return {
        "bars": nested_bars(labels, [(x.flags, x.visited, x.empty) for x in lines]),
        "bars_first_on": lines[0].first_on,
        "bars_asked": sum(x.flags for x in lines),
        "bars_visited": sum(x.visited for x in lines),
        "bars_empty": sum(x.empty for x in lines),
        "week_columns": [
            {"label": _("Week from")},
            {"label": _("Questions"), "number": True},
            {"label": _("Visited"), "number": True},
            {"label": _("Empty"), "number": True},
        ],
        "week_rows": [
            [label, line.flags, line.visited, line.empty]
            for label, line in zip(reversed(labels), reversed(lines), strict=True)
        ],
    }
