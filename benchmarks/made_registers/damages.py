"""What befalls a register between the teacher's hand and the reader, by name.

Each damage changes the book, and with it the truth, through the tags of the cells; where a careful
person could no longer know something, it says so in `Book.open`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from . import cell_damages as cells
from . import line_damages as lines
from . import sheet_damages as sheets
from .book import Book
from .marking import MARKINGS
from .plan import GRIDS, LISTS, Plan

_ROWS = ("wide", "descending", "months beside", "months below", "classes below", "sheet a class",
         "sheet a month", "two columns a day")  # fmt: skip
_ONE_TABLE = ("wide", "descending")
# With weekdays beside them the days would tell the year.
_BARE_DAYS = ("numbers", "padded")
_DATED = ("long status", "long flags", "responses", "absentees")


@dataclass(frozen=True)
class Damage:
    """What it does, to which plans it can happen, and how the plan changes before it does."""

    do: Callable[[Plan, Book, Random], None]
    fits: Callable[[Plan], bool] = lambda plan: True
    change: Callable[[Plan], Plan] = lambda plan: plan
    # Two damages to one thing would undo each other's truth; "" may meet anything.
    about: str = ""
    # Cells first, then lines and columns, then cuts, then what goes over every letter.
    turn: int = 1


def _in(*layouts: str) -> Callable[[Plan], bool]:
    return lambda plan: plan.layout in layouts


def _nothing(plan: Plan, book: Book, chance: Random) -> None:
    """It happened while the register was written; see `titles.py` and `pupils_and_days.py`."""


def _opens(what: str) -> Callable[[Plan, Book, Random], None]:
    def do(plan: Plan, book: Book, chance: Random) -> None:
        book.open.add(what)

    return do


def _xlsx(plan: Plan) -> bool:
    return plan.form == "xlsx"


def _rows(plan: Plan) -> bool:
    return plan.layout in _ROWS


def _grid(plan: Plan) -> bool:
    return plan.layout in GRIDS


def _numbered(plan: Plan) -> bool:
    return plan.layout in _ONE_TABLE and plan.heading == "numbers"


def _lettered(plan: Plan) -> bool:
    return plan.marking in ("letters", "letters with key", "letters small")


def _one_mark_a_day(plan: Plan) -> bool:
    return _rows(plan) and _lettered(plan) and plan.layout != "two columns a day"


def _cycled(plan: Plan) -> bool:
    return plan.layout == "months beside" and plan.heading == "numbers"


def _to_a_cycle(plan: Plan) -> Plan:
    if plan.layout not in _ONE_TABLE:
        return plan
    first = 9 if plan.year == 2026 and plan.month == 10 else plan.month
    return replace(
        plan, layout="months beside", heading="numbers", months=2, month=first, filled=31
    )


# Without their key these have two readings.
_KEYED = ("A only, key", "absences 1, key", "X who came, key", "X and dash, key")


def _to_a_keyed(plan: Plan) -> Plan:
    """Without sums too, from which the key could be worked out."""
    kept = plan.marking if plan.marking in _KEYED else _KEYED[plan.seed % len(_KEYED)]
    return replace(plan, marking=kept, sums=False, foot=False)


_UNSAID = (*_ONE_TABLE, "two columns a day", "pupils across", "classes below")

DAMAGES: dict[str, Damage] = {
    # Lines and columns that do not belong to the table.
    "blank rows": Damage(sheets.blank_rows, _rows, about="rows"),
    "blank columns": Damage(sheets.blank_columns, _in(*_ONE_TABLE, "sheet a class", "classes below"), about="order"),
    "blank first rows and column": Damage(sheets.blank_edge, about="order", turn=3),
    "blank lines after the end": Damage(sheets.blank_tail, turn=3),
    "foot lines": Damage(lines.foot_lines),
    "printed on, above": Damage(lines.printed_on),
    "printed on, below": Damage(lines.printed_below),
    "act and founding year": Damage(lines.act_and_founding),
    "holidays counted": Damage(lines.holidays_counted),
    "from 1 April": Damage(lines.with_effect_from),
    "telephone number": Damage(lines.telephone),
    "two-year session beside the month": Damage(lines.session_beside, lambda p: p.title == "line", about="title"),
    "new admission lines": Damage(lines.new_admissions, _rows, about="rows"),
    "week sums among the days": Damage(sheets.week_sums, _in(*_ONE_TABLE), about="order"),
    "sums as formulas": Damage(sheets.sum_formulas, lambda p: _xlsx(p) and _rows(p) and p.sums),
    "index column": Damage(sheets.index_column, lambda p: _rows(p) or p.layout in _DATED, about="order"),
    "page headings repeated": Damage(sheets.heading_repeated, _in(*_ONE_TABLE), about="rows"),
    "title and headings repeated": Damage(sheets.title_repeated, _in(*_ONE_TABLE), about="rows"),
    "cover sheet": Damage(sheets.cover_sheet, _xlsx, turn=3),
    # Order and shape.
    "columns swapped": Damage(sheets.columns_swapped, lambda p: p.layout in _ONE_TABLE, about="order", turn=0),
    "pupils in another order": Damage(sheets.pupils_shuffled, _in(*_ONE_TABLE), about="rows", turn=0),
    "day column missing": Damage(sheets.day_missing, _in(*_ONE_TABLE), about="order", turn=2),
    "cut at the right": Damage(sheets.cut_right, _in(*_ONE_TABLE, "classes below", "sheet a class"), about="order", turn=2),
    "cut below": Damage(sheets.cut_below, _in(*_ONE_TABLE, *_DATED), about="rows", turn=2),
    "sheet twice": Damage(sheets.sheet_twice, lambda p: _xlsx(p) and p.layout in _ONE_TABLE, about="twice", turn=3),
    "sheet twice, marks differ": Damage(
        sheets.sheet_twice_differing, lambda p: _xlsx(p) and p.layout in _ONE_TABLE, about="twice", turn=3),
    "merged title": Damage(sheets.merged_title, _xlsx, turn=3),
    "hidden columns": Damage(sheets.hidden_columns, lambda p: _xlsx(p) and _rows(p)),
    "names in two columns": Damage(sheets.names_split, lambda p: _rows(p) and p.language == "en", about="order"),
    "class line within": Damage(lines.class_line_within, lambda p: p.layout in _ONE_TABLE, about="rows"),
    "class in the roll column": Damage(
        lines.class_in_roll_column, lambda p: p.layout in _ONE_TABLE and p.columns[0] == "roll", about="rows"),
    # Headings.
    "slip in a heading": Damage(cells.heading_slip, _numbered, about="headings", turn=0),
    "headings swapped": Damage(cells.headings_swapped, _numbered, about="headings", turn=0),
    "letters for digits in headings": Damage(cells.heading_letters, _numbered, about="headings", turn=0),
    "headings as formulas": Damage(cells.heading_formulas, lambda p: _numbered(p) and _xlsx(p), about="order", turn=0),
    "headings in two languages": Damage(cells.heads_bilingual, turn=0),
    "numbers with .0": Damage(cells.decimal_numbers, lambda p: p.form == "csv", turn=3),
    # Dates.
    "midnight in UTC": Damage(cells.midnight_utc, _in("long status", "long flags", "absentees"), about="headings", turn=0),
    "ten seconds to midnight": Damage(
        cells.before_midnight, lambda p: _xlsx(p) and p.heading == "dates" and _grid(p) and p.layout != "blocks",
        lambda p: replace(p, form="xlsx", heading="dates") if _grid(p) and p.layout != "blocks" else p, about="headings", turn=0),
    "US dates in lines": Damage(cells.us_lines, _in(*_DATED), about="headings", turn=0),
    "US dates in headings": Damage(
        cells.us_headings,
        lambda p: _xlsx(p) and p.layout in _ONE_TABLE and p.heading == "dates",
        lambda p: replace(p, form="xlsx", heading="dates"), about="headings", turn=0),
    "month written short": Damage(_nothing, lambda p: _grid(p) and p.title == "line", lambda p: replace(p, other_calendar=False), about="title", turn=0),
    "month missing": Damage(
        _opens("month"), lambda p: p.layout in _UNSAID and p.heading in _BARE_DAYS, about="title", turn=0),
    "year missing": Damage(
        _opens("month"),
        lambda p: p.layout in _UNSAID and p.heading in _BARE_DAYS and "session" not in p.title, about="title", turn=0),
    "April of a session": Damage(
        _opens("month"),
        lambda p: p.layout in _UNSAID and p.heading in _BARE_DAYS,
        lambda p: replace(p, title="session", begins=4, month=4, year=2025), about="title", turn=0),
    "26 to 25, said": Damage(
        cells.cycle_said, _cycled, _to_a_cycle, about="title", turn=0),
    "26 to 25, unsaid": Damage(
        cells.cycle_unsaid, _cycled, _to_a_cycle, about="title", turn=0),
    # Marks.
    "key on another sheet": Damage(
        lines.key_elsewhere, lambda p: _xlsx(p) and bool(MARKINGS[p.marking].key), about="key", turn=0),
    "key missing": Damage(
        lines.key_missing,
        lambda p: p.marking in _KEYED and p.layout in (*_ONE_TABLE, "classes below"),
        _to_a_keyed, about="key", turn=0),
    "Wingdings ticks": Damage(cells.wingdings, _rows, lambda p: replace(p, marking="ticks", form="xlsx"), about="marks", turn=0),
    "Wingdings 2 ticks": Damage(cells.wingdings_2, _rows, lambda p: replace(p, marking="ticks", form="xlsx"), about="marks", turn=0),
    "marks with dots and spaces": Damage(cells.marks_untidy, _lettered, about="marks", turn=0),
    "two ways of marking": Damage(cells.two_ways, lambda p: _lettered(p) and _rows(p), about="marks", turn=0),
    "unknown mark": Damage(cells.unknown_mark, _one_mark_a_day, about="marks", turn=0),
    "letter O among the marks": Damage(cells.letter_o, _one_mark_a_day, about="marks", turn=0),
    "left in the middle": Damage(cells.left_in_the_middle, lambda p: p.layout in _ONE_TABLE, about="marks", turn=0),
    "Sunday spelled downwards": Damage(
        cells.sunday_spelled,
        lambda p: p.layout in _ONE_TABLE and p.size >= 6,
        lambda p: replace(p, sundays="empty"), about="sundays", turn=0),
    "Sunday merged downwards": Damage(
        cells.sunday_merged, lambda p: p.layout in _ONE_TABLE and _xlsx(p), lambda p: replace(p, sundays="empty"), about="sundays", turn=0),
    # Names and letters.
    "absurd names": Damage(_nothing, lambda p: p.size >= 6, about="names", turn=0),
    "non-breaking spaces": Damage(cells.non_breaking, turn=4),
    "zero-width signs": Damage(cells.zero_width, turn=4),
    "name missing": Damage(lines.name_missing, lambda p: p.layout in _ONE_TABLE and "roll" in p.columns, about="rows", turn=0),
    "roll twice": Damage(lines.roll_twice, lambda p: p.layout in _ONE_TABLE and "roll" in p.columns, about="rows", turn=0),
    "letters lost": Damage(
        cells.letters_lost, lambda p: p.language != "en" and p.layout in _ONE_TABLE, turn=5),
    "class and month in the file's name": Damage(
        lines.title_in_file_name, lambda p: p.layout in _ONE_TABLE and p.language == "en", about="title", turn=2),
    "class and month in the sheet's name": Damage(
        lines.title_in_sheet_name, lambda p: p.layout in _ONE_TABLE and p.language == "en" and _xlsx(p),
        lambda p: replace(p, form="xlsx"), about="title", turn=2),
}  # fmt: skip


def damaged(plan: Plan, how_many: int) -> Plan:
    """The plan with so many damages that can happen to it, no two about one thing."""
    chance = plan.chance("damages")
    names = list(DAMAGES)
    chance.shuffle(names)
    for name in names:
        if len(plan.damages) == how_many:
            break
        changed = DAMAGES[name].change(plan)
        chosen = (*plan.damages, name)
        about = [DAMAGES[n].about for n in chosen if DAMAGES[n].about]
        if len(set(about)) == len(about) and all(_can(changed, n) for n in chosen):
            plan = replace(changed, damages=chosen)
    return plan


def _can(plan: Plan, name: str) -> bool:
    damage = DAMAGES[name]
    return damage.fits(plan) and damage.change(plan) == plan


def in_turn(names: tuple[str, ...]) -> list[str]:
    """The damages in the order in which they happen."""
    return sorted(names, key=lambda name: (DAMAGES[name].turn, list(DAMAGES).index(name)))


assert set(_DATED) <= set(LISTS)
