"""What is held is not erased: one administrator places a hold, lifting it takes two."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aanchal.access.roles import Role
from aanchal.cases.actions import (
    ask_to_lift_hold,
    keep_hold,
    lift_hold,
    place_hold,
    raise_concern,
)
from aanchal.cases.models import Concern
from aanchal.cases.queries import holds_to_lift, visible_holds
from aanchal.kernel import health, holds, sweeping
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, SecondPerson, WrongState
from aanchal.kernel.models import LegalHold
from aanchal.kernel.references import wrong_tags
from aanchal.notices.queries.things import things
from aanchal.people.actions import join_households, part_households
from aanchal.people.models import Child, Enrolment, Household
from aanchal.registers.models import RegisterPage
from aanchal.watch.models import Flag
from tests.audited import audited
from tests.factories import NOW, OTHER_DISTRICT, a_class, a_page, an_actor, kin_of
from tests.kernel.use_cases.test_retention import an_ended_flag, ended
from tests.signing_in import a_person, a_school, acting

pytestmark = pytest.mark.django_db

UPKEEP = system_actor("upkeep")
GROWN_UP = datetime(2048, 4, 1, 12, tzinfo=UTC)
ADMIN = an_actor(Role.ADMINISTRATOR)
SECOND = replace(ADMIN, user_id="worker-2")
WHY = "Order 12/2026 of the court"


def held(code: str, actor=ADMIN, *, household=False, reason=WHY) -> LegalHold:
    return place_hold(actor, code=code, whole_household=household, reason=reason, at=NOW)


def grown_up(pupils: int = 2):
    """Children whose time is over, with marks and flags."""
    section, children = a_class(pupils=pupils)
    a_page(section, children, ["PA"] * pupils)
    for child in children:
        an_ended_flag(child, section)
    ended(section)
    return children


def test_a_held_child_and_all_that_is_part_of_her_stays():
    held_one, other = grown_up()
    held(f" {held_one.code.lower()} ")

    found = {one.label: (one.due, one.held) for one in sweeping.forecast(at=GROWN_UP)}
    assert found["watch.Flag"] == (1, 1)
    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert list(Child.objects.all()) == [held_one]
    assert Household.objects.filter(pk=held_one.household_id).exists()
    assert [flag.child for flag in Flag.objects.all()] == [held_one]
    assert [e.child for e in Enrolment.objects.all()] == [held_one]
    assert RegisterPage.objects.exists(), "her marks stand on a page with those of others"
    assert not Flag.objects.filter(child=other).exists()


def test_a_held_household_holds_every_child_of_it():
    one, sister = grown_up()
    was = sister.household
    sister.household = one.household
    sister.save()
    held(one.code, household=True)

    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert set(Child.objects.all()) == {one, sister}
    assert not Household.objects.filter(pk=was.pk).exists()


def test_once_lifted_by_two_it_goes():
    (child,) = grown_up(1)
    hold = held(child.code)

    ask_to_lift_hold(ADMIN, hold=hold, reason="The order has ended", at=NOW)
    with pytest.raises(SecondPerson):
        lift_hold(ADMIN, hold=hold, at=NOW)
    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert Child.objects.exists()

    lift_hold(SECOND, hold=hold, at=NOW)
    sweeping.sweep(UPKEEP, at=GROWN_UP)
    assert not Child.objects.exists()
    # The hold itself stays for the eight years of the audit.
    sweeping.sweep(UPKEEP, at=datetime(2034, 7, 30, tzinfo=UTC))
    verbs = [e.verb for e in audited() if e.verb.startswith("hold.")]
    assert verbs == ["hold.placed", "hold.lift_asked", "hold.lifted"]


def test_whoever_asked_takes_it_back_and_the_second_may_keep_it():
    (child,) = grown_up(1)
    hold = held(child.code)
    for who, verb in ((ADMIN, "hold.lift_taken_back"), (SECOND, "hold.kept")):
        ask_to_lift_hold(ADMIN, hold=hold, reason="It has ended", at=NOW)
        with pytest.raises(WrongState):
            ask_to_lift_hold(SECOND, hold=hold, reason="So I think", at=NOW)
        keep_hold(who, hold=hold, at=NOW)
        assert audited().filter(verb=verb)
        assert not holds_to_lift(ADMIN) and visible_holds(ADMIN)
    with pytest.raises(WrongState):
        lift_hold(SECOND, hold=hold, at=NOW)
    with pytest.raises(WrongState):
        keep_hold(SECOND, hold=hold, at=NOW)


def test_it_waits_for_a_second_administrator_and_for_nobody_else():
    (child,) = grown_up(1)
    first, second = a_person(Role.ADMINISTRATOR), a_person(Role.ADMINISTRATOR)
    hold = held(child.code, acting(first))
    ask_to_lift_hold(acting(first), hold=hold, reason="It has ended", at=NOW)

    (thing,) = [x for x in things(at=NOW) if x.kind == "legal_hold.leaving"]
    assert thing.may_be_done_by(acting(second))
    assert not thing.may_be_done_by(acting(first))
    assert not thing.may_be_done_by(acting(a_person(Role.COORDINATOR)))


def test_a_sealed_concern_is_held_by_its_code_and_not_opened():
    concern = raise_concern(
        an_actor(), kind="sexual_abuse", area=a_school().area, source_kind="person",
        source_id="1", told="x", at=NOW,
    )  # fmt: skip
    assert concern.is_sealed

    hold = held(concern.code)
    assert hold.thing == f"cases.Concern:{concern.pk}"
    assert not [e for e in audited() if e.verb == "concern.opened"]


def test_who_is_implicated_or_kin_learns_nothing():
    (child,) = grown_up(1)
    admin = a_person(Role.ADMINISTRATOR, "IN/S10/D206")
    concern = raise_concern(
        an_actor(), kind="other", area=child.area, source_kind="person", source_id="1",
        told="x", implicated=[admin], at=NOW,
    )  # fmt: skip
    kin_of(admin, child)
    hold = held(child.code)

    for code in (child.code, concern.code):
        with pytest.raises(NotFound):
            held(code, acting(admin))
    assert visible_holds(acting(admin)) == []
    with pytest.raises(NotAllowed):
        ask_to_lift_hold(acting(admin), hold=hold, reason="It has ended", at=NOW)


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CASE_WORKER, Role.TEACHER])
def test_only_an_administrator_of_the_place_places_and_lifts(role):
    (child,) = grown_up(1)
    hold = held(child.code)
    ask_to_lift_hold(ADMIN, hold=hold, reason="It has ended", at=NOW)
    before = LegalHold.objects.values().get()

    elsewhere = an_actor(Role.ADMINISTRATOR, OTHER_DISTRICT)
    for actor in (an_actor(role), elsewhere):
        with pytest.raises(NotFound):
            held(child.code, actor, household=True)
        for act in (lift_hold, keep_hold):
            with pytest.raises((NotAllowed, NotFound)):
                act(actor, hold=hold, at=NOW)
        with pytest.raises((NotAllowed, NotFound)):
            ask_to_lift_hold(actor, hold=hold, reason="x", at=NOW)
    after = LegalHold.objects.values().get()
    assert {k: str(v) for k, v in after.items()} == {k: str(v) for k, v in before.items()}


def test_what_is_said_must_be_enough():
    (child,) = grown_up(1)

    with pytest.raises(Invalid):
        held(child.code, reason="  ")
    with pytest.raises(NotFound):
        held("K-9999")
    held(child.code)
    with pytest.raises(WrongState):
        held(child.code)
    # Her household is another thing.
    assert held(child.code, household=True).thing.startswith("people.Household:")


def test_a_code_of_two_districts_is_not_guessed():
    (child,) = grown_up(1)
    _section, (other,) = a_class(a_school(OTHER_DISTRICT), pupils=1)
    Child.objects.filter(pk=other.pk).update(code=child.code)
    above = an_actor(Role.ADMINISTRATOR, "IN/S10")

    with pytest.raises(Invalid, match="Several districts"):
        held(child.code, above)
    assert held(f"D207/{child.code}", above).thing == f"people.Child:{other.pk}"


def test_a_copy_of_the_table_does_not_say_what_is_held():
    (child,) = grown_up(1)
    hold = held(child.code)
    row = str(LegalHold.objects.filter(pk=hold.pk).values())

    assert child.pk.hex not in row and str(child.pk) not in row and child.code not in row


def test_the_doctor_tells_of_what_a_key_would_have_held():
    (child,) = grown_up(1)
    concern = raise_concern(
        an_actor(), kind="other", area=child.area, source_kind="person", source_id="1", told="x",
        at=NOW,
    )  # fmt: skip
    held(concern.code)
    assert holds.missing() == 0 and not wrong_tags()

    Concern.objects.filter(pk=concern.pk).update(source_tag="0" * 32)
    assert wrong_tags() == {"cases.Concern.source_tag": 1}
    Concern.objects.all().delete()
    assert holds.missing() == 1
    (check,) = health._references()
    assert check.state is health.State.BAD and "kernel.LegalHold.thing: 1" in check.says


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_hold_on_a_household_goes_with_its_children_when_families_are_joined_and_parted(when):
    child, moves = grown_up()
    if when == "before":
        held(moves.code, household=True)
    join = join_households(an_actor(), child=child, other=moves, at=NOW)
    if when == "after":
        held(child.code, household=True)
        part_households(an_actor(), join=join, at=NOW)

    sweeping.sweep(UPKEEP, at=GROWN_UP)

    assert Child.objects.filter(pk=moves.pk).exists()
    assert Flag.objects.filter(child=moves).exists()
