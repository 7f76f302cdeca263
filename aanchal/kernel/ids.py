"""Identifiers. Every record's key is made here, before the database sees the record."""

from uuid import UUID

from uuid_utils import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique, and sorted by the time it was made."""
    return UUID(int=uuid7().int)
