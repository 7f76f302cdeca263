"""The reader under judgement, asked through the one door the importer uses; nothing else knows it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from aanchal.lib.marks import Mark
from aanchal.registers.parsing import Hints, Unreadable, parse_registers

from .plan import TODAY

# The reader's marks as letters of `marking.LETTERS`; one that is not here would be a mistake here.
_LETTERS = {
    "NOT_TAKEN": "B",
    "PRESENT": "P",
    "ABSENT": "A",
    "LEAVE": "L",
    "HOLIDAY": "H",
    "LATE": "T",
}
_BY_NUMBER = {int(mark): _LETTERS[mark.name] for mark in Mark}


@dataclass(frozen=True)
class Said:
    """Something the reader told a person: about which day, and whether it waits for an answer."""

    code: str
    text: str
    # Day of the month, where it is about the marks of one day.
    day: int | None = None
    # About the page or file as a whole, not about some of its cells.
    whole: bool = True
    asks: bool = False


@dataclass
class ReadPage:
    """One class-section and month as the reader gave it."""

    school: str | None
    grade: str | None
    section: str | None
    month: str | None
    pupils: list[tuple[str | None, str | None, dict[date, str]]]


@dataclass
class Reading:
    pages: list[ReadPage] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    refused: str | None = None


def read(filename: str, content: bytes, **hints: str | None) -> Reading:
    """What the reader makes of a file, marks and words."""
    reading = Reading()
    try:
        for page in _pages(filename, content, hints):
            reading.pages.append(_page(page))
            reading.said += _words(page)
    except Unreadable as refusal:
        reading.refused = str(refusal)
    return reading


def _pages(filename: str, content: bytes, hints: dict[str, str | None]) -> Iterator[Any]:
    return parse_registers(
        io.BytesIO(content), filename=filename, hints=Hints(**hints), today=TODAY
    )


def _page(page: Any) -> ReadPage:
    pupils = []
    for row in page.pupils:
        marks: dict[date, str] = {}
        if page.month:
            year, month = map(int, page.month.split("-"))
            for number, mark in enumerate(row.marks, 1):
                if mark:
                    marks[date(year, month, number)] = _BY_NUMBER[mark]
        pupils.append((row.roll, row.name, marks))
    return ReadPage(page.school, page.grade, page.section, page.month, pupils)


def _words(page: Any) -> Iterator[Said]:
    """Problems and questions; a guess that was owned up to but taken in is no question."""
    for name, asks in (("problems", False), ("asks", True), ("questions", True)):
        for word in getattr(page, name, None) or ():
            params = getattr(word, "params", None) or {}
            day = params.get("day") if isinstance(params, dict) else None
            if isinstance(day, str):
                # Where no month is known, a day is its number alone.
                day = int(day) if day.isdigit() else date.fromisoformat(day).day
            row, column = getattr(word, "row", None), getattr(word, "column", None)
            holds = getattr(word, "holds", "page" if row is None and column is None else "cells")
            yield Said(word.code, word.template % params, day, holds != "cells", asks)
