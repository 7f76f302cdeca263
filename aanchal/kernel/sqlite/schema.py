"""How tables are made: one whose key is random has no other order that would tell its rows' age."""

from typing import Any

from django.db import models
from django.db.backends.sqlite3.schema import DatabaseSchemaEditor

from ..reordering import has_random_key


class SchemaEditor(DatabaseSchemaEditor):
    """Leaves SQLite's row numbers, given in order of insertion, out of tables with random keys."""

    def table_sql(self, model: type[models.Model]) -> tuple[str, Any]:
        sql, params = super().table_sql(model)
        if has_random_key(model):
            sql += " WITHOUT ROWID"
        return sql, params
