"""What a sheet holds and how its table lies: one small reader for each shape, the best fit taken.

Each shape looks at the first rows and says how well it fits, with reasons. One is taken only by a clear
margin over the second; otherwise a person is asked which it is, and nothing is read till then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, is_empty

from .blocks_of_person import BlocksOfPerson
from .counts_only import CountsOnly
from .head import Layout
from .headers import Row
from .labels import Field
from .marks import Sense, sense_of
from .problems import Problems
from .turned import PupilsAcross, names_among

MARGIN = 0.2


class Shape(Protocol):
    """A shape a register may have."""

    name: str
    note: str

    def fit(self, ahead: Sequence[Row], sheet: Sheet) -> tuple[float, tuple[str, ...]]:
        """From 0 (not at all) to 1, and the reasons."""

    def rows(self, sheet: Sheet) -> Iterator[Sequence[Cell]]:
        """The sheet as a plain table, a row a child; raises `Unreadable` where it is no register."""


SHAPES: tuple[Shape, ...] = (PupilsAcross(), BlocksOfPerson(), CountsOnly())


def as_table(
    sheet: Sheet, found: Layout | None, ahead: Sequence[Row], problems: Problems
) -> Sheet | None:
    """The sheet as a plain table: itself, or turned and put together; None while that is not known.

    Args:
        found: the head of a plain table among the first rows, if there is one.
        ahead: the first rows.
        problems: where the reading taken is said, or the question asked.
    """
    if found is not None and _is_plainly_a_table(found, ahead):
        return sheet
    fits = [("table", _plain(found, ahead), None)] + [
        (shape.name, shape.fit(ahead, sheet)[0], shape) for shape in SHAPES
    ]
    if any(score >= 1 for _, score, _ in fits[1:]):
        # Numbers under sums, or a status line below each name, are no rows of pupils whatever the head.
        fits[0] = (fits[0][0], fits[0][1] / 2, None)
    fits = sorted((fit for fit in fits if fit[1] > 0), key=lambda fit: fit[1], reverse=True)
    if not fits or (fits[0][2] is None and (len(fits) < 2 or fits[0][1] - fits[1][1] >= MARGIN)):
        return sheet
    if len(fits) > 1 and fits[0][1] - fits[1][1] < MARGIN:
        names = [name for name, score, _ in fits if fits[0][1] - score < MARGIN]
        said = problems.choose("which_layout", " / ".join(names), names, lasting=True)
        if said is None:
            return None
        chosen = next(shape for name, _, shape in fits if name == said)
    else:
        chosen = fits[0][2]
    if chosen is None:
        return sheet
    if chosen.note:
        problems.assume(None, None, chosen.note)
    shape = chosen
    return replace(sheet, rows=lambda: shape.rows(sheet), merged=[])


_LOOKED_AT = 2  # rows below a head by which a plain table is known
_LEAST_DAYS = 5


def _is_plainly_a_table(found: Layout, ahead: Sequence[Row]) -> bool:
    """True where names stand under the word for names and marks under the days: no other shape is asked."""
    at_name = found.fields.get(Field.NAME)
    columns = [column.index for column in found.days]
    if found.is_long and Field.STATUS in found.fields:
        columns = [found.fields[Field.STATUS]]
    elif len(columns) < _LEAST_DAYS:
        return False
    if at_name is None or (found.is_long and not columns):
        return False
    seen = 0
    for number, row in ahead:
        if number <= found.last_row or len(row) <= at_name:
            continue
        cells = [row[i] for i in columns if i < len(row) and row[i] != "" and row[i] is not None]
        name = row[at_name]
        if not cells or not isinstance(name, str) or sum(map(str.isalpha, name)) < 2:
            return False
        if sum(sense_of(cell) is Sense.UNKNOWN for cell in cells) * 4 > len(cells):
            return False
        seen += 1
        if seen == _LOOKED_AT:
            return True
    return seen >= 2


def _plain(found: Layout | None, ahead: Sequence[Row]) -> float:
    """How surely the first rows are a table with a head: its words for the pupils, the days found."""
    if found is None:
        return 0.0
    if found.is_long:
        return 0.9
    at = [column.index for column in found.days]
    for number, row in ahead:
        # Names under the numbers: these are roll numbers, and the pupils stand across.
        under = [row[i] for i in at if i < len(row) and not is_empty(row[i])]
        if (
            found.last_row < number <= found.last_row + 2
            and names_among(under) * 2 > len(under) > 1
        ):
            return 0.2
    words = 0.45 if found.fields else 0.15
    days = min(len(found.days), 5) / 5 * 0.3
    return words + days + 0.2
