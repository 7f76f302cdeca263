"""What waits for one person: her list, and its length for the badge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from aanchal.access.models import Notice
from aanchal.access.roles import Role
from aanchal.kernel.access import visible
from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.places.models import Area, block_path
from aanchal.watch.models import Flag
from aanchal.watch.permissions import WatchPermission

from ..rules.hand_overs import Circle
from .ladders import told_neutrally
from .people import Staff, may_hold
from .things import (
    SOURCES,
    Thing,
    concerns_waiting,
    flags,
    in_order,
    silent,
    silent_for_the_number,
)


@dataclass(frozen=True)
class Inbox:
    """What waits for a person, in the order of `in_order`.

    `late` are those past their time, the longest first; they are among `things` too.
    """

    things: Sequence[Thing]
    late: Sequence[Thing]
    unread: Sequence["Unread"] = field(default_factory=tuple)


@dataclass(frozen=True)
class Unread:
    """A thing that the actor may not read, and of which she was told that it waits.

    Args:
        block: the block where it waits; the village would tell too much.
        since: when it began to wait.
        may_act: user ids of those whom she can ask.
    """

    block: Area | None
    since: datetime
    may_act: Sequence[str]
    reference: str


def inbox(actor: Actor, *, at: datetime) -> Inbox:
    """Everything that waits for the actor at a moment. A fixed number of queries."""
    found = in_order(
        [
            thing
            for permissions, read in SOURCES
            if any(may_anywhere(actor, p) for p in permissions)
            for thing in read(actor, at)
            if waits_for(thing, actor, at=at)
        ],
        at=at,
    )
    late = sorted((t for t in found if t.late_at() <= at), key=lambda t: t.late_at())
    return Inbox(found, late, unread(actor, at=at))


def unread(actor: Actor, *, at: datetime) -> list[Unread]:
    """Things the actor may not read of which she was told, while they still wait; longest first."""
    if Role.COORDINATOR not in actor.roles():
        return []
    told = {
        (t.kind, t.key): t
        for t in told_neutrally(actor)
        if t.kind.startswith(("concern.", "concern_move."))
    }
    if not told:
        return []
    still = [
        thing
        for thing in concerns_waiting([key for _kind, key in told], at=at)
        if (thing.kind, thing.key) in told
        and thing.scope.team is None
        and actor.user_id not in thing.scope.excluded
        and not thing.may_be_done_by(actor)
    ]
    if not still:
        return []
    staff = Staff(at=at)
    paths = {thing.key: block_path(thing.scope.area_path) for thing in still}
    blocks = {a.path: a for a in Area.objects.filter(path__in=set(paths.values()))}
    return [
        Unread(
            blocks.get(paths[thing.key]),
            thing.since,
            staff.may_act(thing, in_hand={}),
            told[thing.kind, thing.key].reference,
        )
        for thing in sorted(still, key=lambda t: t.since)
    ]


def count_waiting(actor: Actor, *, at: datetime) -> int:
    """How many things wait for the actor, news of her own account included; for every page.

    Flags of a whole district are counted in the database, the rest is little.
    """
    news = Notice.objects.filter(user_id=actor.user_id, seen_at__isnull=True).count()
    flagged = 0
    if may_anywhere(actor, WatchPermission.VISIT_ASSIGN):
        states = Q(state__in=[Flag.State.OPEN, Flag.State.VISITED])
        flagged = visible(Flag, actor, WatchPermission.VISIT_ASSIGN).filter(states).count()
    others = sum(
        waits_for(thing, actor, at=at)
        for permissions, read in SOURCES
        if read is not flags and any(may_anywhere(actor, p) for p in permissions)
        for thing in (silent_for_the_number if read is silent else read)(actor, at)
    )
    return news + flagged + others + len(unread(actor, at=at))


def waits_for(thing: Thing, actor: Actor, *, at: datetime) -> bool:
    """Whether it is this person's turn: it is in her hands, or its time in other hands is over."""
    if thing.holder == actor.user_id:
        return may_hold(actor, thing)
    steps = thing.row.ladder(urgent=thing.is_urgent)
    times = thing.times()
    turn = next((t for s, t in zip(steps, times, strict=True) if s.circle != Circle.HOLDER), None)
    if turn is None or (turn > at and thing.holder):
        return False
    return thing.may_be_done_by(actor)
