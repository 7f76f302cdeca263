"""The pieces of a wide register before it is understood: rows, closures, and the head over them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.sheet import Range

from .head import Layout
from .headers import Row
from .months import month_in
from .titles import Title, line_of


@dataclass(slots=True)
class Line:
    """One child's row before its page is understood: `codes` has a byte for each day column."""

    row: int
    roll: str
    name: str
    codes: bytes
    serial: str = ""
    admission: str = ""
    state_id: str = ""
    own_name: str = ""
    guardian: str = ""
    sex: str = ""
    village: str = ""
    sums: tuple[int, int] | None = None  # days present and absent, as her row sums them
    key: tuple[str, str, str, str] = ("", "", "", "")  # school, its name, class, section in the row


@dataclass(slots=True)
class Closure:
    """Words written once over several cells: which day columns (by place), which rows, what."""

    columns: range
    rows: range
    text: str


@dataclass(slots=True)
class DaySums:
    """A line below children that says how many of them were present, or absent, on each day.

    It counts `lines`, the children above it down from the sums before, or all since the head. A line
    of one half of a class (boys, girls) says which.
    """

    is_absent: bool
    half: str
    counts: dict[int, int]  # place of the day -> how many
    lines: range


@dataclass(slots=True)
class Block:
    """The rows under one head, and what stands above it."""

    title: Title
    layout: Layout
    lines: list[Line] = field(default_factory=list)
    closures: list[Closure] = field(default_factory=list)
    legend: dict[str, Mark] = field(default_factory=dict)
    sums: list[DaySums] = field(default_factory=list)


def month_in_head(layout: Layout, rows: Sequence[Row]) -> Title:
    """The month where it stands over the days, inside the head: "July 2026" above 1, 2, 3."""
    for number, row in rows:
        if layout.first_row <= number < layout.last_row:
            over = [cell for cell in row[layout.days[0].index :] if isinstance(cell, str)]
            seen = month_in(fold(line_of(over)))
            if seen.month:
                return Title(month=seen)
    return Title()


def filled_down(
    key: tuple[str, str, str, str], above: tuple[str, str, str, str]
) -> tuple[str, str, str, str]:
    """School, its name, class, section: gaps filled from the row above, down to the first that changes."""
    school, called, grade, section = key
    if not school and (not called or called == above[1]):
        school = above[0]
    if not called and school == above[0]:
        called = above[1]
    same_school = (school, called) == above[:2]
    if not grade and same_school:
        grade = above[2]
    if not section and same_school and grade == above[2]:
        section = above[3]
    return school, called, grade, section


def merges_by_row(ranges: list[Range]) -> dict[int, list[Range]]:
    found: dict[int, list[Range]] = {}
    for merged in ranges:
        found.setdefault(merged[0][0], []).append(merged)
    return found
