"""Months, weekdays and days as school registers write them, in three languages.

Dates are read as sets of candidates first: "1/7" may be 1 July or 7 January, and only the rest of
its row or column can tell. Whoever holds the row decides; nothing here guesses.
"""

import math
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from aanchal.lib.indic.calendar_words import MONTHS, OTHER_CALENDAR_MONTHS, WEEKDAYS
from aanchal.lib.indic.folding import END, LETTER, START, fold
from aanchal.lib.tabular.instants import day_of, india_day
from aanchal.lib.tabular.texts import Cell

_MONTH = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
_WEEKDAY = "|".join(sorted(map(re.escape, WEEKDAYS), key=len, reverse=True))
_GAP = r"[\s,./'’\-–—]*"
_ORDINAL = r"(?:st|nd|rd|th|ला|ली|लि|রা|ঠা|লা|ই|শে)?"

_DAY = re.compile(
    rf"(?:(?:day|d|date|दिन|दि|तारिख|দিন|তারিখ|তাং)[\s.\-_:]*)?\(?(?P<d>\d{{1,2}})(?:\.0)?{_ORDINAL}\)?\.?$"
)
_NUMBERS = re.compile(
    r"(\d{1,2})[\s]?[./\-–\\][\s]?(\d{1,2})(?:[\s]?[./\-–\\][\s]?(\d{4}|\d{2}))?$"
)
_ISO = re.compile(r"(\d{4})[./\-–](\d{1,2})[./\-–](\d{1,2})$")
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)$")
_DAY_MONTH = re.compile(rf"(\d{{1,2}}){_ORDINAL}{_GAP}({_MONTH})\.?(?:{_GAP}(\d{{4}}|\d{{2}}))?$")
_MONTH_DAY = re.compile(rf"({_MONTH})\.?{_GAP}(\d{{1,2}}){_ORDINAL}(?:[\s,]+(\d{{4}}))?$")
_CLOCK = re.compile(r"[t\s]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?|z)?"
                    r"(?:\s*[+-]\d\d:?\d\d)?$")  # fmt: skip
_HOUR_AND_WORDS = re.compile(
    r"(.*20\d\d)[t\s]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?(?:\s+[^\d]{1,30})$"
)
_AROUND_WEEKDAY = re.compile(
    rf"(?:(?P<before>{_WEEKDAY})[\s.,:\-–(]+)?(?P<rest>\d.*?|(?:{_MONTH}).*?\d.*?)"
    rf"(?:[\s.,:\-–(]*(?<![{LETTER[3:]}])(?P<after>{_WEEKDAY})[\s.)]*)?$"
)
_WEEKDAY_CELL = re.compile(rf"[(\s]*({_WEEKDAY})[.:ঃ)\s]*$")


_GREENWICH = time(18, 30)


class Reading(NamedTuple):
    """One way to read a cell as a day; month and year are None where the cell does not say."""

    day: int
    month: int | None = None
    year: int | None = None
    month_first: bool = False

    def on(self) -> date | None:
        if self.month is None or self.year is None:
            return None
        return a_date(self.year, self.month, self.day)


class DayCell(NamedTuple):
    """A header or date cell: its possible readings, most Indian first, and a weekday beside it.

    `form` tells how it was written: "cell" (a date of the spreadsheet's own), "numbers" (1/7/2026,
    which needs its neighbours to be understood) or "plain" (all that is read one way). `has_clock`
    where an hour stands beside the day: two such heads of one day are two parts of it.
    """

    readings: tuple[Reading, ...]
    weekdays: frozenset[int] = frozenset()
    form: str = "plain"
    has_clock: bool = False


