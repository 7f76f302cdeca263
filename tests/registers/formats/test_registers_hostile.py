"""Workbooks that mean harm or come broken: refused with one clear sentence, in little memory."""

import io
import random
import struct
import tracemalloc
import zipfile

import pytest

from aanchal.lib.tabular.problems import Limits, Unreadable
from tests.registers.formats import register_samples as samples
from tests.registers.formats.reading import GOOD, XLSX, read, refused

SHEET = "xl/worksheets/sheet1.xml"


def with_part(data: bytes, name: str, content: bytes | None, *, level: int = 9) -> bytes:
    """The workbook with one part put in place of its own (None: taken out)."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as new,
    ):
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        if content is not None:
            new.writestr(name, content)
    return out.getvalue()


def sheet_xml(data: bytes = XLSX) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read(SHEET)


def with_cells(cells: str) -> bytes:
    """The good register with further rows of XML at the end of its sheet."""
    return with_part(
        XLSX, SHEET, sheet_xml().replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    )


# Archives.


def test_a_bomb_dressed_as_a_workbook_is_refused():
    bomb = with_part(XLSX, SHEET, sheet_xml() + b" " * (96 * 2**20))

    assert len(bomb) < 2**20
    assert refused(bomb).code == "grows_too_large"


def test_a_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(with_part(XLSX, SHEET, sheet_xml() + b" " * (96 * 2**20)))
    for magic, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = bomb.find(magic)
        while place >= 0:
            size = struct.unpack_from("<I", bomb, place + at)[0]
            if size > 2**20:
                struct.pack_into("<I", bomb, place + at, 1000)
            place = bomb.find(magic, place + 4)

    assert refused(bytes(bomb)).code == "grows_too_large"


def test_a_bomb_in_a_part_we_do_not_read_is_never_opened():
    harmless = with_part(XLSX, "xl/media/image1.png", b" " * (96 * 2**20))

    tracemalloc.start()
    understood = read(harmless)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert understood["pupils"] == 3
    assert peak < 20 * 2**20


def test_macros_and_embedded_files_are_left_behind_unread():
    data = with_part(
        with_part(XLSX, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 not run"),
        "xl/embeddings/a.xlsx",
        b"PK",
    )

    assert read(data, filename="register.xlsm")["pupils"] == 3


def test_parts_that_share_their_bytes_are_refused():
    data = bytearray(with_part(XLSX, "xl/worksheets/sheet2.xml", sheet_xml()))
    first = data.find(b"PK\x01\x02")
    entries = []
    while first >= 0:
        entries.append(first)
        first = data.find(b"PK\x01\x02", first + 4)
    struct.pack_into(
        "<I", data, entries[-1] + 42, struct.unpack_from("<I", data, entries[-2] + 42)[0]
    )

    assert refused(bytes(data)).code == "strange_archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_given_twice_is_refused():
    out = io.BytesIO(XLSX)
    with zipfile.ZipFile(out, "a") as book:
        book.writestr(SHEET, b"<worksheet/>")

    assert refused(out.getvalue()).code == "strange_archive"


def test_an_archive_of_many_thousand_parts_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for number in range(3000):
            book.writestr(f"xl/worksheets/sheet{number}.xml", b"<worksheet/>")

    assert refused(out.getvalue()).code == "strange_archive"


def test_a_zip_of_registers_asks_to_be_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("VI.xlsx", XLSX)

    assert refused(out.getvalue(), filename="all.csv").code == "zip_not_sheet"


@pytest.mark.parametrize("cut", [10, 100, 1000, len(XLSX) // 2, len(XLSX) - 5])
def test_a_file_cut_short_is_refused(cut: int):
    assert refused(XLSX[:cut]).code in ("broken_file", "empty_file")


def test_no_flipped_byte_brings_anything_but_a_reading_or_a_refusal():
    chance = random.Random(7)
    for _ in range(150):
        data = bytearray(XLSX)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(data))
        except Unreadable as refusal:
            assert str(refusal)


# What is inside.


def test_entities_are_refused():
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]>'
        + sheet_xml().split(b"?>", 1)[1]
    )

    assert refused(with_part(XLSX, SHEET, laughs)).code == "strange_archive"


def test_a_file_named_in_an_entity_is_not_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("canary")
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'.encode()
    text = b"<sst><si><t>&x;</t></si></sst>"

    assert refused(with_part(XLSX, "xl/sharedStrings.xml", entity + text)).code == "strange_archive"


def test_a_hundred_thousand_elements_deep_is_refused():
    deep = (
        b"<worksheet><sheetData>"
        + b"<x:c>" * 100_000
        + b"</x:c>" * 100_000
        + b"</sheetData></worksheet>"
    )

    assert refused(with_part(XLSX, SHEET, deep)).code in ("strange_archive", "broken_file")


def test_a_stray_cell_on_the_last_row_costs_nothing_and_is_said():
    data = with_cells('<row r="1048576"><c r="A1048576"><v>1</v></c></row>')

    tracemalloc.start()
    understood = read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert understood["marks"] == {"present": 6, "absent": 2, "leave": 1, "holiday": 0}
    assert [p["reason"] for p in understood["problems"]] == [
        "Something is written far below the table, after row 5. It was left out; delete it if it is not needed."
    ]
    assert peak < 20 * 2**20


def test_a_formula_filled_down_the_whole_sheet_costs_nothing():
    rows = "".join(
        f'<row r="{n}"><c r="AK{n}" t="str"><f>COUNTIF(C{n}:AG{n},"P")</f><v></v></c></row>'
        for n in range(6, 60_000)
    )

    assert read(with_cells(rows))["pupils"] == 3


def test_a_stray_cell_in_the_last_column_is_small():
    assert read(with_cells('<row r="9"><c r="XFD9"><v>1</v></c></row>'))["pupils"] == 3


def test_cells_at_both_ends_are_refused_before_the_rectangle_is_built():
    far = '<row r="150000"><c r="XFC150000"><v>1</v></c><c r="XFD150000"><v>1</v></c></row>'

    assert refused(with_cells(far)).code == "far_cells"


def test_rows_below_every_limit_are_cut_off_and_said():
    far = '<row r="900000"><c r="XFC900000"><v>1</v></c><c r="XFD900000"><v>1</v></c></row>'

    understood = read(with_cells(far))

    assert understood["pupils"] == 3
    assert "after row 5" in understood["problems"][0]["reason"]


def test_two_references_in_one_cell_do_not_slip_past_the_survey():
    sly = '<row><c r="A9" \tr="XFD1048576"><v>1</v></c></row>'

    assert refused(with_cells(sly)).code in ("broken_file", "strange_archive")


def test_a_sheet_in_a_part_of_another_name_is_not_taken_unsurveyed():
    with zipfile.ZipFile(io.BytesIO(XLSX)) as book:
        links = book.read("xl/_rels/workbook.xml.rels").replace(
            b"worksheets/sheet1.xml", b"styles.xml"
        )

    assert refused(with_part(XLSX, "xl/_rels/workbook.xml.rels", links)).code == "strange_archive"


def test_too_many_cells_are_refused():
    assert refused(XLSX, limits=Limits(cells=10)).code == "too_many_cells"


def test_too_many_sheets_are_refused():
    many = samples.as_xlsx(GOOD, more={f"S{n}": GOOD for n in range(5)})

    assert refused(many, limits=Limits(sheets=3)).code == "too_many_sheets"
