"""Delimited text in any usual encoding, read line by line with no line trusted to end."""

import codecs
import csv
import io
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import BinaryIO

from charset_normalizer import from_bytes

from aanchal.lib.sentences import N_

from .legacy import looks_double_encoded, undo_double_encoding
from .problems import Limits, Unreadable
from .sheet import Progress, Sheet
from .texts import Cell

_SAMPLE = 256 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = ",;\t|"
_LINES_IN_A_CELL = 20
_LINES_IN_A_RECORD = 400
_STRAY_TOLD = 50
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\x0c\x1a\x1b"))
_NOT_TEXT = N_(
    "The file is not a table that can be read. Send the table as a spreadsheet (.xlsx) or as CSV."
)
_ENCODING = N_(
    "The letters in this file cannot be read. Open it in the program it came from, save it as "
    "“CSV UTF-8” or as .xlsx, and send the new file."
)


def require_text(head: bytes) -> None:
    """Refuse bytes that are no text in any usual encoding (a program, a picture)."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        return
    if _wide_encoding(head):
        return
    odd = len(head) - len(head.translate(None, _CONTROLS))
    if odd > len(head) // 100:
        raise Unreadable("not_a_table", _NOT_TEXT)


def open_text(stream: BinaryIO, *, limits: Limits, progress: Progress | None, size: int) -> Sheet:
    """Open delimited text as one sheet; its rows are read anew each time they are asked for."""
    stream.seek(0)
    sample = stream.read(_SAMPLE)
    encoding, errors = _encoding(sample, stream)
    text = sample.decode(encoding, "ignore")
    unwrap = '="' in text
    delimiter, skipped = _delimiter(text)
    repair = looks_double_encoded(text)
    stray: list[int] = []

    def rows() -> Iterator[Sequence[Cell]]:
        stream.seek(0)
        stray.clear()
        lines = numbered_lines(
            KeptOpen(stream, progress, size), encoding, errors, most=limits.line_chars
        )
        try:
            if skipped:
                next(lines, None)
                yield []
            rows_read = _rows(lines, delimiter, limits, repair, stray)
            yield from (map(unwrapped, rows_read) if unwrap else rows_read)
        except UnicodeDecodeError as error:
            raise Unreadable("unknown_letters", _ENCODING) from error
        finally:
            lines.close()

    return Sheet(
        "",
        rows,
        is_text=True,
        repaired_encoding=repair,
        damaged_letters=errors == "replace",
        stray_quotes=stray,
    )


class KeptOpen(io.RawIOBase):
    """The stream, never closed by its reader, telling how much of it has been read."""

    def __init__(self, stream: BinaryIO, progress: Progress | None = None, size: int = 0) -> None:
        self._stream = stream
        self._progress = progress
        self._size = max(size, 1)
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self._read += len(data)
        if self._progress:
            self._progress(min(self._read / self._size, 1.0))
        return len(data)


def numbered_lines(
    stream: io.RawIOBase, encoding: str, errors: str, *, most: int, newline: str | None = None
) -> Generator[tuple[int, str | None]]:
    """Lines from 1, with their ends; None for one of `most` letters or more. The stream stays open.

    Args:
        errors: what is done with a byte that the encoding does not have, as `codecs` names it.
        newline: what ends a line, as `io.TextIOWrapper` has it.
    """
    reader = io.TextIOWrapper(io.BufferedReader(stream, 1 << 16), encoding, errors, newline=newline)
    try:
        for row in count(1):
            line = reader.readline(most)
            if not line:
                return
            if len(line) < most or line.endswith("\n"):
                yield row, line
                continue
            while line and not line.endswith("\n"):
                line = reader.readline(most)
            yield row, None
    finally:
        reader.detach().detach()


def _rows(
    numbered: Iterator[tuple[int, str | None]],
    delimiter: str,
    limits: Limits,
    repair: bool,
    stray: list[int],
) -> Iterator[list[str]]:
    # No quoted cell may run on for ever: the csv module's own cap is process-wide, ours is not.
    for record in whole_records(numbered, delimiter):
        if record.text is None:
            raise Unreadable("not_a_table", _NOT_TEXT)
        text = record.text
        if record.row > limits.text_rows:
            raise Unreadable(
                "too_many_rows",
                N_("The file has more than %(limit)d rows. Send it in several files."),
                limit=limits.text_rows,
            )
        if record.is_closed:
            row = next(csv.reader([text], delimiter=delimiter), [])
        else:
            # The mark is read as any other sign, so that no line below is lost to it.
            row = [cell.removeprefix('"') for cell in text.rstrip("\r\n").split(delimiter)]
            if len(stray) < _STRAY_TOLD:
                stray.append(record.row)
        yield [undo_double_encoding(cell) for cell in row] if repair else row
        for _ in range(record.lines - 1):
            yield []  # so that a row's number is that of its line


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a delimited file: its text, over as many lines as its quoted cells take.

    `text` is None for a line too long to be read; `is_closed` is False where a quotation mark is
    opened on the line and closed nowhere near: the record is then that line alone.
    """

    row: int
    text: str | None
    lines: int = 1
    is_closed: bool = True


