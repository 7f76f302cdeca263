"""Rows whose age must not be told, written anew every night.

Where a row lies in its table, and by which transaction it was written, tell of its age and of what was
written with it: a concern and the visit it came from share a transaction. So the tables with random keys
are written anew as a whole, in one transaction and an order that tells nothing. On SQLite they have no row
numbers; there the pages are filled anew in the order of the random keys, and the journal is emptied.
What was written since the night still tells; SECURITY.md says so.
"""

import logging

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.db.backends.utils import CursorWrapper

from .ids import new_random_id

IN_ORDER = frozenset({"kernel.AuditEvent"})

log = logging.getLogger("aanchal.upkeep")


def tables_without_age() -> list[str]:
    """Tables to be written anew: their key is random, and nothing points at their rows.

    The audit is not among them: its events are never removed, and its order is its proof.
    """
    return sorted(
        m._meta.db_table
        for m in apps.get_models()
        if has_random_key(m) and not m._meta.related_objects and m._meta.label not in IN_ORDER
    )


def has_random_key(model: type[models.Model]) -> bool:
    """Whether the rows of a model are to be known by a key that tells no time or order."""
    return model._meta.pk.default is new_random_id


def write_anew() -> int:
    """Write the tables without age anew, unless nothing was written since; returns how many rows."""
    tables = tables_without_age()
    done = 0
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql" and not _has_ages(cursor, tables):
            return 0
        for table in tables:
            done += _write_anew(cursor, table)
    if not connection.in_atomic_block:
        _sweep_what_was(tables)
    return done


def _has_ages(cursor: CursorWrapper, tables: list[str]) -> bool:
    """Whether more than one transaction wrote what these tables hold."""
    found: set[str] = set()
    for table in tables:
        cursor.execute(f"SELECT DISTINCT xmin::text FROM {_quoted(table)}")  # noqa: S608
        found |= {row[0] for row in cursor.fetchall()}
    return len(found) > 1


def _write_anew(cursor: CursorWrapper, table: str) -> int:
    name, copy = _quoted(table), _quoted(f"anew_{table}")
    if connection.vendor == "postgresql":
        cursor.execute(f"LOCK TABLE {name} IN SHARE ROW EXCLUSIVE MODE")
    order = "random()" if connection.vendor == "postgresql" else "id"
    cursor.execute(f"CREATE TEMPORARY TABLE {copy} AS SELECT * FROM {name}")  # noqa: S608
    cursor.execute(f"DELETE FROM {name}")  # noqa: S608
    cursor.execute(f"INSERT INTO {name} SELECT * FROM {copy} ORDER BY {order}")  # noqa: S608
    done = max(0, int(cursor.rowcount))
    cursor.execute(f"DROP TABLE {copy}")
    return done


def _sweep_what_was(tables: list[str]) -> None:
    """Free the old rows, as far as this role may; the database's own vacuum does the rest."""
    with connection.cursor() as cursor:
        try:
            if connection.vendor == "postgresql":
                for table in tables:
                    cursor.execute(f"VACUUM {_quoted(table)}")
            else:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except DatabaseError as refused:
            log.warning("old rows were not swept (%s)", type(refused).__name__)


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))
