"""Counting wrong tries at signing in, without keeping who tried or from where.

Kept are a keyed hash (see `known.counted_with`), a count and a time; no address, no browser, no
body, no name.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from .known import counted_with
from .models import WrongTries

MAX_TRIES = 5
COOLING = timedelta(minutes=15)


class ThrottleBackend(BaseBackend):
    """Refuses whoever has tried wrongly too often; and takes as long as a wrong passphrase does."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_more: Any,
    ) -> None:
        # Who sends no request cannot be counted, so she cannot come in either.
        if request is None or not count_try(request, username or "", at=timezone.now()):
            make_password(password or "")
            raise PermissionDenied


def count_try(request: HttpRequest, username: str, *, at: datetime) -> bool:
    """Count one try; False when there have been too many.

    It is counted before the passphrase is looked at and given back when it was right, so that many
    tries at once are not more tries.
    """
    forget_cooled(at=at)
    key = counted_with(request, username)
    mine = WrongTries.objects.filter(key_hash=key)
    # While locked nothing is written, so wrong tries do not lengthen the wait.
    left = mine.filter(tries__lt=MAX_TRIES)
    if left.update(tries=F("tries") + 1, last_at=at):
        return True
    if mine.exists():
        return False
    try:
        with transaction.atomic():
            WrongTries.objects.create(key_hash=key, tries=1, last_at=at)
    except IntegrityError:  # another first try came between
        return bool(left.update(tries=F("tries") + 1, last_at=at))
    return True


def give_back(request: HttpRequest, username: str) -> None:
    """Take a try off the count: its passphrase was right."""
    WrongTries.objects.filter(key_hash=counted_with(request, username), tries__gt=0).update(
        tries=F("tries") - 1
    )


def forget_tries(request: HttpRequest, username: str) -> None:
    """Begin the count anew: she has come in from here."""
    WrongTries.objects.filter(key_hash=counted_with(request, username)).delete()


def forget_cooled(*, at: datetime) -> None:
    """Delete counts whose last try was long enough ago that they stop nobody."""
    WrongTries.objects.filter(last_at__lte=at - COOLING).delete()
