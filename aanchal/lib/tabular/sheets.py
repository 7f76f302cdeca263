"""Any file a school may send, opened safely as sheets of cells.

What a file is, its first bytes say; its name is not believed. Workbooks (XLSX, XLS, ODS) are read by
calamine after our own survey of how large they really are; tables saved as web pages, as many state
portals do under the name .xls, and delimited text are read row by row. No macro runs, no formula is
calculated, nothing outside the file is fetched.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine

from aanchal.lib.sentences import N_

from . import archives, compound, delimited, markup, opendocument
from .fonts import drawn, draws_signs
from .problems import Limits, Unreadable
from .relations import sheet_targets
from .styles import telling_styles, with_signs
from .survey import Survey, survey_xlsx
from .texts import Cell

Source = BinaryIO | Path
Range = tuple[tuple[int, int], tuple[int, int]]
Progress = Callable[[float], None]

_AREA = 12_000_000  # cells a sheet's rectangle may hold before it is built


@dataclass(slots=True)
class Sheet:
    """One sheet: rows of cells from A1 on, as often as asked for.

    `rows()` yields lists of cells, row 1 first, empty rows included; each starts at column A and may
    be shorter than the others. `merged` holds ((row, column), (row, column)) ranges counted from 0.
    """

    name: str
    rows: Callable[[], Iterator[Sequence[Cell]]]
    merged: list[Range] = field(default_factory=list)
    hidden: bool = False
    is_text: bool = False
    survey: Survey = field(default_factory=Survey)
    repaired_encoding: bool = False
    damaged_letters: bool = False
    # Lines where a quotation mark is opened and not closed; known once `rows()` has passed them.
    stray_quotes: list[int] = field(default_factory=list)

    @property
    def hidden_rows(self) -> set[int]:
        """Rows, from 1, that are hidden by hand or by a filter; they are among `rows()`."""
        return self.survey.hidden_rows

    @property
    def hidden_columns(self) -> set[int]:
        """Columns, from 1, that are hidden; they are among `rows()`."""
        return self.survey.hidden_columns

    @property
    def is_filtered(self) -> bool:
        """True when rows may be hidden by a filter that somebody left on."""
        return self.survey.is_filtered

    def font(self, row: int, column: int) -> str | None:
        """The font of a cell (row and column from 1) that draws letters as signs or another script.

        None for a cell in any plain font.
        """
        return self.survey.fonts.get((row, column))


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
        return opendocument.open_document(archive, limits, _workbook)
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
            _require_room(surveys[name], cells, limits)
        elif name.lower() == "xl/styles.xml":
            styles = telling_styles(data)
        elif name.lower() == "xl/sharedstrings.xml":
            data = with_signs(data)
        parts[name] = data
    targets = sheet_targets(parts)
    if any(target in parts and target not in surveys for target in targets.values()):
        raise archives.strange()  # a sheet hidden in a part that was not surveyed
    book = _workbook(archives.packed(parts))
    del parts
    return [
        _sheet(book, index, surveys.get(targets.get(meta.name, ""), Survey()))
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


def _require_room(survey: Survey, cells: int, limits: Limits) -> None:
    if cells > limits.cells:
        raise Unreadable(
            "too_many_cells",
            N_(
                "The workbook holds more than %(limit)d filled cells. Send one file for each school or "
                "each month."
            ),
            limit=limits.cells,
        )
    if survey.rows * survey.columns > _AREA:
        raise Unreadable(
            "far_cells",
            N_(
                "A sheet has something written far away from its table, down to row %(row)d or across "
                "%(columns)d columns. Copy the table alone into a new file and send that."
            ),
            row=survey.rows,
            columns=survey.columns,
        )


def _too_many_sheets(limits: Limits) -> Unreadable:
    return Unreadable(
        "too_many_sheets",
        N_("The workbook has more than %(limit)d sheets. Send them in several files."),
        limit=limits.sheets,
    )


def _workbook(stream: io.BytesIO) -> Any:
    try:
        return python_calamine.load_workbook(stream)
    except python_calamine.PasswordError as error:
        raise compound.protected() from error
    except Exception as error:
        raise archives.broken() from error
    except BaseException as error:
        # The library's own panics are no `Exception`; a broken file must not look like an exit.
        if type(error).__name__ == "PanicException":
            raise archives.broken() from error
        raise


def _sheet(book: Any, index: int, survey: Survey) -> Sheet:
    meta = book.sheets_metadata[index]
    visible = str(meta.visible).endswith("Visible") and "Hidden" not in str(meta.visible)
    is_table = str(meta.typ).endswith("WorkSheet")
    ranges: list[Range] = []

    def rows() -> Iterator[Sequence[Cell]]:
        if not is_table:
            return
        sheet = _loaded(book, index)
        ranges[:] = list(sheet.merged_cell_ranges or ())[:20_000]
        start = sheet.start
        if start is None:
            return
        left = [""] * start[1]
        signed = _signed_rows(survey.fonts)
        for number, row in enumerate(sheet.iter_rows(), 1):
            full = left + row if left else row
            yield _with_signs(full, signed[number]) if number in signed else full

    return Sheet(meta.name, rows, merged=ranges, hidden=not visible, survey=survey)


def _signed_rows(fonts: dict[tuple[int, int], str]) -> dict[int, list[tuple[int, str]]]:
    """Row -> (column from 0, font) of its cells in a font of signs."""
    found: dict[int, list[tuple[int, str]]] = {}
    for (row, column), font in fonts.items():
        if draws_signs(font):
            found.setdefault(row, []).append((column - 1, font))
    return found


def _with_signs(row: Sequence[Cell], fonts: list[tuple[int, str]]) -> Sequence[Cell]:
    """The row with the signs that its reader sees."""
    seen = list(row)
    for column, font in fonts:
        if column < len(seen) and isinstance(cell := seen[column], str):
            seen[column] = drawn(cell, font)
    return seen


def _loaded(book: Any, index: int) -> Any:
    try:
        return book.get_sheet_by_index(index)
    except Exception as error:
        raise archives.broken() from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise archives.broken() from error
        raise


def _open_compound(raw: bytes, limits: Limits) -> list[Sheet]:
    surveys = compound.survey_xls(raw, limits, area=_AREA)
    book = _workbook(io.BytesIO(raw))
    return [
        _sheet(book, index, surveys.get(meta.name, Survey()))
        for index, meta in enumerate(book.sheets_metadata)
    ]
