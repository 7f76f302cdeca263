"""How a child's house is found: who writes it, who is shown it, and until when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed
from aanchal.people.actions import (
    describe_house,
    enrol_pupils,
    open_house,
    record_consent,
    record_kinship,
)
from aanchal.people.families import namesakes
from aanchal.people.houses import House, house_of, may_be_called
from aanchal.people.models import Child, Consent, Household
from aanchal.people.rules.pupils import NewPupil
from aanchal.watch.actions import (
    assign_visit,
    describe_visited_house,
    hand_back_visit,
    open_visited_house,
)
from tests.audited import audited
from tests.factories import JULY, NOW, OTHER_VILLAGE, VILLAGE, a_class, a_flag, an_actor, kin_of
from tests.signing_in import a_person, a_school

pytestmark = pytest.mark.django_db

RAJKALA = House("Rajkala Devi", "mother", "98350 12345", "Dakshin tola", "The hand pump", "Past it")


def a_child(**more):
    section, children = a_class(pupils=1, **more)
    return children[0], section


def described(child, house=RAJKALA, *, may_call=None, actor=None):
    describe_house(actor or an_actor(), child=child, house=house, may_call=may_call, at=NOW)
    return Child.objects.get(pk=child.pk)


def a_visit(child, section):
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=NOW - timedelta(days=90))
    visit = assign_visit(an_actor(), flag=a_flag(child, section), volunteer=volunteer, at=NOW)
    return visit, actor_for(volunteer, at=NOW)


@pytest.mark.parametrize("guardian", [True, False])
def test_a_house_is_written_down_by_the_coordinator_and_the_audit_holds_no_word_of_it(guardian):
    child, _section = a_child(guardian=guardian)

    child = described(child)

    assert house_of(child) == RAJKALA
    event = audited().get(verb="house.described")
    assert set(event.changes["fields"]) >= {"landmark", "phone"}
    assert "pump" not in str(event.changes)


def test_written_twice_it_is_one_event_and_one_guardian():
    child, _section = a_child()

    described(described(child))

    assert audited().filter(verb="house.described").count() == 1
    assert Household.objects.get().guardians.count() == 1


def test_a_teacher_writes_the_house_of_a_child_of_her_class_only():
    child, section = a_child()
    other, _section = a_class(section.school, grade="7", pupils=1)
    teacher = an_actor(Role.TEACHER, body_id=str(section.school_id), grade="6", section="A")

    assert house_of(described(child, actor=teacher)) == RAJKALA
    with pytest.raises(NotAllowed):
        described(_section[0], actor=teacher)
    child.enrolments.update(ends_on=JULY)
    with pytest.raises(NotAllowed):
        described(child, House(), actor=teacher)
    assert other.grade == "7"


@pytest.mark.parametrize("act", [described, lambda c, actor: open_house(actor, child=c, at=NOW)])
def test_nobody_else_reads_or_writes_a_house(act):
    child, _section = a_child()
    coordinator = a_person(Role.COORDINATOR, VILLAGE, starts_at=NOW - timedelta(days=90))
    kin_of(coordinator, child)

    for actor in (
        an_actor(Role.VOLUNTEER, VILLAGE),
        an_actor(Role.ADMINISTRATOR),
        an_actor(Role.COORDINATOR, OTHER_VILLAGE),
        actor_for(coordinator, at=NOW),
    ):
        with pytest.raises(NotAllowed):
            act(Child.objects.get(pk=child.pk), actor=actor)

    assert not Household.objects.get().hamlet


def test_a_line_too_long_writes_nothing():
    child, _section = a_child()

    with pytest.raises(Invalid):
        described(child, House(landmark="x" * 201))

    assert not Household.objects.get().landmark


def test_the_phone_is_shown_to_the_volunteer_only_where_the_family_agreed():
    child, section = a_child()
    described(child)
    visit, volunteer = a_visit(child, section)
    shown = open_visited_house(volunteer, visit=visit, at=NOW)
    assert (shown.landmark, shown.phone) == ("The hand pump", "")

    described(child, may_call=True)
    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == "98350 12345"

    described(child, may_call=False)
    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == ""
    assert Consent.objects.get().withdrawn_on is not None


def test_another_consent_does_not_open_the_phone():
    child, section = a_child()
    described(child)
    record_consent(
        an_actor(), child=child, purpose="case_study", given_by="guardian", given_on=JULY
    )
    visit, volunteer = a_visit(child, section)

    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == ""


def test_a_house_is_shown_for_her_own_visit_and_never_after_it_was_given_back():
    child, section = a_child()
    described(child)
    visit, volunteer = a_visit(child, section)
    other = a_person(Role.VOLUNTEER, VILLAGE, starts_at=NOW - timedelta(days=90))

    assert open_visited_house(volunteer, visit=visit, at=NOW).hamlet == "Dakshin tola"
    assert audited().filter(verb="house.shown", target_id=str(visit.pk)).count() == 1
    with pytest.raises(NotAllowed):
        open_visited_house(actor_for(other, at=NOW), visit=visit, at=NOW)

    visit = hand_back_visit(volunteer, visit=visit, because="cannot_go", at=NOW)
    with pytest.raises(NotAllowed):
        open_visited_house(volunteer, visit=visit, at=NOW)
    with pytest.raises(NotAllowed):
        describe_visited_house(volunteer, visit=visit, house=House(), at=NOW)


def test_the_volunteer_who_has_been_there_writes_the_way_and_the_hidden_phone_stays():
    child, section = a_child()
    described(child)
    visit, volunteer = a_visit(child, section)

    describe_visited_house(volunteer, visit=visit, house=House(landmark="The new temple"), at=NOW)

    house = house_of(Child.objects.get(pk=child.pk))
    assert (house.landmark, house.phone) == ("The new temple", "98350 12345")


def test_a_pupil_list_brings_the_address():
    done = enrol_pupils(
        system_actor("imports"),
        school=a_school(VILLAGE),
        pupils=[
            NewPupil(
                grade="6", section="A", roll="1", given_name="Gudiya", guardian_name="Rajkala Devi",
                landmark="The hand pump", address="Third house past it",
            )
        ],
        on=JULY,
        at=NOW,
    )  # fmt: skip

    house = house_of(Child.objects.get(pk=done.children[0]))

    assert (house.landmark, house.directions) == ("The hand pump", "Third house past it")


def a_fake_sibling(section, actor):
    """A pupil of IX with the guardian whom everybody in the village knows by name."""
    fake = NewPupil(
        grade="9", section="A", roll="1", given_name="Nobody", guardian_name=RAJKALA.guardian_name,
        guardian_phone=RAJKALA.phone,
    )  # fmt: skip
    done = enrol_pupils(actor, school=section.school, pupils=[fake], on=JULY, at=NOW)
    return Child.objects.get(pk=done.children[0])


def test_a_pupil_with_the_name_of_a_guardian_opens_no_house_of_another_class():
    child, section = a_child()
    described(child)
    teacher = an_actor(Role.TEACHER, body_id=str(section.school_id), grade="9", section="A")

    fake = a_fake_sibling(section, teacher)
    describe_house(teacher, child=fake, house=House(landmark="Elsewhere"), may_call=None, at=NOW)

    assert open_house(teacher, child=fake, at=NOW).directions == ""
    assert house_of(Child.objects.get(pk=child.pk)) == RAJKALA


def test_kin_of_the_family_are_kin_of_its_child_in_another_class_too():
    child, section = a_child()
    child = described(child)
    before, after = a_person(Role.COORDINATOR, VILLAGE), a_person(Role.COORDINATOR, VILLAGE)
    kin_of(before, child)
    teacher = an_actor(Role.TEACHER, body_id=str(section.school_id), grade="9", section="A")

    sibling = a_fake_sibling(section, teacher)
    record_kinship(an_actor(), child=child, user=after, at=NOW)

    assert Child.objects.get(pk=sibling.pk).kin() == {str(before.pk), str(after.pk)}


def test_a_number_written_down_later_was_never_agreed_to():
    child, section = a_child()
    described(child, may_call=True)
    visit, volunteer = a_visit(child, section)
    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == "98350 12345"

    described(child, replace(RAJKALA, phone="+91 98350-12345"))
    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == "+91 98350-12345"
    described(child, replace(RAJKALA, phone="98350 99999"))
    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == ""
    described(child, replace(RAJKALA, phone="98350 99999"), may_call=True)
    assert open_visited_house(volunteer, visit=visit, at=NOW).phone == "98350 99999"


def a_list(*pupils):
    """A pupil list of the coordinator's: given name, guardian, her or his relation and number."""
    done = enrol_pupils(
        an_actor(),
        school=a_school(VILLAGE),
        pupils=[
            NewPupil(
                grade="6", section="A", roll=str(n), given_name=given, guardian_name=guardian,
                guardian_relation=relation, guardian_phone=phone,
            )
            for n, (given, guardian, relation, phone) in enumerate(pupils, start=1)
        ],
        on=JULY,
        at=NOW,
    )  # fmt: skip
    children = Child.objects.in_bulk(done.children)
    return [children[pk] for pk in done.children]


