"""Long absences in past registers, and how long before one somebody would have asked.

A register does not know why a child was away; that she was away for long is all it can say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

from .history import History

LONG_ABSENCE_DAYS: Final = 20  # marked absences running that count as a long absence
LOOK_AHEAD_DAYS: Final = 60  # her marked days before it in which a flag still foretold it


@dataclass(frozen=True, slots=True)
class LongAbsence:
    """A run of `LONG_ABSENCE_DAYS` absences: its first column, the column that made it long, and
    the columns on which the child was marked present or absent.
    """

    child: int
    first: int
    reached: int
    marked: NDArray[np.bool_]

    @property
    def foretold_from(self) -> int:
        """The first column on which a flag still foretells it."""
        before = np.flatnonzero(self.marked[: self.first])
        return int(before[-LOOK_AHEAD_DAYS]) if len(before) >= LOOK_AHEAD_DAYS else 0

    def lead_of(self, columns: Sequence[int]) -> int | None:
        """Marked days from the first flag that foretold it to the day it was long.

        Args:
            columns: days on which the child was asked about, in any order.

        Returns:
            None when nobody asked within `LOOK_AHEAD_DAYS` before it, nor in it before that day.
        """
        earliest = self.foretold_from
        hits = [column for column in columns if earliest <= column < self.reached]
        if not hits:
            return None
        return int(self.marked[min(hits) + 1 : self.reached + 1].sum())


def rows_of_children(history: History) -> NDArray[np.uint8]:
    """Marks children × days; the seats of a child who changed class are laid over each other."""
    child = history.seats.child
    if len(child) == len(history.children):
        rows = np.empty_like(history.marks)
        rows[child] = history.marks
        return rows
    rows = np.zeros((len(history.children), len(history.days)), np.uint8)
    np.maximum.at(rows, child, history.marks)
    return rows


def long_absences(rows: NDArray[np.uint8]) -> list[LongAbsence]:
    """Every run of `LONG_ABSENCE_DAYS` absences, in order of the day that made it long.

    Args:
        rows: marks children × days. A day of leave or without a register neither breaks nor
            lengthens a run.
    """
    run = np.zeros(len(rows), np.int32)
    first = np.zeros(len(rows), np.int32)
    found = []
    for column in range(rows.shape[1]):
        mark = rows[:, column]
        absent = mark == Mark.ABSENT
        first[absent & (run == 0)] = column
        run = np.where(absent, run + 1, np.where(mark == Mark.PRESENT, 0, run))
        for child in np.flatnonzero(absent & (run == LONG_ABSENCE_DAYS)).tolist():
            marked = (rows[child] == Mark.ABSENT) | (rows[child] == Mark.PRESENT)
            found.append(LongAbsence(child, int(first[child]), column, marked))
    return found
