"""Since when a class owes registers. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Silence:
    """A class from which no register reached us: since which day it is silent, open days so far."""

    since: date
    open_days: int


def silence(open_days: Sequence[date], *, limit: int) -> Silence | None:
    """Judge the school days that passed without a register; None while it is not silent yet.

    Args:
        open_days: days on which the school was open since the last day that was taken, oldest first.
        limit: so many of them make the class silent.
    """
    if len(open_days) < limit:
        return None
    return Silence(open_days[limit - 1], len(open_days))
