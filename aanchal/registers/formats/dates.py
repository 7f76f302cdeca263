"""A whole column of dates, read one way: day first or month first as the column itself shows."""

import re
from collections.abc import Iterable
from datetime import date

from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .months import DayCell, Reading, a_date

_TWO_EACH = re.compile(r"(\d\d)[-./](\d\d)[-./](\d\d)$")


def are_year_first(texts: Iterable[Cell], *, today: date) -> bool:
    """Whether a column of dates such as 26-07-01 has the year first.

    Only where all are so written, and the day first would scatter them over years while the year first
    puts them into few months that are past.
    """
    written = [shown(text) for text in texts if not is_empty(text)]
    found = [_TWO_EACH.match(text) for text in written]
    parts = [tuple(map(int, match.groups())) for match in found if match]
    if len(parts) < 2 or len(parts) * 10 < len(written) * 9:
        return False
    day_first = {year for _, _, year in parts}
    months = {(year, month) for year, month, _ in parts}
    dates = [a_date(2000 + year, month, day) for year, month, day in parts]
    return len(day_first) > 2 >= len(months) and all(on and on <= today for on in dates)


def date_of(reading: Reading, year: int | None = None) -> date | None:
    """The day a reading names, `year` filling its silence; None when the calendar has no such day."""
    if reading.month is None:
        return None
    given = reading.year or year
    return a_date(given, reading.month, reading.day) if given else None


def picked(cell: DayCell, month_first: bool) -> Reading:
    """The cell's reading in the chosen order; its only one where there is no choice."""
    if month_first:
        return next((r for r in cell.readings if r.month_first), cell.readings[0])
    return cell.readings[0]


def is_month_first(
    cells: Iterable[DayCell],
    *,
    today: date,
    month: int | None = None,
    year: int | None = None,
) -> bool | None:
    """Whether a column writes the month before the day.

    A date that can be read one way only (25/07) decides for all. Failing that, the month everyone
    speaks of, then what lies in the future, then the order that keeps many dates in few months.

    Args:
        cells: the different dates of the column.
        today: no mark can be later.
        month: the month the title or the user names, if one does.
        year: for dates written without one.

    Returns:
        False for day first, True for month first, None when the column cannot tell, or contradicts
        itself.
    """
    written = [cell for cell in cells if cell.form == "numbers"]
    doubtful = [cell for cell in written if len(cell.readings) > 1]
    if not doubtful:
        return False
    certain = [cell.readings[0] for cell in written if len(cell.readings) == 1]
    month_certain = any(reading.month_first for reading in certain)
    day_certain = any(r.day > 12 and not r.month_first for r in certain)
    if day_certain or month_certain:
        return None if day_certain and month_certain else month_certain
    if month:
        as_day_first = all(c.readings[0].month == month for c in doubtful)
        as_month_first = all(picked(c, True).month == month for c in doubtful)
        if as_day_first != as_month_first:
            return as_month_first
    day_first = [d for c in doubtful if (d := date_of(c.readings[0], year))]
    turned = [d for c in doubtful if (d := date_of(picked(c, True), year))]
    late, late_turned = any(d > today for d in day_first), any(d > today for d in turned)
    if late != late_turned:
        return late
    months = len({(d.year, d.month) for d in day_first})
    months_turned = len({(d.year, d.month) for d in turned})
    if len(doubtful) >= 3 and max(months, months_turned) >= 3 * min(months, months_turned):
        return months > months_turned
    return None


def are_turned(cells: Iterable[DayCell]) -> bool:
    """Whether the spreadsheet's own dates have day and month exchanged.

    A program set to American dates makes 7 January of a typed 1/7, and leaves 13/7 as text. So such a
    column holds date cells of the first twelve days only, beside texts that are day first, or spread
    over many months on one day; a column with a date cell past the 12th is as it should be.
    """
    cells = list(cells)
    own = [cell for cell in cells if cell.form == "cell"]
    if not own or any(len(cell.readings) == 1 and cell.readings[0].day > 12 for cell in own):
        return False
    doubtful = [cell for cell in own if len(cell.readings) > 1]
    texts = [
        cell.readings[0] for cell in cells if cell.form == "numbers" and len(cell.readings) == 1
    ]
    turned = {picked(cell, True)[1:3] for cell in doubtful}
    if any(r.day > 12 and (r.month, r.year) in turned for r in texts):
        return True
    plain = [d for cell in doubtful if (d := date_of(cell.readings[0]))]
    return (
        len(plain) >= 3
        and len({(d.year, d.month) for d in plain}) >= 3 * len(turned)
        and len({d.day for d in plain}) == 1
    )
