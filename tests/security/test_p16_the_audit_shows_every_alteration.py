"""Promise 16: the chain shows any edit, deletion, reorder or truncation since a head held outside."""

import re
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from aanchal.kernel import audit, audit_guard, health, keyring, rowguard, sealing
from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, Scope, require, system_actor
from aanchal.kernel.health import State
from aanchal.kernel.ids import new_id
from aanchal.kernel.models import AuditEvent, AuditHead
from aanchal.kernel.permissions import KernelPermission
from aanchal.kernel.upkeep import check_audit, last_audit_check
from aanchal.kernel.verbs import KernelVerb
from tests.audited import audited
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
        ("id", "01890a5d-ac96-774b-bcce-b302099a8057"),
        ("content", b"another"),
        ("actor_tag", "0" * 32),
        ("mentions", "0" * 16),
        ("previous_hash", "0" * 64),
        ("hash", "0" * 64),
        ("on", "2026-01-01"),
    ],
)
def test_an_edit_of_any_column_shows(column, value):
    happens(5)
    if column == "id" and connection.vendor == "sqlite":
        value = value.replace("-", "")

    alter(f'UPDATE kernel_auditevent SET "{column}" = %s WHERE seq = 3', value)

    assert (HERE, 3, "altered") in found()


def test_every_column_is_tried_by_an_edit_a_reorder_or_a_move():
    tried = {"id", "content", "actor_tag", "mentions", "previous_hash", "hash", "on"}
    assert {f.name for f in AuditEvent._meta.local_concrete_fields} == tried | {"district", "seq"}


def test_the_content_of_another_event_put_in_its_place_shows():
    happens(5)

    alter(
        "UPDATE kernel_auditevent SET content = (SELECT content FROM kernel_auditevent WHERE seq = 2)"
        " WHERE seq = 3"
    )

    assert found() == [(HERE, 3, "altered")]


def test_without_the_key_no_link_can_be_made(monkeypatch):
    """Who has the whole database and this program, but not the keyring, writes a chain anew."""
    happens(3)
    real = keyring.keyring()
    stranger = keyring.Keyring([keyring.Master(1, b"1" * 32)], b"2" * 32)

    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")
    with monkeypatch.context() as patch:
        for module in (audit, sealing):
            patch.setattr(module, "keyring", lambda **_how: stranger)
        happens(3)
        assert found() == [], "with her own key her chain looks whole to herself"

    assert keyring.keyring() is real
    assert [what for _where, _seq, what in found()] == ["altered"] * 3


def test_a_link_is_no_plain_hash_of_the_row():
    import hashlib

    happens(1)
    row = audited().get()
    texts = [str(getattr(row, f.attname)) for f in row._meta.local_concrete_fields]
    for joint in ("", "|", "\n", ","):
        assert hashlib.sha256(joint.join(texts).encode()).hexdigest() != row.hash
    assert row.hash not in {hashlib.sha256(text.encode()).hexdigest() for text in texts}


@pytest.mark.parametrize("number", [0, -1, -7])
def test_an_event_forged_before_the_first_shows(number):
    """It would stand before the walk begins, were the walk to begin at one."""
    happens(3)

    with a_forged_row(seq=number):
        assert (HERE, number, "a number that no event has") in found()


def test_a_number_given_twice_shows():
    happens(3)

    with a_forged_row(seq=2):
        assert (HERE, 2, "twice") in found()


def test_a_gap_shows():
    happens(3)

    with a_forged_row(seq=9):
        assert (HERE, 4, "missing") in found()


