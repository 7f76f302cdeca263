"""A doubt whether a child is safe stands until somebody has met somebody again."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.notices.queries.things import things
from aanchal.watch.actions import assign_visit, hand_back_visit, leave_house, record_visit
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.doubts import doubts
from aanchal.watch.queries.waiting import doubtful_flags, what_waits
from tests.factories import NOW, a_class, a_flag, an_actor
from tests.signing_in import signed_in
from tests.watch.use_cases.test_visits import a_volunteer, acting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
UNSURE = {"kind": "fears_school", "next_step": "not_sure_safe"}
NOT_HOME = {"kind": "not_home", "whom_met": "nobody", "child_seen": False}


def told(visit, *, at, **found):
    given = {
        "whom_met": "mother",
        "child_seen": True,
        "next_step": "visit_again",
        "note": "",
        "visited_on": date(2026, 7, 31),
    }
    leave_house(acting(visit.volunteer), visit=visit, at=at)
    record_visit(acting(visit.volunteer), visit=visit, at=at, **{**given, **found})


def a_second_visit():
    """An ordinary question in doubt, and a second visit in another's hands."""
    section, children = a_class()
    flag = a_flag(children[0], section, channel=Flag.Channel.ORDINARY)
    first = assign_visit(an_actor(), flag=flag, volunteer=a_volunteer(), at=NOW)
    told(first, at=NOW, **UNSURE)
    return assign_visit(an_actor(), flag=flag, volunteer=a_volunteer(), at=NOW + DAY)


def thing_of(kind, *, at):
    (thing,) = [t for t in things(at=at) if t.kind == kind]
    return thing


def test_a_second_visit_after_a_doubt_is_due_as_an_urgent_one_and_stands_first_while_it_waits():
    second = a_second_visit()

    assert second.due_at - second.assigned_at < 2 * DAY
    thing = thing_of("visit.assigned", at=NOW + DAY)
    assert thing.is_urgent and thing.is_danger
    assert not what_waits(an_actor(), at=NOW + DAY).doubts, "somebody is on her way"


def test_a_second_visit_given_back_leaves_the_doubt_with_the_coordinator():
    second = a_second_visit()

    hand_back_visit(acting(second.volunteer), visit=second, because="unsafe", at=NOW + 2 * DAY)

    thing = thing_of("flag.open", at=NOW + 2 * DAY)
    assert thing.is_urgent and thing.is_danger and thing.late_at() <= NOW + 2 * DAY
    assert what_waits(an_actor(), at=NOW + 2 * DAY).doubts == 1
    assert list(doubtful_flags(an_actor())) == [second.flag]


def test_nobody_at_home_again_and_again_does_not_end_a_doubt():
    told(a_second_visit(), at=NOW + DAY, **NOT_HOME)
    told(Visit.objects.get(state=Visit.State.ASSIGNED), at=NOW + DAY, **NOT_HOME)

    flag = Flag.objects.get()
    assert flag.state == Flag.State.OPEN
    assert list(doubts(Flag.objects.all())) == [flag.pk]


def test_somebody_met_at_the_second_visit_ends_the_doubt():
    told(a_second_visit(), at=NOW + DAY, kind="sick", next_step="comes_back")

    assert not doubts(Flag.objects.all(), states=Flag.LIVE)


def test_her_list_begins_with_the_child_who_may_not_be_safe():
    second = a_second_visit()
    section, children = a_class(grade="7")
    urgent = a_flag(children[0], section)
    assign_visit(an_actor(), flag=urgent, volunteer=second.volunteer, at=NOW + DAY)

    page = signed_in(Client(), second.volunteer).get(reverse("my_visits"))

    codes = [card["code"] for card in page.context["cards"]]
    assert codes == [second.flag.child.code, urgent.child.code]
