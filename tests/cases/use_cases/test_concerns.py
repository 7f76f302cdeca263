"""Concerns: raised once, sealed by kind, opened with a trace, taken up by one person."""

import pytest

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import (
    close_concern,
    name_team,
    open_concern,
    raise_concern,
    record_call,
    take_up_concern,
)
from aanchal.cases.health import case_workers
from aanchal.cases.jobs import name_teams
from aanchal.cases.models import Concern
from aanchal.cases.queries import get_concern, visible_concerns
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.audited import audited
from tests.factories import NOW, OTHER_DISTRICT, VILLAGE, a_class, an_actor, kin_of
from tests.signing_in import a_person, an_area

pytestmark = pytest.mark.django_db


def a_worker(where="IN/S10/D206", role=Role.CASE_WORKER):
    from datetime import UTC, datetime

    return a_person(role, where, starts_at=datetime(2026, 4, 1, tzinfo=UTC))


def acting(user):
    return actor_for(user, at=NOW)


def a_concern(kind="missing", **given):
    values = {
        "area": an_area(VILLAGE),
        "source_kind": "person",
        "source_id": "note-1",
        "told": "made-up words",
        "at": NOW,
    }
    return raise_concern(an_actor(Role.VOLUNTEER, VILLAGE), kind=kind, **(values | given))


def test_a_concern_is_raised_once_however_often_it_is_sent():
    first, second = a_concern(), a_concern()

    assert first == second
    assert audited().filter(verb="concern.raised").count() == 1


def test_an_unknown_kind_is_refused():
    with pytest.raises(Invalid):
        a_concern(kind="scandal")

    assert not Concern.objects.exists()


def test_a_concern_elsewhere_is_refused_and_nothing_is_written():
    with pytest.raises(NotAllowed):
        a_concern(area=an_area(OTHER_DISTRICT))

    assert not Concern.objects.exists()


@pytest.mark.parametrize(
    "kind, sealed",
    [("missing", False), ("trafficking", False), ("sexual_abuse", True), ("abuse", True)],
)
def test_the_kind_decides_whether_it_is_sealed_on_arrival(kind, sealed):
    assert a_concern(kind=kind).is_sealed is sealed


def test_a_sealed_concern_shows_to_the_nearest_case_workers_only():
    near = a_worker("IN/S10/D206/B1851")
    far = a_worker("IN/S10/D206")
    held = a_concern(kind="sexual_abuse")

    assert list(visible_concerns(acting(near))) == [held]
    assert not visible_concerns(acting(far))
    with pytest.raises(NotFound):
        get_concern(acting(far), pk=held.pk)
    with pytest.raises(NotAllowed):
        open_concern(acting(far), concern=held, at=NOW)


def test_a_concern_that_implicates_a_worker_is_sealed_and_hidden_from_that_worker():
    implicated, other = a_worker(), a_worker()

    held = a_concern(implicated=[implicated])

    assert held.is_sealed
    assert not visible_concerns(acting(implicated))
    assert visible_concerns(acting(other))
    with pytest.raises(NotAllowed):
        take_up_concern(acting(implicated), concern=held, at=NOW)


def test_kin_of_the_child_never_see_her_concern():
    _section, children = a_class()
    kin, other = a_worker(), a_worker()
    kin_of(kin, children[0])

    held = a_concern(child=children[0])

    assert not visible_concerns(acting(kin))
    assert list(visible_concerns(acting(other))) == [held]


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR, Role.TEACHER])
def test_no_other_role_reads_concerns(role):
    held = a_concern()
    person = a_worker(role=role)

    assert not visible_concerns(acting(person))
    with pytest.raises(NotAllowed):
        open_concern(acting(person), concern=held, at=NOW)


def test_opening_leaves_a_trace():
    held, worker = a_concern(), a_worker()

    open_concern(acting(worker), concern=held, at=NOW)

    event = audited().get(verb="concern.opened")
    assert (event.actor_id, event.target_id) == (str(worker.pk), str(held.pk))


def test_one_person_takes_it_up_and_writes_the_call():
    held, worker, other = a_concern(), a_worker(), a_worker()

    take_up_concern(acting(worker), concern=held, at=NOW)
    with pytest.raises(WrongState):
        take_up_concern(acting(other), concern=held, at=NOW)
    called = record_call(acting(worker), concern=held, number="1098", answered=True, at=NOW)

    assert called.calls[0]["number"] == "1098"
    assert audited().filter(verb="concern.call_recorded").count() == 1
    assert audited().filter(verb="concern.taken_up").count() == 1


