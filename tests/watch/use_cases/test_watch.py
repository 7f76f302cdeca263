"""The watch over stored registers: what it raises, what it withdraws, and what it does once."""

from datetime import UTC, date, datetime

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed
from aanchal.watch.actions import run_watch, set_visit_budget
from aanchal.watch.actions.watch import WatchRun, raise_flags
from aanchal.watch.models import ClassState, Flag
from aanchal.watch.policies import default_policy
from tests.audited import audited
from tests.factories import NOW, a_class, a_page, an_actor
from tests.signing_in import an_area

pytestmark = pytest.mark.django_db

WATCH = system_actor("watch")
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
END = date(2026, 7, 31)
# June 2026: 1 is a Monday; 7, 14, 21, 28 are Sundays. July: 5, 12, 19, 26.
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
GONE = "PPPP.AAAAAA.AAAAAA.AAAAAA.AAAAA"
BACK = "PPPP.AAAAAA.AAAAAA.AAAAAA.PPPPP"


def a_watched_class(last=GONE):
    section, children = a_class(pupils=10)
    a_page(section, children, [JUNE_FULL] * 10, JUNE)
    a_page(section, children, [*[FULL] * 9, last], JULY)
    return section, children


def test_a_child_who_stops_coming_is_asked_after_with_a_sentence_of_numbers():
    _section, children = a_watched_class()

    done = run_watch(WATCH, on=END, at=NOW)

    flag = Flag.objects.get()
    assert flag.child == children[9]
    assert flag.since_on == date(2026, 7, 6)
    assert flag.reason["run"] >= 4
    assert done.raised == [flag.pk]
    assert audited().filter(verb="flag.raised").count() == 1


def test_run_again_on_the_same_day_raises_nothing_and_reads_no_marks():
    a_watched_class()
    run_watch(WATCH, on=END, at=NOW)

    again = run_watch(WATCH, on=END, at=NOW)

    assert (again.scored, again.raised) == (0, [])
    assert Flag.objects.count() == 1


def test_day_by_day_raises_what_the_whole_month_raises_and_on_an_earlier_day():
    a_watched_class()
    for day in range(1, 32):
        run_watch(WATCH, on=date(2026, 7, day), at=NOW)
    daily = Flag.objects.get()

    assert daily.signal_on < date(2026, 7, 27)
    assert ClassState.objects.filter(month=None).get().as_of == END


def test_marks_after_the_day_stood_on_are_not_seen():
    a_watched_class()

    run_watch(WATCH, on=date(2026, 7, 7), at=NOW)

    assert not Flag.objects.exists()


def test_a_child_who_came_back_before_the_watch_looked_is_not_asked_after():
    a_watched_class(BACK)

    run_watch(WATCH, on=END, at=NOW)

    assert not Flag.objects.exists()


def test_a_correction_leaves_the_flag_and_asks_whether_it_is_withdrawn():
    """It once withdrew the flag: a class teacher could silence it alone; see test_corrections."""
    section, children = a_watched_class()
    run_watch(WATCH, on=END, at=NOW)

    a_page(section, children[9:], [FULL], JULY)
    done = run_watch(WATCH, on=END, at=NOW)

    assert done.doubted == 1
    assert Flag.objects.get().state == Flag.State.OPEN


def test_a_visited_flag_stays_when_the_register_is_corrected():
    section, children = a_watched_class()
    run_watch(WATCH, on=END, at=NOW)
    Flag.objects.update(state=Flag.State.VISITED)

    a_page(section, children[9:], [FULL], JULY)
    done = run_watch(WATCH, on=END, at=NOW)

    assert done.doubted == 0
    assert Flag.objects.get().state == Flag.State.VISITED


def test_scoring_from_a_checkpoint_gives_the_state_that_scoring_from_the_start_gives():
    section, children = a_watched_class()
    run_watch(WATCH, on=END, at=NOW)
    assert ClassState.objects.filter(month=JUNE).exists()
    a_page(section, children[:1], ["PPPP.PPPPPA.PPPPPP.PPPPPP.PPPPP"], JULY)
    run_watch(WATCH, on=END, at=NOW)
    from_checkpoint = bytes(ClassState.objects.get(month=None).state)

    ClassState.objects.all().delete()
    Flag.objects.all().delete()
    run_watch(WATCH, on=END, at=NOW)

    assert bytes(ClassState.objects.get(month=None).state) == from_checkpoint


def test_a_pupil_who_comes_in_later_does_not_disturb_the_others():
    section, children = a_class(pupils=10)
    a_page(section, children[:9], [JUNE_FULL] * 9, JUNE)
    run_watch(WATCH, on=date(2026, 6, 30), at=NOW)
    a_page(section, children, [*[FULL] * 9, GONE], JULY)

    run_watch(WATCH, on=END, at=NOW)

    assert Flag.objects.get().child == children[9]


def test_the_watch_is_not_run_by_who_may_not():
    section, _children = a_watched_class()

    with pytest.raises(NotAllowed):
        raise_flags(
            an_actor(Role.CASE_WORKER),
            class_ids=[section.pk],
            on=END,
            at=NOW,
            policy=default_policy(),
            done=WatchRun(),
        )

    assert not Flag.objects.exists()


def test_queries_do_not_grow_with_classes(django_assert_max_num_queries):
    for grade in "3456":
        section, children = a_class(grade=grade, pupils=6)
        a_page(section, children, [FULL] * 6, JULY)

    with django_assert_max_num_queries(40):
        run_watch(WATCH, on=END, at=datetime(2026, 7, 31, tzinfo=UTC))


def test_a_block_sets_its_visit_budget_and_the_last_one_holds():
    block = an_area("IN/S10/D206/B1851")
    set_visit_budget(an_actor(), area=block, visits_per_1000_month=5, policy={}, at=NOW)
    set_visit_budget(
        an_actor(), area=block, visits_per_1000_month=8, policy={"threshold": 4.5}, at=NOW
    )

    from aanchal.watch.policies import policy_in_force

    assert policy_in_force().threshold_for(block.path) == 4.5
    assert [b.visits_per_1000_month for b in block.visit_budgets.filter(is_current=True)] == [8]


@pytest.mark.parametrize("visits", [0, -1, 1001])
def test_a_budget_of_no_visits_is_refused(visits):
    with pytest.raises(Invalid):
        set_visit_budget(
            an_actor(),
            area=an_area("IN/S10/D206/B1851"),
            visits_per_1000_month=visits,
            policy={},
            at=NOW,
        )


def test_a_volunteer_sets_no_budget():
    with pytest.raises(NotAllowed):
        set_visit_budget(
            an_actor(Role.VOLUNTEER),
            area=an_area("IN/S10/D206/B1851"),
            visits_per_1000_month=5,
            policy={},
            at=NOW,
        )
