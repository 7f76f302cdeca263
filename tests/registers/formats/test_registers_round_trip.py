"""Whatever the hand it is written in, the marks that come out are the marks that went in."""

import calendar
import io
from dataclasses import dataclass
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aanchal.lib.marks import Mark
from aanchal.lib.tabular.problems import Limits
from aanchal.registers.formats.problems import Hints
from aanchal.registers.formats.registers import read_registers
from tests.registers.formats import register_samples as samples

TODAY = date(2026, 11, 22)


DIGITS = {"en": "0123456789", "hi": "०१२३४५६७८९", "bn": "০১২৩৪৫৬৭৮৯"}
HEADS = {
    "en": (
        "S.No",
        "Roll No",
        "Name of Student",
        "Total",
        "Total Present",
        "Class Teacher",
        "Head Master",
    ),
    "hi": ("क्र.सं.", "रोल नं", "छात्र/छात्रा का नाम", "कुल", "कुल उपस्थिति", "वर्ग शिक्षक", "प्रधानाध्यापक"),
    "bn": ("ক্রমিক নং", "রোল নং", "ছাত্র/ছাত্রীর নাম", "মোট", "মোট উপস্থিত", "শ্রেণি শিক্ষক", "প্রধান শিক্ষক"),
}
TITLES = {
    "en": "UDISE: {school}  Class: {grade}  Sec: {section}  Month: {month} {year}",
    "hi": "यू-डाइस कोड: {school}  कक्षा: {grade}  खण्ड: {section}  माह: {month} {year}",
    "bn": "ইউডাইস কোড: {school}  শ্রেণী: {grade}  বিভাগ: {section}  মাস: {month} {year}",
}
MONTHS = {
    "en": list(calendar.month_name),
    "hi": ["", "जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"],
    "bn": ["", "জানুয়ারি", "ফেব্রুয়ারি", "মার্চ", "এপ্রিল", "মে", "জুন", "জুলাই", "আগস্ট", "সেপ্টেম্বর", "অক্টোবর", "নভেম্বর", "ডিসেম্বর"],
}  # fmt: skip
WEEKDAYS = {
    "en": ["M", "T", "W", "T", "F", "S", "S"],
    "hi": ["सोम", "मंगल", "बुध", "गुरु", "शुक्र", "शनि", "रवि"],
    "bn": ["সোম", "মঙ্গল", "বুধ", "বৃহঃ", "শুক্র", "শনি", "রবি"],
}
GRADES = {
    "en": {"1": "I", "5": "5th", "6": "VI", "10": "Ten", "pre": "Nursery"},
    "hi": {"1": "पहली", "5": "५", "6": "छठी", "10": "दशम", "pre": "बालवाटिका"},
    "bn": {"1": "প্রথম", "5": "৫", "6": "ষষ্ঠ", "10": "দশম", "pre": "শিশু"},
}
WRITING = [  # present, absent, leave, holiday
    ("P", "A", "L", "H"),
    ("p", "ab", "Leave", "Holiday"),
    ("Present", "Absent", "ML", "H"),
    (1, 0, "L", "H"),
    ("✓", "✗", "L", "H"),
    ("√", "x", "L", "H"),
    ("उ", "अ", "छु", "ह"),
    ("उप.", "अनु.", "अव", "सार्वजनिक अवकाश"),
    ("উ", "অ", "ছু", "এইচ"),
    ("হা", "অনু", "ছুটি", "সরকারি ছুটি"),
]
SUNDAYS = ["", "S", "Sun", "रवि", "রবি", "spelled"]
NAMES = [
    "Asha",
    "Mohan",
    "Sunita Devi",
    "Yogesh",
    "রহিমা খাতুন",
    "राधा कुमारी",
    "Kul Bahadur",
    "Md. Ali",
]


@dataclass(frozen=True)
class Register:
    year: int
    month: int
    school: str
    grade: str
    section: str
    names: tuple[str, ...]
    marks: tuple[tuple[int, ...], ...]  # a row each child; codes of `Mark`
    closed: frozenset[int]  # days of weekly rest


@st.composite
def registers(draw) -> Register:
    year, month = draw(st.sampled_from([2025, 2026])), draw(st.integers(1, 10))
    length = calendar.monthrange(year, month)[1]
    size = draw(st.integers(2, 9))
    names = tuple(f"{draw(st.sampled_from(NAMES))} {'ABCDEFGHI'[n]}x" for n in range(size))
    closed = frozenset(d for d in range(1, length + 1) if date(year, month, d).weekday() == 6)
    columns = []
    for day in range(1, length + 1):
        kind = draw(st.sampled_from(["taken", "taken", "taken", "taken", "not", "holiday"]))
        if day in closed or kind == "not":
            columns.append([0] * size)
        elif kind == "holiday":
            columns.append([4] * size)
        else:
            column = [draw(st.sampled_from([1, 1, 1, 1, 2, 2, 3, 0])) for _ in range(size)]
            column[draw(st.integers(0, size - 1))] = 1
            columns.append(column)
    columns[next(d for d in range(length) if d + 1 not in closed)] = [1] * (size - 1) + [2]
    marks = tuple(tuple(column[child] for column in columns) for child in range(size))
    grade = draw(st.sampled_from(sorted(GRADES["en"])))
    return Register(
        year, month, "10050100102", grade, draw(st.sampled_from("ABC")), names, marks, closed
    )