def a_date(year: int, month: int, day: int) -> date | None:
    """The date, or None when the calendar has no such day (31 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(text: str) -> int:
    year = int(text)
    return year + 2000 if year < 100 else year


def weekdays_of(cell: Cell) -> frozenset[int]:
    """The weekdays a cell may name ("T" is Tuesday or Thursday); empty when it names none."""
    if not isinstance(cell, str) or len(cell) > 20:
        return frozenset()
    return _weekdays_of(cell)


@lru_cache(maxsize=4_096)
def _weekdays_of(text: str) -> frozenset[int]:
    found = _WEEKDAY_CELL.match(fold(text))
    return WEEKDAYS[found[1]] if found else frozenset()


def day_cell(cell: Cell) -> DayCell | None:
    r"""Read a cell that may stand at the head of a day's column; None when it is no day.

    Takes 1, "०१", "1st", "1/7", "01-07-2026", "1 Jul", "जुलाई 1", "Wed 1", "1\nसोम", a date cell, and
    the serial number a spreadsheet keeps for a date. An impossible day (31/02) is still a reading:
    the caller reports it, since the column is there.
    """
    if isinstance(cell, bool) or cell is None or cell == "":
        return None
    if isinstance(cell, date):
        return _of_date(cell)
    if isinstance(cell, int | float):
        return _of_number(cell)
    if isinstance(cell, str):
        return _of_text(cell) if len(cell) <= 48 else None
    return None


def _of_date(cell: date) -> DayCell:
    if isinstance(cell, datetime):
        # Half past six in the evening is midnight in India, written by a program of Greenwich.
        cell = day_of(cell, UTC if cell.time() == _GREENWICH else None)
    plain = Reading(cell.day, cell.month, cell.year)
    if cell.day <= 12 and cell.day != cell.month:
        # A spreadsheet set to American dates turns the typed 1/7 into 7 January.
        turned = Reading(cell.month, cell.day, cell.year, month_first=True)
        return DayCell((plain, turned), form="cell")
    return DayCell((plain,), form="cell")


def _of_number(number: int | float) -> DayCell | None:
    if not math.isfinite(number) or number != int(number):
        return None
    if 1 <= number <= 31:
        return DayCell((Reading(int(number)),))
    if 36_526 <= number <= 73_050:  # 2000 to 2099, as days since the spreadsheet's zero
        on = date(1899, 12, 30) + timedelta(days=int(number))
        return DayCell((Reading(on.day, on.month, on.year),))
    if 20_000_101 <= number <= 20_991_231:
        return _of_text(str(int(number)))
    return None


@lru_cache(maxsize=16_384)
def _of_text(text: str) -> DayCell | None:
    folded = fold(text).strip("'\"` ")
    if not folded:
        return None
    if ":" in text and (day := india_day(text)):
        return DayCell((Reading(day.day, day.month, day.year),), has_clock=True)
    has_clock = False
    if ":" in folded or "." in folded:
        bare = _CLOCK.sub("", folded)
        if bare == folded and (hour := _HOUR_AND_WORDS.match(folded)):
            bare = hour[1]  # "01 jul 2026 9.00am all students"
        has_clock, folded = bare != folded, bare
    readings = _readings(folded)
    if readings:
        return DayCell(readings, form=_form(folded), has_clock=has_clock)
    around = _AROUND_WEEKDAY.match(folded)
    if around and (around["before"] or around["after"]):
        readings = _readings(around["rest"].strip(" .,:-–()"))
        if readings:
            weekdays = WEEKDAYS[around["before"] or around["after"]]
            return DayCell(readings, weekdays, _form(around["rest"].strip(" .,:-–()")))
    return None


def _form(text: str) -> str:
    return "numbers" if _NUMBERS.match(text) and not _ISO.match(text) else "plain"


def _readings(text: str) -> tuple[Reading, ...]:
    if found := _DAY.match(text):
        day = int(found["d"])
        return (Reading(day),) if 1 <= day <= 31 else ()
    if found := _ISO.match(text) or _COMPACT.match(text):
        return _plausible([Reading(int(found[3]), int(found[2]), int(found[1]))])
    if found := _NUMBERS.match(text):
        first, second = int(found[1]), int(found[2])
        year = full_year(found[3]) if found[3] else None
        readings = [Reading(first, second, year)]
        if first != second:
            readings.append(Reading(second, first, year, month_first=True))
        return _plausible(readings)
    if found := _DAY_MONTH.match(text):
        year = full_year(found[3]) if found[3] else None
        return _plausible([Reading(int(found[1]), MONTHS[found[2]], year)])
    if found := _MONTH_DAY.match(text):
        year = full_year(found[3]) if found[3] else None
        return _plausible([Reading(int(found[2]), MONTHS[found[1]], year)])
    if text.isdigit() and len(text) == 5:
        serial = _of_number(int(text))
        return serial.readings if serial else ()
    return ()


def _plausible(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    return tuple(
        r for r in readings
        if 1 <= r.day <= 31 and r.month and 1 <= r.month <= 12
        and (r.year is None or 1990 <= r.year <= 2099)
    )  # fmt: skip


class MonthSeen(NamedTuple):
    """A month as a title names it; `session` is the first year of an academic year "2026-27".

    `strength` ranks what several lines say: 3 after the word month, 2 a month with its year or a month
    by its first and last day, 1 anything looser. `first` and `last` are the days of a register that
    runs from the one to the other, over the end of a month.
    """

    month: int | None
    year: int | None
    session: int | None = None
    other_calendar: bool = False
    strength: int = 0
    first: date | None = None
    last: date | None = None


_SESSION = re.compile(r"(?<!\d)(20\d\d)\s*[-–—/]\s*(?:20)?(\d\d)(?!\d)(?!\s*[-–—/.]\s*\d)")
_YEAR = re.compile(r"(?<![\d.])(20\d\d)(?![\d])")
_NAMED = re.compile(
    rf"{START}(?P<month>{_MONTH}){END}\.?(?:{_GAP}(?:year|वर्ष|सन|साल|সাল|সন|বছর)?{_GAP}"
    r"(?P<year>20\d\d|(?<=['’\-/ ])\d\d(?![\s,]*20\d\d))(?!\d))?(?P<session>\s*[-–/]\s*(?:20)?\d\d(?!\d))?"
)
# "Holidays in this month: 5" counts days and names no month.
_LABEL = re.compile(
    rf"(?<!this )(?<!the )(?<!last )(?<!next )(?<!per )(?<!previous )(?<!each )(?<!every )(?<!इस )(?<!এই )"
    rf"(?<!गत )(?<!গত ){START}(?:{fold('month|mth|माह|महीना|मास|মাস|মাসের নাম')}){END}"
)
_LABELLED_NUMBERS = re.compile(
    r"[^0-9¦]{0,24}?(?:¦\s*)?(?:(?P<y1>20\d\d)\s*[-–/.]\s*(?P<m1>\d{1,2})|"
    r"(?P<m2>\d{1,2})\s*[-–/.,\s]\s*(?P<y2>20\d\d|\d\d)|(?P<m3>\d{1,2}))(?!\d)"
)
_BARE_NUMBERS = re.compile(
    r"(?<![\d/.\-–])(?:(?P<y1>20\d\d)\s?[-–/.]\s?(?P<m1>0[1-9]|1[0-2])|"
    r"(?P<m2>0?[1-9]|1[0-2])\s?[-–/.]\s?(?P<y2>20\d\d))(?![\d/.\-–])"
)
_SHORT_OR_COMMON = frozenset(
    fold(word)
    for word in "may march mar mai jan dec मई मार्च मे মে মার্চ जन फर अग सित नव दिस জানু अप्रै".split()
)


def month_in(text: str, *, loose: bool = False) -> MonthSeen:
    """Find the month and year that a folded line of title text names.

    A month's name counts when a year follows, when a label ("Month:", "माह") goes before it, or
    when the word can hardly mean anything else; "may", "march" and abbreviations need the label or
    the year, unless `loose` (a file's or sheet's name, where little else is said).
    """
    text = without_other_dates(text)
    session_found = _SESSION.search(text)
    session = None
    strength = 1
    if session_found and (int(session_found[1]) + 1) % 100 == int(session_found[2]):
        session = int(session_found[1])
    label = _LABEL.search(text)
    month = year = None
    named = list(_NAMED.finditer(_without_sessions(text)))
    told = [n for n in named if label is not None and 0 <= n.start() - label.end() <= 30]
    for found in [*told, *named]:
        word = found["month"]
        labelled = bool(told)
        if not (found["year"] or labelled or loose or word not in _SHORT_OR_COMMON):
            continue
        month = MONTHS[word]
        strength = 3 if labelled else 2 if found["year"] else 1
        if found["year"] and not (found["session"] and session is not None):
            year = full_year(found["year"])
        break
    if month is None and label and (numbers := _LABELLED_NUMBERS.match(text, label.end())):
        month, year = _month_of(numbers)
        strength = 3
    if month is None and (numbers := _BARE_NUMBERS.search(text)):
        month, year = _month_of(numbers)
        if session is not None and numbers.span()[0] == (session_found or numbers).span()[0]:
            month = year = None  # "2026-27" alone is an academic year
    if month is None and label:
        rest = text[label.end() : label.end() + 40]
        if any(word in OTHER_CALENDAR_MONTHS for word in re.findall(rf"[{LETTER}]+", rest)):
            return MonthSeen(None, None, session, other_calendar=True)
    covered = None if label and month else range_in(text)
    if covered and covered[0].month == covered[1].month and covered[0].year == covered[1].year:
        return MonthSeen(covered[0].month, covered[0].year, session, strength=2)
    if covered and (covered[1] - covered[0]).days < 62:
        return MonthSeen(
            None, covered[0].year, session, strength=2, first=covered[0], last=covered[1]
        )
    if year is None and session is None and (short := _SHORT_YEAR.search(text)):
        year = full_year(short[1])
    lone = set(_YEAR.findall(text)) if year is None and session is None else set()
    if len(lone) == 1:
        year = int(lone.pop())
    return MonthSeen(month, year, session, strength=strength if month else 0)


_SHORT_YEAR = re.compile(
    START + "(?:" + fold("year|वर्ष|सन|साल|সাল|সন|বছর") + r")\s*[:=\-–]+\s*(\d\d)(?![\d/\-–])"
)
_SPAN = re.compile(
    rf"{START}(?P<m1>{_MONTH}){END}\.?(?:{_GAP}(?P<y1>20\d\d))?\s*"
    rf"(?:-|–|—|/|&|,|\+|{START}(?:to|till|until|upto|and|{fold('से|तक|और|व|एवं|থেকে|ও|এবং|থিকা')}){END})\s*"
    rf"(?P<m2>{_MONTH}){END}\.?(?:{_GAP}(?P<y2>20\d\d))?"
)
_NO_SPAN = re.compile(
    START
    + "(?:"
    + fold("session|academic|financial|fiscal|calendar|fy|year|सत्र|वर्ष|শিক্ষাবর্ষ|বছর")
    + f"){END}[^¦;]{{0,24}}$"
)


def months_spanned(folded: str) -> list[tuple[int, int | None]]:
    """The months of a folded line that names two of them with a stroke or "to" between: (month, year).

    "July-September 2026" names three. A session or a year that runs from one month to another names none.
    """
    text = without_other_dates(folded)
    for found in _SPAN.finditer(text):
        first, last = MONTHS[found["m1"]], MONTHS[found["m2"]]
        if first == last or _NO_SPAN.search(text[: found.start()]):
            continue
        end = int(found["y2"]) if found["y2"] else None
        begin = int(found["y1"]) if found["y1"] else end and end - (first > last)
        count = (last - first) % 12 + 1
        steps = [first - 1 + step for step in range(count)]
        return [(step % 12 + 1, begin + step // 12 if begin else None) for step in steps]
    return []


def _without_sessions(text: str) -> str:
    """A folded line without the months from which to which a session runs; every place stays."""
    for found in _SPAN.finditer(text):
        if _NO_SPAN.search(text[: found.start()]):
            text = text[: found.start()] + " " * len(found[0]) + text[found.end() :]
    return text


# What is printed, founded, enacted or announced on a day is of no month of the register.
_OF_ANOTHER_MATTER = re.compile(
    START
    + "(?:"
    + "|".join(
        fold(word)
        for word in r"generated|generation|printed|print|printing|downloaded|exported|created|updated|modified|"
        r"(?:run|report|print|issue|entry|birth) date|date of (?:issue|print|printing|birth|entry|report|"
        r"submission|admission)|as on|as of|w\.?e\.?f|with effect from|effective|estd|established|founded|"
        r"foundation|since|acts?|rules?|order|circular|memo|g\.o|registration|regd|affiliat(?:ed|ion)|"
        r"recogni[sz](?:ed|ed by)|copyright|version|batch|vacations?|holidays?|exam(?:ination)?s?|last date|"
        r"opened on|census|form no|मुद्रित|मुद्रण|प्रिंट|स्थापना|स्थापित|अधिनियम|आदेश|परिपत्र|निर्मित|"
        r"মুদ্রিত|মুদ্রণ|প্রিন্ট|প্রতিষ্ঠা|প্রতিষ্ঠিত|স্থাপিত|আইন|আদেশ".split("|")
    )
    + ")"
    + END
    + rf".*?(?=¦|;|$|(?<!this )(?<!the )(?<!इस )(?<!এই ){START}(?:"
    + "|".join(
        fold(word)
        for word in "month|session|class|std|section|school|academic|year|attendance|register|udise|"
        "माह|महीना|सत्र|कक्षा|वर्ग|विद्यालय|मास|মাস|শ্রেণি|ক্লাস|বিদ্যালয়|শিক্ষাবর্ষ".split("|")
    )
    + f"){END})"
)
_FULL_DATE = (
    rf"(?:\d{{1,2}}[./\-]\d{{1,2}}[./\-]20\d\d|20\d\d[./\-]\d{{1,2}}[./\-]\d{{1,2}}|"
    rf"\d{{1,2}}{_ORDINAL}{_GAP}(?:{_MONTH})\.?{_GAP}20\d\d|(?:{_MONTH})\.?{_GAP}\d{{1,2}}{_ORDINAL}[\s,]+20\d\d)"
)
_RANGE = re.compile(
    rf"(?<!\d)(?P<first>{_FULL_DATE})\s*(?:to|till|upto|up to|-|–|—|से|থেকে)\s*(?P<last>{_FULL_DATE})(?!\d)"
)
# "from 1 April 2026" alone tells since when something holds.
_SINCE = re.compile(
    rf"{START}from\s+{_FULL_DATE}(?!\s*(?:to|till|upto|up to|-|–|—)\s*\d)(?!\s*(?:to|till|-|–)\s*(?:{_MONTH}))"
)


@lru_cache(maxsize=4_096)
def without_other_dates(text: str) -> str:
    """A folded line without the dates that are of no register: of printing, of a law, of a founding."""
    return _SINCE.sub(" ", _OF_ANOTHER_MATTER.sub(" ", text))


def range_in(text: str) -> tuple[date, date] | None:
    """The first and the last day that a line names, the one before the other; None for any other."""
    found = _RANGE.search(text)
    if not found:
        return None
    ends = [_of_text(found[name]) for name in ("first", "last")]
    dates = [[r.on() for r in end.readings] for end in ends if end]
    if len(dates) != 2:
        return None
    for place in (0, -1):
        first, last = dates[0][place], dates[1][place]
        if first and last and first <= last:
            return first, last
    return None


def _month_of(found: re.Match[str]) -> tuple[int | None, int | None]:
    parts = found.groupdict()
    month = int(parts.get("m1") or parts.get("m2") or parts.get("m3") or 0)
    year_text = parts.get("y1") or parts.get("y2")
    year = full_year(year_text) if year_text else None
    return (month, year) if 1 <= month <= 12 else (None, None)
