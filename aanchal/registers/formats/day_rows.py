"""Bare day numbers at the head of a table: which of the ways of writing them a row follows.

Each way is a small reader of its own. It says how much of the row it explains, and what it had to
correct; `read_days` takes the one that explains clearly more than any other. A single number that
breaks an otherwise unbroken row (17 for 7, 11 twice) is read as the day that is missing there, and
said; where two days could be meant, it is no slip and nothing is corrected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Numbers = Sequence[tuple[int, int]]  # (column, day as written)


@dataclass(slots=True)
class Fit:
    """How one way of writing days explains a row.

    `days` are (column, day) as understood; `parts` the places where a month begins anew; `slips` the
    columns whose number was corrected; `score` is the share of the row's numbers that is explained,
    less for each correction.
    """

    way: str
    days: list[tuple[int, int]] = field(default_factory=list)
    parts: list[int] = field(default_factory=list)
    slips: dict[int, int] = field(default_factory=dict)  # column -> the number that stands there
    score: float = 0.0


_MARGIN = 0.1
_LAST_DAYS = 28  # a month's last day is one of these or later
_SLIP_COSTS = 0.5  # of a number


def read_days(cells: Numbers, *, apart: Callable[[int, int], bool]) -> Fit | None:
    """The way of writing that explains a row of numbers best; None when none does clearly.

    Args:
        cells: the numbers of the row, left to right.
        apart: whether other heads (a name, a roll number) stand between two columns, so that what
            follows is another table.
    """
    if not cells:
        return None
    rising = _rising(cells, apart)
    if rising is not None and not rising.slips and len(rising.days) == len(cells):
        return rising
    whole = _over_months(cells, apart)
    if whole is not None and not whole.slips and len(whole.days) == len(cells):
        return whole
    fits = [fit for way in _WAYS if (fit := way(cells, apart)) is not None]
    fits.sort(key=lambda fit: fit.score, reverse=True)
    if not fits:
        return None
    if len(fits) > 1 and fits[0].score - fits[1].score < _MARGIN and fits[0].days != fits[1].days:
        if fits[0].way == "shuffled" and not fits[1].slips:
            return fits[0]  # the other leaves days out
        simple = [fit for fit in fits if fit.way == "rising" and not fit.slips]
        return simple[0] if simple and fits[0].score - simple[0].score < _MARGIN else None
    return fits[0]


def _rising(cells: Numbers, apart: Callable[[int, int], bool]) -> Fit | None:
    """1 2 3 …, the longest run of them; a day may stand over two columns side by side."""
    best: Fit | None = None
    for run in _runs(cells, apart):
        fit = _fit_of("rising", run, len(cells))
        if fit and (best is None or fit.score > best.score):
            best = fit
    return best


def _falling(cells: Numbers, apart: Callable[[int, int], bool]) -> Fit | None:
    """31 30 29 …: the newest day first."""
    if len(cells) < 3:
        return None
    turned = [(-column, day) for column, day in reversed(cells)]
    best = _rising(turned, lambda a, b: apart(-b, -a))
    if best is None or len({day for _, day in best.days}) < 3:
        return None
    days = [(-column, day) for column, day in reversed(best.days)]
    return Fit("falling", days, [], {-c: n for c, n in best.slips.items()}, best.score)


def _over_months(cells: Numbers, apart: Callable[[int, int], bool]) -> Fit | None:
    """26 27 … 31 1 2 … 25, or two months side by side: runs that each go to a month's end."""
    runs = _runs(cells, apart)
    if not 2 <= len(runs) <= 12 or sum(map(len, runs)) < 4:
        return None
    days: list[tuple[int, int]] = []
    parts = []
    slips: dict[int, int] = {}
    for place, run in enumerate(runs):
        fit = _fit_of("over months", run, len(run))
        if fit is None:
            return None
        if place and (
            fit.days[0][1] > 3 or days[-1][1] < _LAST_DAYS - 3 or apart(days[-1][0], run[0][0])
        ):
            return None
        if place:
            parts.append(len(days))
        days += fit.days
        slips |= fit.slips
    return Fit(
        "over months", days, parts, slips, (len(days) - _SLIP_COSTS * len(slips)) / len(cells)
    )


