"""What waits for whom: asked of the records, exclusion first, the same for the list and the badge."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.kernel.kept import kept
from aanchal.notices.queries.inbox import count_waiting, inbox
from tests.factories import VILLAGE
from tests.signing_in import a_person
from tests.two_districts import DISTRICT, SIX, _sister, a_told_concern, two_districts

pytestmark = pytest.mark.django_db


def kinds(user, at=None):
    return sorted({t.kind for t in inbox(actor_for(user), at=at or timezone.now()).things})


def keys(user, kind, at=None):
    found = inbox(actor_for(user), at=at or timezone.now()).things
    return {t.key for t in found if t.kind == kind}


@pytest.mark.parametrize(
    "who, what",
    [
        ("volunteer", ["visit.assigned"]),
        ("coordinator", ["flag.open", "flag.visited"]),
        ("case_worker", ["concern.new"]),
    ],
)
def test_each_role_finds_what_is_hers_to_do(who, what):
    office = two_districts()

    assert set(what) <= set(kinds(office.people[who]))


@pytest.mark.parametrize("who", SIX)
@pytest.mark.parametrize("days", [0, 3, 30])
def test_the_number_at_the_top_is_the_length_of_the_list(who, days):
    office = two_districts()
    actor = actor_for(office.people[who])
    at = timezone.now() + timedelta(days=days)

    assert count_waiting(actor, at=at) == len(inbox(actor, at=at).things)


def test_nobody_is_told_of_what_she_is_implicated_in_or_kin_to():
    office = two_districts()
    later = timezone.now() + timedelta(days=60)
    concerns = {
        office.records["concern"][x].pk for x in ("implicated", "implicated_in_team", "kin")
    }
    flags = {office.records["flag"]["kin"].pk}
    visits = {office.records["visit"]["kin"].pk}

    hidden = {str(pk) for pk in concerns | flags | visits}
    for who in SIX:
        found = inbox(actor_for(office.people[who]), at=later).things
        assert not {t.key for t in found} & hidden, who


def test_a_sealed_concern_waits_for_its_team_only():
    office = two_districts()
    sealed = str(office.records["concern"]["sealed"].pk)

    assert sealed in keys(office.people["other_case_worker"], "concern.new")
    assert sealed not in keys(office.people["case_worker"], "concern.new")


def test_a_visit_comes_to_the_coordinator_when_its_day_is_over_and_not_before():
    office = two_districts()
    visit = office.records["visit"]["own"]
    coordinator = office.people["coordinator"]

    assert str(visit.pk) not in keys(coordinator, "visit.assigned", visit.due_at)
    late = visit.due_at + timedelta(minutes=1)
    assert str(visit.pk) in keys(coordinator, "visit.assigned", late)
    assert str(visit.pk) in keys(office.people["volunteer"], "visit.assigned", late)


def test_a_visit_of_one_who_can_no_longer_go_waits_for_the_coordinator_at_once():
    office = two_districts()
    visit = office.records["visit"]["own"]
    office.people["volunteer"].grants.update(
        revoked_by="system:operator", revoked_at=timezone.now()
    )

    assert str(visit.pk) in keys(office.people["coordinator"], "visit.assigned")


def test_the_urgent_come_first_then_the_longest_waiting():
    office = two_districts()
    found = inbox(actor_for(office.people["coordinator"]), at=timezone.now()).things

    order = [(not t.is_urgent, t.since) for t in found]
    assert len(order) > 3
    assert order == sorted(order)


def test_one_who_gave_a_role_does_not_find_it_waiting_for_herself():
    office = two_districts()
    giver = a_person(Role.ADMINISTRATOR, DISTRICT)
    grant = office.people["volunteer"].grants.get()
    grant.needs_approval, grant.given_by = True, str(giver.pk)
    grant.save()

    assert str(grant.pk) not in keys(giver, "grant.waiting")
    assert str(grant.pk) in keys(office.people["administrator"], "grant.waiting")


@pytest.mark.parametrize("who", SIX)
def test_the_list_takes_as_many_queries_for_one_thing_as_for_many(who):
    office = two_districts()
    actor, at = actor_for(office.people[who]), timezone.now()

    def queries():
        kept.clear()
        with CaptureQueriesContext(connection) as captured:
            inbox(actor, at=at)
            count_waiting(actor, at=at)
        return len(captured)

    few = queries()
    for n in range(3):
        _sister(office, "own", f"more_{n}")
        a_told_concern(f"more{n}", VILLAGE, child=office.records["child"][f"more_{n}"])

    assert queries() == few
