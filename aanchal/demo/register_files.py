"""The made-up district's files, as its schools and offices really send them.

Under `registers/`: the area and school directories in their published layouts, the calendar, a
pupil file a school, and every register page in the school's own style. Beside it `truth.json`
says what really happened; no importer reads it.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from aanchal.lib.indic.digits import ROMAN

from .area_files import write_area_files
from .attendance import LEAVE, NOT_TAKEN, OPEN, PRESENT, Page, Registers
from .facts import School
from .house_style import STYLES, Container, DayLabel, Style
from .page_sheet import Cell, Count, Sheet, page_sheet, written_name
from .pupil_files import IN_MEMORY, PupilFile, made_at, write_pupil_files
from .readme import README

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written where; lists in the order in which to import them."""

    folder: Path
    areas: tuple[Path, ...]
    schools: Path
    calendar: Path
    pupils: tuple[PupilFile, ...]
    registers: tuple[Path, ...]
    truth: Path


def style_of(registers: Registers, school: School) -> Style:
    """The style in which this school keeps its register."""
    return STYLES[registers.district.schools.index(school) % len(STYLES)]


def write_files(registers: Registers, folder: Path, *, progress: Progress | None = None) -> Written:
    """Write everything under `folder`, which is made if need be.

    Args:
        registers: the simulated window.
        folder: usually `var/demo`; files go to its `registers/`, the truth beside them.
        progress: called with (pages written, pages in all) after each file.
    """
    target = folder / "registers"
    target.mkdir(parents=True, exist_ok=True)
    areas, schools, calendar = write_area_files(registers, target)
    pupils = write_pupil_files(registers, target / "pupils")
    written = tuple(write_registers(registers, target, progress=progress))
    truth = folder / "truth.json"
    truth.write_text(json.dumps(truth_of(registers), indent=1), encoding="utf-8")
    (target / "README.txt").write_text(README, encoding="utf-8")
    return Written(target, areas, schools, calendar, pupils, written, truth)


def truth_of(registers: Registers) -> dict[str, object]:
    """The planted stories with the register line of each child, ready for JSON."""
    children = {child.key: child for child in registers.district.children}
    stories = []
    for story in registers.stories:
        enrolment = children[story.child].enrolments[-1]
        row = {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(story).items()}
        row |= {
            "school": enrolment.school,
            "class": ROMAN[enrolment.grade],
            "section": enrolment.section,
            "roll": enrolment.roll,
            "sex": children[story.child].sex,
        }
        stories.append(row)
    return {
        "seed": registers.district.seed,
        "today": registers.district.today.isoformat(),
        "first": registers.first.isoformat(),
        "last": registers.last.isoformat(),
        "stories": stories,
    }


def write_registers(
    registers: Registers, target: Path, *, progress: Progress | None = None
) -> Iterator[Path]:
    """Write every page; yields the files, month by month within a school, exports last."""
    pages = list(registers.pages())
    done = 0
    exported: list[Page] = []
    for school, own_pages in groupby(pages, key=lambda page: page.school):
        style = style_of(registers, school)
        folder = target / school.udise
        for month, of_month in groupby(own_pages, key=lambda page: page.month):
            group = list(of_month)
            if style.container is Container.EXPORT:
                exported += group
                continue
            folder.mkdir(exist_ok=True)
            for path, content in _files_of_month(folder, school, month, group, style):
                sheets = [
                    page_sheet(
                        page,
                        style,
                        seed=registers.district.seed,
                        households=registers.district.households,
                    )
                    for page in content
                ]
                write_sheets(path, sheets, style, registers.last)
                done += len(content)
                if progress:
                    progress(done, len(pages))
                yield path
    exported.sort(key=lambda page: (page.month, page.school.udise, page.grade, page.section))
    for month, of_month in groupby(exported, key=lambda page: page.month):
        group = list(of_month)
        path = target / f"state-export-{month:%Y-%m}.csv"
        _write_export(path, group, registers.district.seed)
        done += len(group)
        if progress:
            progress(done, len(pages))
        yield path


