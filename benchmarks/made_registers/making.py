"""From a plan to the file: the book with its truth, the damages, the bytes."""

from collections.abc import Callable
from datetime import date
from unicodedata import digit

from . import grids, lists
from .book import Book, Group
from .damages import DAMAGES, in_turn
from .marking import ACCEPTED, MARKINGS
from .plan import Plan
from .pupils_and_days import groups_of
from .titles import school_code
from .writing import written

_LAYOUTS: dict[str, Callable[[Plan, Book], None]] = {
    "wide": grids.one_table,
    "descending": grids.one_table,
    "months beside": grids.months_beside,
    "months below": grids.months_below,
    "classes below": grids.classes_below,
    "sheet a class": grids.sheet_a_class,
    "sheet a month": grids.sheet_a_month,
    "two columns a day": grids.two_columns_a_day,
    "periods": grids.periods,
    "pupils across": grids.pupils_across,
    "blocks": grids.blocks,
    "counts": grids.counts,
    "sheet a day": lists.sheet_a_day,
    "long status": lists.long_status,
    "long flags": lists.long_flags,
    "absentees": lists.absentees,
    "responses": lists.responses,
}


def make_book(plan: Plan) -> Book:
    """The register of a plan, after its damages; the same plan gives the same."""
    groups = groups_of(plan)
    accepted = {
        (number, child, day): MARKINGS[plan.marking].accepted.get(letter, ACCEPTED[letter])
        for number, group in enumerate(groups)
        for (child, day), letter in group.marks.items()
    }
    if MARKINGS[plan.marking].write["P"] is None:
        _empty_is_present(groups, accepted)
    book = Book([], groups, accepted=accepted, encoding=plan.encoding, delimiter=plan.delimiter)
    code = school_code(plan)
    book.school = code
    _LAYOUTS[plan.layout](plan, book)
    # Some layouts have no place for the code, or write it only sometimes.
    book.school = code if _prints(book, code) else None
    for name in in_turn(plan.damages):
        DAMAGES[name].do(plan, book, plan.chance(name))
    left = {
        cell.tag for sheet in book.sheets for cells in sheet.rows for cell in cells if cell.value
    }
    if book.unknown & left:
        book.open.add("mark")
    return book


def _prints(book: Book, code: str) -> bool:
    """True where the school's code stands in a cell, in whichever digits."""
    return any(
        code in "".join(str(digit(c, "")) or c for c in str(cell.value))
        for sheet in book.sheets
        for cells in sheet.rows
        for cell in cells
        if cell.value is not None
    )


def _empty_is_present(groups: list[Group], accepted: dict[tuple[int, int, date], str]) -> None:
    """Where only absences are written, a day with one of them was held: the rest were there."""
    for number, group in enumerate(groups):
        held = {day for (_, day), letter in group.marks.items() if letter == "A"}
        for (child, day), letter in group.marks.items():
            if letter == "P" and day in held:
                accepted[number, child, day] = "P"


def make_file(plan: Plan) -> tuple[str, bytes, Book]:
    """A name, the bytes, and the book with its truth."""
    book = make_book(plan)
    name, content = written(plan, book)
    return name, content, book
