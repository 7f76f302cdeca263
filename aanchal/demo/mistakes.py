"""Registers that are wrong in the ways registers really are, for trying the repair screens."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from aanchal.lib.indic.digits import ROMAN

from .area_files import SCHOOL_HEADING, school_row
from .attendance import ABSENT, NOT_TAKEN, OPEN, PRESENT, Page, Registers
from .calendar import months_before
from .house_style import LETTERS, Container, Style
from .page_sheet import Sheet, page_sheet
from .readme import MISTAKES_README
from .register_files import write_sheets

_STYLE = Style(Container.PAGES, names="latin", marks=LETTERS)


def write_mistakes(registers: Registers, folder: Path) -> tuple[Path, ...]:
    """Write the wrong files and a README that says what is wrong with each."""
    target = folder / "registers-with-mistakes"
    target.mkdir(parents=True, exist_ok=True)
    page = _a_whole_page(registers)
    lines: list[str] = []
    written: list[Path] = []

    def keep(name: str, sheet: Sheet, what: str, style: Style = _STYLE) -> None:
        path = target / name
        write_sheets(path, [sheet], style, registers.last)
        written.append(path)
        lines.append(f"{name}\n    {what}")

    def sheet_of(a_page: Page, style: Style = _STYLE) -> Sheet:
        return page_sheet(
            a_page, style, seed=registers.district.seed, households=registers.district.households
        )

    udise = page.school.udise
    where = f"class {ROMAN[page.grade]}, section {page.section}"

    keep(
        "31-february.xlsx",
        _thirty_first_of_february(sheet_of(_february(page))),
        "February has a column for the 29th, 30th and 31st.",
    )
    keep(
        "one-roll-twice.xlsx",
        _one_roll_twice(sheet_of(page)),
        f"Two pupils of {where} have roll number 2.",
    )
    keep(
        "another-schools-register.xlsx",
        sheet_of(_another_schools(registers, page)),
        f"Sent in as the register of {udise}, but it is another school's. "
        f"(Say --school {udise} to see.)",
    )
    keep(
        "next-months-register.xlsx",
        sheet_of(_next_month(registers, page)),
        "The month has not come yet, and marks are already in it.",
    )
    keep(
        "all-absent.xlsx",
        sheet_of(_all_absent(page)),
        "One day every child is absent. Was the school closed that day?",
    )
    keep(
        "words-for-marks.xlsx",
        _words_for_marks(sheet_of(page), page),
        "Some cells hold words that are no marks.",
    )
    keep(
        "unknown-pupils.xlsx",
        _unknown_pupils(sheet_of(page)),
        "Three names nobody has enrolled, and one name written quite otherwise.",
    )
    text_style = replace(_STYLE, suffix="csv", encoding="utf-8", is_titled=False)
    keep(
        "no-title.csv",
        sheet_of(page, text_style),
        "No title, and a name that says nothing: which school, class and month is this? "
        f"(Say --school {udise} --class {ROMAN[page.grade]} --section {page.section} "
        f"--month {page.month:%Y-%m}.)",
        text_style,
    )
    written.append(_schools_with_mistakes(registers, target / "schools-with-mistakes.csv"))
    lines.append(
        "schools-with-mistakes.csv\n    A school far from its block, one whose code a spreadsheet "
        "has shortened, and one given twice."
    )
    (target / "README.txt").write_text(
        MISTAKES_README.format(lines="\n".join(lines)), encoding="utf-8"
    )
    return tuple(written)  # fmt: skip


def _a_whole_page(registers: Registers) -> Page:
    """A class of middling size in the last month that is over, or the newest there is."""
    pages = [page for page in registers.pages() if 8 <= len(page.pupils) <= 45]
    over = [p for p in pages if p.month < registers.last.replace(day=1)] or pages
    newest = max(page.month for page in over)
    of_month = [page for page in over if page.month == newest]
    return max(of_month, key=lambda p: (p.grade == 6, len(p.pupils), p.school.udise))


def _february(page: Page) -> Page:
    """The page as if its month were the February before it."""
    year = page.month.year if page.month.month > 2 else page.month.year - 1
    month = page.month.replace(year=year, month=2)
    days = tuple(month + timedelta(days=n) for n in range(28))
    kinds = tuple(1 if d.weekday() == page.school.weekly_off else OPEN for d in days)
    marks = np.resize(np.where(page.marks == ABSENT, ABSENT, PRESENT), (len(page.pupils), 28))
    return replace(
        page, month=month, days=days, day_kinds=kinds, closed_names={},
        marks=marks.astype(np.uint8),
    )  # fmt: skip


def _first_pupil_row(sheet: Sheet) -> int:
    return sheet.header_row + 1


def _thirty_first_of_february(sheet: Sheet) -> Sheet:
    header = sheet.rows[sheet.header_row]
    first_day = header.index(1)
    at = max(i for i, cell in enumerate(header) if isinstance(cell, int)) + 1
    days = [d for d in (29, 30, 31) if d not in header[first_day:]]
    header[at:at] = days
    for row in sheet.rows[_first_pupil_row(sheet) :]:
        if len(row) > at and row[0]:
            row[at:at] = ["P"] * len(days)
    sheet.width += len(days)
    return sheet


def _one_roll_twice(sheet: Sheet) -> Sheet:
    first = _first_pupil_row(sheet)
    sheet.rows[first + 2][0] = sheet.rows[first + 1][0]
    return sheet


def _another_schools(registers: Registers, page: Page) -> Page:
    """Another school's page of the same month, as near in class as there is."""
    others = [
        other
        for other in registers.pages()
        if other.month == page.month
        and other.school.block == page.school.block
        and other.school.udise != page.school.udise
        and len(other.pupils) >= 5
    ]
    return min(others, key=lambda other: (abs(other.grade - page.grade), other.school.udise))


