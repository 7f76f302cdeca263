"""What a visit budget would have meant: figures, advice and the drawing."""

import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import people_named
from aanchal.lib.early_warning.policy import RULE_VERSION
from aanchal.registers.progress import progress_of
from aanchal.watch.models import BudgetReplay, VisitBudget
from aanchal.watch.rules.budgets import Past, Point, a_month
from aanchal.watch.rules.intervals import enough, wilson
from aanchal.web.shell.look.curves import curve
from aanchal.web.shell.look.numbers import grouped, percent

# A worker that was not heard of for so long is not at work on it.
SLOW_AFTER_SECONDS = 120


def working_shown(replay: BudgetReplay | None) -> dict[str, Any] | None:
    """What the page says while a worker replays; None when nobody waits for it."""
    if replay is None or (replay.made_at is not None and replay.made_at >= replay.asked_at):
        return None
    known = progress_of(replay.pk)
    since = time.time() - (known.noted_at if known else replay.asked_at.timestamp())
    return {
        "done": known.done if known else 0,
        "total": known.total or None if known else None,
        "is_slow": since > SLOW_AFTER_SECONDS,
    }


def in_force_words(current: VisitBudget | None) -> str:
    if current is None or is_of_another_rule(current):
        return _("No budget is set: the watch asks as it was shipped.")
    return _("In force: %(visits)s visits for 1,000 children a month.") % {
        "visits": f"{current.visits_per_1000_month:g}"
    }


def is_of_another_rule(current: VisitBudget | None) -> bool:
    return current is not None and current.policy.get("rule", RULE_VERSION) != RULE_VERSION


def budget_story(was_set: list[VisitBudget]) -> list[dict[str, Any]]:
    names = people_named(b.set_by for b in was_set)
    return [
        {
            "at": b.set_at,
            "visits": f"{b.visits_per_1000_month:g}",
            "by": names.get(b.set_by, ""),
            "is_current": b.is_current,
        }
        for b in was_set
    ]


def _rounded(value: float) -> str:
    """A rate as it can be planned with: whole from ten upward, else to a tenth."""
    return grouped(round(value)) if value >= 10 else f"{value:.1f}".removesuffix(".0")


def questions_words(past: Past, point: Point) -> str:
    each = a_month(point.urgent + point.ordinary, past.months)
    return _("About %(questions)s questions a month, on these registers.") % {
        "questions": _rounded(each)
    }


def budget_panel(
    past: Past, point: Point, chosen: int, in_force: VisitBudget | None
) -> dict[str, Any]:
    """One budget, said in figures and sentences."""
    questions = point.urgent + point.ordinary
    each = a_month(questions, past.months)
    volunteer = each / past.volunteers if past.volunteers else None
    return {
        "visits": point.visits,
        "is_chosen": point.visits == chosen,
        "is_in_force": in_force is not None
        and not is_of_another_rule(in_force)
        and in_force.visits_per_1000_month == point.visits,
        "figures": [
            {
                "value": _rounded(each),
                "label": _("Questions a month"),
                "of_text": _("for %(children)s children") % {"children": grouped(past.children)},
                "note": _("%(urgent)s urgent, %(ordinary)s ordinary")
                % {
                    "urgent": _rounded(a_month(point.urgent, past.months)),
                    "ordinary": _rounded(a_month(point.ordinary, past.months)),
                },
            },
            {
                "value": _rounded(volunteer) if volunteer is not None else None,
                "label": _("For each volunteer"),
                "of_text": _("a month"),
                "note": ngettext(
                    "%(n)s volunteer here now", "%(n)s volunteers here now", past.volunteers
                )
                % {"n": grouped(past.volunteers)}
                if past.volunteers
                else _("No volunteer has a role in this block yet."),
            },
            {
                "value": grouped(point.asked) if past.long_absences else None,
                "label": _("Long absences asked about"),
                "of_text": _("of %(of)s") % {"of": grouped(past.long_absences)},
                "note": _asked_words(past, point)
                if past.long_absences
                else _("No child was away for 20 marked days."),
            },
            {
                "value": grouped(point.empty) if point.known else None,
                "label": _("Empty visits"),
                "of_text": _("of %(of)s known") % {"of": grouped(point.known)},
                "note": _of_100(point.empty, point.known)
                if point.known
                else _("No visit with a finding meets these questions yet."),
            },
        ],
        "compared": _compared(point),
    }


