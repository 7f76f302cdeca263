"""Old workbooks (.xls): how far their cells reach, read from the records before a library builds them.

An .xls is a small file system (the compound file) holding one stream of records. Only as much of both
is read here as tells the rows and columns in use.
"""

import struct
from collections.abc import Iterator

from aanchal.lib.sentences import N_

from . import archives
from .fonts import is_telling
from .problems import Limits, Unreadable
from .survey import Survey, note_font

_FREE = 0xFFFFFFFA  # sector numbers from here on are marks, not places
_CELL_RECORDS = frozenset((0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6))
_ROW_RECORDS = frozenset((0x00BD, 0x00BE))  # several cells of one row; the last column comes last
_BEGIN = 0x0809
_BLANKS = 0x00BE
_ROW, _COLUMNS, _FILTER_ON = 0x0208, 0x007D, 0x009B
_FONT, _STYLE, _SHEET = 0x0031, 0x00E0, 0x0085


def protected() -> Unreadable:
    return Unreadable(
        "protected",
        N_(
            "The file is protected by a password. Open it with the password, save it without one and "
            "send the new file."
        ),
    )


def survey_xls(raw: bytes, limits: Limits, *, area: int) -> dict[str, Survey]:
    """Refuse a protected workbook, a text document, or a sheet too large to be built.

    Args:
        raw: the whole file, known to begin as a compound file.
        limits: caps on cells.
        area: cells the rectangle of one sheet may hold.

    Returns:
        By the sheet's name: hidden rows and columns, whether a filter is on, telling fonts.
    """
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise protected()
    if "WordDocument".encode("utf-16-le") in raw:
        raise Unreadable(
            "not_a_table",
            N_("This is a text document. Send the table as a spreadsheet (.xlsx) or as CSV."),
        )
    try:
        stream = _workbook_stream(raw)
    except (struct.error, IndexError, ValueError) as error:
        raise archives.broken() from error
    walk = _Walk(stream, limits, area)
    for kind, at, length in _records(stream):
        walk.take(kind, at, length)
    return walk.surveys


class _Walk:
    """What the records of a workbook say, one after another."""

    def __init__(self, stream: bytes, limits: Limits, area: int) -> None:
        self.stream = stream
        self.limits = limits
        self.area = area
        self.rows = self.columns = self.cells = 0
        self.fonts: list[str] = []
        self.styles: list[str] = []  # the font of each cell style; "" for a plain one
        self.names: dict[int, str] = {}  # where a sheet's records begin -> its name
        self.surveys: dict[str, Survey] = {}
        self.here = Survey()

    def take(self, kind: int, at: int, length: int) -> None:
        if kind == _BEGIN:
            self.rows = self.columns = 0
            self.here = Survey()
            if (name := self.names.get(at - 4)) is not None:
                self.surveys[name] = self.here
        elif kind in _CELL_RECORDS and length >= 4:
            row, column = struct.unpack_from("<HH", self.stream, at)
            self.cell(row, column)
            if length >= 6:
                self.style(row, column, at + 4)
        elif kind in _ROW_RECORDS and length >= 6:
            self.row_of_cells(kind, at, length)
        elif kind == _ROW and length >= 16:
            (row,) = struct.unpack_from("<H", self.stream, at)
            if self.stream[at + 12] & 0x20:
                self.here.hidden_rows.add(row + 1)
        elif kind == _COLUMNS and length >= 10:
            first, last, _, _, options = struct.unpack_from("<5H", self.stream, at)
            if options & 1:
                self.here.hidden_columns |= set(range(first + 1, min(last, 255) + 2))
        elif kind == _FILTER_ON:
            self.here.is_filtered = True
        elif kind == _FONT and length >= 16:
            self.fonts.append(_short_text(self.stream[at + 14 : at + length]))
        elif kind == _STYLE and length >= 2:
            (font,) = struct.unpack_from("<H", self.stream, at)
            font -= font > 4  # the format leaves number 4 out
            name = self.fonts[font] if font < len(self.fonts) else ""
            self.styles.append(name if is_telling(name) else "")
        elif kind == _SHEET and length >= 8:
            (begins,) = struct.unpack_from("<I", self.stream, at)
            self.names[begins] = _short_text(self.stream[at + 6 : at + length])

    def row_of_cells(self, kind: int, at: int, length: int) -> None:
        row, first = struct.unpack_from("<HH", self.stream, at)
        (last,) = struct.unpack_from("<H", self.stream, at + length - 2)
        self.cell(row, last, more=max(last - first + 1, 1))
        wide = 2 if kind == _BLANKS else 6
        for number in range((length - 6) // wide):
            self.style(row, first + number, at + 4 + number * wide)

    def cell(self, row: int, column: int, *, more: int = 1) -> None:
        self.cells += more
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, column + 1)
        if self.cells > self.limits.cells or self.rows * self.columns > self.area:
            raise Unreadable(
                "far_cells",
                N_(
                    "A sheet has something written far away from its table, down to row %(row)d or across "
                    "%(columns)d columns. Copy the table alone into a new file and send that."
                ),
                row=self.rows,
                columns=self.columns,
            )

    def style(self, row: int, column: int, at: int) -> None:
        (style,) = struct.unpack_from("<H", self.stream, at)
        if style < len(self.styles) and self.styles[style]:
            note_font(self.here.fonts, row + 1, column + 1, self.styles[style])