@pytest.mark.parametrize("number", ["", "12", "not a number", "1" * 20])
def test_a_call_needs_a_number(number):
    with pytest.raises(Invalid):
        record_call(acting(a_worker()), concern=a_concern(), number=number, answered=False, at=NOW)


def test_calls_and_closing_are_for_those_who_take_up():
    held = a_concern()
    volunteer = an_actor(Role.VOLUNTEER, VILLAGE)

    with pytest.raises(NotAllowed):
        record_call(volunteer, concern=held, number="1098", answered=True, at=NOW)
    with pytest.raises(NotAllowed):
        close_concern(volunteer, concern=held, reason="safe", words="Made-up words", at=NOW)


# --- a sealed concern never stays with nobody ---


def test_a_sealed_concern_that_nobody_could_open_is_given_to_the_case_worker_who_comes():
    held = a_concern(kind="sexual_abuse")
    assert not Concern.objects.get(pk=held.pk).team
    comes = a_worker("IN/S10/D206/B1851")

    name_teams()
    name_teams()

    assert list(visible_concerns(acting(comes))) == [held]
    event = audited().get(verb="concern.team_named")
    assert event.actor_id == "system:concerns"


def test_one_with_a_conflict_of_interest_is_not_named():
    implicated = a_worker()
    held = a_concern(kind="sexual_abuse", implicated=[implicated])

    assert name_team(system_actor("concerns"), concern=held, at=NOW) == []
    assert not Concern.objects.get(pk=held.pk).team


def test_a_team_that_has_left_is_followed_by_who_works_there_now():
    left = a_worker("IN/S10/D206/B1851")
    held = a_concern(kind="sexual_abuse")
    left.grants.update(revoked_by="system:operator", revoked_at=NOW)
    follows = a_worker()

    name_teams()

    assert list(visible_concerns(acting(follows))) == [held]


def test_a_team_that_is_there_stays_as_it_is():
    a_worker("IN/S10/D206/B1851")
    held = a_concern(kind="sexual_abuse")
    a_worker("IN/S10/D206/B1851")

    assert name_team(system_actor("concerns"), concern=held, at=NOW) == []
    assert len(Concern.objects.get(pk=held.pk).team) == 1


@pytest.mark.parametrize("role", [Role.CASE_WORKER, Role.COORDINATOR, Role.ADMINISTRATOR])
def test_no_person_names_a_team(role):
    held = a_concern(kind="sexual_abuse")

    with pytest.raises(NotAllowed):
        name_team(an_actor(role, "IN/S10/D206"), concern=held, at=NOW)


def test_whoever_comes_to_hold_a_role_lets_the_teams_be_looked_at():
    from django_tasks_db.models import DBTaskResult

    from aanchal.access.actions import approve_grant, give_grant

    giver, second = (a_worker("IN/S10/D206", Role.ADMINISTRATOR) for _i in range(2))
    comes = a_worker(VILLAGE, Role.VOLUNTEER)
    grant = give_grant(
        acting(giver), user=comes, role=Role.CASE_WORKER, area=an_area("IN/S10/D206/B1851"),
        starts_at=NOW, at=NOW,
    )  # fmt: skip
    asked = DBTaskResult.objects.filter(task_path="aanchal.job:name_teams")
    assert not asked.exists()

    approve_grant(acting(second), grant=grant, at=NOW)

    assert asked.count() == 1


def test_the_doctor_points_at_blocks_without_a_second_case_worker():
    a_class()

    assert [c.state.name for c in case_workers(NOW)] == ["BAD"]
    a_worker("IN/S10/D206/B1851")
    assert [c.state.name for c in case_workers(NOW)] == ["LOOK"]
    a_worker("IN/S10/D206")
    assert list(case_workers(NOW)) == []


def test_a_block_whose_case_workers_hold_the_places_below_it_is_well():
    a_class()

    for _two in range(2):
        a_worker("IN/S10/D206/B1851/P900")

    assert list(case_workers(NOW)) == []


def test_a_place_of_a_block_without_a_case_worker_is_seen_by_the_doctor():
    _section, [child] = a_class(pupils=1)
    for _two in range(2):
        a_worker(VILLAGE)
    child.area = an_area("IN/S10/D206/B1851/P901/V905")
    child.save()

    assert [c.state.name for c in case_workers(NOW)] == ["BAD"]
