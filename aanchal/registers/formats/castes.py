"""Columns headed like one of classes that hold social categories."""

from collections.abc import Sequence

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.texts import Cell, shown

from .labels import Field, field_of

_CASTES = frozenset(
    fold(word)
    for word in "gen general ur obc bc ebc ews sc st mbc सामान्य अनारक्षित अनुसूचित पिछड़ा সাধারণ তফসিলি".split()
)


def take_castes_out(
    fields: dict[Field, int], below: Sequence[tuple[int, Sequence[Cell]]]
) -> int | None:
    """Forget a column of classes that holds social categories; the column, if there is one."""
    at = fields.get(Field.CLASS)
    if at is None or not _are_castes(below, at):
        return None
    del fields[Field.CLASS]
    return at


def _are_castes(rows: Sequence[tuple[int, Sequence[Cell]]], at: int) -> bool:
    """True for a column headed श्रेणी that holds social categories and no classes."""
    cells: list[str] = []
    for _, row in rows:
        text = shown(row[at]) if at < len(row) else ""
        if field_of(text) is Field.CLASS:
            break  # the head of the next table
        if text:
            cells.append(text)
    return bool(cells) and all(set(fold(cell).split()) & _CASTES for cell in cells)