def _next_month(registers: Registers, page: Page) -> Page:
    month = months_before(registers.district.today, -1)
    days = tuple(month + timedelta(days=n) for n in range(28))
    kinds = tuple(1 if d.weekday() == page.school.weekly_off else OPEN for d in days)
    marks = np.full((len(page.pupils), 28), PRESENT, np.uint8)
    return replace(page, month=month, days=days, day_kinds=kinds, closed_names={}, marks=marks)


def _all_absent(page: Page) -> Page:
    marks = page.marks.copy()
    column = next(c for c in range(10, len(page.days)) if page.day_kinds[c] == OPEN)
    marks[:, column] = np.where(marks[:, column] == NOT_TAKEN, NOT_TAKEN, ABSENT)
    marks[:, column] = ABSENT
    return replace(page, marks=marks)


def _words_for_marks(sheet: Sheet, page: Page) -> Sheet:
    first = _first_pupil_row(sheet)
    taken = [c for c in range(len(page.days)) if (page.marks[:, c] == PRESENT).any()]
    for offset, word in enumerate(("at uncle's", "PP", "?")):
        sheet.rows[first + offset][sheet.first_day + taken[offset]] = word
    return sheet


def _unknown_pupils(sheet: Sheet) -> Sheet:
    first = _first_pupil_row(sheet)
    name = sheet.rows[sheet.header_row].index(_STYLE.words.name)
    for offset, text in enumerate(("Chameli Kumari", "Bulbul Kumar", "Kokila Kumari")):
        sheet.rows[first + offset][name] = text
        sheet.rows[first + offset][0] = 90 + offset
    given, _, family = str(sheet.rows[first + 3][name]).partition(" ")
    sheet.rows[first + 3][name] = f"{family.upper()} {given[:3]}."
    return sheet


def _schools_with_mistakes(registers: Registers, path: Path) -> Path:
    schools = registers.district.schools[:6]
    rows = [school_row(school, registers.district) for school in schools]
    rows[1][-2:] = [75.5, 15.5]
    rows[3][0] = "9.90101E+10"
    rows.append(list(rows[4]))
    lines = [SCHOOL_HEADING] + [",".join(str(cell) for cell in row) for row in rows]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path
