"""A page that asks before it does something does nothing by being looked at."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import approve_grant, give_grant, invite_person
from aanchal.access.models import CredentialReset, Grant, Invitation
from aanchal.access.roles import Role
from tests.carried import carried
from tests.signing_in import a_person, acting, an_area, signed_in

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


DISTRICT = "IN/S10/D206"


def waiting(giver):
    """A role and an invitation that wait for a second person, by the pages that answer them."""
    now = timezone.now()
    person = a_person(Role.VOLUNTEER, DISTRICT)
    given = {"area": an_area(DISTRICT), "role": Role.CASE_WORKER, "at": now}
    grant = give_grant(acting(giver), user=person, starts_at=now, **given)
    asked = invite_person(acting(giver), for_name="Qz Comes", **given).record
    return grant, asked


def stands(grant, asked):
    """What a second person has said to each: to a role and to an invitation."""
    grant, asked = Grant.objects.get(pk=grant.pk), Invitation.objects.get(pk=asked.pk)
    return {
        "approve_grant": grant.approved_at is not None,
        "refuse_grant": grant.revoked_at is not None,
        "approve_invitation": asked.approved_at is not None,
        "refuse_invitation": asked.withdrawn_at is not None,
    }


@pytest.mark.parametrize(
    "page", ["approve_grant", "refuse_grant", "approve_invitation", "refuse_invitation"]
)
def test_what_waits_for_a_second_person_is_answered_by_the_press_and_not_by_the_page(page):
    giver, second = (a_person(Role.ADMINISTRATOR, DISTRICT) for _two in range(2))
    grant, asked = waiting(giver)
    client = signed_in(Client(), second)
    at = reverse(page, args=[(grant if "grant" in page else asked).pk])

    shown = client.get(at)
    assert shown.status_code == 200
    assert not any(stands(grant, asked).values())

    client.post(at, carried(shown))
    assert [name for name, is_so in stands(grant, asked).items() if is_so] == [page]


def test_a_refusal_that_comes_after_anothers_yes_takes_no_role_away():
    giver, second, third = (a_person(Role.ADMINISTRATOR, DISTRICT) for _three in range(3))
    grant, _asked = waiting(giver)
    client, at = signed_in(Client(), third), reverse("refuse_grant", args=[grant.pk])
    shown = client.get(at)
    approve_grant(acting(second), grant=grant, at=timezone.now())

    answer = client.post(at, carried(shown), follow=True)

    assert Grant.objects.get(pk=grant.pk).revoked_at is None
    assert b"Nothing has changed" not in answer.content
    assert b"Another person has agreed to this meanwhile." in answer.content
