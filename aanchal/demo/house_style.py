"""How each school keeps its register: the words, digits, marks and files of its own hand."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from aanchal.lib.indic.calendar_words import month_name
from aanchal.lib.indic.digits import DIGITS, LATIN_DIGITS

from .facts import BENGALI, ENGLISH, HINDI

DEVANAGARI, BENGALI_DIGITS = DIGITS[HINDI], DIGITS[BENGALI]


class Container(StrEnum):
    """What a school sends for a month."""

    PAGES = "pages"  # a file for each class-section
    WORKBOOK = "workbook"  # one workbook, a sheet for each class-section
    EXPORT = "export"  # its lines in the long file of the state's own system


class DayLabel(StrEnum):
    """What stands above a day's column."""

    NUMBER = "number"
    DATE = "date"  # a real date in a spreadsheet
    TEXT = "text"  # 05/10/2026 as text


@dataclass(frozen=True, slots=True)
class MarkWords:
    """The signs a school writes: present, absent, leave, holiday."""

    present: str
    absent: str
    leave: str
    holiday: str

    def __getitem__(self, mark: int) -> str:
        return ("", self.present, self.absent, self.leave, self.holiday)[mark]


LETTERS = MarkWords("P", "A", "L", "H")
ONES = MarkWords("1", "0", "L", "H")
TICKS = MarkWords("✓", "✗", "L", "H")
HINDI_MARKS = MarkWords("उ", "अ", "छु", "अवकाश")
BENGALI_MARKS = MarkWords("হা", "অনু", "ছুটি", "বন্ধ")

