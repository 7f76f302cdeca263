"""The pages that stop an account, open it again, and say no: each asks before, and tells after."""

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.models import CredentialReset
from aanchal.access.roles import Role
from tests.signing_in import a_person, a_school, signed_in

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"


@pytest.fixture
def asha():
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Asha")


@pytest.fixture
def desk(asha):
    return signed_in(Client(), asha)


def test_an_account_is_stopped_after_asking_and_its_page_says_how_to_open_it(desk):
    teacher = a_person(Role.TEACHER, a_school(), name="Kiran")
    person = reverse("person", args=[teacher.pk])
    assert reverse("stop_account", args=[teacher.pk]) in desk.get(person).content.decode()

    asked = desk.get(reverse("stop_account", args=[teacher.pk]))
    assert b"Stop the account" in asked.content
    teacher.refresh_from_db()
    assert teacher.is_active

    done = desk.post(reverse("stop_account", args=[teacher.pk]), follow=True)

    teacher.refresh_from_db()
    assert not teacher.is_active
    assert b"Nobody comes in with it any more" in done.content
    assert b"?kind=opening" in done.content
    assert reverse("give_grant", args=[teacher.pk]).encode() not in done.content
    assert b"stopped" in desk.get(reverse("people")).content


def test_ones_own_account_has_no_such_door(desk, asha):
    page = desk.get(reverse("person", args=[asha.pk]))

    assert reverse("stop_account", args=[asha.pk]).encode() not in page.content


def test_what_waits_can_be_refused_from_its_page(desk):
    other = a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela")
    teacher = a_person(Role.TEACHER, a_school(), name="Kiran")
    reset = CredentialReset.objects.create(
        user=teacher, kind="passphrase", asked_by=str(other.pk), asked_at=teacher.made_at
    )
    asked = desk.get(reverse("approve_reset", args=[reset.pk]))
    assert reverse("refuse_reset", args=[reset.pk]).encode() in asked.content

    done = desk.post(reverse("refuse_reset", args=[reset.pk]), follow=True)

    assert b"Nothing waits." in done.content
    reset.refresh_from_db()
    assert reset.refused_at


def test_the_person_herself_finds_what_was_asked_about_her_and_refuses_it(asha):
    teacher = a_person(Role.TEACHER, a_school(), name="Kiran")
    reset = CredentialReset.objects.create(
        user=teacher, kind="second_factor", asked_by=str(asha.pk), asked_at=teacher.made_at
    )
    hers = signed_in(Client(), teacher)
    page = hers.get(reverse("my_account"))
    assert reverse("refuse_reset", args=[reset.pk]).encode() in page.content

    hers.post(reverse("refuse_reset", args=[reset.pk]))

    reset.refresh_from_db()
    assert reset.refused_by == str(teacher.pk)


def test_somebody_elses_reset_is_absent():
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    teacher = a_person(Role.TEACHER, a_school())
    reset = CredentialReset.objects.create(
        user=teacher, kind="passphrase", asked_by="x", asked_at=teacher.made_at
    )

    answer = signed_in(Client(), coordinator).get(reverse("refuse_reset", args=[reset.pk]))

    assert answer.status_code == 404


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_a_first_day_is_written_as_the_browser_takes_it_in_every_language(desk, asha, language):
    asha.language = language
    asha.save(update_fields=["language"])
    teacher = a_person(Role.TEACHER, a_school())

    page = desk.get(reverse("give_grant", args=[teacher.pk]) + "?role=volunteer")

    assert b'type="date" name="starts_on" value="20' in page.content
