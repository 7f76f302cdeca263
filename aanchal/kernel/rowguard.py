"""Row-level security on PostgreSQL: a guard against a forgotten filter, beside the real check.

Every table with a `district` column shows and takes only rows of the districts named in the
setting `aanchal.districts`: keys by commas, or `*` for Aanchal itself. Nothing set, no rows. A row
that stands in no district yet passes for everyone who has one, audit events excepted. The
setting is made for one transaction (`context`); a process that serves nobody but Aanchal itself
(the worker, the command line) sets `*` once a connection (`trust_process`).

The application does not act as the owner of the tables: on connecting it takes the role
`aanchal_app`, which may not alter tables nor touch audit rows. The guard does not stop injected
SQL from naming other districts. SQLite has nothing of the kind; there all of this does nothing.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from .authz import Actor

SETTING = "aanchal.districts"
EVERYWHERE = "*"
APP_ROLE = "aanchal_app"
POLICY = "aanchal_district"
# Written as the policy's comment; raise it when the policy changes and tables are guarded anew.
VERSION = "aanchal 2"
# Only numbers and hashes, and every writer of whatever district must reach it.
OUTSIDE = frozenset({"kernel.AuditHead"})
AUDIT = "kernel_auditevent"

log = logging.getLogger("aanchal.rowguard")

_inside: ContextVar[str | None] = ContextVar("aanchal_districts", default=None)
_process_districts = ""
_stay_table_owner = False


# --- who sees which districts ---


def districts_of(actor: Actor) -> str:
    """The districts an actor's grants reach, as the setting wants them; "" for none.

    A grant above the districts (the country, a state) reaches all that the actor's `districts`
    name, and everywhere when they are not named.
    """
    if actor.districts is not None:
        return ",".join(sorted(actor.districts))
    found: set[str] = set()
    for grant in actor.grants:
        parts = grant.area_path.split("/") if grant.area_path else []
        if len(parts) in (1, 2):
            return EVERYWHERE
        if len(parts) > 2:
            found.add(parts[2])
    return ",".join(sorted(found))


@contextmanager
def context(actor: Actor) -> Iterator[None]:
    """Let the block see the actor's districts only, inside one transaction."""
    with districts(districts_of(actor)):
        yield


@contextmanager
def everywhere() -> Iterator[None]:
    """Let the block see every district: for Aanchal itself, never for a person's question."""
    with districts(EVERYWHERE):
        yield


@contextmanager
def districts(names: str) -> Iterator[None]:
    """Set the districts for one transaction, and put back what held before."""
    held = _inside.get()
    if connection.vendor != "postgresql" or names == (_process_districts if held is None else held):
        yield
        return
    if not connection.in_atomic_block:
        # The setting dies with the transaction: nothing to put back.
        with transaction.atomic():
            _set(names)
            token = _inside.set(names)
            try:
                yield
            finally:
                _inside.reset(token)
        return
    before = _set(names)
    token = _inside.set(names)
    try:
        yield
    finally:
        _inside.reset(token)
        # In a broken transaction nothing can be set; its rollback puts the old value back.
        if not connection.needs_rollback:
            try:
                _set(before)
            except DatabaseError:
                pass


def trust_process() -> None:
    """Declare that this whole process is Aanchal itself: the worker, the command line."""
    global _process_districts
    _process_districts = EVERYWHERE
    if connection.vendor == "postgresql" and connection.connection is not None:
        _begin(connection)


def require_request_scope() -> None:
    """Take `trust_process` back: from now on every transaction says whom it serves."""
    global _process_districts
    _process_districts = ""


def stay_table_owner() -> None:
    """Declare that this process changes tables (`aanchal migrate`): it stays the owner."""
    global _stay_table_owner
    _stay_table_owner = True
    connection.close()


def _set(names: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT current_setting('{SETTING}', true), set_config('{SETTING}', %s, true)",
            [names],
        )
        return cursor.fetchone()[0] or ""


# --- a new connection ---


def on_connect(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Take the application's role, and the process's districts when it has any."""
    if connection.vendor == "postgresql":
        _begin(connection)


def _begin(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        if not _stay_table_owner and _may_step_down(cursor):
            cursor.execute(f"SET ROLE {APP_ROLE}")
        if _process_districts:
            cursor.execute(f"SELECT set_config('{SETTING}', %s, false)", [_process_districts])


def _may_step_down(cursor: CursorWrapper) -> bool:
    cursor.execute(
        """SELECT pg_has_role(session_user, r.oid, 'MEMBER')
           FROM pg_class c JOIN pg_roles r ON r.rolname = %s
           WHERE c.oid = to_regclass(%s) AND pg_has_role(current_user, c.relowner, 'USAGE')
             AND current_user <> r.rolname""",
        [APP_ROLE, AUDIT],
    )
    row = cursor.fetchone()
    return bool(row and row[0])


# --- making the guard ---


def guarded_tables() -> list[str]:
    """Names of the tables with a district column, in order."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in OUTSIDE
        and any(f.column == "district" for f in model._meta.local_concrete_fields)
    )


def install(login_role: str = "") -> list[str]:
    """Guard every table that is not yet guarded, and give the application's role its rights.

    Run as the owner of the tables, after migrations; again and again is safe.

    Args:
        login_role: the role the site signs in as, when it is not the owner.

    Returns:
        Sentences on what could not be done, for the operator; empty when all is in force.
    """
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        if not _owns_tables(cursor):
            return []
        with transaction.atomic():
            for table in _unguarded(cursor):
                _guard(cursor, table)
        return _give_rights(cursor, login_role)


