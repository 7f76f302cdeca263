"""Giving and taking roles: allowed, refused, in the wrong state, and each leaving one event."""

from datetime import timedelta

import pytest
from django.utils import timezone

from aanchal.access.actions import approve_grant, give_grant, revoke_grant
from aanchal.access.models import Grant, Notice
from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.authz import may
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.audited import audited
from tests.signing_in import a_grant, a_person, a_school, acting, an_area

pytestmark = pytest.mark.django_db
DISTRICT = "IN/S10/D206"
BLOCK = DISTRICT + "/B1851"


def now():
    return timezone.now()


def give(actor, user, role=Role.VOLUNTEER, where=BLOCK, **more):
    place = {"area": an_area(where)} if isinstance(where, str) else {"body": where}
    given = {"starts_at": now(), "at": now()} | place | more
    return give_grant(actor, user=user, role=role, **given)


@pytest.fixture
def asha():
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Asha")


@pytest.fixture
def bela():
    return a_person(Role.ADMINISTRATOR, DISTRICT, name="Bela")


@pytest.fixture
def sunita():
    return a_person(Role.VOLUNTEER, BLOCK + "/P1/V1", name="Sunita")


def test_a_role_that_does_not_weigh_has_force_at_once(asha, sunita):
    give(acting(asha), sunita, where=BLOCK + "/P1/V2")

    assert may(acting(sunita), CasePermission.CONCERN_RAISE, an_area(BLOCK + "/P1/V2"))
    assert Notice.objects.get(user=sunita).kind == "grant_given"


def test_giving_leaves_one_event_that_names_no_value(asha, sunita):
    grant = give(acting(asha), sunita, where=BLOCK + "/P1/V2")

    event = audited().get()
    assert (event.verb, event.outcome) == ("grant.given", "done")
    assert event.target_id == str(grant.pk)
    assert event.actor_id == str(asha.pk)
    assert event.district == "D206"


@pytest.mark.parametrize(
    "role, where, given_at, why",
    [
        (Role.ADMINISTRATOR, BLOCK, DISTRICT, "above the giver's own place"),
        (Role.ADMINISTRATOR, BLOCK, DISTRICT + "/B1852", "beside it"),
        (Role.ADMINISTRATOR, "IN/S10/D206/B185", BLOCK, "a sibling whose key begins alike"),
        (Role.COORDINATOR, DISTRICT, BLOCK, "right place, wrong role"),
        (Role.CASE_WORKER, DISTRICT, BLOCK, "right place, wrong role"),
    ],
)
def test_nobody_gives_a_role_beyond_her_own_administrator_grant(sunita, role, where, given_at, why):
    giver = a_person(role, where)

    with pytest.raises(NotAllowed):
        give(acting(giver), sunita, where=given_at)

    assert Grant.objects.filter(user=sunita).count() == 1, why
    assert list(audited().values_list("verb", "outcome")) == [("give_grant.refused", "refused")]


def test_nothing_is_given_to_a_person_one_may_not_know_of(asha):
    elsewhere = a_person(Role.TEACHER, a_school("IN/S19/D999/B1"))

    with pytest.raises(NotFound):
        give(acting(asha), elsewhere)

    assert not Grant.objects.filter(user=elsewhere, role=Role.VOLUNTEER).exists()


@pytest.mark.parametrize(
    "role, change, why",
    [
        (Role.SYSTEM, {}, "the system's own role"),
        (Role.TEACHER, {}, "a teacher without a school"),
        (Role.VOLUNTEER, {"area": None}, "no place at all"),
        (Role.VOLUNTEER, {"grade": "VI"}, "a class without a school"),
    ],
)
def test_the_place_must_fit_the_role(asha, sunita, role, change, why):
    with pytest.raises(Invalid):
        give(acting(asha), sunita, role, **change)

    assert sunita.grants.count() == 1, why


def test_a_school_fits_a_teacher_alone(asha, sunita):
    school = a_school(BLOCK)
    with pytest.raises(Invalid):
        give(acting(asha), sunita, Role.VOLUNTEER, school)
    with pytest.raises(Invalid):
        give(acting(asha), sunita, Role.TEACHER, school, section="A")
    with pytest.raises(Invalid):
        give(acting(asha), sunita, Role.TEACHER, school, area=an_area(BLOCK))

    grant = give(acting(asha), sunita, Role.TEACHER, school, grade="VI", section="A")

    assert (grant.area_path, grant.grade, grant.section) == (BLOCK, "VI", "A")


def test_the_end_comes_after_the_start(asha, sunita):
    with pytest.raises(Invalid):
        give(acting(asha), sunita, where=BLOCK + "/P1/V2", ends_at=now() - timedelta(days=1))


