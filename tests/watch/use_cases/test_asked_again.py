"""No absence is explained for good: it is asked about again, and long leave is asked about too."""

from datetime import date, timedelta

import pytest

from aanchal.cases.models import Concern
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid
from aanchal.watch.actions import (
    leave_house,
    record_outcome,
    record_visit,
    reopen_flag,
    run_watch,
    withdraw_flag,
)
from aanchal.watch.models import Flag, Outcome, Visit, Withdrawal
from aanchal.watch.sentences import flag_sentence
from tests.audited import audited
from tests.factories import NOW, a_class, a_page, an_actor
from tests.watch.use_cases.test_visits import ANSWERS, a_volunteer, acting

pytestmark = pytest.mark.django_db

WATCH = system_actor("watch")
JUNE, JULY, AUGUST = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
JULY_END, AUGUST_END = date(2026, 7, 31), date(2026, 8, 31)
# June 2026: 1 is a Monday. Sundays of July: 5, 12, 19, 26; of August: 2, 9, 16, 23, 30.
JUNE_FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PP"
FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
GONE = "PPPP.AAAAAA.AAAAAA.AAAAAA.AAAAA"
AUGUST_FULL = "P.PPPPPP.PPPPPP.PPPPPP.PPPPPP.P"
AUGUST_GONE = AUGUST_FULL.replace("P", "A")


def a_watched_class(last=GONE):
    section, children = a_class(pupils=10)
    a_page(section, children, [JUNE_FULL] * 10, JUNE)
    a_page(section, children, [*[FULL] * 9, last], JULY)
    return section, children


def ended(kind="explained", **more):
    """The question of the class's last child, visited and ended on the last day of July."""
    section, children = a_watched_class()
    run_watch(WATCH, on=JULY_END, at=NOW)
    flag = Flag.objects.get()
    visited(flag, "contractor" if kind == "concern" else "sick")
    given = {"since_on": JULY_END, "child_seen": kind == "back", "at": NOW} | more
    return section, children, record_outcome(an_actor(), flag=flag, kind=kind, **given)


def visited(flag, kind, on=JULY_END):
    """The visit of a question, and what it found on a day."""
    volunteer = a_volunteer()
    visit = Visit.objects.create(
        district=flag.district,
        flag=flag,
        volunteer=volunteer,
        assigned_by="worker-1",
        assigned_at=NOW,
        due_at=NOW,
    )
    Flag.objects.filter(pk=flag.pk).update(state=Flag.State.ASSIGNED)
    leave_house(acting(volunteer), visit=visit, at=NOW)
    given = ANSWERS | {"kind": kind, "visited_on": on}
    at = NOW + (on - JULY_END)
    record_visit(acting(volunteer), visit=visit, at=at, **given)


def august(section, children, last=AUGUST_GONE):
    a_page(section, children, [*[AUGUST_FULL] * 9, last], AUGUST)


def watched(until):
    """Run the watch every day of August up to one; the day on which it asks again, or None."""
    before = set(Flag.objects.values_list("pk", flat=True))
    for day in range(1, until + 1):
        run_watch(WATCH, on=AUGUST.replace(day=day), at=NOW + timedelta(days=day))
        new = Flag.objects.exclude(pk__in=before).first()
        if new is not None:
            return new
    return None


def test_a_child_still_away_after_the_named_day_of_return_is_asked_about_again():
    section, children, outcome = ended(expected_on=date(2026, 8, 12))
    assert outcome.rest_until == date(2026, 8, 12)
    august(section, children)

    again = watched(31)

    assert again is not None and again.signal_on == date(2026, 8, 13)
    assert again.child == children[9] and again.state == Flag.State.OPEN
    assert again.since_on == date(2026, 7, 6)
    assert flag_sentence(again) == (
        "Asked about before, and still away: 34 school days running by now."
    )
    assert audited().filter(verb="flag.raised").count() == 2


def test_without_a_named_day_an_explanation_holds_for_ten_school_days():
    section, children, outcome = ended()
    assert outcome.rest_until == date(2026, 8, 12)  # ten school days after 31 July
    august(section, children)

    again = watched(31)

    assert again is not None and again.signal_on == date(2026, 8, 13)


