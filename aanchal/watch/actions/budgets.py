"""Asking for a replay of a block's past under every visit budget, and keeping what came of it."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.places.models import Area

from ..models import BudgetReplay
from ..permissions import WatchPermission
from ..queries.budgets import Standing, standing_of
from ..rules.budgets import Past
from ..verbs import WatchVerb


@use_case
def ask_budget_replay(actor: Actor, *, area: Area, at: datetime) -> BudgetReplay:
    """Ask that a block's past be replayed; what an earlier replay found stays until it is made.

    Raises:
        NotAllowed: the actor does not tune the watch of this block.
        Invalid: not a block.
        WrongState: no register of the block has come yet.
    """
    require(actor, WatchPermission.WATCH_TUNE, area)
    if area.level != Area.Level.BLOCK:
        raise Invalid(_("A visit budget belongs to a block."))
    if not standing_of(area).pages:
        raise WrongState(_("No register of this block has come yet. Send one first."))
    replay, _made = BudgetReplay.objects.update_or_create(
        area=area, defaults={"asked_by": actor.user_id, "asked_at": at}
    )
    record(actor, WatchVerb.WATCH_REPLAY_ASKED, replay, scope=area.scope())
    return replay


@use_case
def keep_budget_replay(
    actor: Actor,
    *,
    replay: BudgetReplay,
    past: Past | None,
    standing: Standing,
    input_hash: str,
    at: datetime,
) -> BudgetReplay:
    """Keep what a replay found; `past` None when nothing it looks at has changed since the last.

    Raises:
        NotAllowed: the actor does not tune the watch of this block (any more).
    """
    replay = BudgetReplay.objects.select_for_update().select_related("area").get(pk=replay.pk)
    require(actor, WatchPermission.WATCH_TUNE, replay.area)
    replay.made_at = at
    replay.input_hash = input_hash
    replay.pages = standing.pages
    replay.pages_received_at = standing.received_at
    if past is not None:
        replay.result = past.to_json()
    replay.save(update_fields=["made_at", "input_hash", "pages", "pages_received_at", "result"])
    record(
        actor,
        WatchVerb.WATCH_REPLAYED,
        replay,
        scope=replay.area.scope(),
        pages=standing.pages,
        anew=past is not None,
    )
    return replay
