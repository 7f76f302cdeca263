"""Counting wrong tries with django-axes, without keeping who tried or from where.

Kept are a keyed hash (see `known.counted_with`), a count and a time; no address, no browser, no
body, no name.
"""

from datetime import timedelta
from typing import Any

from axes.backends import AxesStandaloneBackend
from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .known import counted_with

# The table wants an address to be unique by; everybody gets this one, kept for examples.
NOWHERE = "192.0.2.0"


class CountOnly(AbstractAxesHandler, AxesBaseHandler):
    """An axes handler that keeps a count per person and place, and nothing else.

    A try is counted before the passphrase is looked at and given back when it was right, so that
    many tries at once are not more tries.
    """

    def is_allowed(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        now, key = timezone.now(), _key(request, credentials)
        AccessAttempt.objects.filter(attempt_time__lte=now - _cooling()).delete()
        mine = AccessAttempt.objects.filter(username=key)
        # While locked nothing is written, so wrong tries do not lengthen the wait.
        left = mine.filter(failures_since_start__lt=settings.AXES_FAILURE_LIMIT)
        one_more = {"failures_since_start": F("failures_since_start") + 1, "attempt_time": now}
        if left.update(**one_more):
            return True
        if mine.exists():
            return False
        try:
            with transaction.atomic():
                AccessAttempt.objects.create(
                    username=key, failures_since_start=1, ip_address=NOWHERE
                )
        except IntegrityError:  # another first try came between
            return bool(left.update(**one_more))
        return True

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        held = AccessAttempt.objects.filter(
            username=_key(request, credentials), attempt_time__gt=timezone.now() - _cooling()
        )
        return held.values_list("failures_since_start", flat=True).first() or 0

    def user_login_failed(self, *args: Any, **kwargs: Any) -> None:
        pass

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        AccessAttempt.objects.filter(username=counted_with(request, user.username)).delete()

    def user_logged_out(self, *args: Any, **kwargs: Any) -> None:
        pass

    def post_save_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None:
        pass

    def post_delete_access_attempt(self, instance: AccessAttempt, **kwargs: Any) -> None:
        pass


def give_back(request: HttpRequest, username: str) -> None:
    """Take a try off the count: its passphrase was right."""
    AccessAttempt.objects.filter(
        username=counted_with(request, username), failures_since_start__gt=0
    ).update(failures_since_start=F("failures_since_start") - 1)


class ThrottleBackend(AxesStandaloneBackend):
    """Refuses whoever has tried wrongly too often; and takes as long as a wrong passphrase does."""

    def authenticate(
        self,
        request: HttpRequest,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> None:
        try:
            super().authenticate(request, username=username, password=password, **kwargs)
        except PermissionDenied:
            make_password(password or "")
            raise


def same_answer(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Axes asks what a locked person is shown: what everybody is shown."""
    return response


def no_address(request: HttpRequest) -> None:
    """Axes asks for the address of the caller: it is given none."""
    return None


def _key(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    return counted_with(request, str((credentials or {}).get("username") or ""))


def _cooling() -> timedelta:
    cooling: timedelta = settings.AXES_COOLOFF_TIME
    return cooling
