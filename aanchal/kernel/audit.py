"""The audit: who did, read or was refused what, chained by keyed hash, one chain a district.

Events name the changed fields and never their values. They are buffered while a use case runs
and written by the outermost one as its last act, so that no chain head is held while work goes
on. A refusal is written after the rollback.

What an event says is sealed under a key that no rotation changes (its row is never written again).
To be found without being opened it carries tags, keyed hashes of a day and a key: one of its actor,
and among its mentions one for each record it names, in the order of the hashes and filled up to a
multiple of eight with chance. Equal tags are seen within one day only. Each link is an HMAC over the
row as it is stored and the link before it: with the database alone no link can be made.
"""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .authz import Actor, Scope
from .fields import Sealed
from .keyring import keyring
from .models import AuditEvent, AuditHead
from .sealing import keyed_hash
from .verbs import KernelVerb
from .vocabulary import Verb


@dataclass
class Event:
    """One event not yet chained."""

    actor_id: str
    verb: str
    target_type: str
    target_id: str
    district: str
    area_path: str
    changes: dict[str, Any]
    outcome: str = AuditEvent.Outcome.DONE
    shown: tuple[str, ...] = ()
    # Further districts whose records it changed: their heads count it too.
    also: frozenset[str] = frozenset()
    # Its row, sealed before its transaction began so that this does not make others wait.
    row: AuditEvent | None = None


@dataclass
class Buffer:
    """Events of one outermost use case."""

    events: list[Event] = field(default_factory=list)


_buffer: ContextVar[Buffer | None] = ContextVar("aanchal_audit_buffer", default=None)

GENESIS = "0" * 64
MENTION_DIGITS = 16
MENTIONS_FILLED_TO = 8
# Events of these are looked for by their verb.
FOUND_BY_VERB = frozenset({KernelVerb.AUDIT_VERIFIED, KernelVerb.RECORDS_ERASED})


def record(
    actor: Actor,
    verb: Verb,
    target: models.Model | None,
    *,
    scope: Scope,
    shown: Iterable[object] = (),
    also: Iterable[str] = (),
    **changes: Any,
) -> None:
    """Put one event into the running use case's buffer.

    Args:
        target: the record acted on; None for an act on a place as a whole.
        scope: where it stands; decides the chain.
        shown: keys of children whose name or state was shown to the actor.
        also: further districts of which records were changed; the event stands in one chain, and
            is counted as an act of each, so that figures kept there are counted anew.
        changes: names of changed fields, counts, codes. Never a value that tells of a person.

    Raises:
        RuntimeError: called outside a use case, where nothing would write it.
    """
    buffer = _buffer.get()
    if buffer is None:
        raise RuntimeError("record() belongs inside a use case")
    buffer.events.append(
        Event(
            actor_id=actor.user_id,
            verb=str(verb),
            target_type=target._meta.label if target is not None else "",
            target_id=str(target.pk) if target is not None else "",
            district=scope.district,
            area_path=scope.area_path,
            changes=changes,
            shown=tuple(sorted(str(key) for key in shown)),
            also=frozenset(also) - {scope.district},
        )
    )


def write_events(events: list[Event], *, at: datetime | None = None) -> None:
    """Chain and store events, district by district in sorted order; inside a transaction.

    Args:
        at: when they happened, of those without a row.
    """
    by_district: dict[str, list[AuditEvent]] = {}
    for event in events:
        row = event.row or sealed_row(event, at=at or timezone.now())
        by_district.setdefault(event.district, []).append(row)
    acts = Counter(
        district
        for event in events
        if event.verb != KernelVerb.PAGE_SHOWN
        for district in (event.district, *event.also)
    )
    for district in sorted({*by_district, *acts}):
        head = _held_head(district)
        head.acts += acts[district]
        rows = by_district.get(district, [])
        for row in rows:
            head.seq += 1
            row.seq, row.previous_hash = head.seq, head.hash
            row.hash = head.hash = link_hash(row)
        AuditEvent.objects.bulk_create(rows, batch_size=500)
        head.save(update_fields=["seq", "hash", "acts"])


def _held_head(district: str) -> AuditHead:
    """The head of a chain, held until the transaction ends; made when the chain begins."""
    heads = AuditHead.objects.select_for_update().filter(district=district)
    head = heads.first()
    if head is None:
        AuditHead.objects.get_or_create(district=district, defaults={"hash": GENESIS})
        head = heads.get()
    return head


def sealed_row(event: Event, *, at: datetime) -> AuditEvent:
    """The row of an event as it is stored, but for its place in the chain."""
    content = {
        "at": at.isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "verb": event.verb,
        "outcome": event.outcome,
        "type": event.target_type,
        "target": event.target_id,
        "area": event.area_path,
        "changes": event.changes,
    }
    if event.shown:
        content["shown"] = event.shown
    on = timezone.localdate(at)
    row = AuditEvent(
        district=event.district,
        on=on,
        actor_tag=actor_tag(event.actor_id, on),
        mentions=_mentions(event, on),
    )
    field = AuditEvent._meta.get_field("content")
    row.content = content
    # Sealed here, and not again when it is saved: the link is over what is stored.
    row.content = field.pre_save(row, add=True)
    return row


def actor_tag(actor_id: str, on: date) -> str:
    """The tag of an actor on one day."""
    return keyed_hash(f"{on}|{actor_id}", purpose="audit/actor")[:32]


