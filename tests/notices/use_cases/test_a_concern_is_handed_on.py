"""Who is told, and what is said, of a concern whose child moved to another block."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.cases.actions import hand_over_concern
from aanchal.notices.queries.people import Staff
from aanchal.notices.queries.things import things
from aanchal.web.concerns.presenters.day import concern_day
from tests.cases.use_cases.test_concern_follows_family import HOUR, NOW, THERE, WAITING, Family
from tests.notices.use_cases.test_notices import staff
from tests.signing_in import a_grant, acting, signed_in

pytestmark = pytest.mark.django_db
HERE, DISTRICT = "IN/S10/D206/B1851", "IN/S10/D206"


def the_thing(kind, at):
    [found] = [t for t in things(at=at) if t.kind == kind]
    return found


def test_a_coordinator_of_the_place_they_left_is_not_told():
    here, district = staff(Role.COORDINATOR, HERE), staff(Role.COORDINATOR, DISTRICT)
    family = Family(taken=False)
    family.moves()
    waiting = the_thing(WAITING, NOW + 2 * HOUR)

    told = Staff(at=NOW + 2 * HOUR).coordinators(waiting.scope)

    assert told == [str(district.pk)]
    assert str(here.pk) not in told


def test_a_move_gives_nobody_more_time_for_a_concern_nobody_took_up():
    family = Family(taken=False)
    family.moves(at=NOW + 47 * HOUR)

    assert the_thing(WAITING, NOW + 48 * HOUR).since == family.concern.raised_at


def test_one_that_was_handed_over_to_her_is_not_called_one_to_hand_over():
    family = Family()
    family.moves()
    now = NOW + 3 * HOUR
    assert concern_day(acting(family.old), at=now).moved == {str(family.held.pk)}

    hand_over_concern(
        acting(family.old),
        concern=family.concern,
        to=family.new,
        words="She lives with you now.",
        at=NOW + 2 * HOUR,
    )

    assert concern_day(acting(family.new), at=now).moved == frozenset()
    assert concern_day(acting(family.old), at=now).moved == frozenset()


def test_whoever_has_it_and_works_there_as_well_ends_the_handing_on_by_a_press():
    began = timezone.now() - timedelta(hours=3)
    family = Family(at=began)
    family.moves(at=began + HOUR)
    a_grant(family.old, Role.CASE_WORKER, THERE)
    client = signed_in(Client(), family.old)
    where = reverse("concern", args=[family.held.pk])

    page = client.get(where).content.decode()
    assert "where you work as well" in page and 'value="take_up"' in page

    client.post(where, {"step": "take_up"})

    assert not family.concern.left_area_id
    assert family.concern.taken_up_by == str(family.old.pk)
