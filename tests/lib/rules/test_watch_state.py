"""The running state: bytes and back, refused when it cannot be trusted, moved with a child."""

import numpy as np
import pytest

from aanchal.lib.early_warning import state as watch_state
from aanchal.lib.early_warning.rule import run_days, start_state, step_day
from aanchal.lib.early_warning.state import WatchState
from tests.lib.rules.watch_registers import POLICY, class_of, of_child, school_days


def a_state():
    marks = class_of("P" * 30 + "A" * 5)
    state = start_state([len(marks)])
    run_days(state, marks, POLICY, days=school_days(35))
    return state


def test_a_state_comes_back_from_its_bytes_and_goes_on_alike():
    state = a_state()
    again = WatchState.from_bytes(state.to_bytes())
    today = np.full(state.children, 2, np.uint8)
    on = school_days(36)[-1]

    one, other = (step_day(s, today, POLICY, on=on) for s in (state, again))

    assert one.child.tolist() == other.child.tolist()
    assert state.to_bytes() == again.to_bytes()


def test_a_copy_is_apart():
    state = a_state()
    before = state.to_bytes()
    other = state.copy()

    step_day(other, np.full(25, 2, np.uint8), POLICY, on=school_days(36)[-1])

    assert state.to_bytes() == before != other.to_bytes()


@pytest.mark.parametrize(
    "damage, sentence",
    [
        (lambda data: b"", "no state"),
        (lambda data: b"XXXX" + data[4:], "no state"),
        (lambda data: data[:-1], "damaged"),
        (lambda data: data + b"\0", "damaged"),
        (lambda data: data[:12], "damaged"),
    ],
)
def test_bytes_that_are_no_state_are_refused(damage, sentence):
    with pytest.raises(ValueError, match=sentence):
        WatchState.from_bytes(damage(a_state().to_bytes()))


def test_the_state_of_another_rule_is_refused(monkeypatch):
    state = a_state()
    data = state.to_bytes()
    monkeypatch.setattr(watch_state, "RULE_VERSION", "watch-99")

    with pytest.raises(ValueError, match="score again"):
        WatchState.from_bytes(data)


def test_a_child_takes_her_habit_to_another_class():
    stays = class_of("P" * 40 + "A" * 20)
    length = stays.shape[1]
    left = class_of("P" * 40 + "." * 20)
    came = class_of("." * 40 + "A" * 20)
    days = school_days(length)
    plain = start_state([25])
    expected = of_child(run_days(plain, stays, POLICY, days=days), 0)

    state = start_state([25, 25])
    both = np.concatenate([left, came])
    run_days(state, both[:, :40], POLICY, days=days[:40])
    state.put(25, state.take(0))
    signals = run_days(state, both[:, 40:], POLICY, days=days[40:])

    moved = of_child(signals, 25)
    assert [(s["run"], s["usual_marked"], s["usual_absent"]) for s in moved] == [
        (s["run"], s["usual_marked"], s["usual_absent"]) for s in expected
    ]
    assert moved[0]["others_marked"] == 24 * moved[0]["run"]


def test_a_child_who_moves_while_absent_is_counted_with_her_new_class_from_that_day():
    days = school_days(50)
    left = class_of("P" * 30 + "AAA" + "." * 17)
    came = class_of("." * 33 + "A" * 17)
    state = start_state([25, 25])
    both = np.concatenate([left, came])
    run_days(state, both[:, :33], POLICY, days=days[:33])
    state.put(25, state.take(0))

    signals = of_child(run_days(state, both[:, 33:], POLICY, days=days[33:]), 25)

    assert signals[0]["run"] == signals[0]["day"] + 4  # three days in the old class
    assert signals[0]["others_marked"] == 24 * (signals[0]["day"] + 1)


def test_a_class_without_children_is_refused():
    with pytest.raises(ValueError, match="at least one child"):
        start_state([3, 0])


def test_a_child_weighs_little():
    assert len(start_state([16] * 100).to_bytes()) / 1600 < 60
