"""A reading held against the truth: right, asked about, refused, or wrong without a word."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .book import Book
from .reading import Reading, ReadPage

RIGHT, ASKED, REFUSED, SILENT = "right", "asked", "refused", "silently wrong"
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")


_OF_A_CLASS = {"wrong class", "wrong section", "section not read", "child lost", "child invented"}


class Difference(NamedTuple):
    """What is wrong, where, and an example in words."""

    kind: str
    child: tuple[int, int] | None
    day: date | None
    example: str


@dataclass
class Verdict:
    """How a file was read; `kinds` counts what is wrong in it, said or not."""

    outcome: str
    open: bool
    kinds: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def judge(book: Book, reading: Reading) -> Verdict:
    """Sort a reading. Where the truth is open, only a question or a refusal is right."""
    found = _differences(book, reading)
    words = [w.text for w in reading.said] + ([reading.refused] if reading.refused else [])
    verdict = Verdict(RIGHT, bool(book.open), words=words[:6])
    if reading.refused:
        verdict.outcome = REFUSED
        return verdict
    if book.no_register:
        marks = sum(len(m) for page in reading.pages for _, _, m in page.pupils)
        verdict.outcome = ASKED if reading.said else (SILENT if marks else REFUSED)
        found = [Difference("counts taken as marks", None, None, "")] if marks else []
    if "class" in book.open and len({page.grade for page in reading.pages}) > 1:
        # A class line within a table is right as two classes, and as a question.
        found = [d for d in found if d.kind not in _OF_A_CLASS]
        verdict.open = book.open != {"class"}
    silent = [d for d in found if not _covered(d, reading)]
    if silent:
        verdict.outcome = SILENT
        found = silent
    elif reading.said or found:
        verdict.outcome = ASKED
    elif verdict.open:
        verdict.outcome = SILENT
        found = [Difference(f"guessed: {', '.join(sorted(book.open))}", None, None, "")]
    verdict.kinds = Counter(d.kind for d in found)
    verdict.examples = [d.example for d in found[:3] if d.example]
    return verdict


def _covered(found: Difference, reading: Reading) -> bool:
    """Whether a person was told about it.

    A question about the whole stops everything, so it covers the whole reading; one about a day
    covers that day. A problem is a remark beside what goes in: it covers marks and rows that were
    left out, never marks that went in wrong.
    """
    day = found.day.day if found.day else None
    if any(word.asks and (word.whole or (day and word.day == day)) for word in reading.said):
        return True
    about_no_day = any(word.day is None for word in reading.said)
    if found.kind in ("month not read", "class not read", "section not read"):
        return about_no_day
    if found.kind == "mark lost":
        return about_no_day or any(word.day == day for word in reading.said)
    return found.kind in ("child lost", "days lost") and about_no_day


def _plain(text: str | None) -> str:
    if text is None:
        return ""
    return " ".join(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).casefold().split())


def _digits(text: str | None) -> str:
    plain = _plain(text)
    return "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain).removesuffix(
        ".0"
    )


def _differences(book: Book, reading: Reading) -> list[Difference]:
    found: list[Difference] = []
    truth = book.truth()
    told: dict[int, list[ReadPage]] = {}
    known = {i for i, _ in truth}
    for page in reading.pages:
        if page.school not in (book.school, None):
            found.append(Difference("school invented", None, None, f"{page.school}"))
        elif book.school and page.school is None:
            found.append(Difference("school not read", None, None, book.school))
        number = _group_of(book, known, page, found)
        if number is not None:
            told.setdefault(number, []).append(page)
        if page.month is None and page.pupils:
            found.append(Difference("month not read", None, None, ""))
    for number in known:
        found += _children(book, number, truth, told.get(number, []))
    return found


def _group_of(book: Book, known: set[int], page: ReadPage, found: list[Difference]) -> int | None:
    """Which class of the truth a page is; says what of it is wrong."""
    fits = [i for i in known if page.grade == book.groups[i].grade]
    if not fits:
        if page.grade is None:
            found.append(Difference("class not read", None, None, book.groups[0].class_as_written))
        else:
            written = book.groups[min(known)].class_as_written if known else ""
            found.append(Difference("wrong class", None, None, f"{written} read as {page.grade}"))
        fits = [min(known)] if len(known) == 1 else []
    if not fits:
        return None
    group = book.groups[fits[0]]
    if page.section not in group.sections:
        kind = "section not read" if page.section is None else "wrong section"
        found.append(
            Difference(kind, None, None, f"{group.section_as_written!r} read as {page.section!r}")
        )
    return fits[0]


def _children(
    book: Book, number: int, truth: dict[tuple[int, int], dict[date, str]], pages: list[ReadPage]
) -> list[Difference]:
    """Each child of a class with her days, over all pages of the class."""
    found: list[Difference] = []
    group = book.groups[number]
    read: dict[tuple[str, str], dict[date, str]] = {}
    for page in pages:
        for roll, name, marks in page.pupils:
            days = read.setdefault((_digits(roll), _plain(name)), {})
            for day, letter in marks.items():
                if day in days and days[day] != letter:
                    found.append(Difference("two marks a day", None, day, f"{name} {day}"))
                days[day] = letter
    days_read = {d for days in read.values() for d in days}
    for index in [c for g, c in truth if g == number]:
        child = group.children[index]
        key = _find(read, child.roll, child.name, open_child="child" in book.open)
        if key is None:
            found.append(Difference("child lost", (number, index), None, child.name))
            continue
        marks = read.pop(key)
        if not any(page.month for page in pages):
            continue
        expected = truth[number, index]
        for day in sorted({*expected, *marks}):
            fits = expected.get(day)
            if fits is None:
                implied = book.accepted.get((number, index, day), "B")
                fits = implied if "B" in implied else "B"
            got = marks.get(day, "B")
            if got not in fits and "*" not in fits:
                kind = _kind(fits, got, day, days_read)
                found.append(
                    Difference(
                        kind, (number, index), day, f"{child.name}, {day}: {fits} read as {got}"
                    )
                )
    found += [Difference("child invented", None, None, " ".join(key)) for key in read]
    return found


def _find(
    read: dict[tuple[str, str], dict[date, str]], roll: str | None, name: str, *, open_child: bool
) -> tuple[str, str] | None:
    for key in read:
        same_roll = roll is None or key[0] == _digits(roll)
        if (same_roll and key[1] == _plain(name)) or (
            open_child and ((roll and same_roll) or key[1] == _plain(name))
        ):
            return key
    return None


def _kind(fits: str, got: str, day: date, days_read: set[date]) -> str:
    if got == "B":
        return "mark lost" if day in days_read else "days lost"
    if fits == "B":
        return "mark invented"
    if {fits[0], got} <= {"P", "A", "T", "F"}:
        return "turned round"
    return f"{fits[0]} taken for {got}"
