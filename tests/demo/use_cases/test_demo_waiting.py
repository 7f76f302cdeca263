"""The demonstration shows what waits for a second person, and one unusual day of reading."""

import pytest
from django.utils import timezone

from aanchal.access.models import Grant, Invitation
from aanchal.access.roles import Role
from aanchal.demo.waiting import leave_waiting
from aanchal.people.models import Child, Kinship, ReadingDay
from tests.factories import OTHER_VILLAGE, VILLAGE, a_class
from tests.signing_in import a_person, a_school

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"


def test_one_of_each_waits_and_one_day_is_pointed_at():
    mine, _children = a_class(pupils=2)
    a_class(a_school(OTHER_VILLAGE), pupils=12)
    a_class(a_school(OTHER_VILLAGE), pupils=3)
    places = {
        Role.VOLUNTEER: VILLAGE,
        Role.TEACHER: mine.school,
        Role.COORDINATOR: DISTRICT + "/B1851",
        Role.ADMINISTRATOR: DISTRICT,
    }
    people = {str(role): a_person(role, where) for role, where in places.items()}

    leave_waiting(people, at=timezone.now())

    waiting = Grant.objects.get(needs_approval=True, approved_at__isnull=True)
    assert waiting.user == people["volunteer"] and waiting.role == Role.COORDINATOR
    assert Invitation.objects.get().approved_at is None
    assert Kinship.objects.get().state == Kinship.State.WAITING
    day = ReadingDay.objects.get()
    assert day.reader == str(people["teacher"].pk) and "outside_work" in day.counts["why"]
    assert Child.objects.count() == 17


def test_a_district_with_nobody_in_a_role_waits_for_nothing():
    leave_waiting({}, at=timezone.now())

    assert not Grant.objects.exists() and not ReadingDay.objects.exists()


def test_a_link_of_a_role_is_that_of_one_who_holds_it():
    from aanchal.demo.ways_in import busiest
    from tests.signing_in import a_grant

    waiting = a_person(Role.VOLUNTEER, VILLAGE)
    waiting.username = "a-first"
    waiting.save()
    a_grant(waiting, Role.COORDINATOR, DISTRICT + "/B1851", needs_approval=True)
    holder = a_person(Role.COORDINATOR, DISTRICT + "/B1851")

    assert busiest(Role.COORDINATOR) == holder
