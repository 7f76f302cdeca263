"""Promise 25, as far as browsers and phones go: a lost device is refused at its next contact.

The field app, its lists that expire after seven days and its 300 rows are not built yet.
"""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import (
    offer_device,
    revoke_device,
    revoke_grant,
    stop_account,
)
from aanchal.access.models import Device, KeptForm, Session
from aanchal.access.roles import Role
from tests.signing_in import PASSPHRASE, a_person, a_phone, acting, signed_in

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
VILLAGE = DISTRICT + "/B1851/P1/V1"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def volunteer():
    return a_person(Role.VOLUNTEER, VILLAGE, name="Sunita")


@pytest.fixture
def coordinator():
    return a_person(Role.COORDINATOR, DISTRICT + "/B1851")


@pytest.fixture
def phone(volunteer):
    client = signed_in(Client(), volunteer)
    assert client.get(reverse("my_visits")).status_code == 200
    return client


def is_refused(client, *, where="my_visits"):
    answer = client.get(reverse(where))
    return answer.status_code == 302 and answer.url.startswith(reverse("sign_in"))


def lose(volunteer, by):
    revoke_device(acting(by), device=volunteer.devices.get(), at=timezone.now())


def test_a_lost_phone_is_refused_at_its_very_next_request(phone, volunteer, coordinator):
    lose(volunteer, coordinator)

    assert is_refused(phone)
    assert is_refused(phone)  # and stays so


def test_what_a_lost_phone_sends_is_not_taken(phone, volunteer, coordinator):
    from aanchal.cases.models import Concern

    lose(volunteer, coordinator)

    answer = phone.post(reverse("concern_new"), {"step": "concern", "kind": "other", "told": "x y"})

    assert answer.status_code == 302
    assert not Concern.objects.exists()
    assert not KeptForm.objects.exists()


def test_the_right_passphrase_does_not_open_on_a_lost_phone(phone, volunteer, coordinator):
    lose(volunteer, coordinator)
    phone.get(reverse("my_visits"))

    given = {"username": volunteer.username, "passphrase": PASSPHRASE}
    again = phone.post(reverse("sign_in"), given)

    assert again.status_code == 400
    assert is_refused(phone)


def test_her_other_phone_goes_on(phone, volunteer, coordinator):
    lost = volunteer.devices.get()
    other = signed_in(Client(), volunteer)

    revoke_device(acting(coordinator), device=lost, at=timezone.now())

    assert is_refused(phone)
    assert other.get(reverse("my_visits")).status_code == 200


def test_a_phone_shared_by_two_is_lost_for_the_one_whose_it_was(phone, volunteer, coordinator):
    """One phone, two volunteers: taking it off one account leaves the other's."""
    other = a_person(Role.VOLUNTEER, VILLAGE, name="Rekha")
    _device, token = a_phone(other)
    phone.cookies["aanchal_device"] = ".".join([phone.cookies["aanchal_device"].value, token])
    revoke_device(acting(coordinator), device=volunteer.devices.get(), at=timezone.now())
    phone.get(reverse("my_visits"))

    tries = {
        person: phone.post(
            reverse("sign_in"), {"username": person.username, "passphrase": PASSPHRASE}
        ).status_code
        for person in (volunteer, other)
    }

    assert tries == {volunteer: 400, other: 302}


def test_a_link_that_waits_for_a_lost_phone_dies_with_it(volunteer, coordinator):
    offer = offer_device(acting(coordinator), user=volunteer, name="red", at=timezone.now())
    revoke_device(acting(coordinator), device=offer.record, at=timezone.now())

    answer = Client().post(reverse("enrol_device", args=[offer.token]), {"passphrase": PASSPHRASE})

    assert answer.status_code == 404
    assert Device.objects.get().enrolled_at is None


def test_a_stopped_account_takes_every_phone_and_session_with_it(phone, volunteer):
    administrator = a_person(Role.ADMINISTRATOR, DISTRICT)
    second = signed_in(Client(), volunteer)

    stop_account(acting(administrator), user=volunteer, at=timezone.now())

    assert is_refused(phone)
    assert is_refused(second)
    assert not Device.objects.filter(user=volunteer, revoked_at=None).exists()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CASE_WORKER, Role.ADMINISTRATOR])
def test_a_session_without_its_role_ends_at_once(role):
    administrators = [a_person(Role.ADMINISTRATOR, DISTRICT) for _n in range(2)]
    person = a_person(role, DISTRICT)
    client = signed_in(Client(), person)
    assert client.get(reverse("my_account")).status_code == 200

    revoke_grant(acting(administrators[0]), grant=person.grants.get(), at=timezone.now())

    assert is_refused(client, where="my_account")


def test_a_session_deleted_here_is_over_there(phone):
    """Whoever looks after the machine can end every session: deleting the rows is enough."""
    Session.objects.all().delete()

    assert is_refused(phone)
