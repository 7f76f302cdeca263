"""Damages to what stands in single cells: headings, dates, marks, letters."""

import string
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from random import Random

from .book import Book, Cell, Sheet
from .marking import MARKINGS
from .plan import Plan
from .sheet_damages import day_columns, tables
from .words import WORDS, month_as_written


def _first_days(sheet: Sheet) -> list[Cell]:
    row = sheet.rows_with("day")[0]
    return [sheet.rows[row][column] for column in day_columns(sheet)]


def _number(plan: Plan, cell: Cell, number: int) -> object:
    return number if isinstance(cell.value, int) else str(number)


def heading_slip(plan: Plan, book: Book, chance: Random) -> None:
    """A wrong number between two right ones, so that its neighbours tell which is meant."""
    days = _first_days(tables(book)[0])
    inner = [
        i for i in range(1, len(days) - 1)
        if abs(int(days[i + 1].value) - int(days[i - 1].value)) == 2
    ]  # fmt: skip
    at = chance.choice(inner)
    right = int(days[at].value)
    wrong = chance.choice([right + 10 if right < 21 else right - 10, int(days[at - 1].value)])
    days[at].value = _number(plan, days[at], wrong)


def headings_swapped(plan: Plan, book: Book, chance: Random) -> None:
    """Two headings change places and their marks do not: a slip, or not."""
    days = _first_days(tables(book)[0])
    at = chance.randrange(2, len(days) // 2 - 2)
    days[at].value, days[at + 1].value = days[at + 1].value, days[at].value
    book.open.add("days")


def heading_letters(plan: Plan, book: Book, chance: Random) -> None:
    """l and O where 1 and 0 were meant, in some headings."""
    days = _first_days(tables(book)[0])
    for cell in days[8:22:3]:
        text = str(int(cell.value))
        cell.value = text.replace("1", "l").replace("0", "O")


def heading_formulas(plan: Plan, book: Book, chance: Random) -> None:
    """1, and then each heading the one before and 1: formulas that nothing has calculated."""
    sheet = tables(book)[0]
    row = sheet.rows_with("day")[0]
    days = _first_days(sheet)
    # Letters may already stand for digits in some of them.
    numbers = [int(str(day.value).replace("l", "1").replace("O", "0")) for day in days]
    step = {d: numbers[d] - numbers[d - 1] for d in range(1, len(numbers))}
    for number, column in list(enumerate(day_columns(sheet)))[1:]:
        letters = _letters(column - 1)
        sheet.rows[row][column].value = f"={letters}{row + 1}{step[number]:+d}"


def _letters(column: int) -> str:
    first, second = divmod(column, 26)
    return (string.ascii_uppercase[first - 1] if first else "") + string.ascii_uppercase[second]


def heads_bilingual(plan: Plan, book: Book, chance: Random) -> None:
    other = "hi" if plan.language == "en" else "en"
    by_word = {word: WORDS[other][key] for key, word in WORDS[plan.language].items()}
    for sheet in book.sheets:
        for _, _, cell in sheet.cells("head"):
            if cell.value in by_word and by_word[cell.value] != cell.value:
                cell.value = f"{cell.value} / {by_word[cell.value]}"


def decimal_numbers(plan: Plan, book: Book, chance: Random) -> None:
    """Numbers as a program writes a column that had an empty cell: 1.0, 2.0."""
    for sheet in tables(book):
        for _, _, cell in sheet.cells("roll", "serial", "mark", "sum"):
            if isinstance(cell.value, str) and cell.value.isascii() and cell.value.isdigit():
                cell.value += ".0"


def _day_in(plan: Plan, cell: Cell) -> date:
    if isinstance(cell.value, date):
        return cell.value
    from .lists import _DATES

    return datetime.strptime(str(cell.value), _DATES[plan.variant]).date()


def midnight_utc(plan: Plan, book: Book, chance: Random) -> None:
    """Midnight in India, as a program writes it in the time of Greenwich: the day before."""
    for sheet in tables(book):
        for _, _, cell in sheet.cells("date"):
            day = _day_in(plan, cell) - timedelta(days=1)
            cell.value, cell.style = f"{day.isoformat()}T18:30:00.000Z", ""


def before_midnight(plan: Plan, book: Book, chance: Random) -> None:
    """Midnight written ten seconds early by another program."""
    for sheet in tables(book):
        for _, _, cell in sheet.cells("day"):
            cell.value = datetime.combine(cell.value - timedelta(days=1), time(23, 59, 50))


def us_lines(plan: Plan, book: Book, chance: Random) -> None:
    """Month before day, with days above 12 among them."""
    for sheet in tables(book):
        for _, _, cell in sheet.cells("date"):
            if plan.layout == "responses":
                way = "%d/%m/%Y %H:%M:%S" if plan.variant % 2 else "%Y-%m-%d %H:%M:%S"
                stamp = datetime.strptime(str(cell.value), way)
                cell.value = f"{stamp.month}/{stamp.day}/{stamp.year} {stamp:%H:%M:%S}"
            else:
                day = _day_in(plan, cell)
                cell.value, cell.style = f"{day.month}/{day.day}/{day.year}", ""
    days = {
        tag[2]
        for sheet in tables(book)
        for row in sheet.rows
        for c in row
        if (tag := c.tag) and tag[2]
    }
    if not any(day and day.day > 12 for day in days):
        book.open.add("month")


def us_headings(plan: Plan, book: Book, chance: Random) -> None:
    """Typed day first on a machine that reads the month first: to the 12th turned, then text."""
    for sheet in tables(book):
        for _, _, cell in sheet.cells("day"):
            day = cell.value
            if day.day <= 12:
                cell.value, cell.style = date(day.year, day.day, day.month), "us date"
            else:
                cell.value, cell.style = f"{day:%d/%m/%Y}", ""


def _cycle(plan: Plan, book: Book) -> tuple[date, date]:
    """Keep the 26th of the first month to the 25th of the second, without the months' names."""
    (sheet,) = tables(book)
    days = [cell.tag[2] for _, _, cell in sheet.cells("mark") if cell.tag]
    names = sheet.rows_with("day")[0] - 1
    gone = []
    by_column = {c: cell.tag[2] for _, c, cell in sheet.cells("mark") if cell.tag}
    first, second = plan.month_starts()
    for column, day in by_column.items():
        assert day
        if (day.month == first.month and day.day < 26) or (
            day.month == second.month and day.day > 25
        ):
            gone.append(column)
    for number, cells in enumerate(sheet.rows):
        if number > names:
            for column in sorted(gone, reverse=True):
                if column < len(cells):
                    del cells[column]
    del sheet.rows[names]
    sheet.merged = []
    assert days
    return first.replace(day=26), second.replace(day=25)


def cycle_said(plan: Plan, book: Book, chance: Random) -> None:
    """Salary months, from the 26th to the 25th, with both days above."""
    first, last = _cycle(plan, book)
    tables(book)[0].insert_row(0, [Cell(f"Period: {first:%d-%m-%Y} to {last:%d-%m-%Y}", "title")])


def cycle_unsaid(plan: Plan, book: Book, chance: Random) -> None:
    _, last = _cycle(plan, book)
    name, year = month_as_written(last, plan.language)
    tables(book)[0].insert_row(0, [Cell(f"{name} {year}", "title")])
    shown = {
        cell.tag[2] for _, _, cell in tables(book)[0].cells("mark") if cell.tag and cell.tag[2]
    }
    length = monthrange(last.year, last.month)[1]
    # A 31st above a name of thirty days settles it: the days before the first are the month's before.
    if not any(day.month != last.month and day.day > length for day in shown):
        book.open.add("month")


def _in_font(book: Book, font: str, tick: str, cross: str) -> None:
    ticks = MARKINGS["ticks"].write
    for sheet in tables(book):
        for _, _, cell in sheet.cells("mark"):
            if cell.value in (ticks["P"], ticks["A"]):
                cell.value = tick if cell.value == ticks["P"] else cross
                cell.style = f"font {font}"


def wingdings(plan: Plan, book: Book, chance: Random) -> None:
    _in_font(book, "Wingdings", "ü", "û")


def wingdings_2(plan: Plan, book: Book, chance: Random) -> None:
    """In this font P is drawn as a tick and O as a cross."""
    _in_font(book, "Wingdings 2", "P", "O")


def marks_untidy(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        for _, _, cell in sheet.cells("mark"):
            if isinstance(cell.value, str) and len(cell.value) == 1 and chance.random() < 0.2:
                cell.value = chance.choice(("{}.", " {}", "{} ", "{}'")).format(cell.value)


def two_ways(plan: Plan, book: Book, chance: Random) -> None:
    """Letters in the first rows, ticks in the last, by another hand."""
    for sheet in tables(book):
        marks = [cell for _, _, cell in sheet.cells("mark")]
        for cell in marks[len(marks) // 2 :]:
            cell.value = {"P": "✓", "A": "✗", "p": "✓", "a": "✗"}.get(str(cell.value), cell.value)


def _some_marks(book: Book, chance: Random, letters: str, count: int) -> list[Cell]:
    pool = [
        cell
        for sheet in tables(book)
        for _, _, cell in sheet.cells("mark")
        if cell.tag and str(cell.value).upper() in letters and cell.value
    ]
    return chance.sample(pool, min(count, len(pool)))


def unknown_mark(plan: Plan, book: Book, chance: Random) -> None:
    for cell in _some_marks(book, chance, "PA", 2):
        _unknown(book, cell, chance.choice(("Q", "?", "Z", "TC", "7")))


def letter_o(plan: Plan, book: Book, chance: Random) -> None:
    """O on a Friday or a Saturday: off, or a letter for something else."""
    pool = [c for c in _some_marks(book, chance, "PA", 10_000) if c.tag and c.tag[2]]
    for cell in [c for c in pool if c.tag and c.tag[2] and c.tag[2].weekday() in (4, 5)][:2]:
        _unknown(book, cell, chance.choice("OSFW"))


def _unknown(book: Book, cell: Cell, written: str) -> None:
    assert cell.tag and cell.tag[2]
    cell.value = written
    book.accepted[cell.tag[0], cell.tag[1], cell.tag[2]] = "B"
    book.unknown.add(cell.tag)


def left_in_the_middle(plan: Plan, book: Book, chance: Random) -> None:
    """A pupil who left: a sentence in one cell, nothing after it."""
    sheet = tables(book)[0]
    row = chance.choice(sheet.rows_with("name"))
    marks = sorted(
        (c for c in sheet.rows[row] if c.role == "mark" and c.tag),
        key=lambda c: c.tag[2],  # type: ignore[index]
    )
    at = len(marks) // 2
    for number, cell in enumerate(marks[at:]):
        _unknown(book, cell, "TC issued, left for Surat")
        if number:
            cell.value = None


def _sundays(sheet: Sheet) -> dict[int, list[Cell]]:
    found: dict[int, list[Cell]] = {}
    for _, column, cell in sheet.cells("mark"):
        if cell.tag and cell.tag[2] and cell.tag[2].weekday() == 6:
            found.setdefault(column, []).append(cell)
    return found


def sunday_spelled(plan: Plan, book: Book, chance: Random) -> None:
    """SUNDAY, a letter a row, down the column: the A in it is nobody's absence."""
    for sheet in tables(book):
        for cells in _sundays(sheet).values():
            for cell, letter in zip(cells, "SUNDAY", strict=False):
                cell.value = letter
            for cell in cells:
                assert cell.tag and cell.tag[2]
                book.accepted[cell.tag[0], cell.tag[1], cell.tag[2]] = "HB"


def sunday_merged(plan: Plan, book: Book, chance: Random) -> None:
    for sheet in tables(book):
        rows = sheet.rows_with("name")
        for column, cells in _sundays(sheet).items():
            cells[0].value = "SUNDAY"
            if rows[-1] - rows[0] + 1 == len(rows):
                sheet.merged.append((rows[0], column, rows[-1], column))
            for cell in cells:
                assert cell.tag and cell.tag[2]
                book.accepted[cell.tag[0], cell.tag[1], cell.tag[2]] = "HB"


def non_breaking(plan: Plan, book: Book, chance: Random) -> None:
    for cell in _texts(book):
        cell.value = str(cell.value).replace(" ", "\u00a0") + "\u00a0" * (chance.random() < 0.3)


def zero_width(plan: Plan, book: Book, chance: Random) -> None:
    for cell in _texts(book):
        if chance.random() < 0.3:
            cell.value = chance.choice(("\u200b{}", "{}\u200b", "\ufeff{}", "{}\u200e")).format(
                cell.value
            )


def _texts(book: Book) -> list[Cell]:
    return [
        cell
        for sheet in book.sheets
        for _, _, cell in sheet.cells(
            "title", "head", "name", "mark", "day", "roll", "date", "told"
        )
        if isinstance(cell.value, str) and cell.value and not cell.value.startswith("=")
    ]


def letters_lost(plan: Plan, book: Book, chance: Random) -> None:
    """Saved in an encoding that has no such letters: question marks for all of them."""
    for sheet in book.sheets:
        for cells in sheet.rows:
            for cell in cells:
                if isinstance(cell.value, str):
                    cell.value = cell.value.encode("ascii", errors="replace").decode()
    book.open.add("child")
