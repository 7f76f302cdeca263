"""What a visit budget would have cost and found on past registers. Pure: arrays in, counts out.

A budget is visits for 1,000 children a month of 22 register days. Nothing here knows whether a
flag was right: only what was asked, when, and what real visits found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .history import History
from .long_absences import LongAbsence

BUDGETS: Final = tuple(range(2, 32, 2))
SAME_FLAG_DAYS: Final = 30  # days after a real flag in which a replayed one is the same

# Thresholds that are tried: a flag more or less between two of them is no visit more or less.
LOWEST, STEP, STEPS = -4.0, 0.05, 720


@dataclass(frozen=True, slots=True)
class Asked:
    """The flags of one replay: the child, the column of the day, whether urgent."""

    child: NDArray[np.int64]
    column: NDArray[np.int64]
    is_urgent: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.child)


@dataclass(frozen=True, slots=True)
class Found:
    """What a real visit found: after which flag, and whether it was for nothing."""

    child: str
    since_on: date
    signal_on: date
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Point:
    """What one budget would have done in the whole span.

    `visits` is the budget, None for the threshold in force. `asked` long absences were asked about
    before their 20th day; `lead_days` is the median of their marked days from the flag to that
    day. `sooner`, `later`, `only` and `missed` compare with the threshold in force: absences asked
    about on an earlier day, a later day, by this one alone, by that one alone. `empty` of `known`
    real visits whose flag this budget asks too were for nothing.
    """

    visits: int | None
    threshold: float
    urgent: int
    ordinary: int
    asked: int
    lead_days: float | None
    sooner: int
    later: int
    only: int
    missed: int
    known: int
    empty: int


@dataclass(frozen=True, slots=True)
class Past:
    """A block's own past under every budget; a month is 22 register days."""

    first_on: date
    last_on: date
    months: float
    children: int
    volunteers: int
    long_absences: int
    in_force: Point
    points: tuple[Point, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values, as `past_from_json` reads them."""
        return asdict(self) | {
            "first_on": self.first_on.isoformat(),
            "last_on": self.last_on.isoformat(),
            "points": [asdict(point) for point in self.points],
        }


def past_from_json(data: Mapping[str, Any]) -> Past:
    """The inverse of `Past.to_json`."""
    return Past(
        **{
            **data,
            "first_on": date.fromisoformat(data["first_on"]),
            "last_on": date.fromisoformat(data["last_on"]),
            "in_force": Point(**data["in_force"]),
            "points": tuple(Point(**point) for point in data["points"]),
        }
    )


def a_month(count: int, months: float) -> float:
    """Flags a month; 0 months count as nothing asked."""
    return count / months if months else 0.0


def thresholds_for(
    budgets: Sequence[int],
    *,
    children: int,
    months: float,
    asked_at: Callable[[float], int],
) -> dict[int, float]:
    """For each budget the lowest threshold that asks no oftener than it.

    Args:
        asked_at: flags in the whole span at a threshold; fewer, or as many, as it rises.
            Called once a threshold.

    Returns:
        budget → threshold; the highest tried where even that asks oftener.
    """
    known: dict[int, int] = {}

    def count(step: int) -> int:
        if step not in known:
            known[step] = asked_at(_threshold(step))
        return known[step]

    found = {}
    for budget in budgets:
        most = budget * children * months / 1000
        low, high = 0, STEPS
        while low < high:
            middle = (low + high) // 2
            if count(middle) > most:
                low = middle + 1
            else:
                high = middle
        found[budget] = _threshold(low)
    return found


def _threshold(step: int) -> float:
    return round(LOWEST + step * STEP, 4)


def point_of(
    asked: Asked,
    *,
    visits: int | None,
    threshold: float,
    absences: Sequence[LongAbsence],
    in_force: Sequence[int | None] | None,
    found: Sequence[Found],
    history: History,
) -> tuple[Point, list[int | None]]:
    """Count what one replay did; and the lead of each long absence, for comparing.

    Args:
        in_force: the leads under the threshold in force; None when this is it.
    """
    columns: dict[int, list[int]] = {}
    for child, column in zip(asked.child.tolist(), asked.column.tolist(), strict=True):
        columns.setdefault(child, []).append(column)
    leads = [absence.lead_of(columns.get(absence.child, ())) for absence in absences]
    told = [lead for lead in leads if lead is not None]
    pairs = list(zip(leads, leads if in_force is None else in_force, strict=True))
    both = [(mine, theirs) for mine, theirs in pairs if mine is not None and theirs is not None]
    known = _also_asked(found, columns, history)
    return (
        Point(
            visits=visits,
            threshold=threshold,
            urgent=int(asked.is_urgent.sum()),
            ordinary=int((~asked.is_urgent).sum()),
            asked=len(told),
            lead_days=float(np.median(told)) if told else None,
            sooner=sum(mine > theirs for mine, theirs in both),
            later=sum(mine < theirs for mine, theirs in both),
            only=sum(mine is not None and theirs is None for mine, theirs in pairs),
            missed=sum(mine is None and theirs is not None for mine, theirs in pairs),
            known=len(known),
            empty=sum(one.is_empty for one in known),
        ),
        leads,
    )


def _also_asked(
    found: Sequence[Found], columns: Mapping[int, Sequence[int]], history: History
) -> list[Found]:
    """Real findings whose flag the replay asks too: about the same child, in the same days."""
    number = {child: i for i, child in enumerate(history.children)}
    return [
        one
        for one in found
        if any(
            one.since_on <= history.days[column]
            and (history.days[column] - one.signal_on).days <= SAME_FLAG_DAYS
            for column in columns.get(number.get(one.child, -1), ())
        )
    ]
