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
from numba import njit
from numpy.typing import NDArray

from .rules.lanes import eight_bytes
from .rules.marks import LETTERS, Mark
from .rules.planes import DAYS_MAX, WORDS, planes_from_marks

_PIECE: Final = 32 << 20  # bytes parsed at a time; memory stays flat whatever the file's size
_HEADER_MOST: Final = 1 << 16
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"

# Masks over eight bytes: even bytes are letters (case bit cleared), odd bytes commas. Of the bits
# of P 0x50, A 0x41, L 0x4C, H 0x48: bit 4 says P, bit 0 A, bit 3 L or H, bit 2 L.
_LETTER_BYTES: Final = np.uint64(0x00DF_00DF_00DF_00DF)
_COMMA_BYTES: Final = np.uint64(0xFF00_FF00_FF00_FF00)
_COMMAS: Final = np.uint64(0x2C00_2C00_2C00_2C00)
_LETTER_FIXED: Final = np.uint64(0x00C2_00C2_00C2_00C2)
_LETTER_HIGH: Final = np.uint64(0x0040_0040_0040_0040)
_LOW_BITS: Final = np.uint64(0x0001_0001_0001_0001)
_GATHER: Final = np.uint64(0x0001_0002_0004_0008)  # brings the four low bits to bits 48..51


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
            return [tuple(row) for row in csv.reader(texts)]
        return [tuple(text.split(",")) for text in texts]


def _open(
    path: Path, threads: int, progress: Callable[[int, int], None] | None
) -> tuple[tuple[str, ...], tuple[date, ...], Iterator[Piece]]:
    with path.open("rb") as file:
        head = file.read(_HEADER_MOST).removeprefix(_BYTE_ORDER_MARK)
    end = head.find(b"\n")
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
            got = file.readinto(memoryview(buffer)[kept:])
            done += got or 0
            filled = kept + (got or 0)
            if not filled:
                return
            at_end = not got
            stop = filled if at_end else _last_newline(buffer, filled) + 1
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
        cuts.append(max(cuts[-1], _last_newline(data, near) + 1))
    cuts.append(len(data))
    spans = list(zip(cuts, cuts[1:], strict=False))
    counts = list(pool.map(lambda span: int(_count_lines(data[span[0] : span[1]])), spans))
    rows = sum(counts)
    starts = np.empty(rows, np.int64)
    ends = np.empty(rows, np.int64)
    absent = np.empty((rows, WORDS), np.uint64)
    marked = np.empty((rows, WORDS), np.uint64)
    firsts = [sum(counts[:part]) for part in range(threads)]

    def parse(part: int) -> tuple[int, int, int]:
        first, last = spans[part]
        return _parse_lines(  # type: ignore[no-any-return]
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


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _last_newline(data, before):  # type: ignore[no-untyped-def]
    at = before - 1
    while at >= 0 and data[at] != 10:
        at -= 1
    return at


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _count_lines(data):  # type: ignore[no-untyped-def]
    count = 0
    for at in range(data.size):
        count += data[at] == 10
    if data.size and data[data.size - 1] != 10:
        count += 1
    return count


@njit(cache=True, nogil=True)  # type: ignore[misc, untyped-decorator]
def _parse_lines(  # type: ignore[no-untyped-def]
    data, first, last, row, label_columns, days, starts, ends, absent, marked
):
    """Read lines of data[first:last] into rows from `row` on.

    Returns (rows read, row that is wrong or -1, its column counted from 1).
    """
    begun = row
    at = first
    one = np.uint64(1)
    while at < last:
        starts[row] = at
        # Labels: a quoted one may hold commas.
        quoted = False
        seen = 0
        while at < last:
            byte = data[at]
            if byte == 34:
                quoted = not quoted
            elif byte == 10:
                return row - begun, row, seen + 1
            elif byte == 44 and not quoted:
                seen += 1
                if seen == label_columns:
                    break
            at += 1
        if at >= last:
            return row - begun, row, seen + 1
        ends[row] = at
        at += 1
        for word in range(WORDS):
            a = np.uint64(0)
            m = np.uint64(0)
            day = 64 * word
            stop = min(64 * word + 64, days)
            while day < stop:
                # Four cells of one letter each, as eight bytes "P,A,P,L,": nearly always so.
                if day + 4 <= stop and day + 4 < days and at + 8 <= last:
                    eight = eight_bytes(data, at)
                    letters = eight & _LETTER_BYTES
                    kind_p = (letters >> np.uint64(4)) & _LOW_BITS
                    kind_a = letters & _LOW_BITS
                    kind_lh = (letters >> np.uint64(3)) & _LOW_BITS
                    is_l = (letters >> np.uint64(2)) & _LOW_BITS
                    plain = (
                        (eight & _COMMA_BYTES) == _COMMAS
                        and (letters & _LETTER_FIXED) == _LETTER_HIGH
                        and kind_p + kind_a + kind_lh == _LOW_BITS
                        and is_l & ~kind_lh == 0
                    )
                    if plain:
                        shift = np.uint64(day & 63)
                        gone = ((kind_a | is_l) * _GATHER) >> np.uint64(48) & np.uint64(15)
                        here = ((kind_a | kind_p) * _GATHER) >> np.uint64(48) & np.uint64(15)
                        a |= gone << shift
                        m |= here << shift
                        day += 4
                        at += 8
                        continue
                byte = data[at] if at < last else np.uint8(10)
                if byte != 44 and byte != 10 and byte != 13:
                    while byte == 32 and at + 1 < last:
                        at += 1
                        byte = data[at]
                    upper = byte & np.uint8(0xDF)
                    bit = one << np.uint64(day & 63)
                    if upper == 80:  # P
                        m |= bit
                    elif upper == 65:  # A
                        m |= bit
                        a |= bit
                    elif upper == 76:  # L
                        a |= bit
                    elif upper != 72 and byte != 44 and byte != 10 and byte != 13:  # H
                        return row - begun, row, label_columns + day + 1
                    if byte != 44 and byte != 10 and byte != 13:
                        at += 1
                    byte = data[at] if at < last else np.uint8(10)
                    while byte == 32 and at + 1 < last:
                        at += 1
                        byte = data[at]
                if day < days - 1:
                    if byte != 44:
                        return row - begun, row, label_columns + day + 1
                    at += 1
                day += 1
            absent[row, word] = a
            marked[row, word] = m
        if at < last and data[at] == 13:
            at += 1
        if at < last:
            if data[at] != 10:
                return row - begun, row, label_columns + days
            at += 1
        row += 1
    return row - begun, -1, 0
