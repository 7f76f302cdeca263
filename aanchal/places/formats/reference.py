"""The data files of `places/data`, loaded and checked once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TypeVar

from aanchal.lib.sourced import Source, read_sourced, source_of
from aanchal.places.rules.calendars import Closure, ClosureKind

PACKAGE = "aanchal.places"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Term:
    """One code of a UDISE vocabulary.

    `classes` is the lowest and the highest class a school of this category teaches; None for
    other vocabularies.
    """

    code: str
    label: str
    published: str
    sourced: Source
    classes: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class UdiseVocabulary:
    """UDISE's codes, each table keyed by the code as the file writes it."""

    category: Mapping[str, Term]
    type: Mapping[str, Term]
    management: Mapping[str, Term]
    location: Mapping[str, Term]


@dataclass(frozen=True, slots=True)
class AcademicYearRow:
    """In which month a state's school year begins; key: LGD state code."""

    state_lgd: str
    name: str
    start_month: int
    sourced: Source


@dataclass(frozen=True, slots=True)
class ClosureRow:
    """A dated closure.

    Attributes:
        key: stable name.
        states_lgd: LGD codes of the states where it holds; empty for all of India.
        closure: kind, name and, when it falls on fixed dates, the dates of the first year.
        month, day: the day of every year; None for a single dated closure.
    """

    key: str
    name: str
    kind: ClosureKind
    states_lgd: tuple[str, ...]
    month: int | None
    day: int | None
    first_on: date | None
    last_on: date | None
    sourced: Source

    def closures_between(self, from_on: date, to_on: date) -> list[Closure]:
        """The closure's occurrences that touch the span, oldest first; both ends included."""
        if self.first_on is not None and self.last_on is not None:
            touches = self.first_on <= to_on and self.last_on >= from_on
            return [Closure(self.first_on, self.last_on, self.kind, self.name)] if touches else []
        if self.month is None or self.day is None:
            return []
        days = (date(year, self.month, self.day) for year in range(from_on.year, to_on.year + 1))
        return [Closure(d, d, self.kind, self.name) for d in days if from_on <= d <= to_on]


@dataclass(frozen=True, slots=True)
class WeeklyOffRow:
    """A usual weekly day off. ISO weekdays: Monday is 1, Sunday 7.

    `managements` are UDISE management codes for which it is the usual day; empty: any school.
    It is a suggestion to confirm with the school, never taken for granted.
    """

    key: str
    weekdays: frozenset[int]
    states_lgd: tuple[str, ...]
    managements: tuple[str, ...]
    sourced: Source


@dataclass(frozen=True, slots=True)
class SubdistrictRow:
    """Whether a state's LGD sub-district is its CD block; key: LGD state code."""

    state_lgd: str
    name: str
    subdistrict_is_block: bool
    sourced: Source


@dataclass(frozen=True, slots=True)
class FestivalRow:
    """A dated festival that matters to children and is no closure by itself.

    Lunar dates are copied from a source for each year, never computed.
    """

    key: str
    name: str
    first_on: date
    last_on: date
    why: str
    sourced: Source


@dataclass(frozen=True, slots=True)
class CalendarData:
    """`data/calendars.toml` as a whole."""

    academic_years: Mapping[str, AcademicYearRow]
    weekly_offs: tuple[WeeklyOffRow, ...]
    closures: tuple[ClosureRow, ...]
    festivals: tuple[FestivalRow, ...]

    def closures_for(self, state_lgd: str, from_on: date, to_on: date) -> list[Closure]:
        """Known closures of a state that touch the span, oldest first; both ends included."""
        return sorted(
            closure
            for row in self.closures
            if not row.states_lgd or state_lgd in row.states_lgd
            for closure in row.closures_between(from_on, to_on)
        )

    def weekly_off_for(self, state_lgd: str, management: str | None) -> WeeklyOffRow:
        """The usual weekly day off to suggest for a school; the most particular row that fits."""
        fitting = [
            row
            for row in self.weekly_offs
            if (not row.states_lgd or state_lgd in row.states_lgd)
            and (not row.managements or management in row.managements)
        ]
        return max(fitting, key=lambda row: (bool(row.managements), bool(row.states_lgd)))


@cache
def udise_vocabulary() -> UdiseVocabulary:
    """The UDISE code tables."""
    data = read_sourced(PACKAGE, "udise.toml")

    def table(key: str) -> dict[str, Term]:
        terms = [
            Term(
                code=row["code"],
                label=row["label"],
                published=row["published"],
                sourced=source_of(row, where="udise.toml"),
                classes=tuple(row["classes"]) if "classes" in row else None,
            )
            for row in data[key]
        ]
        return _keyed("udise.toml", ((t.code, t) for t in terms))

    return UdiseVocabulary(*(table(k) for k in ("category", "type", "management", "location")))


@cache
def subdistrict_kinds() -> Mapping[str, SubdistrictRow]:
    """Which states' sub-districts are blocks. A state that is not listed is not known."""
    name = "subdistricts.toml"
    return _keyed(
        name,
        (
            (
                row["lgd"],
                SubdistrictRow(
                    row["lgd"], row["name"], row["subdistrict_is_block"], source_of(row, where=name)
                ),
            )
            for row in read_sourced(PACKAGE, name)["state"]
        ),
    )


@cache
def calendar_data() -> CalendarData:
    """School years, usual days off and dated closures."""
    name = "calendars.toml"
    data = read_sourced(PACKAGE, name)
    years = _keyed(
        name,
        (
            (
                row["lgd"],
                AcademicYearRow(
                    row["lgd"], row["name"], row["start_month"], source_of(row, where=name)
                ),
            )
            for row in data["academic_year"]
        ),
    )
    for year in years.values():
        if not 1 <= year.start_month <= 12:
            raise ValueError(f"{name}: {year.name} starts in month {year.start_month}")
    offs = tuple(
        WeeklyOffRow(
            key=row["key"],
            weekdays=frozenset(row["weekdays"]),
            states_lgd=tuple(row.get("states", ())),
            managements=tuple(row.get("managements", ())),
            sourced=source_of(row, where=name),
        )
        for row in data["weekly_off"]
    )
    closures = tuple(
        ClosureRow(
            key=row["key"],
            name=row["name"],
            kind=ClosureKind(row["kind"]),
            states_lgd=tuple(row.get("states", ())),
            month=row.get("month"),
            day=row.get("day"),
            first_on=row.get("first_on"),
            last_on=row.get("last_on", row.get("first_on")),
            sourced=source_of(row, where=name),
        )
        for row in data["closure"]
    )
    for closure in closures:
        if (closure.month is None) == (closure.first_on is None):
            raise ValueError(f"{name}: {closure.key} needs either month and day or dates")
    festivals = tuple(
        FestivalRow(
            key=row["key"],
            name=row["name"],
            first_on=row["first_on"],
            last_on=row.get("last_on", row["first_on"]),
            why=row["why"],
            sourced=source_of(row, where=name),
        )
        for row in data["festival"]
    )
    _keyed(name, ((c.key, c) for c in closures))
    _keyed(name, ((f.key, f) for f in festivals))
    if not any(not off.states_lgd and not off.managements for off in offs):
        raise ValueError(f"{name}: no weekly day off that fits any school")
    return CalendarData(years, offs, closures, festivals)


def _keyed(name: str, pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{name}: {key} occurs twice")
        found[key] = value
    return found
