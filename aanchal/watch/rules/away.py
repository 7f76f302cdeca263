"""Children whom a register shows away, whatever the mark, and how long a flag is at rest. Pure.

The watch asks once for one absence, and leaves leave out. Both would be the end of asking: an
absence that was explained once, or a mark of leave written day after day, would hide a child for
good. So an answer has an end, and so has leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

_AWAY = (Mark.ABSENT, Mark.LEAVE, Mark.HOLIDAY)


@dataclass(frozen=True)
class Away:
    """School days running on which a child was not there: the first, the last, how many, and on how
    many of them the register says leave.
    """

    since_on: date
    last_on: date
    days: int
    leave: int


@dataclass(frozen=True)
class Asked:
    """A flag about a child: the day it was about, and until when its end lets it rest.

    Args:
        signal_on: the register day that raised it.
        rest_until: the last day at rest; None when it rests for as long as others have it in hand.
    """

    signal_on: date
    rest_until: date | None


def away_run(days: Sequence[date], marks: Sequence[int]) -> Away | None:
    """The school days that a child's marks end with on which she was away; None when there are none.

    A day of leave counts like an absence, and so does a holiday written for her on a day on which
    her class had school. A day on which the register says nothing of her neither counts nor ends it.

    Args:
        days, marks: days on which the class's register was taken, oldest first, and her marks.
    """
    since = last = None
    count = leave = 0
    for day, mark in zip(reversed(days), reversed(marks), strict=True):
        if mark == Mark.PRESENT:
            break
        if mark in _AWAY:
            since, last = day, last or day
            count += 1
            leave += mark == Mark.LEAVE
    if since is None or last is None:
        return None
    return Away(since, last, count, leave)


def is_away(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Children × days → whose last mark says that she was not there."""
    said = marks != Mark.NOT_TAKEN
    if not marks.shape[1]:
        return np.zeros(len(marks), np.bool_)
    last = marks.shape[1] - 1 - np.argmax(said[:, ::-1], axis=1)
    away: NDArray[np.bool_] = said.any(axis=1) & np.isin(
        marks[np.arange(len(marks)), last], [int(m) for m in _AWAY]
    )
    return away


def may_be_long_leave(marks: NDArray[np.uint8], *, limit: int) -> NDArray[np.bool_]:
    """Children × last days → who may have been away with leave for so many days; a quick look."""
    late = marks[:, -limit:]
    found: NDArray[np.bool_] = (late == Mark.LEAVE).any(axis=1) & ~(late == Mark.PRESENT).any(
        axis=1
    )
    return found


def is_long_leave(away: Away, *, limit: int) -> bool:
    """Say whether a child was away for so many school days, with leave on at least one of them."""
    return away.leave > 0 and away.days >= limit


def ask_again(away: Away, asked: Sequence[Asked]) -> bool:
    """Say whether an absence that was asked about is asked about again: every rest is over.

    Args:
        asked: the flags about it that have ended, in any order.
    """
    return all(
        one.rest_until is not None
        and away.last_on > one.rest_until
        and away.last_on != one.signal_on
        for one in asked
    )
