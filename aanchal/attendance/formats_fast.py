"""Wide register files at the speed of the disk: CSV bytes to bit-planes.

For the whole-district exports that a state system writes: one line a child, some label columns,
then one column a day with P, A, L, H (either case) or nothing for a day not taken. Sheets as
teachers keep them, with titles, sums and signatures, are read by `formats`; this reads the plain
form only and refuses everything else, naming the line and the column.
"""

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .rules.csv_kernel import count_lines, last_newline, parse_lines
from .rules.marks import LETTERS, Mark
from .rules.plane_kernel import WORDS
from .rules.planes import DAYS_MAX, planes_from_marks

_PIECE: Final = 32 << 20  # bytes parsed at a time; memory stays flat whatever the file's size
_HEADER_MOST: Final = 1 << 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class RegisterUnreadable(ValueError):
    """The file is not the plain wide form; the message says where and why."""


@dataclass(frozen=True, slots=True)
class WideRegister:
    """labels: one tuple a child, the text before the first day; planes: children × 4."""

    label_names: tuple[str, ...]
    labels: list[tuple[str, ...]]
    days: tuple[date, ...]
    absent: NDArray[np.uint64]
    marked: NDArray[np.uint64]


def read_wide_register(
    path: Path, *, threads: int = 2, progress: Callable[[int, int], None] | None = None
) -> WideRegister:
    """Read a wide register file, comma separated, UTF-8, dates as YYYY-MM-DD in the header.

    Args:
        threads: lines are independent, so the result is the same for any number.
        progress: called with (bytes done, bytes in all) after each piece.

    Raises:
        RegisterUnreadable: the first line and column that cannot be read, and why.
    """
    labels: list[tuple[str, ...]] = []
    absent: list[NDArray[np.uint64]] = []
    marked: list[NDArray[np.uint64]] = []
    names, days, pieces = _open(path, threads, progress)
    for piece in pieces:
        labels += piece.labels()
        absent.append(piece.absent)
        marked.append(piece.marked)
    empty = np.zeros((0, WORDS), np.uint64)
    return WideRegister(
        names, labels, days, np.concatenate([empty, *absent]), np.concatenate([empty, *marked])
    )


def scan_wide_register(
    path: Path, *, threads: int = 2, progress: Callable[[int, int], None] | None = None
) -> tuple[tuple[date, ...], Iterator["Piece"]]:
    """The same piece by piece, labels undecoded, for files larger than memory."""
    _, days, pieces = _open(path, threads, progress)
    return days, pieces


