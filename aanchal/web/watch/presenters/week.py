"""The week of the watch: its headline, figures, and rows of classes."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from aanchal.watch.findings import vocabulary
from aanchal.watch.queries.figures import PlaceLine, Share, Week
from aanchal.watch.queries.waiting import Waiting
from aanchal.watch.queries.weeks import WeekLine
from aanchal.web.home.presenters import urgent_sentence
from aanchal.web.shell.context import local_name
from aanchal.web.shell.look.bars import nested_bars
from aanchal.web.shell.look.numbers import FEWEST_FOR_PERCENT, grouped
from aanchal.web.shell.look.pieces import tag

# From here on "visited in time" and "still there" need no urging.
GOOD_SHARE = 0.8


def headline_of_week(waits: Waiting, items: list[dict[str, Any]], *, silent: int) -> str:
    """The most urgent of what waits, in one sentence; that nothing waits only when nothing does."""
    if urgent := urgent_sentence(waits):
        return urgent
    if waits.urgent:
        return ngettext(
            "%(n)s urgent question is in nobody's hands.",
            "%(n)s urgent questions are in nobody's hands.",
            waits.urgent,
        ) % {"n": grouped(waits.urgent)}
    if missing := _count_of(items, "missing_pupils"):
        return ngettext(
            "%(n)s pupil is missing from the class register.",
            "%(n)s pupils are missing from the class registers.",
            missing,
        ) % {"n": grouped(missing)}
    if waits.with_nobody:
        return ngettext(
            "%(n)s question is in nobody's hands.",
            "%(n)s questions are in nobody's hands.",
            waits.with_nobody,
        ) % {"n": grouped(waits.with_nobody)}
    if waits.visited:
        return ngettext(
            "%(n)s visited question waits for a word on how it ended.",
            "%(n)s visited questions wait for a word on how they ended.",
            waits.visited,
        ) % {"n": grouped(waits.visited)}
    if waits.registers:
        return ngettext(
            "%(n)s register needs somebody.", "%(n)s registers need somebody.", waits.registers
        ) % {"n": grouped(waits.registers)}
    if silent:
        return ngettext(
            "%(n)s class has fallen silent.", "%(n)s classes have fallen silent.", silent
        ) % {"n": grouped(silent)}
    if hers := [item for item in items if item["level"] != "plain"]:
        others = _count_of(hers, "notices") or len(hers)
        return ngettext("%(n)s thing waits for you.", "%(n)s things wait for you.", others) % {
            "n": grouped(others)
        }
    return _("Nothing waits for you now.")


def _count_of(items: list[dict[str, Any]], page: str) -> int:
    """How many the line of these counts that leads to a page; 0 without one."""
    return next((int(x["count"]) for x in items if x["href"] == reverse(page)), 0)


def other_items(count: int) -> list[dict[str, Any]]:
    """The way to all that waits, where no line of this page tells of it: a word about a family, say."""
    if not count:
        return []
    waiting = {"title": _("What waits for you"), "href": reverse("notices"), "level": "soon"}
    return [waiting | {"status": grouped(count), "count": count}]


def waiting_items(waits: Waiting, *, silent: int) -> list[dict[str, Any]]:
    """All that waits, a line each, the most urgent first; each opens just what it counts."""
    flags, hint = reverse("flags"), ""
    late = _("Overdue visits")
    if waits.stranded:
        late = _("Visits that are overdue, or with one who can no longer go")
    if waits.urgent:
        hint = ngettext("%(n)s of them is urgent", "%(n)s of them are urgent", waits.urgent) % {
            "n": grouped(waits.urgent)
        }
    lines: list[tuple[int, Any, str, str, str]] = [
        (waits.doubts, _("Not sure that the child is safe: call the volunteer"),
         f"{flags}?show=doubts", "now", ""),
        (waits.overdue, late, f"{flags}?show=overdue", "now", ""),
        (waits.with_nobody, _("Questions in nobody's hands"),
         f"{flags}?show=waiting", "now" if waits.urgent else "soon", hint),
        (waits.visited, _("Visited: write how it ended"), f"{flags}?show=visited", "soon", ""),
        (waits.registers, _("Registers that need somebody"),
         f"{reverse('register_files')}?show=waiting", "soon", ""),
        (silent, _("Silent classes"), "#silent", "soon", ""),
    ]  # fmt: skip
    return [
        {"title": title, "href": href, "level": level, "hint": note, "status": grouped(count)}
        for count, title, href, level, note in lines
        if count
    ]


def figures_shown(week: Week) -> list[dict[str, Any]]:
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


def place_columns() -> list[dict[str, Any]]:
    return [
        {"label": _("Place")},
        {"label": _("Questions"), "number": True},
        {"label": _("Visited"), "number": True},
        {"label": _("Question → visit"), "number": True},
        {"label": _("How it stands")},
    ]


def place_row(line: PlaceLine) -> list[Any]:
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


def weeks_shown(lines: list[WeekLine]) -> dict[str, Any]:
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
