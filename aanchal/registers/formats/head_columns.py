"""Which day stands over each column of a head: the reading that makes them days of one month in order."""

from itertools import pairwise

from .day_rows import Fit
from .head import DayColumn, Layout
from .months import DayCell, Reading, a_date


def settle_columns(
    layout: Layout,
    days: list[tuple[int, DayCell]],
    weekdays: dict[int, frozenset[int]],
    fit: Fit | None,
) -> None:
    """Choose one reading for each day of the head, by what makes them days of one month in order."""
    chosen = _chosen(layout, [cell for _, cell in days])
    seen: dict[tuple[int, int | None, int | None, int], DayColumn] = {}
    begins = [fit.days[place][0] for place in fit.parts] if fit else []
    if fit:
        layout.way = fit.way
        layout.slips = {column: str(number) for column, number in fit.slips.items()}
    for (index, cell), reading in zip(days, chosen, strict=True):
        column = DayColumn(
            index, reading.day, reading.month, reading.year, cell.weekdays or weekdays.get(index, frozenset())
        )  # fmt: skip
        part = sum(index >= begin for begin in begins)
        key = (reading.day, reading.month, reading.year, part)
        if key in seen and cell.has_clock:
            seen[key].others += (index,)  # another hour of that day
            continue
        if key in seen:
            layout.repeated.append((index, reading.day))
            continue
        seen[key] = column
        layout.days.append(column)
    if layout.repeated and [c.index + 1 for c in layout.days] == [i for i, _ in layout.repeated]:
        # Every day twice, side by side: morning and afternoon.
        for column in layout.days:
            column.others = (column.index + 1,)
        layout.repeated.clear()


def _chosen(layout: Layout, cells: list[DayCell]) -> list[Reading]:
    plain = [cell.readings[0] for cell in cells]
    if all(len(cell.readings) == 1 for cell in cells) and _in_order(plain):
        return plain
    months = {(r.year, r.month) for cell in cells for r in cell.readings if r.month}
    if any(year for year, _ in months):
        months = {(year, month) for year, month in months if year}
    fitting = []
    for year, month in sorted(months, key=lambda m: (m[0] or 0, m[1] or 0)):
        picked = [
            next((r for r in cell.readings if r.month == month and r.year in (year, None)), None)
            for cell in cells
        ]
        if all(picked) and _in_order([r._replace(year=year) for r in picked if r]):
            fitting.append([r._replace(year=year) for r in picked if r])
    if len(fitting) == 1:
        own = any(cell.form == "cell" for cell in cells)
        layout.turned = own and any(r.month_first for r in fitting[0])
        return fitting[0]
    if len(fitting) > 1:
        fitting.sort(key=lambda f: any(r.month_first for r in f))
        layout.ways = [[r[:3] for r in f] for f in fitting]
        return fitting[0]
    if _in_order(plain):
        return plain
    other = [cell.readings[-1] for cell in cells]
    if _in_order(other):
        layout.turned = True
        return other
    return _of_one_month(layout, cells) or plain


def _of_one_month(layout: Layout, cells: list[DayCell]) -> list[Reading] | None:
    """Columns out of their order: the one month of which each is another day, if there is one."""
    if not any(len(cell.readings) > 1 for cell in cells):
        return None
    months = {(r.year, r.month) for cell in cells for r in cell.readings}
    fitting = []
    for year, month in sorted(months, key=lambda m: (m[0] or 0, m[1] or 0)):
        picked = [r for c in cells for r in c.readings if (r.year, r.month) == (year, month)]
        if len({r.day for r in picked}) == len(picked) == len(cells) and not _impossible(picked):
            fitting.append(picked)
    if len(fitting) > 1:
        fitting.sort(key=lambda f: any(r.month_first for r in f))
        layout.ways = [[r[:3] for r in f] for f in fitting]
    elif fitting:
        own = any(cell.form == "cell" for cell in cells)
        layout.turned = own and any(r.month_first for r in fitting[0])
    return fitting[0] if fitting else None


def _in_order(readings: list[Reading]) -> bool:
    keys = [(r.year or 0, r.month or 0, r.day) for r in readings]
    rising = all(a <= b for a, b in pairwise(keys)) or all(a >= b for a, b in pairwise(keys))
    return rising and not _impossible(readings)


def _impossible(readings: list[Reading]) -> bool:
    # A single 31 February is a slip to report; many are a wrong reading.
    bad = sum(1 for r in readings if r.month and a_date(r.year or 2024, r.month, r.day) is None)
    return bad > max(1, len(readings) // 5)
