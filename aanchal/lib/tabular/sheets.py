"""Any file a school may send, opened safely as sheets of cells.

What a file is, its first bytes say; its name is not believed. Workbooks (XLSX, XLS, ODS) are read by
calamine after our own survey of how large they really are; tables saved as web pages, as many state
portals do under the name .xls, and delimited text are read row by row. No macro runs, no formula is
calculated, nothing outside the file is fetched.
"""

import io
from pathlib import Path
from typing import BinaryIO

from aanchal.lib.sentences import N_

from . import archives, compound, delimited, markup, opendocument
from .problems import Limits, Unreadable
from .relations import sheet_targets
from .sheet import Progress, Sheet
from .styles import telling_styles, with_signs
from .survey import Survey, survey_xlsx
from .workbook import LARGEST_AREA, open_workbook, require_room, sheet_of

Source = BinaryIO | Path


def open_sheets(
    stream: BinaryIO, *, limits: Limits, progress: Progress | None = None
) -> list[Sheet]:
    """Open a file and list its sheets, first to last; hidden ones are marked, charts left out.

    Raises:
        Unreadable: it is too large, damaged, protected, or no table at all; the sentence says what
            to do.
    """
    kind = kind_of(stream)
    size = _size(stream)
    if kind == "text":
        delimited.require_text(stream.read(4096))
        _within(size, limits.text_bytes)
        return [delimited.open_text(stream, limits=limits, progress=progress, size=size)]
    _within(size, limits.sheet_bytes)
    raw = stream.read()
    if kind == "html":
        return markup.open_tables(raw, limits=limits)
    if kind == "zip":
        return _open_zip(raw, limits)
    return _open_compound(raw, limits)


def kind_of(stream: BinaryIO) -> str:
    """What the first bytes of a file say it is: "html", "zip", "compound", or else "text".

    Raises:
        Unreadable: it is empty, or of a kind that holds no table.
    """
    stream.seek(0)
    head = stream.read(4096)
    stream.seek(0)
    if not head.strip(b"\x00 \t\r\n"):
        raise Unreadable("empty_file", N_("The file is empty. Send the file that holds the table."))
    return _kind(head)


def _size(stream: BinaryIO) -> int:
    if not stream.seekable():
        raise ValueError("the source must be seekable")
    stream.seek(0, io.SEEK_END)
    size = stream.tell()
    stream.seek(0)
    return size


def _within(size: int, most: int) -> None:
    if size > most:
        raise Unreadable(
            "too_large",
            N_(
                "The file is %(size)d MB; at most %(limit)d MB can be read at once. Send one file for "
                "each class or each month."
            ),
            size=-(-size // 2**20),
            limit=most >> 20,
        )


_OTHER_KINDS = (
    (b"%PDF", N_("This is a PDF. Send the table as a spreadsheet (.xlsx) or as CSV.")),
    (b"\x89PNG", N_("This is a picture. Send the table as a spreadsheet (.xlsx) or as CSV.")),
    (
        b"\xff\xd8\xff",
        N_("This is a picture. Send the table as a spreadsheet (.xlsx) or as CSV."),
    ),
    (b"GIF8", N_("This is a picture. Send the table as a spreadsheet (.xlsx) or as CSV.")),
    (b"Rar!", N_("This is a RAR archive. Unpack it and send the files inside, one by one.")),
    (
        b"7z\xbc\xaf",
        N_("This is a 7z archive. Unpack it and send the files inside, one by one."),
    ),
    (
        b"\x1f\x8b",
        N_("This is a gzip archive. Unpack it and send the files inside, one by one."),
    ),
    (
        b"{\\rtf",
        N_("This is a text document. Send the table as a spreadsheet (.xlsx) or as CSV."),
    ),
    (b"SQLite", N_("This is a database. Send the table as a spreadsheet (.xlsx) or as CSV.")),
)


def _kind(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "compound"
    for magic, sentence in _OTHER_KINDS:
        if head.startswith(magic):
            raise Unreadable("not_a_table", sentence)
    if markup.is_markup(head):
        return "html"
    return "text"


def _open_zip(raw: bytes, limits: Limits) -> list[Sheet]:
    archive = archives.Archive(raw, limits)
    names = {name.replace("\\", "/"): name for name in archive.names()}
    if "content.xml" in names and "mimetype" in names:
        return opendocument.open_document(archive, limits)
    if any(name.lower().startswith(("word/", "ppt/")) for name in names):
        raise Unreadable("not_a_table", N_("This is a text document. Send the table as a spreadsheet (.xlsx) or as CSV."))  # fmt: skip
    if any(name.lower() == "xl/workbook.bin" for name in names):
        raise Unreadable("binary_workbook", N_("This is a binary workbook (.xlsb). Save it as .xlsx and send the new file."))  # fmt: skip
    if not any(name.lower().startswith("xl/") for name in names):
        raise archives.not_a_sheet()
    parts: dict[str, bytes] = {}
    surveys: dict[str, Survey] = {}
    sheet_count = 0
    cells = 0
    styles: dict[int, str] = {}
    # Styles first: they say which cells of the sheets draw letters as signs.
    for name, stored in sorted(names.items(), key=lambda n: n[0].lower() != "xl/styles.xml"):
        if not _is_needed(name):
            continue
        data = archive.read(stored)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise archives.strange()
        if name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml"):
            sheet_count += 1
            if sheet_count > limits.sheets:
                raise _too_many_sheets(limits)
            data, surveys[name] = survey_xlsx(with_signs(data), limits, styles)
            cells += surveys[name].cells
            require_room(surveys[name], cells, limits)
        elif name.lower() == "xl/styles.xml":
            styles = telling_styles(data)
        elif name.lower() == "xl/sharedstrings.xml":
            data = with_signs(data)
        parts[name] = data
    targets = sheet_targets(parts)
    if any(target in parts and target not in surveys for target in targets.values()):
        raise archives.strange()  # a sheet hidden in a part that was not surveyed
    book = open_workbook(archives.packed(parts))
    del parts
    return [
        sheet_of(book, index, surveys.get(targets.get(meta.name, ""), Survey()))
        for index, meta in enumerate(book.sheets_metadata)
    ]


_NEEDED = frozenset(
    (
        "[content_types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/sharedstrings.xml",
        "xl/styles.xml",
    )
)


def _is_needed(name: str) -> bool:
    lower = name.lower()
    return lower in _NEEDED or (
        lower.startswith("xl/worksheets/") and lower.endswith(".xml") and lower.count("/") == 2
    )


def _too_many_sheets(limits: Limits) -> Unreadable:
    return Unreadable(
        "too_many_sheets",
        N_("The workbook has more than %(limit)d sheets. Send them in several files."),
        limit=limits.sheets,
    )


def _open_compound(raw: bytes, limits: Limits) -> list[Sheet]:
    surveys = compound.survey_xls(raw, limits, area=LARGEST_AREA)
    book = open_workbook(io.BytesIO(raw))
    return [
        sheet_of(book, index, surveys.get(meta.name, Survey()))
        for index, meta in enumerate(book.sheets_metadata)
    ]
