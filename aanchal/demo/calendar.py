"""When the made-up schools are open: weekly days off, holidays, vacations, seasons."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from aanchal.lib.sourced import read_sourced

from .names import DATA

SUNDAY, FRIDAY = 6, 4


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the schools of a block are closed; `last` is included."""

    block: int
    first: date
    last: date
    kind: str  # "holiday" or "vacation"
    name: str
    name_own: str

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Season:
    """Weeks in which older children are called to the fields."""

    block: int
    first: date
    last: date
    name: str


@cache
def _file() -> dict[str, Any]:
    return read_sourced(DATA, "calendar.toml")


def _on(year: int, month_day: str) -> date:
    month, day = month_day.split("-")
    return date(year, int(month), int(day))


def _feasts(year: int) -> dict[str, date]:
    """Movable feasts of a calendar year by their English name, and by key where they have one."""
    feasts: dict[str, date] = {}
    for row in _file()["movable"]:
        known = [date.fromisoformat(text) for text in row["on"]]
        on = next((day for day in known if day.year == year), _on(year, row["usual"]))
        feasts[row["name_en"]] = on
        if "key" in row:
            feasts[row["key"]] = on
    return feasts


def _bound(year: int, text: str) -> date:
    """A vacation's edge: "06-01", or days from a feast such as "puja-3"."""
    if text[0].isdigit():
        return _on(year, text)
    sign = "-" if "-" in text else "+"
    key, days = text.split(sign)
    return _feasts(year)[key] + timedelta(days=int(sign + days))


def closures(block: int, first: date, last: date) -> list[Closure]:
    """Holidays and vacations of a block that touch first..last, oldest first."""
    language = "hi" if block == 1 else "bn"
    found: list[Closure] = []
    for year in range(first.year, last.year + 1):
        for row in _file()["vacation"]:
            if row["block"] == block:
                found.append(
                    Closure(
                        block,
                        _bound(year, row["first"]),
                        _bound(year, row["last"]),
                        "vacation",
                        row["name_en"],
                        row["name_own"],
                    )
                )
        days = [(_on(year, row["on"]), row) for row in _file()["fixed"]]
        feasts = _feasts(year)
        days += [(feasts[row["name_en"]], row) for row in _file()["movable"]]
        for day, row in days:
            name_own = row["name_" + language]
            found.append(Closure(block, day, day, "holiday", row["name_en"], name_own))
    found = [c for c in found if c.last >= first and c.first <= last]
    return sorted(found, key=lambda c: (c.first, c.last, c.name))


def year_starts_in(block: int) -> int:
    """The month in which the academic year of a block's schools begins."""
    return int(_file()["academic_year"][str(block)].split("-")[0])


def seasons(block: int, first: date, last: date) -> list[Season]:
    """Field seasons of a block that touch first..last."""
    return [
        Season(block, _on(year, row["first"]), _on(year, row["last"]), row["name_en"])
        for year in range(first.year, last.year + 1)
        for row in _file()["season"]
        if row["block"] == block
        and _on(year, row["last"]) >= first
        and _on(year, row["first"]) <= last
    ]


def year_start(block: int, day: date) -> date:
    """First day of the academic year that holds `day` in this block."""
    month_day = _file()["academic_year"][str(block)]
    start = _on(day.year, month_day)
    return start if start <= day else _on(day.year - 1, month_day)


def month_starts(first: date, last: date) -> list[date]:
    """The first of every month touched by first..last, oldest first."""
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return months


def months_before(day: date, months: int) -> date:
    """The first of the month `months` before the month of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
