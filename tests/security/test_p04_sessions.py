"""Promise 4: the session id rotates at sign-in; it ends by idleness and by age; a revoked grant,
a stopped account and a revoked phone work on the next request."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import revoke_device, revoke_grant
from aanchal.access.models import Device, Session
from aanchal.access.roles import Role
from aanchal.access.session_store import SessionStore, stored_key
from tests.signing_in import PASSPHRASE, a_person, a_phone, acting, signed_in

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
VILLAGE = DISTRICT + "/B1851/P1/V1"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def later(monkeypatch):
    """Moves the clock that sessions look at."""
    moved = timedelta()
    now = timezone.now

    def move(**by):
        nonlocal moved
        moved += timedelta(**by)

    monkeypatch.setattr(timezone, "now", lambda: now() + moved)
    return move


def is_in(client):
    return client.get(reverse("my_account")).status_code == 200


def cookie(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_the_session_id_rotates_at_sign_in():
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    client = Client()
    client.cookies["aanchal_device"] = a_phone(volunteer)[1]
    planted = SessionStore()
    planted["planted"] = True
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key

    client.post(reverse("sign_in"), {"username": volunteer.username, "passphrase": PASSPHRASE})

    assert is_in(client)
    assert cookie(client) != planted.session_key
    assert not SessionStore().exists(planted.session_key)


def test_a_session_ends_after_half_an_hour_without_a_request(later):
    client = signed_in(Client(), a_person(Role.COORDINATOR, DISTRICT))
    for _n in range(3):
        later(minutes=29)
        assert is_in(client)

    later(minutes=31)

    assert not is_in(client)


def test_a_session_on_a_shared_phone_ends_after_a_quarter_of_an_hour(later):
    client = signed_in(Client(), a_person(Role.VOLUNTEER, VILLAGE))
    later(minutes=14)
    assert is_in(client)

    later(minutes=16)

    assert not is_in(client)


def test_a_session_ends_twelve_hours_after_sign_in_however_busy(later):
    client = signed_in(Client(), a_person(Role.COORDINATOR, DISTRICT))
    for _n in range(28):
        later(minutes=25)
        assert is_in(client)

    for _n in range(2):
        later(minutes=11)
        last = is_in(client)

    assert not last


def test_a_session_is_not_written_at_every_request(django_assert_num_queries, later):
    client = signed_in(Client(), a_person(Role.COORDINATOR, DISTRICT))
    before = Session.objects.get().expires_at
    is_in(client)
    assert Session.objects.get().expires_at == before

    later(minutes=2)
    is_in(client)

    assert Session.objects.get().expires_at > before


def test_a_revoked_grant_works_on_the_next_request():
    administrator = a_person(Role.ADMINISTRATOR, DISTRICT)
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    client = signed_in(Client(), coordinator)
    assert client.get(reverse("volunteers")).status_code == 200

    revoke_grant(acting(administrator), grant=coordinator.grants.get(), at=timezone.now())

    assert client.get(reverse("volunteers")).status_code == 302
    assert not is_in(client)


def test_a_grant_that_ends_by_itself_ends_on_the_next_request(later):
    person = a_person(Role.COORDINATOR, DISTRICT, ends_at=timezone.now() + timedelta(minutes=20))
    client = signed_in(Client(), person)
    assert is_in(client)

    later(minutes=21)

    assert not is_in(client)


def test_a_stopped_account_is_out_on_the_next_request():
    person = a_person(Role.COORDINATOR, DISTRICT)
    client = signed_in(Client(), person)

    person.is_active = False
    person.save()

    assert not is_in(client)


def test_a_revoked_phone_is_refused_on_the_next_request():
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    client = signed_in(Client(), volunteer)
    assert is_in(client)

    revoke_device(acting(coordinator), device=Device.objects.get(), at=timezone.now())

    assert not is_in(client)
    given = {"username": volunteer.username, "passphrase": PASSPHRASE}
    assert client.post(reverse("sign_in"), given).status_code == 400


def test_the_session_of_one_phone_does_not_live_on_another_of_hers():
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    client = signed_in(Client(), volunteer)
    a_phone(volunteer)
    Device.objects.filter(pk=client.session["device"]).update(
        revoked_at=timezone.now(), revoked_by="x"
    )

    assert not is_in(client)


def test_the_database_holds_neither_the_cookie_nor_what_is_in_the_session():
    client = signed_in(Client(), a_person(Role.COORDINATOR, DISTRICT))
    session = client.session
    session["mfa.totp.secret"] = "CANARYCANARYCANARY"
    session.save()

    with connection.cursor() as cursor:
        cursor.execute("SELECT key_hash, data FROM access_session")
        [(key, data)] = cursor.fetchall()

    assert key == stored_key(cookie(client))
    assert cookie(client) not in key
    assert b"CANARY" not in bytes(data)
    assert json.dumps(client.session["mfa.totp.secret"]) == '"CANARYCANARYCANARY"'


def test_a_sessions_data_moved_to_another_row_opens_nothing():
    one = signed_in(Client(), a_person(Role.COORDINATOR, DISTRICT))
    two = signed_in(Client(), a_person(Role.ADMINISTRATOR, DISTRICT))
    rows = {c: Session.objects.get(key_hash=stored_key(cookie(c))) for c in (one, two)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM access_session WHERE key_hash = %s", [rows[two].key_hash])
        [data] = cursor.fetchone()
        cursor.execute(
            "UPDATE access_session SET data = %s WHERE key_hash = %s", [data, rows[one].key_hash]
        )

    assert not is_in(one)


def test_the_cookies_are_for_the_server_alone():
    client = signed_in(Client(), a_person(Role.VOLUNTEER, VILLAGE))
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    fresh = Client()
    fresh.cookies["aanchal_device"] = a_phone(volunteer)[1]
    given = {"username": volunteer.username, "passphrase": PASSPHRASE}
    answer = fresh.post(reverse("sign_in"), given)

    held = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert held["httponly"] and held["samesite"] == "Lax" and not held["max-age"]
    assert cookie(client)


def test_sessions_that_ended_are_swept_away(later):
    signed_in(Client(), a_person(Role.COORDINATOR, DISTRICT))
    later(hours=1)

    SessionStore.clear_expired()

    assert not Session.objects.exists()
