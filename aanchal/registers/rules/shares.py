"""The share of absences in a register, beside what is usual for its class. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from aanchal.lib.marks import Mark

from .pages import Marks


@dataclass(frozen=True)
class Share:
    """How many of some marks are absences; only present (late among them) and absent count."""

    absent: int = 0
    marked: int = 0

    @property
    def of_100(self) -> int | None:
        """Absences of a hundred marks; None without a mark."""
        return round(100 * self.absent / self.marked) if self.marked else None

    def __add__(self, other: "Share") -> "Share":
        return Share(self.absent + other.absent, self.marked + other.marked)


def share_in(marks: Marks) -> Share:
    """The share of absences among the marks of a page."""
    codes = np.bincount(marks.ravel(), minlength=len(Mark))
    absent = int(codes[Mark.ABSENT])
    return Share(absent, absent + int(codes[Mark.PRESENT]) + int(codes[Mark.LATE]))


def total(shares: Iterable[Share]) -> Share:
    """Several shares as one."""
    return sum(shares, Share())


def is_turned(now: Share, usual: Share, *, clear: float, least: int) -> bool:
    """Whether the one says mostly absent and the other mostly present.

    So it looks when present was read as absent, or was in the registers before.

    Args:
        clear: "mostly" begins at this share, such as 0.65; between it and its counterpart neither
            reading is clearly the usual one.
        least: fewer marks than this, on either side, say nothing.
    """
    if min(now.marked, usual.marked) < least:
        return False
    shares = sorted((now.absent / now.marked, usual.absent / usual.marked))
    return shares[0] <= 1 - clear and shares[1] >= clear
