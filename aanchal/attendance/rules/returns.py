"""Whether a register shows a child back after her absences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .marks import Mark


@dataclass(frozen=True)
class Return:
    """Present on every marked day since `since_on`: `days` of them."""

    since_on: date
    days: int


def back_since(days: Sequence[date], marks: Sequence[int], *, after: date) -> Return | None:
    """The run of presence that a child's marks end with, if it began after a day.

    Leave, holidays and days not taken neither end the run nor count in it.

    Args:
        days, marks: her register days, oldest first, and the code of `Mark` on each.
        after: the day of the signal; what came before says nothing of a return.

    Returns:
        None when her last marked day is an absence, or she was not marked present after it.
    """
    first: date | None = None
    count = 0
    for day, mark in zip(reversed(days), reversed(marks), strict=True):
        if day <= after or mark == Mark.ABSENT:
            break
        if mark == Mark.PRESENT:
            first, count = day, count + 1
    return Return(first, count) if first is not None else None
