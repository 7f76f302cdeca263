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
from enum import StrEnum
from typing import Any

from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from .fields import Sealed
from .keyring import keyring
from .models import AuditEvent, AuditHead
from .permissions import Actor, Scope
from .sealing import keyed_hash


class Verb(StrEnum):
    """What happened, as noun.past."""

    PLACE_FILE_RECEIVED = "place_file.received"
    AREAS_IMPORTED = "areas.imported"
    AREA_JOINED = "area.joined"
    AREA_JOIN_REFUSED = "area.join_refused"
    AREA_SEPARATED = "area.separated"
    SCHOOLS_IMPORTED = "schools.imported"
    CALENDAR_CHANGED = "calendar.changed"
    IMPORT_PROBLEM_SETTLED = "import_problem.settled"
    IMPORT_PROBLEM_REOPENED = "import_problem.reopened"
    PERSON_INVITED = "person.invited"
    ADMINISTRATORS_INVITED = "administrators.invited"
    INVITATION_APPROVED = "invitation.approved"
    INVITATION_ACCEPTED = "invitation.accepted"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    INVITATION_RENEWED = "invitation.renewed"
    WAITING_LAPSED = "waiting.lapsed"
    GRANT_GIVEN = "grant.given"
    GRANT_APPROVED = "grant.approved"
    GRANT_REVOKED = "grant.revoked"
    CREDENTIAL_RESET_ASKED = "credential_reset.asked"
    CREDENTIAL_RESET_APPROVED = "credential_reset.approved"
    CREDENTIAL_RESET_USED = "credential_reset.used"
    CREDENTIAL_RESET_REFUSED = "credential_reset.refused"
    ACCOUNT_STOPPED = "account.stopped"
    PASSPHRASE_CHANGED = "passphrase.changed"
    SECOND_FACTOR_ADDED = "second_factor.added"
    PASSKEY_ADDED = "passkey.added"
    PASSKEY_REMOVED = "passkey.removed"
    RECOVERY_CODES_MADE = "recovery_codes.made"
    LANGUAGE_SET = "language.set"
    NOTICES_SEEN = "notices.seen"
    NOTICES_PASSED_ON = "notices.passed_on"
    NOTICE_OPENED = "notice.opened"
    CONTACT_CHANGED = "contact.changed"
    CONTACT_CONFIRMED = "contact.confirmed"
    ACCESS_FORGOTTEN = "access.forgotten"
    DEVICE_OFFERED = "device.offered"
    DEVICE_ENROLLED = "device.enrolled"
    DEVICE_REVOKED = "device.revoked"
    DEMO_LINK_USED = "demo_link.used"
    SIGNED_IN = "person.signed_in"
    SIGN_IN_FAILED = "person.sign_in_failed"
    SIGNED_OUT = "person.signed_out"
    PUPILS_IMPORTED = "pupils.imported"
    CHILD_ENROLLED = "child.enrolled"
    CHILD_FILE_OPENED = "child.file_opened"
    PAGE_SHOWN = "page.shown"
    READINGS_OPENED = "readings.opened"
    READINGS_COUNTED = "readings.counted"
    READING_ANSWERED = "reading.answered"
    CHILD_CHANGED = "child.changed"
    HOUSE_DESCRIBED = "house.described"
    HOUSE_SHOWN = "house.shown"
    CHILD_MOVED = "child.moved"
    CLASS_MOVE_ASKED = "class_move.asked"
    CLASS_MOVE_AGREED = "class_move.agreed"
    CLASS_MOVE_REFUSED = "class_move.refused"
    CLASS_MOVE_TAKEN_BACK = "class_move.taken_back"
    HOUSEHOLDS_JOINED = "households.joined"
    HOUSEHOLDS_PARTED = "households.parted"
    CLASS_MOVE_UNDONE = "class_move.undone"
    CONSENT_RECORDED = "consent.recorded"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    KINSHIP_RECORDED = "kinship.recorded"
    KINSHIP_CONFIRMED = "kinship.confirmed"
    KINSHIP_REFUSED = "kinship.refused"
    KINSHIP_TAKEN_BACK = "kinship.taken_back"
    KINSHIP_END_ASKED = "kinship.end_asked"
    KINSHIP_ENDED = "kinship.ended"
    KINSHIP_KEPT = "kinship.kept"
    KINSHIP_LAPSED = "kinship.lapsed"
    KINSHIP_UNCONFIRMED_READ = "kinship.unconfirmed_read"
    AGREEMENT_RECORDED = "agreement.recorded"
    REGISTER_RECEIVED = "register.received"
    REGISTER_READ = "register.read"
    REGISTER_BEGUN = "register.begun"
    REGISTER_TAKEN = "register.taken"
    REGISTER_REFUSED = "register.refused"
    REGISTER_RECORDED = "register.recorded"
    REGISTER_CORRECTED = "register.corrected"
    REGISTER_REPAIRED = "register.repaired"
    PUPIL_MISSING = "pupil.missing"
    PUPIL_MISSING_SAID = "pupil.missing_said"
    PUPIL_MISSING_SETTLED = "pupil.missing_settled"
    PUPIL_MISSING_REOPENED = "pupil.missing_reopened"
    PUPIL_MISSING_TAKEN_BACK = "pupil.missing_taken_back"
    CORRECTION_ASKED = "correction.asked"
    CORRECTION_AGREED = "correction.agreed"
    CORRECTION_REFUSED = "correction.refused"
    CORRECTION_TAKEN_BACK = "correction.taken_back"
    CORRECTION_UNDONE = "correction.undone"
    CORRECTION_MADE = "correction.made"
    REGISTER_ARCHIVED = "register.archived"
    ARCHIVE_BEGUN = "archive.begun"
    ARCHIVE_OPENED = "archive.opened"
    ARCHIVE_HANDED_OVER = "archive.handed_over"
    WATCH_RUN = "watch.run"
    WATCH_TUNED = "watch.tuned"
    WATCH_REPLAY_ASKED = "watch.replay_asked"
    WATCH_REPLAYED = "watch.replayed"
    FLAG_RAISED = "flag.raised"
    FLAG_WITHDRAWN = "flag.withdrawn"
    FLAG_KEPT = "flag.kept"
    FLAG_ASKED_AGAIN = "flag.asked_again"
    WITHDRAWAL_ASKED = "withdrawal.asked"
    WITHDRAWAL_LAPSED = "withdrawal.lapsed"
    FLAG_REOPENED = "flag.reopened"
    VISIT_ASSIGNED = "visit.assigned"
    VISIT_HANDED_BACK = "visit.handed_back"
    VISIT_KEPT = "visit.kept"
    HOUSE_WILL_GO = "house.will_go"
    HOUSE_WILL_NOT_GO = "house.will_not_go"
    VISIT_CANCELLED = "visit.cancelled"
    VISIT_LEFT_HOUSE = "visit.left_house"
    VISIT_LEFT_HOUSE_UNDONE = "visit.left_house_undone"
    VISIT_RECORDED = "visit.recorded"
    FINDING_CORRECTED = "finding.corrected"
    PUT_RIGHT_READ = "put_right.read"
    FINDING_OPENED = "finding.opened"
    LATE_FINDING_KEPT = "late_finding.kept"
    LATE_FINDING_READ = "late_finding.read"
    OUTCOME_RECORDED = "outcome.recorded"
    COLLEAGUES_SEARCHED = "colleagues.searched"
    CONCERN_RAISED = "concern.raised"
    CONCERN_CORRECTED = "concern.corrected"
    CONCERN_CORRECTION_READ = "concern.correction_read"
    CONCERN_OPENED = "concern.opened"
    CONCERN_TAKEN_UP = "concern.taken_up"
    CONCERN_CALL_RECORDED = "concern.call_recorded"
    CONCERN_NOTE_ADDED = "concern.note_added"
    CONCERN_HANDED_OVER = "concern.handed_over"
    CONCERN_RELEASED = "concern.released"
    CONCERN_REOPENED = "concern.reopened"
    CONCERN_IMPLICATED_NAMED = "concern.implicated_named"
    CONCERN_MISTAKE_ASKED = "concern.mistake_asked"
    CONCERN_MISTAKE_AGREED = "concern.mistake_agreed"
    CONCERN_MISTAKE_REFUSED = "concern.mistake_refused"
    CONCERN_MISTAKE_LAPSED = "concern.mistake_lapsed"
    CONCERN_TEAM_LEFT = "concern.team_left"
    CONCERN_KIND_NAMED = "concern.kind_named"
    CONCERN_CLOSED = "concern.closed"
    CONCERN_TEAM_NAMED = "concern.team_named"
    KEYS_ROTATED = "keys.rotated"
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    AUDIT_VERIFIED = "audit.verified"
    RECORDS_ERASED = "records.erased"
    ERASURES_REPEATED = "erasures.repeated"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFT_ASKED = "hold.lift_asked"
    HOLD_LIFT_TAKEN_BACK = "hold.lift_taken_back"
    HOLD_LIFTED = "hold.lifted"
    HOLD_KEPT = "hold.kept"


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
FOUND_BY_VERB = frozenset({Verb.AUDIT_VERIFIED, Verb.RECORDS_ERASED})


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
        if event.verb != Verb.PAGE_SHOWN
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
