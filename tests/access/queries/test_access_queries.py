"""Who is who, as far as one may see."""

import pytest
from django.utils import timezone

from aanchal.access.actions import invite_person
from aanchal.access.models import CredentialReset
from aanchal.access.queries import (
    confirmable_grants,
    get_grant,
    get_invitation,
    get_person,
    get_reset,
    grantable_places,
    people_by_role,
    visible_grants,
    visible_invitations,
    visible_people,
    waiting_resets,
)
from aanchal.access.queries.accounts import (
    get_device,
    get_volunteer,
    visible_devices,
    visible_volunteers,
)
from aanchal.access.roles import Role
from aanchal.kernel.errors import NotFound
from tests.signing_in import a_grant, a_person, a_phone, a_school, acting, an_area

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
BLOCK = DISTRICT + "/B1851"
VILLAGE = BLOCK + "/P1/V1"


@pytest.fixture
def asha():
    return a_person(Role.ADMINISTRATOR, DISTRICT)


def test_an_administrator_sees_the_people_of_her_places_alone(asha):
    inside = [a_person(Role.VOLUNTEER, VILLAGE), a_person(Role.TEACHER, a_school(BLOCK))]
    a_person(Role.VOLUNTEER, "IN/S10/D207/B1")
    a_person(Role.VOLUNTEER, "IN/S10/D2061/B1")
    a_person(Role.ADMINISTRATOR, "IN/S10")

    assert set(visible_people(acting(asha))) == {asha, *inside}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CASE_WORKER, Role.VOLUNTEER])
def test_nobody_else_sees_people(role):
    person = a_person(role, DISTRICT)

    for visible in (visible_people, visible_grants, visible_invitations):
        assert not visible(acting(person)).exists()


def test_a_person_who_works_in_two_districts_is_seen_in_each_with_the_grants_of_it(asha):
    both = a_person(Role.VOLUNTEER, VILLAGE)
    a_grant(both, Role.VOLUNTEER, "IN/S10/D207/B1")

    assert both in visible_people(acting(asha))
    assert [g.area_path for g in visible_grants(acting(asha)).filter(user=both)] == [VILLAGE]
    assert both.scope().area_path == "IN/S10"


def test_a_person_stands_at_the_smallest_place_that_holds_her_grants():
    person = a_person(Role.VOLUNTEER, BLOCK + "/P1/V1")
    assert person.scope().area_path == BLOCK + "/P1/V1"
    a_grant(person, Role.VOLUNTEER, BLOCK + "/P1/V2")
    assert person.scope().area_path == BLOCK + "/P1"

    assert a_person().scope().area_path == "IN"


def test_what_is_hidden_answers_as_if_it_were_absent(asha):
    other = a_person(Role.ADMINISTRATOR, "IN/S10/D207")
    volunteer = a_person(Role.VOLUNTEER, "IN/S10/D207/B1")
    device, _token = a_phone(volunteer)
    reset = CredentialReset.objects.create(
        user=volunteer, kind="passphrase", asked_by=str(other.pk), asked_at=timezone.now()
    )
    invitation = invite_person(
        acting(other),
        for_name="X",
        role=Role.VOLUNTEER,
        area=an_area("IN/S10/D207/B1"),
        at=timezone.now(),
    ).record
    said = set()
    for get, pk in (
        (get_person, volunteer.pk),
        (get_grant, volunteer.grants.get().pk),
        (get_volunteer, volunteer.pk),
        (get_device, device.pk),
        (get_reset, reset.pk),
        (get_invitation, invitation.pk),
        (get_person, "01890a5d-ac96-774b-bcce-b302099a8057"),
    ):
        with pytest.raises(NotFound) as refusal:
            get(acting(asha), pk=pk)
        said.add(str(refusal.value))
        if pk == volunteer.pk:
            assert get(acting(other), pk=pk)

    assert len(said) == 1
    assert list(waiting_resets(acting(other), at=timezone.now())) == [reset]


@pytest.mark.parametrize(
    "role, where", [(Role.COORDINATOR, DISTRICT + "/B1852"), (Role.CASE_WORKER, DISTRICT)]
)
def test_volunteers_are_shown_to_those_who_send_them(role, where):
    a_person(Role.VOLUNTEER, VILLAGE)
    other = acting(a_person(role, where))

    assert not visible_volunteers(other).exists()


def test_phones_are_ones_own_and_those_in_ones_care(asha):
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    other = a_person(Role.VOLUNTEER, VILLAGE)
    mine, _token = a_phone(volunteer)
    theirs, _token = a_phone(other)

    assert list(visible_devices(acting(volunteer))) == [mine]
    assert set(visible_devices(acting(asha))) == {mine, theirs}


def test_places_to_give_are_found_by_name_within_ones_own(asha):
    an_area(VILLAGE, name="Rajnagar")
    an_area("IN/S10/D207/B1/P1/V9", name="Rajnagar")
    school = a_school(VILLAGE, name="Rajnagar Middle School")
    a_school("IN/S10/D207/B1", name="Rajnagar High School")

    assert [a.path for a in grantable_places(acting(asha), text="rajn", schools=False)] == [VILLAGE]
    assert grantable_places(acting(asha), text="rajn", schools=True) == [school]
    assert [a.path for a in grantable_places(acting(asha), text="", schools=False)] == [DISTRICT]


def test_people_are_counted_by_role_once_each(asha):
    person = a_person(Role.VOLUNTEER, VILLAGE)
    a_grant(person, Role.VOLUNTEER, BLOCK + "/P1/V2")

    counted = people_by_role(at=timezone.now())

    assert counted[Role.VOLUNTEER] == 1
    assert counted[Role.ADMINISTRATOR] == 1
    assert counted[Role.TEACHER] == 0


def test_a_role_at_one_school_waits_before_the_administrator_of_that_school():
    school, other = a_school(BLOCK), a_school(VILLAGE)
    asha = a_person(Role.ADMINISTRATOR, school)
    wait = {"needs_approval": True, "given_by": "system:operator"}
    here = a_grant(a_person(Role.VOLUNTEER, VILLAGE), Role.TEACHER, school, **wait)
    a_grant(a_person(Role.VOLUNTEER, VILLAGE), Role.TEACHER, other, **wait)

    assert here in confirmable_grants(acting(asha))
    assert {g.body for g in confirmable_grants(acting(asha))} == {school}
