"""The week's figures are the rows they open to; the weeks count each flag once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.actions import stop_account
from aanchal.access.models import User
from aanchal.access.roles import Role
from aanchal.watch.actions import assign_visit, leave_house, record_outcome, record_visit
from aanchal.watch.models import Flag, Visit
from aanchal.watch.queries.figures import FIGURES, rows_behind, week_figures
from aanchal.watch.queries.flags import overdue_visits
from aanchal.watch.queries.hands import InHand, my_past_visit, visits_in_hand
from aanchal.watch.queries.weeks import week_lines
from tests.factories import VILLAGE, a_class, a_flag, an_actor, kin_of
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def visited():
    """Four flags of this week: one found sick, one working, one overdue, one with nobody."""
    section, children = a_class(pupils=4)
    day = timezone.localdate() - timedelta(days=3)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE)
    coordinator = acting(a_person(Role.COORDINATOR))
    now = timezone.now()
    flags = [a_flag(c, section, raised_at=now, signal_on=day, since_on=day) for c in children]
    for flag, kind in zip(flags, ("sick", "works", "", None), strict=True):
        if kind is None:
            continue
        visit = assign_visit(coordinator, flag=flag, volunteer=volunteer, at=now)
        Visit.objects.filter(pk=visit.pk).update(due_at=now - timedelta(hours=1))
        if kind:
            actor = acting(volunteer)
            leave_house(actor, visit=visit, at=now)
            record_visit(
                actor, visit=visit, kind=kind, whom_met="mother", child_seen=True,
                next_step="comes_back", note="", visited_on=day, at=now - timedelta(hours=2),
                **({"age_band": "adolescent", "dangerous_work": "no"} if kind == "works" else {}),
            )  # fmt: skip
    return coordinator, volunteer, flags


def test_each_figure_counts_the_rows_it_opens_to(visited):
    coordinator, _volunteer, flags = visited
    on = timezone.localdate()

    week = week_figures(coordinator, last_on=on)
    rows = {figure: rows_behind(coordinator, figure, last_on=on) for figure in FIGURES}

    counted = {k: (sum(r.counts for r in v), len(v)) for k, v in rows.items()}
    assert (week.visited_in_time.part, week.visited_in_time.whole) == counted["in_time"] == (2, 3)
    assert (week.empty_visits.part, week.empty_visits.whole) == counted["empty"] == (1, 2)
    assert (week.back_and_there.part, week.back_and_there.whole) == counted["back"] == (0, 0)
    assert {r.flag_id for r in rows["lead"]} == {flags[0].pk, flags[1].pk}
    assert {r.kind for r in rows["empty"]} == {"sick", "works"}


def test_no_row_of_another_place_or_of_ones_own_kin_stands_behind_a_figure(visited):
    coordinator, volunteer, flags = visited
    on = timezone.localdate()
    elsewhere = an_actor(Role.COORDINATOR, "IN/S10/D206/B1852")
    kin_of(volunteer, flags[0].child)
    kin = a_person(Role.COORDINATOR)
    kin_of(kin, flags[1].child)

    assert all(not rows_behind(elsewhere, f, last_on=on) for f in FIGURES)
    assert {r.flag_id for r in rows_behind(acting(kin), "lead", last_on=on)} == {flags[0].pk}
    assert len(rows_behind(coordinator, "lead", last_on=on)) == 2


def test_a_week_counts_what_was_raised_in_it_and_what_came_of_that(visited):
    coordinator, _volunteer, flags = visited
    on = timezone.localdate()
    Flag.objects.filter(pk=flags[3].pk).update(raised_at=timezone.now() - timedelta(days=7))

    lines = week_lines(coordinator, last_on=on, weeks=3)

    assert [(x.flags, x.visited, x.empty) for x in lines] == [(0, 0, 0), (1, 0, 0), (3, 2, 1)]
    assert lines[-1].last_on == on
    Flag.objects.filter(pk=flags[0].pk).update(state=Flag.State.WITHDRAWN)
    assert week_lines(coordinator, last_on=on, weeks=1)[0].flags == 2
    assert week_lines(an_actor(Role.COORDINATOR, "IN/S10/D206/B1852"), last_on=on)[-1].flags == 0


def test_hands_are_counted_and_what_was_in_ones_own_is_found_again(visited):
    _coordinator, volunteer, flags = visited
    actor = acting(volunteer)
    told = Visit.objects.get(flag=flags[0])
    held = Visit.objects.get(flag=flags[2])

    second = a_person(Role.VOLUNTEER, VILLAGE)
    Visit.objects.filter(pk=held.pk).update(second=second, two_go=True)

    assert visits_in_hand([volunteer.pk]) == {volunteer.pk: InHand(held=1)}
    assert visits_in_hand([second.pk, uuid4()]) == {second.pk: InHand(along=1)}
    assert InHand(held=1, along=2).all == 3
    assert my_past_visit(actor, pk=told.pk) == told
    assert my_past_visit(actor, pk=held.pk) is None, "still in her hands"
    assert my_past_visit(acting(a_person(Role.VOLUNTEER, VILLAGE)), pk=told.pk) is None
    kin_of(volunteer, flags[0].child)
    assert my_past_visit(actor, pk=told.pk) is None


def test_back_and_still_there_opens_to_the_children_it_is_about(visited):
    coordinator, _volunteer, flags = visited
    since = timezone.localdate() - timedelta(days=40)
    record_outcome(
        coordinator, flag=flags[1], kind="back", since_on=since, child_seen=True, at=timezone.now()
    )

    # No register came since: nothing can be said, and nothing is counted.
    assert rows_behind(coordinator, "back", last_on=timezone.localdate()) == []


def test_a_visit_with_one_who_can_no_longer_go_waits_for_the_coordinator(visited):
    coordinator, volunteer, flags = visited
    now = timezone.now()
    Visit.objects.filter(state="assigned").update(due_at=now + timedelta(days=3))
    assert not overdue_visits(coordinator, at=now).exists()
    desk = signed_in(Client(), User.objects.get(pk=coordinator.user_id))

    stop_account(acting(a_person(Role.ADMINISTRATOR, "IN/S10")), user=volunteer, at=timezone.now())

    assert [v.flag_id for v in overdue_visits(coordinator, at=timezone.now())] == [flags[2].pk]
    page = desk.get(reverse("flag", args=[flags[2].pk]))
    assert b"can no longer go" in page.content
