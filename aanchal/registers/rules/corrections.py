"""Which absences a correction would take away, counted over all that a class ever sent. Pure."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

from .pages import DAYS, PageMarks, merge_pages

Cells = NDArray[np.bool_]


def ever_absent(versions: Sequence[PageMarks], children: Sequence[UUID]) -> Cells:
    """Children × 31: True where any of these versions of a page says absent.

    Args:
        versions: what a page was and is, in any order; none gives False everywhere.
        children: the order of the rows; a child of no version has none.
    """
    found = np.zeros((len(children), DAYS), np.bool_)
    row_of = {child: i for i, child in enumerate(children)}
    for version in versions:
        for i, child in enumerate(version.children):
            if child in row_of:
                found[row_of[child]] |= version.marks[i] == Mark.ABSENT
    return found


def absent_to_present(versions: Sequence[PageMarks], now: PageMarks) -> Cells:
    """Children × 31 of `now`: absences that were sent once and are something else by now.

    Presence, leave, a holiday: whatever an absence becomes, by how many steps and over how many
    files, the watch no longer sees it.
    """
    gone: Cells = ever_absent(versions, now.children) & (now.marks != Mark.ABSENT)
    return gone


def grown(cells: Cells, rows: int) -> Cells:
    """Cells with rows of False added below, for children who came to a page later."""
    return np.vstack([cells, np.zeros((rows - len(cells), DAYS), np.bool_)])


def hold_back(
    new: PageMarks, silencing: Cells, order: Sequence[UUID]
) -> tuple[PageMarks, PageMarks]:
    """Part new marks into those that go in now and those that wait for a second person.

    Args:
        new: marks as they were sent.
        silencing: which of them take an absence away; rows in the order of `order`.
        order: children of the rows of `silencing`; holds all of `new`.

    Returns:
        `new` with what waits left blank; and the children of whom something waits, with those
        marks alone.
    """
    row_of = {child: i for i, child in enumerate(order)}
    rows = np.array([row_of[c] for c in new.children], np.intp)
    held = silencing[rows] if len(rows) else np.zeros((0, DAYS), np.bool_)
    now = PageMarks(new.children, np.where(held, Mark.NOT_TAKEN, new.marks).astype(np.uint8))
    some = [bool(row.any()) for row in held]
    waits = np.where(held, new.marks, Mark.NOT_TAKEN).astype(np.uint8)
    return now, PageMarks(
        tuple(c for c, is_held in zip(new.children, some, strict=True) if is_held), waits[some]
    )


def joined(waiting: PageMarks, more: PageMarks) -> PageMarks:
    """What waited already with what waits anew; the newer mark of one cell counts."""
    return merge_pages(waiting, more).page


def pack_cells(cells: Cells) -> bytes:
    """Bits of the cells, row by row."""
    return np.packbits(cells).tobytes()


def unpack_cells(data: bytes | None, rows: int) -> Cells:
    """The inverse of `pack_cells`, grown to so many rows; None gives False everywhere."""
    found = np.zeros((rows, DAYS), np.bool_)
    if data:
        bits = np.unpackbits(np.frombuffer(data, np.uint8)).astype(np.bool_)
        whole = min(rows, len(bits) // DAYS)
        found[:whole] = bits[: whole * DAYS].reshape(whole, DAYS)
    return found
