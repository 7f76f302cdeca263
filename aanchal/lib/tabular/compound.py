"""Old workbooks (.xls): how far their cells reach, read from the records before a library builds them.

An .xls is a small file system (the compound file) holding one stream of records. Only as much of both
is read here as tells the rows and columns in use.
"""

import struct
from collections.abc import Iterator

from aanchal.lib.sentences import N_

from . import archives
from .problems import Limits, Unreadable

_FREE = 0xFFFFFFFA  # sector numbers from here on are marks, not places
_CELL_RECORDS = frozenset((0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6))
_ROW_RECORDS = frozenset((0x00BD, 0x00BE))  # several cells of one row; the last column comes last
_BEGIN = 0x0809
_FORMULA = 0x0006


def protected() -> Unreadable:
    return Unreadable(
        "protected",
        N_(
            "The file is protected by a password. Open it with the password, save it without one and "
            "send the new file."
        ),
    )


def require_readable(raw: bytes, limits: Limits, *, area: int) -> None:
    """Refuse a protected workbook, a text document, or a sheet too large to be built.

    Args:
        raw: the whole file, known to begin as a compound file.
        limits: caps on cells.
        area: cells the rectangle of one sheet may hold.
    """
    if "EncryptedPackage".encode("utf-16-le") in raw:
        raise protected()
    if "WordDocument".encode("utf-16-le") in raw:
        raise Unreadable(
            "not_a_table",
            N_("This is a text document. Send the register as a spreadsheet (.xlsx) or as CSV."),
        )
    try:
        stream = _workbook_stream(raw)
    except (struct.error, IndexError, ValueError) as error:
        raise archives.broken() from error
    rows = columns = cells = 0
    for kind, at, length in _records(stream):
        if kind == _BEGIN:
            rows = columns = 0
            continue
        if kind in _CELL_RECORDS and length >= 4:
            row, column = struct.unpack_from("<HH", stream, at)
            cells += 1
        elif kind in _ROW_RECORDS and length >= 6:
            row, first = struct.unpack_from("<HH", stream, at)
            (column,) = struct.unpack_from("<H", stream, at + length - 2)
            cells += max(column - first + 1, 1)
        else:
            continue
        rows, columns = max(rows, row + 1), max(columns, column + 1)
        if cells > limits.cells or rows * columns > area:
            raise Unreadable(
                "far_cells",
                N_(
                    "A sheet has something written far away from its table, down to row %(row)d or across "
                    "%(columns)d columns. Copy the register alone into a new file and send that."
                ),
                row=rows,
                columns=columns,
            )


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
