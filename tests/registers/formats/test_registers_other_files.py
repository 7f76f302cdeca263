"""Files of every other kind: what is no register is refused with what to do; what can be read, is."""

import gc
import io
import random
import time
import tracemalloc
import zipfile
import zlib

import pytest

from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers
from tests.registers.formats import old_workbook
from tests.registers.formats import register_samples as samples
from tests.registers.formats.reading import GOOD, TODAY, XLSX, read, refused

# Other kinds of files.


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (b"", "empty_file"),
        (b"   \r\n\r\n  ", "empty_file"),
        (bytes(5000), "empty_file"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n....", "not_a_table"),
        (b"\xff\xd8\xff\xe0 jpeg", "not_a_table"),
        (b"Rar!\x1a\x07", "not_a_table"),
        (zlib.compress(b"x" * 500)[:200] + bytes(range(32)) * 4, "not_a_table"),
        (
            b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00>\x00\x01\x00",
            "not_a_table",
        ),
        (b"{\\rtf1\\ansi register}", "not_a_table"),
        (
            b"<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>",
            "xml_table",
        ),
        (b"<html><body>Please sign in</body></html>", "no_table"),
        (b"just some words\nand more of them\n", "no_register"),
        (b"Name,Class\nSunita,VI\n", "no_register"),
    ],
    ids=lambda value: value if isinstance(value, str) else repr(value[:12]),
)
def test_what_is_no_register_is_refused_with_what_to_do(head: bytes, code: str):
    assert refused(head).code == code


def test_a_document_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("word/document.xml", "<w:document/>")

    assert refused(out.getvalue()).code == "not_a_table"


def test_a_protected_workbook_says_so():
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(600)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(600)
    )

    assert refused(data).code == "protected"


def test_what_a_file_is_its_content_says_not_its_name():
    text = samples.as_csv(GOOD)

    assert read(XLSX, filename="register.csv")["pupils"] == 3
    assert read(text, filename="register.xlsx")["pupils"] == 3
    assert read(samples.as_html(GOOD), filename="register.xls")["pupils"] == 3


def as_cells(rows) -> dict[tuple[int, int], object]:
    return {(y, x): cell for y, row in enumerate(rows) for x, cell in enumerate(row) if cell != ""}


def test_an_old_workbook_is_read():
    understood = read(old_workbook.as_xls(as_cells(GOOD)), filename="register.xls")

    assert understood["marks"] == {"present": 6, "absent": 2, "leave": 1, "holiday": 0}


def test_an_old_workbook_with_cells_at_both_ends_is_refused():
    data = old_workbook.as_xls(as_cells(GOOD) | {(65_535, 255): 1})

    assert refused(data).code == "far_cells"


def test_no_flipped_byte_of_an_old_workbook_brings_anything_else():
    data = old_workbook.as_xls(as_cells(GOOD))
    chance = random.Random(11)
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 8)):
            broken[chance.randrange(len(data))] = chance.randrange(256)
        try:
            read(bytes(broken))
        except Unreadable as refusal:
            assert str(refusal)


ODS_TABLE = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="July">%s</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def as_ods(rows: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        book.writestr("content.xml", ODS_TABLE % rows)
        book.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return out.getvalue()


def ods_row(cells, repeat: int = 1) -> str:
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        if cell != "" else "<table:table-cell/>" for cell in cells
    )  # fmt: skip
    return f'<table:table-row table:number-rows-repeated="{repeat}">{inside}</table:table-row>'


def test_an_open_document_is_read():
    rows = "".join(ods_row(row) for row in GOOD)
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'

    assert read(as_ods(rows + empty), filename="register.ods")["marks"]["present"] == 6


def test_an_open_document_that_repeats_a_cell_a_billion_times_is_refused():
    bomb = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16000" '
        'office:value-type="string"><text:p>P</text:p></table:table-cell></table:table-row>'
    )

    # By what it would unpack to, before a cell is read; or by its cells.
    assert refused(as_ods(bomb)).code in ("strange_archive", "too_many_cells")


# Text.


def test_a_file_above_the_cap_is_refused_unread():
    assert refused(XLSX, limits=Limits(sheet_bytes=1000)).code == "too_large"
    assert refused(samples.as_csv(GOOD), limits=Limits(text_bytes=50)).code == "too_large"


def test_a_line_without_an_end_is_refused():
    assert refused(b"Roll,Name,1,2,3\n" + b"a" * (30 * 2**20)).code == "not_a_table"


def test_a_quotation_mark_never_closed_costs_no_child_and_is_said():
    more = b"".join(b'%d,"Child, %d",P,P,P\r\n' % (n, n) for n in range(10, 60))
    data = samples.as_csv(GOOD).replace(b"Mohan Lal", b'"Mohan Lal') + more

    told = read(data, filename="a.csv")

    assert told["pupils"] == len(GOOD) - 2 + 50
    assert [p["row"] for p in told["problems"] if "quotation mark" in p["reason"]] == [4]


