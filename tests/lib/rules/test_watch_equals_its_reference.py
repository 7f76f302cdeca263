"""The compiled watch does, bit for bit, what its slow and readable reference says."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aanchal.lib.early_warning.class_states import grow_state, join_states, part_states
from aanchal.lib.early_warning.reference import SlowSignal, watch_slowly
from aanchal.lib.early_warning.rule import run_days, start_state, step_day
from tests.lib.rules.watch_registers import POLICY, registers

NAMES = [f.name for f in fields(SlowSignal)]
BLOCKS = [None, "B1", "B2", "B1"]
thresholds = st.sampled_from([-2.0, 1.0, 3.5, 6.0])


def table(signals):
    return [tuple(getattr(signals, name)[i].item() for name in NAMES) for i in range(len(signals))]


memories = st.sampled_from([128.0, 12.0])  # the shorter fades within these few weeks


def policy_with(threshold, memory=128.0):
    return replace(
        POLICY,
        threshold=threshold,
        block_thresholds={"B1": threshold - 1.5},
        own_memory=memory,
    )


@given(registers(), thresholds, memories)
@settings(max_examples=60)
def test_a_whole_year_at_once_is_what_the_reference_says(given_registers, threshold, memory):
    sizes, marks, days, away = given_registers
    policy = policy_with(threshold, memory)

    slow = watch_slowly(sizes, marks, policy, days=days, away=away, blocks=BLOCKS[: len(sizes)])
    fast = run_days(
        start_state(sizes), marks, policy, days=days, away=away, blocks=BLOCKS[: len(sizes)]
    )

    assert table(fast) == [tuple(getattr(s, name) for name in NAMES) for s in slow]


@given(registers(), thresholds, memories, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_days_one_by_one_or_in_portions_end_in_the_same_bytes(
    given_registers, threshold, memory, chance
):
    sizes, marks, days, away = given_registers
    policy = policy_with(threshold, memory)
    whole = start_state(sizes)
    at_once = run_days(whole, marks, policy, days=days, away=away)

    daily = start_state(sizes)
    steps = [
        step_day(daily, marks[:, i], policy, on=day, away=away[:, i]) for i, day in enumerate(days)
    ]
    cut = chance.randint(0, len(days))
    halves = start_state(sizes)
    first = run_days(halves, marks[:, :cut], policy, days=days[:cut], away=away[:, :cut])
    second = run_days(halves, marks[:, cut:], policy, days=days[cut:], away=away[:, cut:])

    assert daily.to_bytes() == halves.to_bytes() == whole.to_bytes()
    for name in NAMES:
        if name != "day":
            expected = getattr(at_once, name).tolist()
            assert [x for s in steps for x in getattr(s, name).tolist()] == expected, name
            assert [x for s in (first, second) for x in getattr(s, name).tolist()] == expected, name


@given(registers(), thresholds)
@settings(max_examples=40)
def test_the_future_changes_no_past_flag(given_registers, threshold):
    sizes, marks, days, _away = given_registers
    policy = policy_with(threshold)
    whole = table(run_days(start_state(sizes), marks, policy, days=days))

    for cut in {len(days) // 3, 2 * len(days) // 3}:
        past = run_days(start_state(sizes), marks[:, :cut], policy, days=days[:cut])
        assert table(past) == [row for row in whole if row[NAMES.index("day")] < cut]


@given(registers(), thresholds)
@settings(max_examples=30)
def test_a_class_knows_nothing_of_other_classes(given_registers, threshold):
    sizes, marks, days, _away = given_registers
    policy = policy_with(threshold)
    together = start_state(sizes)
    run_days(together, marks, policy, days=days)

    offset = 0
    for number, size in enumerate(sizes):
        alone = start_state([size])
        run_days(alone, marks[offset : offset + size], policy, days=days)
        assert alone.to_bytes() == part_states(together)[number].to_bytes()
        offset += size
    apart = [part_states(together)[number] for number in range(len(sizes))]
    assert join_states(apart).to_bytes() == together.to_bytes()


def test_any_number_of_threads_gives_the_same_bytes():
    rng = np.random.default_rng(7)
    sizes = rng.integers(8, 60, 1500)
    children = int(sizes.sum())
    marks = np.where(rng.random((children, 30)) < 0.2, 2, 1).astype(np.uint8)
    marks[rng.random(children) < 0.05, 15:] = 2
    days = np.arange(739_000, 739_030, dtype=np.int32)
    results = []

    for threads in (1, 2, 5):
        state = start_state(sizes)
        signals = run_days(state, marks, POLICY, days=days, threads=threads)
        results.append((table(signals), state.to_bytes()))

    assert len(results[0][0]) > 100
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("size", [1, 15, 16, 17, 32, 33, 200])
def test_a_class_of_any_size_is_exact(size):
    rng = np.random.default_rng(size)
    marks = np.where(rng.random((size, 40)) < 0.15, 2, 1).astype(np.uint8)
    marks[0, 20:] = 2
    days = np.arange(739_000, 739_040, dtype=np.int32)
    dates = [__import__("datetime").date.fromordinal(int(d)) for d in days]

    fast = run_days(start_state([size]), marks, POLICY, days=days)

    slow = watch_slowly([size], marks, POLICY, days=dates)
    assert table(fast) == [tuple(getattr(s, name) for name in NAMES) for s in slow]


def test_children_who_come_later_begin_with_nothing_known():
    rng = np.random.default_rng(3)
    marks = np.where(rng.random((30, 60)) < 0.15, 2, 1).astype(np.uint8)
    marks[20:, :25] = 0  # ten children join on the 26th day
    days = np.arange(739_000, 739_060, dtype=np.int32)
    whole = start_state([30])
    run_days(whole, marks, POLICY, days=days)

    grown = start_state([20])
    run_days(grown, marks[:20, :25], POLICY, days=days[:25])
    grown = grow_state(grown, 30)
    run_days(grown, marks[:, 25:], POLICY, days=days[25:])

    assert grown.to_bytes() == whole.to_bytes()


@pytest.mark.parametrize("threads", [0, -1])
def test_no_thread_is_one_thread(threads):
    marks = np.ones((40, 3), np.uint8)
    days = np.arange(739_000, 739_003, dtype=np.int32)

    for portion in (slice(0, 2), slice(2, 3)):  # the kernel of many days, and that of one
        state = start_state([40])
        assert (
            len(run_days(state, marks[:, portion], POLICY, days=days[portion], threads=threads))
            == 0
        )
        assert state.class_wholes[0, 0] == len(days[portion])
