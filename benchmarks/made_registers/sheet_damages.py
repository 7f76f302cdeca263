"""Damages to rows, columns and sheets: empty ones, missing ones, doubled ones, others among them."""

import copy
from random import Random

from .book import Book, Cell, Sheet
from .plan import Plan

_CONTENT = ("mark", "name")


def tables(book: Book) -> list[Sheet]:
    """The sheets that hold marks or names."""
    return [s for s in book.sheets if next(s.cells(*_CONTENT), None)]


def pupil_rows(sheet: Sheet) -> list[int]:
    return sheet.rows_with("name")


def day_columns(sheet: Sheet) -> list[int]:
    """Columns of the first table that have a day above them."""
    rows = sheet.rows_with("day")
    return [c for r, c, _ in sheet.cells("day") if r == rows[0]]


def blank_rows(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        rows = pupil_rows(sheet)
        for at in sorted(chance.sample(rows[1:], min(2, len(rows) - 1)), reverse=True):
            sheet.insert_row(at)


def blank_columns(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        columns = day_columns(sheet)
        for at in sorted({columns[0], chance.choice(columns[1:])}, reverse=True):
            sheet.insert_column(at)


def blank_edge(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in book.sheets:
        sheet.insert_column(0)
        sheet.insert_row(0)
        sheet.insert_row(0)


def blank_tail(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in book.sheets:
        for _ in range(40):
            sheet.add(*[Cell("") for _ in range(60)])


def week_sums(plan: Plan, book: Book, chance: Random) -> None:
    """A column with the sum of each week, among the days."""
    for sheet in tables(book):
        columns = day_columns(sheet)[6::7]
        for number, at in reversed(list(enumerate(columns, 1))):
            sheet.insert_column(at, Cell(f"Week {number} total", "sum head"))
            for row in pupil_rows(sheet):
                sum_ = str(chance.randrange(3, 7))
                sheet.rows[row][at] = Cell(int(sum_) if plan.form == "xlsx" else sum_, "sum")


def sum_formulas(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        for row, _, cell in sheet.cells("sum"):
            cell.value = f'=COUNTIF(C{row + 1}:AG{row + 1},"P")'


def index_column(plan: Plan, book: Book, chance: Random) -> None:
    """The numbering that a program puts before every line, without a heading."""
    for sheet in tables(book):
        rows = [r for r in sheet.rows_with("name")]
        sheet.insert_column(0)
        for number, row in enumerate(rows):
            sheet.rows[row][0] = Cell(number if plan.form == "xlsx" else str(number), "other")


def _heading_rows(sheet: Sheet) -> list[int]:
    return [r for r in sheet.rows_with("weekday", "day", "head") if r < pupil_rows(sheet)[0]]


def heading_repeated(plan: Plan, book: Book, chance: Random) -> None:
    """The headings again in the middle, as on the second page of a print."""
    for sheet in tables(book):
        _repeat(sheet, _heading_rows(sheet))


def title_repeated(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        _repeat(sheet, sorted({*sheet.rows_with("title"), *_heading_rows(sheet)}))


def _repeat(sheet: Sheet, which: list[int]) -> None:
    rows = pupil_rows(sheet)
    at = rows[len(rows) // 2]
    again = [copy.deepcopy(sheet.rows[r]) for r in which]
    for cells in reversed(again):
        sheet.insert_row(at, cells)
    sheet.insert_row(at)


def cover_sheet(plan: Plan, book: Book, chance: Random) -> None:
    cover = Sheet("Instructions")
    cover.add("How to fill in this workbook")
    cover.add("1. Write P or A for each pupil on each day.")
    cover.add("2. Do not change the headings.")
    cover.add("Version 3.2, 01-04-2019")
    book.sheets.insert(0, cover)


def columns_swapped(plan: Plan, book: Book, chance: Random) -> None:
    """Two days far apart change places, heading and marks together.

    Of two neighbours nobody could say whether their marks went with them: that is
    `headings_swapped`.
    """
    for sheet in tables(book):
        columns = day_columns(sheet)
        at = chance.randrange(len(columns) - 5)
        one, two = columns[at], chance.choice(columns[at + 4 :])
        for cells in sheet.rows:
            if len(cells) > max(one, two) and cells[one].role in ("day", "mark", "weekday", "foot"):
                cells[one], cells[two] = cells[two], cells[one]


def pupils_shuffled(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        rows = pupil_rows(sheet)
        lines = [sheet.rows[r] for r in rows]
        chance.shuffle(lines)
        for row, cells in zip(rows, lines, strict=True):
            sheet.rows[row] = cells


def day_missing(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        gone = chance.choice(day_columns(sheet)[1:-1])
        first = sheet.rows_with("day")[0]
        for number, cells in enumerate(sheet.rows):
            if len(cells) > gone and (number >= first or cells[gone].role == "weekday"):
                del cells[gone]


def cut_right(plan: Plan, book: Book, chance: Random) -> None:
    """The right half of the page is not in the file."""
    for sheet in tables(book):
        columns = day_columns(sheet)
        keep = columns[len(columns) // 2]
        for cells in sheet.rows:
            del cells[keep:]


def cut_below(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        rows = pupil_rows(sheet)
        del sheet.rows[rows[max(2, len(rows) // 2)] :]


def sheet_twice(plan: Plan, book: Book, chance: Random) -> None:
    twin = copy.deepcopy(book.sheets[0])
    twin.name += " (2)"
    book.sheets.append(twin)


def sheet_twice_differing(plan: Plan, book: Book, chance: Random) -> None:
    """A copy in which some marks were changed: nobody can know which sheet is right."""
    sheet_twice(plan, book, chance)
    values = {cell.value for _, _, cell in book.sheets[0].cells("mark")}
    marks = [cell for _, _, cell in book.sheets[-1].cells("mark") if cell.value is not None]
    for cell in chance.sample(marks, min(6, len(marks))):
        others = sorted((v for v in values if v != cell.value and v is not None), key=str)
        if others:
            cell.value = others[0]
            book.open.add("marks")


def merged_title(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in book.sheets:
        for row in sheet.rows_with("title"):
            filled = [c for c, cell in enumerate(sheet.rows[row]) if cell.value is not None]
            if len(filled) == 1:
                # From the cell that holds it: what stands elsewhere in a merged range is lost.
                sheet.merged.append((row, filled[0], row, filled[0] + 12))


def hidden_columns(plan: Plan, book: Book, chance: Random) -> None:
    """Columns folded away: the second week, and what is neither roll nor name."""
    for sheet in tables(book):
        columns = day_columns(sheet)
        sheet.hidden_columns |= set(columns[6:12])
        sheet.hidden_columns |= {c for _, c, _ in sheet.cells("other")}


def names_split(plan: Plan, book: Book, chance: Random) -> None:
    """First and last name in columns of their own."""
    for sheet in tables(book):
        column = next(sheet.cells("name"))[1]
        heads = [r for r, c, cell in sheet.cells("head") if c == column]
        rows = pupil_rows(sheet)
        sheet.insert_column(column + 1)
        for row in heads:
            sheet.rows[row][column].value = "First Name"
            sheet.rows[row][column + 1] = Cell("Last Name", "head")
        for row in rows:
            # A name may be missing already.
            first, _, last = (sheet.rows[row][column].value or "").rpartition(" ")
            sheet.rows[row][column].value = first or last or None
            sheet.rows[row][column + 1] = Cell(last if first else None, "other")
