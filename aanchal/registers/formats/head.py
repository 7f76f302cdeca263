"""The head of a table as understood: which column holds what, and which columns are days."""

from dataclasses import dataclass, field

from aanchal.lib.marks import Mark

from .labels import Field


@dataclass(slots=True)
class DayColumn:
    """One column of marks. `index` counts from 0; month and year are None where the head is bare."""

    index: int
    day: int
    month: int | None = None
    year: int | None = None
    weekdays: frozenset[int] = frozenset()
    others: tuple[int, ...] = ()  # further columns of the same day: its afternoon, its periods


@dataclass(slots=True)
class Layout:
    """The columns of one table, and how sure we are of its days.

    `first_row` to `last_row` are the rows of the head, as the user counts them. `days` is empty for
    the long form, a row for each child and day.
    """

    first_row: int
    last_row: int
    fields: dict[Field, int]
    days: list[DayColumn] = field(default_factory=list)
    is_long: bool = False
    # Both ways to read the dates over the columns, (day, month, year) each, where two fit.
    ways: list[list[tuple[int, int | None, int | None]]] = field(default_factory=list)
    turned: bool = False
    repeated: list[tuple[int, int]] = field(default_factory=list)  # (column, day)
    slips: dict[int, str] = field(default_factory=dict)  # column -> what stands there for its day
    way: str = "dated"  # how the days are written: see `day_rows`
    flags: dict[int, Mark] = field(default_factory=dict)  # long form: column -> its mark
    by_stamp: bool = False  # long form: the day is that of the time of writing
    absences: str = ""  # long form of absences only: "rows", or "rolls" in one cell
    periods: bool = False  # the columns are parts of one day
    nameless: list[int] = field(default_factory=list)  # columns of marks without a day above them
    castes_at: int | None = (
        None  # the column of social categories, where it is headed as one of classes
    )
    sums: tuple[int, int] | None = None  # columns of a child's days present and absent
    width: int = 0
    lines: list[str] = field(default_factory=list)  # the words of the head, for telling its font

    def add_corrected(self, former: "Layout") -> None:
        """Take over the days whose heads were corrected in the same head above, where they are none here."""
        here = {column.index for column in self.days}
        again = [c for c in former.days if c.index in former.slips and c.index not in here]
        before = {column.index: column.day for column in former.days}
        if again and all(before.get(c.index) == c.day for c in self.days):
            self.days = sorted([*self.days, *again], key=lambda column: column.index)

    def same_columns(self, other: "Layout") -> bool:
        return self.fields == other.fields and [
            (c.index, c.day, c.month, c.year) for c in self.days
        ] == [(c.index, c.day, c.month, c.year) for c in other.days]
