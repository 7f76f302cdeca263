"""Promise 17: the application cannot alter audit rows."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.kernel.models import AuditEvent
from aanchal.kernel.upkeep import check_audit
from tests.audited import audited

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> AuditEvent:
    check_audit(system_actor("operator"), at=timezone.now())
    return audited().get()


COLUMNS = 'id, district, seq, "on", content, actor_tag, mentions, previous_hash, hash'

TRIES = {
    "update": "UPDATE kernel_auditevent SET actor_tag = 'somebody else'",
    "delete": "DELETE FROM kernel_auditevent",
    "delete one": "DELETE FROM kernel_auditevent WHERE seq = 1",
    "truncate": "TRUNCATE kernel_auditevent",
    "truncate all": "TRUNCATE kernel_auditevent, kernel_audithead CASCADE",
    "drop": "DROP TABLE kernel_auditevent",
    "drop trigger": "DROP TRIGGER audit_no_change ON kernel_auditevent",
    "disable trigger": "ALTER TABLE kernel_auditevent DISABLE TRIGGER ALL",
    "replica": "SET session_replication_role = replica",
    "upsert": f"INSERT INTO kernel_auditevent ({COLUMNS}) SELECT {COLUMNS} FROM kernel_auditevent"
    " ON CONFLICT (district, seq) DO UPDATE SET actor_tag = 'somebody else'",
    "replace": f"INSERT OR REPLACE INTO kernel_auditevent ({COLUMNS})"
    f" SELECT {COLUMNS.replace('actor_tag', 'mentions')} FROM kernel_auditevent",
    "update or replace": "UPDATE OR REPLACE kernel_auditevent SET seq = seq + 1",
}
ON_SQLITE = {"update", "delete", "delete one", "upsert", "replace", "update or replace"}


@pytest.mark.parametrize("kind", TRIES)
def test_the_database_refuses(event: AuditEvent, kind: str) -> None:
    if connection.vendor == "sqlite" and kind not in ON_SQLITE:
        pytest.skip("SQLite has no privileges: the triggers and the anchors are all there is")
    if connection.vendor == "postgresql" and "OR REPLACE" in TRIES[kind].upper():
        pytest.skip("PostgreSQL knows no such statement")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TRIES[kind])

    held = audited().get()
    assert (held.pk, held.actor_id, held.hash) == (event.pk, event.actor_id, event.hash)


@pytest.mark.parametrize("kind", ["update", "delete", "truncate"])
def test_on_postgresql_it_is_the_privilege_that_refuses(event: AuditEvent, kind: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("privileges are PostgreSQL's")

    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(TRIES[kind])


@pytest.mark.parametrize("kind", ["update", "delete", "truncate"])
def test_on_postgresql_the_triggers_refuse_the_owner_too(event: AuditEvent, kind: str) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("the owner is PostgreSQL's")
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        try:
            # The owner sees and changes no row past the guard's policies; truncation is refused.
            try:
                with transaction.atomic():
                    cursor.execute(TRIES[kind])
                    assert cursor.rowcount == 0
            except DatabaseError as refused:
                assert "never changed" in str(refused)
        finally:
            cursor.execute("SET ROLE aanchal_app")
    assert audited().get().hash == event.hash


@pytest.mark.parametrize("way", ["save", "update", "delete", "bulk_update"])
def test_the_orm_is_refused_too(event: AuditEvent, way: str) -> None:
    event.actor_tag = "somebody else"
    ways = {
        "save": event.save,
        "update": lambda: AuditEvent.objects.update(actor_tag="somebody else"),
        "delete": event.delete,
        "bulk_update": lambda: AuditEvent.objects.bulk_update([event], ["actor_tag"]),
    }

    with pytest.raises(DatabaseError), transaction.atomic():
        ways[way]()

    assert audited().get().actor_tag != "somebody else"
