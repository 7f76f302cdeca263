"""Finding the head of a table: which row it is, which column holds what, which columns are days."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .castes import take_castes_out
from .conventions import is_of_absences
from .day_columns import complete_days, names_periods, set_months_over
from .day_rows import Fit, read_days
from .flags import flags_in
from .head import Layout
from .head_columns import settle_columns
from .labels import Field, field_of
from .marks import Sense, sense_of
from .months import DayCell, Reading, day_cell, weekdays_of

WHO = (Field.NAME, Field.ROLL, Field.ADMISSION, Field.STATE_ID)
LOOK_AHEAD = 80  # rows in which the first head must stand
_SEEN_BELOW = 12  # rows below a head that are looked at for marks
_LABELS_ABOVE = 3  # rows over the days in which "Roll No." and "Name" may stand


Row = tuple[int, Sequence[Cell]]


def find_header(rows: Sequence[Row], *, start: int = 0) -> tuple[Layout, int] | None:
    """Find the first table's head in buffered rows.

    Returns:
        The layout and the place in `rows` of the first row below the head; None when no row can be
        a head.
    """
    for place in range(start, len(rows)):
        row = rows[place][1]
        labels = labels_of(row)
        _take_time_for_stamp(labels, rows[place + 1 : place + 4])
        if is_long_header(labels) and len(day_sequence(row)) < 2 and has_status(row, labels):
            return _long_layout(rows, place, labels), place + 1
        if is_list_of_absences(row, labels, rows[start:place]):
            return _long_layout(rows, place, labels), place + 1
        named = set(labels.values())
        if is_daily_header(row, labels) and not any(
            len(day_sequence(["" if i in named else cell for i, cell in enumerate(near)])) >= 2
            for _, near in rows[place : place + 3]
        ):
            return _long_layout(rows, place, labels), place + 1
        days = day_sequence(row)
        if days and _is_head(rows, place, labels, days, start):
            return _wide_layout(rows, place, days, start)
    return None


def _take_time_for_stamp(labels: dict[Field, int], below: Sequence[Row]) -> None:
    """A column headed "time" that holds days with their hours is when each line was written."""
    at = labels.get(Field.PERIOD)
    if at is None or Field.DATE in labels or Field.STAMP in labels:
        return
    cells = [row[at] for _, row in below if at < len(row)]
    seen = [day_cell(cell) for cell in cells if not is_empty(cell)]
    if seen and all(cell is not None and cell.readings[0].month for cell in seen):
        labels[Field.STAMP] = labels.pop(Field.PERIOD)


def _is_head(
    rows: Sequence[Row],
    place: int,
    labels: dict[Field, int],
    days: list[tuple[int, DayCell]],
    start: int,
) -> bool:
    if len(days) >= 5 or names_someone(labels):
        return True
    if len(days) < 3:
        return False
    if days[0][1].readings[0].month is None and any(map(_is_date, rows[place][1])):
        return False  # the number of a class and of a roll beside the date of one line of a list
    # Few days, and the words for them in a row near by: a title with numbers in it must not do.
    filled = sum(not is_empty(cell) for cell in rows[place][1])
    near = (*range(max(start, place - _LABELS_ABOVE), place), place + 1)
    return filled <= 2 * len(days) and any(
        names_someone(labels_of(rows[other][1])) for other in near if other < len(rows)
    )


def labels_of(row: Sequence[Cell]) -> dict[Field, int]:
    """The fields a row names, each at its first column; a second name in another script is kept."""
    found: dict[Field, int] = {}
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or cell == "":
            continue
        known = field_of(cell)
        if known is None:
            continue
        if known is Field.CLASS and known in found and fold(cell).strip(" .:") in _SECTION_TOO:
            known = Field.SECTION
        if known is Field.NAME and known in found:
            first = shown(row[found[known]])
            if first.isascii() != shown(cell).isascii() and Field.OWN_NAME not in found:
                own, plain = (index, found[known]) if first.isascii() else (found[known], index)
                found[Field.OWN_NAME], found[Field.NAME] = own, plain
            continue
        found.setdefault(known, index)
    return found


_SECTION_TOO = (fold("वर्ग"),)  # the class where it stands alone, the section beside कक्षा


def names_someone(labels: dict[Field, int]) -> bool:
    return any(which in labels for which in WHO) or Field.SERIAL in labels


def is_long_header(labels: dict[Field, int]) -> bool:
    """True for the head of the long form: a date, a status and who it is about."""
    return (
        (Field.DATE in labels or Field.STAMP in labels)
        and any(which in labels for which in WHO)
        and (Field.STATUS in labels or Field.SUM in labels)
    )


def is_list_of_absences(
    row: Sequence[Cell], labels: dict[Field, int], above: Sequence[Row]
) -> bool:
    """True for the head of a list of those who did not come: a date and who, under a title that says so."""
    if (
        Field.DATE not in labels
        or not any(which in labels for which in WHO)
        or has_status(row, labels)
    ):
        return False
    lines = [shown(cell) for _, line in above for cell in line if not is_empty(cell)]
    return any(is_of_absences(fold(text)) for text in lines) and len(day_sequence(row)) < 2


def has_status(row: Sequence[Cell], labels: dict[Field, int]) -> bool:
    """True where a column holds the mark, or a column each stands for a mark."""
    return Field.STATUS in labels or bool(set(flags_in(row).values()) & {Mark.PRESENT, Mark.ABSENT})


def is_daily_header(row: Sequence[Cell], labels: dict[Field, int]) -> bool:
    """True for the head of one day's list: who and the mark, the date standing above it."""
    if Field.DATE in labels or Field.STATUS not in labels:
        return False
    # "Marks" alone heads a list of examination marks.
    status = fold(shown(row[labels[Field.STATUS]])).strip(" .:")
    return status not in ("mark", "marks") and any(which in labels for which in WHO)