@dataclass(frozen=True, slots=True)
class Piece:
    """Some neighbouring lines. `starts` and `ends` bound each line's labels within `data`."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    absent: NDArray[np.uint64]
    marked: NDArray[np.uint64]

    def labels(self) -> list[tuple[str, ...]]:
        raw = self.data.tobytes()
        bounds = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        texts = [raw[first:last].decode("utf-8") for first, last in bounds]
        if b'"' in raw:
            return [tuple(next(csv.reader([text]), [""])) or ("",) for text in texts]
        return [tuple(text.split(",")) for text in texts]


def _open(
    path: Path, threads: int, progress: Callable[[int, int], None] | None
) -> tuple[tuple[str, ...], tuple[date, ...], Iterator[Piece]]:
    with path.open("rb") as file:
        head = file.read(_HEADER_MOST).removeprefix(_BYTE_ORDER_MARK)
    end = head.find(b"\n")
    if end < 0 and len(head) < _HEADER_MOST - len(_BYTE_ORDER_MARK):
        end = len(head)  # the header is all there is
    if end < 0:
        raise RegisterUnreadable("Line 1: this file has no header line with the days.")
    names, days = _header(head[:end].rstrip(b"\r"))
    size = path.stat().st_size
    skip = end + 1 + (len(_BYTE_ORDER_MARK) if _starts_with_mark(path) else 0)
    return names, days, _pieces(path, skip, size, len(names), len(days), threads, progress)


def _starts_with_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == _BYTE_ORDER_MARK


def _header(line: bytes) -> tuple[tuple[str, ...], tuple[date, ...]]:
    try:
        cells = next(csv.reader([line.decode("utf-8")]))
    except (UnicodeDecodeError, StopIteration) as error:
        raise RegisterUnreadable("Line 1: the header is not readable text.") from error
    days: list[date] = []
    names: list[str] = []
    for number, cell in enumerate(cells, 1):
        try:
            days.append(date.fromisoformat(cell.strip()))
        except ValueError as error:
            if days:
                raise RegisterUnreadable(
                    f"Line 1, column {number}: “{cell}” is no date (YYYY-MM-DD)."
                ) from error
            names.append(cell)
    if not days:
        raise RegisterUnreadable("Line 1: no column is a day (YYYY-MM-DD).")
    if not names:
        raise RegisterUnreadable("Line 1: no column says whose marks these are.")
    if len(days) > DAYS_MAX:
        raise RegisterUnreadable(f"Line 1: {len(days)} days; at most {DAYS_MAX} in one file.")
    for number, (before, after) in enumerate(zip(days, days[1:], strict=False), len(names) + 2):
        if after <= before:
            raise RegisterUnreadable(f"Line 1, column {number}: the days must rise.")
    return tuple(names), tuple(days)


def _pieces(
    path: Path,
    skip: int,
    size: int,
    label_columns: int,
    days: int,
    threads: int,
    progress: Callable[[int, int], None] | None,
) -> Iterator[Piece]:
    line = 2
    buffer = np.empty(_PIECE, np.uint8)
    with path.open("rb", buffering=0) as file, ThreadPoolExecutor(threads) as pool:
        file.seek(skip)
        kept = 0
        done = skip
        while True:
            got = file.readinto(memoryview(buffer.data)[kept:])
            done += got or 0
            filled = kept + (got or 0)
            if not filled:
                return
            at_end = not got
            stop = filled if at_end else last_newline(buffer, filled) + 1
            if stop == 0:
                if filled == len(buffer):
                    raise RegisterUnreadable(f"Line {line}: the line is longer than any register.")
                kept = filled
                continue
            piece, lines = _parse(buffer[:stop], line, label_columns, days, threads, pool)
            yield piece
            line += lines
            rest = filled - stop
            fresh = np.empty(_PIECE, np.uint8)
            fresh[:rest] = buffer[stop:filled]
            buffer, kept = fresh, rest
            if progress is not None:
                progress(min(done, size), size)
            if at_end:
                return


def _parse(
    data: NDArray[np.uint8],
    line: int,
    label_columns: int,
    days: int,
    threads: int,
    pool: ThreadPoolExecutor,
) -> tuple[Piece, int]:
    cuts = [0]
    for part in range(1, threads):
        near = len(data) * part // threads
        cuts.append(max(cuts[-1], last_newline(data, near) + 1))
    cuts.append(len(data))
    spans = list(zip(cuts, cuts[1:], strict=False))
    counts = list(pool.map(lambda span: int(count_lines(data[span[0] : span[1]])), spans))
    rows = sum(counts)
    starts = np.empty(rows, np.int64)
    ends = np.empty(rows, np.int64)
    absent = np.empty((rows, WORDS), np.uint64)
    marked = np.empty((rows, WORDS), np.uint64)
    firsts = [sum(counts[:part]) for part in range(threads)]

    def parse(part: int) -> tuple[int, int, int]:
        first, last = spans[part]
        return parse_lines(
            data, first, last, firsts[part], label_columns, days, starts, ends, absent, marked
        )

    for part, (filled, bad_row, bad_column) in enumerate(pool.map(parse, range(threads))):
        if bad_row >= 0:
            raise RegisterUnreadable(
                _complaint(data, starts, bad_row, bad_column, line, label_columns, days)
            )
        if filled != counts[part]:
            raise AssertionError("Lines counted and lines read differ.")
    return Piece(data, starts, ends, absent, marked), rows


def _complaint(
    data: NDArray[np.uint8],
    starts: NDArray[np.int64],
    row: int,
    column: int,
    line: int,
    label_columns: int,
    days: int,
) -> str:
    """What is wrong with one line, found again slowly."""
    first = int(starts[row])
    rest = data[first : first + 65536].tobytes()
    text = rest.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", "replace")
    cells = next(csv.reader([text]), [])
    if len(cells) != label_columns + days:
        return (
            f"Line {line + row}: {len(cells)} columns where the header has {label_columns + days}."
        )
    cell = cells[column - 1] if 0 < column <= len(cells) else ""
    return f"Line {line + row}, column {column}: “{cell}” is no mark (P, A, L, H or nothing)."


def read_slowly(data: bytes) -> WideRegister:
    """The same, cell by cell with the standard library: what the fast reader must equal."""
    text = data.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    names, days = _header(text.split("\n", 1)[0].rstrip("\r").encode())
    labels: list[tuple[str, ...]] = []
    marks = np.zeros((len(rows) - 1, len(days)), np.uint8)
    for index, row in enumerate(rows[1:]):
        if len(row) != len(names) + len(days):
            raise RegisterUnreadable(f"Line {index + 2}: {len(row)} columns.")
        labels.append(tuple(row[: len(names)]))
        for day, cell in enumerate(row[len(names) :]):
            letter = cell.strip(" ").upper()
            if letter and letter not in LETTERS:
                raise RegisterUnreadable(f"Line {index + 2}, column {len(names) + day + 1}.")
            marks[index, day] = LETTERS[letter] if letter else Mark.NOT_TAKEN
    absent, marked = planes_from_marks(marks)
    return WideRegister(names, labels, days, absent, marked)
