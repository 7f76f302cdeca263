"""The visit budget: what it would have cost and found on a block's own past, and setting it."""

import time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.access.queries import people_named
from aanchal.kernel.errors import WrongState
from aanchal.kernel.jobs import enqueue_on_commit
from aanchal.lib.early_warning.policy import RULE_VERSION
from aanchal.places.models import Area
from aanchal.registers.progress import note_asked, progress_of
from aanchal.watch.actions import ask_budget_replay, set_visit_budget
from aanchal.watch.jobs import replay_budget
from aanchal.watch.models import BudgetReplay, VisitBudget
from aanchal.watch.queries.budgets import (
    budgets_in_force,
    budgets_set,
    get_tunable_block,
    replay_of,
    standing_of,
    tunable_blocks,
)
from aanchal.watch.rules.budgets import BUDGETS, Past, Point, a_month, past_from_json
from aanchal.watch.rules.intervals import enough, wilson

from ..context import local_name
from ..look.curves import curve
from ..look.numbers import grouped, percent

# A worker that was not heard of for so long is not at work on it.
SLOW_AFTER_SECONDS = 120
SET_SHOWN = 5


def budgets(request: HttpRequest) -> HttpResponse:
    """The blocks whose budget one may set; straight to it when it is one."""
    blocks = list(tunable_blocks(request.actor))
    if len(blocks) == 1:
        return redirect("visit_budget", pk=blocks[0].pk)
    current = budgets_in_force(blocks)
    items = [
        {
            "title": local_name(block),
            "href": reverse("visit_budget", args=[block.pk]),
            "hint": _in_force_words(current.get(block.pk)),
        }
        for block in blocks
    ]
    return render(request, "watch/budgets.html", {"items": items, "crumb_items": _crumbs()})


def budget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A block's past under each budget; a POST asks for the replay."""
    block = get_tunable_block(request.actor, pk=pk)
    if request.method == "POST":
        return _ask(request, block)
    replay = replay_of(request.actor, block)
    past = _past(replay)
    was_set = list(budgets_set(request.actor, block)[:SET_SHOWN])
    in_force = was_set[0] if was_set and was_set[0].is_current else None
    standing = standing_of(block)
    context: dict[str, Any] = {
        "area": block,
        "block_name": local_name(block),
        "crumb_items": _crumbs(),
        "working": _working(replay),
        "replay": replay,
        "past": past,
        "has_registers": bool(standing.pages),
        "has_new": replay is not None
        and replay.made_at is not None
        and (standing.pages, standing.received_at) != (replay.pages, replay.pages_received_at),
        "in_force": in_force,
        "in_force_words": _in_force_words(in_force),
        "rule_has_changed": _is_of_another_rule(in_force),
        "was_set": _story(was_set),
    }
    if past is not None:
        chosen = _chosen(request, in_force)
        context |= {
            "chosen": chosen,
            "first": BUDGETS[0],
            "last": BUDGETS[-1],
            "step": BUDGETS[1] - BUDGETS[0],
            "choices": [p for p in past.points if p.visits in (4, 8, 12, 20, 30)],
            "advice": _advice(past),
            "panels": [_panel(past, p, chosen, in_force) for p in past.points],
            **_drawn(past, chosen),
        }
    return render(request, "watch/budget.html", context)


def set_budget(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set a budget that was looked at; it asks first."""
    block = get_tunable_block(request.actor, pk=pk)
    replay = replay_of(request.actor, block)
    past = _past(replay)
    given = (request.POST if request.method == "POST" else request.GET).get("visits", "")
    point = next((p for p in past.points if str(p.visits) == given), None) if past else None
    if past is None or point is None or point.visits is None:
        return redirect("visit_budget", pk=block.pk)
    back = f"{reverse('visit_budget', args=[block.pk])}?visits={point.visits}"
    if request.method == "POST":
        if not replay or request.POST.get("seen") != replay.input_hash[:16]:
            raise WrongState(
                _("The registers were replayed again meanwhile. Look at the new figures.")
            )
        set_visit_budget(
            request.actor,
            area=block,
            visits_per_1000_month=float(point.visits),
            policy={"threshold": point.threshold, "rule": RULE_VERSION},
            at=timezone.now(),
        )
        messages.success(
            request,
            _("The budget is set. From tonight the watch asks by it; questions asked stay."),
        )
        return redirect(back)
    assert replay is not None
    page = {
        "title": _("Set %(visits)s visits for 1,000 children a month?") % {"visits": point.visits},
        "yes": _("Set this budget"),
        "cancel_href": back,
        "carry": {"visits": str(point.visits), "seen": replay.input_hash[:16]},
        "harm": False,
        "consequences": [
            local_name(block),
            _questions_words(past, point),
            _("The nightly watch asks by it from tonight. Questions that were asked stay."),
            _("You can set another at any time; it is written down who set what."),
        ],
    }
    return render(request, "confirm.html", page)


def _ask(request: HttpRequest, block: Area) -> HttpResponse:
    replay = ask_budget_replay(request.actor, area=block, at=timezone.now())
    note_asked(replay.pk)
    enqueue_on_commit(replay_budget, replay=replay.pk)
    return redirect("visit_budget", pk=block.pk)


def _past(replay: BudgetReplay | None) -> Past | None:
    return past_from_json(replay.result) if replay is not None and replay.result else None


def _working(replay: BudgetReplay | None) -> dict[str, Any] | None:
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


def _crumbs() -> list[dict[str, str]]:
    return [{"label": _("The watch"), "href": reverse("watch")}, {"label": _("Visit budget")}]


def _chosen(request: HttpRequest, in_force: VisitBudget | None) -> int:
    """The budget asked for, brought to one that was replayed; else the one in force."""
    given = request.GET.get("visits", "")
    if given.isdecimal() and len(given) < 5:
        wanted = int(given)
    else:
        wanted = round(in_force.visits_per_1000_month) if in_force else 10
    return min(BUDGETS, key=lambda visits: (abs(visits - wanted), visits))


def _in_force_words(current: VisitBudget | None) -> str:
    if current is None or _is_of_another_rule(current):
        return _("No budget is set: the watch asks as it was shipped.")
    return _("In force: %(visits)s visits for 1,000 children a month.") % {
        "visits": f"{current.visits_per_1000_month:g}"
    }


def _is_of_another_rule(current: VisitBudget | None) -> bool:
    return current is not None and current.policy.get("rule", RULE_VERSION) != RULE_VERSION


def _story(was_set: list[VisitBudget]) -> list[dict[str, Any]]:
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


def _questions_words(past: Past, point: Point) -> str:
    each = a_month(point.urgent + point.ordinary, past.months)
    return _("About %(questions)s questions a month, on these registers.") % {
        "questions": _rounded(each)
    }


def _panel(past: Past, point: Point, chosen: int, in_force: VisitBudget | None) -> dict[str, Any]:
    """One budget, said in figures and sentences."""
    questions = point.urgent + point.ordinary
    each = a_month(questions, past.months)
    volunteer = each / past.volunteers if past.volunteers else None
    return {
        "visits": point.visits,
        "is_chosen": point.visits == chosen,
        "is_in_force": in_force is not None
        and not _is_of_another_rule(in_force)
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


def _advice(past: Past) -> str:
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


def _drawn(past: Past, chosen: int) -> dict[str, Any]:
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