def whole_records(numbered: Iterator[tuple[int, str | None]], delimiter: str) -> Iterator[Record]:
    """Put lines together where a quoted cell runs over several; one stray mark costs its own line."""
    ahead: deque[tuple[int, str | None]] = deque()

    def following() -> tuple[int, str | None] | None:
        return ahead.popleft() if ahead else next(numbered, None)

    while (item := following()) is not None:
        row, text = item
        if text is None or '"' not in text or not (opened := _left_open(text, delimiter)):
            yield Record(row, text)
            continue
        taken: list[tuple[int, str | None]] = []
        parts = [text]
        lines_in_cell = 0
        while opened and (more := following()) is not None:
            taken.append(more)
            line = more[1]
            if line is None:
                break
            parts.append(line if parts[-1].endswith("\n") else "\n" + line)
            lines_in_cell += 1
            if '"' in line:
                end = _end_of_quoted(line, 0, delimiter)
                if end == _STRAY:
                    break
                if end >= 0:
                    opened = _left_open(line, delimiter, start=end)
                    lines_in_cell = 0
            if lines_in_cell == _LINES_IN_A_CELL or len(taken) == _LINES_IN_A_RECORD:
                break
        if not opened:
            yield Record(row, "".join(parts), lines=1 + len(taken))
        else:
            # One stray quotation mark must not swallow the good lines below it.
            ahead.extendleft(reversed(taken))
            yield Record(row, text, is_closed=False)


def _left_open(text: str, delimiter: str, *, start: int = 0) -> bool:
    """Does the text, read from a place outside any quoted cell, end inside one?"""
    at = 1 if start == 0 and text.startswith('"') else _opening(text, delimiter, start)
    while at >= 0:
        end = _end_of_quoted(text, at, delimiter, lenient=True)
        if end < 0:
            return True
        at = _opening(text, delimiter, end)
    return False


def _opening(text: str, delimiter: str, start: int) -> int:
    at = text.find(delimiter + '"', start)
    return at + 2 if at >= 0 else -1


_NONE, _STRAY = -1, -2


def _end_of_quoted(text: str, at: int, delimiter: str, *, lenient: bool = False) -> int:
    """The place after the mark that closes a quoted cell begun before `at`.

    `_NONE` where the text ends inside it. `_STRAY` where the mark is followed by more of the same
    cell, unless `lenient`: over several lines that is another cell's mark, and the first was stray.
    """
    while (at := text.find('"', at)) >= 0:
        if text.startswith('"', at + 1):
            at += 2
            continue
        if lenient or text[at + 1 : at + 2] in ("", delimiter, "\n", "\r"):
            return at + 1
        return _STRAY
    return _NONE


