"""The lines above a register: school, class, section and month, however they are put."""

import pytest

from aanchal.registers.formats.titles import read_title, title_of_name

U = "10050100102"


@pytest.mark.parametrize(
    ("line", "school", "grade", "section", "month", "year", "session"),
    [
        ("UDISE CODE - 10050100102  CLASS - VI  SECTION - A  MONTH - JULY  SESSION - 2026-27", U, "6", "A", 7, None, 2026),
        ("Month:- July-26", None, None, None, 7, 2026, None),
        ("कक्षा- 6 वर्ग- A  माह- जुलाई-2026", None, "6", "A", 7, 2026, None),
        ("वर्ग-VI, खण्ड-अ, महीना- जुलाई", None, "6", "अ", 7, None, None),
        ("Class: 6th, Sec: A, Month & Year: July, 2026", None, "6", "A", 7, 2026, None),
        ("JULY 2026 ATTENDANCE - CLASS VIII B", None, "8", "B", 7, 2026, None),
        ("Std. VI Div. A", None, "6", "A", None, None, None),
        ("Month : Jul  Year : 26", None, None, None, 7, 2026, None),
        ("Attendance for 07-2026", None, None, None, 7, 2026, None),
        ("Month: जुलाई (July) 2026", None, None, None, 7, 2026, None),
        ("From 01/07/2026 To 31/07/2026   Printed on 05/08/2026", None, None, None, 7, 2026, None),
        ("U-DISE No. : 1005 0100 102", U, None, None, None, None, None),
        ("মাস : জুলাই , ২০২৬  শ্রেণী : ষষ্ঠ   বিভাগ : 'ক'", None, "6", "ক", 7, 2026, None),
        ("শ্রেণি - ৬, শাখা - খ, মাস - আগস্ট, বছর - ২০২৬", None, "6", "খ", 8, 2026, None),
        ("Class-VI(B)   Academic Session 2026-2027  Month-January", None, "6", "B", 1, None, 2026),
        ("Primary School Kalpanapur (10050100102)", U, None, None, None, None, None),
        ("CLASS:-IX-C MONTH:-SEPT.2026", None, "9", "C", 9, 2026, None),
        ("Register of Attendance for the Month of ....July.... 2026", None, None, None, 7, 2026, None),
        ("Month: July,2026 Class: KG", None, "pre", None, 7, 2026, None),
        # What must not be taken for more than it says.
        ("Class Teacher: Ram Kumar", None, None, None, None, None, None),
        ("Middle School, Class I to VIII", None, None, None, None, None, None),
        ("Classes 1-5", None, None, None, None, None, None),
        ("Mob 09876543210, Ph. 06276222345  Class VII", None, "7", None, None, None, None),
        ("Section Name: ", None, None, None, None, None, None),
        ("Children may march to school", None, None, None, None, None, None),
        ("Printed on 05/08/2026", None, None, None, None, None, None),
    ],
)  # fmt: skip
def test_a_line_says_what_it_says(line, school, grade, section, month, year, session):
    title = read_title([(1, [line])])

    assert (title.school, title.grade, title.section) == (school, grade, section)
    assert title.month[:3] == (month, year, session)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("विद्यालय का नाम- मध्य विद्यालय कल्पनापुर", "मध्य विद्यालय कल्पनापुर"),
        ("School: Govt. Middle School, Kalpanapur", "Govt. Middle School, Kalpanapur"),
        ("Primary School Kalpanapur (10050100102)", "Primary School Kalpanapur"),
        ("School Name: P.S. WEST   UDISE: 10050100101  Class: V", "P.S. WEST"),
        ("Name of the School : ______ Class : VI", None),
        ("Government of Bihar", None),
    ],
)
def test_the_schools_name_as_written(line, name):
    assert read_title([(1, [line])]).school_name == name


@pytest.mark.parametrize(
    ("name", "grade", "section", "month", "year"),
    [
        ("VI A", "6", "A", None, None),
        ("6", "6", None, None, None),
        ("Jul-26", None, None, 7, 2026),
        ("July", None, None, 7, None),
        ("Sheet1", None, None, None, None),
        ("Class 6 July 2026", "6", None, 7, 2026),
        ("ষষ্ঠ শ্রেণি", "6", None, None, None),
    ],
)
def test_a_sheets_name(name, grade, section, month, year):
    title = title_of_name(name)

    assert (title.grade, title.section, title.month.month, title.month.year) == (
        grade,
        section,
        month,
        year,
    )


def test_a_files_name():
    title = title_of_name("10050100102_VI_2026-07 (1).xlsx", is_file=True)

    assert (title.school, title.month.month, title.month.year) == ("10050100102", 7, 2026)


@pytest.mark.parametrize(
    "lines",
    [
        ("Class: VI", "Section: B", "Month: July 2026"),
        ("Section - B", "Month - July 2026", "Class - VI"),
        ("कक्षा : 6", "खंड : B", "माह : जुलाई २०२६"),
        ("Govt. Middle School Sonpur", "শ্রেণি: ৬", "শাখা: B", "মাস: জুলাই ২০২৬"),
    ],
)
def test_a_line_each_for_class_section_and_month(lines):
    title = read_title([(number, (line,)) for number, line in enumerate(lines, 1)])

    assert (title.section, title.month.month, title.month.year) == ("B", 7, 2026)
    assert title.grade in ("VI", "6")
