"""Whether a register shows a child back after her absences. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aanchal.lib.marks import Mark


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


@dataclass(frozen=True)
class Came:
    """On how many of her marked school days a child came."""

    came: int
    days: int


class Standing(StrEnum):
    """What the days since her return say."""

    BACK = "back"
    NOT_BACK = "not_back"
    TOO_EARLY = "too_early"


def came_since(days: Sequence[date], marks: Sequence[int], *, since: date) -> Came:
    """Days present of days marked present or absent, from a day on. Leave counts as neither.

    Args:
        days, marks: her register days, oldest first, and the code of `Mark` on each.
    """
    marked = [
        mark
        for day, mark in zip(days, marks, strict=True)
        if day >= since and mark in (Mark.PRESENT, Mark.ABSENT)
    ]
    return Came(sum(mark == Mark.PRESENT for mark in marked), len(marked))


def standing(came: Came, *, fewest_days: int, share: float) -> Standing:
    """Say whether these days show her back.

    Not back is said as soon as no number of days to come could make the first `fewest_days` good.

    Args:
        fewest_days: fewer marked days than this show nobody back.
        share: the share of them on which she must have come.
    """
    of = max(came.days, fewest_days)
    missed = came.days - came.came
    # Written so that 4 of 5 is 0.8: a share of floating point would lose a day now and then.
    if missed > of - share * of + 1e-9:
        return Standing.NOT_BACK
    return Standing.BACK if came.days >= fewest_days else Standing.TOO_EARLY


def absent_again(days: Sequence[date], marks: Sequence[int], *, after: date) -> Return | None:
    """A run of absence that a child's marks end with, when she had come after a day.

    It is another absence than the one the day's signal was about.

    Returns:
        Its first day and its number of absences; None when she was never present after the day,
        or when her last mark is no absence.
    """
    first: date | None = None
    count = 0
    for day, mark in zip(reversed(days), reversed(marks), strict=True):
        if day <= after:
            return None
        if mark == Mark.PRESENT:
            return Return(first, count) if first is not None else None
        if mark == Mark.ABSENT:
            first, count = day, count + 1
    return None


@dataclass(frozen=True)
class Returned:
    """A child's return after a day: since when, on how many days she came, and what they say."""

    since_on: date
    came: Came
    standing: Standing


def returned(
    days: Sequence[date], marks: Sequence[int], *, after: date, fewest_days: int, share: float
) -> Returned | None:
    """What the register says of a child's return after a day; None when she was never present.

    The unbroken run that her marks end with counts by itself once it is long enough. Otherwise
    every day since her first presence counts, those on which she stayed away again included.
    """
    run = back_since(days, marks, after=after)
    if run is not None and run.days >= fewest_days:
        return Returned(run.since_on, Came(run.days, run.days), Standing.BACK)
    pairs = zip(days, marks, strict=True)
    first = next((day for day, mark in pairs if day > after and mark == Mark.PRESENT), None)
    if first is None:
        return None
    came = came_since(days, marks, since=first)
    return Returned(first, came, standing(came, fewest_days=fewest_days, share=share))
