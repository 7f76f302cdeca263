"""A register file before it is written: cells that remember which child and day they speak of.

The truth of a file is drawn from the cells that are left in it, so a damage that cuts half a sheet
off cuts the truth with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

# (class, child, day). The day is None in the cells that hold the child's name.
Tag = tuple[int, int, date | None]


@dataclass(slots=True)
class Cell:
    """One cell: what stands in it, what it is for, and whom it speaks of."""

    value: Any = None
    role: str = ""
    tag: Tag | None = None
    style: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    roll: str | None
    name: str


@dataclass(slots=True)
class Group:
    """One class-section with the children and their days; marks are letters of `marking.LETTERS`."""

    grade: str | None
    sections: frozenset[str | None]
    children: list[Child]
    days: list[date]
    marks: dict[tuple[int, date], str] = field(default_factory=dict)
    class_as_written: str = ""
    section_as_written: str = ""


@dataclass
class Sheet:
    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)

    def add(self, *cells: Any) -> None:
        """Append a row of cells or of bare values, which become cells without a role."""
        self.rows.append([c if isinstance(c, Cell) else Cell(c) for c in cells])

    def cells(self, *roles: str) -> Iterator[tuple[int, int, Cell]]:
        """Row, column and cell of every cell that has one of the roles."""
        for row, cells in enumerate(self.rows):
            for column, cell in enumerate(cells):
                if cell.role in roles:
                    yield row, column, cell

    def rows_with(self, *roles: str) -> list[int]:
        return sorted({row for row, _, _ in self.cells(*roles)})

    def insert_row(self, at: int, cells: list[Cell] | None = None) -> None:
        self.rows.insert(at, cells or [])
        self.merged = [
            (top + (top >= at), left, bottom + (bottom >= at), right)
            for top, left, bottom, right in self.merged
        ]

    def insert_column(self, at: int, head: Cell | None = None) -> None:
        """Put an empty column in; `head` goes into the row of the headings."""
        heads = set(self.rows_with("head"))
        for number, cells in enumerate(self.rows):
            if len(cells) > at:
                cells.insert(at, head if head and number in heads else Cell())
        self.merged = [
            (top, left + (left >= at), bottom, right + (right >= at))
            for top, left, bottom, right in self.merged
        ]
        self.hidden_columns = {c + (c >= at) for c in self.hidden_columns}


@dataclass
class Book:
    sheets: list[Sheet]
    groups: list[Group]
    school: str | None = None
    filename: str = "register"
    # What each letter may be read as; "*" is anything.
    accepted: dict[tuple[int, int, date], str] = field(default_factory=dict)
    # What a careful person could not know from the file: "month", "class", "marks", "days", "child".
    open: set[str] = field(default_factory=set)
    # Cells whose mark nobody knows: as long as one is left, something must be said.
    unknown: set[Tag] = field(default_factory=set)
    # No register is in it: only a refusal is right.
    no_register: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","

    def truth(self) -> dict[tuple[int, int], dict[date, str]]:
        """For each child still in the file, what each day still in it may be read as."""
        found: dict[tuple[int, int], dict[date, str]] = {}
        for sheet in self.sheets:
            for cells in sheet.rows:
                for cell in cells:
                    if cell.tag is None:
                        continue
                    group, child, day = cell.tag
                    days = found.setdefault((group, child), {})
                    if day is not None:
                        days[day] = self.accepted[group, child, day]
        return found
