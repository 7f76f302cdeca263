"""The database backend named in the settings for PostgreSQL: Django's own, whose server keeps its plans."""

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as DjangoWrapper
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.postgresql.operations import DatabaseOperations as DjangoOperations
from psycopg import ClientCursor
from psycopg import Cursor as PsycopgCursor

# PostgreSQL takes 65,535 values beside a statement.
MAX_VALUES = 60_000
# A statement sent so often on one connection is planned once more and its plan is kept.
PREPARED_AFTER = 3
# Statements that a connection keeps; the one that was not used for longest goes first. The pages of
# all roles ask some 300 different questions.
MAX_PREPARED = 300


class Cursor(ServerBindingCursor, PsycopgCursor[Any]):
    """Sends values beside the statement; more of them than the server takes, within the statement."""

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        if params is not None and len(params) > MAX_VALUES:
            query, params = ClientCursor(self.connection).mogrify(query, params), None
        return super().execute(query, params, **more)


class Operations(DjangoOperations):
    """A row that is held keeps its key, so others may go on to point at it.

    Whether what a new row points at is there is looked at when its transaction is committed, and that waits
    for whoever holds it FOR UPDATE. He may wait for the end of the audit, which the other has.
    """

    def for_update_sql(
        self,
        nowait: bool = False,
        skip_locked: bool = False,
        of: Any = (),
        no_key: bool = False,
    ) -> str:
        return super().for_update_sql(nowait, skip_locked, of, no_key=True)


class DatabaseWrapper(DjangoWrapper):
    ops_class = Operations

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        return params | {"cursor_factory": Cursor, "prepare_threshold": PREPARED_AFTER}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = MAX_PREPARED
        return connection
