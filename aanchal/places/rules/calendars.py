"""School days: which days a school is open. Pure arithmetic; no clock.

A calendar says which days *should* be school days. Whether the register was taken on such a
day is another question, and a day without marks is "not taken", never "absent".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_ONE_DAY = timedelta(days=1)
FRIDAY = 5
SUNDAY = 7


class ClosureKind(StrEnum):
    """Why a school is shut.

    A holiday is a day or few for a feast or a law; a vacation is a long break, after which
    many children are lost; closed is everything else: flood, cold wave, election, strike.
    """

    HOLIDAY = "holiday"
    VACATION = "vacation"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """Days on which the school is shut, first and last included.

    Raises:
        ValueError: it ends before it begins.
    """

    first_on: date
    last_on: date
    kind: ClosureKind
    name: str = ""

    def __post_init__(self) -> None:
        if self.last_on < self.first_on:
            raise ValueError("a closure ends before it begins")


@dataclass(frozen=True, slots=True)
class AcademicYear:
    """A school year; both days included.

    `label` is "2026" for a calendar year and "2026-27" for one that runs over New Year.
    """

    first_on: date
    last_on: date

    @property
    def label(self) -> str:
        if self.first_on.year == self.last_on.year:
            return str(self.first_on.year)
        return f"{self.first_on.year}-{self.last_on.year % 100:02d}"


def academic_year(day: date, *, start_month: int) -> AcademicYear:
    """The school year that holds a day.

    Args:
        start_month: month on whose first day the year begins, 1 to 12; from the data file.

    Raises:
        ValueError: no such month.
    """
    if not 1 <= start_month <= 12:
        raise ValueError("start_month must be 1 to 12")
    first_on = date(day.year - (day.month < start_month), start_month, 1)
    return AcademicYear(first_on, date(first_on.year + 1, start_month, 1) - _ONE_DAY)


class SchoolCalendar:
    """Open and shut days of one school.

    Args:
        weekly_off: ISO weekdays shut every week, Monday 1 to Sunday 7; may be empty. A school that
            changes its day off has two calendars, one before and one after.
        closures: in any order; they may overlap.
        opened: days on which the school is open in spite of all (a Sunday taught to make up).

    Raises:
        ValueError: a weekday outside 1–7, or all seven off.
    """

    __slots__ = ("_closures", "_ends", "_opened", "_starts", "weekly_off")

    def __init__(
        self,
        *,
        weekly_off: Iterable[int] = (SUNDAY,),
        closures: Iterable[Closure] = (),
        opened: Iterable[date] = (),
    ) -> None:
        self.weekly_off = frozenset(weekly_off)
        if not all(1 <= w <= 7 for w in self.weekly_off):
            raise ValueError("weekdays run from 1 (Monday) to 7 (Sunday)")
        if len(self.weekly_off) == 7:
            raise ValueError("a school that is shut every day has no calendar")
        self._closures = tuple(sorted(closures))
        self._opened = frozenset(opened)
        self._starts: list[date] = []
        self._ends: list[date] = []
        # Overlapping and touching closures become one span, so a look-up is one bisection.
        for closure in self._closures:
            if self._ends and closure.first_on <= self._ends[-1] + _ONE_DAY:
                self._ends[-1] = max(self._ends[-1], closure.last_on)
            else:
                self._starts.append(closure.first_on)
                self._ends.append(closure.last_on)

    def is_open(self, day: date) -> bool:
        """Is this a school day?"""
        if day in self._opened:
            return True
        return day.isoweekday() not in self.weekly_off and not self._is_closed(day)

    def open_days(self, from_on: date, to_on: date) -> list[date]:
        """School days of a span, both ends included, oldest first; empty if it runs backwards."""
        return [day for day in _days(from_on, to_on) if self.is_open(day)]

    def count_open_days(self, from_on: date, to_on: date) -> int:
        """How many school days a span has, both ends included."""
        return len(self.open_days(from_on, to_on))

    def add_open_days(self, day: date, count: int, *, within_days: int = 800) -> date | None:
        """The day on which `count` school days after `day` have passed.

        `day` itself does not count. With 0 it is `day`.

        Raises:
            ValueError: a negative count.
        """
        if count < 0:
            raise ValueError("count must not be negative")
        if count == 0:
            return day
        passed = 0
        for later in _days(day + _ONE_DAY, day + within_days * _ONE_DAY):
            passed += self.is_open(later)
            if passed == count:
                return later
        return None

    def _is_closed(self, day: date) -> bool:
        at = bisect_right(self._starts, day) - 1
        return at >= 0 and day <= self._ends[at]


def _days(from_on: date, to_on: date) -> Iterator[date]:
    day = from_on
    while day <= to_on:
        yield day
        if day == date.max:
            return
        day += _ONE_DAY
