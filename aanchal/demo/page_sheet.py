"""A page of a register as the rows of a sheet, in one school's style."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from aanchal.lib.indic.digits import ROMAN

from .attendance import ABSENT, HOLIDAY, OPEN, PRESENT, WEEKLY_OFF, Page
from .chance import chance_of
from .facts import Child, Household
from .house_style import DayLabel, Style

Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class Count:
    """A sum: how often `sign` stands in a stretch of this sheet, and how often that is.

    Written as a formula where the school uses one; bounds are (row, column) from 0.
    """

    sign: str
    first: tuple[int, int]
    last: tuple[int, int]
    value: int


@dataclass(slots=True)
class Sheet:
    """Rows of cells, with the rows that are one merged cell across all columns.

    `first_day` is the column of the first day, so the one before it holds the name.
    """

    title: str
    rows: list[list[Cell | Count]] = field(default_factory=list)
    merged: set[int] = field(default_factory=set)
    header_row: int = 0
    first_day: int = 0
    width: int = 0


def grade_label(style: Style, grade: int) -> str:
    """A class as this school writes it: VI, 6 or ৬."""
    return ROMAN[grade] if style.grade_in == "roman" else style.number(grade)


def written_name(style: Style, seed: int, school: str, child: Child) -> str:
    """The child's name as this school's clerk always writes it."""
    if style.names == "own":
        return child.name.own
    latin = child.name.spelled(chance_of("spelling", seed, school, child.key))
    if style.names == "upper":
        return latin.upper()
    if style.names == "both":
        return f"{child.name.own} ({latin})"
    return latin


def page_sheet(page: Page, style: Style, *, seed: int, households: dict[str, Household]) -> Sheet:
    """Lay out one page: titles, header, a row a pupil, sums, signatures."""
    words = style.words
    sheet = Sheet(f"{grade_label(style, page.grade)}-{page.section}")
    days = _columns(page, style)
    header: list[Cell | Count] = [words.roll]
    header += [getattr(words, extra) for extra in style.extra]
    header.append(words.name)
    first_day = len(header)
    header += [_day_heading(style, day) for day in days]
    last_day = len(header) - 1
    if style.has_sums:
        header += [words.total_present, words.total_absent]
    sheet.width, sheet.first_day = len(header), first_day

    if style.is_titled:
        for text in _titles(page, style):
            sheet.merged.add(len(sheet.rows))
            sheet.rows.append([text])
    sheet.header_row = len(sheet.rows)
    sheet.rows.append(header)

    known = len(page.days)
    first_row = len(sheet.rows)
    for number, (roll, child) in enumerate(page.pupils):
        row: list[Cell | Count] = [_roll(style, roll)]
        for extra in style.extra:
            row.append(_extra(style, extra, number + 1, child, page.school.udise, households))
        row.append(written_name(style, seed, page.school.udise, child))
        marks = page.marks[number]
        for column, day in enumerate(days):
            kind = page.day_kinds[column] if column < known else _coming_kind(page, day)
            mark = int(marks[column]) if column < known else 0
            row.append(_cell(style, mark, kind, day))
        if style.has_sums:
            at = len(sheet.rows)
            for mark in (PRESENT, ABSENT):
                row.append(
                    Count(
                        style.marks[mark],
                        (at, first_day),
                        (at, last_day),
                        int((marks == mark).sum()),
                    )
                )
        sheet.rows.append(row)
    last_row = len(sheet.rows) - 1

    if style.has_sums and page.pupils:
        for text, mark in ((words.present_today, PRESENT), (words.absent_today, ABSENT)):
            sums: list[Cell | Count] = [*[None] * (first_day - 1), text]
            for column in range(len(days)):
                if column >= known or page.day_kinds[column] != OPEN:
                    sums.append(None)
                    continue
                at = first_day + column
                value = int((page.marks[:, column] == mark).sum())
                sums.append(Count(style.marks[mark], (first_row, at), (last_row, at), value))
            sheet.rows.append(sums)
    sheet.rows.append([])
    signatures: list[Cell | Count] = [None] * sheet.width
    signatures[min(1, first_day - 1)] = words.signatures[0]
    signatures[max(first_day + 1, last_day - 6)] = words.signatures[1]
    sheet.rows.append(signatures)
    return sheet


def _columns(page: Page, style: Style) -> list[date]:
    days = list(page.days)
    if style.whole_month:
        length = monthrange(page.month.year, page.month.month)[1]
        days += [page.month + timedelta(days=n) for n in range(len(days), length)]
    return days


def _titles(page: Page, style: Style) -> Sequence[str]:
    uses_own_script = style.language != "en"
    return (
        style.words.title.format(
            school=page.school.own_name if uses_own_script else page.school.name,
            udise=page.school.udise,
        ),
        style.words.subtitle.format(
            grade=grade_label(style, page.grade),
            section=page.section,
            month=style.month_name(page.month),
            year=style.number(page.month.year),
        ),
    )


def _day_heading(style: Style, day: date) -> Cell:
    match style.day_label:
        case DayLabel.DATE:
            return day
        case DayLabel.TEXT:
            return f"{day:%d/%m/%Y}"
    return style.number(day.day) if style.digits[0] != "0" else day.day


def _roll(style: Style, roll: int) -> Cell:
    return style.number(roll) if style.digits[0] != "0" else roll


def _extra(
    style: Style,
    extra: str,
    serial: int,
    child: Child,
    school: str,
    households: dict[str, Household],
) -> Cell:
    if extra == "serial":
        return _roll(style, serial)
    if extra == "admission":
        return child.admission_numbers[school]
    guardian = households[child.household].guardians[0]
    return guardian.name.own if style.names == "own" else guardian.name.latin


def _coming_kind(page: Page, day: date) -> int:
    """Of a day after the last one known: a weekly day off is filled in beforehand."""
    return WEEKLY_OFF if day.weekday() == page.school.weekly_off else OPEN


def _cell(style: Style, mark: int, kind: int, day: date) -> Cell:
    if kind == WEEKLY_OFF:
        return style.off_word(day.weekday()) if style.fills_days_off else None
    if kind != OPEN or mark == HOLIDAY:
        return style.marks[HOLIDAY] if style.fills_holidays else None
    text = style.marks[mark]
    if text in ("0", "1"):
        return int(text)
    return text or None
