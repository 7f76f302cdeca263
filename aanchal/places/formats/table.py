"""Delimited text files, read line by line as their publishers wrote them.

Memory stays flat whatever the size: one line is held at a time (and a few more while a
quoted cell runs over several lines). A line that cannot be read is reported and skipped;
reading goes on with the next.
"""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from aanchal.kernel.limited.words import N_
from aanchal.places.rules.problems import Problem, UnreadableFile, shown

MAX_LINE_BYTES = 64 * 1024
MAX_LINES_IN_A_CELL = 20
HEADER_WITHIN = 20
DELIMITERS = ",;\t|"

_NOT_TEXT = (
    b"PK\x03\x04",  # XLSX, ODS and every other zip
    b"\xd0\xcf\x11\xe0",  # XLS
    b"\x1f\x8b",  # gzip
    b"%PDF",
)


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


def open_table(source: BinaryIO, *, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """Find the header of a delimited file and stream what follows it.

    UTF-8 with or without a byte-order mark and UTF-16 with one are read; a line of UTF-8 that
    is not valid is read as Windows-1252, the usual reason. Comma, semicolon, tab and bar are
    tried as delimiters. Title lines above the header are skipped.

    Args:
        source: the file, opened in binary, at its start. Not closed here.
        is_header: says of a line's cells whether they are the header.

    Raises:
        UnreadableFile: the file is empty, is no text, or has no such header in its first
            `HEADER_WITHIN` lines.
    """
    numbered = _numbered_lines(source)
    opening: list[tuple[int, str | None]] = []
    for row, text in numbered:
        opening.append((row, text))
        if text is not None:
            for delimiter in DELIMITERS:
                cells = _cells(text, delimiter)
                if cells and is_header(cells):
                    return Table(row, [shown(c) for c in cells], _records(numbered, delimiter))
        if row >= HEADER_WITHIN:
            break
    if not any(text and text.strip() for _, text in opening):
        raise UnreadableFile(Problem(None, None, "empty_file", N_("The file is empty.")))
    raise UnreadableFile(
        Problem(
            None,
            None,
            "no_known_header",
            N_(
                "No line among the first %(lines)d names the columns we know. "
                "Send the file as it was published, with its heading line."
            ),
            {"lines": HEADER_WITHIN},
        )
    )


def _numbered_lines(source: BinaryIO) -> Iterator[tuple[int, str | None]]:
    """Lines from 1, without their ends; None for a line longer than we read."""
    start = source.read(4)
    if start.startswith(_NOT_TEXT):
        raise UnreadableFile(
            Problem(
                None,
                None,
                "not_text",
                N_("This is not a text file. Open it in a spreadsheet, save it as CSV, try again."),
            )
        )
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        chunks = _utf16_lines(source, start)
    else:
        chunks = _byte_lines(source, start.removeprefix(codecs.BOM_UTF8))
    yield from enumerate(chunks, start=1)


def _byte_lines(source: BinaryIO, start: bytes) -> Iterator[str | None]:
    # The four bytes already taken may themselves hold line ends.
    pending = start
    while True:
        end = pending.find(b"\n")
        if end >= 0:
            line, pending = pending[: end + 1], pending[end + 1 :]
        else:
            line = pending + source.readline(MAX_LINE_BYTES + 1)
            pending = b""
        if not line:
            return
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = source.readline(MAX_LINE_BYTES)
            yield None
            continue
        if b"\x00" in line:
            raise UnreadableFile(
                Problem(
                    None,
                    None,
                    "not_text",
                    N_(
                        "This is not a text file. "
                        "Open it in a spreadsheet, save it as CSV, try again."
                    ),
                )
            )
        yield _decoded(line.rstrip(b"\r\n"))


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", errors="replace")


def _utf16_lines(source: BinaryIO, start: bytes) -> Iterator[str | None]:
    decoder = codecs.getincrementaldecoder("utf-16")(errors="replace")
    pending = ""
    too_long = False
    chunk = start
    while chunk:
        pending += decoder.decode(chunk)
        *whole, pending = pending.split("\n")
        for line in whole:
            yield None if too_long or len(line) > MAX_LINE_BYTES else line.rstrip("\r")
            too_long = False
        if len(pending) > MAX_LINE_BYTES:
            pending, too_long = "", True
        chunk = source.read(MAX_LINE_BYTES)
    if pending or too_long:
        yield None if too_long else pending.rstrip("\r")


def _records(
    numbered: Iterator[tuple[int, str | None]], delimiter: str
) -> Iterator[Line | Problem]:
    ahead: deque[tuple[int, str | None]] = deque()

    def following() -> tuple[int, str | None] | None:
        return ahead.popleft() if ahead else next(numbered, None)

    while (item := following()) is not None:
        row, text = item
        if text is None:
            yield Problem(
                row,
                None,
                "line_too_long",
                N_("The line is longer than %(limit)d bytes and was not read."),
                {"limit": MAX_LINE_BYTES},
            )
            continue
        if not text.strip():
            continue
        if not _is_open(text, delimiter):
            yield Line(row, _cells(text, delimiter))
            continue
        taken: list[tuple[int, str | None]] = []
        joined = text
        closed = False
        while len(taken) < MAX_LINES_IN_A_CELL and (more := following()) is not None:
            taken.append(more)
            if more[1] is None:
                break
            joined += "\n" + more[1]
            if not _is_open(joined, delimiter):
                closed = True
                break
        if closed:
            yield Line(row, _cells(joined, delimiter))
            continue
        # One stray quote must not swallow the good lines below it.
        ahead.extendleft(reversed(taken))
        yield Problem(
            row,
            None,
            "quote_not_closed",
            N_("A quotation mark is opened on this line and never closed."),
            raw={"": text},
        )


def _is_open(text: str, delimiter: str) -> bool:
    """Does the text end inside a quoted cell?"""
    if '"' not in text:
        return False
    inside = False
    at_start = True
    position = 0
    while position < len(text):
        char = text[position]
        if inside:
            if char == '"':
                if text[position + 1 : position + 2] == '"':
                    position += 1
                else:
                    inside = False
        elif char == '"' and at_start:
            inside = True
        at_start = not inside and char == delimiter
        position += 1
    return inside


def _cells(text: str, delimiter: str) -> list[str]:
    # A carriage return by itself is no line end here, and csv refuses it outside quotes.
    reader = csv.reader([text.replace("\r", " ")], delimiter=delimiter)
    return [cell.strip() for cell in next(reader, [])]
