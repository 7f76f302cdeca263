"""The door: a file in, pages of marks out, with what could not be read said plainly.

What is accepted, and every choice between two readings, is described in the package's README.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path

from aanchal.lib.marks import Mark
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Limits, Problem, Unreadable
from aanchal.lib.tabular.sheet import Progress, Sheet
from aanchal.lib.tabular.sheets import Source, open_sheets
from aanchal.lib.tabular.texts import Cell

from .blocks import Block
from .columns import Part
from .forms import form_of, key_of_book, sheet_name_title
from .head import Layout
from .headers import LOOK_AHEAD, Row, find_header
from .identity import Evidence, Said, read_hints
from .interpretation import Builder
from .labels import Field
from .long import read_long
from .marks import Sense, sense_of
from .pages import Counts, Page, join_pages
from .problems import Hints, Problems
from .same_class import SameClass, ask_of_difference
from .sentences import SENTENCES
from .shapes import as_table
from .titles import Title, title_of_name
from .wide import Table


def read_registers(
    source: Source,
    *,
    filename: str,
    hints: Hints,
    limits: Limits,
    today: date,
    progress: Progress | None = None,
) -> Iterator[Page]:
    """Read every register in a file: one page for each class-section and month.

    Args:
        source: an open, seekable binary file, or a path. It is not closed.
        filename: the name the user gave it; asked only where the file itself is silent.
        hints: what the user said. It fills silence; a disagreement is a problem, and the file's own
            word stands.
        today: the day of reading. Marks after it are reported.
        progress: told the share done, 0 to 1, from time to time.

    Yields:
        Pages in the order of the file. A long form gives its pages at the end of the file, since a
        class may go on to the last line. At least one page.

    Raises:
        Unreadable: the file as a whole cannot be read, or holds no register; nothing was yielded
            before, except where a text file breaks off in its middle.
    """
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from read_registers(
                stream,
                filename=filename,
                hints=hints,
                limits=limits,
                today=today,
                progress=progress,
            )
        return
    problems = Problems(limits.problems)
    said = read_hints(hints, problems)
    sheets = open_sheets(source, limits=limits, progress=progress)
    notes = problems.close()  # what belongs to the file and not to a page
    notes += [
        Problem(None, None, "hidden_sheet", SENTENCES["hidden_sheet"], {}, sheet.name)
        for sheet in sheets
        if sheet.hidden and _head_of(sheet)[0] is not None
    ]
    reading = _Reading(title_of_name(filename, is_file=True), said, limits, today, notes)
    held = None
    for page in reading.pages(sheets, progress):
        # One page is held back, so that what is found on the last sheets is still said.
        if held is not None:
            yield held
        held = page
        held.problems = notes + held.problems
        notes.clear()
    if held is None:
        raise _nothing(notes)
    held.problems += notes + stray_quotes(sheets)
    held.assumed += reading.passed
    yield held


def stray_quotes(sheets: list[Sheet]) -> list[Problem]:
    """The lines on which a quotation mark is opened and never closed, once they were read."""
    return [
        Problem(row, None, "stray_quote", SENTENCES["stray_quote"])
        for sheet in sheets
        for row in sheet.stray_quotes
    ]


class _Reading:
    """One file being read; `notes` gathers what is said of sheets that gave no page."""

    def __init__(
        self, file: Title, said: Said, limits: Limits, today: date, notes: list[Problem]
    ) -> None:
        self.file = file
        self.said = said
        self.limits = limits
        self.today = today
        self.notes = notes
        self.passed: list[Problem] = []  # sheets without a register
        self.key: dict[str, Mark] = {}  # the key of marks, wherever in the file it stands

    def pages(self, sheets: list[Sheet], progress: Progress | None) -> Iterator[Page]:
        """The pages of all visible sheets; sheets of single days are put together at the end."""
        visible = [sheet for sheet in sheets if not sheet.hidden and not sheet.survey.is_blank]
        several = len(visible) > 1
        if len(sheets) > 1:
            self.key = key_of_book(sheets)
        days: dict[tuple[str | None, ...], Page] = {}
        same = SameClass(self.said.answers)
        for number, sheet in enumerate(visible, 1):
            try:
                for page in _pages_of(sheet, self, [s.name for s in visible]):
                    _mark_sheet(page, sheet.name if several else None)
                    if several and page.is_day:
                        _gather(days, page, self.said.answers)
                    elif several:
                        same.hold(page)
                    elif same.compare(page):
                        yield page
            except Unreadable as refusal:
                if not several or refusal.code != "no_day":
                    raise
                self.note("no_day", sheet)
            if progress and len(visible) > 1:
                progress(number / len(visible))
        yield from same.held()
        yield from days.values()

    def note(self, code: str, sheet: Sheet) -> None:
        self.notes.append(Problem(None, None, code, SENTENCES[code], {}, sheet.name))

    def pass_over(self, sheet: Sheet) -> None:
        code = "sheet_passed_over"
        self.passed.append(Problem(None, None, code, SENTENCES[code], {}, sheet.name))


def _nothing(notes: list[Problem]) -> Unreadable:
    """The refusal of a file without a page: the most useful reason there is."""
    codes = {note.code for note in notes}
    if "no_day" in codes:
        return Unreadable("no_day", SENTENCES["no_day"])
    if "hidden_sheet" in codes:
        return Unreadable(
            "hidden_only",
            N_(
                "The register stands on a hidden sheet. Show the sheet, save the file and send it again."
            ),
        )
    return Unreadable(
        "no_register",
        N_(
            "No register was found in this file. It needs a row with the days 1, 2, 3 … above the "
            "marks and a row for each child, or a column each for date, child and status."
        ),
    )


def _mark_sheet(page: Page, name: str | None) -> None:
    if name is not None:
        page.sheet = name
        page.problems = [p.with_sheet(p.sheet or name) for p in page.problems]
        page.asks = [ask.with_sheet(name) for ask in page.asks]
        page.assumed = [note.with_sheet(name) for note in page.assumed]
        page.questions = [q._replace(sheet=name) for q in page.questions]


def _gather(days: dict[tuple[str | None, ...], Page], page: Page, answers: dict[str, str]) -> None:
    """Put a sheet of one day with the other days of its class and month."""
    key = (page.school, page.grade, page.section, page.month)
    if key in days:
        ask_of_difference(days[key], page, answers)
        join_pages(days[key], page)
        days[key].sheet = None
    else:
        days[key] = page


def _is_mostly_lost(rows: Sequence[tuple[int, Sequence[Cell]]]) -> bool:
    """True where most of what is written, or nearly every word, became question marks."""
    words = [cell for _, row in rows for cell in row if isinstance(cell, str) and cell.strip()]
    words = [word for word in words if not any(map(str.isdigit, word))]
    long = [word for word in words if len(word) > 2]
    if len(words) < _LEAST_WORDS:
        return False
    lost, lost_long = sum(map(_is_lost, words)), sum(map(_is_lost, long))
    # Words of our alphabet may stand among those that were lost: sums, a key.
    if lost_long >= _LOST_FEW and lost_long * 4 > len(long) * 3:
        return True
    return lost * 2 > len(words) or (lost_long >= _LOST_WORDS and lost_long * 4 > len(long))


def _is_lost(word: str) -> bool:
    return "?" in word and not word.strip("? -:/().")


_LEAST_WORDS = 10
_LOST_WORDS = 6
_LOST_FEW = 4  # in a small class, where nearly every word of more than two letters is lost


def _pages_of(sheet: Sheet, reading: _Reading, names: list[str]) -> Iterator[Page]:
    file_title, limits, today = reading.file, reading.limits, reading.today
    found, ahead, rows = _head_of(sheet)
    if _is_mostly_lost(ahead):
        raise Unreadable("lost_letters", SENTENCES["lost_letters"])
    noted = Problems(limits.problems, reading.said.answers)
    table_of = as_table(sheet, found[0] if found else None, ahead, noted)
    if table_of is None:
        yield Page(
            None, None, None, None, None, [], [], Counts(), questions=list(noted.asked.values())
        )
        return
    if table_of is not sheet:
        sheet = table_of
        found, ahead, rows = _head_of(sheet)
    assumed = noted.assumed
    if found is None:
        if _holds_marks(ahead):
            reading.note("not_understood", sheet)
        else:
            reading.pass_over(sheet)
        return
    form = form_of(found[0])
    said = reading.said.of_form(form)
    sheet_title = sheet_name_title(sheet.name, names, ahead, found[0], file_title)
    problems = Problems(limits.problems, said.answers)
    if found[0].is_long:
        is_day = Field.DATE not in found[0].fields
        for page in read_long(
            sheet, sheet_title, file_title, said, limits=limits, today=today, book_key=reading.key
        ):
            page.is_day, page.form = is_day, form
            page.assumed = [*assumed, *page.assumed]
            yield page
        return
    if sheet.repaired_encoding:
        problems.add(None, None, "double_encoded")
    if sheet.damaged_letters:
        problems.add(None, None, "damaged_letters")
    table = Table(sheet, limits=limits, problems=problems, names=(sheet_title, file_title))
    blocks = table.read(found, ahead, rows)
    if sheet.survey.cut_below is not None:
        problems.add(None, None, "cut_below", row=sheet.survey.cut_below)
    waiting = problems.close()
    groups = list(_groups(blocks))
    if len(groups) > limits.pages or any(len(b.layout.days) > limits.columns for b in blocks):
        raise Unreadable(
            "too_many_pages",
            N_(
                "The file holds more than %(pages)d classes or %(columns)d columns of days. Send it in "
                "several files."
            ),
            pages=limits.pages,
            columns=limits.columns,
        )
    # A key that stands once, below the last class, is the key of all.
    marks_key = dict(reading.key)
    for block in blocks:
        marks_key = block.legend | marks_key
    for number, (group, key) in enumerate(groups, 1):
        evidence = Evidence(group[0].block.title, sheet_title, file_title, said, today)
        pages = Builder(
            group, table.symbols, key, evidence, sheet.survey, limits, marks_key
        ).pages()
        last = max((part.lines[-1].row for part in group if part.lines), default=0)
        mine = [p for p in waiting if p.row is None or p.row <= last or number == len(groups)]
        waiting = [p for p in waiting if p not in mine]
        pages[0].problems = mine + pages[0].problems
        if number == 1:
            pages[0].assumed = [*assumed, *problems.assumed, *pages[0].assumed]
        for page in pages:
            page.form = form
            page.questions = [*problems.asked.values(), *page.questions]
        yield from pages


def _head_of(
    sheet: Sheet,
) -> tuple[tuple[Layout, int] | None, list[Row], Iterator[Row]]:
    """The first head of a sheet (None for a sheet that is no register), the rows looked at, the rest."""
    rows: Iterator[Row] = enumerate(sheet.rows(), 1)
    ahead = list(islice(rows, LOOK_AHEAD))
    return find_header(ahead), ahead, rows


def _holds_marks(rows: list[Row]) -> bool:
    """True for a sheet that is no register we can read, and yet is full of marks."""
    marks = sum(
        sense_of(cell) in (Sense.PRESENT, Sense.ABSENT, Sense.TICK)
        for _, row in rows
        for cell in row
        if isinstance(cell, str) and 0 < len(cell) < 12
    )
    return marks >= 20


def _groups(
    blocks: list[Block],
) -> Iterator[tuple[list[Part], tuple[str, str, str, str]]]:
    """Parts that make a page together: blocks under one title, or rows that name one class."""
    runs: list[list[Block]] = []
    for block in blocks:
        if runs and _same_page(runs[-1][0], block):
            runs[-1].append(block)
        else:
            runs.append([block])
    for run in runs:
        by_key: dict[tuple[str, str, str, str], dict[int, Part]] = {}
        for number, block in enumerate(run):
            for line in block.lines:
                parts = by_key.setdefault(line.key, {})
                if number not in parts:
                    parts[number] = Part(block, [])
                parts[number].lines.append(line)
        if not by_key:
            yield [Part(run[0], [])], ("", "", "", "")
        for key, parts in by_key.items():
            yield list(parts.values()), key


def _same_page(one: Block, other: Block) -> bool:
    a, b = one.title, other.title
    return (a.school, a.grade, a.section, a.month) == (b.school, b.grade, b.section, b.month)
