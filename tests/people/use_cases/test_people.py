"""Children are enrolled once; their files open with a trace; consent is withdrawn, not deleted."""

from datetime import date

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.people.actions import (
    enrol_pupils,
    open_child_file,
    record_agreement,
    record_consent,
    record_kinship,
    withdraw_consent,
)
from aanchal.people.models import Child, Consent, Enrolment, Guardian, Household
from aanchal.people.rules.pupils import NewPupil
from tests.audited import audited
from tests.factories import JULY, NOW, OTHER_DISTRICT, VILLAGE, a_class, an_actor
from tests.signing_in import a_person, a_school, an_area

pytestmark = pytest.mark.django_db
IMPORTS = system_actor("imports")


def a_pupil(**given):
    values = {
        "grade": "6",
        "section": "A",
        "roll": "1",
        "given_name": "Gudiya",
        "family_name": "Kumari",
        "row": 2,
    }
    return NewPupil(**(values | given))


def enrol(school, *pupils, on=JULY, actor=IMPORTS):
    return enrol_pupils(actor, school=school, pupils=list(pupils), on=on, at=NOW)


def test_a_list_sent_twice_makes_each_child_once():
    school = a_school(VILLAGE)
    pupils = [a_pupil(), a_pupil(roll="2", given_name="Roshan", family_name="Yadav")]

    first = enrol(school, *pupils)
    second = enrol(school, *pupils)

    assert (first.new, second.new, second.known) == (2, 0, 2)
    assert Child.objects.count() == Enrolment.objects.count() == 2


def test_codes_are_spoken_names_that_nobody_shares():
    school = a_school(VILLAGE)

    enrol(school, *[a_pupil(roll=str(i), given_name=f"Name{i}") for i in range(1, 4)])

    assert sorted(c.code for c in Child.objects.all()) == ["K-0001", "K-0002", "K-0003"]


def test_a_known_village_is_hers_and_an_unknown_one_is_the_schools_marked_assumed():
    school = a_school(VILLAGE)
    near = an_area("IN/S10/D206/B1851/P900/V905", name="Chandni Pokhar")

    enrol(
        school,
        a_pupil(village="CHANDNI POKHAR"),
        a_pupil(roll="2", given_name="Saba", village="Nowhere"),
    )

    hers, other = Child.objects.order_by("code")
    assert (hers.area, hers.area_is_assumed) == (near, False)
    assert (other.area, other.area_is_assumed) == (school.area, True)


def test_children_of_one_guardian_in_one_village_share_a_household():
    school = a_school(VILLAGE)
    home = {"guardian_name": "Rani Devi", "guardian_phone": "9000000000"}

    enrol(school, a_pupil(**home), a_pupil(roll="2", given_name="Saba", **home))
    enrol(school, a_pupil(grade="3", roll="1", given_name="Nisha", **home))

    assert Household.objects.count() == Guardian.objects.count() == 1
    assert {c.household_id for c in Child.objects.all()} == {Household.objects.get().pk}


def test_a_child_with_an_admission_number_moves_class_and_stays_one_record():
    school = a_school(VILLAGE)
    enrol(school, a_pupil(admission_no="A-17"))

    done = enrol(school, a_pupil(grade="7", admission_no="A-17"), on=date(2027, 5, 1))

    assert (done.new, done.known) == (0, 1)
    assert Child.objects.count() == 1
    assert Enrolment.objects.get(ends_on__isnull=True).class_section.grade == "7"


@pytest.mark.parametrize(
    "wrong, code",
    [
        ({"given_name": ""}, "no_name"),
        ({"grade": ""}, "no_class"),
        ({"born_on": "2030-01-01"}, "birth_date"),
        ({"age_years": 70}, "age"),
    ],
)
def test_a_line_that_cannot_be_right_is_told_and_the_others_go_in(wrong, code):
    school = a_school(VILLAGE)

    done = enrol(school, a_pupil(**wrong), a_pupil(roll="2", given_name="Saba"))

    assert [p.code for p in done.problems] == [code]
    assert done.new == 1


