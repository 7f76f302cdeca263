"""One sheet of cells, whatever file it came from."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from .survey import Survey
from .texts import Cell

Range = tuple[tuple[int, int], tuple[int, int]]
Progress = Callable[[float], None]


@dataclass(slots=True)
class Sheet:
    """One sheet: rows of cells from A1 on, as often as asked for.

    `rows()` yields lists of cells, row 1 first, empty rows included; each starts at column A and may
    be shorter than the others. `merged` holds ((row, column), (row, column)) ranges counted from 0.
    """

    name: str
    rows: Callable[[], Iterator[Sequence[Cell]]]
    merged: list[Range] = field(default_factory=list)
    hidden: bool = False
    is_text: bool = False
    survey: Survey = field(default_factory=Survey)
    repaired_encoding: bool = False
    damaged_letters: bool = False
    # Lines where a quotation mark is opened and not closed; known once `rows()` has passed them.
    stray_quotes: list[int] = field(default_factory=list)

    @property
    def hidden_rows(self) -> set[int]:
        """Rows, from 1, that are hidden by hand or by a filter; they are among `rows()`."""
        return self.survey.hidden_rows

    @property
    def hidden_columns(self) -> set[int]:
        """Columns, from 1, that are hidden; they are among `rows()`."""
        return self.survey.hidden_columns

    @property
    def is_filtered(self) -> bool:
        """True when rows may be hidden by a filter that somebody left on."""
        return self.survey.is_filtered

    def font(self, row: int, column: int) -> str | None:
        """The font of a cell (row and column from 1) that draws letters as signs or another script.

        None for a cell in any plain font.
        """
        return self.survey.fonts.get((row, column))
