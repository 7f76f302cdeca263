"""The marks of a register as numbers, and what each of them means for the watch."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Mark(IntEnum):
    """One child on one day, as stored in mark arrays (uint8).

    Only PRESENT and ABSENT say anything about a child. LEAVE was asked for and granted, HOLIDAY
    and NOT_TAKEN are the school's doing: the watch leaves such days out, neither for nor against.
    LATE is kept in the register's page and counted as PRESENT (`counted`).
    """

    NOT_TAKEN = 0
    PRESENT = 1
    ABSENT = 2
    LEAVE = 3
    HOLIDAY = 4
    LATE = 5  # as the register has it; for every count and for the watch she was present


LETTERS: dict[str, Mark] = {
    "P": Mark.PRESENT,
    "A": Mark.ABSENT,
    "L": Mark.LEAVE,
    "H": Mark.HOLIDAY,
}


def counted(marks: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The marks as they count: a child who came late was present."""
    return np.where(marks == Mark.LATE, np.uint8(Mark.PRESENT), marks)


def tells_of_her(marks: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where the marks name a child: blank does not, nor does a holiday, which is the school's."""
    named: NDArray[np.bool_] = (marks != Mark.NOT_TAKEN) & (marks != Mark.HOLIDAY)
    return named
