"""A register turned on its side: the pupils stand across, the days below."""

from collections.abc import Iterator, Sequence

from aanchal.lib.indic.calendar_words import MONTHS
from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .headers import Row, day_sequence
from .labels import Field, field_of
from .marks import Sense, sense_of
from .months import weekdays_of

_MAX_ROWS = 120  # a month and its lines around it; a table of pupils below each other may be longer
_FIRST_COLUMNS = 3
_LEAST_DAYS = 5
_HEAD_ROWS = 4


class PupilsAcross:
    """Days down the first columns, a column for each pupil, her name above it."""

    name = "pupils across"
    note = "turned_over"

    def fit(self, ahead: Sequence[Row], sheet: Sheet) -> tuple[float, tuple[str, ...]]:
        """Fits where names stand above the marks and days beside them."""
        found = _axis([row for _, row in ahead])
        if found is None:
            return 0.0, ()
        return 0.95, ("days run down one column", "names stand across above the marks")

    def rows(self, sheet: Sheet) -> Iterator[Sequence[Cell]]:
        """The table turned, its title lines first."""
        rows = [list(row) for _, row in zip(range(_MAX_ROWS), sheet.rows(), strict=False)]
        found = _axis(rows)
        if found is None:
            yield from rows
            return
        column, top, first, last = found
        yield from rows[:top]
        table = rows[top : last + 1]
        width = max(map(len, table))
        full = [[*row, *[""] * (width - len(row))] for row in table]
        heads = len(full) - (last - first + 1)
        for index in range(column, width):
            cells: list[Cell] = [row[index] for row in full]
            if index == column:
                labels = [
                    _label(cell, full[place], column) for place, cell in enumerate(cells[:heads])
                ]
                yield [*labels, *cells[heads:]]
            elif any(not is_empty(cell) for cell in cells[:heads]) or _is_marked(cells[heads:]):
                yield cells
        yield from rows[last + 1 :]


def _label(cell: Cell, row: Sequence[Cell], column: int) -> Cell:
    """The word for a line above the marks: its own, or what it plainly holds."""
    if field_of(cell) in (Field.ROLL, Field.SERIAL, Field.ADMISSION, Field.NAME):
        return cell
    values = [shown(other) for other in row[column + 1 :] if not is_empty(other)]
    if values and all(value.isdigit() for value in values):
        return "Roll No"
    return "Name" if sum(map(_is_name, values)) * 2 > len(values) else ""


def _axis(rows: Sequence[Sequence[Cell]]) -> tuple[int, int, int, int] | None:
    """(column of the days, first row of the head, first day's row, last day's row)."""
    for column in range(_FIRST_COLUMNS):
        cells: list[Cell] = [row[column] if column < len(row) else "" for row in rows[:_MAX_ROWS]]
        days = day_sequence(cells)
        if len(days) < _LEAST_DAYS or days[-1][0] - days[0][0] + 1 > 2 * len(days):
            continue
        first, last = days[0][0], days[-1][0]
        if not _mostly_marks([row[column + 1 :] for row in rows[first : last + 1]]):
            continue
        for above in range(first - 1, max(first - 1 - _HEAD_ROWS, -1), -1):
            values = [shown(cell) for cell in rows[above][column + 1 :] if not is_empty(cell)]
            names = sum(map(_is_name, values))
            if names >= 2 and names * 2 > len(values) and 2 * len(set(values)) > len(values):
                top = above
                while top > 0 and _is_head(rows[top - 1], column, len(values)):
                    top -= 1
                return column, top, first, last
    return None


def _is_head(row: Sequence[Cell], column: int, pupils: int) -> bool:
    """A further line of the head, such as the roll numbers, above or below the names.

    A title of label and value beside each other ("Class", "VI", "Month", "July") is none.
    """
    labels = {field_of(cell) for cell in row[column:] if not is_empty(cell)} - {None}
    if labels - {Field.ROLL, Field.SERIAL, Field.ADMISSION, Field.NAME}:
        return False
    return sum(not is_empty(cell) for cell in row[column + 1 :]) * 2 > pupils


def names_among(cells: Sequence[Cell]) -> int:
    """How many of the cells read like a person's name."""
    return sum(_is_name(shown(cell)) for cell in cells)


def _is_name(text: str) -> bool:
    return (
        sum(letter.isalpha() for letter in text) >= 3
        and not any(letter.isdigit() for letter in text)
        and field_of(text) is None
        and not weekdays_of(text)
        and text.lower() not in MONTHS
        and sense_of(text) is Sense.UNKNOWN
    )


def _mostly_marks(rows: Sequence[Sequence[Cell]]) -> bool:
    cells = [cell for row in rows for cell in row if not is_empty(cell)]
    return (
        len(cells) > 4
        and sum(sense_of(c) is not Sense.UNKNOWN for c in cells) * 10 > len(cells) * 6
    )


def _is_marked(cells: Sequence[Cell]) -> bool:
    return any(sense_of(cell) in (Sense.PRESENT, Sense.ABSENT, Sense.TICK) for cell in cells)
