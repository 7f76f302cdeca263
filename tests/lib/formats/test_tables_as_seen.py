"""A sheet is read as its reader sees it: signs that a font draws, and what is hidden is known."""

import io
import zipfile

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from aanchal.lib.tabular.fonts import drawn, draws_letters, draws_signs
from aanchal.lib.tabular.problems import Limits
from aanchal.lib.tabular.sheets import open_sheets
from tests.registers.formats.old_workbook import as_xls

# Row 2: Asha came, Mohan did not; row 3 is hidden, and so is column C.
CELLS = {(0, 0): "Name", (0, 1): 1, (1, 0): "Asha", (1, 1): "\xfc", (2, 0): "Mohan", (2, 1): "\xfb",
         (2, 2): "uke"}  # fmt: skip
FONTS = {(1, 1): "Wingdings", (2, 1): "Wingdings", (2, 2): "Kruti Dev 010"}


def xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for (row, column), value in CELLS.items():
        cell = sheet.cell(row + 1, column + 1, value)
        if (row, column) in FONTS:
            cell.font = Font(name=FONTS[row, column])
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.auto_filter.ref = "A1:C3"
    sheet.auto_filter.add_filter_column(0, ["Asha"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_of_another_program() -> bytes:
    """The same, with prefixed names and single quotation marks, as the slow walk meets them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx())) as book, zipfile.ZipFile(out, "w") as other:
        for name in book.namelist():
            data = book.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b'<c r="B2"', b"<c r='B2'")
            other.writestr(name, data)
    return out.getvalue()


def xls() -> bytes:
    return as_xls(
        CELLS, fonts=FONTS, hidden_rows={2}, hidden_columns={2}, filtered=True, name="Sheet"
    )


def ods() -> bytes:
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (
            ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
            ("svg", "svg-compatible"),
        )
    )  # fmt: skip
    fonts = sorted(set(FONTS.values()))
    faces = "".join(
        f'<style:font-face style:name="F{n}" svg:font-family="&apos;{font}&apos;"/>'
        for n, font in enumerate(fonts)
    )
    styles = "".join(
        f'<style:style style:name="ce{n}" style:family="table-cell">'
        f'<style:text-properties style:font-name="F{n}"/></style:style>'
        for n, _ in enumerate(fonts)
    )
    rows = ""
    for row in range(3):
        hidden = ' table:visibility="filter"' if row == 2 else ""
        rows += f"<table:table-row{hidden}>"
        for column in range(3):
            value = CELLS.get((row, column))
            font = FONTS.get((row, column))
            style = f' table:style-name="ce{fonts.index(font)}"' if font else ""
            rows += (
                f"<table:table-cell{style}/>"
                if value is None
                else f'<table:table-cell{style} office:value-type="string">'
                f"<text:p>{value}</text:p></table:table-cell>"
            )
        rows += "</table:table-row>"
    content = (
        f'<office:document-content {names} office:version="1.2"><office:font-face-decls>{faces}'
        f"</office:font-face-decls><office:automatic-styles>{styles}</office:automatic-styles>"
        '<office:body><office:spreadsheet><table:table table:name="Sheet">'
        '<table:table-column table:number-columns-repeated="2"/>'
        f'<table:table-column table:visibility="collapse"/>{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", content)
        manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        book.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def html() -> bytes:
    return (
        "<html><meta charset=utf-8><table><tr><td>Name</td><td>1</td></tr>"
        '<tr><td>Asha</td><td style="font-family: Wingdings">ü</td></tr>'
        '<tr style="display: none"><td>Mohan</td><td><font face="Wingdings">û</font></td>'
        '<td><font face="Kruti Dev 010">uke</font></td></tr></table></html>'
    ).encode()


def sheet_of(data: bytes):
    (sheet,) = open_sheets(io.BytesIO(data), limits=Limits())
    return sheet


@pytest.mark.parametrize("made", [xlsx, xlsx_of_another_program, xls, ods, html])
def test_a_sign_drawn_by_a_font_is_read_as_the_sign_and_the_font_is_told(made):
    sheet = sheet_of(made())
    rows = [list(row) for row in sheet.rows()]

    assert [row[1] for row in rows[1:3]] == ["✓", "✗"]
    assert rows[2][2] == "uke"
    assert [sheet.font(2, 2), sheet.font(3, 2), sheet.font(3, 3)] == [
        "Wingdings",
        "Wingdings",
        "Kruti Dev 010",
    ]
    assert sheet.font(2, 1) is None


@pytest.mark.parametrize("made", [xlsx, xlsx_of_another_program, xls, ods, html])
def test_hidden_lines_are_read_and_known(made):
    sheet = sheet_of(made())

    assert sheet.hidden_rows == {3}
    assert [row[0] for row in sheet.rows()] == ["Name", "Asha", "Mohan"]
    if made is not html:
        assert sheet.hidden_columns == {3}
        assert sheet.is_filtered


def test_a_sheet_without_such_fonts_or_filters_has_none():
    book = openpyxl.Workbook()
    book.active["A1"] = "ü"
    out = io.BytesIO()
    book.save(out)
    sheet = sheet_of(out.getvalue())

    assert list(sheet.rows()) == [["ü"]]
    assert (sheet.hidden_rows, sheet.hidden_columns, sheet.is_filtered) == (set(), set(), False)
    assert sheet.font(1, 1) is None


def test_a_sign_inside_a_text_of_several_fonts_is_read_as_the_sign():
    book = openpyxl.Workbook()
    book.active["A1"] = CellRichText("came ", TextBlock(InlineFont(rFont="Wingdings"), "\xfc"))
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()

    assert list(sheet_of(data).rows()) == [["came ✓"]]


@pytest.mark.parametrize(
    "text, font, seen",
    [
        ("P", "Wingdings 2", "✓"),
        ("O", "Wingdings 2", "✗"),
        ("a", "Webdings", "✓"),
        ("r", "Webdings", "✗"),
        ("b", "Marlett", "✓"),
        ("4", "ZapfDingbats", "✓"),
        ("\uf0fc", "Wingdings", "✓"),
        ("Z", "Wingdings", "Z"),
        ("P", "Arial", "P"),
    ],
)
def test_what_a_font_draws(text, font, seen):
    assert drawn(text, font) == seen


def test_fonts_are_told_apart():
    assert draws_signs("Wingdings 3")
    assert not draws_signs("Segoe UI Symbol")
    assert draws_letters("DevLys 010 Normal")
    assert draws_letters("SutonnyMJ")
    assert not draws_letters("Kokila")
