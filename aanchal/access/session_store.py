"""Where sessions are kept: found by a keyed hash of the cookie, sealed, and short-lived.

A session ends after a while without a request (`begin` says how long; less on a shared phone)
and, in any case, twelve hours after sign-in.
"""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from aanchal.kernel.sealing import Tampered, keyed_hash

BEGAN = "began_at"
IDLE = "idle_seconds"
# Writing on every request would make every reader a writer on the embedded database.
RENEW_AFTER = timedelta(seconds=60)

log = logging.getLogger("aanchal.access")


class SessionStore(SessionBase):
    """Sessions in the table `access.Session`."""

    _row_id: Any = None
    # Django's own, unknown to its type stubs.
    _session: dict[str, Any]
    _get_session: Any
    _get_new_session_key: Any

    def load(self) -> dict[str, Any]:
        now = timezone.now()
        row = _rows(self.session_key).filter(expires_at__gt=now).first()
        data: dict[str, Any] | None = None
        if row is not None:
            try:
                data = row.data
            except Tampered:
                log.warning("a session does not open")
        if row is None or data is None:
            self._session_key = None
            return {}
        self._row_id = row.pk
        if _expiry(data, now) - row.expires_at >= RENEW_AFTER:
            self.modified = True  # so that the middleware writes it with its new end
        return dict(data)

    def exists(self, session_key: str) -> bool:
        return _rows(session_key).exists()

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        from .models import Session

        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)
        end = _expiry(data, timezone.now())
        if must_create:
            row = Session(key_hash=stored_key(self.session_key), data=data, expires_at=end)
            try:
                with transaction.atomic():
                    row.save(force_insert=True)
            except IntegrityError:
                raise CreateError from None
            self._row_id = row.pk
            return
        row_id = self._row_id or _rows(self.session_key).values_list("pk", flat=True).first()
        if row_id is None:
            raise UpdateError
        try:
            with transaction.atomic():
                Session(pk=row_id, data=data, expires_at=end).save(
                    force_update=True, update_fields=["data", "expires_at"]
                )
        except DatabaseError:  # the row is gone: signed out elsewhere
            raise UpdateError from None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            _rows(key).delete()

    @classmethod
    def clear_expired(cls) -> None:
        from .models import Session

        Session.objects.filter(expires_at__lte=timezone.now()).delete()

    def get_expiry_age(self, **kwargs: Any) -> int:
        now = timezone.now()
        return max(0, int((_expiry(self._session, now) - now).total_seconds()))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        return _expiry(self._session, timezone.now())


def stored_key(session_key: str) -> str:
    """What is stored in place of a session's key."""
    return keyed_hash(session_key, purpose="session")


def begin(session: Any, *, at: datetime, idle_seconds: int) -> None:
    """Mark the beginning of a signed-in session; its absolute end counts from here."""
    session[BEGAN] = at.timestamp()
    session[IDLE] = idle_seconds


def _rows(session_key: str | None) -> Any:
    from .models import Session

    return Session.objects.filter(key_hash=stored_key(session_key or ""))


def _expiry(data: dict[str, Any], now: datetime) -> datetime:
    idle = timedelta(seconds=data.get(IDLE, settings.AANCHAL_IDLE_SECONDS))
    return min(now + idle, _last_moment(data, now))


def _last_moment(data: dict[str, Any], now: datetime) -> datetime:
    began = data.get(BEGAN)
    start = now if began is None else datetime.fromtimestamp(began, UTC)
    return start + timedelta(seconds=settings.SESSION_COOKIE_AGE)
