"""The cache that all processes share, in the database, whose content is not trusted.

A value is JSON, sealed with a key from the keyring and bound to its row and its end. Whoever can
write the table can lose a value, or bring an earlier one back until its end, but cannot make one.
Django's own database cache unpickles what it finds, and a pickle can run any program.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from .errors import Locked
from .models import CacheEntry
from .sealing import Tampered, keyed_hash

# Nothing is meant to stay for good: an entry without an end goes after a year.
NO_END = timedelta(days=366)

log = logging.getLogger("aanchal.cache")


class SealedCache(BaseCache):
    """Django's cache interface over the table of `CacheEntry`.

    Values must be what JSON can hold; a tuple comes back as a list. A value that does not open
    (forged, moved, altered, of a key that is gone, or pickled by another backend) is a miss and
    is logged. `Locked` is raised while the keyring is wrapped and nobody has unlocked it.
    """

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        wanted = {self._id(key, version): key for key in keys}
        found = {}
        for entry in CacheEntry.objects.filter(pk__in=wanted, expires_at__gt=timezone.now()):
            try:
                end, value = entry.value
            except (Tampered, Locked, ValueError, TypeError):
                end, value = "", None
            if end == _text(entry.expires_at):
                found[wanted[entry.pk]] = value
            else:
                log.warning("a cache entry does not open: it is forged, moved or foreign")
        return found

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return bool(self.get_many([key], version))

    def set(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> None:
        self._make_room()
        entry = _entry(self._id(key, version), value, self.get_backend_timeout(timeout))
        try:
            with transaction.atomic():
                CacheEntry.objects.bulk_create(
                    [entry],
                    update_conflicts=True,
                    unique_fields=["id"],
                    update_fields=["value", "expires_at"],
                )
        except DatabaseError as error:
            _not_kept(error)

    def add(
        self,
        key: Any,
        value: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        self._make_room()
        entry = _entry(self._id(key, version), value, self.get_backend_timeout(timeout))
        try:
            with transaction.atomic():
                # Of two that add at once, the second finds the first one's row and adds nothing.
                CacheEntry.objects.filter(pk=entry.pk, expires_at__lte=timezone.now()).delete()
                entry.save(force_insert=True)
        except IntegrityError:
            return False
        except DatabaseError as error:
            _not_kept(error)
            return False
        return True

    def touch(
        self,
        key: Any,
        timeout: Any = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        # The end is bound into the value: a longer life is a value sealed anew.
        with transaction.atomic():
            held = self.get_many([key], version)
            for value in held.values():
                self.set(key, value, timeout, version)
        return bool(held)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return CacheEntry.objects.filter(pk=self._id(key, version)).delete()[0] > 0

    def clear(self) -> None:
        CacheEntry.objects.all().delete()

    def _id(self, key: Any, version: int | None) -> UUID:
        """The row of a key: its keyed hash, since a key may name a person."""
        hashed = keyed_hash(self.make_and_validate_key(key, version=version), purpose="cache")
        return UUID(hex=hashed[:32])

    def _make_room(self) -> None:
        if CacheEntry.objects.count() < self._max_entries:
            return
        ended = CacheEntry.objects.filter(expires_at__lte=timezone.now())
        if not ended.delete()[0]:
            first = CacheEntry.objects.order_by("expires_at").values_list("pk", flat=True)
            share = self._max_entries // max(1, self._cull_frequency)
            CacheEntry.objects.filter(pk__in=list(first[:share])).delete()


def _entry(row_id: UUID, value: Any, end: float | None) -> CacheEntry:
    expires_at = timezone.now() + NO_END if end is None else datetime.fromtimestamp(end, UTC)
    return CacheEntry(id=row_id, value=[_text(expires_at), value], expires_at=expires_at)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _not_kept(error: DatabaseError) -> None:
    log.warning("a cache entry was not kept (%s)", type(error).__name__)
