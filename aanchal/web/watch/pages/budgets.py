"""The visit budget: what it would have cost and found on a block's own past, and setting it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from aanchal.kernel.errors import WrongState
from aanchal.kernel.jobs import enqueue_on_commit
from aanchal.lib.early_warning.policy import RULE_VERSION
from aanchal.places.models import Area
from aanchal.registers.progress import note_asked
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
from aanchal.watch.rules.budgets import BUDGETS, Past, past_from_json
from aanchal.web.shell.context import local_name

from ..presenters.budgets import (
    advice,
    budget_drawing,
    budget_panel,
    budget_story,
    in_force_words,
    is_of_another_rule,
    questions_words,
    working_shown,
)

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
            "hint": in_force_words(current.get(block.pk)),
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
        "working": working_shown(replay),
        "replay": replay,
        "past": past,
        "has_registers": bool(standing.pages),
        "has_new": replay is not None
        and replay.made_at is not None
        and (standing.pages, standing.received_at) != (replay.pages, replay.pages_received_at),
        "in_force": in_force,
        "in_force_words": in_force_words(in_force),
        "rule_has_changed": is_of_another_rule(in_force),
        "was_set": budget_story(was_set),
    }
    if past is not None:
        chosen = _chosen(request, in_force)
        context |= {
            "chosen": chosen,
            "first": BUDGETS[0],
            "last": BUDGETS[-1],
            "step": BUDGETS[1] - BUDGETS[0],
            "choices": [p for p in past.points if p.visits in (4, 8, 12, 20, 30)],
            "advice": advice(past),
            "panels": [budget_panel(past, p, chosen, in_force) for p in past.points],
            **budget_drawing(past, chosen),
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
            questions_words(past, point),
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
