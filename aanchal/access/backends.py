"""Who a sign-in name and a passphrase belong to, and whether she may come in from here."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from .known import devices_of
from .models import User
from .queries import roles_by_name
from .roles import DEVICE_ROLES, needs_mfa
from .throttle import give_back


class PassphraseBackend(AuthenticationBackend):
    """allauth's check of the passphrase, then the house's own: a live grant, and a known phone.

    What fails after the passphrase was right is answered as if it had been wrong, and the
    questions are asked before it is looked at, so that the answer takes the same time.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        username = str(credentials.get("username") or "")
        devices = devices_of(request) if request is not None else []
        roles = roles_by_name(username)
        user = super().authenticate(request, **credentials)
        self.unstash_authenticated_user()
        if not isinstance(user, User) or not roles:
            return None
        # A phone that is being enrolled is not known yet; its single-use link stands in for it.
        any_phone = bool(credentials.get("any_phone"))
        if (
            needs_device(roles)
            and not any_phone
            and all(device.user_id != user.pk for device in devices)
        ):
            return None
        if request is not None:
            give_back(request, username)
        return user


def needs_device(roles: frozenset[str]) -> bool:
    """Say whether these roles come in by an enrolled phone instead of a second factor."""
    return bool(roles & DEVICE_ROLES) and not needs_mfa(roles)
