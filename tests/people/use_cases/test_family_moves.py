"""A family that lives in another village: its children, its house, its questions and visits go along."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aanchal.access.models import Notice
from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.people.actions import join_households, part_households
from aanchal.people.models import Child
from aanchal.watch.actions import assign_visit, move_family
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.flags import volunteers_for
from tests.audited import audited
from tests.factories import (
    NOW,
    OTHER_BLOCK,
    OTHER_DISTRICT,
    OTHER_VILLAGE,
    VILLAGE,
    a_class,
    a_flag,
    an_actor,
    kin_of,
)
from tests.signing_in import a_grant, a_person, acting, an_area, signed_in
from tests.watch.use_cases.test_visits import APRIL, a_volunteer

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"


@pytest.fixture
def family():
    """Two children of one house, each with a question, and one who lives elsewhere."""
    section, [child, other] = a_class(pupils=2)
    _theirs, [sister] = a_class(section.school, grade="7", pupils=1)
    sister.household = child.household
    sister.save()
    return child, sister, other, a_flag(child, section), a_flag(sister, section)


def moved(child, to=OTHER_VILLAGE, actor=None):
    return move_family(actor or an_actor(), child=child, to=an_area(to), at=NOW)


def places(*records):
    return [type(r).objects.select_related("area").get(pk=r.pk).area.path for r in records]


def test_children_house_and_live_questions_go_together(family):
    child, sister, other, flag, hers = family
    old = a_flag(other, flag.class_section)
    ended = a_flag(child, flag.class_section, state="closed", signal_on=date(2026, 6, 20))

    done = moved(child)

    assert {c.pk for c in done.children} == {child.pk, sister.pk}
    assert set(places(child, sister, child.household, flag, hers)) == {OTHER_VILLAGE}
    assert set(places(other, old, ended)) == {VILLAGE}
    told = audited().filter(verb="child.changed")
    assert {e.target_id for e in told} == {str(child.pk), str(sister.pk)}
    there = a_volunteer_of(OTHER_VILLAGE)
    assert there in volunteers_for(Flag.objects.get(pk=flag.pk), at=NOW)


def a_volunteer_of(where):
    return a_person(Role.VOLUNTEER, where, starts_at=APRIL)


def test_a_visit_of_a_volunteer_of_the_old_village_is_taken_back_and_she_is_told(family):
    child, _sister, _other, flag, hers = family
    stays, goes = a_volunteer(), a_volunteer()
    a_grant(stays, Role.VOLUNTEER, OTHER_VILLAGE, starts_at=APRIL)
    kept = assign_visit(an_actor(), flag=flag, volunteer=stays, at=NOW)
    lost = assign_visit(an_actor(), flag=hers, volunteer=goes, at=NOW)

    done = moved(child)

    assert [v.pk for v in done.taken_back] == [lost.pk]
    assert Visit.objects.get(pk=lost.pk).state == Visit.State.CANCELLED
    assert Visit.objects.get(pk=kept.pk).state == Visit.State.ASSIGNED
    states = {f.pk: f.state for f in Flag.objects.all()}
    assert (states[flag.pk], states[hers.pk]) == (Flag.State.ASSIGNED, Flag.State.OPEN)
    assert [n.user_id for n in Notice.objects.filter(kind="visit_taken_back")] == [goes.pk]
    assert audited().filter(verb="visit.cancelled").count() == 1


def test_whoever_goes_along_and_not_there_ends_the_visit_of_two_and_both_are_told(family):
    child, _sister, _other, flag, _hers = family
    first, second = a_volunteer(), a_volunteer()
    a_grant(first, Role.VOLUNTEER, OTHER_VILLAGE, starts_at=APRIL)
    assign_visit(an_actor(), flag=flag, volunteer=first, second=second, at=NOW)

    assert len(moved(child).taken_back) == 1
    assert Notice.objects.filter(kind="visit_taken_back").count() == 2


def test_moved_back_all_is_where_it_was(family):
    child, sister, _other, flag, hers = family
    moved(child)

    moved(sister, VILLAGE)

    assert set(places(child, sister, child.household, flag, hers)) == {VILLAGE}
    with pytest.raises(WrongState):
        moved(child, VILLAGE)


def test_a_house_that_was_joined_goes_along_so_that_it_can_be_parted_there(family):
    child, _sister, other, _flag, _hers = family
    join = join_households(an_actor(), child=child, other=other, at=NOW)
    moved(child)

    part_households(an_actor(), join=join, at=NOW)

    assert set(places(join.kept, join.left, other)) == {OTHER_VILLAGE}


def test_a_child_without_a_house_moves_alone():
    _section, [child, other] = a_class(pupils=2, guardian=False)
    Child.objects.update(household=None)

    moved(child)

    assert places(child, other) == [OTHER_VILLAGE, VILLAGE]


@pytest.mark.parametrize(
    "role, where, to",
    [
        (Role.COORDINATOR, BLOCK, OTHER_BLOCK),
        (Role.COORDINATOR, "IN/S10/D206/B1852", OTHER_BLOCK),
        (Role.CASE_WORKER, "IN/S10/D206", OTHER_VILLAGE),
        (Role.VOLUNTEER, VILLAGE, OTHER_VILLAGE),
    ],
)
def test_only_whoever_coordinates_both_villages_moves_a_family(family, role, where, to):
    with pytest.raises(NotAllowed):
        moved(family[0], to, actor=an_actor(role, where))
    assert places(family[0]) == [VILLAGE]
    assert audited().filter(verb="move_family.refused").count() == 1


def test_kin_of_the_family_are_shut_out(family):
    coordinator = a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL)
    kin_of(coordinator, family[1])

    with pytest.raises(NotAllowed):
        moved(family[0], actor=acting(coordinator, at=NOW))
    assert places(family[0]) == [VILLAGE]


@pytest.mark.parametrize("to", [BLOCK, OTHER_DISTRICT])
def test_what_is_no_village_of_the_district_is_refused(family, to):
    with pytest.raises(Invalid):
        moved(family[0], to, actor=an_actor(where="IN"))


def test_the_queries_grow_with_nothing_but_the_children_that_are_written(family):
    child, sister, *_rest = family

    def count(one, to):
        with CaptureQueriesContext(connection) as caught:
            moved(one, to)
        return sum(q["sql"].startswith("SELECT") for q in caught)

    two = count(child, OTHER_VILLAGE)
    Child.objects.filter(pk=sister.pk).update(household=None)
    assert count(child, VILLAGE) <= two <= count(sister, VILLAGE) + 8


def test_the_page_shows_all_of_the_house_asks_and_leads_back(family):
    child, sister, _other, flag, _hers = family
    an_area(OTHER_VILLAGE), an_area(OTHER_BLOCK)
    browser = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))
    where = reverse("child_village", args=[child.pk])
    there = {"village": str(an_area(OTHER_VILLAGE).pk)}

    assert where in browser.get(reverse("child", args=[child.pk])).content.decode()
    first = browser.get(where).content.decode()
    assert there["village"] in first and str(an_area(OTHER_BLOCK).pk) not in first
    assert 'value="" selected' in first and first.count(" selected") == 1
    assert "whoever coordinates both can move the family at once" in first
    assert browser.post(where, {"village": str(an_area(OTHER_BLOCK).pk)}).status_code == 400
    asked = browser.post(where, there).content.decode()
    assert sister.code in asked and places(child) == [VILLAGE]
    done = browser.post(where, {**there, "step": "move"}, follow=True).content.decode()

    assert places(child, sister, flag) == [OTHER_VILLAGE] * 3
    assert "Undo: the family lives in" in done
    back = browser.post(where, {"village": str(an_area(VILLAGE).pk), "step": "move"}, follow=True)
    assert back.status_code == 200 and places(child, sister, flag) == [VILLAGE] * 3


@pytest.mark.parametrize(
    "role, where", [(Role.CASE_WORKER, BLOCK), (Role.COORDINATOR, OTHER_BLOCK)]
)
def test_the_page_is_not_there_for_whoever_may_not(family, role, where):
    browser = signed_in(Client(), a_person(role, where))

    page = reverse("child_village", args=[family[0].pk])
    assert browser.get(page).status_code == 404
    assert browser.post(page, {"step": "move"}).status_code == 404
