"""Scenes made once in a process and put back by their rows, since making them is most of a short test.

A scene is a function that fills the database and returns the records it made. The first test that asks
for it makes it; its rows are then written down as SQL, its records as bytes. The next test gets the same
rows by plain inserts and fresh copies of the records, sealed values included: nothing that one test does
to them is seen by another.
"""

import pickle
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from tests.tables import of_models, tables_with_rows

Scene = TypeVar("Scene")
ROWS_AT_ONCE = 50


@dataclass(frozen=True)
class _Kept:
    """A scene as it is put back: its rows as inserts, and its records."""

    inserts: tuple[str, ...]
    records: bytes


_kept: dict[Hashable, _Kept] = {}


def kept_scene(make: Callable[[], Scene]) -> Scene:
    """The records of a scene whose rows stand in the database: made the first time, then put back.

    It is put back only where it was made: beside the same other tables with rows, under the same keys
    and on the same day.
    """
    beside = tables_with_rows()
    keyring = settings.AANCHAL_KEYRING
    key = (make, tuple(beside), str(keyring), keyring.stat().st_mtime_ns, timezone.localdate())
    if key in _kept:
        with transaction.atomic(), connection.cursor() as cursor:
            for insert in _kept[key].inserts:
                cursor.execute(insert)
        return pickle.loads(_kept[key].records)
    counts = _counts(beside)
    scene = make()
    if _counts(beside) == counts:
        inserts = tuple(
            insert
            for model in of_models()
            if _table(model) not in beside
            for insert in _inserts(model)
        )
        _kept[key] = _Kept(inserts, pickle.dumps(scene))
    return scene


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _counts(tables: list[str]) -> dict[str, int]:
    counts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def _inserts(model: type[models.Model]) -> Iterator[str]:
    """The rows of a table as inserts, each value as the database itself writes it in SQL."""
    columns = [f.column for f in model._meta.local_concrete_fields if not f.generated]
    literal = "quote({})" if connection.vendor == "sqlite" else "quote_nullable({}::text)"
    values = ", ".join(literal.format(f'"{column}"') for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {values} FROM "{_table(model)}"')
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    names = ", ".join(f'"{column}"' for column in columns)
    for start in range(0, len(rows), ROWS_AT_ONCE):
        lines = ", ".join(f"({', '.join(row)})" for row in rows[start : start + ROWS_AT_ONCE])
        yield f'INSERT INTO "{_table(model)}" ({names}) VALUES {lines}'
