"""Promise 1: a second factor at every staff sign-in, administrators included."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from aanchal.access.roles import MFA_ROLES, Role
from aanchal.people.permissions import PeoplePermission
from aanchal.roles import ROLE_PERMISSIONS
from aanchal.web.shell.routes import ROUTES, Who
from tests.signing_in import (
    PASSPHRASE,
    a_grant,
    a_person,
    a_phone,
    a_school,
    any_address,
    signed_in,
)

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
assert get_resolver().url_patterns  # reading the addresses declares the routes


def where(role):
    return a_school() if role is Role.TEACHER else DISTRICT


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.SYSTEM])
def test_a_role_that_opens_records_of_others_needs_a_second_factor(role):
    reads = ROLE_PERMISSIONS[role] - ROLE_PERMISSIONS[Role.VOLUNTEER]

    assert (role in MFA_ROLES) == bool(reads)


@pytest.mark.parametrize("role", sorted(MFA_ROLES))
def test_with_a_passphrase_alone_no_address_opens(role):
    client = signed_in(Client(), a_person(role, where(role)), mfa=False)
    for name, declared in ROUTES.items():
        if declared.who in (Who.ANYONE, Who.SIGNED_IN_WITHOUT_SECOND_FACTOR):
            continue
        for method in declared.methods:
            answer = client.generic(method, any_address(name))
            assert answer.status_code == 302, f"{role} {method} {name}"
            assert answer.url == reverse("enrol_second_factor"), f"{role} {method} {name}"


def test_what_needs_no_second_factor_shows_and_changes_nothing_of_others():
    without = {n for n, r in ROUTES.items() if r.who is Who.SIGNED_IN_WITHOUT_SECOND_FACTOR}

    # Leaving quickly asks nothing of anyone: it only ever ends a session.
    assert without == {"sign_out", "confirm_self", "enrol_second_factor"}
    assert ROUTES["leave_quickly"].who is Who.ANYONE


@pytest.mark.parametrize("role", sorted(MFA_ROLES))
def test_the_real_sign_in_leads_to_the_second_factor(role):
    person = a_person(role, where(role))
    client = Client()

    client.post(reverse("sign_in"), {"username": person.username, "passphrase": PASSPHRASE})

    assert client.get(reverse("my_account")).url == reverse("enrol_second_factor")


def test_a_volunteers_phone_does_not_stand_in_for_the_second_factor_of_another_role():
    person = a_person(Role.VOLUNTEER, DISTRICT)
    a_grant(person, Role.TEACHER, a_school())
    _device, token = a_phone(person)
    client = Client()
    client.cookies["aanchal_device"] = token

    client.post(reverse("sign_in"), {"username": person.username, "passphrase": PASSPHRASE})

    assert client.get(reverse("my_account")).url == reverse("enrol_second_factor")


def test_a_role_given_during_a_session_asks_for_the_second_factor_at_once():
    person = a_person(Role.VOLUNTEER, DISTRICT)
    client = signed_in(Client(), person)
    assert client.get(reverse("my_account")).status_code == 200

    a_grant(person, Role.TEACHER, a_school())

    assert client.get(reverse("my_account")).url == reverse("enrol_second_factor")


def test_a_volunteer_signs_in_on_an_enrolled_phone_only():
    volunteer = a_person(Role.VOLUNTEER, DISTRICT)
    given = {"username": volunteer.username, "passphrase": PASSPHRASE}

    answers = []
    for token in ("", "made-up", a_phone(a_person(Role.VOLUNTEER, DISTRICT))[1]):
        client = Client()
        client.cookies["aanchal_device"] = token
        answers.append(client.post(reverse("sign_in"), given).status_code)
        assert client.get(reverse("my_account")).status_code == 302

    assert answers == [400, 400, 400]


def test_a_code_app_does_not_stand_in_for_a_phone_that_was_taken_off():
    volunteer = a_person(Role.VOLUNTEER, DISTRICT)
    client = signed_in(Client(), volunteer)
    assert client.get(reverse("enrol_second_factor")).status_code == 404
    session = client.session
    session["account_authentication_methods"] += [{"method": "mfa", "at": 0, "type": "totp"}]
    session.save()
    assert client.get(reverse("my_account")).status_code == 200

    volunteer.devices.update(revoked_at="2026-01-01T00:00:00Z", revoked_by="x")

    for name in ("confirm_self", "enrol_second_factor"):
        assert client.get(reverse(name)).status_code == 302
    assert client.get(reverse("my_account")).status_code == 302


def test_secrets_of_the_second_factor_are_sealed_to_their_person():
    from allauth.mfa.models import Authenticator
    from django.utils import timezone

    from aanchal.access.actions import add_second_factor
    from aanchal.access.sign_in import unused_recovery_codes
    from aanchal.kernel.sealing import Tampered
    from tests.signing_in import acting

    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    one, two = a_person(Role.COORDINATOR, DISTRICT), a_person(Role.COORDINATOR, DISTRICT)
    for person in (one, two):
        add_second_factor(acting(person), user=person, secret=secret, at=timezone.now())
    held = Authenticator.objects.filter(user=one)
    assert all(secret not in str(a.data) for a in held)

    stolen = held.get(type=Authenticator.Type.RECOVERY_CODES).data
    moved = Authenticator.objects.get(user=two, type=Authenticator.Type.RECOVERY_CODES)
    moved.data = stolen
    moved.save()

    with pytest.raises(Tampered):
        unused_recovery_codes(two)


def test_no_permission_is_held_by_a_role_without_its_own_way_in():
    from aanchal.access.roles import DEVICE_ROLES

    ways = MFA_ROLES | DEVICE_ROLES | {Role.SYSTEM}

    assert {role for role in Role if ROLE_PERMISSIONS[role]} <= ways
    assert PeoplePermission.CHILD_OPEN_FILE not in ROLE_PERMISSIONS[Role.VOLUNTEER]
