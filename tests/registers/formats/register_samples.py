"""Registers as schools keep them, made by hand: each with what a careful reader would find in it.

A sample is a grid (rows of cells, as typed), how it is saved, and the expected reading. All names are
made up.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import openpyxl
import xlsxwriter

from aanchal.registers.formats.problems import Hints

TODAY = date(2026, 11, 22)
NOTHING = Hints()
Grid = Sequence[Sequence[object]]


def as_csv(
    rows: Grid, *, delimiter: str = ",", encoding: str = "utf-8", sep_line: bool = False
) -> bytes:
    out = io.StringIO()
    if sep_line:
        out.write(f"sep={delimiter}\r\n")
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(
    rows: Grid,
    *,
    name: str = "Sheet1",
    merge: Sequence[tuple[int, int, int, int]] = (),
    hidden_rows: Sequence[int] = (),
    date_format: str = "dd-mm-yyyy",
    more: dict[str, Grid] | None = None,
    hidden_sheets: Sequence[str] = (),
) -> bytes:
    """One sheet of rows, and `more` sheets by name. Rows and columns of `merge` count from 0."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    dates = book.add_format({"num_format": date_format})
    for sheet_name, grid in {name: rows, **(more or {})}.items():
        sheet = book.add_worksheet(sheet_name)
        if sheet_name in hidden_sheets:
            sheet.hide()
        for y, row in enumerate(grid):
            for x, cell in enumerate(row):
                if isinstance(cell, datetime | date):
                    sheet.write_datetime(y, x, datetime(cell.year, cell.month, cell.day), dates)
                elif isinstance(cell, str) and cell.startswith("="):
                    sheet.write_formula(y, x, cell)
                elif cell not in ("", None):
                    sheet.write(y, x, cell)
        if sheet_name == name:
            for top, left, bottom, right in merge:
                sheet.merge_range(top, left, bottom, right, rows[top][left])
            for row_number in hidden_rows:
                sheet.set_row(row_number, None, None, {"hidden": True})
    book.close()
    return out.getvalue()


