"""How long a record is kept, as a value: since when, how long, and what happens then.

Every model says it in `class Privacy`; the data dictionary's sentence is made from the value, and the nightly
sweeper (`kernel.sweeping`) carries it out. Pure: no clock and no database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta
from django.db.models import Q

DEFAULT_YEAR_STARTS_IN = 4  # April, where no calendar says otherwise


class Then(StrEnum):
    """What happens when the time is over."""

    ERASE = "erase"
    ANONYMISE = "anonymise"
    KEEP = "keep"


class Unit(StrEnum):
    HOURS = "hour"
    DAYS = "day"
    MONTHS = "month"
    YEARS = "year"
    # The school year in which it happened runs out first; 0 is to the end of that year.
    SCHOOL_YEARS = "school year"


@dataclass(frozen=True)
class Period:
    """So many of a unit of time."""

    number: int
    unit: Unit


class Whichever(StrEnum):
    """Which of several times counts."""

    LATEST = "latest"
    EARLIEST = "earliest"


@dataclass(frozen=True)
class Retention:
    """How long the rows of one model are kept.

    Args:
        keep: how long after `since`; None when it has no time of its own.
        since: lookups of dates, or of the year in which a school year begins. One that is empty says nothing.
        whichever: which of several counts.
        after: the same in words, for the sentence: "it was settled".
        as_long_as: name of the relation it hangs on. A key of its own ("page"): it goes with that row. Rows that
            point at it ("children"): it goes when there are none left.
        of: the same in words: "the page".
        then: what happens; KEEP says in `because` why nothing does.
        because: what becomes of it instead, or why it stays.
        only: rows that may go at all; the others wait for a person, and `stays` says so.
        until_age: also kept until the person it is about has this age.
        holds: lookups of further children whose legal hold holds it, beside those its own keys lead to.
        by: what else carries it out, when the sweeper does not: "notices.jobs".
    """

    keep: Period | None = None
    since: tuple[str, ...] = ()
    whichever: Whichever = Whichever.LATEST
    after: str = ""
    as_long_as: str = ""
    of: str = ""
    then: Then = Then.ERASE
    because: str = ""
    only: Q | None = None
    stays: str = ""
    until_age: int = 0
    holds: tuple[str, ...] = ()
    by: str = ""

    def __post_init__(self) -> None:
        if self.keep is None and not self.of:
            raise ValueError("a retention has a period, or something it lasts as long as")
        if self.keep is not None and not (self.after or self.of):
            raise ValueError("a period says after what, in words")
        if self.keep is not None and self.then is not Then.KEEP and not (self.since or self.by):
            raise ValueError("a period that is carried out names what it is reckoned from")
        if self.keep is None and self.then is Then.ERASE and not (self.as_long_as or self.by):
            raise ValueError("what lasts as long as something else names the relation")
        if self.then is not Then.ERASE and not self.because:
            raise ValueError("what is not erased says why")
        if self.stays and self.only is None:
            raise ValueError("what is said to stay is left out by a rule")

    @property
    def is_part(self) -> bool:
        """Whether it goes with the row that one of its own keys points at."""
        return bool(self.as_long_as) and self.keep is None

    def sentence(self) -> str:
        """The sentence of the data dictionary."""
        if self.of or self.keep is None:
            said = f"as long as {self.of}"
        elif self.keep.number == 0 and self.keep.unit is Unit.SCHOOL_YEARS:
            said = f"to the end of the school year in which {self.after}"
        elif self.keep.number == 0:
            said = f"until {self.after}"
        else:
            said = f"{in_words(self.keep)} after {self.after}"
        if self.until_age:
            said = f"until age {self.until_age} or {said}, whichever is later"
        if self.because:
            said += (
                f"; {'then ' if self.keep and self.then is not Then.ERASE else ''}{self.because}"
            )
        sentences = [said, self.stays] if self.stays else [said]
        return " ".join(f"{s[0].upper()}{s[1:]}." for s in sentences)


def in_words(period: Period) -> str:
    """ "Three school years"; in small letters."""
    names = "no one two three four five six seven eight nine ten eleven twelve".split()
    tens = {30: "thirty", 90: "ninety"}
    number = period.number
    said = names[number] if number < len(names) else tens.get(number, str(number))
    return f"{said} {period.unit}{'' if number == 1 else 's'}"


def hours(number: int) -> Period:
    return Period(number, Unit.HOURS)


def days(number: int) -> Period:
    return Period(number, Unit.DAYS)


def months(number: int) -> Period:
    return Period(number, Unit.MONTHS)


def years(number: int) -> Period:
    return Period(number, Unit.YEARS)


def school_years(number: int) -> Period:
    return Period(number, Unit.SCHOOL_YEARS)


def part_of(relation: str, of: str = "") -> Retention:
    """It goes with the row that this key of its own points at."""
    return Retention(as_long_as=relation, of=of or f"the {relation}")


def stays(of: str, because: str) -> Retention:
    """It has no end that could be carried out, and why."""
    return Retention(of=of, then=Then.KEEP, because=because)


# --- reckoning ---


def cutoff(keep: Period, at: datetime, year_starts_in: Iterable[int] = ()) -> datetime:
    """What happened before this moment has been kept long enough at `at`, a local time.

    Args:
        year_starts_in: months in which school years begin here. Where schools differ, the school year that
            began first of those under way counts: nothing goes before its own year is over.
    """
    if keep.unit is Unit.HOURS:
        return at - timedelta(hours=keep.number)
    if keep.unit is Unit.DAYS:
        return at - timedelta(days=keep.number)
    if keep.unit is Unit.SCHOOL_YEARS:
        started = min(
            _year_began(at.date(), month) for month in year_starts_in or [DEFAULT_YEAR_STARTS_IN]
        )
        return datetime.combine(_months_before(started, 12 * keep.number), time(0), at.tzinfo)
    back = keep.number * (12 if keep.unit is Unit.YEARS else 1)
    return datetime.combine(_months_before(at.date(), back), at.timetz())


def last_year_over(before: date, year_starts_in: Iterable[int] = ()) -> int:
    """The last school year, by the calendar year in which it begins, that was over everywhere on a day."""
    latest = max(year_starts_in, default=DEFAULT_YEAR_STARTS_IN)
    return before.year - 1 if before.month >= latest else before.year - 2


def has_age(born_on: date, age: int, on: date) -> bool:
    """Whether somebody born on a day has an age on another."""
    return _months_before(on, 12 * age) >= born_on


def _year_began(today: date, month: int) -> date:
    return date(today.year if today.month >= month else today.year - 1, month, 1)


def _months_before(day: date, back: int) -> date:
    """The same day of an earlier month, or the last day of a shorter one."""
    return day - relativedelta(months=back)
