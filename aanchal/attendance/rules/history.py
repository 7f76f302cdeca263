"""Past registers of many classes, and the flags a replay of them raises. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

_CALENDAR_MONTH: Final = 365.25 / 12
_OPEN_GAP_DAYS: Final = 7  # a longer gap without any register is a vacation: no month of visits


@dataclass(frozen=True, slots=True)
class Seats:
    """A child's place in a class; one who changed class has several. In order of class."""

    child: NDArray[np.int64]
    class_: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class History:
    """Past registers: marks are seats × days; groups hold a text a child, "" where unknown."""

    children: tuple[str, ...]
    classes: tuple[str, ...]
    days: tuple[date, ...]
    seats: Seats
    marks: NDArray[np.uint8]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def months(self) -> float:
        """Months in which schools were open: calendar time without the vacations."""
        gaps = np.diff([day.toordinal() for day in self.days])
        open_days = 1 + np.where(gaps > _OPEN_GAP_DAYS, 1, gaps).sum() if len(self.days) else 0
        return max(float(open_days), 1.0) / _CALENDAR_MONTH


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One line of FLAGS."""

    child: str
    flagged_on: date
    channel: str
    score: float
    reason: str
