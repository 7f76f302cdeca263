"""Damages by lines of words: above, below and within the table, and words moved elsewhere."""

from datetime import date, timedelta
from random import Random

from .book import Book, Cell, Sheet
from .plan import Plan
from .sheet_damages import pupil_rows, tables
from .titles import month_of
from .words import WORDS, grade_as_written, session_of


def _above(book: Book, *texts: str) -> None:
    for sheet in tables(book)[:1]:
        for text in reversed(texts):
            sheet.insert_row(0, [Cell(text, "line")])


def _below(book: Book, *texts: str) -> None:
    for sheet in tables(book)[:1]:
        sheet.add(Cell())
        for text in texts:
            sheet.add(Cell(text, "line"))


def _later(plan: Plan, days: int = 40) -> date:
    return plan.month_starts()[-1] + timedelta(days=days)


def foot_lines(plan: Plan, book: Book, chance: Random) -> None:
    _below(
        book,
        "Certified that the entries above are true and complete.",
        "Working days: 24    Average attendance: 87.5",
        "Prepared by: S. Das    Checked by: Head Teacher",
    )


def printed_on(plan: Plan, book: Book, chance: Random) -> None:
    _above(book, f"Report generated on {_later(plan):%d-%b-%Y} 10:15 AM")


def printed_below(plan: Plan, book: Book, chance: Random) -> None:
    _below(book, f"Printed on {_later(plan, 70):%d/%m/%Y}", f"Date: {_later(plan):%d.%m.%Y}")


def act_and_founding(plan: Plan, book: Book, chance: Random) -> None:
    _above(book, "Estd. 1952    Regd. No. 114/2011", "Under the RTE Act 2009, section 12")


def holidays_counted(plan: Plan, book: Book, chance: Random) -> None:
    _above(book, "Holidays in this month: 5    Working days: 24")


def with_effect_from(plan: Plan, book: Book, chance: Random) -> None:
    _above(
        book, f"Roll numbers as from 1 April {plan.year}; holidays as of 15 August {plan.year - 1}"
    )


def telephone(plan: Plan, book: Book, chance: Random) -> None:
    _above(book, chance.choice(("Tel: 03324567890", "Phone 06122345678", "Contact: 09830012345")))


def session_beside(plan: Plan, book: Book, chance: Random) -> None:
    begins = 4 if plan.begins == 1 else plan.begins
    _above(book, f"Session {session_of(plan.month_starts()[0], begins)}")


def new_admissions(plan: Plan, book: Book, chance: Random) -> None:
    """Counts of those who came and left, below the pupils, under the days."""
    for sheet in tables(book):
        last = pupil_rows(sheet)[-1]
        width, name = len(sheet.rows[last]), next(sheet.cells("name"))[1]
        for text in ("T.C. issued", "New admission"):
            cells = [Cell() for _ in range(width)]
            for column in [c for c in range(width) if sheet.rows[last][c].role == "mark"]:
                number = chance.choice((0, 0, 0, 1))
                cells[column] = Cell(number if plan.form == "xlsx" else str(number), "foot")
            cells[name] = Cell(text, "foot")
            sheet.insert_row(last + 1, cells)


def class_line_within(plan: Plan, book: Book, chance: Random) -> None:
    """The name of the next class in the middle: whose are the rows below?"""
    _within(plan, book, 0)


def class_in_roll_column(plan: Plan, book: Book, chance: Random) -> None:
    _within(plan, book, None)


def _within(plan: Plan, book: Book, column: int | None) -> None:
    sheet = tables(book)[0]
    rows = pupil_rows(sheet)
    grade = grade_as_written(plan.grade % 10 + 1, plan.language, plan.grade_way)
    cell = Cell(f"{WORDS[plan.language]['class']} {grade}", "line")
    where = next(sheet.cells("roll"))[1] if column is None else column
    sheet.insert_row(rows[len(rows) // 2], [*[Cell() for _ in range(where)], cell])
    book.open.add("class")


def key_elsewhere(plan: Plan, book: Book, chance: Random) -> None:
    key = Sheet("Key")
    for text in _take_key(book):
        key.add(Cell(text, "key"))
    book.sheets.append(key)


def key_missing(plan: Plan, book: Book, chance: Random) -> None:
    """Without its key this way of marking has two readings."""
    _take_key(book)
    book.open.add("marks")


def _take_key(book: Book) -> list[str]:
    texts: list[str] = []
    for sheet in book.sheets:
        for row in reversed(sheet.rows_with("key")):
            text = str(sheet.rows[row][-1].value)
            del sheet.rows[row]
            sheet.merged = [
                (t - (t > row), left, b - (b > row), right) for t, left, b, right in sheet.merged
            ]
            if text not in texts:
                texts.insert(0, text)
    return texts


def name_missing(plan: Plan, book: Book, chance: Random) -> None:
    sheet = tables(book)[0]
    cell = chance.choice([cell for _, _, cell in sheet.cells("name")])
    cell.value = None
    book.open.add("child")


def roll_twice(plan: Plan, book: Book, chance: Random) -> None:
    one, two = chance.sample([cell for _, _, cell in tables(book)[0].cells("roll")], 2)
    one.value = two.value
    book.open.add("child")


def title_in_file_name(plan: Plan, book: Book, chance: Random) -> None:
    book.filename = _title_away(plan, book)


def title_in_sheet_name(plan: Plan, book: Book, chance: Random) -> None:
    book.sheets[0].name = _title_away(plan, book).replace("_", " ")


def _title_away(plan: Plan, book: Book) -> str:
    sheet = tables(book)[0]
    for row in reversed(sheet.rows_with("title")):
        del sheet.rows[row]
    sheet.merged = []
    book.school = None
    group = book.groups[0]
    section = f"_{group.section_as_written}" if group.section_as_written else ""
    month = month_of(plan, plan.month_starts()[0]).replace(" ", "_")
    return f"Class_{group.class_as_written}{section}_{month}"