def test_it_is_asked_once_and_rests_again_by_what_the_next_end_says():
    section, children, _outcome = ended()
    august(section, children)
    again = watched(31)
    assert watched(31) is None  # the question is open

    visited(again, "sick", on=again.signal_on)
    later = NOW + timedelta(days=14)
    record_outcome(
        an_actor(), flag=again, kind="explained", since_on=JULY_END, child_seen=False, at=later
    )

    assert watched(20) is None
    assert Flag.objects.count() == 2


def test_a_child_who_came_back_is_not_asked_about_again():
    section, children, _outcome = ended()
    august(section, children, AUGUST_FULL)

    assert watched(31) is None


@pytest.mark.parametrize("kind", ["left", "back"])
def test_no_other_end_is_for_good_while_the_register_shows_her_away(kind, monkeypatch):
    section, children, outcome = ended(kind)
    august(section, children)

    again = watched(31)

    assert again is not None and again.signal_on > outcome.rest_until


def test_a_question_that_became_a_concern_rests_while_the_concern_is_open_and_no_longer():
    section, children, outcome = ended("concern")
    august(section, children)
    a_page(section, children, ["PPPPP.PPPPPP.PPPPPP"] * 9 + ["AAAAA.AAAAAA.AAAAAA"], SEPTEMBER)
    assert Concern.objects.get().is_open

    run_watch(WATCH, on=AUGUST_END, at=NOW + timedelta(days=31))
    assert Flag.objects.count() == 1, "a case worker has it"

    held = Concern.objects.get()
    held.stage = Concern.Stage.CLOSED
    held.save()
    run_watch(WATCH, on=date(2026, 9, 10), at=NOW + timedelta(days=41))

    assert outcome.rest_until < AUGUST_END
    again = Flag.objects.get(state=Flag.State.OPEN)
    assert again.signal_on == date(2026, 9, 10)
    assert "concern" not in flag_sentence(again)


SEPTEMBER = date(2026, 9, 1)


@pytest.mark.parametrize(
    "day", [date(2026, 7, 30), date(2027, 4, 1)], ids=["past", "beyond a season"]
)
def test_a_day_of_return_is_neither_past_nor_far_away(day):
    with pytest.raises(Invalid) as refused:
        ended(expected_on=day)

    assert refused.value.details["field"] == "expected_on"
    assert not Outcome.objects.exists()


def test_how_long_it_was_to_rest_is_kept_when_the_question_is_opened_again():
    _section, _children, outcome = ended(expected_on=date(2026, 8, 12))

    flag = reopen_flag(an_actor(), flag=outcome.flag, because="Not so.", at=NOW)

    assert flag.reopenings.get().was["rest_until"] == "2026-08-12"


# --- leave ---

LEAVE = "PPPP.PPPPPP.PPPPPP.LLLLLL.LLLLL"


def test_ten_school_days_of_leave_are_asked_about_over_the_end_of_a_month():
    section, children = a_watched_class("PPPP.PPPPPP.PPPPPP.PPPPPP.LLLLL")
    run_watch(WATCH, on=JULY_END, at=NOW)
    assert not Flag.objects.exists()
    august(section, children, AUGUST_FULL.replace("P", "L"))

    asked = watched(31)

    assert asked is not None and asked.child == children[9]
    assert (asked.since_on, asked.signal_on) == (date(2026, 7, 27), date(2026, 8, 6))
    assert asked.channel == Flag.Channel.ORDINARY
    assert flag_sentence(asked) == (
        "Not in school for 10 school days running; the register says leave."
    )


def test_leave_and_absence_by_turns_are_one_time_away():
    a_watched_class("PPPP.PPPPPP.PPPPPP.LALLAL.LALLL")

    run_watch(WATCH, on=JULY_END, at=NOW)

    assert Flag.objects.get().signal_on <= JULY_END


@pytest.mark.parametrize(
    "line",
    ["PPPP.PPPPPP.PPPPPP.PPLLLL.LLLLL", "PPPP.PPPPPP.LLLLLL.PPLLLL.LLLLL"],
    ids=["nine days", "a presence between"],
)
def test_shorter_leave_is_not_asked_about(line):
    a_watched_class(line)

    run_watch(WATCH, on=JULY_END, at=NOW)

    assert not Flag.objects.exists()


