"""The made-up registers are what their description says, and the watch finds what was planted."""

from dataclasses import replace

import numpy as np
import pytest

from aanchal.lib.marks import Mark
from aanchal.watch.policy_file import default_policy
from aanchal.watch.watch_history import calibrate
from benchmarks.quality_of_the_watch import measure, score
from benchmarks.simulated_registers import HARMFUL, WORLDS, Event, World, as_history, simulate

SMALL = World(children=2000, days=120)


def test_the_same_seed_makes_the_same_registers():
    one, other, third = (simulate(SMALL, seed=seed) for seed in (5, 5, 6))

    assert (one.marks == other.marks).all()
    assert one.planted == other.planted
    assert not (one.marks == third.marks).all()


@pytest.mark.parametrize("name", WORLDS)
def test_every_world_has_registers_of_its_kind(name):
    world = replace(WORLDS[name], children=1200, days=80)
    made = simulate(world, seed=2)

    assert made.marks.shape == (1200, 80)
    assert int(made.class_sizes.sum()) == 1200
    assert list(made.days) == sorted(set(made.days))
    known = np.isin(made.marks, (Mark.PRESENT, Mark.ABSENT))
    assert 0.03 < (made.marks == Mark.ABSENT).sum() / known.sum() < 0.5
    owners = [p.child for p in made.planted]
    assert len(owners) == len(set(owners))
    assert all(10 <= p.first <= p.last < 80 for p in made.planted)


def test_a_child_gone_is_absent_and_an_ill_one_returns():
    made = simulate(replace(SMALL, slips=0, proxy_classes=0, returns=0), seed=3)

    for planted in made.planted:
        marks = made.marks[planted.child, planted.first : planted.last + 1]
        if planted.event is Event.GONE and (marks == Mark.ABSENT).sum() > 5:
            assert (marks == Mark.PRESENT).mean() < 0.1
        if planted.event is Event.LONG_ILLNESS:
            assert planted.last - planted.first < 22


@pytest.mark.slow
def test_the_goals_hold_in_the_plain_world_on_a_seed_it_was_not_calibrated_on():
    world = replace(WORLDS["plain"], children=12_000)
    policy = calibrate(
        as_history(simulate(world, seed=101)), visits_per_1000_month=10, base=default_policy()
    )
    made = simulate(world, seed=202)

    quality = score(made, measure(made, policy))

    # Wider than the goals by what chance does to 12,000 children.
    assert quality.flags_per_1000_month < 12
    assert quality.precision > 0.32
    assert quality.found["sudden"] > 0.72
    assert quality.found["slide"] > 0.52
    assert quality.found["part-time"] > 0.42
    assert quality.median_lead_days["sudden"] <= 9


def test_the_lure_is_not_counted_as_found():
    assert Event.LONG_ILLNESS not in HARMFUL
