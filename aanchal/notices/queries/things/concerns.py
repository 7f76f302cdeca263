"""Concerns that wait."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from aanchal.cases.hands import holder_of, since_left
from aanchal.cases.mistakes import asked_mistake
from aanchal.cases.models import Concern
from aanchal.cases.queries import ConcernList, opened, visible_concerns
from aanchal.cases.rules.visibility import concern_scope
from aanchal.kernel.authz import Actor
from aanchal.people.models import Kinship

from .kin import kin_of_children
from .thing import NOBODY, Thing


def concerns(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Concerns nobody has taken up, and those in somebody's hands."""
    if actor is not None:
        yield from _concerns(visible_concerns(actor, is_open=True), at)
    else:
        yield from _concerns(ConcernList(opened(Concern.objects.filter(is_open=True))), at)


def _since(concern: Concern) -> datetime:
    """Since when a concern waits for the next act: one with nobody yet, since it was told.

    Where she who has it shut out everybody else who could open it, what she does puts nothing off.
    """
    acted = None if concern.stage == Concern.Stage.NEW else concern.acted_at
    if acted is not None and concern.alone_since is not None:
        acted = min(acted, concern.alone_since)
    since: datetime = acted or concern.taken_up_at or concern.raised_at
    return since


def concerns_waiting(keys: list[str], *, at: datetime) -> list[Thing]:
    """Those of some concerns, by key, that still wait; for Aanchal itself."""
    found = ConcernList(opened(Concern.objects.filter(pk__in=keys, is_open=True)))
    return list(_concerns(found, at))


def _concerns(found: ConcernList, at: datetime) -> Iterator[Thing]:
    held = list(found)
    Concern.area.fetch(held)
    Concern.left_area.fetch(held)
    kin = kin_of_children({UUID(c.child_id) for c in held if c.child_id})
    left = [c for c in held if c.child_id and c.taken_up_by in kin.get(UUID(c.child_id), NOBODY)]
    shut_out = _shut_out_since(left)
    gone = since_left(held, at=at)
    for concern in held:
        taken = concern.stage == Concern.Stage.TAKEN_UP
        # Whoever has it and is shut out since, or works there no more, does not see it: it is nobody's.
        lost = shut_out.get((concern.child_id, concern.taken_up_by)) if taken else None
        lost = lost or (gone.get(concern.pk) if taken else None)
        nobody = lost is not None or concern.pk in gone
        left_path = concern.left_area.path if concern.left_area_id else ""
        found_thing = Thing(
            "concern.new" if lost else f"concern.{concern.stage}",
            str(concern.pk),
            concern_scope(
                concern.head,
                district=concern.district,
                area_path=concern.area.path,
                kin=kin.get(UUID(concern.child_id), NOBODY) if concern.child_id else NOBODY,
                left_path=left_path,
            ),
            since=lost or _since(concern),
            is_urgent=True,
            is_danger=True,
            holder="" if nobody else holder_of(concern),
            place=concern.area,
        )
        yield from _handed_on(found_thing, concern) if left_path else (found_thing,)
        if concern.corrected_at is not None:
            yield replace(
                found_thing,
                kind="concern_correction.unread",
                since=concern.corrected_at,
                holder="" if nobody else concern.taken_up_by or concern.handed_to,
            )
        asked = asked_mistake(concern)
        if asked is not None and not asked.has_lapsed(at=at):
            yield replace(
                found_thing,
                kind="concern_mistake.asked",
                since=asked.at,
                is_urgent=False,
                is_danger=False,
                holder="",
                not_by=asked.not_by,
            )


def _handed_on(thing: Thing, concern: Concern) -> Iterator[Thing]:
    """What a concern is whose child lives elsewhere since: news there, and still hers who has it."""
    here = replace(thing, kind="concern_move.waiting", since=concern.left_at, holder="")
    if thing.kind == "concern.new":
        # In nobody's hands it waits for both places; those where the child lives are told first. It has
        # waited since it was told: a move gives nobody more time.
        yield replace(here, since=min(thing.since, here.since))
        return
    yield thing
    acted = concern.acted_at
    if thing.kind == "concern.handed_over" and acted is not None and acted >= concern.left_at:
        return  # handed on to one of those who work there, who is told
    yield replace(here, scope=replace(thing.scope, also_in=""))
    if thing.holder:
        yield replace(here, kind="concern_move.kept", holder=thing.holder)


def _shut_out_since(concerns: list[Concern]) -> dict[tuple[str, str], datetime]:
    """(child, case worker) → since when she who has a concern is kin of its child. One query or none."""
    if not concerns:
        return {}
    rows = Kinship.objects.filter(
        user__in=[c.taken_up_by for c in concerns],
        household__children__in=[c.child_id for c in concerns],
    ).values_list("household__children", "user", "recorded_at")
    return {(str(child), str(user)): at for child, user, at in rows}