def _long_layout(rows: Sequence[Row], place: int, labels: dict[Field, int]) -> Layout:
    number, cells = rows[place]
    castes_at = take_castes_out(labels, rows[place + 1 : place + 9])
    flags = flags_in(cells)
    at_status = labels.get(Field.STATUS)
    if at_status is None or at_status in flags:
        labels.pop(Field.STATUS, None)
        labels.pop(Field.SUM, None)
    else:
        flags = {}
    absences = "" if at_status is not None or flags else "rows"
    by_stamp = Field.DATE not in labels and Field.STAMP in labels
    if by_stamp:
        labels[Field.DATE] = labels[Field.STAMP]
    lines = [shown(cell) for cell in cells]
    return Layout(
        number,
        number,
        labels,
        is_long=True,
        width=len(cells),
        lines=lines,
        flags=flags,
        by_stamp=by_stamp,
        absences=absences,
        castes_at=castes_at,
    )


def day_sequence(row: Sequence[Cell]) -> list[tuple[int, DayCell]]:
    """The cells of a row that stand for days in order: (column, day); empty when they do not."""
    return day_fit(row)[0]


def day_fit(row: Sequence[Cell]) -> tuple[list[tuple[int, DayCell]], Fit | None]:
    """The days of a row, and how its bare numbers were understood; None for dates.

    A row of marks (1 0 1 1) or of totals gives none.
    """
    cells = [
        (index, seen) for index, cell in enumerate(row) if (seen := day_cell(cell)) is not None
    ]
    if not cells:
        return [], None
    dated = [(i, c) for i, c in cells if _is_dated(c)]
    if len(dated) * 2 >= len(cells):
        return (dated if len(dated) == 1 or _mostly_new(dated) else []), None
    bare = {i: c for i, c in cells if not _is_dated(c)}
    fit = read_days(
        [(i, c.readings[0].day) for i, c in bare.items()],
        apart=lambda one, other: _is_apart(row, one, other),
    )
    if fit is None:
        return [], None
    return [
        (i, bare[i] if i not in fit.slips else bare[i]._replace(readings=(Reading(day),)))
        for i, day in fit.days
    ], fit


def _is_apart(row: Sequence[Cell], one: int, other: int) -> bool:
    """True when a name or a number of a child stands between two columns: another table begins."""
    between = row[min(one, other) + 1 : max(one, other)]
    return len(between) > 0 and any(
        isinstance(cell, str) and field_of(cell) in (*WHO, Field.SERIAL) for cell in between
    )


def _is_date(cell: Cell) -> bool:
    seen = day_cell(cell) if not is_empty(cell) else None
    return seen is not None and _is_dated(seen)


def _is_dated(cell: DayCell) -> bool:
    return cell.readings[0].month is not None


def _mostly_new(cells: list[tuple[int, DayCell]]) -> bool:
    return len({c.readings for _, c in cells}) * 10 >= len(cells) * 4


def later_days(row: Sequence[Cell], layout: Layout) -> int | None:
    """The column where day numbers begin anew, right of those read; None when they do not."""
    if not layout.days or layout.days[0].month is not None:
        return None
    last = max(column.index for column in layout.days)
    cells = [
        (index, seen.readings[0].day)
        for index, cell in enumerate(row)
        if index > last and (seen := day_cell(cell)) is not None
    ]
    fit = read_days(cells, apart=lambda one, other: _is_apart(row, one, other))
    beside = any(field_of(cell) in WHO for cell in row[last + 1 :])
    return fit.days[0][0] if fit and (len(fit.days) >= 5 or beside) else None


