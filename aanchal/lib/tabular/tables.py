"""A table with one heading: its lines one by one, whatever kind of file it came in.

Of text, memory stays flat whatever the size: one line is held at a time (and a few more while a
quoted cell runs over several lines). A line that cannot be read is reported and skipped; reading
goes on with the next. Workbooks and pages saved as tables come through `sheets`.
"""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from aanchal.lib.sentences import N_

from .delimited import (
    DELIMITERS,
    KeptOpen,
    marked_encoding,
    numbered_lines,
    unwrapped,
    whole_records,
)
from .legacy import undo_double_encoding
from .problems import Limits, Problem, Unreadable
from .sheet import Sheet
from .sheets import kind_of, open_sheets
from .texts import Cell, is_empty, shown

HEADER_WITHIN = 20
_OPENING = 100  # lines looked at: a heading of several lines in its cells takes many
_HEAD = 4096  # bytes that tell the encoding

SHOWN = 40  # letters of a heading that a sentence repeats
_NO_HEADER = N_(
    "No line among the first %(lines)d names the columns we know. "
    "Send the file as it was published, with its heading line."
)
_NOT_TEXT = N_("This is not a text file. Open it in a spreadsheet, save it as CSV, try again.")


@dataclass(frozen=True, slots=True)
class Line:
    """Cells of one record, with the line of the file on which it begins."""

    row: int
    cells: list[str]

    def raw(self, headings: Sequence[str]) -> dict[str, str]:
        """The line by heading; a heading that repeats, or is missing, gets its place added."""
        found: dict[str, str] = {}
        for position, text in enumerate(self.cells):
            heading = headings[position] if position < len(headings) else ""
            key = f"{heading} ({position + 1})" if not heading or heading in found else heading
            found[key] = text
        return found


@dataclass(frozen=True, slots=True)
class Table:
    """A file whose header was found.

    Attributes:
        header_row: line of the header.
        headings: the header's cells in file order, each on one line and at most `SHOWN`
            letters; names may repeat.
        lines: what follows: records and the problems of unreadable lines, in file order.
            Can be walked once.
    """

    header_row: int
    headings: list[str]
    lines: Iterator[Line | Problem]


def open_table(
    source: BinaryIO,
    *,
    is_header: Callable[[Sequence[str]], bool],
    limits: Limits | None = None,
) -> Table:
    """Find the heading of a table and stream what follows it.

    Text: UTF-8, and UTF-16 and UTF-32 that show themselves; a byte that is no UTF-8 is read as
    Windows-1252, the usual reason. Comma, semicolon, tab and bar are tried
    as delimiters. Of a workbook the first sheet with such a heading is read, hidden rows too; both
    are said. Title lines above the heading are skipped.

    Args:
        source: the file, opened in binary, at its start. Not closed here.
        is_header: says of a line's cells whether they are the heading.

    Raises:
        Unreadable: the file is empty, is no table, or has no such heading in its first
            `HEADER_WITHIN` lines.
    """
    limits = limits or Limits()
    if kind_of(source) != "text":
        return _of_sheets(open_sheets(source, limits=limits), is_header)
    numbered = _lines_of(source, limits.line_chars)
    opening: list[tuple[int, str | None]] = []
    # Line by line, so that nothing below the heading can keep it from being found.
    for item in islice(numbered, _OPENING):
        opening.append(item)
        for delimiter in DELIMITERS:
            *before, record = whole_records(iter(opening), delimiter)
            if len(before) >= HEADER_WITHIN or not record.is_closed or not record.text:
                continue
            cells = _cells(record.text, delimiter)
            if cells and is_header(cells):
                headings = [_heading(cell) for cell in cells]
                return Table(record.row, headings, _records(numbered, delimiter, limits.line_chars))
    raise Unreadable("no_known_header", _NO_HEADER, lines=HEADER_WITHIN)


def _heading(text: str) -> str:
    """A heading on one line, not long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= SHOWN else flat[: SHOWN - 1] + "…"


def _of_sheets(sheets: list[Sheet], is_header: Callable[[Sequence[str]], bool]) -> Table:
    for sheet in sheets:
        rows = enumerate(sheet.rows(), 1)
        for number, row in rows:
            cells = [shown(cell) for cell in row]
            if is_header(cells):
                others = [other.name for other in sheets if other is not sheet]
                lines = _sheet_lines(sheet, rows, others)
                return Table(number, [_heading(c) for c in cells], lines)
            if number >= HEADER_WITHIN:
                break
    raise Unreadable("no_known_header", _NO_HEADER, lines=HEADER_WITHIN)


def _sheet_lines(
    sheet: Sheet, rows: Iterator[tuple[int, Sequence[Cell]]], others: list[str]
) -> Iterator[Line | Problem]:
    if others:
        yield Problem(
            None,
            None,
            "sheets_passed_over",
            N_(
                "Only the sheet “%(sheet)s” was read; %(count)d more were passed over. Send each "
                "in a file of its own if it counts."
            ),
            {"sheet": sheet.name, "count": len(others)},
        )
    hidden = 0
    for number, row in rows:
        if all(is_empty(cell) for cell in row):
            continue
        hidden += number in sheet.hidden_rows
        yield Line(number, [shown(cell) for cell in row])
    if hidden:
        yield Problem(
            None,
            None,
            "hidden_rows",
            N_(
                "%(count)d lines are hidden in the file, by hand or by a filter, and were read all "
                "the same. Delete them and send the file again if they do not count."
            ),
            {"count": hidden},
        )


def _lines_of(source: BinaryIO, most: int) -> Iterator[tuple[int, str | None]]:
    """Lines from 1, without their ends; None for a line longer than we read."""
    head = source.read(_HEAD)
    source.seek(0)
    marked = marked_encoding(head)
    encoding, errors = (marked, "replace") if marked else ("utf-8", _WESTERN)
    for row, line in numbered_lines(KeptOpen(source), encoding, errors, most=most, newline="\n"):
        if line is not None and "\x00" in line:
            raise Unreadable("not_text", _NOT_TEXT)
        yield row, line and line.rstrip("\r\n")


def _as_western(error: UnicodeError) -> tuple[str, int]:
    """A byte that is no UTF-8, read as Windows wrote it."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_WESTERN = "aanchal.western"
codecs.register_error(_WESTERN, _as_western)


def _records(
    numbered: Iterator[tuple[int, str | None]], delimiter: str, most: int
) -> Iterator[Line | Problem]:
    for record in whole_records(numbered, delimiter):
        if record.text is None:
            yield Problem(
                record.row,
                None,
                "line_too_long",
                N_("The line is longer than %(limit)d letters and was not read."),
                {"limit": most},
                left_out=True,
            )
        elif not record.is_closed:
            yield Problem(
                record.row,
                None,
                "quote_not_closed",
                N_("A quotation mark is opened on this line and never closed."),
                left_out=True,
                raw={"": record.text},
            )
        elif record.text.strip():
            yield Line(record.row, _cells(record.text, delimiter))


def _cells(text: str, delimiter: str) -> list[str]:
    # A carriage return by itself is no line end here, and csv refuses it outside quotes.
    reader = csv.reader([text.replace("\r", " ")], delimiter=delimiter)
    cells = [cell.strip() for cell in next(reader, [])]
    if not text.isascii():
        cells = [undo_double_encoding(cell) for cell in cells]
    return unwrapped(cells) if '="' in text else cells
