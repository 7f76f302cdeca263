"""A workbook as calamine opens it, within the limits that its survey allows."""

import io
from collections.abc import Iterator, Sequence
from typing import Any

import python_calamine

from aanchal.lib.sentences import N_

from . import archives, compound
from .fonts import drawn, draws_signs
from .problems import Limits, Unreadable
from .sheet import Range, Sheet
from .survey import Survey
from .texts import Cell

LARGEST_AREA = 12_000_000  # cells a sheet's rectangle may hold before it is built


def require_room(survey: Survey, cells: int, limits: Limits) -> None:
    """Refuse a workbook with too many cells, or with a cell far away from its table.

    Raises:
        Unreadable: the sentence says what to do.
    """
    if cells > limits.cells:
        raise Unreadable(
            "too_many_cells",
            N_(
                "The workbook holds more than %(limit)d filled cells. Send one file for each school or "
                "each month."
            ),
            limit=limits.cells,
        )
    if survey.rows * survey.columns > LARGEST_AREA:
        raise Unreadable(
            "far_cells",
            N_(
                "A sheet has something written far away from its table, down to row %(row)d or across "
                "%(columns)d columns. Copy the table alone into a new file and send that."
            ),
            row=survey.rows,
            columns=survey.columns,
        )


def open_workbook(stream: io.BytesIO) -> Any:
    """Open a workbook with calamine.

    Raises:
        Unreadable: it is damaged, or asks for a passphrase.
    """
    try:
        return python_calamine.load_workbook(stream)
    except python_calamine.PasswordError as error:
        raise compound.protected() from error
    except Exception as error:
        raise archives.broken() from error
    except BaseException as error:
        # The library's own panics are no `Exception`; a broken file must not look like an exit.
        if type(error).__name__ == "PanicException":
            raise archives.broken() from error
        raise


def sheet_of(book: Any, index: int, survey: Survey) -> Sheet:
    """One sheet of an opened workbook, its rows read when they are asked for."""
    meta = book.sheets_metadata[index]
    visible = str(meta.visible).endswith("Visible") and "Hidden" not in str(meta.visible)
    is_table = str(meta.typ).endswith("WorkSheet")
    ranges: list[Range] = []

    def rows() -> Iterator[Sequence[Cell]]:
        if not is_table:
            return
        sheet = _loaded(book, index)
        ranges[:] = list(sheet.merged_cell_ranges or ())[:20_000]
        start = sheet.start
        if start is None:
            return
        left = [""] * start[1]
        signed = _signed_rows(survey.fonts)
        for number, row in enumerate(sheet.iter_rows(), 1):
            full = left + row if left else row
            yield _with_signs(full, signed[number]) if number in signed else full

    return Sheet(meta.name, rows, merged=ranges, hidden=not visible, survey=survey)


def _signed_rows(fonts: dict[tuple[int, int], str]) -> dict[int, list[tuple[int, str]]]:
    """Row -> (column from 0, font) of its cells in a font of signs."""
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), font in fonts.items():
        if draws_signs(font):
            found.setdefault(row, []).append((column - 1, font))
    return found


def _with_signs(row: Sequence[Cell], fonts: list[tuple[int, str]]) -> Sequence[Cell]:
    """The row with the signs that its reader sees."""
    seen = list(row)
    for column, font in fonts:
        if column < len(seen) and isinstance(cell := seen[column], str):
            seen[column] = drawn(cell, font)
    return seen


def _loaded(book: Any, index: int) -> Any:
    try:
        return book.get_sheet_by_index(index)
    except Exception as error:
        raise archives.broken() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise archives.broken() from error
        raise