def _files_of_month(
    folder: Path, school: School, month: date, pages: list[Page], style: Style
) -> Iterator[tuple[Path, list[Page]]]:
    if style.container is Container.WORKBOOK:
        yield folder / f"{school.udise}_{month:%Y-%m}.{style.suffix}", pages
        return
    for page in pages:
        name = f"{school.udise}_{ROMAN[page.grade]}_{page.section}_{month:%Y-%m}.{style.suffix}"
        yield folder / name, [page]


def write_sheets(path: Path, sheets: Iterable[Sheet], style: Style, on: date) -> None:
    """Write sheets as one workbook, or the only sheet as CSV, in the school's own way."""
    if style.suffix == "csv":
        for sheet in sheets:
            _write_csv(path, sheet, style)
        return
    with xlsxwriter.Workbook(path, IN_MEMORY) as book:
        # A fixed date of making: the same district gives the same bytes.
        book.set_properties({"created": made_at(on)})
        title_format = book.add_format({"bold": True, "align": "center"})
        header_format = book.add_format({"bold": True, "border": 1})
        day_format = book.add_format({"bold": True, "border": 1, "num_format": "dd/mm/yyyy"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            page.set_column(sheet.first_day - 1, sheet.first_day - 1, 30)
            page.set_column(
                sheet.first_day, sheet.width - 1, 11 if style.day_label is DayLabel.DATE else 6
            )
            for number, row in enumerate(sheet.rows):
                if number in sheet.merged:
                    page.merge_range(number, 0, number, sheet.width - 1, row[0], title_format)
                elif number == sheet.header_row:
                    for column, cell in enumerate(row):
                        if isinstance(cell, date):
                            page.write_datetime(number, column, cell, day_format)
                        else:
                            page.write(number, column, cell, header_format)
                else:
                    _write_row(page, number, row, uses_formulas=style.has_formulas)


def _write_row(
    page: Worksheet, number: int, row: list[Cell | Count], *, uses_formulas: bool
) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            page.write_string(number, column, cell)
        elif isinstance(cell, int):
            page.write_number(number, column, cell)
        elif isinstance(cell, Count):
            if uses_formulas:
                reach = xl_range(*cell.first, *cell.last)
                page.write_formula(
                    number, column, f'=COUNTIF({reach},"{cell.sign}")', None, cell.value
                )
            else:
                page.write_number(number, column, cell.value)


def _plain(cell: Cell | Count) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Count):
        return str(cell.value)
    return f"{cell:%d-%m-%Y}" if isinstance(cell, date) else str(cell)


def _write_csv(path: Path, sheet: Sheet, style: Style) -> None:
    with path.open("w", encoding=style.encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=style.delimiter)
        for row in sheet.rows:
            cells = [_plain(cell) for cell in row]
            writer.writerow(cells + [""] * (sheet.width - len(cells)))


_STATUS = {PRESENT: "Present", 2: "Absent", LEAVE: "Leave"}


def _write_export(path: Path, pages: list[Page], seed: int) -> None:
    """The long form of the state's own system: a line a pupil a day, taken days only."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(
            ["udise_code", "class", "section", "roll_no", "student_name", "date", "status"]
        )
        for page in pages:
            style = Style(Container.EXPORT, names="upper")
            names = [written_name(style, seed, page.school.udise, c) for _, c in page.pupils]
            for column, day in enumerate(page.days):
                if page.day_kinds[column] != OPEN:
                    continue
                for number, (roll, _) in enumerate(page.pupils):
                    mark = int(page.marks[number, column])
                    if mark == NOT_TAKEN:
                        continue
                    writer.writerow(
                        [
                            page.school.udise, page.grade, page.section, roll, names[number],
                            day.isoformat(), _STATUS[mark],
                        ]
                    )  # fmt: skip
