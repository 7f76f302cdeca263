"""Identifiers. Every record's key is made here, before the database sees the record."""

from uuid import UUID, uuid4

from uuid_utils import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique, and sorted by the time it was made."""
    return UUID(int=uuid7().int)


def new_random_id() -> UUID:
    """Return a new UUIDv4: unique, and telling nothing of when or after what it was made.

    For records whose neighbours in time would tell whose they are: concerns and what hangs on them.
    """
    return uuid4()
