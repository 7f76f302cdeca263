"""A book as the bytes of a file: CSV in several encodings, or a workbook."""

import csv
import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .book import Book, Sheet
from .plan import Plan

# openpyxl stamps the moment of writing; a file is to be the same whenever it is made.
_STAMP = datetime(2026, 8, 1, 9, 0)


def written(plan: Plan, book: Book) -> tuple[str, bytes]:
    """The file's name and its bytes."""
    if plan.form == "csv":
        return f"{book.filename}.csv", _csv(book)
    return f"{book.filename}.xlsx", _workbook(book)


def _csv(book: Book) -> bytes:
    if len(book.sheets) > 1:
        raise ValueError("a CSV has one sheet")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=book.delimiter, lineterminator="\r\n")
    for sheet in book.sheets:
        for row in sheet.rows:
            writer.writerow([_text(cell.value) for cell in row])
    try:
        return out.getvalue().encode(book.encoding)
    except UnicodeEncodeError:
        return out.getvalue().encode("utf-8-sig")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    return str(value)


def _workbook(book: Book) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for sheet in book.sheets:
        _write_sheet(workbook, sheet)
    workbook.properties.created = workbook.properties.modified = _STAMP
    out = io.BytesIO()
    workbook.save(out)
    return _without_clock(out.getvalue())


def _write_sheet(workbook: openpyxl.Workbook, sheet: Sheet) -> None:
    page = workbook.create_sheet(re.sub(r"[\\/*?:\[\]]", "-", sheet.name)[:31])
    for row, cells in enumerate(sheet.rows, 1):
        for column, cell in enumerate(cells, 1):
            if cell.value is None:
                continue
            put = page.cell(row, column, cell.value)
            if cell.style == "date":
                put.number_format = "dd-mm-yyyy"
            elif cell.style == "us date":
                put.number_format = "mm/dd/yyyy"
            elif cell.style.startswith("font "):
                put.font = Font(name=cell.style.removeprefix("font "))
    for top, left, bottom, right in sheet.merged:
        page.merge_cells(
            start_row=top + 1, start_column=left + 1, end_row=bottom + 1, end_column=right + 1
        )
    for column in sheet.hidden_columns:
        page.column_dimensions[get_column_letter(column + 1)].hidden = True


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed time on its members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, (2026, 8, 1, 9, 0, 0))
            body = old.read(member)
            if member.filename == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-08-01T09:00:00Z", body)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, body)
    return out.getvalue()