def _short_text(data: bytes) -> str:
    """A text with its length in one byte, and a byte that says whether letters are two bytes wide."""
    if len(data) < 2:
        return ""
    length, wide = data[0], data[1] & 1
    if wide:
        return data[2 : 2 + 2 * length].decode("utf-16-le", "replace")
    return data[2 : 2 + length].decode("latin-1")


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """(kind, place of the content, its length) of each record; stops where the stream does."""
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind == 0 and length == 0:
            return
        if at + 4 + length > len(stream):
            return
        yield kind, at + 4, length
        at += 4 + length


def _workbook_stream(raw: bytes) -> bytes:
    shift, mini_shift = struct.unpack_from("<HH", raw, 30)
    directory_at, _, cutoff, mini_at, _, more_at = struct.unpack_from("<6I", raw, 48)
    if shift not in (9, 12) or mini_shift != 6:
        raise ValueError("not the sector sizes of a compound file")
    size = 1 << shift
    tables = [n for n in struct.unpack_from("<109I", raw, 76) if n < _FREE]
    seen = set()
    while more_at < _FREE and more_at not in seen:
        seen.add(more_at)
        block = struct.unpack_from(f"<{size // 4}I", raw, (more_at + 1) * size)
        tables += [n for n in block[:-1] if n < _FREE]
        more_at = block[-1]
    table: list[int] = []
    for sector in tables[: len(raw) // size + 1]:
        table += struct.unpack_from(f"<{size // 4}I", raw, (sector + 1) * size)
    directory = _chain(raw, table, directory_at, size)
    entries = [directory[at : at + 128] for at in range(0, len(directory), 128)]
    for entry in entries:
        name = entry[: max(int.from_bytes(entry[64:66], "little") - 2, 0)].decode(
            "utf-16-le", "replace"
        )
        if name.lower() in ("workbook", "book"):
            start, length = (
                struct.unpack_from("<I", entry, 116)[0],
                struct.unpack_from("<I", entry, 120)[0],
            )
            if length >= cutoff:
                return _chain(raw, table, start, size)[:length]
            root_start = struct.unpack_from("<I", entries[0], 116)[0]
            mini = _chain(raw, table, root_start, size)
            small = _chain(raw, table, mini_at, size)
            mini_table = list(struct.unpack(f"<{len(small) // 4}I", small[: len(small) // 4 * 4]))
            return _chain(mini, mini_table, start, 64, skip=0)[:length]
    raise ValueError("no workbook in it")


def _chain(raw: bytes, table: list[int], start: int, size: int, *, skip: int = 1) -> bytes:
    """The sectors linked from `start`, one after another; a chain that bites its tail is an error."""
    parts: list[bytes] = []
    sector = start
    for _ in range(len(raw) // size + 2):
        if sector >= _FREE:
            return b"".join(parts)
        parts.append(raw[(sector + skip) * size : (sector + skip + 1) * size])
        sector = table[sector]
    raise ValueError("a chain of sectors without an end")
