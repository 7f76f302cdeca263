"""People, places and signed-in browsers for tests, without walking through the pages."""

import re
import time
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY as WHOSE_RECORDS,
)
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY as RECORDS,
)
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from aanchal.access.actions import (
    approve_credential_reset,
    approve_invitation,
    ask_credential_reset,
    invite_person,
)
from aanchal.access.known import DEVICE_COOKIE, new_token, token_hash
from aanchal.access.models import CredentialReset, Device, Grant, User
from aanchal.access.queries import actor_for
from aanchal.access.roles import DEVICE_ROLES, Role, needs_mfa
from aanchal.access.session import DEVICE_KEY, IDLE_SECONDS, SHARED_PHONE_IDLE_SECONDS
from aanchal.access.session_store import begin
from aanchal.kernel.authz import Actor
from aanchal.places.models import Area, Body, School

PASSPHRASE = "neela aasman barsat deepak"
BACKEND = "aanchal.access.backends.PassphraseBackend"
LEVELS = ("country", "state", "district", "block", "panchayat", "village")
_numbers = count(1)


def an_area(path: str = "IN/S10/D206/B1851", *, name: str = "") -> Area:
    """The area at a path, and all above it, made when they are not there."""
    parent = None
    parts = path.split("/")
    for depth in range(len(parts)):
        here = "/".join(parts[: depth + 1])
        wanted = name if name and depth == len(parts) - 1 else f"Place {parts[depth]}"
        parent, _made = Area.objects.get_or_create(
            path=here,
            defaults={"level": LEVELS[depth], "name": wanted, "parent": parent},
        )
    assert parent is not None
    return parent


def a_school(path: str = "IN/S10/D206/B1851", *, name: str = "Made-up Middle School") -> Body:
    """A new school in the area at a path."""
    body = Body.objects.create(kind=Body.Kind.SCHOOL, name=name, area=an_area(path))
    School.objects.create(body=body, udise=f"{next(_numbers):011d}")
    return body


def a_person(
    role: Role | None = None,
    where: str | Body = "IN/S10/D206/B1851",
    *,
    name: str = "Made-up Person",
    passphrase: str = PASSPHRASE,
    **grant: Any,
) -> User:
    """A new person, with one live grant when a role is given."""
    user = User(username=f"koel-{1000 + next(_numbers)}", display_name=name)
    user.password = make_password(passphrase)
    user.save()
    if role is not None:
        a_grant(user, role, where, **grant)
    return user


def a_grant(
    user: User, role: Role, where: str | Body = "IN/S10/D206/B1851", **changes: Any
) -> Grant:
    """A live grant over an area (by path) or a body."""
    body = where if isinstance(where, Body) else None
    area = None if body else an_area(str(where))
    path = body.area.path if body else area.path  # type: ignore[union-attr]
    now = timezone.now()
    given = {"starts_at": now, "given_by": "system:operator", "given_at": now} | changes
    return Grant.objects.create(user=user, role=role, area=area, body=body, area_path=path, **given)


def acting(user: User, *, at: datetime | None = None) -> Actor:
    """The actor this person is now."""
    return actor_for(user, at=at)


def a_phone(user: User, **changes: Any) -> tuple[Device, str]:
    """An enrolled phone of this person, and the token that its cookie holds."""
    token = new_token()
    held = {"name": "blue", "enrolled_by": "system:operator", "enrolled_at": timezone.now()}
    device = Device.objects.create(
        user=user, token_hash=token_hash(token, purpose="device"), **(held | changes)
    )
    return device, token


def signed_in(client: Client, user: User, *, mfa: bool = True) -> Client:
    """Sign a person in on a test client, as her role must: second factor, or enrolled phone.

    With `mfa=False` she has given her passphrase only, and no phone is known.
    """
    client.force_login(user, backend=BACKEND)
    roles = actor_for(user).roles()
    by_phone = bool(roles & DEVICE_ROLES) and not needs_mfa(roles)
    session = client.session
    now = time.time()
    records: list[dict[str, Any]] = [{"method": "password", "at": now, "reauthenticated": True}]
    if mfa and by_phone:
        device, token = a_phone(user)
        session[DEVICE_KEY] = str(device.pk)
        client.cookies[DEVICE_COOKIE] = token
    elif mfa:
        records.append({"method": "mfa", "at": now, "type": "totp", "reauthenticated": True})
    session[RECORDS] = records
    session[WHOSE_RECORDS] = str(user.pk)
    idle = SHARED_PHONE_IDLE_SECONDS if by_phone else IDLE_SECONDS
    begin(session, at=timezone.now(), idle_seconds=idle)
    session.save()
    return client


def an_invitation(giver: User, confirmer: User, role: Role, where: str | Body, **more: Any) -> Any:
    """An invitation asked by one and agreed to by another: the record, its link's token, its code."""
    at = more.pop("at", None) or timezone.now()
    body = where if isinstance(where, Body) else None
    place = {"body": body} if body else {"area": an_area(str(where))}
    asked = invite_person(
        acting(giver), **({"for_name": "Sunita", "role": role, "at": at} | place | more)
    )
    link = approve_invitation(acting(confirmer), invitation=asked.record, at=at)
    return SimpleNamespace(record=link.record, token=link.token, code=asked.token)


def a_reset(giver: User, confirmer: User, user: User, kind: str) -> Any:
    """A reset asked by one and agreed to by another: the record, its link's token, its code."""
    at = timezone.now()
    asked = ask_credential_reset(acting(giver), user=user, kind=CredentialReset.Kind(kind), at=at)
    link = approve_credential_reset(acting(confirmer), reset=asked.record, at=at)
    return SimpleNamespace(record=link.record, token=link.token, code=asked.token)


def words(answer: Any) -> str:
    """A page without what differs by design: the token against forgery, and its own address."""
    varying = r'name="(csrfmiddlewaretoken|whose|next|username)" value="[^"]*"'
    return re.sub(varying, r'name="\1"', answer.content.decode())


def any_address(name: str) -> str:
    """An address of the route of this name, with made-up keys."""
    from django.urls import get_resolver
    from django.urls.converters import IntConverter

    forms, _pattern, _defaults, converters = get_resolver().reverse_dict.getlist(name)[0]
    text, keys = forms[0]
    made_up = {
        key: "1"
        if isinstance(converters.get(key), IntConverter)
        else "01890a5d-ac96-774b-bcce-b302099a8057"
        for key in keys
    }
    return "/" + text % made_up