def mention_tag(key: object, on: date) -> str:
    """The tag of a record on one day."""
    return keyed_hash(f"{on}|{key}", purpose="audit/mention")[:MENTION_DIGITS]


def _mentions(event: Event, on: date) -> str:
    named = {event.target_id, *event.shown} - {""}
    if event.verb in FOUND_BY_VERB:
        named.add(event.verb)
    tags = [mention_tag(key, on) for key in named]
    tags += [secrets.token_hex(MENTION_DIGITS // 2) for _ in range(-len(tags) % MENTIONS_FILLED_TO)]
    return " ".join(sorted(tags))


def events_of(
    days: Iterable[date],
    *,
    districts: Iterable[str] | None = None,
    actors: Iterable[str] | None = None,
    mention: object = None,
) -> QuerySet[AuditEvent]:
    """Events of some days, newest first; what they say is opened on the instance.

    Args:
        districts: of these chains only; None for all that the row guard shows.
        actors: by these actors only.
        mention: naming this record (its key) only.
    """
    days = list(days)
    found = AuditEvent.objects.filter(on__in=days)
    if districts is not None:
        found = found.filter(district__in=list(districts))
    if actors is not None:
        found = found.filter(actor_tag__in=[actor_tag(a, day) for a in actors for day in days])
    if mention is not None:
        named = Q(pk__in=[])
        for day in days:
            named |= Q(on=day, mentions__contains=mention_tag(mention, day))
        found = found.filter(named)
    return found.order_by("-on", "district", "-seq")


def link_hash(event: AuditEvent) -> str:
    """The link of one event: HMAC-SHA256 (hex) over its row as stored and the link before it."""
    content = event.__dict__["content"]
    if not isinstance(content, Sealed):  # opened since it was loaded
        content = AuditEvent.objects.values_list("content", flat=True).get(pk=event.pk)
    parts = (
        str(event.pk),
        event.district,
        str(event.seq),
        str(event.on),
        event.actor_tag,
        event.mentions,
        content.data.hex(),
        event.previous_hash,
    )
    text = "\n".join(parts)
    return hmac.new(keyring().index_key("audit/link"), text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold."""

    district: str
    seq: int
    what: str


def verify(anchors: dict[str, tuple[int, str]] | None = None) -> Iterator[Break]:
    """Walk every chain and yield where it is edited, cut, reordered or shortened.

    Args:
        anchors: district → (seq, hash) as two people noted it outside. Without anchors a chain
            that was cut back together with its head, or rewritten from the start, looks whole.
    """
    anchors = dict(anchors or {})
    districts = set(AuditHead.objects.values_list("district", flat=True))
    districts |= set(AuditEvent.objects.values_list("district", flat=True).distinct())
    for district in sorted((districts | set(anchors)) - {None}):
        yield from _verify_chain(district, anchors.get(district))
    if None in districts:
        yield Break("", 0, "events of no chain")


def _verify_chain(district: str, anchor: tuple[int, str] | None) -> Iterator[Break]:
    last_hash, last_seq, last_id = GENESIS, 0, None
    chain = AuditEvent.objects.filter(district=district).order_by("seq", "pk")
    # Read in pages by key: an open cursor would stall writers on SQLite. The head is read before
    # each page, so that what is added meanwhile is not taken for a break. The first page has no
    # lower bound: a number of nought or less would hide before it.
    after = Q()
    while True:
        head = AuditHead.objects.filter(district=district).first()
        page = list(chain.filter(after)[:2000])
        if not page:
            break
        for event in page:
            if event.seq == last_seq and last_id is not None:
                yield Break(district, last_seq, "twice")
            elif event.seq < 1:
                yield Break(district, event.seq, "a number that no event has")
            elif event.seq != last_seq + 1:
                yield Break(district, last_seq + 1, "missing")
            if event.previous_hash != last_hash or link_hash(event) != event.hash:
                yield Break(district, event.seq, "altered")
            if anchor and event.seq == anchor[0] and event.hash != anchor[1]:
                yield Break(district, event.seq, "not what the anchor says")
            last_hash, last_seq, last_id = event.hash, event.seq, event.pk
        after = Q(seq__gt=last_seq) | Q(seq=last_seq, pk__gt=last_id)
    if head is None or head.seq != last_seq or head.hash != last_hash:
        yield Break(district, last_seq, "its head says otherwise")
    if anchor and last_seq < anchor[0]:
        yield Break(district, last_seq, "shorter than the anchor says")


def heads() -> dict[str, tuple[int, str]]:
    """The present heads, to be noted outside by two people."""
    return {h.district: (h.seq, h.hash) for h in AuditHead.objects.order_by("district")}


def buffer_events() -> tuple[Buffer, Any, bool]:
    """Open a buffer unless one is open; used by `use_case` alone."""
    held = _buffer.get()
    if held is not None:
        return held, None, False
    fresh = Buffer()
    return fresh, _buffer.set(fresh), True


def close_buffer(token: Any) -> None:
    """Close the outermost buffer."""
    _buffer.reset(token)


def refuse(event: Event, *, at: datetime) -> None:
    """Store a refusal by itself, after the rollback of what was refused."""
    with transaction.atomic():
        write_events([event], at=at)
