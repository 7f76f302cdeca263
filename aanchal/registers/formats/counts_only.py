"""Sums of a month without its days: how often each pupil came. That is no register, and is refused."""

from collections.abc import Iterator, Sequence

from aanchal.lib.indic.folding import fold
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Unreadable
from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .headers import Row, day_sequence, labels_of, names_someone
from .labels import Field, field_of
from .marks import Sense, sense_of

_LEAST_SUMS = 2


class CountsOnly:
    """A head with names and sums and no day, numbers below."""

    name = "counts of days"
    note = ""

    def fit(self, ahead: Sequence[Row], sheet: Sheet) -> tuple[float, tuple[str, ...]]:
        """Fits where the columns beside the names are sums and hold numbers."""
        for place, (_, row) in enumerate(ahead):
            labels = labels_of(row)
            if not names_someone(labels) or Field.DATE in labels:
                continue
            sums = [
                index
                for index, cell in enumerate(row)
                if isinstance(cell, str)
                and field_of(cell) in (Field.SUM, Field.STATUS)
                and len(fold(cell)) > 1
            ]
            days = day_sequence(row)
            if not sums or len(days) > 1:
                continue
            below = [r for _, r in ahead[place + 1 : place + 13]]
            cells = [r[i] for r in below for i in sums if i < len(r) and not is_empty(r[i])]
            counts = sum(_is_count(cell) for cell in cells)
            if (
                len(cells) >= 2
                and counts * 10 >= len(cells) * 8
                and (len(sums) >= _LEAST_SUMS or counts == len(cells))
            ):
                return 1.0, ("the columns are sums", "they hold numbers and no marks")
            return 0.0, ()
        return 0.0, ()

    def rows(self, sheet: Sheet) -> Iterator[Sequence[Cell]]:
        """Refuses the sheet: who came on which day cannot be known from sums."""
        raise Unreadable(
            "only_counts",
            N_(
                "This file holds sums of days and no marks day by day, so nobody's absence can be seen from "
                "it. Send the register itself, a mark for each pupil and day."
            ),
        )


def _is_count(cell: Cell) -> bool:
    text = shown(cell).rstrip("%").strip()
    if sense_of(cell) in (Sense.ONE, Sense.ZERO):
        return False
    return text.replace(".", "", 1).isdigit()
