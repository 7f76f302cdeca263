"""What a visit found was put right: the concern that it raised learns it, and whoever holds it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import move
from aanchal.kernel.waiting import something_waits
from aanchal.lib.indic.names import tidy
from aanchal.lib.stages import FOLLOWS
from aanchal.places.models import Area

from ..hands import may_say_read
from ..kinds import concern_kinds
from ..models import Concern
from ..permissions import CasePermission
from ..verbs import CaseVerb
from .mistakes import end_asking
from .moving import bring_to
from .raising import lock_concern, nearest_case_workers, shut_out_of, told_from, wait_anew
from .story import remember

Stage = Concern.Stage
# Between the words for several people who may have a part in it.
BETWEEN_NAMES = "; "


@use_case
def tell_correction(
    actor: Actor,
    *,
    area: Area,
    source_kind: str,
    source_id: str,
    kind: str,
    found: str,
    told: str,
    seen: dict[str, Any],
    implicated: Sequence[User] = (),
    implicated_words: str = "",
    may_implicate: bool = False,
    at: datetime,
) -> Concern | None:
    """Tell of a concern that what raised it was put right. It stays, with what was told first.

    A graver kind, or one as grave, gives it its name; a lesser one does not, nor does a finding that is
    no danger. Every kind that it was stays beside it, with what the law asks of each. What must be sealed now is sealed. Whoever holds it is told; one that
    was closed and is a danger still, or whose holder is implicated, is nobody's again and urgent.

    Args:
        kind: what kind of concern it is now; "" when what was found is no danger any more.
        found, told, seen: what stands now: the code of the finding, the words, what she saw.

    Returns:
        The concern; None when this source raised none.

    Raises:
        NotAllowed: the actor may not raise concerns here.
    """
    require(actor, CasePermission.CONCERN_RAISE, told_from(actor, area))
    known = Concern.objects.filter(
        source_tag=_source_tag(area.district, source_kind, source_id)
    ).first()
    if known is None:
        return None
    concern = lock_concern(known, with_child=True)
    concern.corrections = [
        *concern.corrections,
        {
            "kind": kind,
            "found": found,
            "told": told,
            "seen": seen,
            "at": at.isoformat(),
            "by": actor.user_id,
        },
    ]
    named = [str(u.pk) for u in implicated]
    for key in set(named) & set(concern.implicated):
        remember(concern, "named_again", by="", at=at, to=key)
    concern.implicated = sorted({*concern.implicated, *named})
    concern.namings = [*concern.namings, *({"who": k, "by": actor.user_id} for k in named)]
    for key in named:
        # Named once more, it is no mistake; and who was of the team is of it again if it was one.
        end_asking(actor, concern, of=key, at=at)
        if key in concern.team:
            remember(concern, "shut_out", by="", at=at, to=key)
    words = tidy(implicated_words)
    if words:
        concern.implicated_words = BETWEEN_NAMES.join(
            filter(None, (concern.implicated_words, words))
        )
    kinds = concern_kinds()
    if kind:
        concern.take_kind(kind, gravity={k.key: k.gravity for k in kinds.values()})
    is_secret = bool(kind) and kinds[kind].is_sealed
    _seal(concern, is_sealed=is_secret or bool(named or words) or may_implicate, at=at)
    _hand_on(concern, is_danger=bool(kind), at=at)
    concern.save()
    something_waits()
    record(actor, CaseVerb.CONCERN_CORRECTED, concern, scope=concern.scope())
    return concern


def _source_tag(district: str, source_kind: str, source_id: str) -> str:
    field: Any = Concern._meta.get_field("source_tag")
    return str(field.tag(district, f"{source_kind}:{source_id}"))


def _seal(concern: Concern, *, is_sealed: bool, at: datetime) -> None:
    """Seal it when it must be; whoever is implicated is of no team.

    As long as it belongs to two places, those nearest to each are of its team.
    """
    out = shut_out_of(concern, at=at)
    if is_sealed and not concern.is_sealed:
        places = filter(None, (concern.area, concern.left_area))
        nearest = [u for area in places for u in nearest_case_workers(area, at=at, excluded=out)]
        concern.team = [str(u.pk) for u in nearest]
        # Whoever works on it already knows of it, and goes on.
        held = concern.taken_up_by, concern.handed_to
        concern.team = sorted({*concern.team, *filter(None, held)})
        concern.is_sealed = True
    if concern.is_sealed:
        concern.team = sorted(set(concern.team) - out)


def _hand_on(concern: Concern, *, is_danger: bool, at: datetime) -> None:
    """Where it waits now: with who holds it, or with nobody and urgent."""
    hands = {concern.taken_up_by, concern.handed_to} - {""}
    if concern.stage == Stage.CLOSED:
        is_anew = is_danger
    else:
        is_anew = bool(hands & shut_out_of(concern, at=at))
    if is_anew:
        remember(concern, "corrected", by="", at=at)
        concern.taken_up_by, concern.taken_up_at, concern.handed_to = "", None, None
        if concern.stage == Stage.CLOSED and concern.child is not None:
            # The family may have moved while it was closed.
            bring_to(concern, concern.child.area, at=at)
        if concern.stage != Stage.NEW:
            move(concern, Stage.NEW, verb=FOLLOWS)
        wait_anew(concern, at=at)
    # Whoever takes up what is nobody's reads it then; for one that is closed nothing is to be done.
    is_held = concern.stage in (Stage.TAKEN_UP, Stage.HANDED_OVER)
    concern.corrected_at = at if is_held else None


@use_case
def name_kind(actor: Actor, *, concern: Concern, kind: str, at: datetime) -> Concern:
    """Say of a concern in one's own hands that it is about another kind too, as its words tell.

    What it was stays beside it, and so do the duties of each. Where the kind is sealed it is sealed
    now, for the case workers nearest to the place and for whoever names it.

    Raises:
        NotAllowed: the actor may not work on concerns here.
        Invalid: no such kind.
        WrongState: it is not in the actor's hands.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    kinds = concern_kinds()
    if kind not in kinds:
        raise Invalid(_("Choose what it is about."), field="kind")
    if concern.stage != Stage.TAKEN_UP or concern.taken_up_by != actor.user_id:
        raise WrongState(_("Take it up first."))
    if kind in (concern.kind, *concern.also):
        return concern
    concern.take_kind(kind, gravity={k.key: k.gravity for k in kinds.values()})
    remember(concern, "kind_named", by=actor.user_id, at=at, kind=kind)
    _seal(concern, is_sealed=kinds[kind].is_sealed, at=at)
    concern.save_facts("kind", "also", "history", "is_sealed", "team")
    record(actor, CaseVerb.CONCERN_KIND_NAMED, concern, scope=concern.scope())
    return concern


@use_case
def read_correction(actor: Actor, *, concern: Concern, at: datetime) -> Concern:
    """Note that whoever works on a concern has read what was put right; sent twice, it is one.

    Raises:
        NotAllowed: the actor may not work on concerns here.
        WrongState: a colleague holds it, who has a day to read it before others may say so.
    """
    concern = lock_concern(concern)
    require(actor, CasePermission.CONCERN_TAKE_UP, concern)
    if concern.corrected_at is None:
        return concern
    if not may_say_read(actor.user_id, concern, at=at):
        raise WrongState(_("The colleague who has it in her hands reads it first."))
    concern.corrected_at = None
    concern.save_facts("corrected_at")
    record(actor, CaseVerb.CONCERN_CORRECTION_READ, concern, scope=concern.scope())
    return concern
