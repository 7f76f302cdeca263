"""What the embedded database hands out, turned into keys and moments without detours.

A list of forty pupils holds a thousand of them; Django's way of making each was a sixth of the page.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, SafeUUID

from django.db.backends.sqlite3.operations import DatabaseOperations

_new, _set, _unknown = object.__new__, object.__setattr__, SafeUUID.unknown


class Operations(DatabaseOperations):
    """Django's own, with two quicker converters that give the same values."""

    def convert_uuidfield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """A key from its 32 hex digits, as it is stored."""
        if value is None or len(value) != 32:
            return super().convert_uuidfield_value(value, expression, connection)
        made = _new(UUID)
        _set(made, "int", int(value, 16))
        _set(made, "is_safe", _unknown)
        return made

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """A moment; what is stored is UTC."""
        if type(value) is datetime and value.tzinfo is None and self.connection.timezone is UTC:
            return value.replace(tzinfo=UTC)
        return super().convert_datetimefield_value(value, expression, connection)