@st.composite
def files(draw, register: Register) -> tuple[bytes, str]:
    """The register in one of the hands in which schools write."""
    language = draw(st.sampled_from(["en", "hi", "bn"]))
    writing = draw(st.sampled_from(WRITING))
    native = draw(st.booleans())
    serial, roll, name, total, totals, teacher, head = HEADS[language]

    def number(value: int) -> object:
        if not native:
            return value
        return str(value).translate(str.maketrans("0123456789", DIGITS[language]))

    length = len(register.marks[0])
    style = draw(st.sampled_from(["number", "number", "date", "dd/mm", "d mon", "weekday"]))
    days: list[object] = []
    for day in range(1, length + 1):
        on = date(register.year, register.month, day)
        days.append({
            "number": number(day),
            "date": f"{day:02}-{register.month:02}-{register.year}",
            "dd/mm": f"{day}/{register.month}",
            "d mon": f"{number(day)} {MONTHS[language][register.month]}",
            "weekday": f"{number(day)}\n{WEEKDAYS[language][on.weekday()]}",
        }[style])  # fmt: skip
    has_serial, has_sums = draw(st.booleans()), draw(st.booleans())
    lead = [serial] if has_serial else []
    rows: list[list[object]] = [[
        TITLES[language].format(
            school=register.school, grade=GRADES[language][register.grade], section=register.section,
            month=MONTHS[language][register.month], year=number(register.year),
        )
    ]]  # fmt: skip
    if draw(st.booleans()):
        rows.append([])
    rows.append([*lead, roll, name, *days, *([total, "%"] if has_sums else [])])
    if draw(st.booleans()):
        first = date(register.year, register.month, 1).weekday()
        rows.append(
            [
                *[""] * len(lead),
                "",
                "",
                *[WEEKDAYS[language][(first + d) % 7] for d in range(length)],
            ]
        )
    sunday = draw(st.sampled_from(SUNDAYS))
    for child, (called, marks) in enumerate(zip(register.names, register.marks, strict=True)):
        cells: list[object] = []
        for day, mark in enumerate(marks, 1):
            if day in register.closed:
                cells.append("SUNDAY" * 3 if sunday == "spelled" else sunday)
                if sunday == "spelled":
                    cells[-1] = ("SUNDAY" * 3)[child] if len(register.names) >= 3 else ""
            else:
                cells.append("" if mark == 0 else writing[mark - 1])
        sums = [marks.count(1), "90%"] if has_sums else []
        rows.append(
            [*([number(child + 1)] if has_serial else []), number(child + 1), called, *cells, *sums]
        )
        if child == 3 and draw(st.booleans()):
            rows += [[], rows[1 if len(rows[1]) > 2 else 2]]  # the head, printed again
    if has_sums:
        counts = [sum(row[d] == 1 for row in register.marks) for d in range(length)]
        rows.append([*[""] * len(lead), "", totals, *map(number, counts), "", ""])
    if draw(st.booleans()):
        rows += [[], [teacher, "", "", "", "", head], ["", teacher]]
    kind = draw(st.sampled_from(["csv", "csv", "xlsx", "html"]))
    if kind == "xlsx":
        return samples.as_xlsx(rows), "register.xlsx"
    if kind == "html":
        return samples.as_html(rows), "register.xls"
    delimiter = draw(st.sampled_from(",;\t|"))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))
    return samples.as_csv(rows, delimiter=delimiter, encoding=encoding), "register.csv"


@st.composite
def long_files(draw, register: Register) -> tuple[bytes, str]:
    writing = draw(st.sampled_from(WRITING[:3]))
    form = draw(
        st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y", "%d.%m.%Y", "%Y-%m-%d 09:10:11"])
    )
    rows = [
        [register.school, GRADES["en"][register.grade], register.section, date(register.year, register.month, day).strftime(form),
         child + 1, name, writing[marks[day - 1] - 1]]
        for child, (name, marks) in enumerate(zip(register.names, register.marks, strict=True))
        for day in range(1, len(marks) + 1)
        if marks[day - 1]
    ]  # fmt: skip
    rows = draw(st.permutations(rows)) if draw(st.booleans()) else rows
    head = [
        "UDISE Code",
        "Class",
        "Section",
        "Attendance Date",
        "Roll No",
        "Student Name",
        "Status",
    ]
    if draw(st.booleans()):
        return samples.as_xlsx([head, *rows]), "export.xlsx"
    return samples.as_csv([head, *rows], delimiter=draw(st.sampled_from(",;\t|"))), "export.csv"


def check(register: Register, data: bytes, filename: str) -> None:
    (page,) = read_registers(
        io.BytesIO(data), filename=filename, hints=Hints(), limits=Limits(), today=TODAY
    )

    assert (page.school, page.grade, page.section) == (
        register.school,
        register.grade,
        register.section,
    )
    assert page.month == f"{register.year}-{register.month:02}"
    got = {row.roll: (row.name, tuple(row.marks[: len(register.marks[0])])) for row in page.pupils}
    assert got == {
        str(n): (name, marks)
        for n, (name, marks) in enumerate(zip(register.names, register.marks, strict=True), 1)
    }
    taken = [
        day
        for day in range(1, len(register.marks[0]) + 1)
        if any(
            marks[day - 1] in (Mark.PRESENT, Mark.ABSENT, Mark.LEAVE) for marks in register.marks
        )
    ]
    assert [day.day for day in page.days] == taken
    assert page.problems == []


QUIETLY = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


@QUIETLY
@given(st.data())
def test_a_wide_register_reads_back_mark_for_mark(data):
    register = data.draw(registers())
    check(register, *data.draw(files(register)))


@QUIETLY
@given(st.data())
def test_a_long_register_reads_back_mark_for_mark(data):
    register = data.draw(registers())
    check(register, *data.draw(long_files(register)))
