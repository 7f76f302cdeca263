"""What a browser brings along: enrolled devices, and the mark of having signed in here before.

Both are cookies. A device's holds its random tokens (one phone may serve several volunteers);
the mark of a known browser only chooses whose wrong tries are counted together, and lets nobody
in.
"""

import secrets
from collections.abc import Iterable

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from aanchal.kernel.sealing import keyed_hash

from .models import Device, User

DEVICE_COOKIE = settings.AANCHAL_COOKIE_PREFIX + "aanchal_device"
BROWSER_COOKIE = settings.AANCHAL_COOKIE_PREFIX + "aanchal_browser"
MAX_ON_ONE = 8
LIFETIME = 400 * 24 * 3600
_BROWSER_SALT = "aanchal.access.browser"


def new_token() -> str:
    """A token of 256 random bits, for links and devices."""
    return secrets.token_urlsafe(32)


def token_hash(token: str, *, purpose: str) -> str:
    """What is stored in place of a token; `purpose` keeps one kind of link from opening another."""
    return keyed_hash(token, purpose=f"access/{purpose}")


def devices_of(request: HttpRequest) -> list[Device]:
    """Live enrolled devices that this browser is, each with its person; one query or none."""
    tokens = _parts(request.COOKIES.get(DEVICE_COOKIE, ""))
    if not tokens:
        return []
    hashes = [token_hash(token, purpose="device") for token in tokens]
    return list(
        Device.objects.filter(
            token_hash__in=hashes, enrolled_at__isnull=False, revoked_at__isnull=True
        ).select_related("user")
    )


def remember_device(request: HttpRequest, response: HttpResponse, token: str) -> None:
    """Put a device's token on this browser, beside those it has."""
    kept = _parts(request.COOKIES.get(DEVICE_COOKIE, ""))
    value = ".".join([token, *(t for t in kept if t != token)][:MAX_ON_ONE])
    _set(response, DEVICE_COOKIE, value)


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Mark that this person has signed in with this browser."""
    known = _known(request)
    mine = _person_mark(user.username)
    if mine not in known:
        kept = dict(list(known.items())[-(MAX_ON_ONE - 1) :])
        kept[mine] = secrets.token_urlsafe(12)
        _set(response, BROWSER_COOKIE, signing.dumps(kept, salt=_BROWSER_SALT, compress=True))


def counted_with(request: HttpRequest, username: str) -> str:
    """Whose wrong tries are counted together, as one keyed hash: this person, from here.

    "Here" is her own enrolled device, or a browser she has signed in with before, or else
    everywhere. So a stranger's wrong tries do not shut her out at her own desk, and nobody's
    shut out the colleague beside her: no address is asked.
    """
    name = username.strip().casefold()
    device = next((d for d in _devices_once(request) if d.user.username == name), None)
    here = str(device.pk) if device else _known(request).get(_person_mark(name), "")
    return keyed_hash(f"{name}|{here}", purpose="access/throttle")


def _devices_once(request: HttpRequest) -> Iterable[Device]:
    held: list[Device] | None = getattr(request, "aanchal_devices", None)
    if held is None:
        held = devices_of(request)
        request.aanchal_devices = held  # type: ignore[attr-defined]
    return held


def _person_mark(username: str) -> str:
    return keyed_hash(username.strip().casefold(), purpose="access/browser")[:24]


def _known(request: HttpRequest) -> dict[str, str]:
    try:
        held = signing.loads(
            request.COOKIES.get(BROWSER_COOKIE, ""), salt=_BROWSER_SALT, max_age=LIFETIME
        )
    except signing.BadSignature:
        return {}
    return held if isinstance(held, dict) else {}


def _parts(value: str) -> list[str]:
    return [part for part in value.split(".") if part][:MAX_ON_ONE]


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=LIFETIME,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
