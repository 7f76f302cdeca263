"""Arrays of marks: which count, and which say anything of a child."""

import numpy as np
from numpy.typing import NDArray

from .marks import Mark


def counted(marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The marks as they count: a child who came late was present."""
    return np.where(marks == Mark.LATE, np.uint8(Mark.PRESENT), marks)


def tells_of_her(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the marks name a child: blank does not, nor does a holiday, which is the school's."""
    named: NDArray[np.bool_] = (marks != Mark.NOT_TAKEN) & (marks != Mark.HOLIDAY)
    return named
