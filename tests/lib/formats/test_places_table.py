"""Delimited files are read line by line; a bad line costs itself and nothing else."""

import csv
import io

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.lib.tabular.problems import Limits, Problem, Unreadable
from aanchal.lib.tabular.tables import Line, open_table


def read(data):
    """Header row, then (row, cells) for a record and (row, code) for a problem."""
    table = open_table(io.BytesIO(data), is_header=lambda cells: "code" in cells)
    found = [(x.row, x.cells if isinstance(x, Line) else x.code) for x in table.lines]
    return table.header_row, found


@pytest.mark.parametrize(
    "data, expected, why",
    [
        (b"code,name\n1,a\n", (1, [(2, ["1", "a"])]), "plain"),
        (b"code,name\r\n1,a\r\n", (1, [(2, ["1", "a"])]), "Windows line ends"),
        (b"\xef\xbb\xbfcode,name\n1,a", (1, [(2, ["1", "a"])]), "byte-order mark, no last end"),
        (b"code;name\n1;a,b\n", (1, [(2, ["1", "a,b"])]), "semicolons"),
        (b"code\tname\n1\ta\n", (1, [(2, ["1", "a"])]), "tabs"),
        (b"List of 2022\n\ncode,name\n1,a\n", (3, [(4, ["1", "a"])]), "title lines above"),
        (b"code,name\n\n1,a\n", (1, [(3, ["1", "a"])]), "an empty line counts as a line"),
        (b"code,name\n 1 , a \n", (1, [(2, ["1", "a"])]), "spaces around cells"),
        (b'code,name\n1,"a\nb"\n2,c\n', (1, [(2, ["1", "a\nb"]), (4, ["2", "c"])]), "two lines"),
        (b'code,name\n1,5" pipe\n2,c\n', (1, [(2, ["1", '5" pipe']), (3, ["2", "c"])]), "inches"),
        (b'code,name\n="01",="a"\n', (1, [(2, ["01", "a"])]), "a leading nought kept"),
        (
            "code,name\n1,नाम\n".encode().decode("cp1252").encode(),
            (1, [(2, ["1", "नाम"])]),
            "UTF-8 saved twice",
        ),
        (b"code,name\n1,caf\xe9\n", (1, [(2, ["1", "café"])]), "one line of Windows-1252"),
        ("code,name\n1,अ\n".encode("utf-16"), (1, [(2, ["1", "अ"])]), "UTF-16"),
        ("code,name\n1,अ\n".encode(), (1, [(2, ["1", "अ"])]), "UTF-8 beyond ASCII"),
        ("code,name\n1,अ\n".encode("utf-16-le"), (1, [(2, ["1", "अ"])]), "UTF-16 without a mark"),
        ("code,name\n1,अ\n".encode("utf-32"), (1, [(2, ["1", "अ"])]), "UTF-32"),
        (
            "code,name\n1,ग्राम ".encode() + b"caf\xe9\n",
            (1, [(2, ["1", "ग्राम café"])]),
            "one such letter among others of UTF-8",
        ),
        (b"code,name\n1,a\rb\n", (1, [(2, ["1", "a b"])]), "a carriage return by itself"),
    ],
)
def test_every_usual_way_of_writing_a_table_is_read(data, expected, why):
    assert read(data) == expected, why


def test_a_quote_that_is_never_closed_costs_one_line():
    _, found = read(b'code,name\n1,a\n2,"b\n3,c\n4,d\n')

    assert found == [(2, ["1", "a"]), (3, "quote_not_closed"), (4, ["3", "c"]), (5, ["4", "d"])]


def test_a_quote_that_is_never_closed_is_not_closed_by_the_next_quoted_cell():
    _, found = read(b'code,name\n2,"b\n3,c\n4,"d, e"\n')

    assert found == [(2, "quote_not_closed"), (3, ["3", "c"]), (4, ["4", "d, e"])]


def test_a_heading_of_many_cells_of_two_lines_is_one_record():
    days = ",".join(f'"{day}\nMon"' for day in range(1, 32))

    header, found = read(f"code,{days}\n1,{'P,' * 31}\n".encode())

    assert header == 1
    assert [row for row, _ in found] == [33]


def test_an_endless_line_is_skipped_without_being_held():
    data = b"code,name\n1," + b"x" * (5 * Limits().line_chars) + b"\n2,b\n"

    _, found = read(data)

    assert found == [(2, "line_too_long"), (3, ["2", "b"])]


def test_an_endless_line_of_utf16_is_skipped_too():
    data = ("code,name\n1," + "x" * (5 * Limits().line_chars) + "\n2,b\n").encode("utf-16")

    _, found = read(data)

    assert found == [(2, "line_too_long"), (3, ["2", "b"])]


@pytest.mark.parametrize(
    "data, code",
    [
        (b"", "empty_file"),
        (b"\n \n\n", "empty_file"),
        (b"PK\x03\x04\x14\x00", "broken_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "broken_file"),
        (b"%PDF-1.7\n", "not_a_table"),
        (b"code,name\n1,\x00\x00\n", "not_text"),
        (b"a,b\n1,2\n", "no_known_header"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(data, code):
    with pytest.raises(Unreadable) as raised:
        read(data)

    assert raised.value.problem.code == code
    assert raised.value.problem.row is None
    assert raised.value.problem.reason.endswith(".")


def test_a_workbook_is_read_as_a_text_is_and_what_is_hidden_is_said():
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["A list"], ["code", "name"], [101, "a"], [], [102, "b"]):
        sheet.append(row)
    sheet.row_dimensions[5].hidden = True
    book.create_sheet("notes").append(["nothing"])
    out = io.BytesIO()
    book.save(out)

    header, found = read(out.getvalue())

    assert header == 2
    assert found == [
        (None, "sheets_passed_over"),
        (3, ["101", "a"]),
        (5, ["102", "b"]),
        (None, "hidden_rows"),
    ]


def test_a_repeated_heading_keeps_both_cells_for_repair():
    line = Line(2, ["1", "a", "b", "c"])

    assert line.raw(["code", "name", "name"]) == {
        "code": "1",
        "name": "a",
        "name (3)": "b",
        " (4)": "c",
    }


text = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\x85\u2028\u2029"),
    max_size=12,
)


@given(st.lists(st.lists(text, min_size=2, max_size=4), max_size=20))
def test_what_a_spreadsheet_writes_is_read_back(rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["code", "name"])
    writer.writerows(rows)

    _, found = read(out.getvalue().encode())

    # A line of nothing but spaces and delimiters may or may not be kept; it holds nothing.
    kept = [cells for _, cells in found if any(cells)]
    assert kept == [[c.strip() for c in row] for row in rows if any(c.strip() for c in row)]


@given(st.binary(max_size=400))
def test_any_bytes_after_the_heading_are_read_or_refused(data):
    try:
        header, found = read(b"code,name\n" + data)
    except Unreadable as unreadable:
        assert isinstance(unreadable.problem, Problem)
    else:
        assert header == 1
        rows = [row for row, _ in found]
        assert rows == sorted(rows)
