"""Promise 5: every unsafe route without a token is refused."""

import pytest
from django.test import Client
from django.urls import get_resolver

from aanchal.access.roles import Role
from aanchal.kernel.vocabulary import Permission
from aanchal.web.shell.routes import ROUTES
from tests.audited import audited
from tests.signing_in import a_person, a_school, any_address, signed_in

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
assert get_resolver().url_patterns  # reading the addresses declares the routes
UNSAFE = sorted(n for n, r in ROUTES.items() if set(r.methods) - {"GET"})


def who_may_call(name):
    """A person whom nothing but the missing token stops."""
    who = ROUTES[name].who
    if not isinstance(who, Permission):
        return a_person(Role.COORDINATOR, DISTRICT)
    from aanchal.roles import ROLE_PERMISSIONS

    role = next(r for r in Role if r is not Role.SYSTEM and who in ROLE_PERMISSIONS[r])
    return a_person(role, a_school() if role is Role.TEACHER else DISTRICT)


@pytest.mark.parametrize("name", UNSAFE)
def test_a_form_without_our_token_is_refused(name):
    client = signed_in(Client(enforce_csrf_checks=True), who_may_call(name))

    answer = client.post(any_address(name), {"anything": "at all"})

    assert answer.status_code == 403
    assert b"open too long" in answer.content
    assert not audited().exists()


@pytest.mark.parametrize("name", UNSAFE)
def test_anothers_token_is_refused(name):
    client = signed_in(Client(enforce_csrf_checks=True), who_may_call(name))
    client.cookies["aanchal_csrf"] = "a" * 32

    answer = client.post(any_address(name), {"csrfmiddlewaretoken": "b" * 32})

    assert answer.status_code == 403


def test_the_token_changes_at_sign_in():
    from django.urls import reverse

    from tests.signing_in import PASSPHRASE, a_phone

    volunteer = a_person(Role.VOLUNTEER, DISTRICT)
    client = Client(enforce_csrf_checks=True)
    client.cookies["aanchal_device"] = a_phone(volunteer)[1]
    client.get(reverse("sign_in"))
    before = client.cookies["aanchal_csrf"].value

    client.post(
        reverse("sign_in"),
        {"username": volunteer.username, "passphrase": PASSPHRASE, "csrfmiddlewaretoken": before},
    )

    assert client.cookies["aanchal_csrf"].value != before
