"""The tables of the models: which hold rows, and emptying those."""

from django.apps import apps
from django.db import connection, models, transaction

# Written by Django when the tables are made, and the same for every test.
OF_DJANGO = {"django_migrations", "django_content_type", "auth_permission"}


def of_models() -> list[type[models.Model]]:
    """Every model with a table of its own that tests fill, tables between two models included."""
    every = apps.get_models(include_auto_created=True)
    own = [m for m in every if m._meta.managed and not m._meta.proxy]
    return [m for m in own if m._meta.db_table not in OF_DJANGO]


def tables_with_rows() -> list[str]:
    """Names of the tables that are not empty; asked in one query."""
    tables = sorted({m._meta.db_table for m in of_models()})
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return sorted(row[0] for row in cursor.fetchall())


def empty_tables() -> None:
    """Leave no row in any table but Django's own.

    Django's flush empties every table there is and writes its permissions anew, which takes longer than
    most tests; here only what has rows is emptied.
    """
    tables = [f'"{table}"' for table in tables_with_rows()]
    if not tables:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        else:
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
