"""A phone lost while a visit is in hand: whoever sends visits is told at once, and nothing lies unseen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from aanchal.access.actions import revoke_device
from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid
from aanchal.notices.queries.inbox import inbox
from aanchal.watch.actions import assign_visit, leave_house
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.flags import volunteers_for, without_phone
from aanchal.watch.queries.hands import those_to_stop
from aanchal.watch.queries.waiting import what_waits
from tests.factories import VILLAGE, a_class, a_flag, an_actor
from tests.signing_in import a_grant, a_person, a_phone, acting, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    """A visit that is due in some days with a volunteer who has stepped out of the house."""
    section, children = a_class(pupils=1)
    flag = a_flag(children[0], section)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, name="Lost Phone")
    phone, _token = a_phone(volunteer)
    coordinator = a_person(Role.COORDINATOR)
    now = timezone.now()
    visit = assign_visit(acting(coordinator), flag=flag, volunteer=volunteer, at=now)
    Visit.objects.filter(pk=visit.pk).update(due_at=now + timedelta(days=5))
    visit.refresh_from_db()
    leave_house(acting(volunteer), visit=visit, at=now)
    return visit, volunteer, phone, coordinator


def lost(phone):
    revoke_device(an_actor(Role.ADMINISTRATOR, "IN"), device=phone, at=timezone.now())


def waiting(coordinator):
    found = inbox(acting(coordinator), at=timezone.now()).things
    return [(t.kind, t.holder) for t in found]


def test_the_coordinator_is_told_at_once_though_another_took_the_phone_off(sent):
    visit, _volunteer, phone, coordinator = sent
    assert waiting(coordinator) == []

    lost(phone)

    assert waiting(coordinator) == [("visit.assigned", "")]
    assert what_waits(acting(coordinator), at=timezone.now()).stranded == 1
    client = signed_in(Client(), coordinator)
    home = client.get(reverse("watch")).content.decode()
    assert "1 visit is with somebody who can no longer go." in home
    page = client.get(reverse("flag", args=[visit.flag_id])).content.decode()
    assert "can no longer go there. Give the visit to another." in page
    assert "has lost the phone she works with" in page


def test_she_is_not_sent_and_the_next_one_begins_anew(sent):
    visit, volunteer, phone, coordinator = sent
    lost(phone)
    other = a_person(Role.VOLUNTEER, VILLAGE)
    now = timezone.now()
    flag = Flag.objects.select_related("child", "area").get(pk=visit.flag_id)
    assert volunteers_for(flag, at=now) == [other]
    section, children = a_class(grade="7", pupils=1)
    with pytest.raises(Invalid, match="lost the phone"):
        assign_visit(
            acting(coordinator), flag=a_flag(children[0], section), volunteer=volunteer, at=now
        )
    Flag.objects.exclude(pk=flag.pk).delete()

    new = assign_visit(acting(coordinator), flag=flag, volunteer=other, at=now)

    assert (new.volunteer, new.left_house_at) == (other, None)
    assert waiting(coordinator) == []
    page = signed_in(Client(), other).get(reverse("visit", args=[new.pk])).content.decode()
    assert "Lost Phone" not in page


def test_a_new_phone_puts_the_visit_back_into_her_hands(sent):
    visit, volunteer, phone, coordinator = sent
    lost(phone)

    a_phone(volunteer)

    assert waiting(coordinator) == []
    assert without_phone(visit.flag, at=timezone.now()) == []


def test_a_phone_beside_another_or_a_second_factor_leaves_her_at_work(sent):
    _visit, volunteer, phone, coordinator = sent
    second, _token = a_phone(volunteer)
    lost(phone)
    assert waiting(coordinator) == []

    a_grant(volunteer, Role.COORDINATOR, "IN/S10/D206/B1851")
    lost(second)

    assert waiting(coordinator) == []


def test_whoever_goes_along_with_her_reads_not_to_go(sent):
    visit, _volunteer, phone, _coordinator = sent
    along = a_person(Role.VOLUNTEER, VILLAGE)
    Visit.objects.filter(pk=visit.pk).update(two_go=True, second=along)

    lost(phone)

    assert those_to_stop([visit], at=timezone.now()) == {visit.pk}
    page = signed_in(Client(), along).get(reverse("my_visits")).content.decode()
    assert escape("one of you two cannot go any more. Do not go") in page


def test_of_whom_no_phone_was_ever_known_nothing_is_said(sent):
    visit, volunteer, phone, coordinator = sent
    phone.delete()

    assert waiting(coordinator) == []
    assert [u.pk for u in volunteers_for(visit.flag, at=timezone.now())] == [volunteer.pk]