def _shuffled(cells: Numbers, apart: Callable[[int, int], bool]) -> Fit | None:
    """5 7 6 8: every day once, and few out of their order. As written, or is a heading wrong?"""
    numbers = [day for _, day in cells]
    falls = sum(1 for a, b in pairwise(numbers) if b < a)
    falls = min(falls, len(numbers) - 1 - falls)  # the days may stand from the last to the first
    if len(cells) < 5 or len(set(numbers)) != len(numbers) or not falls:
        return None
    if falls > max(2, len(cells) // 8) or any(apart(a, b) for (a, _), (b, _) in pairwise(cells)):
        return None
    return Fit("shuffled", list(cells), [], {}, 0.99)


_WAYS = (_rising, _falling, _over_months, _shuffled)


def _fit_of(way: str, run: Numbers, of: int) -> Fit | None:
    numbers, slips = _corrected(run)
    days = [(column, day) for (column, _), day in zip(run, numbers, strict=True)]
    different = set(numbers)
    close = sum(1 for a, b in pairwise(numbers) if b - a <= 2)
    if len(different) > 4 and close * 10 < (len(days) - 1) * 6:
        return None
    if len(run) > 1 and len(different) == 1:
        return None
    if any(b < a for a, b in pairwise(numbers)):
        return None  # two have changed places: no slip, and no order
    if len(slips) > max(1, len(run) // 8):
        return None
    return Fit(way, days, [], slips, (len(days) - _SLIP_COSTS * len(slips)) / of)


def _runs(cells: Numbers, apart: Callable[[int, int], bool]) -> list[list[tuple[int, int]]]:
    """Numbers cut wherever they fall and no slip explains it."""
    paired = _are_pairs(cells)
    runs: list[list[tuple[int, int]]] = []
    reached = 0  # the day reached, a slip counted as what it should be
    for place, (column, day) in enumerate(cells):
        if runs:
            before = runs[-1][-1][0]
            twice = len(runs[-1]) > 1 and runs[-1][-2][1] == day
            beside = day == reached and abs(column - before) == 1 and not twice
            after = cells[place + 1][1] if place + 1 < len(cells) else None
            slip = not paired and after == reached + 2 and day != reached + 1 and reached >= 1
            written = [n for _, n in cells]
            slip = slip and not any(_either_may_be_wrong(written, at) for at in (place, place - 1))
            if apart(before, column):
                pass
            elif slip:
                runs[-1].append((column, day))
                reached += 1
                continue
            elif day > reached or beside or _first_is_slip(runs[-1], day, cells, place):
                runs[-1].append((column, day))
                reached = day
                continue
        runs.append([(column, day)])
        reached = day
    return runs


def _first_is_slip(run: list[tuple[int, int]], day: int, cells: Numbers, place: int) -> bool:
    """True for 11 2 3 4: the first number of a row cannot be that day, nor the end of a month."""
    after = [number for _, number in cells[place + 1 : place + 3]]
    return (
        len(run) == 1
        and place == 1
        and run[0][1] < _LAST_DAYS
        and day > 1
        and len(after) == 2
        and after == [day + 1, day + 2]
    )


def _corrected(run: Numbers) -> tuple[list[int], dict[int, int]]:
    numbers = [day for _, day in run]
    written_so = list(numbers)
    written = set(numbers)
    slips: dict[int, int] = {}
    if _are_pairs(run):
        return numbers, slips
    for place, (column, day) in enumerate(run):
        before = numbers[place - 1] if place else None
        after = numbers[place + 1] if place + 1 < len(numbers) else None
        if (
            before is not None
            and after == before + 2
            and day != before + 1
            and before + 1 not in written
            and not any(_either_may_be_wrong(written_so, at) for at in (place, place - 1))
        ):
            slips[column] = day
            numbers[place] = before + 1
        elif before is None and after is not None and day >= after > 1 and len(run) >= 4:
            slips[column] = day
            numbers[place] = after - 1
    return numbers, slips


def _either_may_be_wrong(numbers: Sequence[int], place: int) -> bool:
    """True for 3 5 5 7: the first 5 may stand for 4, or the second for 6."""
    around = list(numbers[max(place - 1, 0) : place + 3])
    if not place or len(around) < 4:
        return False
    before, day, after, later = around
    return day == after == before + 2 and later == after + 2


def _are_pairs(cells: Numbers) -> bool:
    """True where most days stand over two columns side by side."""
    twice = sum(1 for (a, x), (b, y) in pairwise(cells) if x == y and abs(b - a) == 1)
    return twice * 3 >= len(cells)
