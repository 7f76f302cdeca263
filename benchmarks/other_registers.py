"""A second maker of registers, of another shape, on which nothing of the watch was ever tuned.

It shares no code and few assumptions with `benchmarks/simulated_registers.py`: rates vary by class as a
factor, a class's days hang together from one to the next, floods take whole clusters, illness lasts by
a log-normal law, and there are two vacations. Use it to look, never to tune.
"""

from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark
from benchmarks.simulated_registers import Event, Planted, Registers

# What each world's children miss on average, without illness and events.
OTHER_WORLDS: Final = {"other": 0.12, "other, often absent": 0.20, "other, seldom absent": 0.08}
DAYS: Final = 220
_CLUSTER: Final = 20  # classes that a flood takes together
_RATES: Final = {  # for 1,000 children a month of 22 days
    Event.GONE: 2.2,
    Event.SLIDE: 1.2,
    Event.PART_TIME: 1.2,
    Event.LONG_ILLNESS: 1.4,
}


def make(world: str, *, children: int, seed: int) -> Registers:
    """One year of registers; the same world, size and seed give the same."""
    rng = np.random.default_rng([seed, 77])
    sizes = _class_sizes(rng, children)
    class_of = np.repeat(np.arange(len(sizes)), sizes)
    days = _school_days()
    weekday = np.array([day.weekday() for day in days])
    absent = rng.random((children, DAYS)) < _everyday(rng, OTHER_WORLDS[world], class_of, weekday)
    leave = _illness(rng, absent)
    planted = _events(rng, absent, leave, weekday)
    marks = np.where(absent, np.uint8(Mark.ABSENT), np.uint8(Mark.PRESENT))
    slip = rng.random(marks.shape) < 0.008
    marks[slip] = Mark.PRESENT + Mark.ABSENT - marks[slip]
    marks[leave & absent & ~slip] = Mark.LEAVE
    proxy = (rng.random(len(sizes)) < 0.05)[class_of]
    marks[proxy[:, None] & (marks == Mark.ABSENT) & (rng.random(marks.shape) < 0.5)] = Mark.PRESENT
    marks[(rng.random((len(sizes), DAYS)) < 0.06)[class_of]] = Mark.NOT_TAKEN
    nobody = np.zeros(children, np.bool_)
    return Registers(
        marks, sizes, days, tuple(planted), nobody, nobody, np.arange(children), class_of // 5
    )


def _class_sizes(rng: np.random.Generator, children: int) -> NDArray[np.int64]:
    sizes: list[int] = []
    left = children
    while left:
        size = min(int(np.clip(rng.lognormal(3.4, 0.35), 8, 80)), left)
        sizes.append(left if left - size < 8 else size)
        left -= sizes[-1]
    return np.array(sizes, np.int64)


def _school_days() -> tuple[date, ...]:
    days: list[date] = []
    number = 0
    while len(days) < DAYS:
        day = date(2025, 6, 2) + timedelta(days=number)
        shut = 120 <= number < 135 or 205 <= number < 215
        number += 1
        if day.weekday() != 6 and not shut:
            days.append(day)
    return tuple(days)


def _everyday(
    rng: np.random.Generator, mean: float, class_of: NDArray[np.int64], weekday: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The chance of an absence, children × days."""
    classes = int(class_of.max()) + 1
    rate = rng.beta(1.3, 1.3 * (1 - mean) / mean, len(class_of))
    rate = np.clip(rate * rng.gamma(6, 1 / 6, classes)[class_of], 0.003, 0.7)
    of_day = rng.normal(0, 0.35, (classes, DAYS))
    for day in range(1, DAYS):
        of_day[:, day] += 0.5 * of_day[:, day - 1]
    flood = rng.random((classes // _CLUSTER + 1, DAYS)) < 0.01
    of_day += np.where(flood, 2.0, 0.0)[np.arange(classes) // _CLUSTER]
    logit = np.log(rate / (1 - rate))[:, None] + of_day[class_of]
    logit += np.where(weekday == 0, 0.25, np.where(weekday == 5, 0.3, 0.0))
    chance: NDArray[np.float64] = 1 / (1 + np.exp(-logit))
    return chance


def _illness(rng: np.random.Generator, absent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Spells that end by themselves; returns the days for which leave was asked."""
    children = len(absent)
    leave = np.zeros(absent.shape, np.bool_)
    count = rng.poisson(0.0035 * children * DAYS)
    rows, firsts = rng.integers(0, children, count), rng.integers(0, DAYS, count)
    lengths = np.ceil(rng.lognormal(0.75, 0.65, count)).astype(int)
    for row, first, length, asked in zip(
        rows, firsts, lengths, rng.random(count) < 0.1, strict=True
    ):
        absent[row, first : first + length] = True
        leave[row, first : first + length] |= asked
    return leave


def _events(
    rng: np.random.Generator,
    absent: NDArray[np.bool_],
    leave: NDArray[np.bool_],
    weekday: NDArray[np.int64],
) -> list[Planted]:
    order = iter(rng.permutation(len(absent)).tolist())
    planted = []
    for event, rate in _RATES.items():
        for _ in range(rng.poisson(rate * DAYS / 22 * len(absent) / 1000)):
            row, first, last = next(order), int(rng.integers(8, DAYS)), DAYS - 1
            after = DAYS - first
            if event is Event.GONE:
                if rng.random() < 0.3:
                    last = min(last, first + int(rng.integers(30, 80)))
                absent[row, first : last + 1] = True
                leave[row, first:] = False
            elif event is Event.SLIDE:
                rise = np.minimum(np.arange(after) / int(rng.integers(25, 70)), 1)
                absent[row, first:] |= rng.random(after) < rise * rng.uniform(0.7, 1)
            elif event is Event.LONG_ILLNESS:
                last = min(last, first + int(rng.integers(7, 25)))
                absent[row, first : last + 1] |= rng.random(last + 1 - first) < 0.97
            elif rng.random() < 0.5:
                off = rng.permutation(6)[: rng.integers(2, 4)]
                absent[row, first:] |= np.isin(weekday[first:], off) & (rng.random(after) < 0.95)
            else:
                absent[row, first:] |= rng.random(after) < rng.uniform(0.3, 0.6)
            planted.append(Planted(row, event, first, last))
    return planted
