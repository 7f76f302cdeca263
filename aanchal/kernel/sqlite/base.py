"""The database backend named in the settings: Django's own but for how tables are made."""

from django.db.backends.sqlite3.base import DatabaseWrapper as DjangoWrapper

from .schema import SchemaEditor


class DatabaseWrapper(DjangoWrapper):
    SchemaEditorClass = SchemaEditor
