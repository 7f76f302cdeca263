"""A concern whose case worker no longer works there, or who alone may see it, does not wait for her."""

from datetime import timedelta

import pytest

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import (
    add_note,
    close_concern,
    hand_over_concern,
    leave_team,
    name_implicated,
    release_concern,
    take_up_concern,
)
from aanchal.cases.models import Concern
from aanchal.kernel.errors import WrongState
from aanchal.notices.queries.inbox import count_waiting, inbox
from tests.factories import NOW
from tests.notices.use_cases.test_notices import (
    DISTRICT,
    HOUR,
    a_concern,
    round_at,
    sent,  # noqa: F401  # a fixture
    staff,
    told,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def acting(user, at=NOW):
    return actor_for(user, at=at)


def taken_up_by(worker, **given):
    return take_up_concern(acting(worker), concern=a_concern(**given), at=NOW)


def role_taken(user):
    user.grants.update(revoked_by="system:operator", revoked_at=NOW + HOUR)


def role_run_out(user):
    user.grants.update(ends_at=NOW + HOUR)


def account_stopped(user):
    user.is_active = False
    user.save()


LEAVING = [role_taken, role_run_out, account_stopped]


@pytest.mark.parametrize("leaves", LEAVING)
def test_a_concern_whose_case_worker_has_left_is_told_to_another_at_once(sent, leaves):  # noqa: F811
    left, other = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER, DISTRICT)
    taken_up_by(left)
    leaves(left)
    at = NOW + 2 * HOUR

    round_at(at)

    assert set(told()) == {str(other.pk)}
    [thing] = inbox(acting(other, at), at=at).things
    assert (thing.kind, thing.holder) == ("concern.new", "")
    assert count_waiting(acting(other, at), at=at) == 1


@pytest.mark.parametrize("leaves", LEAVING)
def test_a_concern_whose_case_worker_has_left_may_be_taken_up_by_another(leaves):
    left, other = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER, DISTRICT)
    held = taken_up_by(left)
    with pytest.raises(WrongState):
        take_up_concern(acting(other), concern=held, at=NOW)
    leaves(left)
    at = NOW + 2 * HOUR

    taken = take_up_concern(acting(other, at), concern=held, at=at)

    assert taken.taken_up_by == str(other.pk)


@pytest.mark.parametrize("leaves", LEAVING)
def test_a_concern_handed_to_one_who_has_left_is_in_every_list_at_once(sent, leaves):  # noqa: F811
    giver, left, third = (staff(Role.CASE_WORKER) for _i in range(3))
    held = taken_up_by(giver)
    hand_over_concern(acting(giver), concern=held, to=left, words="Look, please", at=NOW)
    leaves(left)
    at = NOW + 2 * HOUR

    round_at(at)

    assert set(told()) == {str(giver.pk), str(third.pk)}
    for worker in (giver, third):
        assert [t.kind for t in inbox(acting(worker, at), at=at).things] == ["concern.handed_over"]


def test_a_concern_in_hands_that_still_work_there_waits_for_nobody_else(sent):  # noqa: F811
    worker, other = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER, DISTRICT)
    taken_up_by(worker)

    round_at(NOW + 2 * HOUR)

    assert not inbox(acting(other), at=NOW + 2 * HOUR).things


def test_whoever_shut_the_others_out_does_not_hold_it_for_ever_by_writing_in_it(
    sent,  # noqa: F811
    settings,
):
    settings.AANCHAL_OUTSIDE_OFFICE = "dcpu@office.test"
    worker, colleague = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
    held = taken_up_by(worker)
    name_implicated(acting(worker), concern=held, person=colleague, at=NOW)

    for days in (5, 10, 15, 20, 22):
        at = NOW + days * DAY
        add_note(acting(worker, at), concern=held, text="Still looking into it.", at=at)
        round_at(at)

    assert [to for _c, to, _t in sent].count("dcpu@office.test") == 1


def test_the_last_colleague_who_leaves_the_team_leaves_her_alone_with_it_too():
    worker, colleague, last = (staff(Role.CASE_WORKER) for _i in range(3))
    held = taken_up_by(worker)
    held = name_implicated(acting(worker), concern=held, person=colleague, at=NOW)
    assert held.alone_since is None

    leave_team(acting(last), concern=held, at=NOW + DAY)

    assert Concern.objects.get(pk=held.pk).alone_since == NOW + DAY


def test_whoever_shut_out_one_of_several_holds_it_as_before(sent):  # noqa: F811
    worker, colleague, _third = (staff(Role.CASE_WORKER) for _i in range(3))
    held = taken_up_by(worker)

    held = name_implicated(acting(worker), concern=held, person=colleague, at=NOW)

    assert held.alone_since is None


def test_handed_to_a_second_one_it_is_nobodys_alone_any_more():
    worker, colleague = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
    held = name_implicated(acting(worker), concern=taken_up_by(worker), person=colleague, at=NOW)
    assert held.alone_since == NOW
    comes = staff(Role.CASE_WORKER)

    given = hand_over_concern(acting(worker), concern=held, to=comes, words="Look", at=NOW)

    assert Concern.objects.get(pk=given.pk).alone_since is None


def others(concern, worker, at):
    """What ends a concern or gives it away, as a call."""
    noted = {"reason": "not_so", "words": "We asked everybody there"}
    return {
        "close": lambda: close_concern(acting(worker, at), concern=concern, at=at, **noted),
        "release": lambda: release_concern(acting(worker, at), concern=concern, words="x", at=at),
        "hand_over": lambda: hand_over_concern(
            acting(worker, at), concern=concern, to=staff(Role.CASE_WORKER), words="x", at=at
        ),
        "take_up": lambda: take_up_concern(acting(worker, at), concern=concern, at=at),
    }


@pytest.mark.parametrize("step", ["close", "release", "hand_over", "take_up"])
def test_nobody_ends_or_takes_what_a_colleague_works_on(step):
    holder, other = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
    held = taken_up_by(holder)
    add_note(acting(holder), concern=held, text="Spoke to the aunt.", at=NOW)

    with pytest.raises(WrongState):
        others(held, other, NOW + 6 * DAY)[step]()

    held = Concern.objects.get(pk=held.pk)
    assert (held.stage, held.taken_up_by) == ("taken_up", str(holder.pk))


def test_one_in_which_nothing_was_written_for_a_week_is_taken_over_with_a_trace():
    holder, other = staff(Role.CASE_WORKER), staff(Role.CASE_WORKER)
    held = taken_up_by(holder)
    at = NOW + 8 * DAY

    taken = take_up_concern(acting(other, at), concern=held, at=at)

    assert (taken.taken_up_by, taken.taken_up_at) == (str(other.pk), at)
    [entry] = Concern.objects.get(pk=held.pk).history
    assert (entry["what"], entry["by"], entry["to"]) == (
        "taken_over",
        str(other.pk),
        str(holder.pk),
    )