# What a school writes down the column of its weekly day off.
_WEEKLY_OFF = {
    (ENGLISH, 6): "S",
    (ENGLISH, 4): "F",
    (HINDI, 6): "रवि",
    (HINDI, 4): "शुक्र",
    (BENGALI, 6): "রবি",
    (BENGALI, 4): "শুক্র",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of a register in one language; templates for the title take keywords."""

    roll: str
    serial: str
    name: str
    father: str
    admission: str
    total_present: str
    total_absent: str
    present_today: str
    absent_today: str
    title: str
    subtitle: str
    signatures: tuple[str, str]


WORDING = {
    ENGLISH: Wording(
        "Roll No.", "Sl. No.", "Name of Pupil", "Father's Name", "Adm. No.",
        "Total Present", "Total Absent", "Total present", "Total absent",
        "{school} (UDISE {udise})",
        "Attendance Register \N{EN DASH} Class: {grade}   Section: {section}   Month: {month} {year}",
        ("Signature of Class Teacher", "Signature of Head Teacher"),
    ),
    HINDI: Wording(
        "रोल नं.", "क्र.सं.", "छात्र/छात्रा का नाम", "पिता का नाम", "नामांकन सं.",
        "कुल उपस्थिति", "कुल अनुपस्थिति", "कुल उपस्थित", "कुल अनुपस्थित",
        "{school} (यू-डायस कोड {udise})",
        "उपस्थिति पंजी   कक्षा: {grade}   खंड: {section}   माह: {month} {year}",
        ("वर्ग शिक्षक का हस्ताक्षर", "प्रधानाध्यापक का हस्ताक्षर"),
    ),
    BENGALI: Wording(
        "রোল নং", "ক্রমিক নং", "ছাত্র/ছাত্রীর নাম", "পিতার নাম", "ভর্তি নং",
        "মোট হাজিরা", "মোট অনুপস্থিতি", "মোট উপস্থিত", "মোট অনুপস্থিত",
        "{school} (ইউ-ডাইস কোড {udise})",
        "হাজিরা খাতা   শ্রেণি: {grade}   শাখা: {section}   মাস: {month} {year}",
        ("শ্রেণি শিক্ষকের স্বাক্ষর", "প্রধান শিক্ষকের স্বাক্ষর"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """One school's way of keeping and sending its register.

    Attributes:
        container: a file a class, a workbook a month, or lines in the state's export.
        suffix: "xlsx" or "csv"; `encoding` and `delimiter` are for CSV.
        language: of the headings and titles.
        digits: ten digits of one script, for rolls and day numbers.
        day_label: what stands above a day.
        marks: the signs.
        names: "latin", "upper", "own" (own script) or "both".
        fills_days_off: writes a word down the weekly day off; else leaves it empty.
        fills_holidays: writes the holiday sign; else leaves the column empty.
        whole_month: has columns to the end of the month, the coming days being empty.
        extra: columns between roll and name, of "serial", "admission", "father".
        has_sums, has_formulas: sums at the right and below, and whether as formulas.
        is_titled: two merged title rows stand above the header.
        grade_in: "roman", "number" or "word" in titles and sheet names.
    """

    container: Container
    suffix: str = "xlsx"
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    language: str = ENGLISH
    digits: str = LATIN_DIGITS
    day_label: DayLabel = DayLabel.NUMBER
    marks: MarkWords = LETTERS
    names: str = "latin"
    fills_days_off: bool = True
    fills_holidays: bool = True
    whole_month: bool = True
    extra: tuple[str, ...] = ()
    has_sums: bool = True
    has_formulas: bool = False
    is_titled: bool = True
    grade_in: str = "roman"

    @property
    def words(self) -> Wording:
        return WORDING[self.language]

    def number(self, value: int) -> str:
        """A whole number in the school's digits."""
        return str(value).translate(str.maketrans(LATIN_DIGITS, self.digits))

    def month_name(self, month: date) -> str:
        return month_name(month.month, self.language)

    def off_word(self, weekday: int) -> str:
        return _WEEKLY_OFF[self.language, weekday]


_P, _W, _X = Container.PAGES, Container.WORKBOOK, Container.EXPORT

# One style a school, in the order of the directory.
STYLES: tuple[Style, ...] = (
    # The Hindi-speaking block.
    Style(_W, language=HINDI, digits=DEVANAGARI, marks=HINDI_MARKS, names="own",
          grade_in="number", extra=("father",)),
    Style(_P, day_label=DayLabel.DATE, names="upper", has_formulas=True, extra=("admission",)),
    Style(_P, language=HINDI, marks=HINDI_MARKS, names="own", fills_days_off=False,
          grade_in="number"),
    Style(_P, "csv", names="latin", fills_holidays=False),
    Style(_W, marks=TICKS, extra=("serial",), has_formulas=True),
    Style(_X),
    Style(_X),
    Style(_P, names="upper", whole_month=False),
    Style(_P, "csv", encoding="cp1252", delimiter=";", marks=ONES, day_label=DayLabel.TEXT,
          fills_days_off=False),
    Style(_W, language=HINDI, marks=ONES, names="both", grade_in="number", extra=("serial",)),
    Style(_X),
    Style(_P, "csv", encoding="utf-16", delimiter="\t", language=HINDI, digits=DEVANAGARI,
          marks=HINDI_MARKS, names="own", grade_in="number"),
    # The Bengali-speaking block.
    Style(_P, language=BENGALI, digits=BENGALI_DIGITS, marks=BENGALI_MARKS, names="own",
          grade_in="number"),
    Style(_W, names="upper", extra=("admission",), has_formulas=True),
    Style(_W, language=BENGALI, marks=TICKS, names="own", grade_in="number", whole_month=False),
    Style(_P, "csv", language=BENGALI, digits=BENGALI_DIGITS, marks=BENGALI_MARKS, names="own",
          grade_in="number", fills_holidays=False),
    Style(_P, language=BENGALI, marks=BENGALI_MARKS, names="own", fills_days_off=False,
          grade_in="number", extra=("father",)),
    Style(_P, day_label=DayLabel.DATE, fills_holidays=False),
    Style(_P, "csv", encoding="utf-16", language=BENGALI, digits=BENGALI_DIGITS, marks=ONES,
          names="own", grade_in="number", has_sums=False),
    Style(_W, language=BENGALI, digits=BENGALI_DIGITS, marks=BENGALI_MARKS, names="own",
          grade_in="number", extra=("serial",)),
    Style(_P, marks=ONES, names="latin", has_sums=False),
    Style(_P, marks=TICKS, day_label=DayLabel.TEXT, names="latin"),
    Style(_W, language=BENGALI, marks=BENGALI_MARKS, names="both", grade_in="number"),
    Style(_P, "csv", delimiter=";", marks=LETTERS, names="upper", fills_days_off=False),
)  # fmt: skip
