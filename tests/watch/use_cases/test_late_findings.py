"""What a volunteer sends of a visit that is no longer hers is kept and read, and nothing follows by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, TooMany, WrongState
from aanchal.notices.queries.inbox import inbox
from aanchal.notices.queries.things import late_findings, things
from aanchal.watch.actions import (
    assign_visit,
    cancel_visit,
    hand_back_visit,
    keep_late_finding,
    read_late_findings,
)
from aanchal.watch.models import Finding, Flag, LateFinding, Visit
from aanchal.watch.queries.doubts import doubts
from aanchal.watch.queries.ends import is_struck_off, was_visited
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, a_flag, an_actor, kin_of
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
BLOCK = "IN/S10/D206/B1851"
OTHER_BLOCK = "IN/S10/D206/B1999"
UNREAD = "late_finding.unread"


def acting(user, at=NOW):
    return actor_for(user, at=at)


def a_visit(flag=None):
    if flag is None:
        section, children = a_class()
        flag = a_flag(children[0], section)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    return assign_visit(an_actor(), flag=flag, volunteer=volunteer, at=NOW)


def taken_back(visit=None):
    return cancel_visit(an_actor(), visit=visit or a_visit(), at=NOW)


def sent(visit, by=None, **changes):
    given = {
        "kind": "sick",
        "whom_met": "mother",
        "child_seen": True,
        "next_step": "nothing",
        "note": "Fever since Sunday.",
        "visited_on": NOW.date(),
    }
    return keep_late_finding(
        acting(by or visit.volunteer), visit=visit, at=NOW, **{**given, **changes}
    )


def a_coordinator(where=BLOCK, **more):
    return a_person(Role.COORDINATOR, where, starts_at=APRIL, **more)


def waiting(user, at=NOW):
    return [t for t in inbox(acting(user), at=at).things if t.kind == UNREAD]


@pytest.mark.parametrize("how", ["cancelled", "unsafe", "cannot_go", "closed"])
def test_the_words_are_kept_however_the_visit_left_her_hands(how):
    visit = a_visit()
    if how in ("unsafe", "cannot_go"):
        hand_back_visit(acting(visit.volunteer), visit=visit, because=how, at=NOW)
    else:
        taken_back(visit)
    if how == "closed":
        Flag.objects.update(state="closed")

    late = sent(visit)

    assert (late.kind, late.note, late.child_seen) == ("sick", "Fever since Sunday.", True)
    assert late.sent_by == str(visit.volunteer_id)
    assert audited().filter(verb="late_finding.kept").count() == 1


def as_stored(model):
    """Every row, what is sealed as the bytes that are stored."""
    return [
        {name: getattr(value, "data", value) for name, value in row.items()}
        for row in model.objects.values()
    ]


def test_it_is_no_visit_and_ends_delays_and_counts_nothing():
    visit = taken_back()
    fields = [f.attname for f in Flag._meta.concrete_fields if f.name != "reason"]
    before = Flag.objects.values(*fields).get()
    visits = as_stored(Visit)

    sent(visit, kind="name_cut")

    flag = Flag.objects.get()
    assert Flag.objects.values(*fields).get() == before
    assert as_stored(Visit) == visits
    assert not Finding.objects.exists()
    assert not was_visited(flag) and not is_struck_off(flag)
    assert not doubts(Flag.objects.all())
    waits = [t for t in things(at=NOW) if t.kind == "flag.open"]
    assert [t.since for t in waits] == [flag.raised_at]


def test_the_volunteer_to_whom_it_was_given_since_goes_all_the_same():
    visit = a_visit()
    other = a_visit(visit.flag)

    sent(visit)

    other.refresh_from_db()
    assert (other.state, other.due_at > NOW) == (Visit.State.ASSIGNED, True)
    assert Flag.objects.get().state == Flag.State.ASSIGNED


def test_whoever_may_send_visits_there_is_told_until_she_has_read_it():
    visit = taken_back()
    coordinator, elsewhere = a_coordinator(), a_coordinator(OTHER_BLOCK)
    kin = a_coordinator()
    kin_of(kin, visit.flag.child)
    sent(visit)
    sent(visit, note="And a cough.")

    assert [t.key for t in waiting(coordinator)] == [str(visit.flag_id)]
    assert not waiting(elsewhere) and not waiting(kin) and not waiting(visit.volunteer)
    assert read_late_findings(acting(coordinator), flag=visit.flag, at=NOW) == 2

    assert not waiting(coordinator)
    late = LateFinding.objects.first()
    assert (late.read_at, late.read_by) == (NOW, str(coordinator.pk))
    assert audited().filter(verb="late_finding.read").count() == 1
    with pytest.raises(WrongState):
        read_late_findings(acting(coordinator), flag=visit.flag, at=NOW)


def test_what_nobody_reads_goes_to_the_district():
    visit = taken_back()
    sent(visit)

    thing = next(t for t in things(at=NOW) if t.kind == UNREAD)

    assert thing.times()[-1] == NOW + timedelta(days=7)


def test_what_comes_after_it_was_read_is_told_anew():
    visit, coordinator = taken_back(), a_coordinator()
    sent(visit)
    read_late_findings(acting(coordinator), flag=visit.flag, at=NOW)

    sent(visit, note="He is well again.")

    assert len(waiting(coordinator)) == 1


@pytest.mark.parametrize("who", ["elsewhere", "kin", "volunteer"])
def test_nobody_else_says_that_it_was_read(who):
    visit = taken_back()
    sent(visit)
    person = visit.volunteer if who == "volunteer" else a_coordinator(
        OTHER_BLOCK if who == "elsewhere" else BLOCK
    )  # fmt: skip
    if who == "kin":
        kin_of(person, visit.flag.child)

    with pytest.raises(NotAllowed):
        read_late_findings(acting(person), flag=visit.flag, at=NOW)
    assert LateFinding.objects.get().read_at is None


def test_another_and_kin_and_a_coordinator_cannot_send_it():
    visit = taken_back()
    other = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)

    for person in (other, a_coordinator()):
        with pytest.raises(NotAllowed):
            sent(visit, by=person)
    kin_of(visit.volunteer, visit.flag.child)
    with pytest.raises(NotAllowed):
        sent(visit)
    assert not LateFinding.objects.exists()


@pytest.mark.parametrize("state", ["assigned", "recorded"])
def test_of_a_visit_in_her_hands_or_recorded_nothing_is_kept_beside_it(state):
    visit = a_visit()
    Visit.objects.update(state=state)

    with pytest.raises(WrongState):
        sent(visit)
    assert not LateFinding.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "contractor"},
        {"kind": "works", "age_band": "child"},
        {"next_step": "not_sure_safe"},
        {"kind": "nothing_of_ours"},
        {"whom_met": "nothing_of_ours"},
        {"next_step": "nothing_of_ours"},
        {"note": "x" * 2001},
    ],
)
def test_a_danger_a_doubt_and_what_is_no_answer_are_not_kept(changes):
    visit = taken_back()

    with pytest.raises(Invalid):
        sent(visit, **changes)
    assert not LateFinding.objects.exists()


def test_sent_twice_it_is_kept_once():
    visit = taken_back()

    assert sent(visit).pk == sent(visit).pk
    assert LateFinding.objects.count() == 1
    assert audited().filter(verb="late_finding.kept").count() == 1


def test_more_than_a_few_of_one_visit_are_refused():
    visit = taken_back()
    for n in range(10):
        sent(visit, note=f"Line {n}.")

    with pytest.raises(TooMany):
        sent(visit, note="One more.")


def test_what_waits_is_read_with_the_same_queries_however_much():
    def count():
        with CaptureQueriesContext(connection) as caught:
            found = list(late_findings(acting(coordinator), NOW))
        return len(found), len(caught)

    coordinator = a_coordinator()
    section, children = a_class()
    sent(taken_back(a_visit(a_flag(children[0], section))))
    one = count()
    for child in children[1:3]:
        sent(taken_back(a_visit(a_flag(child, section))))

    assert one[0] == 1
    assert count() == (3, one[1])


def test_at_rest_none_of_it_is_in_the_clear():
    sent(taken_back(), note="Qz fever since Sunday.")

    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, whom_met, next_step, note, facts FROM watch_latefinding")
        row = b"|".join(bytes(value) for value in cursor.fetchone())
    assert b"Qz fever" not in row and b"sick" not in row and b"mother" not in row
