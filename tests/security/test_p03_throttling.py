"""Promise 3: throttling never locks a shared office: two users, one address."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.models import WrongTries
from aanchal.access.roles import Role
from tests.signing_in import PASSPHRASE, a_person, a_phone

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
WRONG = "a wrong passphrase here"
ADDRESS = "203.0.113.9"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def desk():
    return Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT="Office browser")


def try_sign_in(client, person, passphrase=PASSPHRASE):
    given = {"username": person.username, "passphrase": passphrase}
    return client.post(reverse("sign_in"), given).status_code == 302


def fail(client, person, times=5):
    for _n in range(times):
        assert not try_sign_in(client, person, WRONG)


@pytest.fixture
def two():
    return [a_person(Role.COORDINATOR, DISTRICT) for _n in range(2)]


def test_one_persons_wrong_tries_do_not_keep_out_the_colleague_beside_her(two):
    fail(desk(), two[0], times=12)

    assert not try_sign_in(desk(), two[0])
    assert try_sign_in(desk(), two[1])


def test_an_office_of_forty_comes_in_on_monday_morning_from_one_address():
    people = [a_person(Role.COORDINATOR, DISTRICT) for _n in range(40)]
    for person in people:
        fail(desk(), person, times=1)

    assert all(try_sign_in(desk(), person) for person in people)


def test_five_wrong_tries_make_the_right_one_wait(two):
    fail(desk(), two[0], times=4)
    assert try_sign_in(desk(), two[0])

    fail(desk(), two[0], times=5)
    assert not try_sign_in(desk(), two[0])


def test_changing_the_browser_gives_no_fresh_tries(two):
    for n in range(5):
        client = Client(REMOTE_ADDR=f"203.0.113.{n}", HTTP_USER_AGENT=f"Browser {n}")
        client.cookies["aanchal_browser"] = f"made-up-{n}"
        client.cookies["aanchal_device"] = f"made-up-{n}"
        fail(client, two[0], times=1)

    assert not try_sign_in(Client(REMOTE_ADDR="203.0.113.77"), two[0])


def test_the_wait_is_a_quarter_of_an_hour_and_is_not_lengthened(two):
    fail(desk(), two[0])
    WrongTries.objects.update(last_at=timezone.now() - timedelta(minutes=14))
    assert not try_sign_in(desk(), two[0])

    WrongTries.objects.update(last_at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert try_sign_in(desk(), two[0])


def test_a_strangers_wrong_tries_do_not_keep_her_out_of_the_browser_she_uses(two):
    known = desk()
    teacher = a_person(Role.VOLUNTEER, DISTRICT)
    _device, token = a_phone(teacher)
    known.cookies["aanchal_device"] = token
    fail(Client(), teacher)

    assert try_sign_in(known, teacher)


def test_a_browser_once_used_by_her_counts_by_itself():
    from aanchal.access.actions import add_second_factor
    from tests.signing_in import acting
    from tests.web.access.test_access_sign_in import SECRET, code_now

    person = a_person(Role.COORDINATOR, DISTRICT)
    add_second_factor(acting(person), user=person, secret=SECRET, at=timezone.now())
    own = desk()
    assert try_sign_in(own, person)
    own.post(reverse("second_factor"), {"code": code_now()})
    assert own.cookies["aanchal_browser"].value
    own.post(reverse("sign_out"))

    fail(Client(), person)
    assert not try_sign_in(Client(), person)
    assert try_sign_in(own, person)

    fail(own, person)
    assert not try_sign_in(own, person)


def test_a_known_browser_is_known_for_its_own_person_only(two):
    from django.core import signing

    from aanchal.access.known import BROWSER_COOKIE, _person_mark

    client = desk()
    mine = {_person_mark(two[0].username): "nonce"}
    client.cookies[BROWSER_COOKIE] = signing.dumps(
        mine, salt="aanchal.access.browser", compress=True
    )
    fail(Client(), two[1])

    assert not try_sign_in(client, two[1])


def test_nothing_is_kept_of_who_tried_and_from_where(two):
    fail(desk(), two[0], times=3)

    row = WrongTries.objects.get()
    assert {f.name for f in row._meta.fields} == {"id", "key_hash", "tries", "last_at"}
    assert two[0].username not in row.key_hash
    assert len(row.key_hash) == 64
    assert row.tries == 3


def test_whoever_comes_in_begins_anew_and_a_right_passphrase_alone_is_no_wrong_try(two):
    from aanchal.access.actions import add_second_factor
    from tests.signing_in import acting
    from tests.web.access.test_access_sign_in import SECRET, code_now

    add_second_factor(acting(two[0]), user=two[0], secret=SECRET, at=timezone.now())
    client = desk()
    fail(client, two[0], times=4)
    assert try_sign_in(client, two[0])
    # She stands at her second factor: the wrong tries still count, the right one does not.
    assert WrongTries.objects.get().tries == 4

    client.post(reverse("second_factor"), {"code": code_now()})

    assert not WrongTries.objects.exists()


def test_a_try_that_comes_without_a_request_is_refused(two):
    from django.contrib.auth import authenticate

    assert authenticate(None, username=two[0].username, password=PASSPHRASE) is None


def test_the_code_of_one_person_is_limited_apart_from_anothers(two):
    from aanchal.access.actions import add_second_factor
    from tests.signing_in import acting
    from tests.web.access.test_access_sign_in import SECRET, code_now

    for person in two:
        add_second_factor(acting(person), user=person, secret=SECRET, at=timezone.now())
    one, other = desk(), desk()
    try_sign_in(one, two[0])
    for _n in range(6):
        one.post(reverse("second_factor"), {"code": "000000"})

    try_sign_in(other, two[1])
    page = other.post(reverse("second_factor"), {"code": code_now()})

    assert page.status_code == 302
