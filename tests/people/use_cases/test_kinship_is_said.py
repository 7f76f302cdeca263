"""Kinship is written down when a volunteer says it, and by a coordinator; nobody is lost by it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.errors import NotAllowed
from aanchal.people.actions import record_own_kinship
from aanchal.people.models import Child, Kinship
from aanchal.watch.actions import assign_visit, hand_back_visit
from aanchal.watch.models import Visit
from aanchal.watch.queries.flags import my_visits, overdue_visits, volunteers_for
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, a_flag, an_actor
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
BLOCK = "IN/S10/D206/B1851"


def a_visit():
    section, children = a_class()
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    flag = a_flag(children[0], section)
    return assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW), volunteer


def test_a_visit_given_back_as_her_own_familys_writes_the_kinship_down():
    visit, volunteer = a_visit()
    Child.objects.update(household=None)

    hand_back_visit(actor_for(volunteer, at=NOW), visit=visit, because="kin", at=NOW)

    kinship = Kinship.objects.get()
    assert kinship.user == volunteer
    assert kinship.household == Child.objects.get(pk=visit.flag.child_id).household
    assert volunteer not in volunteers_for(visit.flag, at=NOW)
    assert audited().filter(verb="kinship.recorded").count() == 1


@pytest.mark.parametrize("because", ["unsafe", "cannot_go"])
def test_no_other_reason_says_kinship(because):
    visit, volunteer = a_visit()

    hand_back_visit(actor_for(volunteer, at=NOW), visit=visit, because=because, at=NOW)

    assert not Kinship.objects.exists()


def test_nobody_says_it_of_another():
    visit, volunteer = a_visit()
    other = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)

    with pytest.raises(NotAllowed):
        record_own_kinship(actor_for(volunteer, at=NOW), child=visit.flag.child, user=other, at=NOW)
    assert not Kinship.objects.exists()


def test_a_visit_in_the_hands_of_kin_waits_for_the_coordinator_at_once():
    visit, volunteer = a_visit()
    coordinator = a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL)
    volunteer.display_name = "Qz Kanchan Prasad"
    volunteer.save()
    assert not overdue_visits(actor_for(coordinator, at=NOW), at=NOW)
    client = signed_in(Client(), coordinator)
    where = reverse("child_kin", args=[visit.flag.child_id])
    assert "Nobody of this district" in client.post(where, {"who": "Zzyzx"}).content.decode()
    offered = client.post(where, {"who": "Kanchan Prasad"}).content.decode()
    assert "Qz Kanchan Prasad" in offered and "checked" not in offered
    assert not Kinship.objects.exists()

    client.post(where, {"who": "Kanchan Prasad", "asked": "person", "person": str(volunteer.pk)})

    assert Kinship.objects.get().user == volunteer
    assert not my_visits(actor_for(volunteer, at=NOW))
    assert list(overdue_visits(actor_for(coordinator, at=NOW), at=NOW)) == [Visit.objects.get()]