def test_an_encoding_nobody_knows_says_how_to_save():
    chance = random.Random(3)
    words = bytes(chance.choice(range(0xA1, 0xFB)) for _ in range(4000))
    data = b"\n".join([b"1," + words[i : i + 40] + b",P,A" for i in range(0, 4000, 40)])

    assert refused(data).code == "unknown_letters"


def test_letters_that_break_off_in_the_middle_of_the_file_are_still_read():
    data = samples.as_csv([*GOOD, *[[n, f"Child {n}", "P", "P", "P"] for n in range(4, 9)]])

    assert read(data.replace(b"Child 7", b"Andr\xe9"), filename="a.csv")["pupils"] == 8


def test_a_web_page_of_endless_cells_is_refused():
    page = b"<html><table><tr>" + b"<td colspan=400>P</td>" * 200_000

    assert refused(page).code == "too_many_cells"


def test_more_children_than_memory_should_hold_are_refused():
    rows = "".join(f"01-07-2026,{n},Child {n},P\n" for n in range(2000))
    data = ("date,roll,name,status\n13-07-2026,1,Child 1,P\n" + rows).encode()

    assert refused(data, limits=Limits(pupils=1000)).code == "too_many_pupils"


def test_a_column_that_is_not_what_its_head_says_is_refused():
    rows = "".join(f"{n:x},{n},Child {n},P\n" for n in range(30_000))

    assert refused(("date,roll,name,status\n" + rows).encode()).code == "not_what_the_head_says"


def test_a_thousand_problems_are_counted_not_listed():
    rows = [[n, f"Child {n}", "P", "??", "P"] for n in range(1, 1001)]

    understood = read(samples.as_csv([["July 2026"], samples.EN, *rows]), filename="a.csv")

    assert len(understood["problems"]) == 201
    assert understood["problems"][-1]["reason"].startswith("There are 800 more such places.")
    assert understood["marks"]["present"] == 2000


@pytest.mark.parametrize(
    "text",
    [
        "July " + "-" * 40_000,
        "UDISE " + "1 " * 20_000,
        "Class " + ":" * 40_000,
        "a=" * 20_000,
        "(" * 40_000,
    ],
    ids=["dashes", "digits", "colons", "equals", "brackets"],
)
def test_no_title_makes_reading_slow(text: str):
    data = samples.as_csv([[text], ["July 2026"], samples.EN, *samples.body(), ["", text]])
    began = time.process_time()

    understood = read(data, filename="a.csv")

    assert understood["pupils"] == 3
    assert time.process_time() - began < 2


def test_numbers_beyond_reason_are_only_text():
    rows = [["9" * 6000, "Asha", "P", "9" * 6000, "P"], ["1e999", "Mina", "P", "1e999", "P"]]

    understood = read(samples.as_csv([["July 2026"], samples.EN, *rows]), filename="a.csv")

    assert understood["pupils"] == 2
    assert [p["column"] for p in understood["problems"]] == ["D", "D"]


def test_what_was_read_is_not_kept_in_memory():
    """Long texts are met once: the memory of words must not fill with them."""
    rows = [[n, f"{n} " + "x" * 20_000, "P", "y" * 10_000 + str(n), "P"] for n in range(300)]
    data = samples.as_csv([["July 2026"], samples.EN, *rows])
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    read(data, filename="a.csv")

    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 2**20, kept


@pytest.mark.slow
def test_a_long_form_of_many_rows_keeps_memory_flat(tmp_path):
    """Memory grows with children, never with rows: ten times the days, the same peak."""
    peaks = []
    for days in (2, 20):
        path = tmp_path / f"{days}.csv"
        with path.open("w") as out:
            out.write("udise,class,section,date,roll,name,status\n")
            for day in range(1, days + 1):
                for child in range(4000):
                    out.write(
                        f"1005010010{child // 400},VI,A,{day:02}-07-2026,{child % 400},Child {child},P\n"
                    )
        gc.collect()
        tracemalloc.start()
        present = 0
        for page in read_registers(
            path, filename="x.csv", hints=Hints(month="2026-07"), limits=Limits(), today=TODAY
        ):
            present += page.marks.present
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert present == days * 4000
    assert peaks[1] < peaks[0] + 1_500_000, peaks


def test_progress_is_told_and_ends_at_one():
    told: list[float] = []

    list(
        read_registers(
            io.BytesIO(samples.as_csv(GOOD)), filename="a.csv", hints=Hints(), limits=Limits(), today=TODAY,
            progress=told.append,
        )
    )  # fmt: skip

    assert told and told[-1] == 1.0
    assert told == sorted(told)
