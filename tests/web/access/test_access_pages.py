"""Every page of access opens for whom it is declared, and is drawn without a fault."""

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.models import CredentialReset, Invitation
from aanchal.access.roles import Role
from tests.signing_in import a_grant, a_person, a_phone, a_school, an_area, signed_in

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"


@pytest.fixture
def administrator():
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Asha")


@pytest.fixture
def desk(administrator):
    return signed_in(Client(), administrator)


@pytest.mark.parametrize(
    "name",
    ["sign_in", "cannot_sign_in"],
)
def test_pages_before_signing_in_open_for_anyone(name):
    assert Client().get(reverse(name)).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "my_account",
        "change_passphrase",
        "people",
        "invite_person",
        "invitations",
        "approvals",
        "volunteers",
        "confirm_self",
    ],
)
def test_an_administrator_opens_her_pages(desk, name):
    assert desk.get(reverse(name)).status_code == 200


def test_one_person_is_shown_with_roles_phones_and_resets(desk):
    volunteer = a_person(Role.VOLUNTEER, DISTRICT + "/B1851/P1/V1", name="Sunita")
    a_phone(volunteer)

    page = desk.get(reverse("person", args=[volunteer.pk]))

    assert page.status_code == 200
    assert b"Sunita" in page.content
    assert b"blue" in page.content


def test_the_number_of_queries_does_not_grow_with_people(desk, django_assert_max_num_queries):
    for _n in range(30):
        a_person(Role.VOLUNTEER, DISTRICT + "/B1851/P1/V1")

    with django_assert_max_num_queries(20):
        page = desk.get(reverse("people"))

    assert page.status_code == 200


def test_an_invitation_is_made_step_by_step_without_scripts(desk):
    village = an_area(DISTRICT + "/B1851/P1/V1", name="Rajnagar")
    step = reverse("invite_person") + "?role=volunteer&place=rajn"
    found = desk.get(step)
    assert b"Rajnagar" in found.content

    page = desk.post(
        step,
        {
            "for_name": "Rekha",
            "language": "hi",
            "place": f"area:{village.pk}",
            "grade": "",
            "section": "",
        },
    )

    assert page.status_code == 200
    assert b"/invitation/" not in page.content
    assert b"The code" in page.content
    assert Invitation.objects.get().for_name == "Rekha"


def test_a_form_with_nothing_in_it_says_what_is_missing(desk):
    an_area(DISTRICT + "/B1851/P1/V1", name="Rajnagar")

    page = desk.post(reverse("invite_person") + "?role=volunteer&place=rajn", {})

    assert page.status_code == 400
    assert b"error-summary" in page.content
    assert not Invitation.objects.exists()


def test_what_waits_is_listed_and_agreed_to(desk, administrator):
    other = a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela")
    teacher = a_person(Role.TEACHER, a_school(), name="Kiran")
    waiting = a_grant(
        teacher, Role.TEACHER, a_school(), given_by=str(other.pk), needs_approval=True
    )
    reset = CredentialReset.objects.create(
        user=teacher, kind="passphrase", asked_by=str(other.pk), asked_at=waiting.given_at
    )

    listed = desk.get(reverse("approvals"))
    assert listed.content.count(b"asked by Bela") == 2

    agreed = desk.post(reverse("approve_grant", args=[waiting.pk]), follow=True)
    assert agreed.status_code == 200
    waiting.refresh_from_db()
    assert waiting.approved_by == str(administrator.pk)

    link = desk.post(reverse("approve_reset", args=[reset.pk]))
    assert b"/reset/" in link.content


def test_a_coordinator_puts_a_volunteer_on_a_phone():
    coordinator = a_person(Role.COORDINATOR, DISTRICT)
    volunteer = a_person(Role.VOLUNTEER, DISTRICT + "/B1851/P1/V1", name="Sunita")
    client = signed_in(Client(), coordinator)

    assert b"Sunita" in client.get(reverse("volunteers")).content
    assert client.get(reverse("volunteer", args=[volunteer.pk])).status_code == 200
    page = client.post(reverse("volunteer", args=[volunteer.pk]), {"name": "red"})

    assert b"/phone/" in page.content


@pytest.mark.parametrize(
    "role, names",
    [
        (Role.VOLUNTEER, ["people", "volunteers", "approvals"]),
        (Role.TEACHER, ["people", "volunteers", "invitations"]),
        (Role.COORDINATOR, ["people", "invite_person"]),
        (Role.CASE_WORKER, ["people", "volunteers"]),
    ],
)
def test_others_find_nothing_there(role, names):
    where = a_school() if role is Role.TEACHER else DISTRICT
    client = signed_in(Client(), a_person(role, where))

    assert [client.get(reverse(n)).status_code for n in names] == [404] * len(names)


# --- looking for a colleague ---


@pytest.mark.parametrize("typed", ["Laxmi", "लक्ष्मी देवी", "chaudhary lakshmi"])
@pytest.mark.parametrize(
    ("role", "name"), [("administrator", "people"), ("coordinator", "volunteers")]
)
def test_a_colleague_is_found_by_name_as_others_spell_it(role, name, typed):
    wanted = a_person(Role.VOLUNTEER, name="Lakshmi Choudhury")
    a_person(Role.VOLUNTEER, name="Rekha Devi")
    a_person(Role.VOLUNTEER, "IN/S10/D207/B1900", name="Lakshmi Choudhury")
    client = signed_in(Client(), a_person(Role(role), name="Somebody Else"))

    page = client.post(reverse(name), {"name": typed})

    assert [row["person"] for row in page.context["rows"]] == [wanted]
    by_sign_in = client.post(reverse(name), {"name": wanted.username[:9]})
    assert wanted in [row["person"] for row in by_sign_in.context["rows"]]
    nobody = client.post(reverse(name), {"name": "Zzyxa"})
    assert "Nobody here fits this." in nobody.content.decode()
    assert len(client.get(reverse(name) + "?name=Zzyxa").context["rows"]) >= 2
