"""Made-up registers with planted events, to measure the watch where the truth is known.

Nothing here describes a real child or a real place. A `World` says how registers behave; `WORLDS`
holds the worlds the watch is judged in, each differing from the first in what its name says.
`docs/guides/early-warning.md` lists them. Figures from here are never field accuracy.

Every child has a usual rate of absence, with a class, a school and a weekday of its own. On top of
it come days that move many (rain, feasts, harvest, an absent teacher), spells that end by
themselves (illness, a wedding, late return after a break), and the planted events. What reaches
the register is then bent: days not taken, leave, slips of the pen, absentees marked present.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark
from aanchal.watch.rules.history import SCHOOL_MONTH_DAYS, History, Seats


class Event(StrEnum):
    """What was planted. `LONG_ILLNESS` is the lure: it looks like the others and is harmless."""

    GONE = "gone"
    MARRIAGE = "marriage"
    MIGRATION = "migration"
    SLIDE = "slide"
    PART_TIME = "part-time"
    LONG_ILLNESS = "long illness"


HARMFUL: Final = tuple(e for e in Event if e is not Event.LONG_ILLNESS)
SUDDEN: Final = (Event.GONE, Event.MARRIAGE, Event.MIGRATION)


@dataclass(frozen=True, slots=True)
class World:
    """How registers behave. Rates of events are per 1,000 children and 22 school days."""

    children: int = 20_000
    days: int = 220
    first_day: date = date(2025, 4, 1)
    school_days_a_week: int = 6
    class_size: float = 34.0
    classes_a_school: int = 5
    hamlets_a_school: int = 3

    absence: float = 0.15
    absence_spread: float = 2.2  # the a of Beta(a, b): small is a long tail
    stickiness: float = 0.05  # how much of an absence carries over to the next day
    class_effect: float = 0.35
    school_effect: float = 0.35
    weekday_effect: float = 0.15
    day_noise: float = 0.25

    class_shock: float = 0.02  # chance a class-day that something moves the whole class
    shock_size: float = 1.6
    hamlet_shock: float = 0.004
    hamlet_shock_days: float = 4.0
    harvest: float = 0.15  # share of children who help in the fields
    harvest_size: float = 1.2
    breaks: bool = True
    late_return: float = 0.08

    illness: float = 3.6  # spells per 1,000 children and day
    illness_days: float = 2.6
    trips: float = 0.7
    trip_days: float = 3.5
    leave: float = 0.15  # share of spells for which leave is written
    siblings: float = 0.35  # share of children with a sibling in the school
    shared_spell: float = 0.3

    not_taken: float = 0.05
    not_taken_weeks: float = 0.004
    slips: float = 0.01
    proxy_classes: float = 0.04
    proxy: float = 0.5

    events: Mapping[Event, float] | None = None
    event_scale: float = 1.0
    returns: float = 0.25  # share of sudden events after which the child comes back
    over_break: float = 0.15  # share of them that begin in a vacation: she does not return
    slide_days: tuple[int, int] = (30, 65)
    slide_depth: tuple[float, float] = (0.75, 0.97)
    part_time: tuple[float, float] = (0.3, 0.6)
    part_time_weekdays: float = 0.4  # share that stays away on fixed weekdays
    illness_long_days: tuple[int, int] = (8, 22)


EVENT_RATES: Final[Mapping[Event, float]] = {
    Event.GONE: 1.0,
    Event.MARRIAGE: 0.4,
    Event.MIGRATION: 0.7,
    Event.SLIDE: 1.2,
    Event.PART_TIME: 1.2,
    Event.LONG_ILLNESS: 1.5,
}

_BASE: Final = World()
WORLDS: Final[Mapping[str, World]] = {
    "plain": _BASE,
    "often absent": replace(_BASE, absence=0.25, absence_spread=2.5),
    "seldom absent": replace(_BASE, absence=0.07, absence_spread=1.5),
    "long tail": replace(_BASE, absence_spread=0.8),
    "sticky absences": replace(_BASE, stickiness=0.35),
    "class shocks": replace(_BASE, class_shock=0.06, shock_size=2.2, hamlet_shock=0.012),
    "harvest": replace(_BASE, harvest=0.45, harvest_size=1.8),
    "days not taken": replace(_BASE, not_taken=0.2, not_taken_weeks=0.02),
    "clerical error": replace(_BASE, slips=0.025),
    "proxy marking": replace(_BASE, proxy_classes=0.3, proxy=0.6),
    "siblings": replace(_BASE, siblings=0.7, shared_spell=0.8, trips=2.5),
    "much long illness": replace(
        _BASE, events={**EVENT_RATES, Event.LONG_ILLNESS: 5.0}, illness_days=3.5
    ),
    "small classes": replace(_BASE, class_size=12.0),
    "five-day week": replace(_BASE, school_days_a_week=5, breaks=False),
    "slow slides": replace(
        _BASE, slide_days=(45, 100), slide_depth=(0.6, 0.95), part_time=(0.22, 0.5)
    ),
    "few events": replace(_BASE, event_scale=0.5),
}


@dataclass(frozen=True, slots=True)
class Planted:
    """One event: the child (row), what, its first and last day (columns)."""

    child: int
    event: Event
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Registers:
    """marks: children × days; children of a class are neighbours.

    `class_sizes` children a class, in order; `days` the date of each column; `girl`, `government`,
    `family` and `school` one entry a child.
    """

    marks: NDArray[np.uint8]
    class_sizes: NDArray[np.int64]
    days: tuple[date, ...]
    planted: tuple[Planted, ...]
    girl: NDArray[np.bool_]
    government: NDArray[np.bool_]
    family: NDArray[np.int64]
    school: NDArray[np.int64]


def simulate(world: World, *, seed: int) -> Registers:
    """Make one year of registers; the same world and seed give the same registers."""
    rng = np.random.default_rng([seed, 20251])
    n, d = world.children, world.days
    sizes = _class_sizes(world, rng)
    class_of = np.repeat(np.arange(len(sizes)), sizes)
    school = class_of // world.classes_a_school
    days, column_break = _calendar(world)
    hamlet = school * world.hamlets_a_school + rng.integers(0, world.hamlets_a_school, n)
    girl = rng.random(n) < 0.5
    government = (rng.random(int(school.max()) + 1) < 0.75)[school]
    family = _families(world, rng, school)

    logit = _everyday(world, rng, class_of, school, days)
    logit += _shocks(world, rng, class_of, hamlet, days)
    extra = np.zeros((n, d), np.float32)  # chance of an absence whatever the everyday rate
    leave = np.zeros((n, d), bool)
    _spells(world, rng, family, extra, leave)
    if world.breaks:
        _late_returns(world, rng, column_break, extra)
    planted = _plant(world, rng, girl, family, days, column_break, extra, leave)

    away = _draw(world, rng, logit, extra)
    marks = np.where(away, np.uint8(Mark.ABSENT), np.uint8(Mark.PRESENT))
    marks[leave & away] = Mark.LEAVE
    _bend(world, rng, class_of, marks)
    return Registers(marks, sizes, days, tuple(planted), girl, government, family, school)


def as_history(registers: Registers) -> History:
    """The registers as `watch_files.read_marks` would give them, children named C0000001 on."""
    children = len(registers.marks)
    classes = len(registers.class_sizes)
    return History(
        children=tuple(f"C{row:07d}" for row in range(children)),
        classes=tuple(f"K{number:06d}" for number in range(classes)),
        days=registers.days,
        seats=Seats(
            child=np.arange(children),
            class_=np.repeat(np.arange(classes), registers.class_sizes),
        ),
        marks=registers.marks,
        groups={
            "sex": tuple("girl" if g else "boy" for g in registers.girl.tolist()),
            "school_type": tuple(
                "government" if g else "private" for g in registers.government.tolist()
            ),
        },
    )


def _class_sizes(world: World, rng: np.random.Generator) -> NDArray[np.int64]:
    sizes: list[int] = []
    left = world.children
    while left:
        size = int(np.clip(rng.normal(world.class_size, world.class_size / 4), 5, 90))
        if left - size < 5:
            size = left
        sizes.append(size)
        left -= size
    return np.array(sizes, np.int64)


def _calendar(world: World) -> tuple[tuple[date, ...], NDArray[np.int64]]:
    """School days, with a summer, an autumn and a winter break; columns that follow a break."""
    closed: list[tuple[int, int]] = [(60, 80), (185, 203), (265, 277)] if world.breaks else []
    days: list[date] = []
    after: list[int] = []
    number = 0
    was_closed = False
    while len(days) < world.days:
        day = world.first_day + timedelta(days=number)
        shut = any(first <= number < last for first, last in closed)
        number += 1
        if shut:
            was_closed = True
            continue
        if day.weekday() >= world.school_days_a_week:
            continue
        if was_closed:
            after.append(len(days))
            was_closed = False
        days.append(day)
    return tuple(days), np.array(after, np.int64)


def _families(
    world: World, rng: np.random.Generator, school: NDArray[np.int64]
) -> NDArray[np.int64]:
    """A family number a child; siblings go to one school, mostly to different classes."""
    n = len(school)
    family = np.arange(n)
    for each in np.unique(school):
        rows = np.flatnonzero(school == each)
        joined = rng.permutation(rows[rng.random(len(rows)) < world.siblings])
        at = 0
        while at + 1 < len(joined):
            size = int(rng.choice((2, 3), p=(0.75, 0.25)))
            family[joined[at : at + size]] = joined[at]
            at += size
    return family


def _everyday(
    world: World,
    rng: np.random.Generator,
    class_of: NDArray[np.int64],
    school: NDArray[np.int64],
    days: tuple[date, ...],
) -> NDArray[np.float32]:
    n, d = len(class_of), len(days)
    a = world.absence_spread
    rate = np.clip(rng.beta(a, a * (1 - world.absence) / world.absence, n), 0.004, 0.8)
    own = np.log(rate / (1 - rate))
    own += rng.normal(0, world.class_effect, int(class_of.max()) + 1)[class_of]
    own += rng.normal(0, world.school_effect, int(school.max()) + 1)[school]
    logit = np.repeat(own.astype(np.float32)[:, None], d, axis=1)
    weekday = np.array([day.weekday() for day in days])
    of_school = rng.normal(0, world.weekday_effect, (int(school.max()) + 1, 7))
    of_child = rng.normal(0, world.weekday_effect, (n, 7))
    logit += of_school[school][:, weekday].astype(np.float32)
    logit += of_child[:, weekday].astype(np.float32)
    noise = rng.normal(0, world.day_noise, (int(class_of.max()) + 1, d)).astype(np.float32)
    logit += noise[class_of]
    # Season: rains and cold raise absence slowly.
    phase = np.arange(d, dtype=np.float32) * np.float32(2 * np.pi / 220)
    logit += np.float32(0.2) * np.sin(phase + rng.uniform(0, 6.28)).astype(np.float32)
    return logit


def _shocks(
    world: World,
    rng: np.random.Generator,
    class_of: NDArray[np.int64],
    hamlet: NDArray[np.int64],
    days: tuple[date, ...],
) -> NDArray[np.float32]:
    n, d = len(class_of), len(days)
    classes = np.zeros((int(class_of.max()) + 1, d), np.float32)
    hit = rng.random(classes.shape) < world.class_shock
    classes[hit] = rng.gamma(4.0, world.shock_size / 4.0, int(hit.sum()))
    hamlets = np.zeros((int(hamlet.max()) + 1, d), np.float32)
    for row, first in zip(*np.nonzero(rng.random(hamlets.shape) < world.hamlet_shock), strict=True):
        length = 1 + int(rng.geometric(1 / world.hamlet_shock_days))
        hamlets[row, first : first + length] += rng.gamma(4.0, 0.5)
    logit = classes[class_of] + hamlets[hamlet]
    helps = rng.random(n) < world.harvest
    for middle in (0.35 * d, 0.8 * d):
        first = int(middle + rng.integers(-8, 9))
        length = int(rng.integers(10, 18))
        logit[helps, first : first + length] += np.float32(world.harvest_size)
    return logit


def _spells(
    world: World,
    rng: np.random.Generator,
    family: NDArray[np.int64],
    extra: NDArray[np.float32],
    leave: NDArray[np.bool_],
) -> None:
    """Spells that end by themselves: illness (one child, sometimes a sibling) and trips."""
    n, d = extra.shape
    members: dict[int, list[int]] = {}
    for row, number in enumerate(family.tolist()):
        members.setdefault(number, []).append(row)
    for rate, mean, shared in (
        (world.illness, world.illness_days, world.shared_spell * 0.5),
        (world.trips, world.trip_days, world.shared_spell),
    ):
        count = rng.poisson(rate / 1000 * n * d)
        rows = rng.integers(0, n, count)
        firsts = rng.integers(0, d, count)
        lengths = rng.geometric(1 / mean, count)
        written = rng.random(count) < world.leave
        for row, first, length, asked in zip(rows, firsts, lengths, written, strict=True):
            group = [int(row)]
            if len(members[int(family[row])]) > 1 and rng.random() < shared:
                group = members[int(family[row])]
            for each in group:
                extra[each, first : first + length] = 0.95
                if asked:
                    leave[each, first : first + length] = True


def _late_returns(
    world: World,
    rng: np.random.Generator,
    after_break: NDArray[np.int64],
    extra: NDArray[np.float32],
) -> None:
    for first in after_break.tolist():
        late = np.flatnonzero(rng.random(len(extra)) < world.late_return)
        for row, length in zip(late, rng.geometric(0.3, len(late)), strict=True):
            extra[row, first : first + length] = np.maximum(extra[row, first : first + length], 0.9)


def _plant(
    world: World,
    rng: np.random.Generator,
    girl: NDArray[np.bool_],
    family: NDArray[np.int64],
    days: tuple[date, ...],
    after_break: NDArray[np.int64],
    extra: NDArray[np.float32],
    leave: NDArray[np.bool_],
) -> list[Planted]:
    """Give children events, at most one each, none in the first 10 days."""
    n, d = extra.shape
    rates = EVENT_RATES if world.events is None else world.events
    taken = np.zeros(n, bool)
    weekday = np.array([day.weekday() for day in days])
    planted: list[Planted] = []
    for event, rate in rates.items():
        scale = world.event_scale if event in HARMFUL else 1.0
        count = int(rng.poisson(rate * scale / 1000 * n * d / SCHOOL_MONTH_DAYS))
        order = rng.permutation(n)
        if event is Event.MARRIAGE:
            order = order[girl[order]]
        for row in order:
            if count <= 0:
                break
            group = [int(row)]
            if event is Event.MIGRATION:
                group = np.flatnonzero(family == family[row]).tolist()
            if taken[group].any():
                continue
            first = int(rng.integers(10, d))
            if event in SUDDEN and len(after_break) and rng.random() < world.over_break:
                first = int(rng.choice(after_break))
            back = rng.random() < world.returns
            length = int(rng.integers(25, 90)) if back else d
            for each in group:
                taken[each] = True
                planted.append(
                    _plant_one(world, rng, event, each, first, length, weekday, extra, leave)
                )
            count -= len(group)
    return planted


def _plant_one(
    world: World,
    rng: np.random.Generator,
    event: Event,
    row: int,
    first: int,
    length: int,
    weekday: NDArray[np.int64],
    extra: NDArray[np.float32],
    leave: NDArray[np.bool_],
) -> Planted:
    d = extra.shape[1]
    last = min(first + length, d) - 1
    if event is Event.LONG_ILLNESS:
        low, high = world.illness_long_days
        last = min(first + int(rng.integers(low, high + 1)), d) - 1
        extra[row, first : last + 1] = 0.97
    elif event in SUDDEN:
        extra[row, first : last + 1] = 0.99
        leave[row, first:] = False
        if event is Event.MARRIAGE:
            extra[row, max(0, first - 8) : first] = np.maximum(
                extra[row, max(0, first - 8) : first], 0.15
            )
    elif event is Event.SLIDE:
        last = d - 1
        ramp = int(rng.integers(*world.slide_days))
        rise = np.minimum(np.arange(d - first) / ramp, 1.0) * rng.uniform(*world.slide_depth)
        extra[row, first:] = np.maximum(extra[row, first:], rise)
    else:
        last = d - 1
        share = rng.uniform(*world.part_time)
        if rng.random() < world.part_time_weekdays:
            gone = rng.permutation(6)[: max(1, round(share * 6))]
            add = np.where(np.isin(weekday[first:], gone), 0.93, 0.03)
        else:
            add = np.full(d - first, share)
        extra[row, first:] = np.maximum(extra[row, first:], add)
    return Planted(row, event, first, last)


def _draw(
    world: World,
    rng: np.random.Generator,
    logit: NDArray[np.float32],
    extra: NDArray[np.float32],
) -> NDArray[np.bool_]:
    n, d = logit.shape
    away = np.zeros((n, d), bool)
    before = np.zeros(n, bool)
    for day in range(d):
        p = 1 / (1 + np.exp(-logit[:, day]))
        # Stickiness keeps the long-run share: p(absent | absent before) = p + (1 - p) s.
        s = world.stickiness
        p = np.where(before, p + (1 - p) * s, p * (1 - s))
        everyday = rng.random(n) < p
        before = everyday
        away[:, day] = everyday | (rng.random(n) < extra[:, day])
    return away


def _bend(
    world: World,
    rng: np.random.Generator,
    class_of: NDArray[np.int64],
    marks: NDArray[np.uint8],
) -> None:
    """What reaches the register: slips, absentees marked present, days not taken."""
    n, d = marks.shape
    classes = int(class_of.max()) + 1
    proxy = (rng.random(classes) < world.proxy_classes)[class_of]
    hidden = proxy[:, None] & (marks == Mark.ABSENT) & (rng.random((n, d)) < world.proxy)
    slip = rng.random((n, d)) < world.slips
    swapped = np.where(marks == Mark.ABSENT, np.uint8(Mark.PRESENT), np.uint8(Mark.ABSENT))
    known = (marks == Mark.ABSENT) | (marks == Mark.PRESENT)
    np.copyto(marks, swapped, where=slip & known)
    marks[hidden] = Mark.PRESENT
    untaken = rng.random((classes, d)) < world.not_taken
    for row, first in zip(
        *np.nonzero(rng.random((classes, d)) < world.not_taken_weeks), strict=True
    ):
        untaken[row, first : first + 6] = True
    marks[untaken[class_of]] = Mark.NOT_TAKEN
