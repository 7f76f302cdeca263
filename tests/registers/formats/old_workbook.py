"""A small writer of .xls (BIFF8 in a compound file), for trying what old computers send."""

import struct

FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _text(text: str, *, size: str = "<H") -> bytes:
    return struct.pack(size, len(text)) + b"\x01" + text.encode("utf-16-le")


def _sheet(
    cells: dict[tuple[int, int], object],
    *,
    styles: dict[tuple[int, int], int],
    hidden_rows: set[int],
    hidden_columns: set[int],
    filtered: bool,
) -> bytes:
    out = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for column in sorted(hidden_columns):
        out += _record(0x007D, struct.pack("<6H", column, column, 0, 0, 1, 0))
    out += _record(0x009B) if filtered else b""
    for row in sorted(hidden_rows):
        out += _record(0x0208, struct.pack("<HHHHHHHH", row, 0, 9, 0xFF, 0, 0, 0x20, 0))
    for (row, column), cell in cells.items():
        if isinstance(cell, int | float):
            out += _record(
                0x0203, struct.pack("<HHHd", row, column, styles.get((row, column), 0), float(cell))
            )
        else:
            out += _record(
                0x0204,
                struct.pack("<HHH", row, column, styles.get((row, column), 0)) + _text(str(cell)),
            )
    return out + _record(0x000A)


def as_xls(
    cells: dict[tuple[int, int], object],
    *,
    name: str = "Sheet1",
    fonts: dict[tuple[int, int], str] | None = None,
    hidden_rows: set[int] = frozenset(),
    hidden_columns: set[int] = frozenset(),
    filtered: bool = False,
) -> bytes:
    """One sheet; places are (row, column) from 0. `fonts` names those of cells in another font."""
    names = ["Calibri"] * 4 + sorted(set((fonts or {}).values()))  # there is no font 4
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    start += _record(0x0042, struct.pack("<H", 1200))
    for font in names:
        start += _record(0x0031, bytes(14) + _text(font, size="<B"))
    for number in range(len(names)):
        start += _record(0x00E0, struct.pack("<H", number + (number > 3)) + bytes(18))
    styles = {place: names.index(font) for place, font in (fonts or {}).items()}
    head = lambda at: _record(0x0085, struct.pack("<IH", at, 0) + _text(name, size="<B"))  # noqa: E731
    offset = len(start) + len(head(0)) + len(_record(0x000A))
    sheet = _sheet(
        cells,
        styles=styles,
        hidden_rows=hidden_rows,
        hidden_columns=hidden_columns,
        filtered=filtered,
    )
    book = start + head(offset) + _record(0x000A) + sheet
    return _compound(book.ljust(4096, b"\x00"))


def _compound(stream: bytes) -> bytes:
    sectors = -(-len(stream) // 512)
    tables = -(-(sectors + 2 + sectors // 128 + 1) // 128)
    chain = [*range(1, sectors), END]
    table = chain + [END] + [FAT] * tables
    table += [FREE] * (tables * 128 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, sectors, 0, 4096, END, 0, END, 0
    )
    difat = [sectors + 1 + n for n in range(tables)]
    header += struct.pack("<109I", *(difat + [FREE] * (109 - len(difat))))
    entry = lambda name, kind, at, size, child: (  # noqa: E731
        (name.encode("utf-16-le") + b"\x00\x00").ljust(64, b"\x00")
        + struct.pack("<HBBIII36xIQ", len(name) * 2 + 2, kind, 1, FREE, FREE, child, at, size)
    )
    directory = entry("Root Entry", 5, END, 0, 1) + entry("Workbook", 2, 0, len(stream), FREE)
    directory = directory.ljust(512, b"\x00")
    return (
        header
        + stream.ljust(sectors * 512, b"\x00")
        + directory
        + struct.pack(f"<{len(table)}I", *table)
    )