@contextmanager
def a_forged_row(*, seq: int):
    """A row put in as the owner of the tables can: no trigger, check or index is asked."""
    columns = 'district, "on", content, actor_tag, mentions, previous_hash, hash'
    forge = f"INSERT INTO kernel_auditevent (id, seq, {columns})"
    forge += f" SELECT %s, %s, {columns} FROM kernel_auditevent WHERE seq = 1"
    if connection.vendor == "postgresql":
        rules = {
            "audit_begins_at_one": "CHECK (seq >= 1)",
            "kernel_auditevent_seq_check": "CHECK (seq >= 0)",
            "audit_one_event_a_step": "UNIQUE (district, seq)",
        }
        for name in rules:
            alter(f"ALTER TABLE kernel_auditevent DROP CONSTRAINT {name}")
        alter(forge, str(new_id()), seq)
        try:
            yield
        finally:
            alter("DELETE FROM kernel_auditevent")
            for name, rule in rules.items():
                alter(f"ALTER TABLE kernel_auditevent ADD CONSTRAINT {name} {rule}")
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'kernel_auditevent' AND sql <> ''"
            " ORDER BY type = 'table' DESC"
        )
        made = cursor.fetchall()
    lawless = re.sub(
        r', CONSTRAINT "\w+" (UNIQUE \([^)]*\)|CHECK \([^)]*\))| CHECK \([^)]*\)', "", made[0][1]
    )
    statements = ["CREATE TABLE held AS SELECT * FROM kernel_auditevent"]
    statements += ["DROP TABLE kernel_auditevent", lawless]
    statements += ["INSERT INTO kernel_auditevent SELECT * FROM held", "DROP TABLE held"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(forge, [new_id().hex, seq])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE kernel_auditevent")
            for _kind, statement in made:
                cursor.execute(statement)


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


def test_an_end_cut_off_together_with_its_head_shows_by_what_was_noted_only():
    happens(5)
    noted = audit.heads()
    audit_guard.note_heads()
    before = audited().get(seq=4)
    assert audit_guard.ends() == []

    alter("DELETE FROM kernel_auditevent WHERE seq = 5")
    alter("UPDATE kernel_audithead SET seq = 4, hash = %s", before.hash)

    assert found() == []
    assert found(noted) == [(HERE, 4, "shorter than the anchor says")]
    assert [b.what for b in audit_guard.ends()] == ["shorter than this computer noted"]


def test_a_chain_written_anew_with_the_key_shows_by_what_was_noted_only():
    happens(3)
    noted = audit.heads()
    audit_guard.note_heads()

    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")
    happens(4)

    assert found() == []
    assert found(noted) == [(HERE, 3, "not what the anchor says")]
    assert [b.what for b in audit_guard.ends()] == ["not what this computer noted"]


def test_a_chain_removed_altogether_shows_by_the_anchor():
    happens(3)
    noted = audit.heads()

    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")

    assert (HERE, 0, "shorter than the anchor says") in found(noted)


# --- what this computer notes by itself, and what keeps the database from changing events ---


def test_a_cut_chain_is_seen_by_the_walk_and_by_the_doctor():
    happens(3, "")
    check_audit(system_actor("upkeep"), at=timezone.now())
    happens(2)
    run_nightly()

    alter("DELETE FROM kernel_auditevent WHERE district = %s", HERE)
    alter("DELETE FROM kernel_audithead WHERE district = %s", HERE)

    assert [c.state for c in doctor()] == [State.BAD, State.OK]
    breaks, _events = check_audit(system_actor("upkeep"), at=timezone.now())
    assert [(b.district, b.what) for b in breaks] == [(HERE, "shorter than this computer noted")]


def test_what_is_noted_never_goes_back_by_itself():
    happens(3)
    run_nightly()
    noted = audit_guard.noted_heads()

    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")
    run_nightly()
    check_audit(system_actor("upkeep"), at=timezone.now())

    assert audit_guard.noted_heads() == noted


def test_after_a_restore_the_operator_notes_anew_and_that_leaves_a_trace():
    happens(3)
    run_nightly()
    alter("DELETE FROM kernel_auditevent")
    alter("DELETE FROM kernel_audithead")

    breaks, _events = check_audit(system_actor("operator"), note_anew=True, at=timezone.now())

    assert breaks == []
    assert audit_guard.ends() == []
    assert audited().get(verb="audit.verified").changes["noted_anew"] is True


def test_a_note_that_was_altered_is_not_believed():
    happens(3)
    audit_guard.note_heads()
    path = audit_guard.note_path()
    path.write_text(path.read_text().replace(audit.heads()[HERE][1], "0" * 64))

    assert [b.what for b in audit_guard.ends()] == [
        "the heads noted beside the keyring were altered"
    ]


def test_the_note_lies_outside_the_data_and_is_its_owners_alone():
    happens(1)
    audit_guard.note_heads()

    assert not audit_guard.note_path().is_relative_to(settings.AANCHAL_DATA)
    assert audit_guard.note_path().stat().st_mode & 0o777 == 0o600


def test_all_that_guards_the_audit_is_in_force():
    assert audit_guard.guard_breaks() == []


NAMES = {
    "sqlite": ["audit_no_update", "audit_no_delete", "audit_no_replace"],
    "postgresql": ["audit_no_change", "audit_no_truncate"],
}


@pytest.mark.parametrize("which", range(3))
def test_a_dropped_trigger_is_seen_by_the_walk_and_by_the_doctor(which):
    names = NAMES[connection.vendor]
    if which >= len(names):
        pytest.skip("this database has fewer triggers")
    name = names[which]

    with without_trigger(name):
        told = f"the trigger {name} is missing"
        assert [b.what for b in audit_guard.guard_breaks()] == [told]
        assert any(told in c.says and c.state is State.BAD for c in doctor())
        breaks, _events = check_audit(system_actor("upkeep"), at=timezone.now())
        assert [b.what for b in breaks] == [told]


def test_a_trigger_that_was_made_harmless_is_seen():
    name = NAMES[connection.vendor][0]
    if connection.vendor == "sqlite":
        harmless = f"CREATE TRIGGER {name} BEFORE UPDATE ON kernel_auditevent BEGIN SELECT 1; END"
    else:
        harmless = (
            f"CREATE TRIGGER {name} BEFORE UPDATE ON kernel_auditevent"
            " FOR EACH ROW EXECUTE FUNCTION aanchal_audit_is_final()"
        )

    with without_trigger(name):
        as_owner(harmless)
        try:
            assert [b.what for b in audit_guard.guard_breaks()] == [
                f"the trigger {name} was altered"
            ]
        finally:
            as_owner(drop_statement(name))


def test_a_switched_off_trigger_and_a_hollow_function_are_seen():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's")
    as_owner("ALTER TABLE kernel_auditevent DISABLE TRIGGER audit_no_change")
    try:
        assert [b.what for b in audit_guard.guard_breaks()] == [
            "the trigger audit_no_change is switched off"
        ]
    finally:
        as_owner("ALTER TABLE kernel_auditevent ENABLE TRIGGER audit_no_change")

    hollow = (
        "CREATE OR REPLACE FUNCTION aanchal_audit_is_final() RETURNS trigger LANGUAGE plpgsql AS"
    )
    as_owner(f"{hollow} $$ BEGIN RETURN NEW; END $$")
    try:
        assert len(audit_guard.guard_breaks()) == 2
    finally:
        as_owner(f"{hollow} $$ {audit_guard.POSTGRES_FUNCTION} $$")


def test_a_right_to_change_the_audit_is_seen():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's")
    as_owner("GRANT UPDATE ON kernel_auditevent TO aanchal_app")
    try:
        assert [b.what for b in audit_guard.guard_breaks()] == [
            "the role aanchal_app may change what the audit holds"
        ]
    finally:
        as_owner("REVOKE UPDATE ON kernel_auditevent FROM aanchal_app")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        try:
            assert any("owns the tables" in b.what for b in audit_guard.guard_breaks())
        finally:
            cursor.execute("SET ROLE aanchal_app")


def run_nightly() -> None:
    from aanchal.kernel.nightly import nightly_upkeep

    getattr(nightly_upkeep, "function", nightly_upkeep)()


def doctor() -> list:
    return [c for c in health.checks(now=timezone.now()) if c.name == "Audit"]


def as_owner(sql: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("RESET ROLE")
        try:
            cursor.execute(sql)
        finally:
            if connection.vendor == "postgresql":
                cursor.execute("SET ROLE aanchal_app")


def drop_statement(name: str) -> str:
    table = " ON kernel_auditevent" if connection.vendor == "postgresql" else ""
    return f"DROP TRIGGER {name}{table}"


@contextmanager
def without_trigger(name: str):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [name])
        else:
            cursor.execute(
                "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = %s", [name]
            )
        (made,) = cursor.fetchone()
    as_owner(drop_statement(name))
    try:
        yield
    finally:
        as_owner(made)


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

    alter("UPDATE kernel_auditevent SET mentions = 'x' WHERE seq = 2 AND district = %s", HERE)
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

    assert audited().get().outcome == AuditEvent.Outcome.REFUSED


# --- what is written, and when ---


@use_case
def does_and_fails(actor: Actor, *, fail: bool) -> None:
    """A use case of these tests."""
    where = Scope(area_path="IN/S10/D206", district=HERE)
    require(actor, KernelPermission.AUDIT_VERIFY, where)
    audit.record(actor, KernelVerb.AUDIT_VERIFIED, None, scope=where)
    if fail:
        raise ValueError


def test_an_act_that_was_undone_leaves_no_event():
    with pytest.raises(ValueError):
        does_and_fails(system_actor("operator"), fail=True)

    assert not audited().exists()


def test_a_refusal_is_written_although_everything_was_undone():
    with pytest.raises(Exception, match="cannot do this"):
        does_and_fails(Actor("u"), fail=False)

    event = audited().get()
    assert (event.actor_id, event.outcome, event.verb) == ("u", "refused", "does_and_fails.refused")


def test_an_event_outside_a_use_case_is_a_bug():
    with pytest.raises(RuntimeError):
        audit.record(
            system_actor("operator"), KernelVerb.AUDIT_VERIFIED, None, scope=Scope(area_path="IN")
        )
