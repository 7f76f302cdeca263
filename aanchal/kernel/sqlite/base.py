"""The database backend named in the settings: Django's own but for how tables are made and read."""

from django.db.backends.sqlite3.base import DatabaseWrapper as DjangoWrapper

from .operations import Operations
from .schema import SchemaEditor


class DatabaseWrapper(DjangoWrapper):
    SchemaEditorClass = SchemaEditor
    ops_class = Operations