@pytest.mark.parametrize("number", ["", "98350 12345"])
def test_two_fathers_of_one_name_in_a_village_are_two_families(number):
    ram, shyam = a_list(
        ("Gudiya", "Ram Paswan", "father", number), ("Roshan", "Ram Paswan", "father", "")
    )
    [later] = a_list(("Anjali", "Ram Paswan", "father", ""))

    assert len({ram.household_id, shyam.household_id, later.household_id}) == 3
    assert {c.code for h in namesakes(later.household) for c in h.children.all()} == {
        ram.code,
        shyam.code,
    }


def test_kin_of_a_family_of_that_name_stay_shut_out_until_somebody_says_that_it_is_another():
    [child] = a_list(("Gudiya", "Ram Paswan", "father", ""))
    kin = a_person(Role.COORDINATOR, VILLAGE)
    kin_of(kin, child)

    [sibling] = a_list(("Anjali", "Ram Paswan", "father", ""))

    assert sibling.household_id != child.household_id
    assert sibling.kin() == {str(kin.pk)}


def test_of_two_numbers_they_are_not_even_proposed_and_of_one_they_are_one_family():
    one, other, sister = a_list(
        ("Gudiya", "Ram Paswan", "father", "98350 12345"),
        ("Roshan", "Ram Paswan", "father", "98350 99999"),
        ("Anjali", "Ram Paswan", "father", "98350 12345"),
    )

    assert one.household_id == sister.household_id != other.household_id
    assert namesakes(one.household) == namesakes(other.household) == []


def test_the_coordinators_list_joins_the_family():
    child, section = a_child()
    child = described(child)

    assert a_fake_sibling(section, an_actor()).household_id == child.household_id


def test_a_no_ends_every_earlier_yes_though_another_number_stands_there_now():
    child, _section = a_child()
    described(child, may_call=True)

    described(child, replace(RAJKALA, phone="98350 99999"), may_call=False)
    child = described(child, RAJKALA)

    assert not may_be_called(child)
    assert audited().filter(verb="consent.withdrawn").count() == 1
    described(child, may_call=False)
    assert audited().filter(verb="consent.withdrawn").count() == 1, "there was nothing left to end"


def test_a_yes_to_two_numbers_is_none_to_a_third_beside_one_of_them():
    child, _section = a_child()
    child = described(child, replace(RAJKALA, phone="98350 12345 / 98350 54321"), may_call=True)
    assert may_be_called(child)

    child = described(child, replace(RAJKALA, phone="97770 11111 / 98350 54321"))

    assert not may_be_called(child)
