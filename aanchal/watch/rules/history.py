"""Past registers of many classes, and the flags a replay of them raises. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

SCHOOL_MONTH_DAYS: Final = 22  # school days in a month of visits: 220 are ten months, a year


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
        """Months of visits: 22 days with a register are one, so vacations are none."""
        return max(len(self.days), 1) / SCHOOL_MONTH_DAYS


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One line of FLAGS."""

    child: str
    flagged_on: date
    channel: str
    score: float
    reason: str
