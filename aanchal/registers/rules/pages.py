"""A register page as arrays: pupils × 31 days, packed for the database, merged, compared."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.mark_arrays import counted
from aanchal.lib.marks import Mark

DAYS = 31
Marks = NDArray[np.uint8]


@dataclass(frozen=True)
class PageMarks:
    """One class-section for one month: children in page order, marks children × 31 (`Mark`)."""

    children: tuple[UUID, ...]
    marks: Marks

    def __post_init__(self) -> None:
        if self.marks.shape != (len(self.children), DAYS):
            raise ValueError("marks must be children × 31 days")


@dataclass(frozen=True)
class Merged:
    """A page after new marks came: what it is now, and what that changed.

    `added` marks filled a blank; `changed` replaced another mark; `absent_to_present` of those replaced an
    absence, by whatever, which is how a register is bent. `first_changed` is the day of month of
    the earliest of them, None when nothing changed.
    """

    page: PageMarks
    added: int
    changed: int
    absent_to_present: int
    first_changed: int | None


def pack_children(children: Sequence[UUID]) -> bytes:
    """16 bytes a child, in order."""
    return b"".join(c.bytes for c in children)


def unpack_children(data: bytes | memoryview) -> tuple[UUID, ...]:
    """The inverse of `pack_children`."""
    data = bytes(data)
    if len(data) % 16:
        raise ValueError("packed children must be 16 bytes each")
    return tuple(UUID(bytes=data[i : i + 16]) for i in range(0, len(data), 16))


def pack_marks(marks: Marks) -> bytes:
    """Marks of a page, compressed."""
    return zlib.compress(np.ascontiguousarray(marks, np.uint8).tobytes(), 6)


def unpack_marks(data: bytes, children: int) -> Marks:
    """The marks of a page as they count, children × 31: late is present."""
    return counted(unpack_written(data, children))


def unpack_written(data: bytes, children: int) -> Marks:
    """The inverse of `pack_marks`, children × 31: late stays late. For what writes a page again."""
    return np.frombuffer(zlib.decompress(data), np.uint8).reshape(children, DAYS).copy()


def days_taken(marks: Marks) -> int:
    """Bits of the days that were taken: at least one child present or absent. Bit d-1 is day d."""
    here = counted(marks)
    taken = ((here == Mark.PRESENT) | (here == Mark.ABSENT)).any(axis=0)
    return int(sum(1 << d for d in range(DAYS) if taken[d]))


def page_hash(page: PageMarks) -> str:
    """Hash of a page's content (SHA-256, hex); equal content, equal hash."""
    digest = hashlib.sha256(pack_children(page.children))
    digest.update(np.ascontiguousarray(page.marks).tobytes())
    return digest.hexdigest()


def merge_pages(old: PageMarks | None, new: PageMarks) -> Merged:
    """Lay new marks over a page. A blank in the new one says nothing and erases nothing."""
    if old is None:
        given = new.marks != Mark.NOT_TAKEN
        days = np.flatnonzero(given.any(axis=0))
        first = int(days[0]) + 1 if len(days) else None
        return Merged(new, int(given.sum()), 0, 0, first)
    order = {child: i for i, child in enumerate(old.children)}
    children = list(old.children)
    for child in new.children:
        if child not in order:
            order[child] = len(children)
            children.append(child)
    before = np.zeros((len(children), DAYS), np.uint8)
    before[: len(old.children)] = old.marks
    after = before.copy()
    rows = np.array([order[c] for c in new.children], np.intp)
    if len(rows):
        after[rows] = np.where(new.marks != Mark.NOT_TAKEN, new.marks, before[rows])
    differs = after != before
    replaced = differs & (before != Mark.NOT_TAKEN)
    absent_to_present = replaced & (before == Mark.ABSENT)
    days = np.flatnonzero(differs.any(axis=0))
    return Merged(
        PageMarks(tuple(children), after),
        added=int((differs & ~replaced).sum()),
        changed=int(replaced.sum()),
        absent_to_present=int(absent_to_present.sum()),
        first_changed=int(days[0]) + 1 if len(days) else None,
    )


@dataclass(frozen=True)
class ClassBook:
    """All pages of one class-section's year side by side.

    `children` in order of first appearance; `days` every day of the months given that was taken,
    oldest first; `marks` children × days.
    """

    children: tuple[UUID, ...]
    days: tuple[date, ...]
    marks: Marks


def bind(pages: Sequence[tuple[date, PageMarks]], *, known: Sequence[UUID] = ()) -> ClassBook:
    """Bind monthly pages (first of month, page; any order) into one book; empty for none.

    Args:
        known: children who come first, in this order, whether or not a page holds them.
    """
    order: dict[UUID, int] = {child: i for i, child in enumerate(known)}
    for _month, page in sorted(pages, key=lambda p: p[0]):
        for child in page.children:
            order.setdefault(child, len(order))
    days: list[date] = []
    columns: list[Marks] = []
    for month, page in sorted(pages, key=lambda p: p[0]):
        rows = np.array([order[c] for c in page.children], np.intp)
        taken = days_taken(page.marks)
        for d in range(DAYS):
            if taken >> d & 1:
                column = np.zeros(len(order), np.uint8)
                column[rows] = page.marks[:, d]
                days.append(month + timedelta(days=d))
                columns.append(column)
    marks = np.stack(columns, axis=1) if columns else np.zeros((len(order), 0), np.uint8)
    return ClassBook(tuple(order), tuple(days), marks)
