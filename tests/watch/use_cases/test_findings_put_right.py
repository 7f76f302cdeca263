"""A finding put right after the visit: who learns of it, and what follows."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.cases.actions import (
    close_concern,
    hand_over_concern,
    name_kind,
    read_correction,
    record_call,
    take_up_concern,
    tell_correction,
)
from aanchal.cases.models import Concern
from aanchal.cases.queries import visible_concerns
from aanchal.cases.rules.due import READ_BY_HOLDER_WITHIN
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.notices.hand_overs import hand_overs
from aanchal.notices.queries.inbox import inbox
from aanchal.watch.actions import leave_house
from aanchal.watch.models import Finding, Flag, Outcome, Reopening
from tests.audited import audited
from tests.cases.use_cases.test_concerns import a_worker
from tests.factories import NOW, OTHER_VILLAGE, VILLAGE, a_flag, an_actor
from tests.signing_in import an_area
from tests.watch.use_cases.test_visits import (
    acting,
    an_assigned_visit,
    correcting,
    ending,
    told,
)

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def kinds_waiting(worker, at=LATER):
    return [thing.kind for thing in inbox(acting(worker), at=at).things]


def a_danger(kind="missing", **more):
    """A visit that found a danger, who wrote it, and the case worker of the district."""
    worker = a_worker()
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)
    return told(visit, volunteer, kind=kind, **more), volunteer, worker


# --- into a danger ---


def test_a_danger_added_later_shuts_out_whoever_is_implicated():
    worker, other = a_worker(), a_worker()
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)

    correcting(finding, volunteer, kind="missing", implicated=[worker], may_implicate=True)

    held = Concern.objects.get()
    assert held.is_sealed
    assert held.implicated == [str(worker.pk)]
    assert not visible_concerns(acting(worker))
    assert list(visible_concerns(acting(other))) == [held]
    assert kinds_waiting(worker) == []


def test_a_danger_added_after_the_end_opens_the_question_and_is_told_at_once():
    worker = a_worker()
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)
    ending(visit.flag, "left")

    correcting(finding, volunteer, kind="missing", at=LATER)

    flag = Flag.objects.get()
    assert flag.state == Flag.State.VISITED
    assert not Outcome.objects.exists()
    assert Reopening.objects.get().was["kind"] == "left"
    assert Concern.objects.get().is_open
    assert kinds_waiting(worker) == ["concern.new"]
    assert "flag.visited" in kinds_waiting_of_coordinator()


def a_coordinator():
    return a_worker(role=Role.COORDINATOR)


def kinds_waiting_of_coordinator():
    return [thing.kind for thing in inbox(acting(a_coordinator()), at=LATER).things]


@pytest.mark.parametrize(
    "change", [{"kind": "caring"}, {"note": "It was her brother."}, {"child_seen": False}]
)
def test_whatever_is_put_right_after_the_end_goes_back_to_the_coordinator(change):
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)
    ending(visit.flag, "explained")

    correcting(finding, volunteer, at=LATER, **change)

    assert Flag.objects.get().state == Flag.State.VISITED
    thing = next(
        t for t in inbox(acting(a_coordinator()), at=LATER).things if t.kind == "flag.visited"
    )
    assert LATER - thing.since < timedelta(days=1), "it waits anew, and not since the visit"
    assert not Concern.objects.exists()


def test_nothing_put_right_opens_nothing():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)
    ending(visit.flag, "explained")

    correcting(finding, volunteer, at=LATER)

    assert Flag.objects.get().state == Flag.State.CLOSED


def test_where_a_newer_question_stands_the_old_one_stays_ended_and_the_danger_is_told():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)
    ending(visit.flag, "left")
    a_flag(visit.flag.child, visit.flag.class_section, signal_on=NOW.date())

    correcting(finding, volunteer, kind="missing", at=LATER)

    assert Flag.objects.get(pk=visit.flag_id).state == Flag.State.CLOSED
    assert Concern.objects.count() == 1


def test_the_flags_of_the_child_are_held_before_her_concern_as_a_move_holds_them():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)
    ending(visit.flag, "left")
    a_flag(visit.flag.child, visit.flag.class_section, signal_on=NOW.date())

    with CaptureQueriesContext(connection) as caught:
        correcting(finding, volunteer, kind="missing", at=LATER)

    asked = [q["sql"] for q in caught]
    child = next(n for n, sql in enumerate(asked) if 'FROM "people_child"' in sql)
    live = [n for n, sql in enumerate(asked) if 'FROM "watch_flag"' in sql and " OR " in sql]
    assert live and live[0] < child
    assert connection.vendor != "postgresql" or "UPDATE OF" in asked[live[0]]


# --- of a danger ---


@pytest.mark.parametrize(
    "change, found",
    [({"kind": "sick"}, "sick"), ({"note": "She is at her aunt's."}, "missing")],
)
def test_whoever_holds_the_concern_is_told_what_was_put_right(change, found):
    finding, volunteer, worker = a_danger()
    take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)

    finding = correcting(finding, volunteer, at=LATER, **change)

    held = Concern.objects.get()
    assert (held.kind, held.stage) == ("missing", "taken_up"), "the concern stays"
    assert held.told == "", "and what was told first"
    assert [c["found"] for c in held.corrections] == [found]
    assert held.corrections[0]["told"] == finding.note
    assert "concern_correction.unread" in kinds_waiting(worker)

    read_correction(acting(worker), concern=held, at=LATER)

    assert "concern_correction.unread" not in kinds_waiting(worker)
    assert audited().filter(verb="concern.correction_read").count() == 1


def test_a_colleague_does_not_say_for_the_holder_that_it_was_read_until_a_day_is_over():
    finding, volunteer, worker = a_danger()
    colleague = a_worker()
    take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)
    correcting(finding, volunteer, at=LATER, kind="sick")
    held = Concern.objects.get()

    with pytest.raises(WrongState):
        read_correction(acting(colleague), concern=held, at=LATER + timedelta(hours=23))
    assert Concern.objects.get().corrected_at == LATER

    read_correction(acting(colleague), concern=held, at=LATER + timedelta(hours=24))
    assert Concern.objects.get().corrected_at is None


def test_where_the_holder_has_left_a_colleague_says_that_it_was_read():
    finding, volunteer, worker = a_danger()
    colleague = a_worker()
    take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)
    correcting(finding, volunteer, at=LATER, kind="sick")
    worker.grants.update(revoked_by="system:operator", revoked_at=LATER)

    assert "concern_correction.unread" in kinds_waiting(colleague)
    read_correction(acting(colleague), concern=Concern.objects.get(), at=LATER)

    assert Concern.objects.get().corrected_at is None


def test_everyone_is_told_when_everyone_may_say_that_it_was_read():
    row = hand_overs()["concern_correction.unread"]

    assert [s.after for s in row.steps if s.circle == "everyone"] == [READ_BY_HOLDER_WITHIN]


def test_what_was_put_right_and_not_read_goes_to_everyone_who_may_act():
    finding, volunteer, worker = a_danger()
    take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)
    other = a_worker()
    correcting(finding, volunteer, kind="sick", at=LATER)

    unread = "concern_correction.unread"
    assert unread not in kinds_waiting(other, LATER + timedelta(hours=23))
    assert unread in kinds_waiting(other, LATER + timedelta(hours=25))


def test_a_danger_that_is_none_any_more_may_still_end_the_question_as_a_concern():
    finding, volunteer, _worker = a_danger()
    correcting(finding, volunteer, kind="sick", at=LATER)

    assert ending(Flag.objects.get(), "concern")


@pytest.mark.parametrize(
    "first, then, kind, sealed",
    [
        ("missing", "sexual_abuse_told", "sexual_abuse", True),
        ("marriage_fixed", "missing", "missing", False),
        ("missing", "marriage_fixed", "missing", False),
    ],
)
def test_a_graver_danger_takes_the_place_of_the_former_and_seals_it(first, then, kind, sealed):
    finding, volunteer, worker = a_danger(first)
    take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)

    correcting(finding, volunteer, kind=then, at=LATER)

    held = Concern.objects.get()
    assert (held.kind, held.is_sealed) == (kind, sealed)
    assert list(visible_concerns(acting(worker))) == [held], "whoever works on it goes on"


def test_a_closed_concern_that_is_a_danger_still_is_nobodys_again():
    finding, volunteer, worker = a_danger()
    held = take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)
    held = record_call(acting(worker), concern=held, number="1098", answered=True, at=NOW)
    words = "The aunt says that she is with her."
    close_concern(acting(worker), concern=held, reason="not_so", words=words, at=NOW)

    correcting(finding, volunteer, note="The aunt does not know where she is.", at=LATER)

    held = Concern.objects.get()
    assert (held.stage, held.taken_up_by, held.is_open) == ("new", "", True)
    assert kinds_waiting(worker) == ["concern.new"]


def test_a_closed_concern_that_was_no_danger_stays_closed():
    finding, volunteer, worker = a_danger()
    held = take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)
    held = record_call(acting(worker), concern=held, number="1098", answered=True, at=NOW)
    words = "The aunt says that she is with her."
    close_concern(acting(worker), concern=held, reason="not_so", words=words, at=NOW)

    correcting(finding, volunteer, kind="sick", at=LATER)

    held = Concern.objects.get()
    assert held.stage == "closed"
    assert len(held.corrections) == 1


@pytest.mark.parametrize("handed_over", [False, True])
def test_a_concern_leaves_the_hands_of_who_is_implicated_later(handed_over):
    finding, volunteer, worker = a_danger()
    other, third = a_worker(), a_worker()
    held = take_up_concern(acting(other), concern=Concern.objects.get(), at=NOW)
    if handed_over:
        hand_over_concern(acting(other), concern=held, to=worker, words="You know them.", at=NOW)
    implicated = worker if handed_over else other

    correcting(finding, volunteer, kind="contractor", implicated=[implicated], at=LATER)

    held = Concern.objects.get()
    assert (held.stage, held.taken_up_by, held.handed_to) == ("new", "", "")
    assert not visible_concerns(acting(implicated))
    assert list(visible_concerns(acting(third))) == [held]


def test_two_people_named_in_words_are_both_left_out():
    finding, volunteer, _worker = a_danger(implicated_words="Kanchan Prasad Qz", may_implicate=True)
    first, second = a_worker(), a_worker()
    for person, name in ((first, "Qz Kanchan Prasad"), (second, "Bibha Topno Zq")):
        person.display_name = name
        person.save()

    correcting(finding, volunteer, kind="contractor", implicated_words="Bibha Topno Zq", at=LATER)

    team = Concern.objects.get().team
    assert str(first.pk) not in team
    assert str(second.pk) not in team


def test_one_who_may_tell_nothing_there_puts_no_concern_right():
    a_danger()
    held = Concern.objects.get()
    given = {
        "source_kind": held.source_kind,
        "source_id": held.source_id,
        "kind": "",
        "found": "sick",
        "told": "",
        "seen": {},
        "at": LATER,
    }

    with pytest.raises(NotAllowed):
        tell_correction(an_actor(Role.VOLUNTEER, OTHER_VILLAGE), area=an_area(VILLAGE), **given)

    assert Concern.objects.get().corrections == []
    with pytest.raises(NotAllowed):
        read_correction(an_actor(), concern=held, at=LATER)


# --- work and the law ---


def test_work_put_right_is_asked_about_as_on_the_first_path():
    visit, volunteer = an_assigned_visit()
    flag = Flag.objects.get()
    flag.child.born_on, flag.child.age_years = "", None
    flag.child.save()
    finding = told(visit, volunteer)

    with pytest.raises(Invalid) as refused:
        correcting(finding, volunteer, kind="works")
    assert refused.value.details["field"] == "age_band"

    finding = correcting(
        finding, volunteer, kind="works", age_band="adolescent", dangerous_work="no"
    )
    assert (finding.kind, finding.work["age_band"]) == ("works", "adolescent")
    assert not Concern.objects.exists()

    finding = correcting(finding, volunteer, kind="sick")
    finding = correcting(finding, volunteer, kind="works", age_band="child")
    assert finding.kind == "works_unlawful"
    assert Concern.objects.get().kind == "labour"


def test_the_next_step_of_a_danger_is_the_case_workers():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer, next_step="not_sure_safe")

    finding = correcting(finding, volunteer, kind="missing")

    assert Finding.objects.get().next_step == "coordinator"
    assert finding.earlier[0]["next_step"] == "not_sure_safe"


# --- several kinds ---


def test_a_kind_as_grave_takes_the_name_and_the_first_is_not_forgotten():
    finding, volunteer, _worker = a_danger("sexual_abuse_told")

    correcting(finding, volunteer, kind="missing")

    held = Concern.objects.get()
    assert (held.kind, held.also, held.is_sealed) == ("missing", ["sexual_abuse"], True)


def test_a_lesser_kind_stands_beside_the_graver():
    finding, volunteer, _worker = a_danger("missing")

    correcting(finding, volunteer, kind="marriage_fixed")

    held = Concern.objects.get()
    assert (held.kind, held.also) == ("missing", ["child_marriage"])


def in_her_hands():
    _finding, _volunteer, worker = a_danger("missing")
    held = take_up_concern(acting(worker), concern=Concern.objects.get(), at=NOW)
    return held, worker


def test_a_case_worker_who_reads_of_sexual_abuse_says_so_and_it_is_sealed():
    held, worker = in_her_hands()
    elsewhere = a_worker("IN/S10/D206")

    named = name_kind(acting(worker), concern=held, kind="sexual_abuse", at=LATER)
    again = name_kind(acting(worker), concern=held, kind="sexual_abuse", at=LATER)

    assert (named.kind, named.also, named.is_sealed) == ("sexual_abuse", ["missing"], True)
    assert str(worker.pk) in again.team
    assert list(visible_concerns(acting(worker))) == [held]
    assert (str(elsewhere.pk) in again.team) == bool(visible_concerns(acting(elsewhere)))
    assert audited().filter(verb="concern.kind_named").count() == 1


def test_a_kind_is_named_only_by_her_who_holds_it_and_none_is_made_up():
    held, worker = in_her_hands()
    other = a_worker()

    with pytest.raises(WrongState):
        name_kind(acting(other), concern=held, kind="abuse", at=LATER)
    with pytest.raises(NotAllowed):
        name_kind(an_actor(Role.TEACHER, VILLAGE), concern=held, kind="abuse", at=LATER)
    with pytest.raises(Invalid):
        name_kind(acting(worker), concern=held, kind="weather", at=LATER)

    assert Concern.objects.get().also == []
    assert not audited().filter(verb="concern.kind_named").exists()