def test_the_same_is_not_given_twice(asha, sunita):
    with pytest.raises(WrongState):
        give(acting(asha), sunita, where=BLOCK + "/P1/V1")


def test_a_role_begins_and_ends_by_itself(asha, sunita):
    grant = give(
        acting(asha),
        sunita,
        where=BLOCK + "/P1/V2",
        starts_at=now() + timedelta(days=1),
        ends_at=now() + timedelta(days=2),
    )

    held = [
        grant.area_path in {g.area_path for g in actor_for(sunita, at=at).grants}
        for at in (now(), now() + timedelta(hours=25), now() + timedelta(hours=49))
    ]
    assert held == [False, True, False]


# --- agreeing ---


@pytest.fixture
def waiting(asha):
    case_worker = a_person(Role.VOLUNTEER, BLOCK)
    return give(acting(asha), case_worker, Role.CASE_WORKER, BLOCK)


def test_agreeing_gives_it_force_and_leaves_one_event(waiting, bela):
    assert Role.CASE_WORKER not in acting(waiting.user).roles()
    AuditEvent_before = audited().count()

    approve_grant(acting(bela), grant=waiting, at=now())

    assert Role.CASE_WORKER in acting(waiting.user).roles()
    assert audited().count() == AuditEvent_before + 1
    assert audited().order_by("seq").last().verb == "grant.approved"


@pytest.mark.parametrize(
    "role, where",
    [
        (Role.ADMINISTRATOR, "IN/S10/D207"),
        (Role.ADMINISTRATOR, BLOCK + "/P1"),
        (Role.COORDINATOR, DISTRICT),
    ],
)
def test_agreeing_is_for_administrators_of_the_place(waiting, role, where):
    with pytest.raises(NotAllowed):
        approve_grant(acting(a_person(role, where)), grant=waiting, at=now())

    waiting.refresh_from_db()
    assert waiting.approved_at is None


def test_what_does_not_wait_is_not_agreed_to(waiting, bela, sunita):
    approve_grant(acting(bela), grant=waiting, at=now())
    for grant in (waiting, sunita.grants.get()):
        with pytest.raises(WrongState):
            approve_grant(acting(bela), grant=grant, at=now())


def test_what_was_taken_back_is_not_agreed_to(waiting, asha, bela):
    revoke_grant(acting(asha), grant=waiting, at=now())

    with pytest.raises(WrongState):
        approve_grant(acting(bela), grant=waiting, at=now())


def test_what_was_asked_by_one_who_lost_her_role_is_not_agreed_to(waiting, asha, bela):
    a_person(Role.ADMINISTRATOR, DISTRICT)
    revoke_grant(acting(bela), grant=asha.grants.get(), at=now())

    with pytest.raises(WrongState):
        approve_grant(acting(bela), grant=waiting, at=now())


def test_roles_that_do_not_mix_are_looked_at_again_when_agreeing(waiting, bela):
    a_grant(waiting.user, Role.ADMINISTRATOR, DISTRICT)

    with pytest.raises(Invalid):
        approve_grant(acting(bela), grant=waiting, at=now())


# --- taking ---


def test_taking_away_ends_it_and_leaves_one_event(asha, sunita):
    revoke_grant(acting(asha), grant=sunita.grants.get(), at=now())

    assert acting(sunita).roles() == frozenset()
    assert audited().get().verb == "grant.revoked"
    assert Notice.objects.get(user=sunita).kind == "grant_revoked"


@pytest.mark.parametrize(
    "role, where", [(Role.ADMINISTRATOR, DISTRICT + "/B1852"), (Role.COORDINATOR, DISTRICT)]
)
def test_taking_away_is_for_administrators_of_the_place(sunita, role, where):
    with pytest.raises(NotAllowed):
        revoke_grant(acting(a_person(role, where)), grant=sunita.grants.get(), at=now())

    assert Role.VOLUNTEER in acting(sunita).roles()


def test_it_is_taken_away_once(asha, sunita):
    grant = sunita.grants.get()
    revoke_grant(acting(asha), grant=grant, at=now())

    with pytest.raises(WrongState):
        revoke_grant(acting(asha), grant=grant, at=now())


def test_the_last_administrator_of_a_place_stays(asha):
    with pytest.raises(WrongState):
        revoke_grant(acting(asha), grant=asha.grants.get(), at=now())

    a_person(Role.ADMINISTRATOR, "IN/S10")
    revoke_grant(acting(asha), grant=asha.grants.get(), at=now())
    assert acting(asha).roles() == frozenset()
