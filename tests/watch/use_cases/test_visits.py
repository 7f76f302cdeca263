"""From a flag to a visit, its finding and its outcome."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.models import CountedEvent
from aanchal.kernel.statistics import pseudonym_of
from aanchal.people.models import Child, Enrolment
from aanchal.watch.actions import (
    assign_visit,
    cancel_visit,
    correct_finding,
    hand_back_visit,
    leave_house,
    open_finding,
    record_outcome,
    record_visit,
    reopen_flag,
    return_to_house,
)
from aanchal.watch.actions.family_moves import move_family
from aanchal.watch.models import Finding, Flag, Outcome, Reopening, Visit
from aanchal.watch.queries.flags import volunteers_for
from aanchal.watch.queries.hands import is_outside
from tests.audited import audited
from tests.factories import NOW, OTHER_VILLAGE, VILLAGE, a_class, a_flag, a_page, an_actor, kin_of
from tests.signing_in import a_person, a_school, an_area

pytestmark = pytest.mark.django_db

ANSWERS = {
    "kind": "sick",
    "whom_met": "mother",
    "child_seen": True,
    "next_step": "comes_back",
    "note": "",
    "visited_on": date(2026, 7, 31),
}


APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def a_volunteer(where=VILLAGE):
    return a_person(Role.VOLUNTEER, where, starts_at=APRIL)


def acting(user):
    return actor_for(user, at=NOW)


def an_assigned_visit():
    section, children = a_class()
    volunteer = a_volunteer()
    flag = a_flag(children[0], section)
    visit = assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW)
    return visit, volunteer


def test_a_visit_goes_to_a_volunteer_of_the_village_with_a_time_by_its_channel():
    visit, volunteer = an_assigned_visit()

    flag = Flag.objects.get()
    assert flag.state == Flag.State.ASSIGNED
    assert visit.volunteer == volunteer
    assert timedelta(hours=24) < visit.due_at - NOW < timedelta(hours=48)
    assert audited().filter(verb="visit.assigned").count() == 1


@pytest.mark.parametrize(
    "make, why",
    [
        (lambda child: a_volunteer(OTHER_VILLAGE), "of another village"),
        (lambda child: a_person(Role.TEACHER, VILLAGE), "no volunteer"),
        (lambda child: kin_of(a_volunteer(), child).user, "kin"),
    ],
)
def test_a_visit_is_never_put_into_the_wrong_hands(make, why):
    section, children = a_class()
    flag = a_flag(children[0], section)

    with pytest.raises(Invalid):
        assign_visit(an_actor(), flag=flag, volunteer=make(children[0]), at=NOW)

    assert not Visit.objects.exists(), why


def test_a_visit_given_back_as_unsafe_never_returns_to_the_same_hands():
    visit, volunteer = an_assigned_visit()

    hand_back_visit(acting(volunteer), visit=visit, because="unsafe", at=NOW)

    flag = Flag.objects.get()
    assert flag.state == Flag.State.OPEN
    with pytest.raises(Invalid):
        assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW)


def test_a_visit_goes_over_to_another_and_the_first_one_is_cancelled():
    visit, _volunteer = an_assigned_visit()
    other = a_volunteer()

    assign_visit(an_actor(), flag=visit.flag, volunteer=other, at=NOW)

    visit.refresh_from_db()
    assert visit.state == Visit.State.CANCELLED
    assert Visit.objects.get(state=Visit.State.ASSIGNED).volunteer == other
    assert audited().filter(verb="visit.cancelled", target_id=str(visit.pk)).count() == 1


def test_a_coordinator_takes_a_visit_back():
    visit, volunteer = an_assigned_visit()
    with pytest.raises(NotAllowed):
        cancel_visit(acting(volunteer), visit=visit, at=NOW)

    cancel_visit(an_actor(), visit=visit, at=NOW)

    assert Flag.objects.get().state == Flag.State.OPEN
    assert audited().filter(verb="visit.cancelled").count() == 1
    assert not audited().filter(verb="visit.handed_back").exists()


def test_what_was_found_is_written_once_however_often_it_is_sent():
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    first = record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)
    second = record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)

    assert first == second == Finding.objects.get()
    assert Flag.objects.get().state == Flag.State.VISITED
    assert audited().filter(verb="visit.recorded").count() == 1
    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    "kind, concern",
    [
        ("missing", "missing"),
        ("contractor", "trafficking"),
        ("marriage_fixed", "child_marriage"),
        ("abuse_told", "abuse"),
        ("sexual_abuse_told", "sexual_abuse"),
    ],
)
def test_danger_becomes_a_concern_at_once(kind, concern):
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | {"kind": kind}))

    raised = Concern.objects.get()
    assert (raised.kind, raised.child) == (concern, visit.flag.child)
    assert audited().filter(verb="concern.raised").count() == 1


def test_private_questions_open_only_after_she_has_left_the_house():
    visit, volunteer = an_assigned_visit()

    private = ANSWERS | {"kind": "fears_school"}
    with pytest.raises(Invalid):
        record_visit(acting(volunteer), visit=visit, at=NOW, **private)

    leave_house(acting(volunteer), visit=visit, at=NOW)
    assert record_visit(acting(volunteer), visit=visit, at=NOW, **private)


def test_having_left_the_house_can_be_taken_back_and_the_private_questions_close():
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    return_to_house(acting(volunteer), visit=visit, at=NOW + timedelta(minutes=1))

    visit.refresh_from_db()
    assert visit.left_house_at is None
    assert audited().filter(verb="visit.left_house_undone").count() == 1
    with pytest.raises(Invalid):
        record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | {"kind": "works"}))
    with pytest.raises(WrongState):
        return_to_house(acting(volunteer), visit=visit, at=NOW)


@pytest.mark.parametrize(
    "after, outside",
    [
        (timedelta(0), True),
        (timedelta(hours=1, minutes=59), True),
        (timedelta(hours=2), False),
        (timedelta(minutes=-1), False),
    ],
)
def test_having_left_the_house_holds_for_two_hours(after, outside):
    visit, volunteer = an_assigned_visit()
    visit = leave_house(acting(volunteer), visit=visit, at=NOW)

    assert is_outside(visit, at=NOW + after) is outside


def test_said_again_having_left_the_house_holds_from_then_on():
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    visit = leave_house(acting(volunteer), visit=visit, at=NOW + timedelta(hours=3))

    assert is_outside(visit, at=NOW + timedelta(hours=4))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "suspect"},
        {"whom_met": "judge"},
        {"next_step": "arrest"},
        {"visited_on": date(2026, 8, 20)},
        {"visited_on": date(2026, 1, 1)},
        {"note": "x" * 2001},
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_nothing_is_written(wrong):
    visit, volunteer = an_assigned_visit()

    with pytest.raises(Invalid):
        record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | wrong))

    assert not Finding.objects.exists()


def test_a_visit_is_recorded_by_its_own_volunteer_alone():
    visit, _volunteer = an_assigned_visit()
    other = a_volunteer()

    for act in (
        lambda: leave_house(acting(other), visit=visit, at=NOW),
        lambda: return_to_house(acting(other), visit=visit, at=NOW),
        lambda: record_visit(acting(other), visit=visit, at=NOW, **ANSWERS),
        lambda: hand_back_visit(acting(other), visit=visit, because="unsafe", at=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert not Finding.objects.exists()


NOBODY = {"kind": "not_home", "whom_met": "nobody", "child_seen": False, "next_step": "visit_again"}


def told(visit, volunteer, *, at=NOW, **more):
    return record_visit(acting(volunteer), visit=visit, at=at, **(ANSWERS | more))


def in_hand(flag):
    return Visit.objects.filter(flag=flag, state=Visit.State.ASSIGNED).first()


def test_nobody_at_home_brings_a_second_try_in_the_same_hands_due_the_next_day():
    visit, volunteer = an_assigned_visit()

    told(visit, volunteer, **NOBODY)

    flag = Flag.objects.get()
    second = in_hand(flag)
    assert flag.state == Flag.State.ASSIGNED
    assert second.volunteer == volunteer
    assert timezone.localdate(second.due_at) == timezone.localdate(NOW) + timedelta(days=1)
    assert audited().filter(verb="visit.kept", target_id=str(second.pk)).count() == 1


def test_nobody_at_home_twice_leaves_the_question_to_another_person():
    visit, volunteer = an_assigned_visit()
    other = a_volunteer()
    told(visit, volunteer, **NOBODY)

    told(in_hand(visit.flag), volunteer, at=NOW + timedelta(days=1), **NOBODY)

    flag = Flag.objects.get()
    assert flag.state == Flag.State.OPEN
    assert in_hand(flag) is None
    assert volunteers_for(flag, at=NOW) == [other]
    with pytest.raises(Invalid):
        assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW)
    assert assign_visit(an_actor(), flag=flag, volunteer=other, at=NOW)


def test_the_only_volunteer_of_a_village_may_go_a_third_time():
    visit, volunteer = an_assigned_visit()
    told(visit, volunteer, **NOBODY)
    told(in_hand(visit.flag), volunteer, **NOBODY)

    assert volunteers_for(Flag.objects.get(), at=NOW) == [volunteer]
    assert assign_visit(an_actor(), flag=visit.flag, volunteer=volunteer, at=NOW)


def test_who_will_visit_again_keeps_the_visit_due_on_the_day_she_names():
    visit, volunteer = an_assigned_visit()
    day = timezone.localdate(NOW) + timedelta(days=5)

    told(visit, volunteer, next_step="visit_again", again_on=day)

    kept = in_hand(visit.flag)
    assert (kept.volunteer, timezone.localdate(kept.due_at)) == (volunteer, day)
    assert Flag.objects.get().state == Flag.State.ASSIGNED


@pytest.mark.parametrize(
    "days, why",
    [(None, "no day"), (-1, "a day in the past"), (15, "more than two weeks away")],
)
def test_a_day_to_go_again_is_named_and_near(days, why):
    visit, volunteer = an_assigned_visit()
    day = None if days is None else timezone.localdate(NOW) + timedelta(days=days)

    with pytest.raises(Invalid) as refused:
        told(visit, volunteer, next_step="visit_again", again_on=day)

    assert refused.value.details["field"] == "again_on", why
    assert not Finding.objects.exists()


def test_danger_is_never_left_to_a_second_visit():
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    told(visit, volunteer, kind="missing", next_step="visit_again", again_on=date(2026, 8, 3))

    assert Flag.objects.get().state == Flag.State.VISITED
    assert in_hand(visit.flag) is None


def test_a_second_visit_is_sent_after_a_visit_and_called_off_it_is_visited_still():
    visit, volunteer = an_assigned_visit()
    told(visit, volunteer)
    other = a_volunteer()

    second = assign_visit(an_actor(), flag=visit.flag, volunteer=other, at=NOW)
    assert Flag.objects.get().state == Flag.State.ASSIGNED

    cancel_visit(an_actor(), visit=second, at=NOW)
    assert Flag.objects.get().state == Flag.State.VISITED


def test_back_needs_that_somebody_saw_the_child():
    visit, volunteer = an_assigned_visit()
    record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)
    flag = Flag.objects.get()
    given = {"flag": flag, "kind": "back", "since_on": date(2026, 7, 31), "at": NOW}

    with pytest.raises(Invalid):
        record_outcome(an_actor(), child_seen=False, **given)
    assert not Outcome.objects.exists()

    record_outcome(an_actor(), child_seen=True, **given)
    assert Flag.objects.get().state == Flag.State.CLOSED
    with pytest.raises(WrongState):
        record_outcome(an_actor(), child_seen=True, **given)


@pytest.mark.parametrize("found, ends", [("marriage_talked", False), ("marriage_fixed", True)])
def test_no_question_ends_with_a_case_worker_who_was_told_nothing(found, ends):
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)
    visit.refresh_from_db()
    record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | {"kind": found}))
    given = {"kind": "concern", "since_on": date(2026, 7, 31), "child_seen": False, "at": NOW}

    with nullcontext() if ends else pytest.raises(Invalid, match="no case worker was told"):
        record_outcome(an_actor(), flag=Flag.objects.get(), **given)

    assert Concern.objects.exists() is ends
    assert Flag.objects.get().state == (Flag.State.CLOSED if ends else Flag.State.VISITED)


def test_an_outcome_is_not_for_the_volunteer_to_write():
    visit, volunteer = an_assigned_visit()
    record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)

    with pytest.raises(NotAllowed):
        record_outcome(
            acting(volunteer),
            flag=visit.flag,
            kind="left",
            since_on=date(2026, 7, 31),
            child_seen=False,
            at=NOW,
        )


def test_kin_of_the_household_assigns_nothing():
    section, children = a_class()
    coordinator = a_person(Role.COORDINATOR, "IN/S10/D206", starts_at=APRIL)
    kin_of(coordinator, children[0])
    flag = a_flag(children[0], section)

    with pytest.raises(NotAllowed):
        assign_visit(acting(coordinator), flag=flag, volunteer=a_volunteer(), at=NOW)


# --- a child whose name was cut at school ---


def a_struck_off_child():
    """A question whose visit found that the school cut the name."""
    visit, volunteer = an_assigned_visit()
    record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | {"kind": "name_cut"}))
    return Flag.objects.get()


def ending(flag, kind="explained", **more):
    given = {"since_on": date(2026, 7, 31), "child_seen": False, "at": NOW} | more
    return record_outcome(an_actor(), flag=flag, kind=kind, **given)


SAID = {"ground": "enrolled_there", "note": "Rani, teacher of the Girls' School in Bahera"}


@pytest.mark.parametrize(
    "kind, given, why",
    [
        ("explained", {}, "one press is not enough"),
        ("left", {}, "one press is not enough"),
        ("left", SAID, "she was not asked a second time"),
        ("left", {"confirmed": True}, "nobody says where the child is"),
        ("left", SAID | {"note": "  yes  ", "confirmed": True}, "nobody is named who said so"),
        ("left", SAID | {"ground": "neighbour", "confirmed": True}, "a neighbour is not enough"),
        ("concern", SAID | {"confirmed": True}, "no visit found a danger"),
        ("back", SAID | {"confirmed": True}, "nobody saw the child"),
    ],
)
def test_a_question_about_a_struck_off_child_is_not_closed(kind, given, why):
    flag = a_struck_off_child()

    with pytest.raises(Invalid):
        ending(flag, kind, **given)

    flag.refresh_from_db()
    assert flag.state == Flag.State.VISITED, why
    assert not Outcome.objects.exists()


@pytest.mark.parametrize(
    "kind, given",
    [
        ("left", SAID | {"confirmed": True}),
        ("explained", SAID | {"ground": "met_child", "confirmed": True}),
        ("back", {"child_seen": True}),
    ],
)
def test_a_question_about_a_struck_off_child_is_closed_by_who_has_or_met_her(kind, given):
    flag = a_struck_off_child()

    outcome = ending(flag, kind, **given)

    flag.refresh_from_db()
    assert flag.state == Flag.State.CLOSED
    assert (outcome.ground, outcome.note) == (given.get("ground"), given.get("note", ""))


def test_a_child_struck_off_in_the_register_is_looked_after_whatever_the_visit_found():
    visit, volunteer = an_assigned_visit()
    record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)
    Enrolment.objects.update(ends_on=date(2026, 7, 25), ended_by="name_cut")

    with pytest.raises(Invalid):
        ending(Flag.objects.get())


def test_a_child_enrolled_at_another_school_is_not_struck_off_any_more():
    flag = a_struck_off_child()
    there, _others = a_class(a_school(OTHER_VILLAGE), pupils=1)
    Enrolment.objects.filter(child=flag.child).update(ends_on=date(2026, 7, 25))
    Enrolment.objects.create(
        district=flag.district, child=flag.child, class_section=there, starts_on=date(2026, 7, 26)
    )

    assert ending(flag, "left")


def counted_as_left():
    rows = [row.facts for row in CountedEvent.objects.all()]
    assert {r["child"] for r in rows} == {pseudonym_of(c.pk) for c in Child.objects.all()}
    return sorted((r["what"], r["detail"]) for r in rows if r["what"].startswith("child_left"))


@pytest.mark.parametrize("is_struck_off", [True, False])
def test_a_child_who_left_is_counted_and_not_when_it_was_an_error(is_struck_off):
    if is_struck_off:
        flag, more, detail = a_struck_off_child(), SAID | {"confirmed": True}, "name_cut"
    else:
        visit, volunteer = an_assigned_visit()
        record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)
        flag, more, detail = Flag.objects.get(), {}, "left"
    assert not counted_as_left()

    ending(flag, "left", **more)
    assert counted_as_left() == [("child_left", detail)]
    reopen_flag(an_actor(), flag=flag, because="It was another child.", at=NOW)

    assert counted_as_left() == [("child_left", detail), ("child_left_undone", detail)]


def test_a_child_who_did_not_leave_is_not_counted_as_left():
    visit, volunteer = an_assigned_visit()
    record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)

    ending(Flag.objects.get(), "explained")

    assert not counted_as_left()


# --- back, in numbers ---


def with_register(line, **flag):
    """A question of signal day 20 July in a class whose July marks of that child are given."""
    section, children = a_class(pupils=2)
    a_page(section, children, [line, "P" * 31])
    return a_flag(children[0], section, **flag)


#       1234567890123456789012345678901
GONE = "PPPPPPPPPPPPAAAAAAAA"


@pytest.mark.parametrize("state", ["open", "assigned"])
def test_a_child_who_is_back_by_herself_needs_no_visit(state):
    flag = with_register(GONE + "PPPPPPPPPPP", state=state)
    if state == "assigned":
        Visit.objects.create(
            district=flag.district, flag=flag, volunteer=a_volunteer(), assigned_by="x",
            assigned_at=NOW, due_at=NOW,
        )  # fmt: skip

    outcome = ending(flag, "back", since_on=date(2026, 7, 21), child_seen=True)

    flag.refresh_from_db()
    assert flag.state == Flag.State.CLOSED
    assert outcome.numbers == {"came": 11, "days": 11}
    assert in_hand(flag) is None
    assert audited().filter(verb="visit.cancelled").count() == (state == "assigned")


@pytest.mark.parametrize(
    "line, kind, seen, why",
    [
        (GONE + "PPP", "back", True, "three days say nothing yet"),
        (GONE, "back", True, "she has not come once"),
        (GONE + "PPPPPPPPPPP", "back", False, "nobody saw her"),
        (GONE + "PPPPPPPPPPP", "explained", True, "only back ends without a visit"),
        (GONE + "PPPPPPPPPPP", "left", True, "only back ends without a visit"),
    ],
)
def test_without_a_visit_only_a_register_that_shows_her_back_ends_a_question(line, kind, seen, why):
    flag = with_register(line)

    with pytest.raises((Invalid, WrongState)):
        ending(flag, kind, since_on=date(2026, 7, 21), child_seen=seen)

    flag.refresh_from_db()
    assert flag.state == Flag.State.OPEN, why


def test_two_days_of_ten_are_not_back_whoever_saw_her():
    flag = with_register(GONE + "PPAAAAAAAA")
    volunteer = a_volunteer()
    visit = assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW)
    told(visit, volunteer)

    with pytest.raises(Invalid) as refused:
        ending(flag, "back", since_on=date(2026, 7, 21), child_seen=True)

    assert "came on 2 of 10 school days since" in str(refused.value)
    assert not Outcome.objects.exists()


# --- closed in error ---


def a_closed_question():
    visit, volunteer = an_assigned_visit()
    told(visit, volunteer)
    ending(Flag.objects.get(), "left")
    return Flag.objects.get()


def test_a_question_closed_in_error_is_opened_again_and_how_it_had_ended_is_kept():
    flag = a_closed_question()

    reopen_flag(an_actor(), flag=flag, because="It was another child.", at=NOW)

    flag.refresh_from_db()
    kept = Reopening.objects.get()
    assert flag.state == Flag.State.VISITED
    assert not Outcome.objects.exists()
    assert (kept.was["kind"], kept.because) == ("left", "It was another child.")
    assert audited().filter(verb="flag.reopened").count() == 1
    assert ending(flag, "explained"), "it ends a second time"


def test_a_question_opened_again_is_asked_where_the_child_lives_now():
    flag = a_closed_question()
    move_family(an_actor(), child=flag.child, to=an_area(OTHER_VILLAGE), at=NOW)
    assert Flag.objects.get().area.path == VILLAGE

    reopen_flag(an_actor(), flag=flag, because="It was another child.", at=NOW)

    assert Flag.objects.get().area.path == OTHER_VILLAGE


def test_a_question_that_ended_without_a_visit_is_open_when_it_is_opened_again():
    flag = with_register(GONE + "PPPPPPPPPPP")
    ending(flag, "back", since_on=date(2026, 7, 21), child_seen=True)

    reopen_flag(an_actor(), flag=flag, because="The register was wrong.", at=NOW)

    flag.refresh_from_db()
    assert flag.state == Flag.State.OPEN


def test_opening_again_needs_a_reason_a_right_and_no_newer_question():
    flag = a_closed_question()

    with pytest.raises(Invalid):
        reopen_flag(an_actor(), flag=flag, because="  ", at=NOW)
    with pytest.raises(NotAllowed):
        reopen_flag(acting(a_volunteer()), flag=flag, because="It was another child.", at=NOW)
    a_flag(flag.child, flag.class_section, signal_on=date(2026, 7, 29))
    with pytest.raises(WrongState):
        reopen_flag(an_actor(), flag=flag, because="It was another child.", at=NOW)

    flag.refresh_from_db()
    assert flag.state == Flag.State.CLOSED


# --- work and the law ---


@pytest.mark.parametrize(
    "age, told_of, concern",
    [
        ({"age_years": 9}, {}, True),
        ({"age_years": 15}, {"dangerous_work": "no"}, False),
        ({"age_years": 15}, {"dangerous_work": "yes"}, True),
        ({"age_years": 15}, {"dangerous_work": "not_known"}, True),
        ({"age_years": 18}, {}, False),
        ({}, {"age_band": "child"}, True),
        ({}, {"age_band": "adolescent", "dangerous_work": "no"}, False),
        ({}, {"age_band": "not_known"}, True),
        ({"age_years": 13}, {"age_band": "adolescent", "dangerous_work": "no"}, False),
    ],
)
def test_work_that_the_law_forbids_or_may_forbid_is_a_concern(age, told_of, concern):
    visit, volunteer = an_assigned_visit()
    if age:
        Child.objects.update(**age, age_estimated_on=date(2026, 7, 1))
    leave_house(acting(volunteer), visit=visit, at=NOW)

    finding = told(visit, volunteer, kind="works", **told_of)

    assert (Concern.objects.count() == 1) is concern
    assert finding.kind == ("works_unlawful" if concern else "works")


@pytest.mark.parametrize(
    "age, told_of, field",
    [
        ({}, {}, "age_band"),
        ({}, {"age_band": "adolescent"}, "dangerous_work"),
        ({"age_years": 15}, {}, "dangerous_work"),
        ({"age_years": 13}, {}, "age_band"),
    ],
)
def test_an_age_that_is_not_known_is_asked_and_never_guessed(age, told_of, field):
    visit, volunteer = an_assigned_visit()
    if age:
        Child.objects.update(**age, age_estimated_on=date(2026, 7, 1))
    leave_house(acting(volunteer), visit=visit, at=NOW)

    with pytest.raises(Invalid) as refused:
        told(visit, volunteer, kind="works", **told_of)

    assert refused.value.details["field"] == field
    assert not Finding.objects.exists()


# --- put right ---


def correcting(finding, volunteer, *, at=NOW, **more):
    given = {"kind": finding.kind, "whom_met": "mother", "child_seen": True, "note": ""} | more
    return correct_finding(acting(volunteer), finding=finding, at=at, **given)


def test_what_was_written_is_put_right_within_a_day_and_what_stood_before_is_kept():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer, note="At home with fever.")

    finding = correcting(finding, volunteer, note="At home with a broken arm.")

    assert finding.note == "At home with a broken arm."
    assert finding.earlier[0]["note"] == "At home with fever."
    event = audited().get(verb="finding.corrected")
    assert "fever" not in str(event.changes)
    with pytest.raises(WrongState):
        correcting(finding, volunteer, note="Later.", at=NOW + timedelta(hours=25))


def test_a_danger_added_is_told_at_once_and_one_taken_away_stays_with_the_case_worker():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)

    finding = correcting(finding, volunteer, kind="missing")
    assert Concern.objects.count() == 1

    correcting(finding, volunteer, kind="sick")
    assert Concern.objects.count() == 1


def test_what_was_written_is_hers_alone_to_read_and_put_right():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer)
    other = a_volunteer()

    with pytest.raises(NotAllowed):
        correcting(finding, other, note="Something else.")
    with pytest.raises(NotAllowed):
        open_finding(acting(other), finding=finding, at=NOW)

    open_finding(acting(volunteer), finding=finding, at=NOW)
    assert audited().filter(verb="finding.opened", outcome="done").count() == 1


def test_nobody_home_is_not_turned_into_a_finding_nor_the_other_way_round():
    visit, volunteer = an_assigned_visit()
    finding = told(visit, volunteer, **NOBODY)

    with pytest.raises(Invalid):
        correcting(finding, volunteer, kind="sick")
    second = told(in_hand(visit.flag), volunteer)
    with pytest.raises(Invalid):
        correcting(second, volunteer, kind="not_home")
