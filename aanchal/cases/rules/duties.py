"""Which duties follow from an event, and when each falls due. Pure; the rows stand in data/duties.toml.

A due time is worked out from the event and the row, never typed. Hours run by the clock. Days, weeks,
months and years are those of the calendar in the office's zone: four months after 31 October are over
on the last day of February, at the hour of the event, which is never later than the law's own end of
that day. Time that the law leaves out is added only where the row says so.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from aanchal.lib.sourced import Confidence

# What a row may leave out of its time.
EXCLUDED = ("journey",)

# Codes of States and Union Territories, ISO 3166-2:IN of 2023 and, where they differ, those before it.
STATES = frozenset(
    "AN AP AR AS BR CG CH CT DH DL GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK "
    "TG TN TR TS UK UP UT WB".split()
)

_NUMBER_OF = re.compile(
    r"(?P<number>[1-9]\d*) (?P<unit>hour|day|week|month|year)s?(?P<before> before)?"
)


class WrongDuties(ValueError):
    """The file of duties cannot be right; says which row and why."""


@dataclass(frozen=True)
class Within:
    """The time a duty leaves.

    Args:
        number: how many units; 0 when the duty is owed at once.
        unit: "hours", "days", "weeks", "months" or "years".
        before: the time ends this long before the event, which is a planned day.
        repeats: the duty comes again after each such time.
    """

    number: int
    unit: str = "hours"
    before: bool = False
    repeats: bool = False


@dataclass(frozen=True)
class Duty:
    """One row of the file.

    Args:
        within: as it is written there.
        time: `within`, read; None where the law states no time.
        met_by: kinds of events that meet it.
        ends_with: kinds of events after which one that repeats is owed no more.
    """

    id: str
    trigger: str
    duty: str
    holder: tuple[str, ...]
    within: str
    time: Within | None
    excludes: tuple[str, ...]
    met_by: tuple[str, ...]
    ends_with: tuple[str, ...]
    source: str
    confidence: Confidence
    in_force_from: date
    in_force_until: date | None
    states: tuple[str, ...]

    @property
    def is_shown_as_law(self) -> bool:
        """False: shown as guidance to be checked."""
        return self.confidence is Confidence.HIGH

    def binds(self, on: date, state: str) -> bool:
        """Whether it is in force on a day in a state; with no state given, only what binds everywhere."""
        ended = self.in_force_until is not None and on > self.in_force_until
        return on >= self.in_force_from and not ended and (not self.states or state in self.states)


@dataclass(frozen=True)
class Due:
    """When a duty falls due.

    Args:
        at: in the office's zone; None where the law states no time.
        excluded: how much time was left out.
        why: one English sentence: from when it runs, what was left out and why.
    """

    duty: Duty
    at: datetime | None
    excluded: timedelta
    why: str


@dataclass(frozen=True)
class DutyTable:
    """The whole file, in its order. `triggers` and `acts` are kinds of events with their English sentences."""

    triggers: dict[str, str]
    acts: dict[str, str]
    duties: tuple[Duty, ...]


def read_duties(table: Mapping[str, Any]) -> DutyTable:
    """The table of duties from its file.

    Raises:
        WrongDuties: a row lacks something or names an unknown event or exclusion, two rows have one id, or an
            event stands in no row.
    """
    triggers, acts = dict(table["meta"]["triggers"]), dict(table["meta"]["acts"])
    duties = tuple(_read(row, triggers, acts) for row in table["duty"])
    ids = [duty.id for duty in duties]
    if twice := sorted({i for i in ids if ids.count(i) > 1}):
        raise WrongDuties(f"{', '.join(twice)}: two rows have this id")
    if idle := sorted(set(triggers) - {duty.trigger for duty in duties}):
        raise WrongDuties(f"{', '.join(idle)}: no duty follows from this trigger")
    named = {kind for duty in duties for kind in (*duty.met_by, *duty.ends_with)}
    if idle := sorted(set(acts) - named):
        raise WrongDuties(f"{', '.join(idle)}: no duty is met by this act")
    return DutyTable(triggers, acts, duties)


def read_within(text: str) -> Within | None:
    """The time that `within` states; None for "none stated".

    Raises:
        WrongDuties: no time was understood.
    """
    if text == "none stated":
        return None
    if text == "at once":
        return Within(0)
    repeats = text.startswith("every ")
    found = _NUMBER_OF.fullmatch(text.removeprefix("every "))
    if found is None or (repeats and found["before"]):
        raise WrongDuties(f"{text!r} is no time that is understood here")
    return Within(int(found["number"]), f"{found['unit']}s", bool(found["before"]), repeats)


def duties_from(duties: Iterable[Duty], trigger: str, *, on: date, state: str = "") -> list[Duty]:
    """The duties that follow from an event on a day, by the law of that day, in the order of the file."""
    return [duty for duty in duties if duty.trigger == trigger and duty.binds(on, state)]


def falls_due(
    duty: Duty,
    *,
    since: datetime,
    zone: ZoneInfo,
    excluded: timedelta = timedelta(),
    number: int = 1,
) -> Due:
    """When a duty falls due that runs from a moment.

    Args:
        since: the event, with a zone.
        number: of a duty that repeats, which time: 1 is the first.
        excluded: time that may be left out, such as the journey; it counts only where the row leaves it out.

    Raises:
        ValueError: `since` has no zone, or `excluded` is negative.
    """
    if since.tzinfo is None:
        raise ValueError("a moment without a zone is no moment")
    if excluded < timedelta():
        raise ValueError("less than no time cannot be left out")
    local = since.astimezone(zone)
    begun = f"Runs from {local:%Y-%m-%d %H:%M}"
    if duty.time is None:
        return Due(duty, None, timedelta(), f"{begun}; the law states no time. {duty.source}.")
    if duty.time.number == 0:
        return Due(duty, local, timedelta(), f"Owed at once. {duty.source}.")
    at = _after(local, duty.time, number)
    said = f"{begun}, {duty.within}"
    if not excluded:
        return Due(duty, at, timedelta(), f"{said}. {duty.source}.")
    if not duty.excludes:
        return Due(
            duty, at, timedelta(), f"{said}; nothing is left out of this time. {duty.source}."
        )
    left_out = f"{said}, leaving out {_hours(excluded)} of {' and '.join(duty.excludes)}"
    return Due(duty, _later(at, excluded), excluded, f"{left_out}. {duty.source}.")


def _after(local: datetime, time: Within, times: int) -> datetime:
    number = times * (-time.number if time.before else time.number)
    if time.unit == "hours":
        return _later(local, timedelta(hours=number))
    if time.unit == "months":
        return local + relativedelta(months=number)
    if time.unit == "years":
        return local + relativedelta(years=number)
    return local + timedelta(days=number * (7 if time.unit == "weeks" else 1))


def _later(local: datetime, by: timedelta) -> datetime:
    """Elapsed time: with a zone that puts its clocks forward, local arithmetic would be an hour off."""
    utc = ZoneInfo("UTC")
    return (local.astimezone(utc) + by).astimezone(local.tzinfo)


def _hours(time: timedelta) -> str:
    return f"{time / timedelta(hours=1):g} hours"


def _read(row: Mapping[str, Any], triggers: Mapping[str, str], acts: Mapping[str, str]) -> Duty:
    name = row.get("id", "a row without an id")
    needed = (
        "id",
        "trigger",
        "duty",
        "holder",
        "within",
        "met_by",
        "source",
        "confidence",
        "in_force_from",
    )
    if missing := [key for key in needed if not row.get(key)]:
        raise WrongDuties(f"{name}: {', '.join(missing)} is missing")
    if unknown := set(row) - {*needed, "excludes", "ends_with", "in_force_until", "states"}:
        raise WrongDuties(f"{name}: {', '.join(sorted(unknown))} is not known")
    if row["trigger"] not in triggers:
        raise WrongDuties(f"{name}: {row['trigger']} is no trigger")
    if set(row.get("excludes", ())) - set(EXCLUDED):
        raise WrongDuties(f"{name}: {row['excludes']} cannot be left out of a time")
    ends = tuple(row.get("ends_with", ()))
    if unknown := {*row["met_by"], *ends} - set(triggers) - set(acts):
        raise WrongDuties(f"{name}: {', '.join(sorted(unknown))} is no event")
    time = read_within(row["within"])
    if ends and not (time and time.repeats):
        raise WrongDuties(f"{name}: it does not repeat, so nothing ends it")
    if set(row.get("states", ())) - STATES:
        raise WrongDuties(f"{name}: {row['states']} are no codes of states")
    until = row.get("in_force_until")
    if until is not None and until < row["in_force_from"]:
        raise WrongDuties(f"{name}: it ends before it is in force")
    return Duty(
        id=row["id"],
        trigger=row["trigger"],
        duty=row["duty"],
        holder=tuple(row["holder"]),
        within=row["within"],
        time=time,
        excludes=tuple(row.get("excludes", ())),
        met_by=tuple(row["met_by"]),
        ends_with=ends,
        source=row["source"],
        confidence=Confidence(row["confidence"]),
        in_force_from=row["in_force_from"],
        in_force_until=until,
        states=tuple(row.get("states", ())),
    )
