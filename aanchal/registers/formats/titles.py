"""What the lines above a register say: school, code, class, section, month, and its key of marks."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from aanchal.lib.indic.folding import END, START, fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.legacy import unicode_line
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .grades import (
    ClassSeen,
    class_in,
    grade_of,
    section_beside_class,
    section_in,
    several_classes_in,
    several_sections_in,
)
from .labels import Field, field_of
from .marks import legend_in
from .months import MonthSeen, day_cell, month_in, months_spanned, without_other_dates

_LINE = 1_000
BAR = " ¦ "  # stands between the cells of one row, so that a label finds its value to the right

_UDISE = re.compile(
    fold(
        r"(?:u[\s.\-]*dise(?:\s*\+|\s*plus)?|dise|school\s*code|यू[\s.\-]*(?:डाइस|डायस)|"
        r"(?:विद्यालय|स्कूल)\s*(?:का\s*)?कोड|ইউ[\s.\-]*ডাইস|(?:বিদ্যালয়|স্কুল)(?:ের)?\s*কোড)"
    )
    + r"[^\d¦]{0,24}(?:¦[^\d¦]{0,4})?(?P<code>\d(?:[\s\-]?\d){9,10})(?!\d)"
)
_BARE_UDISE = re.compile(r"(?<![\d+./\-])(?P<code>(?:0[1-9]|[1-2]\d|3[0-8])\d{9})(?![\d./\-])")
_CALL = re.compile(
    r"phone|mobile|mob\b|contact|\btel\b|\btele|\bph\b|\bcell\b|whats ?app|\bfax\b|call|\bstd\b|account|a/c|"
    r"aadha?ar|फोन|मोबा|दूरभाष|संपर्क|ফোন|মোবাইল|দূরভাষ"
)
_SCHOOL_LABEL = re.compile(
    r"(?:name of (?:the )?school|school(?:'s)? name|school|विद्यालय का नाम|विद्यालय|स्कूल का नाम|स्कूल|"
    r"বিদ্যালয়ের নাম|স্কুলের নাম|বিদ্যালয়|স্কুল)\s*(?:[:=¦]|[-–]\s)+\s*(?P<name>[^¦\n]{3,80})",
    re.IGNORECASE,
)
_SCHOOL_WORD = re.compile(
    START
    + fold(
        r"(?:school|vidyalaya|vidyalay|vidyapith|vidyamandir|madrasah?|maktab|m\.?s\.?|p\.?s\.?|"
        r"u\.?m\.?s\.?|u\.?h\.?s\.?|n\.?p\.?s\.?|g\.?p\.?s\.?|g\.?u\.?p\.?s\.?|pathshala|"
        r"विद्यालय|पाठशाला|मदरसा|स्कूल|(?:প্রাথমিক |মাধ্যমিক |উচ্চ )?বিদ্যালয়|স্কুল|মাদ্রাসা|পাঠশালা|"
        r"বিদ্যাপীঠ|বিদ্যামন্দির)"
    )
    + END
)
_NAME_ENDS = re.compile(
    r"\s*(?:[,|(]?\s*(?:u[\s.\-]*dise|dise|school code|code|class|std|sec|section|month|session|block|dist|"
    r"यू[\s.\-]*डा[इय]स|कक्षा|वर्ग|माह|सत्र|कोड|ইউ[\s.\-]*ডাইস|শ্রেণি|শ্রেণী|মাস|কোড)(?:\s*(?:code|no\.?|कोड|কোড))?\s*[:\-–=.(¦].*)$",
    re.IGNORECASE | re.DOTALL,
)


_NO_MONTH = MonthSeen(None, None)


@dataclass(frozen=True, slots=True)
class Title:
    """What the lines above (or a sheet's name) say; None and empty where they are silent."""

    school: str | None = None
    school_name: str | None = None
    grade: str | None = None
    section: str | None = None
    month: MonthSeen = _NO_MONTH
    legend: dict[str, Mark] = field(default_factory=dict)
    row: int | None = None
    schools: tuple[str, ...] = ()  # two school codes in one title
    classes: tuple[ClassSeen, ...] = ()  # two classes in one title, or one class in two sections
    day: str | None = None  # the one day a list is of, as written
    number: str | None = None  # eleven digits that nothing calls a school's code
    months: tuple[str, ...] = ()  # two months said with the same weight, as written
    text: str = ""  # all the lines, folded

    def says_which(self) -> bool:
        """True when the lines name a class, section, school or month."""
        return bool(self.school or self.grade or self.section or self.month.month)

    def over(self, older: "Title") -> "Title":
        """This title, its silences filled from an older one (the lines of the page before)."""
        month = self.month
        if month.month is None or older.month.strength > month.strength:
            weak = older.month.strength and older.month.year  # the older says it all
            month = older.month._replace(
                year=older.month.year if weak else month.year or older.month.year,
                session=older.month.session or (None if weak else month.session),
                other_calendar=self.month.other_calendar or older.month.other_calendar,
                first=older.month.first or month.first,
                last=older.month.last or month.last,
            )
        elif month.year is None and month.session is None:
            year = older.month.year
            if year and older.month.month == 12 and month.month == 1:
                year += 1  # January below December
            month = month._replace(year=year, session=older.month.session)
        # The section of another class is none of this one's; one said by itself belongs to it.
        of_another = older.grade is not None and self.grade not in (None, older.grade)
        section = self.section if self.section or of_another else older.section
        return replace(
            self,
            school=self.school or older.school,
            school_name=self.school_name or older.school_name,
            grade=self.grade or older.grade,
            section=section,
            month=month,
            legend=older.legend | self.legend,
            day=self.day or older.day,
            number=self.number or older.number,
            schools=self.schools or (() if self.school else older.schools),
            classes=self.classes or (() if self.grade else older.classes),
            text=f"{older.text} ¦ {self.text}"[-2 * _LINE :] if older.text else self.text,
        )


def line_of(row: Sequence[Cell]) -> str:
    """The cells of a row as one line, empty cells and repeats of a merged cell left out.

    Cut after a thousand letters: no title is longer, and no pattern should meet more.
    """
    texts: list[str] = []
    length = 0
    for cell in row:
        text = shown(cell)
        if text and (not texts or texts[-1] != text):
            texts.append(text)
            length += len(text)
            if length > _LINE:
                break
    return BAR.join(texts)[:_LINE]


def read_title(rows: Sequence[tuple[int, Sequence[Cell]]]) -> Title:
    """Read the lines above a header; `rows` are (row number, cells), top first."""
    title = Title()
    schools: dict[str, None] = {}
    classes: dict[ClassSeen, None] = {}
    sections: dict[str, None] = {}
    said: dict[int, dict[tuple[int, int | None], None]] = {}
    for place, (number, row) in enumerate(rows):
        below = rows[place + 1][1] if place + 1 < len(rows) else ()
        line = _labels_over_values(row, below) or line_of(row)
        if not line:
            continue
        found = replace(title_of_line(unicode_line(line)), row=number)
        if title.grade and not found.grade and not found.section:
            found = replace(found, section=section_beside_class(found.text))
        if found.school:
            schools.setdefault(found.school)
        for seen in found.classes or (ClassSeen(found.grade, found.section),):
            if seen.grade:
                classes.setdefault(seen)
        for section in several_sections_in(found.text) or (found.section,):
            if section:
                sections.setdefault(section)
        now = found.month
        if now.month and number is not None:
            span = months_spanned(found.text)
            if (now.month in {month for month, _ in span}) or now.strength >= 2:
                of_strength = said.setdefault(max(now.strength, 2), {})
                of_strength.update(dict.fromkeys(span or [(now.month, now.year)]))
        # The first line to say a thing is nearest the printed head of the form; later lines add.
        title = title.over(found) if title.row else found
    strongest = list(said[max(said)]) if said else []
    differ = {m for m, _ in strongest} if len({y for _, y in strongest if y}) <= 1 else strongest
    months = [f"{y}-{m:02}" if y else f"{m:02}" for m, y in strongest] if len(differ) > 1 else []
    return replace(
        title,
        months=tuple(months),
        schools=tuple(schools) if len(schools) > 1 else (),
        classes=_different(classes, sections),
    )


def _different(classes: Iterable[ClassSeen], sections: Collection[str]) -> tuple[ClassSeen, ...]:
    """The classes of a title where they are more than one: of two grades, or of one in two sections."""
    by_grade: dict[str, list[ClassSeen]] = {}
    for seen in classes:
        by_grade.setdefault(seen.grade or "", []).append(seen)
    if len(by_grade) > 1:
        # "Class VI" above "Class VI A" is one class: what says more stands for it.
        full = [[c for c in seen if c.section] or seen for seen in by_grade.values()]
        return tuple(c for seen in full for c in seen)
    if len(sections) > 1:
        grade = next(iter(by_grade), None)
        return tuple(ClassSeen(grade, section) for section in sections)
    return ()


def _labels_over_values(row: Sequence[Cell], below: Sequence[Cell]) -> str | None:
    """A line of "label: value" from labels that stand over their values; None for any other row."""
    labels = [(index, shown(cell)) for index, cell in enumerate(row) if not is_empty(cell)]
    if len(labels) < 2 or any(field_of(text) not in _OVER for _, text in labels):
        return None
    values = [shown(below[index]) if index < len(below) else "" for index, _ in labels]
    if not all(values) or any(field_of(value) in _OVER for value in values):
        return None
    return BAR.join(f"{text}: {value}" for (_, text), value in zip(labels, values, strict=True))


_OVER = frozenset(
    (Field.CLASS, Field.SECTION, Field.SCHOOL, Field.SCHOOL_NAME, Field.MONTH, Field.YEAR)
)


def title_of_line(line: str) -> Title:
    """What one line says. Cells are parted by a bar; a value may stand in the cell after its label."""
    whole = fold(line)
    folded = _LAW.sub(" ", whole)
    school = udise_in(folded) or _code_beside_a_school(line)
    seen = class_in(folded)
    return Title(
        school=school,
        school_name=school_name_in(line),
        grade=seen.grade,
        section=section_in(folded) or seen.section,
        month=month_in(folded),
        legend=legend_in(line),
        day=day_in(folded),
        number=None if school else number_in(folded),
        classes=several_classes_in(folded),
        text=folded,
    )


_DAY_LABEL = re.compile(
    START + "(?:" + fold("date|dated|दिनांक|तारीख|तिथि|তারিখ|দিনাঙ্ক") + ")" + END + r"[\s:=\-–¦.]*"
)
_NOT_ITS_DAY = re.compile(r"print|generat|birth|report|जन्म|জন্ম|मुद्रण")


def day_in(folded: str) -> str | None:
    """The date written after its label in a folded line, as text; none of the day of printing."""
    folded = without_other_dates(folded)
    for found in _DAY_LABEL.finditer(folded):
        if _NOT_ITS_DAY.search(folded[max(0, found.start() - 20) : found.start()]):
            continue
        rest = re.split(
            r"[¦,;|]|\s{2,}|(?<=\d)\s+(?=[a-z\u0900-\u09ff]{3,}\s*[:=])",
            folded[found.end() :],
            maxsplit=1,
        )[0]
        for text in (rest.strip(), rest.strip().split(" ")[0]):
            seen = day_cell(text) if text else None
            if seen and seen.readings[0].month:
                return text
    return None


def udise_in(folded: str) -> str | None:
    """An 11-digit UDISE code in a folded line; ten digits after the label have lost their zero."""
    if found := _UDISE.search(folded):
        digits = re.sub(r"\D", "", found["code"])
        return digits.zfill(11)
    return None


# "Under the RTE Act 2009, section 12" names no section of a class.
_LAW = re.compile(
    START
    + "(?:"
    + fold("act|acts|rule|rules|अधिनियम|नियम|আইন|বিধি")
    + ")"
    + END
    + f"[^¦]*?(?=¦|$|{START}(?:"
    + fold("class|std|month|कक्षा|माह|শ্রেণি|মাস|udise")
    + f"){END})"
)


def _code_beside_a_school(line: str) -> str | None:
    """The code that stands in brackets after a school's name: "Primary School Kalpanapur (10050100102)"."""
    for text in line.split(BAR):
        folded = fold(text)
        found = _IN_BRACKETS.search(folded)
        if found and _SCHOOL_WORD.search(folded[: found.start()]) and not _CALL.search(folded):
            return found["code"]
    return None


_IN_BRACKETS = re.compile(r"[(\[]\s*(?P<code>(?:0[1-9]|[1-2]\d|3[0-8])\d{9})\s*[)\]]")


def number_in(folded: str) -> str | None:
    """Eleven digits that may be a school's code, though the line does not call them one."""
    found = _BARE_UDISE.search(folded)
    return found["code"] if found and not _CALL.search(folded) else None


def udise_of(cell: Cell) -> str | None:
    """A cell that should be nothing but a UDISE code, as text or number; None when it is not one."""
    digits = re.sub(r"[\s\-']", "", fold(shown(cell)))
    if digits.endswith(".0"):
        digits = digits[:-2]
    if not digits.isdigit() or len(digits) not in (10, 11):
        return None
    state = int(digits.zfill(11)[:2])
    # 99 is no state's: the schools of the demonstration carry it.
    return digits.zfill(11) if 1 <= state <= 38 or state == 99 else None


def school_name_in(line: str) -> str | None:
    """The school's name, after its label, or a whole cell that reads like one; as written."""
    found = _SCHOOL_LABEL.search(line)
    if found:
        return _clean_school_name(found["name"])
    for text in line.split(BAR):
        folded = fold(text)
        if (
            _SCHOOL_WORD.search(folded)
            and len(text) <= 90
            and len(text) > 5
            and field_of(text) is not Field.SCHOOL_NAME
            and not re.match(r"(?:department|government of|office|block)\b", folded)
        ):
            return _clean_school_name(text)
    return None


def _clean_school_name(text: str) -> str | None:
    name = _BARE_CODE.sub("", _NAME_ENDS.sub("", text)).strip(" :-–,._¦(")
    letters = sum(letter.isalpha() for letter in name)
    return name if letters > 2 and field_of(name) is None else None


_BARE_CODE = re.compile(r"\(?\s*[\d०-९০-৯]{10,11}\s*\)?\s*$")


def title_of_name(text: str, *, is_file: bool = False) -> Title:
    """What a sheet's or file's name says: "VI A", "Jul-26", "10050100101_VI_2026-07.xlsx"."""
    if is_file:
        text = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", text.replace("\\", "/").rsplit("/", 1)[-1])
    folded = fold(text.replace("_", " "))
    alone = re.sub(
        r"\s+", " ", re.sub(r"\b(?:attendance|register|sheet|copy|of)\b", " ", folded)
    ).strip()
    seen: ClassSeen = class_in(folded)
    if seen.grade is None and not is_file and not re.fullmatch(r"sheet ?\d*", folded):
        seen = grade_of(alone)
        if seen.grade is not None and alone.isdigit() and int(alone) > 12:
            seen = ClassSeen(None)
    return Title(
        school=udise_in(folded) or (number_in(folded) if is_file else None),
        grade=seen.grade,
        section=section_in(folded) or seen.section,
        month=month_in(folded, loose=True),
        day=_day_of_name(text),
        text=folded,
    )


_DATE_IN_NAME = re.compile(
    r"(?<!\d)(?:\d{4}[-_.]\d{1,2}[-_.]\d{1,2}|\d{1,2}[-_.]\d{1,2}[-_.]\d{4})(?!\d)"
)


def _day_of_name(text: str) -> str | None:
    seen = day_cell(text.strip())
    if seen and seen.readings[0].month:
        return text.strip()
    found = _DATE_IN_NAME.search(text)
    return found[0].replace("_", "-") if found else None