def test_one_roll_number_is_one_pupil():
    done = enrol(a_school(VILLAGE), a_pupil(), a_pupil(given_name="Somebody", row=3))

    assert (done.new, [p.code for p in done.problems]) == (1, ["roll_twice"])


def test_names_are_nowhere_in_the_table():
    enrol(a_school(VILLAGE), a_pupil())

    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_child")
        [row] = cursor.fetchall()
    assert b"Gudiya" not in b"".join(bytes(v) for v in row if isinstance(v, bytes | memoryview))
    assert "Gudiya" not in "".join(v for v in row if isinstance(v, str))


def test_enrolling_in_another_district_is_refused_and_writes_nothing():
    school = a_school(OTHER_DISTRICT)

    with pytest.raises(NotAllowed):
        enrol(school, a_pupil(), actor=an_actor())

    assert not Child.objects.exists()


def test_opening_a_file_leaves_a_trace_and_is_not_for_everybody():
    _section, children = a_class(pupils=1)

    open_child_file(an_actor(), child=children[0], at=NOW)
    with pytest.raises(NotAllowed):
        open_child_file(an_actor(Role.VOLUNTEER, VILLAGE), child=children[0], at=NOW)

    assert audited().filter(verb="child.file_opened").count() == 1


def test_kinship_shuts_a_person_out_from_then_on():
    _section, children = a_class(pupils=1)
    coordinator = a_person(Role.COORDINATOR, "IN/S10/D206")

    record_kinship(an_actor(), child=children[0], user=coordinator, at=NOW)

    child = Child.objects.get(pk=children[0].pk)
    assert str(coordinator.pk) in child.scope().excluded
    with pytest.raises(NotAllowed):
        record_kinship(an_actor(Role.TEACHER), child=child, user=coordinator, at=NOW)


def test_kinship_makes_the_household_where_there_is_none():
    # A child without a household has kin too: refusing it would leave the conflict unsaid.
    _section, children = a_class(pupils=1, guardian=False)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)

    record_kinship(an_actor(), child=children[0], user=volunteer, at=NOW)

    assert str(volunteer.pk) in Child.objects.get(pk=children[0].pk).kin()


def test_consent_is_withdrawn_once_and_stays_written():
    _section, children = a_class(pupils=1)
    given = {"purpose": "visits", "given_by": "guardian", "given_on": JULY}
    consent = record_consent(an_actor(), child=children[0], **given)

    withdraw_consent(an_actor(), consent=consent, on=JULY)

    assert Consent.objects.get().withdrawn_on == JULY
    with pytest.raises(WrongState):
        withdraw_consent(an_actor(), consent=consent, on=JULY)
    with pytest.raises(Invalid):
        record_consent(an_actor(), child=children[0], **(given | {"purpose": "gossip"}))
    volunteer = an_actor(Role.VOLUNTEER, VILLAGE)
    with pytest.raises(NotAllowed):
        record_consent(volunteer, child=children[0], **given)
    with pytest.raises(NotAllowed):
        withdraw_consent(volunteer, consent=consent, on=JULY)


def test_an_agreement_names_one_place_and_ends_after_it_begins():
    school = a_school(VILLAGE)
    given = {"order_no": "7", "made_with": "Office", "starts_on": JULY, "at": NOW}

    record_agreement(an_actor(), body=school, ends_on=date(2027, 6, 30), **given)

    with pytest.raises(Invalid):
        record_agreement(an_actor(), body=school, ends_on=date(2020, 1, 1), **given)
    with pytest.raises(Invalid):
        record_agreement(an_actor(), ends_on=date(2027, 6, 30), **given)
    with pytest.raises(NotAllowed):
        record_agreement(an_actor(Role.TEACHER), body=school, ends_on=date(2027, 6, 30), **given)
