"""A page that asks before it does something does nothing by being looked at."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from aanchal.access.models import CredentialReset
from aanchal.kernel.permissions import Role
from tests.carried import carried
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db


def test_new_credentials_are_asked_for_by_the_press_and_not_by_the_page():
    person = a_person(Role.VOLUNTEER)
    client = signed_in(Client(), a_person(Role.ADMINISTRATOR, "IN/S10/D206"))
    at = reverse("ask_reset", args=[person.pk])

    asked = client.get(at + "?kind=passphrase")
    assert asked.status_code == 200 and not CredentialReset.objects.exists()

    client.post(at, carried(asked))
    assert CredentialReset.objects.get().kind == "passphrase"


def test_a_passkey_is_taken_off_by_the_press_and_not_by_the_page():
    person = a_person(Role.ADMINISTRATOR, "IN/S10/D206")
    client = signed_in(Client(), person)
    held = Authenticator.objects.create(
        user=person, type=Authenticator.Type.WEBAUTHN, data={"name": "key", "credential": {}}
    )
    at = reverse("remove_passkey", args=[held.pk])

    asked = client.get(at)
    assert asked.status_code == 200 and Authenticator.objects.filter(pk=held.pk).exists()

    client.post(at, carried(asked))
    assert not Authenticator.objects.filter(pk=held.pk).exists()
