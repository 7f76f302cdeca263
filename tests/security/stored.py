"""Everything the database holds, as one comparable thing, to show that nothing was written.

It is asked for before and after every request of some tests. PostgreSQL therefore adds up each table
itself, all in one query; on SQLite a table is read again only when something was written to it since,
which triggers note that are gone with the test.
"""

import hashlib
from collections.abc import Hashable
from typing import Any

from django.db import connection

# Reading may leave a trace and keep a session alive; nothing else.
MAY_CHANGE = {"access_session", "kernel_auditevent", "kernel_audithead", "kernel_cacheentry"}

# Table and what the database says of its writing → number and digest of its rows.
_read: dict[tuple[str, Hashable], str] = {}


def stored(*, also: set[str] = frozenset()) -> dict[str, str]:  # type: ignore[assignment]
    """Table → number and digest of its rows; tables of `also` are left out too."""
    with connection.cursor() as cursor:
        tables = sorted(set(connection.introspection.table_names(cursor)) - MAY_CHANGE - also)
        if connection.vendor == "postgresql":
            cursor.execute(
                " UNION ALL ".join(
                    f"SELECT '{table}', count(*) || ' ' || md5(string_agg(line, ',' ORDER BY line))"
                    f' FROM (SELECT md5(t::text) AS line FROM "{table}" t) AS rows'
                    for table in tables
                )
            )
            return {table: digest or "0" for table, digest in cursor.fetchall()}
        # Outside a transaction nothing says what another connection wrote.
        written = _written(cursor) if connection.in_atomic_block else {}
        found = {}
        for table in tables:
            key = (table, written.get(table))
            if table not in written or key not in _read:
                _read[key] = _digest(cursor, table)
            found[table] = _read[key]
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Names of tables that are not as they were."""
    return sorted(t for t in before.keys() | after.keys() if before.get(t) != after.get(t))


def _digest(cursor: Any, table: str) -> str:
    cursor.execute(f'SELECT * FROM "{table}"')
    rows = sorted(repr([_plain(value) for value in row]) for row in cursor.fetchall())
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return f"{len(rows)} {digest}"


def _written(cursor: Any) -> dict[str, Hashable]:
    """Table → something that is another one after every writing to it; SQLite only."""
    cursor.execute("SELECT count(*) FROM sqlite_temp_master WHERE name = 'written_to'")
    if not cursor.fetchone()[0]:
        cursor.execute("CREATE TEMP TABLE written_to (name TEXT PRIMARY KEY, mark INTEGER)")
        for table in connection.introspection.table_names(cursor):
            cursor.execute("INSERT INTO written_to VALUES (%s, random())", [table])
            for act in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    f'CREATE TEMP TRIGGER "written_{act}_{table}" AFTER {act} ON main."{table}" BEGIN'
                    f" UPDATE written_to SET mark = random() WHERE name = '{table}'; END"
                )
    # A savepoint that is undone undoes its marks too, and the rows with them.
    cursor.execute("SELECT name, mark FROM written_to")
    return dict(cursor.fetchall())


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