def unwrapped(row: list[str]) -> list[str]:
    """A row whose ="0123" (the way to keep a leading zero through a spreadsheet) is 0123."""
    return [
        cell[2:-1] if cell[:2] == '="' and cell[-1:] == '"' and len(cell) > 2 else cell
        for cell in row
    ]


def marked_encoding(sample: bytes) -> str | None:
    """The encoding that the first bytes of a file give away; None where they say nothing."""
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    return _wide_encoding(sample)


def _wide_encoding(sample: bytes) -> str | None:
    """UTF-16 without its mark, told by where the zero bytes fall; None for anything else."""
    pairs = sample[: len(sample) // 2 * 2]
    if len(pairs) < 8:
        return None
    even, odd = pairs[0::2], pairs[1::2]
    # Commas, digits and line ends keep a zero half even where the words are Hindi or Bengali.
    if odd.count(0) > len(odd) // 8 and even.count(0) == 0:
        return "utf-16-le"
    if even.count(0) > len(even) // 8 and odd.count(0) == 0:
        return "utf-16-be"
    return None


def _encoding(sample: bytes, stream: BinaryIO) -> tuple[str, str]:
    """The encoding, and what to do with a byte it does not have."""
    if marked := marked_encoding(sample):
        return marked, "strict"
    if _is_utf8(stream):
        return "utf-8", "strict"
    guess = sample.decode("utf-8", "replace")
    bad = guess.count("\ufffd")
    if sum(not letter.isascii() for letter in guess) >= 20 * bad + bad and bad:
        return "utf-8", "replace"  # one broken letter must not lose a whole register
    high = sum(1 for byte in sample if byte >= 0x80)
    if high * 20 < len(sample) or not high:
        return _western(sample), "strict"
    best = from_bytes(
        sample[:65536], cp_isolation=["utf_16", "utf_16_le", "utf_16_be", "cp1252"]
    ).best()
    if best is not None and best.encoding == "cp1252" and _is_words(sample):
        return _western(sample), "strict"
    raise Unreadable("unknown_letters", _ENCODING)


def _is_utf8(stream: BinaryIO) -> bool:
    """True when the whole stream is UTF-8; a foreign byte may come only in the last row."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    stream.seek(0)
    try:
        while chunk := stream.read(1 << 16):
            decoder.decode(chunk)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _western(sample: bytes) -> str:
    # cp1252 has five empty places; latin-1 has none, so text that meets one still opens.
    return "latin-1" if any(byte in sample for byte in b"\x81\x8d\x8f\x90\x9d") else "cp1252"


def _is_words(sample: bytes) -> bool:
    """True when high bytes are outnumbered: Western words, or Hindi drawn by a Western font."""
    high = sum(1 for byte in sample if byte >= 0x80)
    letters = sum(1 for byte in sample if 65 <= byte <= 122)
    return high < letters


def _delimiter(text: str) -> tuple[str, bool]:
    """The delimiter, and whether the first line only names it ("sep=;", as some programs write)."""
    first, _, _ = text.partition("\n")
    first = first.strip().strip('"')
    if first[:4].lower() == "sep=" and first[4:5] in set(DELIMITERS):
        return first[4:5], True
    if first.lower() == "sep=":
        return "\t", True
    lines = [line for line in (text.splitlines() or [""])[:200] if line.strip()]
    if len(lines) > 1:
        lines = lines[:-1] if len(text) >= _SAMPLE // 4 else lines
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        counts = Counter(len(row) - 1 for row in _parsed(lines, delimiter))
        counts.pop(0, None)
        if not counts:
            continue
        # Most lines of a table have one width; a comma inside names gives many widths.
        width, often = max(counts.items(), key=lambda item: (item[1] * min(item[0], 12), item[0]))
        score = often / len(lines) * min(width, 12) ** 0.5
        if score > best_score:
            best, best_score = delimiter, score
    return best, False


def _parsed(lines: list[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(lines, delimiter=delimiter)
    except csv.Error:
        return
