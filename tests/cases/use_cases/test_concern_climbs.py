"""A concern that was taken up, and in which nothing is written, does not stay with one colleague."""

import pytest

from aanchal.access.roles import Role
from aanchal.cases.actions import add_note, record_call
from tests.cases.use_cases.test_concern_holders import DAY, acting, taken_up_by
from tests.factories import NOW, a_class, kin_of
from tests.notices.use_cases.test_notices import (
    DISTRICT,
    a_concern,
    round_at,
    sent,  # noqa: F401  # a fixture
    staff,
    told,
)

pytestmark = pytest.mark.django_db
OFFICE = "dcpu@office.test"


@pytest.fixture(autouse=True)
def office(settings):
    settings.AANCHAL_OUTSIDE_OFFICE = OFFICE


def went_outside(sent):  # noqa: F811
    return [to for _channel, to, _text in sent].count(OFFICE)


def test_one_in_which_nothing_is_written_climbs_to_the_district_and_then_outside(sent):  # noqa: F811
    holder, colleague = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER, DISTRICT)
    coordinator, district = staff(Role.COORDINATOR), staff(Role.COORDINATOR, DISTRICT)
    taken_up_by(holder)
    steps = []
    for days in (2.9, 3, 6.9, 7, 9.9, 10, 13.9, 14, 20.9):
        round_at(NOW + days * DAY)
        steps.append(set(told()) if days >= 3 else set())

    alone, both = {str(holder.pk)}, {str(holder.pk), str(colleague.pk)}
    above = both | {str(coordinator.pk)}
    all_four = above | {str(district.pk)}
    assert steps == [set(), alone, alone, both, both, above, above, all_four, all_four]
    assert went_outside(sent) == 0

    round_at(NOW + 21 * DAY)
    round_at(NOW + 22 * DAY)

    assert went_outside(sent) == 1


def test_above_they_learn_that_something_waits_and_not_what(sent):  # noqa: F811
    coordinator, district = staff(Role.COORDINATOR), staff(Role.COORDINATOR, DISTRICT)
    taken_up_by(staff(Role.CASE_WORKER))

    for days in (3, 7, 10, 14):
        round_at(NOW + days * DAY)

    circles = told()
    assert circles[str(coordinator.pk)] == "coordinator"
    assert circles[str(district.pk)] == "district"


@pytest.mark.parametrize("written", ["note", "call"])
def test_what_is_written_in_it_puts_the_climbing_off(sent, written):  # noqa: F811
    holder, coordinator = staff(Role.CASE_WORKER), staff(Role.COORDINATOR)
    held = taken_up_by(holder)
    for days in (6, 12, 18, 24):
        at = NOW + days * DAY
        if written == "note":
            add_note(acting(holder, at), concern=held, text="Spoke to the aunt.", at=at)
        else:
            record_call(acting(holder, at), concern=held, number="1098", answered=True, at=at)
        round_at(at + 5.9 * DAY)

    assert str(coordinator.pk) not in told()
    assert went_outside(sent) == 0


def test_a_sealed_one_is_told_to_its_team_and_then_outside_and_to_nobody_above(sent):  # noqa: F811
    holder, mate = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
    staff(Role.CASE_WORKER, DISTRICT)
    staff(Role.COORDINATOR)
    staff(Role.COORDINATOR, DISTRICT)
    taken_up_by(holder, kind="sexual_abuse")

    for days in (3, 7, 10, 14, 20.9):
        round_at(NOW + days * DAY)
    assert set(told()) == {str(holder.pk), str(mate.pk)}
    assert went_outside(sent) == 0
    round_at(NOW + 21 * DAY)

    assert went_outside(sent) == 1


def test_kin_and_the_implicated_are_told_at_no_step(sent):  # noqa: F811
    holder = staff(Role.CASE_WORKER)
    kin, implicated = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
    above = staff(Role.COORDINATOR)
    [child] = a_class(pupils=1)[1]
    for shut_out in (kin, above):
        kin_of(shut_out, child)
    taken_up_by(holder, child=child, implicated=[implicated])

    for days in (3, 7, 10, 14, 21):
        round_at(NOW + days * DAY)

    assert set(told()) == {str(holder.pk)}
    assert went_outside(sent) == 1


def test_one_that_nobody_took_up_is_told_above_and_outside_within_two_days(sent):  # noqa: F811
    staff(Role.CASE_WORKER)
    coordinator, district = staff(Role.COORDINATOR), staff(Role.COORDINATOR, DISTRICT)
    a_concern()

    round_at(NOW + 7 / 24 * DAY)
    assert not {str(coordinator.pk), str(district.pk)} & set(told())
    round_at(NOW + 8 / 24 * DAY)
    assert str(coordinator.pk) in told()
    round_at(NOW + 1 * DAY)
    assert str(district.pk) in told()
    assert went_outside(sent) == 0
    round_at(NOW + 2 * DAY)

    assert went_outside(sent) == 1
