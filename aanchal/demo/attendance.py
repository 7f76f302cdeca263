"""Seven months of marks for the made-up district, day by day.

Own rates with a heavy tail, weekdays and field seasons, days that move a whole class (rain, a
feast, a teacher away), brothers and sisters away together, short illnesses, leave asked for,
registers not taken, and the slips of the pen that real registers have; on these, the stories of
`planted`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from .calendar import Closure, closures, seasons
from .chance import chance_of
from .district import register_window
from .facts import Child, District, Enrolment, School
from .planted import Story, absence_chance, drops_from_register, plant_stories

NOT_TAKEN, PRESENT, ABSENT, LEAVE, HOLIDAY = range(5)

OPEN, WEEKLY_OFF, CLOSED = range(3)


@dataclass(frozen=True, slots=True)
class Page:
    """One class-section's register for one month.

    Attributes:
        school, grade, section, month: which page; `month` is its first day.
        pupils: (roll, child) in order of roll, those whose name stands in this month's register.
        days: every calendar day of the month that is over by yesterday.
        day_kinds: OPEN, WEEKLY_OFF or CLOSED (holiday, vacation), one a day.
        closed_names: a holiday's name by day, for the days that are CLOSED.
        marks: pupils × days; HOLIDAY on days that are not OPEN.
    """

    school: School
    grade: int
    section: str
    month: date
    pupils: tuple[tuple[int, Child], ...]
    days: tuple[date, ...]
    day_kinds: tuple[int, ...]
    closed_names: dict[date, Closure]
    marks: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Registers:
    """All marks of the window.

    Attributes:
        first, last: bounds of the window, both included.
        days: every calendar day of it.
        marks: children × days, in the order of `District.children`.
        day_kinds: by school code, one of OPEN, WEEKLY_OFF, CLOSED a day.
        closures: by block.
        stories: the planted truth.
    """

    district: District
    first: date
    last: date
    days: tuple[date, ...]
    marks: NDArray[np.uint8]
    day_kinds: dict[str, NDArray[np.uint8]]
    closures: dict[int, list[Closure]]
    stories: tuple[Story, ...]

    def pages(self) -> Iterator[Page]:
        """Every page that has at least one open day, by school, month, class and section."""
        index = {child.key: row for row, child in enumerate(self.district.children)}
        seats: dict[tuple[str, date, int, str], list[tuple[int, Child]]] = defaultdict(list)
        for child in self.district.children:
            for e in child.enrolments:
                seats[e.school, e.year_start, e.grade, e.section].append((e.roll, child))
        by_school: dict[str, list[tuple[date, int, str]]] = defaultdict(list)
        for udise, year_start, grade, section in sorted(seats):
            by_school[udise].append((year_start, grade, section))
        months = sorted({day.replace(day=1) for day in self.days})
        for school in self.district.schools:
            starts = self.district.year_starts[school.block]
            for month in months:
                columns = [c for c, day in enumerate(self.days) if day.replace(day=1) == month]
                kinds = self.day_kinds[school.udise][columns]
                if not (kinds == OPEN).any():
                    continue
                days = tuple(self.days[c] for c in columns)
                year = max(start for start in starts if start <= month)
                names = {
                    day: closure
                    for closure in reversed(self.closures[school.block])
                    for day in days
                    if closure.covers(day)
                }
                for year_start, grade, section in by_school[school.udise]:
                    if year_start != year:
                        continue
                    pupils = sorted(
                        seats[school.udise, year_start, grade, section], key=lambda seat: seat[0]
                    )
                    rows = [index[child.key] for _, child in pupils]
                    marks = self.marks[np.ix_(rows, columns)]
                    # A name that was cut leaves the next month's register altogether.
                    taken = (marks != NOT_TAKEN) & (marks != HOLIDAY)
                    keep = taken.any(axis=1) | ~taken.any()
                    yield Page(
                        school,
                        grade,
                        section,
                        month,
                        tuple(seat for seat, kept in zip(pupils, keep, strict=True) if kept),
                        days,
                        tuple(int(kind) for kind in kinds),
                        names,
                        marks[keep],
                    )


def make_registers(district: District) -> Registers:
    """Simulate the window that ends the day before `district.today`."""
    first, last = register_window(district.today)
    days = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
    closed = {b.number: closures(b.number, first, last) for b in district.blocks}
    kinds = {s.udise: _day_kinds(s, days, closed[s.block]) for s in district.schools}
    open_days = {
        udise: [day for day, kind in zip(days, row, strict=True) if kind == OPEN]
        for udise, row in kinds.items()
    }
    rng = chance_of("stories", district.seed, district.today)
    stories = plant_stories(rng, district, open_days)
    marks = _simulate(district, days, kinds, closed, stories)
    return Registers(district, first, last, days, marks, kinds, closed, tuple(stories))


def _day_kinds(school: School, days: tuple[date, ...], closed: list[Closure]) -> NDArray[np.uint8]:
    kinds = np.full(len(days), OPEN, np.uint8)
    for column, day in enumerate(days):
        if any(closure.covers(day) for closure in closed):
            kinds[column] = CLOSED
        if day.weekday() == school.weekly_off:
            kinds[column] = WEEKLY_OFF
    return kinds


def _logit(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log(p / (1 - p))


def _simulate(
    district: District,
    days: tuple[date, ...],
    kinds: dict[str, NDArray[np.uint8]],
    closed: dict[int, list[Closure]],
    stories: list[Story],
) -> NDArray[np.uint8]:
    rng = np.random.default_rng([district.seed, district.today.toordinal()])
    children = district.children
    n = len(children)
    row_of = {child.key: row for row, child in enumerate(children)}
    schools = {school.udise: number for number, school in enumerate(district.schools)}
    villages = {village.path: number for number, village in enumerate(district.villages)}
    homes = {key: number for number, key in enumerate(district.households)}
    home = np.array([homes[child.household] for child in children])
    village = np.array([villages[district.households[c.household].village.path] for c in children])

    # Most come nearly always, some often stay away, a few are seldom there.
    group = rng.choice(3, n, p=(0.76, 0.21, 0.03))
    rate = np.choose(group, (rng.beta(2, 40, n), rng.beta(3, 22, n), rng.beta(3, 10, n)))
    base = _logit(np.clip(rate, 0.004, 0.6))
    frail = rng.gamma(2.0, 0.5, n)

    marks = np.zeros((n, len(days)), np.uint8)
    away_before = np.zeros(n, bool)
    ill_until = np.full(n, -1)
    asked_leave = np.zeros(n, bool)
    story_days = dict.fromkeys(row_of, 0)
    flood = _floods(rng, days, len(villages))
    weekday = np.array((0.20, 0.0, -0.05, -0.05, 0.0, 0.25, 0.1))

    seats = _Seating(district, schools)
    for column, day in enumerate(days):
        school, grade, group_of, enrolled = seats.on(day)
        groups = int(group_of.max()) + 1 if n else 0
        is_open = np.array([kinds[s.udise][column] == OPEN for s in district.schools])
        open_now = is_open[school] & enrolled
        marks[enrolled & ~is_open[school], column] = HOLIDAY
        if not open_now.any():
            continue

        logit = base + weekday[day.weekday()]
        logit += np.where(grade >= 6, _field_work(district, day)[seats.block], 0.0)
        logit += _near_feast(closed, day)[seats.block]
        logit += flood[village, column]
        logit += 1.1 * away_before
        shock = rng.normal(0.0, 0.22, groups) + (rng.random(groups) < 0.02) * rng.uniform(
            0.8, 2.6, groups
        )
        logit += shock[group_of]
        logit += (rng.random(len(homes)) < 0.008)[home] * 3.2
        chance = 1 / (1 + np.exp(-logit))

        falls_ill = open_now & (ill_until < column) & (rng.random(n) < 0.0055 * frail)
        ill_until[falls_ill] = column + rng.integers(1, 8, int(falls_ill.sum()))
        asked_leave[falls_ill] = rng.random(int(falls_ill.sum())) < 0.22
        is_ill = ill_until >= column
        away = np.where(is_ill, rng.random(n) < 0.96, rng.random(n) < chance)

        gone = np.zeros(n, bool)
        unlisted = np.zeros(n, bool)
        for story in stories:
            row = row_of[story.child]
            if day < story.began_on or (story.returned_on and day >= story.returned_on):
                continue
            if not open_now[row]:
                continue
            p = absence_chance(story, day, story_days[story.child], float(rate[row]))
            away[row] = rng.random() < p
            is_ill[row] = story.kind == "long_illness" and story_days[story.child] % 7 < 2
            asked_leave[row] = is_ill[row]
            gone[row] = p == 1.0
            unlisted[row] = drops_from_register(story, day)
            story_days[story.child] += 1

        mark = np.where(away, ABSENT, PRESENT).astype(np.uint8)
        mark[away & is_ill & asked_leave] = LEAVE
        # Slips of the pen: an absent child ticked with the rest, a present one missed.
        slip = rng.random(n)
        mark[(mark == ABSENT) & (slip < 0.012) & ~gone] = PRESENT
        mark[(mark == PRESENT) & (slip < 0.0015)] = ABSENT
        not_taken = rng.random(groups) < 0.02
        school_wide = rng.random(len(schools)) < 0.006  # election duty, a training, a funeral
        # Where nobody came, nobody opens the register.
        came = np.bincount(group_of[open_now & (mark == PRESENT)], minlength=groups)
        not_taken |= came == 0
        mark[not_taken[group_of] | school_wide[school] | unlisted] = NOT_TAKEN
        marks[open_now, column] = mark[open_now]
        away_before = np.where(open_now, away, away_before)
    return marks


class _Seating:
    """Where every child sits on a day, as arrays; recomputed only when a year turns."""

    def __init__(self, district: District, schools: dict[str, int]) -> None:
        self.district = district
        self.schools = schools
        first_school = [district.school(c.enrolments[-1].school) for c in district.children]
        self.block = np.array([school.block for school in first_school], int)
        self._years: tuple[date, ...] = ()
        self._seats: tuple[NDArray[np.int64], ...] = ()
        self._enrolled = np.zeros(0, bool)

    def on(
        self, day: date
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        starts = self.district.year_starts
        years = tuple(max(s for s in starts[b] if s <= day) for b in sorted(starts))
        if years != self._years:
            self._years = years
            groups: dict[tuple[str, int, str], int] = {}
            seats = []
            enrolled = []
            for child, block in zip(self.district.children, self.block, strict=True):
                e: Enrolment | None = child.enrolment_in(years[int(block) - 1])
                enrolled.append(e is not None)
                e = e or child.enrolments[-1]
                group = groups.setdefault((e.school, e.grade, e.section), len(groups))
                seats.append((self.schools[e.school], e.grade, group))
            table = np.array(seats, int).reshape(-1, 3)
            self._seats = (table[:, 0], table[:, 1], table[:, 2])
            self._enrolled = np.array(enrolled, bool)
        school, grade, group_of = self._seats
        return school, grade, group_of, self._enrolled


def _field_work(district: District, day: date) -> NDArray[np.float64]:
    """By block number (index 0 unused): how far the fields raise the older children's odds."""
    lift = np.zeros(3)
    for block in district.blocks:
        for season in seasons(block.number, day, day):
            if season.first <= day <= season.last:
                lift[block.number] = 0.55
    return lift


def _near_feast(closed: dict[int, list[Closure]], day: date) -> NDArray[np.float64]:
    """By block number: the day before and after a holiday or vacation is thin."""
    lift = np.zeros(3)
    for block, found in closed.items():
        for closure in found:
            if day == closure.first - timedelta(days=1):
                lift[block] = max(lift[block], 0.6)
            if day == closure.last + timedelta(days=1):
                lift[block] = max(lift[block], 1.1 if closure.kind == "vacation" else 0.4)
    return lift


def _floods(rng: np.random.Generator, days: tuple[date, ...], villages: int) -> NDArray[np.float64]:
    """Villages × days: days of high water in the rains, when few reach the school."""
    lift = np.zeros((villages, len(days)))
    rains = [column for column, day in enumerate(days) if day.month in (7, 8, 9)]
    if not rains:
        return lift
    for number in range(villages):
        if rng.random() < 0.45:
            start = int(rng.choice(rains))
            lift[number, start : start + int(rng.integers(2, 6))] = rng.uniform(1.6, 3.4)
    return lift
