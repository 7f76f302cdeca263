"""Signed-in sessions for tests, with the second factor given, without walking through the pages."""

import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client


def signed_in_client(user: Any) -> Client:
    """A test client in whose session this person has signed in with both factors."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    now = time.time()
    session["account_authentication_methods"] = [
        {"method": "password", "at": now, "username": user.get_username()},
        {"method": "mfa", "at": now, "type": "totp"},
    ]
    session.save()
    return client


def signed_in_cookie(user: Any, url: str) -> dict[str, Any]:
    """The same as a cookie for a browser at `url`."""
    morsel = signed_in_client(user).cookies[settings.SESSION_COOKIE_NAME]
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": morsel.value,
        "domain": urlsplit(url).hostname,
        "path": "/",
        "httpOnly": True,
        "sameSite": "Lax",
    }
