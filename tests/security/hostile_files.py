"""Files that mean harm: small ones that ask for much, large ones that ask for ever."""

import io
import struct
import zipfile
from collections.abc import Callable

import xlsxwriter

ODS = "application/vnd.oasis.opendocument.spreadsheet"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
SHEET = "xl/worksheets/sheet1.xml"


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2026, 7, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def document(rows: str, *, before: str = "") -> bytes:
    """An OpenDocument spreadsheet with these rows."""
    xml = (
        f'<?xml version="1.0"?>{before}<office:document-content xmlns:office="{OFFICE}" xmlns:table="{TABLE}" '
        f'xmlns:text="{TEXT}"><office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    return zipped(
        {
            "mimetype": ODS.encode(),
            "content.xml": xml.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def row(cell: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cell}</table:table-row>"


def cell(inside: str = "<text:p>P</text:p>", attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}>{inside}</table:table-cell>'


def workbook(part: str = "", content: bytes = b"") -> bytes:
    """A plain workbook, with one part put in place of its own."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Roll", "Name", 1, 2, 3])
        sheet.write_row(1, 0, ["1", "Sunita", "P", "A", "P"])
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    if part:
        parts[part] = content
    return zipped(parts)


def worksheet(cells: str, *, before: str = "") -> bytes:
    return workbook(
        SHEET,
        (
            f'<?xml version="1.0"?>{before}<worksheet xmlns="http://schemas.openxmlformats.org/'
            f'spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>'
        ).encode(),
    )


LAUGHS = (
    "<!DOCTYPE a ["
    + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    + "]>"
)
OUTSIDE = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


def bomb_in_zip(megabytes: int = 200) -> bytes:
    """A workbook whose sheet is spaces, a thousand times larger than it comes."""
    return workbook(SHEET, b"<worksheet>" + b" " * (megabytes << 20) + b"</worksheet>")


def lying_bomb() -> bytes:
    """The same, and its directory says it holds a thousand bytes."""
    data = bytearray(bomb_in_zip(64))
    for magic, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = data.find(magic)
        while place >= 0:
            if struct.unpack_from("<I", data, place + at)[0] > 1 << 20:
                struct.pack_into("<I", data, place + at, 1000)
            place = data.find(magic, place + 4)
    return bytes(data)


def shared_parts() -> bytes:
    """Nine sheets that are all the same bytes of the archive."""
    plain = b"<worksheet>" + b" " * (4 << 20) + b"</worksheet>"
    data = zipped({SHEET: plain, "xl/workbook.xml": b"<workbook/>"})
    start = data.find(b"PK\x01\x02")
    entry_end = data.find(b"PK\x01\x02", start + 4)
    entry = data[start:entry_end]
    copies = b"".join(entry.replace(b"sheet1", f"sheet{n}".encode()) for n in range(2, 10))
    end = data.rfind(b"PK\x05\x06")
    tail = bytearray(data[end:])
    count = struct.unpack_from("<H", tail, 8)[0] + 8
    struct.pack_into("<HH", tail, 8, count, count)
    struct.pack_into("<I", tail, 12, end - start + len(copies))
    return data[:entry_end] + copies + data[entry_end:end] + bytes(tail)


SMALL: dict[str, Callable[[], bytes]] = {
    "two thousand million spaces in one cell (ods)": lambda: document(
        row(cell('<text:p><text:s text:c="2000000000"/></text:p>'))
    ),
    "spaces in ten thousand cells (ods)": lambda: document(
        row(cell('<text:p><text:s text:c="60000"/></text:p>') * 10_000)
    ),
    "two thousand million columns (ods)": lambda: document(
        row(cell(attributes='table:number-columns-repeated="2000000000"'))
    ),
    "two thousand million rows (ods)": lambda: document(
        row(cell(), 'table:number-rows-repeated="2000000000"')
    ),
    "rows times columns (ods)": lambda: document(
        row(
            cell(attributes='table:number-columns-repeated="16000"'),
            'table:number-rows-repeated="60000"',
        )
    ),
    "empty rows times columns (ods)": lambda: document(
        row(
            '<table:table-cell table:number-columns-repeated="16000"/>',
            'table:number-rows-repeated="1000000"',
        )
        + row(cell())
    ),
    "comments that never end (html)": lambda: b"<html><table>" + b"<!--" * 120_000,
    "tags that never end (html)": lambda: b"<html><table>" + b"<td " * 120_000,
    "declarations that never end (html)": lambda: b"<html><table>" + b"<![" * 160_000,
    "instructions that never end (html)": lambda: b"<html><table>" + b"<?a" * 160_000,
    "end tags that never end (html)": lambda: b"<html><table>" + b"</t" * 160_000,
    "references that never end (html)": lambda: b"<html><table><td>" + b"&#x" * 160_000,
    "quotes that never end (html)": lambda: b"<html><table>" + b'<td a="' * 70_000,
    "two hundred thousand deep (xlsx)": lambda: worksheet("<a>" * 200_000 + "</a>" * 200_000),
    "two hundred thousand deep (ods)": lambda: document(
        "<table:a>" * 200_000 + "</table:a>" * 200_000
    ),
    "attributes given twice (xlsx)": lambda: worksheet(
        "<row>" + '<c r="A1" r="B1"><v>1</v></c>' * 1000 + "</row>"
    ),
    "attributes by the hundred thousand (xlsx)": lambda: worksheet(
        "<row><c " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/></row>"
    ),
    "attributes by the hundred thousand (ods)": lambda: document(
        row("<table:table-cell " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>")
    ),
    "a billion laughs (xlsx)": lambda: worksheet("<row><c><v>&e11;</v></c></row>", before=LAUGHS),
    "a billion laughs (ods)": lambda: document(row(cell("<text:p>&e11;</text:p>")), before=LAUGHS),
    "a billion laughs in UTF-16 (xlsx)": lambda: workbook(
        SHEET,
        (
            '<?xml version="1.0" encoding="UTF-16"?>' + LAUGHS + "<worksheet>&e11;</worksheet>"
        ).encode("utf-16"),
    ),
    "a file from the server (xlsx)": lambda: worksheet(
        "<row><c><v>&f;</v></c></row>", before=OUTSIDE
    ),
    "a file from the server (ods)": lambda: document(
        row(cell("<text:p>&f;</text:p>")), before=OUTSIDE
    ),
    "a bomb (xlsx)": bomb_in_zip,
    "a bomb that lies (xlsx)": lying_bomb,
    "parts that share their bytes (xlsx)": shared_parts,
    "quotes in every cell (csv)": lambda: b"Roll,Name,1,2\n" + b'"' * 480_000,
    "one line of commas (csv)": lambda: b"Roll,Name,1,2\n" + b"," * 480_000,
}
LARGE: dict[str, Callable[[], bytes]] = {
    "18.8 MB of comments (html)": lambda: b"<html><table>" + b"<!--" * 4_700_000,
    "18.8 MB of cells (html)": lambda: b"<html><table><tr>" + b"<td>P" * 3_700_000,
    "18.8 MB of rows (html)": lambda: b"<html><table>" + b"<tr><td>" * 2_350_000,
    "18.8 MB of quotes (csv)": lambda: b"Roll,Name,1,2\n" + b'"a\n' * 6_200_000,
}