def _wide_layout(
    rows: Sequence[Row], place: int, days: list[tuple[int, DayCell]], start: int
) -> tuple[Layout, int]:
    row = rows[place][1]
    first_day = days[0][0]
    day_columns = {index for index, _ in days}
    fields: dict[Field, int] = {}
    first = last = place
    lines = [shown(cell) for cell in row]
    _take(fields, labels_of(row), day_columns)
    for above in range(place - 1, max(start, place - _LABELS_ABOVE) - 1, -1):
        labels = labels_of(rows[above][1])
        if not names_someone(labels):
            continue
        if not any(which in fields for which in WHO) or _fills(labels, fields):
            _take(fields, labels, day_columns)
            lines += [shown(cell) for cell in rows[above][1]]
            first = min(first, above)
    weekdays = weekday_row(rows[place - 1][1], days) if place > start else {}
    if weekdays:
        first = min(first, place - 1)
    sessions = False
    for below in range(place + 1, min(place + 3, len(rows))):
        line = rows[below][1]
        found = weekday_row(line, days)
        labels = labels_of(line)
        if below == place + 1 and has_two_sessions(line, days):
            sessions, last = True, below
        elif found:
            weekdays = weekdays or found
            last = below
        elif (
            names_someone(labels)
            and sum(not is_empty(c) for c in line) <= len(labels) + 3
            and not _is_of_child(line, fields, days)
        ):
            last = below
        elif is_column_numbers(line):
            last = below
            continue
        else:
            break
        _take(fields, labels, day_columns)
        lines += [shown(cell) for cell in line]
    layout = Layout(
        rows[first][0],
        rows[last][0],
        fields,
        width=max(len(rows[place][1]), first_day),
        lines=lines,
    )
    layout.castes_at = take_castes_out(fields, rows[last + 1 : last + 9])
    settle_columns(layout, days, weekdays, day_fit(row)[1])
    if sessions:
        for column in layout.days:
            column.others = (column.index + 1,)
    under: list[Sequence[Cell]] = []
    for _, line in rows[last + 1 : last + 1 + _SEEN_BELOW]:
        here = [line[index] for index, _ in days[1:3] if index < len(line)]
        if any(map(_may_be_day, here)) and len(day_sequence(line)) >= 5:
            break  # the next table
        under.append(line)
    if not sessions:
        complete_days(layout, row, under)
    heads_above = [line for _, line in rows[max(start, place - _LABELS_ABOVE) : place]]
    layout.periods = names_periods([*heads_above, row], layout)
    set_months_over(layout, heads_above)
    return layout, last + 1


def _is_of_child(
    row: Sequence[Cell], fields: dict[Field, int], days: Sequence[tuple[int, object]]
) -> bool:
    """True for the row of a child whose name is a word of the head: a number or a mark beside it."""
    numbers = [fields[which] for which in (Field.ROLL, Field.SERIAL) if which in fields]
    if any(at < len(row) and shown(row[at]).isdigit() for at in numbers):
        return True
    marks = [sense_of(row[index]) for index, _ in days if index < len(row)]
    return any(sense in (Sense.PRESENT, Sense.ABSENT, Sense.TICK) for sense in marks)


def _may_be_day(cell: Cell) -> bool:
    """True for a number, or a text with a digit in it: a quick look before the cell is read."""
    if isinstance(cell, str):
        return cell != "" and any(map(str.isdigit, cell))
    return cell is not None


def has_two_sessions(row: Sequence[Cell], days: Sequence[tuple[int, object]]) -> bool:
    """True when each day spans two columns, headed by one same pair of words (morning, afternoon)."""
    places = [index for index, _ in days]
    if len(places) < 2 or any(b - a != 2 for a, b in pairwise(places)):
        return False
    pairs = {
        tuple(fold(shown(row[at])) if at < len(row) else "" for at in (index, index + 1)) for index in places
    }  # fmt: skip
    pair = pairs.pop()
    return not pairs and all(pair) and pair[0] != pair[1]


def _fills(labels: dict[Field, int], fields: dict[Field, int]) -> bool:
    taken = set(fields.values())
    return any(column not in taken for column in labels.values())


def _take(fields: dict[Field, int], labels: dict[Field, int], day_columns: set[int]) -> None:
    taken = set(fields.values())
    for known, column in labels.items():
        if column not in day_columns and column not in taken and known not in fields:
            fields[known] = column
            taken.add(column)


def weekday_row(
    row: Sequence[Cell], days: Iterable[tuple[int, object]]
) -> dict[int, frozenset[int]]:
    """Column -> weekdays, when the row names the weekdays of the day columns; empty otherwise."""
    found: dict[int, frozenset[int]] = {}
    filled = 0
    total = 0
    texts = set()
    for index, _ in days:
        total += 1
        cell = row[index] if index < len(row) else None
        if is_empty(cell):
            continue
        filled += 1
        named = weekdays_of(cell)
        if named:
            found[index] = named
            texts.add(fold(shown(cell)))
    if not found or len(found) < filled * 0.8 or len(found) < min(total * 0.6, 5):
        return {}
    if total >= 4 and len(texts) < 3:
        return {}  # a row of S, or of one letter, is marks
    return found


def is_column_numbers(row: Sequence[Cell]) -> bool:
    """True for the line that numbers the columns of an official form: (1) (2) (3) …"""
    filled = [
        (index, shown(cell).strip("() ")) for index, cell in enumerate(row) if not is_empty(cell)
    ]
    if len(filled) < 5:
        return False
    numbers = [fold(text) for _, text in filled]
    return all(text.isdigit() for text in numbers) and [int(text) for text in numbers] == list(
        range(int(numbers[0]), int(numbers[0]) + len(numbers))
    ) and int(numbers[0]) == 1 and filled[0][0] <= 1  # fmt: skip
