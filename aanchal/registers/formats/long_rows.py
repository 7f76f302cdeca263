"""The rows of the long form, as often as they are asked for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.instants import day_of, india_day
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, column_letter, is_empty, shown

from .flags import Flags
from .head import Layout
from .headers import LOOK_AHEAD, find_header
from .labels import Field, field_of
from .months import day_cell
from .problems import MAX_ROWS
from .sentences import SENTENCES
from .titles import Title, read_title


@dataclass(slots=True)
class Columns:
    """Where the long form keeps what; -1 where it does not."""

    date: int
    status: int
    roll: int
    name: int
    admission: int
    state_id: int
    serial: int
    key: tuple[int, int, int, int]
    extras: list[tuple[str, int]]
    needed: int


class Rows:
    """The table's head, and its rows as often as asked."""

    def __init__(self, sheet: Sheet, limits: Limits, *names: Title) -> None:
        self.sheet = sheet
        ahead = []
        for number, row in enumerate(sheet.rows(), 1):
            ahead.append((number, row))
            if number >= LOOK_AHEAD:
                break
        found = find_header(ahead)
        assert found is not None and found[0].is_long
        self.layout: Layout = found[0]
        self.title = read_title([row for row in ahead if row[0] < self.layout.first_row])
        self.columns = _columns(self.layout)
        below = [row for number, row in ahead if number > self.layout.last_row]
        self.flags = Flags.of(self.layout.flags, below) if self.layout.flags else None
        self.at_greenwich = self.columns.date >= 0 and _are_midnights(below, self.columns.date)
        self.day = next((t.day for t in (self.title, *names) if t.day), None)
        if self.columns.date < 0 and self.day is None:
            raise Unreadable("no_day", SENTENCES["no_day"])
        self.below = below
        self.most = limits.text_rows if sheet.is_text else limits.rows

    def rivals(self) -> list[int]:
        """Columns without a known head whose days are others than those of the time of writing."""
        at = self.columns.date
        if not self.layout.by_stamp:
            return []
        found = []
        for index, head in enumerate(self.layout.lines):
            if index == at or not head or field_of(head) is not None or _NO_DAY.search(fold(head)):
                continue
            pairs = [(row[at], row[index]) for row in self.below if max(at, index) < len(row)]
            days = [
                (_day(self.day_part(a)), _day(self.day_part(b)))
                for a, b in pairs
                if not is_empty(b)
            ]
            told = [(one, other) for one, other in days if one and other]
            if len(told) * 5 >= len(pairs) * 4 and any(
                one.isdisjoint(other) for one, other in told
            ):
                found.append(index)
        return found

    def take_day_from(self, index: int) -> None:
        """Read the days from another column than the time of writing."""
        self.layout.fields[Field.DATE] = self.columns.date = index
        self.layout.by_stamp = False
        self.at_greenwich = _are_midnights(self.below, index)

    def letter(self, index: int) -> str | None:
        """The column's letter; None for one that was worked out from others."""
        return column_letter(index) if 0 <= index < self.layout.width else None

    def with_empty(self, index: int) -> list[int]:
        """The first rows that name somebody and leave this column empty."""
        found = (
            number for number, row in self if is_empty(row[index]) and not all(map(is_empty, row))
        )
        return list(islice(found, MAX_ROWS))

    @staticmethod
    def day_part(cell: Cell) -> Cell:
        """The day of a moment, so that a column of moments has few different texts."""
        if isinstance(cell, str):
            if ":" not in cell:
                return cell
            cell = shown(cell)
            day = india_day(cell)
            if day is not None:
                return day.isoformat()
            head = cell.replace("T", " ").split(" ")
            if len(head) > 1 and any(mark in head[0] for mark in "-/.") and head[0][-1:].isdigit():
                return head[0]
        elif isinstance(cell, datetime):
            return day_of(cell)
        return cell

    def __iter__(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        needed = self.columns.needed
        first = self.layout.last_row
        fill = FillDown(
            self.sheet, [at for at in (self.columns.date, *self.columns.key) if at >= 0]
        )
        for number, row in enumerate(self.sheet.rows(), 1):
            if number <= first:
                continue
            if number > self.most:
                break
            if len(row) < needed:
                row = [*row, *[""] * (needed - len(row))]
            if fill.columns:
                row = fill.filled(number, row)
            if self.flags:
                row = [*row[: needed - 1], self.flags.status(row)]
            elif self.layout.absences:
                row = [*row[: needed - 1], "absent"]
            yield number, row


# Days on which something else happened to the child.
_NO_DAY = re.compile(fold("birth|dob|admission|admitted|joining|जन्म|प्रवेश|জন্ম|ভর্তি"))


def _day(cell: Cell) -> set[tuple[int, int | None, int | None]]:
    """The days that a cell may mean; none where it is no date."""
    seen = day_cell(cell) if not is_empty(cell) else None
    readings = seen.readings if seen else ()
    return {(r.day, r.month, r.year) for r in readings if r.month}


def _are_midnights(rows: Sequence[Sequence[Cell]], at: int) -> bool:
    """True where every day stands at 18:30:00 without a zone: midnight in India, kept at Greenwich."""
    cells = [row[at] for row in rows if at < len(row) and not is_empty(row[at])]
    return len(cells) > 0 and all(
        cell.time() == time(18, 30)
        if isinstance(cell, datetime)
        else isinstance(cell, str) and _HALF_PAST_SIX.search(cell) is not None
        for cell in cells
    )


_HALF_PAST_SIX = re.compile(r"[T ]18:30(?::00(?:\.0+)?)?$")


class FillDown:
    """Gives each row the date or class of a cell merged over it, which only its first row holds."""

    def __init__(self, sheet: Sheet, columns: list[int]) -> None:
        self.columns: dict[int, dict[int, int]] = {}
        for (top, left), (bottom, _) in sheet.merged:
            if left in columns and bottom > top:
                self.columns.setdefault(left, {})[top + 1] = bottom + 1
        self.held: dict[int, tuple[int, Cell]] = {}

    def filled(self, number: int, row: Sequence[Cell]) -> Sequence[Cell]:
        changed: list[Cell] | None = None
        for column, spans in self.columns.items():
            if number in spans:
                self.held[column] = spans[number], row[column]
            until, value = self.held.get(column, (0, ""))
            if number <= until and is_empty(row[column]):
                changed = changed or list(row)
                changed[column] = value
        return changed or row


def _columns(layout: Layout) -> Columns:
    fields = layout.fields
    at = {which: fields.get(which, -1) for which in Field}
    extras = [
        (attribute, fields[which])
        for attribute, which in (
            ("own_name", Field.OWN_NAME), ("guardian", Field.GUARDIAN), ("sex", Field.SEX),
            ("village", Field.VILLAGE), ("serial", Field.SERIAL),
        )
        if which in fields and (attribute != "serial" or Field.DATE not in fields)
    ]  # fmt: skip
    name = at[Field.NAME] if at[Field.NAME] >= 0 else at[Field.OWN_NAME]
    needed = max([*fields.values(), *layout.flags]) + 1
    if layout.flags or layout.absences:
        needed += 1  # the status worked out from the flags stands last
        at[Field.STATUS] = needed - 1
    key = (at[Field.SCHOOL], at[Field.SCHOOL_NAME], at[Field.CLASS], at[Field.SECTION])
    return Columns(
        at[Field.DATE], at[Field.STATUS], at[Field.ROLL], name, at[Field.ADMISSION], at[Field.STATE_ID],
        at[Field.SERIAL], key, extras, needed,
    )  # fmt: skip