def _owns_tables(cursor: CursorWrapper) -> bool:
    cursor.execute(
        "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class "
        "WHERE oid = to_regclass(%s)",
        [AUDIT],
    )
    row = cursor.fetchone()
    return bool(row and row[0])


def _unguarded(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        """SELECT c.relname FROM pg_class c
           JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s
           JOIN pg_description d ON d.objoid = p.oid AND d.classoid = 'pg_policy'::regclass
           WHERE c.relrowsecurity AND c.relforcerowsecurity AND d.description = %s
             AND c.relnamespace = current_schema()::regnamespace""",
        [POLICY, VERSION],
    )
    done = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
        "AND relkind = 'r'"
    )
    present = {row[0] for row in cursor.fetchall()}
    return [table for table in guarded_tables() if table in present and table not in done]


def _guard(cursor: CursorWrapper, table: str) -> None:
    # The sub-selects are worked out once a query, not once a row.
    now = f"(SELECT current_setting('{SETTING}', true))"
    rule = (
        f"{now} = '{EVERYWHERE}' OR district = ANY "
        f"((SELECT string_to_array(current_setting('{SETTING}', true), ','))::text[])"
    )
    # A file whose school nobody knows yet stands nowhere: whoever has a district may hold it, and
    # the question of permission alone decides whose it is.
    anywhere = f"{rule} OR (district = '' AND {now} <> '')"
    name = connection.ops.quote_name(table)
    cursor.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {name}")
    cursor.execute(f"DROP POLICY IF EXISTS {POLICY}_add ON {name}")
    if table == AUDIT:
        # Anybody's refusal goes into the chain of the place where it happened.
        cursor.execute(f"CREATE POLICY {POLICY} ON {name} FOR SELECT USING ({rule})")
        cursor.execute(f"CREATE POLICY {POLICY}_add ON {name} FOR INSERT WITH CHECK (true)")
    else:
        cursor.execute(
            f"CREATE POLICY {POLICY} ON {name} USING ({anywhere}) WITH CHECK ({anywhere})"
        )
    cursor.execute(f"COMMENT ON POLICY {POLICY} ON {name} IS '{VERSION}'")


def _give_rights(cursor: CursorWrapper, login_role: str) -> list[str]:
    """Give `aanchal_app` what the site needs and no more; returns what was not permitted."""
    quote = connection.ops.quote_name
    troubles: list[str] = []
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
    if cursor.fetchone() is None and not _try(cursor, f"CREATE ROLE {APP_ROLE} NOLOGIN"):
        return [f"the owner may not make roles; ask for: CREATE ROLE {APP_ROLE} NOLOGIN"]
    cursor.execute("SELECT current_user")
    members = {cursor.fetchone()[0], login_role} - {""}
    for member in sorted(members):
        cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [member, APP_ROLE])
        if not cursor.fetchone()[0]:
            order = f"GRANT {APP_ROLE} TO {quote(member)}"
            if not _try(cursor, order):
                troubles.append(f"the owner may not give roles; ask for: {order}")
    cursor.execute(
        """SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace
             AND relkind = 'r' AND pg_has_role(current_user, relowner, 'USAGE')
             AND has_table_privilege(%s, oid, 'SELECT') = false""",
        [APP_ROLE],
    )
    fresh = [row[0] for row in cursor.fetchall()]
    if fresh:
        cursor.execute("SELECT current_schema()")
        schema = quote(cursor.fetchone()[0])
        cursor.execute(f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}")
        for table in fresh:
            cursor.execute(f"GRANT {rights_on(table)} ON {quote(table)} TO {APP_ROLE}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {APP_ROLE}")
    return troubles


def rights_on(table: str) -> str:
    """What the application's role may do to a table."""
    return {
        AUDIT: "SELECT, INSERT",
        "kernel_audithead": "SELECT, INSERT, UPDATE",
        "django_migrations": "SELECT",
    }.get(table, "SELECT, INSERT, UPDATE, DELETE")


def _try(cursor: CursorWrapper, order: str) -> bool:
    try:
        with transaction.atomic():
            cursor.execute(order)
    except DatabaseError as refused:
        log.warning("%s was refused (%s)", order.split(" TO ")[0], type(refused).__name__)
        return False
    return True


# --- what is in force ---


@dataclass(frozen=True)
class InForce:
    """What the database enforces for this connection."""

    guarded: int
    unguarded: tuple[str, ...]
    role: str
    login: str
    owns_tables: bool
    login_owns: bool
    bypasses: bool
    may_alter_audit: bool


def in_force() -> InForce:
    """Ask the database what holds for this connection; PostgreSQL only."""
    with connection.cursor() as cursor:
        unguarded = tuple(_unguarded(cursor))
        cursor.execute(
            """SELECT current_user, session_user,
                      pg_has_role(current_user, c.relowner, 'USAGE'),
                      pg_has_role(session_user, c.relowner, 'USAGE'),
                      r.rolsuper OR r.rolbypassrls,
                      has_table_privilege(current_user, c.oid, 'UPDATE')
                        OR has_table_privilege(current_user, c.oid, 'DELETE')
                        OR has_table_privilege(current_user, c.oid, 'TRUNCATE')
               FROM pg_class c JOIN pg_roles r ON r.rolname = current_user
               WHERE c.oid = to_regclass(%s)""",
            [AUDIT],
        )
        role, login, owns, login_owns, bypasses, alters = cursor.fetchone()
    return InForce(
        guarded=len(guarded_tables()) - len(unguarded),
        unguarded=unguarded,
        role=role,
        login=login,
        owns_tables=owns,
        login_owns=login_owns,
        bypasses=bypasses,
        may_alter_audit=alters,
    )
