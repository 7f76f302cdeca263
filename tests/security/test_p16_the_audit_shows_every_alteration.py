"""Promise 16: the chain shows any edit, deletion, reorder or truncation since a head held outside."""

import json

import pytest
from django.db import connection, transaction
from django.utils import timezone

from aanchal.kernel import audit
from aanchal.kernel.actions import use_case
from aanchal.kernel.models import AuditEvent, AuditHead
from aanchal.kernel.permissions import Actor, Permission, Scope, require, system_actor
from aanchal.kernel.upkeep import check_audit, last_audit_check
from tests.conftest import triggers_asleep

# The triggers are put to sleep by their owner, which a running transaction would not allow.
pytestmark = pytest.mark.django_db(transaction=True)
HERE, THERE = "D206", "D207"


def happens(times: int, district: str = HERE) -> None:
    where = Scope(area_path=f"IN/S10/{district}", district=district)
    for number in range(times):
        events = [
            audit.Event("u", "flag.raised", "t", str(number), district, where.area_path, {"n": 1})
        ]
        with transaction.atomic():
            audit.write_events(events, at=timezone.now())


def alter(sql: str, *values: object) -> None:
    """What somebody with the database in hands does."""
    from aanchal.kernel import rowguard

    with triggers_asleep(), rowguard.everywhere(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE kernel_auditevent NO FORCE ROW LEVEL SECURITY")
        cursor.execute(sql, values)
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE kernel_auditevent FORCE ROW LEVEL SECURITY")


def found(anchors: dict[str, tuple[int, str]] | None = None) -> list[tuple[str, int, str]]:
    return [(b.district, b.seq, b.what) for b in audit.verify(anchors)]


def test_an_untouched_audit_holds():
    happens(5)
    happens(3, THERE)
    noted = audit.heads()
    happens(2)

    assert found() == []
    assert found(noted) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_id", "somebody else"),
        ("verb", "flag.withdrawn"),
        ("outcome", "refused"),
        ("target_id", "another"),
        ("target_type", "another"),
        ("area_path", "IN/S10/D207"),
        ("changes", json.dumps({"n": 2})),
        ("at", "2026-01-01 00:00:00+00:00"),
    ],
)
def test_an_edit_of_any_column_shows(column, value):
    happens(5)

    alter(f"UPDATE kernel_auditevent SET {column} = %s WHERE seq = 3", value)

    assert (HERE, 3, "altered") in found()


def test_an_edit_with_its_hash_made_right_shows_in_the_next_link():
    happens(5)
    event = AuditEvent.objects.get(seq=3)
    event.actor_id = "somebody else"

    alter(
        "UPDATE kernel_auditevent SET actor_id = %s, hash = %s WHERE seq = 3",
        event.actor_id,
        audit.link_hash(event),
    )

    assert found() == [(HERE, 4, "altered")]


def test_a_deletion_shows():
    happens(5)

    alter("DELETE FROM kernel_auditevent WHERE seq = 3")

    assert (HERE, 3, "missing") in found()


def test_a_reorder_shows():
    happens(5)

    for old, new in ((2, 99), (3, 2), (99, 3)):
        alter("UPDATE kernel_auditevent SET seq = %s WHERE seq = %s", new, old)

    assert {(HERE, 2, "altered"), (HERE, 3, "altered")} <= set(found())


def test_an_event_moved_to_another_district_shows_in_both():
    happens(3)
    happens(3, THERE)

    alter(
        "UPDATE kernel_auditevent SET district = %s, seq = 4 WHERE seq = 3 AND district = %s",
        THERE,
        HERE,
    )

    assert {name for name, _seq, _what in found()} == {HERE, THERE}


def test_an_end_cut_off_shows_by_the_head():
    happens(5)

    alter("DELETE FROM kernel_auditevent WHERE seq = 5")

    assert found() == [(HERE, 4, "its head says otherwise")]