def test_leave_that_was_explained_is_asked_about_again_after_its_rest():
    section, children = a_watched_class(LEAVE)
    run_watch(WATCH, on=JULY_END, at=NOW)
    flag = Flag.objects.get()
    visited(flag, "sick")
    record_outcome(
        an_actor(), flag=flag, kind="explained", since_on=JULY_END, child_seen=False, at=NOW
    )
    august(section, children, AUGUST_FULL.replace("P", "L"))

    again = watched(31)

    assert again is not None and again.signal_on == date(2026, 8, 13)
    assert again.reason["kind"] == "still"


def test_absence_that_was_explained_does_not_hide_behind_leave_afterwards():
    section, children, _outcome = ended()
    august(section, children, AUGUST_FULL.replace("P", "L"))

    again = watched(31)

    assert again is not None and again.signal_on == date(2026, 8, 13)


def test_a_question_about_leave_is_not_doubted_when_another_mark_of_the_class_is_corrected():
    section, children = a_watched_class(LEAVE)
    run_watch(WATCH, on=JULY_END, at=NOW)

    a_page(section, children[:1], [FULL[:8] + "A" + FULL[9:]], JULY)
    run_watch(WATCH, on=JULY_END, at=NOW)
    assert not Withdrawal.objects.exists()

    a_page(section, children[9:], [FULL], JULY)
    run_watch(WATCH, on=JULY_END, at=NOW)
    assert Withdrawal.objects.get().flag == Flag.objects.get()


def test_asking_again_takes_the_same_queries_for_one_child_and_for_many(
    django_assert_max_num_queries,
):
    counts = []
    for n, away in (("7", 1), ("8", 8)):
        section, children = a_class(pupils=20, grade=n)
        lines = [FULL] * (20 - away) + [LEAVE] * away
        a_page(section, children, [JUNE_FULL] * 20, JUNE)
        a_page(section, children, lines, JULY)
        with django_assert_max_num_queries(200) as seen:
            done = run_watch(WATCH, on=JULY_END, at=NOW, classes=[section.pk])
        assert len(done.raised) == away
        counts.append(len([q for q in seen.captured_queries if q["sql"].startswith("SELECT")]))

    # Each flag is an audit event and a counted line of its own; reading is the same for all.
    assert counts[1] - counts[0] <= 7 * 2


# --- what was withdrawn ---

GONE_AT_THE_END = "PPPP.PPPPPP.PPPPPP.AAAAAA.AAAAA"


def withdrawn_as_corrected(section, children):
    """The question of July is withdrawn, since its absences were corrected away."""
    a_page(section, children[9:], [FULL], JULY)
    run_watch(WATCH, on=JULY_END, at=NOW)
    return withdraw_flag(an_actor(), withdrawal=Withdrawal.objects.get(), at=NOW)


def test_marks_corrected_back_after_a_withdrawal_are_asked_about_though_she_never_came_between():
    section, children = a_watched_class(GONE_AT_THE_END)
    run_watch(WATCH, on=JULY_END, at=NOW)
    withdrawn_as_corrected(section, children)
    a_page(section, children[9:], [GONE_AT_THE_END], JULY)
    august(section, children)

    again = watched(31)

    assert again is not None and again.child == children[9]
    assert (again.state, again.since_on) == (Flag.State.OPEN, date(2026, 7, 20))


def test_an_absence_that_began_while_an_older_question_stood_is_asked_about_once_that_is_withdrawn():
    section, children = a_watched_class("PPPP.AAAAAA.AAAAAA.PPPPPP.PPPPP")
    run_watch(WATCH, on=date(2026, 7, 18), at=NOW)
    a_page(section, children[9:], [FULL], JULY)
    run_watch(WATCH, on=JULY_END, at=NOW)
    august(section, children, "P.PPPPPP.AAAAAA.AAAAAA.AAAAAA.A")
    assert watched(24) is None  # one question a child at a time

    withdraw_flag(an_actor(), withdrawal=Withdrawal.objects.get(), at=NOW + timedelta(days=24))
    again = watched(31)

    assert again is not None and again.since_on == date(2026, 8, 10)


def test_a_child_who_came_back_is_not_asked_about_after_a_withdrawal():
    section, children = a_watched_class(GONE_AT_THE_END)
    run_watch(WATCH, on=JULY_END, at=NOW)
    withdrawn_as_corrected(section, children)
    august(section, children, AUGUST_FULL)

    assert watched(31) is None
