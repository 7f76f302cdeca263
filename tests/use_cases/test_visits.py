"""From a flag to a visit, its finding and its outcome."""

from datetime import UTC, date, datetime, timedelta

import pytest

from aanchal.access.queries import actor_for
from aanchal.attendance.actions import (
    assign_visit,
    cancel_visit,
    hand_back_visit,
    leave_house,
    record_outcome,
    record_visit,
    return_to_house,
)
from aanchal.attendance.models import Finding, Flag, Outcome, Visit
from aanchal.attendance.queries.hands import is_outside
from aanchal.cases.models import Concern
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.models import AuditEvent
from aanchal.kernel.permissions import Role
from aanchal.people.models import Enrolment
from tests.factories import NOW, OTHER_VILLAGE, VILLAGE, a_class, a_flag, an_actor, kin_of
from tests.signing_in import a_person, a_school

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
    assert AuditEvent.objects.filter(verb="visit.assigned").count() == 1


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
    assert AuditEvent.objects.filter(verb="visit.cancelled", target_id=str(visit.pk)).count() == 1


def test_a_coordinator_takes_a_visit_back():
    visit, volunteer = an_assigned_visit()
    with pytest.raises(NotAllowed):
        cancel_visit(acting(volunteer), visit=visit, at=NOW)

    cancel_visit(an_actor(), visit=visit, at=NOW)

    assert Flag.objects.get().state == Flag.State.OPEN
    assert AuditEvent.objects.filter(verb="visit.cancelled").count() == 1
    assert not AuditEvent.objects.filter(verb="visit.handed_back").exists()


def test_what_was_found_is_written_once_however_often_it_is_sent():
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    first = record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)
    second = record_visit(acting(volunteer), visit=visit, at=NOW, **ANSWERS)

    assert first == second == Finding.objects.get()
    assert Flag.objects.get().state == Flag.State.VISITED
    assert AuditEvent.objects.filter(verb="visit.recorded").count() == 1
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
    assert AuditEvent.objects.filter(verb="concern.raised").count() == 1


def test_private_questions_open_only_after_she_has_left_the_house():
    visit, volunteer = an_assigned_visit()

    with pytest.raises(Invalid):
        record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | {"kind": "works"}))

    leave_house(acting(volunteer), visit=visit, at=NOW)
    assert record_visit(acting(volunteer), visit=visit, at=NOW, **(ANSWERS | {"kind": "works"}))


def test_having_left_the_house_can_be_taken_back_and_the_private_questions_close():
    visit, volunteer = an_assigned_visit()
    leave_house(acting(volunteer), visit=visit, at=NOW)

    return_to_house(acting(volunteer), visit=visit, at=NOW + timedelta(minutes=1))

    visit.refresh_from_db()
    assert visit.left_house_at is None
    assert AuditEvent.objects.filter(verb="visit.left_house_undone").count() == 1
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


def test_nobody_at_home_leaves_the_question_open_for_another_visit():
    visit, volunteer = an_assigned_visit()

    record_visit(
        acting(volunteer),
        visit=visit,
        at=NOW,
        **(ANSWERS | {"kind": "not_home", "whom_met": "nobody"}),
    )

    assert Flag.objects.get().state == Flag.State.OPEN


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
    assert (outcome.ground, outcome.note) == (given.get("ground"), given.get("note"))


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
