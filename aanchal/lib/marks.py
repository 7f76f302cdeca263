"""The marks of a register as numbers, and what each of them means for the watch.

Arrays of them: `mark_arrays`, apart, since readers of files do without numpy.
"""

from enum import IntEnum


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
