"""Saving some fields of many records of one kind, as `save(update_fields=…)` would each of them."""

from collections.abc import Sequence

from django.db import connection, models


def save_several(records: Sequence[models.Model], *, fields: Sequence[str]) -> None:
    """Write these fields of records that are held by the transaction: one statement, sent with each one's values.

    Sealed fields are sealed as in any save; Django's `bulk_update` cannot, and builds one long statement
    at many times the cost. Nothing is added: a record that is gone stays gone.
    """
    if not records:
        return
    meta = records[0]._meta
    key = meta.pk
    assert key is not None
    wanted = [meta.get_field(name) for name in fields]
    assert all(isinstance(f, models.Field) and f in meta.local_concrete_fields for f in wanted)
    columns: list[models.Field] = [*wanted, key]  # type: ignore[type-arg, list-item]
    quoted = [connection.ops.quote_name(str(column.column)) for column in columns]
    sets = ", ".join(f"{name} = %s" for name in quoted[:-1])
    table = connection.ops.quote_name(meta.db_table)
    rows = [
        [c.get_db_prep_save(c.pre_save(record, False), connection) for c in columns]
        for record in records
    ]
    with connection.cursor() as cursor:
        # Names of the model's own table and columns; values go beside the statement.
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {quoted[-1]} = %s", rows)  # noqa: S608
