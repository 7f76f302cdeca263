"""Locks between processes: one adapter for both databases.

PostgreSQL keeps advisory locks; the embedded database has one host, so a locked file serves.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from .errors import Busy


@contextmanager
def held(name: str) -> Iterator[None]:
    """Hold a named lock as long as the block runs; a killed holder lets go by dying.

    Raises:
        Busy: another process holds it.
    """
    if connection.vendor == "postgresql":
        number = _number(name)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                raise Busy(lock=name)
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
        return
    folder = Path(settings.AANCHAL_DATA) / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(lock=name) from None
        yield


def transaction_lock(name: str) -> None:
    """Let one transaction at a time pass this line, until it ends. Call inside a transaction.

    On SQLite a transaction that was begun IMMEDIATE already has the database to itself.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(name)])


def _number(name: str) -> int:
    return int.from_bytes(
        hashlib.sha256(f"aanchal/{name}".encode()).digest()[:8], "big", signed=True
    )
