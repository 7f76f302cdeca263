"""What kind of register to make: every choice is a field with a plain default.

A file that is misread is made again with one choice after the other put back to its default, until
only those are left that matter; see `causes.py`.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from .marking import MARKINGS

TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Plan:
    """One file to be; `seed` decides the children and their marks, the rest how it is written."""

    seed: int
    layout: str = "wide"
    language: str = "en"
    marking: str = "letters"
    year: int = 2026
    month: int = 7
    months: int = 1
    classes: int = 1
    size: int = 6
    grade: int = 6
    grade_way: int = 0
    section: str = "A"
    title: str = "line"
    heading: str = "numbers"
    sundays: str = "no column"
    holidays: int = 0
    filled: int = 31
    columns: tuple[str, ...] = ("roll", "name")
    sums: bool = False
    foot: bool = False
    key_at: str = "above"
    school: bool = True
    own_digits: bool = False
    begins: int = 4
    other_calendar: bool = False
    variant: int = 0
    form: str = "csv"
    encoding: str = "utf-8"
    delimiter: str = ","
    damages: tuple[str, ...] = ()

    def chance(self, topic: str) -> Random:
        """A source of chance of its own for each topic, so that one choice does not move another."""
        return Random(f"{self.seed} {topic}")

    def month_starts(self) -> list[date]:
        first = date(self.year, self.month, 1)
        starts = [first]
        while len(starts) < self.months:
            starts.append((starts[-1] + timedelta(days=32)).replace(day=1))
        return starts


def days_of(start: date) -> list[date]:
    return [start.replace(day=n) for n in range(1, monthrange(start.year, start.month)[1] + 1)]


GRIDS = ("wide", "descending", "months beside", "months below", "classes below", "sheet a class",
         "sheet a month", "two columns a day", "periods", "pupils across", "blocks")  # fmt: skip
LISTS = ("sheet a day", "long status", "long flags", "absentees", "responses")
LAYOUTS = (*GRIDS, *LISTS, "counts")
# The plain one is the commonest in schools; the others share the rest.
_WEIGHTS = [8, *[2] * (len(LAYOUTS) - 2), 1]
_SEVERAL_MONTHS = {"months beside", "months below", "sheet a month"}
_SEVERAL_CLASSES = {"classes below", "sheet a class"}
_BOOKS = {"sheet a class", "sheet a month", "sheet a day"}
TITLES = ("line", "lines", "cells", "sentence", "session", "session line")
HEADINGS = (
    "numbers",
    "padded",
    "iso",
    "dmy",
    "d-Mon",
    "number weekday",
    "weekday row",
    "dates",
    "weekday in brackets",
    "with clock",
)
COLUMNS = (("roll", "name"), ("serial", "roll", "name"), ("roll", "name", "father"), ("serial", "name"),
           ("roll", "admission", "name", "sex"), ("serial", "admission", "roll", "name", "father", "category"),
           ("roll", "name", "birth"), ("name",), ("name", "phone"), ("id", "name"))  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8-sig", "utf-8-sig", "utf-16")


def choose(seed: int, *, layout: str | None = None) -> Plan:
    """A plan at random, of a register that is whole and that a careful person can read."""
    chance = Random(f"{seed} plan")
    layout = layout or chance.choices(LAYOUTS, _WEIGHTS)[0]
    language = chance.choices(("en", "hi", "bn"), (5, 3, 3))[0]
    heading = chance.choice(HEADINGS) if chance.random() < 0.6 else "numbers"
    title = chance.choice(TITLES)
    year, month = chance.choice([(2026, m) for m in range(1, 11)] + [(2025, 11), (2025, 12)])
    begins = chance.choice((4, 6, 1))
    if title.startswith("session") and begins != 1 and month in (4, 5):
        month = 7  # April and May of a two-year session have one of two years
    form = "xlsx" if layout in _BOOKS or heading == "dates" else chance.choice(("csv", "xlsx"))
    encoding = chance.choice(ENCODINGS)
    if language == "en" and chance.random() < 0.3:
        encoding = "cp1252"
    marking = _marking(chance, layout, language)
    if encoding == "cp1252" and not _fits(marking):
        encoding = "utf-8-sig"
    several = 2 if layout in _SEVERAL_MONTHS else 1
    if several == 2 and year == 2026 and month == 10:
        month = 9
    return Plan(
        seed=seed, layout=layout, language=language, marking=marking, year=year, month=month,
        months=several + (layout == "sheet a month" and chance.random() < 0.5),
        classes=chance.choice((2, 3)) if layout in _SEVERAL_CLASSES else 1,
        size=chance.choice((4, 6, 9, 14, 14, 33)), grade=chance.choice((1, 2, 3, 5, 6, 7, 8, 9, 10)),
        grade_way=chance.randrange(4), section=chance.choice(("A", "B", "own", "")), title=title,
        heading=heading, sundays=chance.choice(("no column", "empty", "mark", "word")),
        holidays=chance.choice((0, 0, 1, 2)), filled=17 if several == 1 and chance.random() < 0.25 else 31,
        columns=chance.choice(COLUMNS), sums=chance.random() < 0.4, foot=chance.random() < 0.3,
        key_at=chance.choice(("above", "below")), school=chance.random() < 0.7,
        own_digits=language != "en" and chance.random() < 0.4, begins=begins,
        other_calendar=language != "en" and chance.random() < 0.2, variant=chance.randrange(4),
        form=form, encoding=encoding, delimiter=chance.choice(",,,;\t|"),
    )  # fmt: skip


def _marking(chance: Random, layout: str, language: str) -> str:
    fits = [
        name
        for name, way in MARKINGS.items()
        if language in way.languages and (way.long if layout in LISTS else way.grid)
    ]
    if layout in (
        "periods",
        "two columns a day",
    ):  # a day is both halves: no way that writes nothing
        fits = [n for n in fits if MARKINGS[n].write["P"] and MARKINGS[n].write.get("A")]
    if chance.random() < 0.35 and "letters" in fits:
        return "letters"
    return chance.choice(fits)


def _fits(marking: str) -> bool:
    try:
        "".join(str(v) for v in MARKINGS[marking].write.values()).encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