def as_xlsx_by_another_hand(rows: Grid) -> bytes:
    """The same through openpyxl, which writes formulas without their values."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([cell if cell != "" else None for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_html(rows: Grid) -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        "<html><head><meta charset='utf-8'></head><body><table border=1>"
        + body
        + "</table></body></html>"
    ).encode()


@dataclass(frozen=True)
class Sample:
    """One file, and what is to be understood of it. `days` are days of the month."""

    why: str
    data: bytes
    filename: str = "register.csv"
    hints: Hints = NOTHING
    school: str | None = None
    grade: str | None = None
    section: str | None = None
    month: str | None = "2026-07"
    pupils: int = 3
    days: tuple[int, ...] = (1, 2, 3)
    marks: tuple[int, int, int, int] = (6, 2, 1, 0)
    problems: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()
    places: tuple[tuple[str, int | None, str | None], ...] = field(default=())


def body(present: object = "P", absent: object = "A", leave: object = "L") -> list[list[object]]:
    """Three children on three days: six presences, two absences, one leave."""
    return [
        [1, "Sunita Devi", present, absent, present],
        [2, "Mohan Lal", present, present, leave],
        [3, "Asha Kumari", absent, present, present],
    ]


def table(
    head: Sequence[object], *marks: object, title: str = "Month: July 2026"
) -> list[list[object]]:
    return [[title], list(head), *body(*marks)]


EN = ["Roll No", "Name", 1, 2, 3]
HI = ["क्रमांक", "छात्र/छात्रा का नाम", "१", "२", "३"]
BN = ["রোল নং", "ছাত্র/ছাত্রীর নাম", "১", "২", "৩"]
TITLE_EN = "U.M.S. KALPANAPUR  UDISE: 10050100102  Class: VI  Sec: A  Month: July 2026"
WHO = {"school": "10050100102", "grade": "6", "section": "A"}


def codes(*names: str) -> frozenset[str]:
    return frozenset(names)


HEADS = [
    Sample("plain English", as_csv(table(EN))),
    Sample(
        "title in one merged cell", as_xlsx([[TITLE_EN], EN, *body()], merge=[(0, 0, 0, 4)]), **WHO
    ),
    Sample(
        "title in cells beside their labels",
        as_xlsx(
            [
                ["School", "P.S. KALPANAPUR"],
                ["UDISE Code", 10050100102, "Class", "VI", "Section", "A"],
                ["Month", "July", "Year", 2026],
                [],
                EN,
                *body(),
            ]
        ),
        **WHO,
    ),
    Sample(
        "Hindi title, Devanagari digits",
        as_csv(
            [
                ["विद्यालय: उ.म.वि. कल्पनापुर", "यू-डाइस कोड: १००५०१००१०२"],
                ["कक्षा: छठी", "खण्ड: A", "माह: जुलाई २०२६"],
                HI,
                *body("उ", "अ", "छु"),
            ]
        ),
        **WHO,
    ),
    Sample(
        "Bengali title, Bengali digits",
        as_csv(
            [
                ["বিদ্যালয়ের নাম: কল্পনাপুর প্রাথমিক বিদ্যালয়", "ইউডাইস কোড: ১০০৫০১০০১০২"],
                ["শ্রেণী: ষষ্ঠ", "বিভাগ: A", "মাস: জুলাই ২০২৬"],
                BN,
                *body("হা", "অনু", "ছু"),
            ]
        ),
        **WHO,
    ),
    Sample("academic year, month by name", as_csv(table(EN, title="Session 2026-27 Month: July"))),
    Sample(
        "academic year, a month after the new year",
        as_csv(table(EN, title="Session: 2025-26  Month: February")),
        month="2026-02",
    ),
    Sample("short month and apostrophe", as_csv(table(EN, title="ATTENDANCE JUL'26"))),
    Sample("month as numbers", as_csv(table(EN, title="Month: 07/2026"))),
    Sample("month of the year in Hindi apart", as_csv(table(HI, title="माह - जुलाई, वर्ष - 2026"))),
    Sample(
        "a class before its label", as_csv([["ষষ্ঠ শ্রেণি  মাস: জুলাই ২০২৬"], BN, *body()]), grade="6"
    ),
    Sample(
        "class with its section",
        as_csv([["Class VI-B, July 2026"], EN, *body()]),
        grade="6",
        section="B",
    ),
    Sample(
        "a pre-primary class",
        as_csv([["Class: Nursery  Month: July 2026"], EN, *body()]),
        grade="pre",
    ),
    Sample(
        "full dates, day first",
        as_csv([["Roll", "Name", "01-07-2026", "02-07-2026", "03-07-2026"], *body()]),
    ),
    Sample(
        "dates of a single column that 13 settles",
        as_csv([["Roll", "Name", "11/07/2026", "12/07/2026", "13/07/2026"], *body()]),
        days=(11, 12, 13),
    ),
    Sample(
        "day and month, year above",
        as_csv([["Year 2026"], ["Roll", "Name", "1/7", "2/7", "3/7"], *body()]),
    ),
    Sample(
        "day and month's name",
        as_csv([["Session 2026-27"], ["Roll", "Name", "1 Jul", "2 Jul", "3 Jul"], *body()]),
    ),
    Sample(
        "month's name in Bengali",
        as_csv([["২০২৬"], ["রোল", "নাম", "১ জুলাই", "২ জুলাই", "৩ জুলাই"], *body()]),
    ),
    Sample(
        "date cells",
        as_xlsx(
            [["Roll", "Name", date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3)], *body()],
            date_format="d",
        ),
    ),
    Sample("serials of dates", as_xlsx([["Roll", "Name", 46204, 46205, 46206], *body()])),
    Sample(
        "typed 1/7 turned into January by an American program",
        as_xlsx([["Roll", "Name", date(2026, 1, 7), date(2026, 2, 7), date(2026, 3, 7)], *body()]),
        problems=codes("dates_turned"),
    ),
    Sample(
        "weekday beside the number", as_csv(table(["Roll", "Name", "1\nWed", "2\nThu", "3\nFri"]))
    ),
    Sample("weekdays below", as_csv([["July 2026"], EN, ["", "", "W", "T", "F"], *body()])),
    Sample(
        "weekdays above, Hindi",
        as_csv([["माह: जुलाई 2026"], ["", "", "बुध", "गुरु", "शुक्र"], HI, *body("उ", "अ", "अव")]),
    ),
    Sample(
        "labels above the numbers",
        as_xlsx(
            [
                ["July 2026"],
                ["Roll No", "Name of Student", "Date", "", ""],
                ["", "", 1, 2, 3],
                *body(),
            ],
            merge=[(1, 2, 1, 4)],
        ),
    ),
    Sample(
        "labels below the numbers",
        as_csv([["July 2026"], ["", "", 1, 2, 3], ["Roll No", "Name", "", "", ""], *body()]),
    ),
    Sample(
        "columns numbered as on an official form",
        as_csv(
            [
                ["July 2026"],
                ["Roll", "Name", 1, 2, 3, "Total"],
                ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
                *[[*row, 2] for row in body()],
            ]
        ),
    ),
    Sample(
        "no words above the names",
        as_csv([["July 2026"], ["", "", 1, 2, 3, 4, 5], *[[*row, "", ""] for row in body()]]),
    ),
    Sample(
        "serial and roll apart",
        as_csv(
            [
                ["July 2026"],
                ["S.No", "Roll No", "Name", 1, 2, 3],
                *[[n, 10 + n, *row[1:]] for n, row in enumerate(body(), 1)],
            ]
        ),
        names=("Sunita Devi", "Mohan Lal", "Asha Kumari"),
    ),
    Sample(
        "father's name beside",
        as_csv(
            [
                ["July 2026"],
                ["Roll", "Father's Name", "Name", "Sex", 1, 2, 3],
                *[[r[0], "Ram", r[1], "F", *r[2:]] for r in body()],
            ]
        ),
        names=("Sunita Devi", "Mohan Lal", "Asha Kumari"),
    ),
]

HEADS += [
    Sample(
        "labels over their values",
        as_csv(
            [
                ["Class", "Section", "Month", "UDISE Code"],
                ["VI", "A", "July 2026", "10050100102"],
                EN,
                *body(),
            ]
        ),
        **WHO,
    ),
    Sample(
        "the month over the days, inside the head",
        as_xlsx(
            [["Roll", "Name", "July 2026", "", ""], ["", "", 1, 2, 3], *body()],
            merge=[(0, 2, 0, 4)],
        ),
    ),
    Sample("Day 1, Day 2", as_csv(table(["Roll", "Name", "Day 1", "Day 2", "Day 3"]))),
    Sample("D1, D2", as_csv(table(["Roll", "Name", "D1", "D2", "D3"]))),
    Sample(
        "numbers as a program writes them",
        as_csv(table(["Roll", "Name", "1.0", "2.0", "3.0"], "1.0", "0.0", "L")),
    ),
    Sample(
        "month first throughout, as the 13th shows",
        as_csv([["Roll", "Name", "7/12/2026", "7/13/2026", "7/14/2026"], *body()]),
        days=(12, 13, 14),
    ),
    Sample(
        "given and family name apart",
        as_csv(
            [
                ["July 2026"],
                ["Roll", "First Name", "Last Name", 1, 2, 3],
                *[[r[0], *str(r[1]).split(), *r[2:]] for r in body()],
            ]
        ),
        names=("Sunita Devi", "Mohan Lal", "Asha Kumari"),
    ),
    Sample(
        "a government head of many lines",
        as_csv(
            [
                ["Government of Bihar"],
                ["Attendance Register for the month of July - 2026"],
                ["Name of School :- U.M.S. Kalpanapur, Block - Madhepur"],
                ["Class :- 6th 'A'", "", "Class Teacher :- Ram Kumar"],
                ["Sl. No.", "Name of the Students", "Roll", *range(1, 32), "T.P", "T.A", "Remark"],
                ["Days", "", "", *["WTFSSMT"[d % 7] for d in range(31)]],
                *[[n, r[1], r[0], *r[2:], *[""] * 28, 2, 1, ""] for n, r in enumerate(body(), 1)],
                ["", "Total Boys Present", "", *[1] * 31],
                ["", "P", "", *[2] * 31],
            ]
        ),
        grade="6",
        section="A",
    ),
    Sample(
        "a class written once beside its first child",
        as_csv(
            [
                ["July 2026"],
                ["Class", *EN],
                ["VI", *body()[0]],
                ["", *body()[1]],
                ["VII", *body()[0]],
                ["", *body()[1]],
            ]
        ),
        pupils=4,
        marks=(8, 2, 2, 0),
    ),
]

MARKS = [
    Sample(
        "numbers explained by the page",
        as_csv([["July 2026   1=Present, 2=Absent, 3=Leave"], EN, *body(1, 2, 3)]),
    ),
    Sample(
        "S explained as sick",
        as_csv([["July 2026  P-Present A-Absent S-Sick"], EN, *body("P", "A", "S")]),
    ),
    Sample("words, any case", as_csv(table(EN, "PRESENT", "absent", "Leave"))),
    Sample("points and spaces", as_csv(table(EN, " P. ", "(a)", "l"))),
    Sample("one and nought", as_csv(table(EN, 1, 0, "L"))),
    Sample("true and false", as_xlsx(table(EN, True, False, "L"))),
    Sample("ticks and crosses", as_csv(table(EN, "✓", "✗", "L"))),
    Sample("heavy ticks, ballot crosses", as_csv(table(EN, "✔️", "✘", "L"))),
    Sample("tick and x", as_csv(table(EN, "√", "x", "L"))),
    Sample("ticks of a symbol font", as_csv(table(EN, "ü", "û", "L"), encoding="cp1252")),
    Sample("Hindi letters", as_csv(table(HI, "उ", "अ", "अव.", title="माह: जुलाई 2026"))),
    Sample("Hindi short words", as_csv(table(HI, "उप.", "अनु०", "छु॰", title="माह: जुलाई 2026"))),
    Sample("Hindi words", as_csv(table(HI, "उपस्थित", "अनुपस्थित", "बीमार", title="माह: जुलाई 2026"))),
    Sample("Bengali letters", as_csv(table(BN, "উ", "অ", "ছু", title="মাস: জুলাই 2026"))),
    Sample("Bengali words", as_csv(table(BN, "হাজির", "গরহাজির", "ছুটি", title="মাস: জুলাই 2026"))),
    Sample(
        "a legend that makes L late",
        as_csv([["July 2026   P=Present, A=Absent, L=Late"], EN, *body()]),
        marks=(7, 2, 0, 0),
    ),
    Sample(
        "a legend at the foot",
        as_csv([["July 2026"], EN, *body(), [], ["", "P - Present, A - Absent, L - Late coming"]]),
        marks=(7, 2, 0, 0),
    ),
    Sample(
        "a legend that makes H half day",
        as_csv([["July 2026  H = Half day"], EN, *body("P", "A", "H")]),
        marks=(7, 2, 0, 0),
    ),
    Sample("half day by its own letters", as_csv(table(EN, "P", "A", "HD")), marks=(7, 2, 0, 0)),
    Sample(
        "H beside others is asked about",
        as_csv(table(EN, "P", "A", "H")),
        marks=(6, 2, 0, 0),
        problems=codes("holiday_beside_marks"),
    ),
    Sample(
        "0 beside P and A is not read",
        as_csv(table(EN, "P", "A", 0)),
        marks=(6, 2, 0, 0),
        problems=codes("zero_unclear"),
        places=(("zero_unclear", 4, "E"),),
    ),
    Sample("a dash is no mark", as_csv(table(EN, "P", "A", "-")), marks=(6, 2, 0, 0)),
    Sample(
        "a dot where nothing else is present",
        as_csv(table(EN, ".", "A", "L")),
    ),
    Sample("a dot beside P is no mark", as_csv(table(EN, "P", "A", ".")), marks=(6, 2, 0, 0)),
    Sample(
        "x beside A, where nothing is P, is asked about",
        as_csv(table(EN, "x", "A", "L")),
        marks=(0, 2, 1, 0),
        problems=codes("cross_beside_absent", "only_absences"),
    ),
    Sample(
        "a word that is no mark",
        as_csv(table(EN, "P", "A", "gone")),
        marks=(6, 2, 0, 0),
        problems=codes("unreadable_mark"),
        places=(("unreadable_mark", 4, "E"),),
    ),
    Sample(
        "only absences",
        as_csv(table(EN, "", "A", "")),
        marks=(0, 2, 0, 0),
        days=(1, 2),
        problems=codes("only_absences"),
    ),
    Sample(
        "only presences",
        as_csv(table(EN, "P", "", "")),
        marks=(6, 0, 0, 0),
        problems=codes("only_presences"),
    ),
]


def month_of(*columns: object, children: int = 4) -> list[list[object]]:
    """A table of `children` rows; each column is one mark for all, or a list of marks downward."""
    rows: list[list[object]] = []
    for child in range(children):
        marks = []
        for column in columns:
            if isinstance(column, list | tuple):
                marks.append(column[child] if child < len(column) else "")
            else:
                marks.append(column)
        rows.append([child + 1, f"Child {'ABCDEFGHIJ'[child]}x", *marks])
    return rows


SUNDAY = [["July 2026"], ["Roll", "Name", 4, 5, 6]]  # 5 July 2026 is a Sunday
CLOSED = {"pupils": 4, "days": (4, 6), "marks": (8, 0, 0, 0)}

SUNDAY_SHUT = {"pupils": 4, "days": (4, 6), "marks": (7, 1, 0, 0)}

CLOSURES = [
    Sample(
        "all absent on a Sunday is a day of rest",
        as_csv([*SUNDAY, *month_of(["P", "A", "P", "P"], "A", "P")]),
        **SUNDAY_SHUT,
        problems=codes("absent_on_sunday"),
    ),
    Sample(
        "x for all on a Sunday is a day of rest",
        as_csv([*SUNDAY, *month_of(["P", "A", "P", "P"], "X", "P")]),
        **SUNDAY_SHUT,
        problems=codes("absent_on_sunday"),
    ),
    Sample(
        "all absent on a Sunday, in a school that opens on Sundays",
        as_csv(
            [["July 2026"], ["Roll", "Name", 4, 5, 12], *month_of("P", "A", ["P", "A", "P", "P"])]
        ),
        pupils=4,
        days=(4, 5, 12),
        marks=(7, 5, 0, 0),
        problems=codes("all_absent"),
    ),
    Sample(
        "x for all where A is absent",
        as_csv(
            [["July 2026"], ["Roll", "Name", 6, 7, 8], *month_of(["P", "A", "P", "P"], "X", "P")]
        ),
        pupils=4,
        days=(6, 8),
        marks=(7, 1, 0, 0),
        problems=codes("crossed_out"),
    ),
    Sample(
        "PH for all",
        as_csv([*SUNDAY, *month_of("P", "PH", "P")]),
        pupils=4,
        days=(4, 6),
        marks=(8, 0, 0, 4),
    ),
    Sample(
        "W for all",
        as_csv([*SUNDAY, *month_of("P", "W", "P")]),
        pupils=4,
        days=(4, 6),
        marks=(8, 0, 0, 0),
    ),
    Sample("a column of S on Sunday", as_csv([*SUNDAY, *month_of("P", "S", "P")]), **CLOSED),
    Sample("Sunday as a word", as_csv([*SUNDAY, *month_of("P", "Sun", "P")]), **CLOSED),
    Sample("रवि with its sign", as_csv([*SUNDAY, *month_of("P", "रवि०", "P")]), **CLOSED),
    Sample("রবি", as_csv([*SUNDAY, *month_of("P", "রবি", "P")]), **CLOSED),
    Sample(
        "S-U-N-D down the column", as_csv([*SUNDAY, *month_of("P", list("SUND"), "P")]), **CLOSED
    ),
    Sample(
        "S-U-N-D-A-Y, with marks among its letters",
        as_csv([*SUNDAY, *month_of("P", list("SUNDAY"), "P", children=6)]),
        pupils=6,
        days=(4, 6),
        marks=(12, 0, 0, 0),
    ),
    Sample(
        "H-O-L-I-D-A-Y down the column",
        as_csv([*SUNDAY, *month_of("P", list("HOLIDAY"), "P", children=7)]),
        pupils=7,
        days=(4, 6),
        marks=(14, 0, 0, 0),
    ),
    Sample(
        "रविवार letter by letter",
        as_csv([*SUNDAY, *month_of("P", ["र", "वि", "वा", "र"], "P")]),
        **CLOSED,
    ),
    Sample(
        "a festival letter by letter",
        as_csv([*SUNDAY, *month_of("P", list("DURGAPUJA"), "P", children=9)]),
        pupils=9,
        days=(4, 6),
        marks=(18, 0, 0, 0),
        problems=codes("spelled"),
    ),
    Sample("Sunday empty", as_csv([*SUNDAY, *month_of("P", "", "P")]), **CLOSED),
    Sample(
        "Sunday written once, merged down",
        as_xlsx([*SUNDAY, *month_of("P", ["SUNDAY", "", "", ""], "P")], merge=[(2, 3, 5, 3)]),
        **CLOSED,
    ),
    Sample(
        "a festival merged over days and children",
        as_xlsx([*SUNDAY, *month_of(["Durga Puja", "", "", ""], "", "P")], merge=[(2, 2, 5, 3)]),
        pupils=4,
        days=(6,),
        marks=(4, 0, 0, 0),
    ),
    Sample(
        "a closure written once, its merge lost in CSV",
        as_csv([*SUNDAY, *month_of("P", ["", "Holiday", "", ""], "P")]),
        **CLOSED,
    ),
    Sample(
        "a festival written once",
        as_csv([*SUNDAY, *month_of("P", ["", "Moharram", "", ""], "P")]),
        **CLOSED,
    ),
    Sample(
        "H for all counts as holiday marks, not as a day",
        as_csv([*SUNDAY, *month_of("P", "H", "P")]),
        pupils=4,
        days=(4, 6),
        marks=(8, 0, 0, 4),
    ),
    Sample(
        "छुट्टी for all is a holiday",
        as_csv([*SUNDAY, *month_of("P", "छुट्टी", "P")]),
        pupils=4,
        days=(4, 6),
        marks=(8, 0, 0, 4),
    ),
    Sample(
        "छुट्टी for one is leave",
        as_csv([*SUNDAY, *month_of("P", "", ["छुट्टी", "P", "P", "P"])]),
        pupils=4,
        days=(4, 6),
        marks=(7, 0, 1, 0),
    ),
    Sample(
        "ছুটি for one is leave",
        as_csv([*SUNDAY, *month_of("P", "", ["ছুটি", "P", "P", "P"])]),
        pupils=4,
        days=(4, 6),
        marks=(7, 0, 1, 0),
    ),
    Sample(
        "all absent is read, and asked about",
        as_csv([*SUNDAY, *month_of("P", "", "A")]),
        pupils=4,
        days=(4, 6),
        marks=(4, 4, 0, 0),
        problems=codes("all_absent"),
        places=(("all_absent", None, "E"),),
    ),
    Sample(
        "one mark in a column of holidays is a slip",
        as_csv([*SUNDAY, *month_of("P", ["H"] * 9 + ["A"], "P", children=10)]),
        pupils=10,
        days=(4, 6),
        marks=(20, 0, 0, 9),
        problems=codes("mark_on_closed_day"),
        places=(("mark_on_closed_day", 12, "D"),),
    ),
    Sample(
        "marks on a Sunday are marks",
        as_csv([*SUNDAY, *month_of("P", "P", "P")]),
        pupils=4,
        days=(4, 5, 6),
        marks=(12, 0, 0, 0),
    ),
    Sample(
        "an absence merged over three days",
        as_xlsx(
            [*SUNDAY, *month_of(["P", "A", "P", "P"], ["P", "", "P", "P"], ["P", "", "P", "P"])],
            merge=[(3, 2, 3, 4)],
        ),
        pupils=4,
        days=(4, 5, 6),
        marks=(9, 3, 0, 0),
    ),
    Sample(
        "words merged over one child's days are no mark",
        as_xlsx(
            [
                *SUNDAY,
                *month_of(["P", "T.C. taken", "P", "P"], ["P", "", "P", "P"], ["P", "", "P", "P"]),
            ],
            merge=[(3, 2, 3, 4)],
        ),
        pupils=4,
        days=(4, 5, 6),
        marks=(9, 0, 0, 0),
        problems=codes("across_days"),
    ),
]

FEET = [
    Sample("a sum row", as_csv([*table(EN), ["", "Total", 2, 2, 2]])),
    Sample(
        "sum rows in Hindi",
        as_csv(
            [
                *table(HI, "उ", "अ", "छु", title="माह: जुलाई 2026"),
                ["", "कुल उपस्थिति", 2, 2, 2],
                ["", "योग", 3, 3, 3],
                ["कुल", "", 3, 3, 3],
            ]
        ),
    ),
    Sample(
        "sum rows in Bengali",
        as_csv(
            [
                *table(BN, "উ", "অ", "ছু", title="মাস: জুলাই 2026"),
                ["", "মোট উপস্থিত", "২", "২", "২"],
                ["", "মোট অনুপস্থিত", "১", "১", "০"],
            ]
        ),
    ),
    Sample(
        "a sum row of a class of one, written 1 and 0",
        as_csv([["July 2026"], EN, [1, "Sunita", 1, 0, 1], ["", "Total Present", 1, 0, 1]]),
        pupils=1,
        marks=(2, 1, 0, 0),
    ),
    Sample(
        "boys, girls, percent",
        as_csv(
            [
                *table(EN),
                ["", "Boys", 1, 1, 1],
                ["", "Girls", 1, 1, 1],
                ["", "% Present", 66, 66, 66],
            ]
        ),
    ),
    Sample("sums without words", as_csv([*table(EN), ["", "", 2, 2, 2]])),
    Sample(
        "sums at the right",
        as_csv(
            [
                ["July 2026"],
                [*EN, "Total", "P", "A", "%"],
                *[[*row, 3, 2, 1, "67%"] for row in body()],
            ]
        ),
    ),
    Sample(
        "sums between the weeks",
        as_csv(
            [["July 2026"], ["Roll", "Name", 1, 2, "Week", 3], *[[*r[:4], 2, r[4]] for r in body()]]
        ),
    ),
    Sample(
        "sums as formulas",
        as_xlsx(
            [
                ["July 2026"],
                [*EN, "Total"],
                *[[*r, f'=COUNTIF(C{n}:E{n},"P")'] for n, r in enumerate(body(), 3)],
                ["", "Total", '=COUNTIF(C3:C5,"P")', '=COUNTIF(D3:D5,"P")', '=COUNTIF(E3:E5,"P")'],
            ]
        ),
    ),
    Sample(
        "signature rows",
        as_csv(
            [
                *table(EN),
                [],
                ["Class Teacher", "", "", "H.M.", ""],
                ["", "Signature of Head Master", "", "", ""],
            ]
        ),
    ),
    Sample(
        "signatures in Hindi",
        as_csv(
            [
                *table(HI, "उ", "अ", "छु", title="माह: जुलाई 2026"),
                ["वर्ग शिक्षक का हस्ताक्षर", "", "", "प्रधानाध्यापक", ""],
            ]
        ),
    ),
    Sample(
        "signatures in Bengali",
        as_csv(
            [
                *table(BN, "উ", "অ", "ছু", title="মাস: জুলাই 2026"),
                ["শ্রেণি শিক্ষকের স্বাক্ষর", "", "", "প্রধান শিক্ষক", ""],
            ]
        ),
    ),
    Sample(
        "the teacher's initials under each day",
        as_csv([*table(EN), ["", "Teacher's sign", "RK", "RK", "RK"]]),
    ),
    Sample(
        "names that begin like sums are children",
        as_csv(
            [
                ["July 2026"],
                EN,
                [1, "Yogesh Kumar", "P", "A", "P"],
                [2, "Kuldeep", "P", "P", "L"],
                [3, "सुनीता प्रधान", "A", "P", "P"],
            ]
        ),
    ),
    Sample(
        "such names without a roll number too",
        as_csv(
            [
                ["July 2026"],
                ["Name", 1, 2, 3],
                ["Yogesh Kumar", "P", "A", "P"],
                ["सुनीता प्रधान", "P", "P", "L"],
                ["Moti Lal", "A", "P", "P"],
                ["Total", 2, 2, 2],
            ]
        ),
    ),
    Sample(
        "numbers printed in advance", as_csv([*table(EN), [4, "", "", "", ""], [5, "", "", "", ""]])
    ),
    Sample(
        "the head printed again on each page",
        as_csv([["July 2026"], EN, *body()[:2], [], EN, ["", "", "W", "T", "F"], body()[2]]),
    ),
    Sample(
        "blank rows between",
        as_csv([["July 2026"], EN, body()[0], [], body()[1], [""] * 5, body()[2]]),
    ),
    Sample(
        "headings for boys and girls",
        as_csv(
            [
                ["July 2026"],
                EN,
                ["", "बालक", "", "", ""],
                *body()[:2],
                ["", "बालिका", "", "", ""],
                body()[2],
            ]
        ),
    ),
]

PROBLEMS = [
    Sample(
        "no month anywhere", as_csv([EN, *body()]), month=None, days=(), problems=codes("no_month")
    ),
    Sample("the month from the user", as_csv([EN, *body()]), hints=Hints(month="2026-07")),
    Sample(
        "the month from the file's name is said",
        as_csv([EN, *body()]),
        filename="VI_A_2026-07.csv",
        problems=codes("month_from_file_name"),
    ),
    Sample(
        "the month from the sheet's name is said",
        as_xlsx([EN, *body()], name="July 2026"),
        problems=codes("month_from_sheet_name"),
    ),
    Sample(
        "a month without a year",
        as_csv(table(EN, title="Month: July")),
        month=None,
        days=(),
        problems=codes("no_year"),
    ),
    Sample(
        "the year worked out from the weekdays",
        as_csv(
            [
                ["Month: July"],
                ["Roll", "Name", *range(1, 8)],
                ["", "", *"WTFSSMT"],
                *[[*r, "", "", "", ""] for r in body()],
            ]
        ),
        problems=codes("year_from_weekdays"),
    ),
    Sample(
        "the year from the user",
        as_csv(table(EN, title="Month: July")),
        hints=Hints(month="2026-07"),
        problems=codes("year_from_hint"),
    ),
    Sample(
        "the user says another month",
        as_csv(table(EN)),
        hints=Hints(month="2026-08"),
        problems=codes("month_disagrees_hint"),
    ),
    Sample(
        "the user says another school, class, section",
        as_csv([[TITLE_EN], EN, *body()]),
        hints=Hints("19110100101", "VII", "B"),
        **WHO,
        problems=codes("school_disagrees", "class_disagrees", "section_disagrees"),
    ),
    Sample(
        "the user says the same in other words",
        as_csv([["শ্রেণী: ষষ্ঠ  বিভাগ: ক  মাস: জুলাই ২০২৬"], BN, *body()]),
        hints=Hints(None, "6", "A", "2026-07"),
        grade="6",
        section="ক",
    ),
    Sample(
        "the user fills what is missing",
        as_csv(table(EN)),
        hints=Hints("10050100102", "VI", "A"),
        **WHO,
    ),
    Sample(
        "dates and title disagree",
        as_csv(
            [
                ["Month: June 2026"],
                ["Roll", "Name", "01-07-2026", "02-07-2026", "03-07-2026"],
                *body(),
            ]
        ),
        hints=Hints(None, None, None, "2026-07"),
        problems=codes("month_disagrees"),
    ),
    Sample(
        "weekdays of another month",
        as_csv(
            [
                ["August 2026"],
                ["Roll", "Name", *range(1, 8)],
                ["", "", *"WTFSSMT"],
                *[[*r, "", "", "", ""] for r in body()],
            ]
        ),
        month="2026-08",
        problems=codes("weekdays_disagree"),
    ),
    Sample(
        "a month that has not begun",
        as_csv(table(EN, title="December 2026")),
        month="2026-12",
        problems=codes("month_in_future"),
    ),
    Sample(
        "a day still to come",
        as_csv([["November 2026"], ["Roll", "Name", 1, 2, 30], *body()]),
        month="2026-11",
        days=(1, 2, 30),
        problems=codes("marks_in_future"),
    ),
    Sample(
        "31 February",
        as_csv(
            [
                ["February 2026"],
                ["Roll", "Name", 27, 28, 29, 30, 31],
                *[[*r, "P", ""] for r in body()],
            ]
        ),
        month="2026-02",
        days=(27, 28),
        marks=(4, 2, 0, 0),
        problems=codes("no_such_day"),
        places=(("no_such_day", 2, "E"), ("no_such_day", 2, "F")),
    ),
    Sample(
        "31 columns in a short month, the last empty",
        as_csv(
            [["June 2026"], ["Roll", "Name", *range(1, 32)], *[[*r, *[""] * 28] for r in body()]]
        ),
        month="2026-06",
    ),
    Sample(
        "the same day twice",
        as_csv(
            [["July 2026"], ["Roll", "Name", 1, 2, 2, 3], *[[*r[:4], "A", r[4]] for r in body()]]
        ),
        problems=codes("which_column"),
        days=(1, 3),
        marks=(4, 1, 1, 0),
    ),
    Sample(
        "one roll number for two children",
        as_csv([["July 2026"], EN, *body()[:2], [2, "Asha Kumari", "A", "P", "P"]]),
        problems=codes("same_roll"),
        places=(("same_roll", 5, "A"),),
    ),
    Sample(
        "one child on two rows, the same marks",
        as_csv([["July 2026"], EN, *body(), body()[2]]),
        problems=codes("same_child"),
    ),
    Sample(
        "one child on two rows, another mark",
        as_csv([["July 2026"], EN, *body(), [3, "Asha Kumari", "A", "A", "P"]]),
        problems=codes("same_child", "two_marks"),
        places=(("two_marks", 6, None),),
    ),
    Sample(
        "a name missing",
        as_csv([["July 2026"], EN, *body()[:2], [3, "", "A", "P", "P"]]),
        problems=codes("name_missing"),
        places=(("name_missing", 5, "B"),),
    ),
    Sample(
        "marks that belong to nobody",
        as_csv([["July 2026"], EN, *body(), ["", "", "P", "A", "P"]]),
        problems=codes("marks_without_child"),
        places=(("marks_without_child", 6, None),),
    ),
    Sample(
        "a comma in a name shifts the row",
        as_csv([["July 2026"], EN, *body()]).replace(b"Mohan Lal", b"Lal, Mohan"),
        marks=(4, 2, 0, 0),
        problems=codes("row_shifted"),
        places=(("row_shifted", 4, None),),
    ),
    Sample(
        "a name on two lines",
        as_csv(
            [["July 2026"], EN, [1, "Sunita", "P", "A", "P"], ["", "Devi", "", "", ""], *body()[1:]]
        ),
        problems=codes("second_line"),
        names=("Sunita Devi", "Mohan Lal", "Asha Kumari"),
    ),
    Sample(
        "formulas never calculated",
        as_xlsx_by_another_hand(
            [["July 2026"], EN, [1, "Sunita", "P", "A", '=IF(1,"P","A")'], *body()[1:]]
        ),
        marks=(5, 2, 1, 0),
        problems=codes("uncalculated"),
        places=(("uncalculated", 3, "E"),),
    ),
    Sample(
        "a hidden row is read and said",
        as_xlsx([["July 2026"], EN, *body()], hidden_rows=[3]),
        problems=codes("hidden_row"),
        places=(("hidden_row", 4, None),),
    ),
    Sample(
        "a Bengali month is not taken for another",
        as_csv([["মাস: শ্রাবণ ১৪৩৩"], BN, *body()]),
        month=None,
        days=(),
        problems=codes("other_calendar"),
    ),
    Sample(
        "day numbers that begin anew",
        as_csv(
            [
                ["July 2026"],
                ["Roll", "Name", 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5],
                *[[*r, *[""] * 3, *"AAAAA"] for r in body()],
            ]
        ),
        problems=codes("days_again"),
    ),
    Sample(
        "Kruti Dev: marks read, names not",
        as_csv(
            [
                ["d{kk : NBh   ekg : tqykbZ 2026"],
                ["jksy ua0", "Nk= dk uke", 1, 2, 3],
                [1, "lquhrk nsoh", "m", "v", "m"],
                [2, "eksgu yky", "m", "m", "Nq"],
                [3, "vk'kk dqekjh", "v", "m", "m"],
            ]
        ),
        grade="6",
        problems=codes("legacy_font"),
    ),
    Sample(
        "letters lost in saving",
        as_csv([["July 2026"], EN, *[[r[0], "?????? ????", *r[2:]] for r in body()]]),
        problems=codes("lost_letters"),
    ),
    Sample(
        "letters saved twice",
        as_csv(table(HI, "उ", "अ", "छु", title="माह: जुलाई 2026"))
        .decode("cp1252", "replace")
        .encode()
        if False
        else as_csv(table(["क्रमांक", "नाम", 1, 2, 3], title="July 2026")).decode("latin-1").encode(),
        problems=codes("double_encoded"),
    ),
]

SEVERAL = [
    Sample(
        "a sheet for each class",
        as_xlsx(
            [["July 2026 Class: VI"], EN, *body()],
            name="VI",
            more={"VII": [["July 2026 Class: VII"], EN, *body()]},
        ),
        pupils=6,
        marks=(12, 4, 2, 0),
    ),
    Sample(
        "a sheet for each month of one class",
        as_xlsx(
            [["Class: VI Month: June 2026"], EN, *body()],
            name="Jun",
            more={"Jul": [["Class: VI Month: July 2026"], EN, *body()]},
        ),
        month=None,
        grade="6",
        marks=(12, 4, 2, 0),
        days=(1, 2, 3, 1, 2, 3),
    ),
    Sample(
        "the class from the sheet's name",
        as_xlsx([["July 2026"], EN, *body()], name="VI A"),
        grade="6",
        section="A",
    ),
    Sample(
        "a summary sheet is no register",
        as_xlsx(
            [["July 2026"], EN, *body()],
            name="VI",
            more={"Summary": [["Class", "Boys", "Girls"], ["VI", 20, 21]]},
        ),
        grade="6",
    ),
    Sample(
        "a hidden list is not mentioned",
        as_xlsx(
            [["July 2026"], EN, *body()],
            name="VI",
            more={"Lists": [["P"], ["A"]]},
            hidden_sheets=["Lists"],
        ),
        grade="6",
    ),
    Sample(
        "a hidden register is mentioned",
        as_xlsx(
            [["July 2026"], EN, *body()],
            name="VI",
            more={"VII": [["July 2026"], EN, *body()]},
            hidden_sheets=["VII"],
        ),
        grade="6",
        problems=codes("hidden_sheet"),
    ),
    Sample(
        "one class below another",
        as_csv(
            [
                ["Class: VI  July 2026"],
                EN,
                *body(),
                ["", "Total", 2, 2, 2],
                [],
                ["Class: VII  July 2026"],
                EN,
                *body(),
            ]
        ),
        pupils=6,
        marks=(12, 4, 2, 0),
    ),
    Sample(
        "the month in two halves, one below the other",
        as_csv([["July 2026"], EN, *body(), [], ["Roll No", "Name", 16, 17, 18], *body()]),
        days=(1, 2, 3, 16, 17, 18),
        marks=(12, 4, 2, 0),
    ),
    Sample(
        "class and section in each row",
        as_csv(
            [
                ["July 2026"],
                ["Class", "Section", *EN],
                *[["VI", "A", *r] for r in body()],
                *[["VII", "A", *r] for r in body()],
            ]
        ),
        pupils=6,
        section="A",
        marks=(12, 4, 2, 0),
    ),
    Sample(
        "two months side by side as dates",
        as_csv([["Roll", "Name", "30-06-2026", "01-07-2026", "02-07-2026"], *body()]),
        month=None,
        days=(30, 1, 2),
    ),
    Sample(
        "morning and afternoon",
        as_xlsx(
            [
                ["July 2026"],
                ["Roll", "Name", 1, "", 2, ""],
                ["", "", "M", "E", "M", "E"],
                [1, "Sunita Devi", "P", "P", "A", "P"],
                [2, "Mohan Lal", "P", "A", "A", "A"],
            ]
        ),
        pupils=2,
        days=(1, 2),
        marks=(3, 1, 0, 0),
        problems=codes("two_sessions"),
    ),
]

LONG_HEAD = ["Date", "Roll No", "Student Name", "Status"]


def long_rows(
    dates: Sequence[object], *marks: object, lead: Sequence[object] = ()
) -> list[list[object]]:
    """The same nine marks as `body`, a row each."""
    rows = []
    for place, on in enumerate(dates):
        for child in body(*marks):
            rows.append([*lead, on, child[0], child[1], child[2 + place]])
    return rows


JULY = ("01/07/2026", "02/07/2026", "13/07/2026")
LONG_DAYS = {"days": (1, 2, 13)}

LONG = [
    Sample("plain long form", as_csv([LONG_HEAD, *long_rows(JULY)]), **LONG_DAYS),
    Sample(
        "with its school and class",
        as_csv(
            [
                ["UDISE Code", "Class", "Section", *LONG_HEAD],
                *long_rows(JULY, lead=("10050100102", "VI", "A")),
            ]
        ),
        **WHO,
        **LONG_DAYS,
    ),
    Sample("semicolons", as_csv([LONG_HEAD, *long_rows(JULY)], delimiter=";"), **LONG_DAYS),
    Sample("tabs", as_csv([LONG_HEAD, *long_rows(JULY)], delimiter="\t"), **LONG_DAYS),
    Sample("bars", as_csv([LONG_HEAD, *long_rows(JULY)], delimiter="|"), **LONG_DAYS),
    Sample(
        "the delimiter named in the first line",
        as_csv([LONG_HEAD, *long_rows(JULY)], delimiter=";", sep_line=True),
        **LONG_DAYS,
    ),
    Sample(
        "ISO dates",
        as_csv([LONG_HEAD, *long_rows(("2026-07-01", "2026-07-02", "2026-07-13"))]),
        **LONG_DAYS,
    ),
    Sample(
        "time stamps",
        as_csv(
            [
                LONG_HEAD,
                *long_rows(("2026-07-01 09:12:11", "2026-07-02T10:00:00", "13/07/2026 9:05 AM")),
            ]
        ),
        **LONG_DAYS,
    ),
    Sample(
        "months by name",
        as_csv([LONG_HEAD, *long_rows(("1-Jul-2026", "2 July 2026", "13 जुलाई 2026"))]),
        **LONG_DAYS,
    ),
    Sample(
        "month first, as 07/13 shows",
        as_csv([LONG_HEAD, *long_rows(("07/01/2026", "07/02/2026", "07/13/2026"))]),
        **LONG_DAYS,
    ),
    Sample(
        "either way: said",
        as_csv([LONG_HEAD, *long_rows(("01/07/2026", "02/07/2026"), "P", "A", "L")]),
        days=(1, 2),
        marks=(4, 2, 0, 0),
        problems=codes("order_of_dates"),
    ),
    Sample(
        "either way, but the user said the month",
        as_csv([LONG_HEAD, *long_rows(("07/01/2026", "07/02/2026"))]),
        hints=Hints(month="2026-07"),
        days=(1, 2),
        marks=(4, 2, 0, 0),
    ),
    Sample(
        "date cells of a workbook",
        as_xlsx([LONG_HEAD, *long_rows((date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 13)))]),
        filename="x.xlsx",
        **LONG_DAYS,
    ),
    Sample(
        "Hindi heads",
        as_csv(
            [
                ["दिनांक", "रोल नं", "विद्यार्थी का नाम", "स्थिति"],
                *long_rows(JULY, "उपस्थित", "अनुपस्थित", "अवकाश"),
            ]
        ),
        **LONG_DAYS,
    ),
    Sample(
        "Bengali heads",
        as_csv(
            [
                ["তারিখ", "রোল নং", "শিক্ষার্থীর নাম", "উপস্থিতি"],
                *long_rows(("০১/০৭/২০২৬", "০২/০৭/২০২৬", "১৩/০৭/২০২৬"), "উপস্থিত", "অনুপস্থিত", "ছুটি"),
            ]
        ),
        **LONG_DAYS,
    ),
    Sample(
        "database names, ones and noughts",
        as_csv(
            [
                ["attendance_date", "roll_no", "student_name", "is_present"],
                *long_rows(JULY, 1, 0, 0),
            ]
        ),
        marks=(6, 3, 0, 0),
        **LONG_DAYS,
    ),
    Sample("UTF-16", as_csv([LONG_HEAD, *long_rows(JULY)], encoding="utf-16"), **LONG_DAYS),
    Sample(
        "UTF-16 without its mark",
        as_csv([LONG_HEAD, *long_rows(JULY)], encoding="utf-16-le"),
        **LONG_DAYS,
    ),
    Sample(
        "UTF-8 with its mark",
        as_csv([LONG_HEAD, *long_rows(JULY)], encoding="utf-8-sig"),
        **LONG_DAYS,
    ),
    Sample(
        "Western letters",
        as_csv([LONG_HEAD, *long_rows(JULY)], encoding="cp1252").replace(b"Mohan", b"Moh\xe1n"),
        **LONG_DAYS,
    ),
    Sample(
        "a web page named .xls",
        as_html([LONG_HEAD, *long_rows(JULY)]),
        filename="report.xls",
        **LONG_DAYS,
    ),
    Sample(
        "a date that is none",
        as_csv([LONG_HEAD, *long_rows(JULY), ["31/02/2026", 1, "Sunita Devi", "P"]]),
        problems=codes("impossible_date"),
        places=(("impossible_date", 11, "A"),),
        **LONG_DAYS,
    ),
    Sample(
        "a status that is none",
        as_csv([LONG_HEAD, *long_rows(JULY), ["14/07/2026", 1, "Sunita Devi", "gone"]]),
        problems=codes("unknown_status"),
        places=(("unknown_status", 11, "D"),),
        **LONG_DAYS,
    ),
    Sample(
        "the same day twice, alike",
        as_csv([LONG_HEAD, *long_rows(JULY), ["01/07/2026", 1, "Sunita Devi", "P"]]),
        **LONG_DAYS,
    ),
    Sample(
        "the same day twice, unlike",
        as_csv([LONG_HEAD, *long_rows(JULY), ["01/07/2026", 1, "Sunita Devi", "A"]]),
        problems=codes("two_marks"),
        places=(("two_marks", 11, "D"),),
        **LONG_DAYS,
    ),
    Sample(
        "a row without a child",
        as_csv([LONG_HEAD, *long_rows(JULY), ["01/07/2026", "", "", "P"]]),
        problems=codes("no_child"),
        **LONG_DAYS,
    ),
    Sample(
        "a sum at the end", as_csv([LONG_HEAD, *long_rows(JULY), ["", "", "Total", 6]]), **LONG_DAYS
    ),
    Sample(
        "holidays for all",
        as_csv(
            [
                LONG_HEAD,
                *long_rows(JULY),
                *[
                    ["14/07/2026", n, x, "Holiday"]
                    for n, x in ((1, "Sunita Devi"), (2, "Mohan Lal"), (3, "Asha Kumari"))
                ],
            ]
        ),
        marks=(6, 2, 1, 3),
        **LONG_DAYS,
    ),
    Sample(
        "two months",
        as_csv([LONG_HEAD, *long_rows(JULY), ["13/08/2026", 1, "Sunita Devi", "P"]]),
        month=None,
        days=(1, 2, 13, 13),
        marks=(7, 2, 1, 0),
    ),
]

STATUS_LIST = ["Roll", "Name", "Status"]
ONE_DAY = [row[:3] for row in body()]
NEXT_DAY = [[*row[:2], row[3]] for row in body()]

LONG += [
    Sample(
        "dates merged over their rows",
        as_xlsx(
            [
                LONG_HEAD,
                *[[r[0] if n % 3 == 0 else "", *r[1:]] for n, r in enumerate(long_rows(JULY))],
            ],
            merge=[(1, 0, 3, 0), (4, 0, 6, 0), (7, 0, 9, 0)],
        ),
        **LONG_DAYS,
    ),
    Sample(
        "date cells turned by an American program, the rest text",
        as_xlsx([LONG_HEAD, *long_rows((date(2026, 1, 7), date(2026, 2, 7), "13/07/2026"))]),
        problems=codes("date_cells_turned"),
        **LONG_DAYS,
    ),
    Sample(
        "one day, its date above",
        as_csv([["Attendance  Class: VI  Date: 13/07/2026"], STATUS_LIST, *ONE_DAY]),
        grade="6",
        days=(13,),
        marks=(2, 1, 0, 0),
    ),
    Sample(
        "a sheet for each day",
        as_xlsx(
            [["Class: VI"], STATUS_LIST, *ONE_DAY],
            name="13-07-2026",
            more={"14-07-2026": [["Class: VI"], STATUS_LIST, *NEXT_DAY]},
        ),
        grade="6",
        days=(13, 14),
        marks=(4, 2, 0, 0),
    ),
    Sample(
        "morning and afternoon in two rows",
        as_xlsx(
            [
                ["July 2026"],
                EN,
                [1, "Sunita Devi", "P", "A", "P"],
                ["", "", "P", "P", "A"],
                [2, "Mohan Lal", "A", "P", "P"],
                ["", "", "A", "P", "P"],
            ],
            merge=[(2, 0, 3, 0), (2, 1, 3, 1), (4, 0, 5, 0), (4, 1, 5, 1)],
        ),
        pupils=2,
        marks=(5, 1, 0, 0),
        problems=codes("two_sessions"),
    ),
]

PROBLEMS += [
    Sample(
        'numbers wrapped as ="01" by a portal',
        "\r\n".join(
            [
                "July 2026",
                "Roll No,Name,1,2,3",
                *[f'="0{r[0]}",{r[1]},{r[2]},{r[3]},{r[4]}' for r in body()],
            ]
        ).encode(),
    ),
    Sample(
        "one broken letter in a Hindi file",
        as_csv(
            [
                *table(
                    HI,
                    "उपस्थित",
                    "अनुपस्थित",
                    "अवकाश",
                    title="विद्यालय: उ.म.वि. कल्पनापुर  माह: जुलाई 2026",
                ),
                ["", "टिप्पणी यह पंजी जुलाई माह की है और सभी बच्चों की उपस्थिति इसमें लिखी गई है"],
            ]
        ).replace("पंजी".encode(), "पंज".encode() + b"\xe0\xa5"),
        problems=codes("damaged_letters"),
    ),
]

LONG += [
    Sample(
        "two parts of a day",
        as_csv(
            [
                [*LONG_HEAD, "Shift"],
                *[[*r, "FN"] for r in long_rows(JULY)],
                ["02/07/2026", 1, "Sunita Devi", "P", "AN"],
            ]
        ),
        marks=(7, 1, 1, 0),
        problems=codes("two_sessions"),
        **LONG_DAYS,
    ),
    Sample(
        "words of a program",
        as_csv([LONG_HEAD, *long_rows(JULY, "half_day", "absent", "on_leave")]),
        **LONG_DAYS,
    ),
    Sample(
        "excused is leave",
        as_csv([LONG_HEAD, *long_rows(JULY, "present", "absent", "excused")]),
        **LONG_DAYS,
    ),
]
MARKS += [
    Sample(
        "a stroke where nothing else is present",
        as_csv(table(EN, "/", "A", "L")),
    ),
]

MARK_ROWS = [[f"Child {n}", *"PPAPPAPP"] for n in range(6)]
SEVERAL += [
    Sample(
        "a sheet full of marks that is not understood is said, though it comes last",
        as_xlsx([["July 2026"], EN, *body()], name="VI", more={"VII": MARK_ROWS}),
        grade="6",
        problems=codes("not_understood"),
    ),
    Sample(
        "blank sheets are nothing",
        as_xlsx([["July 2026"], EN, *body()], name="VI", more={"Sheet2": [], "Sheet3": []}),
        grade="6",
    ),
]

SAMPLES = [*HEADS, *MARKS, *CLOSURES, *FEET, *PROBLEMS, *SEVERAL, *LONG]