def test_an_event_added_past_the_head_shows():
    happens(3)

    alter("UPDATE kernel_audithead SET seq = 2")

    assert found() == [(HERE, 3, "its head says otherwise")]


def test_an_end_cut_off_together_with_its_head_shows_by_the_anchor_only():
    happens(5)
    noted = audit.heads()
    before = AuditEvent.objects.get(seq=4)

    alter("DELETE FROM kernel_auditevent WHERE seq = 5")
    alter("UPDATE kernel_audithead SET seq = 4, hash = %s", before.hash)

    assert found() == []
    assert found(noted) == [(HERE, 4, "shorter than the anchor says")]


def test_a_chain_written_anew_shows_by_the_anchor_only():
    happens(3)
    noted = audit.heads()

    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")
    happens(4)

    assert found() == []
    assert found(noted) == [(HERE, 3, "not what the anchor says")]


def test_a_chain_removed_altogether_shows_by_the_anchor():
    happens(3)
    noted = audit.heads()

    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")

    assert (HERE, 0, "shorter than the anchor says") in found(noted)


def test_what_is_written_while_the_chain_is_walked_is_no_break(monkeypatch):
    happens(3)
    link_hash, waiting = audit.link_hash, [2]

    def hash_while_others_work(event):
        if waiting:
            happens(waiting.pop())
        return link_hash(event)

    monkeypatch.setattr(audit, "link_hash", hash_while_others_work)

    assert found() == []
    assert AuditHead.objects.get().seq == 5


def test_keys_of_any_kind_in_an_event_hash_the_same_when_read_again():
    events = [audit.Event("u", "flag.raised", "t", "1", HERE, "IN/S10/D206", {10: 1, 9: (1, 2.50)})]

    with transaction.atomic():
        audit.write_events(events, at=timezone.now())

    assert found() == []


def test_a_walk_leaves_a_trace_with_its_result():
    happens(3)
    check_audit(system_actor("upkeep"), at=timezone.now())
    assert last_audit_check()[1] == 0

    alter("UPDATE kernel_auditevent SET verb = 'x' WHERE seq = 2 AND district = %s", HERE)
    breaks, _events = check_audit(system_actor("upkeep"), at=timezone.now())

    assert [b.what for b in breaks] == ["altered"]
    assert last_audit_check()[1] == 1


def test_the_walk_needs_the_right_to_walk():
    from aanchal.kernel.errors import NotAllowed
    from aanchal.kernel.upkeep import note_audit_check

    stranger = Actor("u")

    with pytest.raises(NotAllowed):
        check_audit(stranger, at=timezone.now())
    with pytest.raises(NotAllowed):
        note_audit_check(stranger, breaks=0, events=0, against=0, seconds=0.0, at=timezone.now())

    assert AuditEvent.objects.get().outcome == AuditEvent.Outcome.REFUSED


# --- what is written, and when ---


@use_case
def does_and_fails(actor: Actor, *, fail: bool) -> None:
    """A use case of these tests."""
    where = Scope(area_path="IN/S10/D206", district=HERE)
    require(actor, Permission.AUDIT_VERIFY, where)
    audit.record(actor, audit.Verb.AUDIT_VERIFIED, None, scope=where)
    if fail:
        raise ValueError


def test_an_act_that_was_undone_leaves_no_event():
    with pytest.raises(ValueError):
        does_and_fails(system_actor("operator"), fail=True)

    assert not AuditEvent.objects.exists()


def test_a_refusal_is_written_although_everything_was_undone():
    with pytest.raises(Exception, match="cannot do this"):
        does_and_fails(Actor("u"), fail=False)

    event = AuditEvent.objects.get()
    assert (event.actor_id, event.outcome, event.verb) == ("u", "refused", "does_and_fails.refused")


def test_an_event_outside_a_use_case_is_a_bug():
    with pytest.raises(RuntimeError):
        audit.record(
            system_actor("operator"), audit.Verb.AUDIT_VERIFIED, None, scope=Scope(area_path="IN")
        )
