"""Columns of days beyond what their own heads say: two a day, periods, heads left blank, months above.

A column of marks without a day above it is read where only one day can be meant, and said; every
other is named to the user and left out.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .head import DayColumn, Layout
from .labels import Field, field_of
from .marks import Sense, key_in, sense_of
from .months import day_cell, month_in, weekdays_of
from .titles import line_of

_PERIOD = re.compile(
    r"(?<![a-z])(?:periods?|lectures?|lecture hours?|hours?)(?![a-z])|"
    + fold("कालांश|घंटी|पीरियड|पिरियड|পিরিয়ড|ঘণ্টা|ঘন্টা")
)
_FURTHER = 40  # columns right of the last day that are looked at
_LETTERS = (
    Sense.PRESENT, Sense.ABSENT, Sense.TICK, Sense.CROSS, Sense.LEAVE, Sense.LEAVE_LETTER, Sense.LATE,
)  # fmt: skip
_SIGNS = (*_LETTERS, Sense.DOT)


def complete_days(layout: Layout, head: Sequence[Cell], below: Sequence[Sequence[Cell]]) -> None:
    """Give columns of marks that stand under no day the day they can only be, or note them."""
    if not layout.days:
        return
    indices = sorted(column.index for column in layout.days)
    taken = {*indices, *layout.fields.values(), *(i for c in layout.days for i in c.others)}
    taken |= {column for column, _ in layout.repeated}
    marked = [
        index
        for index in range(
            _first_number(head, indices[0]),
            min(indices[-1] + _FURTHER, max(map(len, below), default=0)),
        )
        if index not in taken
        and _is_nameless(head, index, indices)
        and (_holds_marks(below, index) or _looks_like_a_day(head, index))
    ]
    marked = [at for at in marked if not any(_is_of_key(row, at) for row in below)]
    if not marked:
        return
    if _is_second_of_each(indices, marked):
        for column in layout.days:
            if column.index + 1 in marked:
                column.others = (column.index + 1,)
        return
    by_index = {column.index: column for column in layout.days}
    step = -1 if layout.way == "falling" else 1
    for index in marked:
        before, after = by_index.get(index - 1), by_index.get(index + 1)
        if before and after and after.day - before.day == 2 * step and before.month == after.month:
            column = DayColumn(index, before.day + step, before.month, before.year)
            layout.days.append(column)
            by_index[index] = column
            layout.slips[index] = shown(head[index]) if index < len(head) else ""
        else:
            layout.nameless.append(index)
    layout.days.sort(key=lambda column: column.index)


def _is_nameless(head: Sequence[Cell], index: int, days: list[int]) -> bool:
    """True for a column without a head, or among the days with one that is no day and no other word."""
    if index >= len(head) or is_empty(head[index]):
        return True
    if day_cell(head[index]) is not None:
        return index < days[-1]
    if _looks_like_a_day(head, index):
        return days[0] < index <= days[-1] + 1
    return (
        days[0] < index < days[-1]
        and field_of(head[index]) is None
        and len(shown(head[index])) <= 4
    )


_ALMOST_A_NUMBER = re.compile(r"(?=.*[lIiOo|])[\dlIiOo|]{2}")


def _looks_like_a_day(head: Sequence[Cell], index: int) -> bool:
    """True for a number with a letter in the place of a digit: l2, 1O."""
    return index < len(head) and _ALMOST_A_NUMBER.fullmatch(shown(head[index])) is not None


def _first_number(head: Sequence[Cell], first_day: int) -> int:
    """The column of the first bare number of a head, where it stands before the days that were read."""
    numbers = (i for i, cell in enumerate(head[:first_day]) if day_cell(cell) is not None)
    return next(numbers, first_day)


def _is_of_key(row: Sequence[Cell], at: int) -> bool:
    """True for a mark, or its meaning, of a key that stands beside the rows."""
    return bool(key_in(row[at : at + 2]) or key_in(row[max(at - 1, 0) : at + 1]))


def _is_second_of_each(indices: list[int], marked: list[int]) -> bool:
    """True where every day is followed by a column of marks without a head: its afternoon."""
    return [index + 1 for index in indices] == marked and (
        len(indices) > 1 and all(b - a == 2 for a, b in pairwise(indices))
    )


def _holds_marks(below: Sequence[Sequence[Cell]], index: int) -> bool:
    cells = [row[index] for row in below if index < len(row) and not is_empty(row[index])]
    marks = [cell for cell in cells if sense_of(cell) in _SIGNS]
    return len(marks) >= 2 and len(marks) * 2 > len(cells)


def names_periods(heads: Sequence[Sequence[Cell]], layout: Layout) -> bool:
    """True where a word over the columns calls them periods of a day."""
    if len(layout.days) > 12 or any(column.month for column in layout.days):
        return False
    first = min((column.index for column in layout.days), default=0)
    return any(
        isinstance(cell, str)
        and len(cell) < 40
        and _PERIOD.search(fold(cell))
        and field_of(cell) in (None, Field.PERIOD)
        for row in heads
        for cell in row[max(first - 1, 0) :]
    )


def set_months_over(layout: Layout, above: Sequence[Sequence[Cell]]) -> None:
    """Give bare days the months written over them, where there are several: "June" … "July"."""
    if any(column.month for column in layout.days) or len(layout.days) < 2:
        return
    for row in reversed(above):
        seen: list[tuple[int, int, int | None]] = []
        for index, cell in enumerate(row):
            if is_empty(cell) or weekdays_of(cell):
                continue
            month = month_in(fold(line_of([shown(cell)])), loose=True)
            if month.month and index >= layout.days[0].index - 1:
                seen.append((index, month.month, month.year))
        if len({(m, y) for _, m, y in seen}) < 2:
            continue
        for column in layout.days:
            under = [found for found in seen if found[0] <= column.index] or seen[:1]
            _, column.month, column.year = under[-1]
        return