def _of_100(part: int, of: int) -> str:
    """A share as few cases can say it: "between 27 and 81 of 100"."""
    low, high = wilson(part, of)
    return _("between %(low)s and %(high)s of 100") % {
        "low": round(low * 100),
        "high": round(high * 100),
    }


def advice(past: Past) -> str:
    """One sentence: which budget to begin with, and why."""
    found = enough([p.asked for p in past.points], past.long_absences)
    if found is None:
        return _(
            "Too few children were away for 20 marked days in these months (%(of)s) to say which number "
            "is better: choose as many visits as your volunteers can walk."
        ) % {"of": grouped(past.long_absences)}
    point = past.points[found]
    said = {
        "visits": point.visits,
        "asked": grouped(point.asked),
        "of": grouped(past.long_absences),
        "between": _of_100(point.asked, past.long_absences),
    }
    if not past.volunteers:
        return (
            _(
                "Begin with %(visits)s: more visits did not surely find more here. It would have asked "
                "in time about %(asked)s of %(of)s long absences, which says: %(between)s."
            )
            % said
        )
    said["each"] = _rounded(a_month(point.urgent + point.ordinary, past.months) / past.volunteers)
    return (
        _(
            "Begin with %(visits)s if your volunteers can walk %(each)s visits each a month: more did "
            "not surely find more here. It would have asked in time about %(asked)s of %(of)s long "
            "absences, which says: %(between)s."
        )
        % said
    )


def _asked_words(past: Past, point: Point) -> str:
    return " · ".join((_of_100(point.asked, past.long_absences), _lead_words(point)))


def _lead_words(point: Point) -> str:
    if point.lead_days is None:
        return _("none before its 20th day")
    return _("half of them %(days)s school days before the 20th, or earlier") % {
        "days": f"{point.lead_days:g}"
    }


MANY = (
    ("sooner", gettext_lazy("%(n)s asked about sooner")),
    ("later", gettext_lazy("%(n)s asked about later")),
    ("only", gettext_lazy("%(n)s asked about that now are not")),
    ("missed", gettext_lazy("%(n)s no longer asked about")),
)


def _compared(point: Point) -> str:
    parts = [
        str(words) % {"n": grouped(getattr(point, name))}
        for name, words in MANY
        if getattr(point, name)
    ]
    return " · ".join(parts)


def budget_drawing(past: Past, chosen: int) -> dict[str, Any]:
    """How many long absences were asked about and how early, and the table of everything."""
    asked = curve(
        [(str(p.visits), p.asked) for p in past.points],
        most=past.long_absences,
        values=[
            _("%(part)s of %(of)s") % {"part": grouped(p.asked), "of": grouped(past.long_absences)}
            for p in past.points
        ],
        chosen=str(chosen),
        spreads=[
            tuple(share * past.long_absences for share in wilson(p.asked, past.long_absences))
            for p in past.points
        ]
        if past.long_absences
        else (),
    )
    leads = [p.lead_days or 0.0 for p in past.points]
    early = curve(
        [(str(p.visits), lead) for p, lead in zip(past.points, leads, strict=True)],
        most=max(10.0, *leads),
        values=[f"{lead:g}" for lead in leads],
        chosen=str(chosen),
    )
    columns = [
        {"label": _("Visits for 1,000 a month"), "number": True},
        {"label": _("Questions a month"), "number": True},
        {"label": _("of them urgent"), "number": True},
        {"label": _("For each volunteer"), "number": True},
        {"label": _("Long absences asked about"), "number": True},
        {"label": _("School days before the 20th"), "number": True},
        {"label": _("Empty, of known visits"), "number": True},
    ]
    rows = [
        [_("in force now") if p.visits is None else str(p.visits), *_cells(past, p)]
        for p in (past.in_force, *past.points)
    ]
    return {"asked": asked, "early": early, "columns": columns, "rows": rows}


def _cells(past: Past, point: Point) -> list[str]:
    each = a_month(point.urgent + point.ordinary, past.months)
    return [
        _rounded(each),
        _rounded(a_month(point.urgent, past.months)),
        _rounded(each / past.volunteers) if past.volunteers else "–",
        percent(point.asked, past.long_absences),
        f"{point.lead_days:g}" if point.lead_days is not None else "–",
        percent(point.empty, point.known),
    ]
