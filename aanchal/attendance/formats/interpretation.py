"""From rows of cells to pages of marks: what each column and each doubtful mark stands for.

The order matters. First the columns on which the school was shut are set aside (their letters are
also marks: the A of SUNDAY is no absence); then the page's way of writing is settled from what is
left; only then is a mark counted.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from .headers import DayColumn
from .identifiers import is_aadhaar
from .identity import Evidence, Identity, Month, check_weekdays, identify, months_of, shown_month
from .legacy import KRUTI_DEV_MARKS, is_lost, legacy_words
from .marks import (
    Convention,
    Mark,
    Sense,
    convention_of,
    names_a_closure,
    sense_of,
    spells_a_closure,
)
from .months import a_date, weekdays_of
from .pages import DAYS, Counts, Page, PupilRow
from .problems import Limits, Problems
from .sentences import QUESTIONS
from .survey import Survey
from .symbols import OTHER, Symbols
from .texts import column_letter, fold, quoted
from .wide import Block, Line

_OFF = {Sense.OFF, Sense.OFF_LETTER}
_TIME_OFF = _OFF | {Sense.HOLIDAY, Sense.HOLIDAY_LETTER, Sense.LEAVE_OR_HOLIDAY}
_CHILD = {
    Sense.PRESENT, Sense.TICK, Sense.ONE, Sense.ABSENT, Sense.ZERO, Sense.CROSS, Sense.LEAVE,
    Sense.LEAVE_LETTER,
}  # fmt: skip
_ABSENCES = {Sense.ABSENT, Sense.ZERO, Sense.CROSS}
_HERE = {Sense.PRESENT, Sense.TICK, Sense.ONE}
_OF_MARK = {
    Mark.PRESENT: Sense.PRESENT,
    Mark.ABSENT: Sense.ABSENT,
    Mark.LEAVE: Sense.LEAVE,
    Mark.HOLIDAY: Sense.HOLIDAY,
}


class Verdict(Enum):
    """What a column of a day is, for this class."""

    EMPTY = auto()
    MARKS = auto()
    CLOSED = auto()
    HOLIDAY = auto()


@dataclass(slots=True)
class Part:
    """The rows of one block that belong to one page, with what its columns turned out to be."""

    block: Block
    lines: list[Line]
    verdicts: list[Verdict] = field(default_factory=list)
    months: dict[int, Month | None] = field(default_factory=dict)
    kinds: dict[int, set[int]] = field(default_factory=dict)  # place -> the different cells there
    slips: set[int] = field(default_factory=set)  # places where a mark stands on a day of closure

    def on(self, place: int) -> date | None:
        month = self.months.get(place)
        return a_date(*month, self.block.layout.days[place].day) if month else None


class Builder:
    """Makes the pages of one class from its parts.

    Args:
        parts: rows of the class, in the order of the file; at least one.
        symbols: the bytes of its cells.
        key: school, school's name, class, section as the rows say; empty texts where they do not.
    """

    def __init__(
        self,
        parts: list[Part],
        symbols: Symbols,
        key: tuple[str, str, str, str],
        evidence: Evidence,
        survey: Survey,
        limits: Limits,
    ) -> None:
        self.parts = parts
        self.symbols = symbols
        self.key = key
        self.evidence = evidence
        self.survey = survey
        self.problems = Problems(limits.problems)
        self.senses = list(symbols.senses)
        self.sundays_worked: bool | None = None

    def pages(self) -> list[Page]:
        """One page for each month the columns cover; at least one."""
        first = self.parts[0]
        head = first.block.layout.last_row
        row = first.lines[0].row if first.lines else head
        identity = identify(self.evidence, self.key, row, self.problems)
        for part in self.parts:
            layout = part.block.layout
            months = self.parts[0].months
            if part is not first and months and not any(c.month for c in layout.days):
                part.months = dict.fromkeys(range(len(layout.days)), next(iter(months.values())))
            else:
                part.months = months_of(layout.days, self.evidence, head, self.problems)
            self.say_how_dates_were_read(part)
        self.note_fonts()
        self.apply_legend()
        for part in self.parts:
            self.judge(part)
        convention = self.settle()
        table, unread = self.tables(convention)
        for part in self.parts:
            self.report_cells(part, unread)
        dated = sorted({m for p in self.parts for m in p.months.values() if m})
        covered: list[Month | None] = [*dated] or [None]
        pages = [self.page(identity, month, table) for month in covered]
        self.ask(convention, pages)
        problems = self.problems.close()
        pages[0].problems = [p for p in problems if p.code not in QUESTIONS]
        pages[0].asks = [p for p in problems if p.code in QUESTIONS]
        return pages

    def say_how_dates_were_read(self, part: Part) -> None:
        layout = part.block.layout
        if layout.day_or_month and not (
            self.evidence.said.month or self.evidence.title.month.month
        ):
            letter = column_letter(layout.days[0].index)
            self.problems.add(layout.last_row, letter, "day_or_month")
        if layout.turned:
            month = next((m for m in part.months.values() if m), None)
            self.problems.add(
                layout.last_row, None, "dates_turned", month=shown_month(month) if month else "?"
            )

    def note_fonts(self) -> None:
        heads = [line for part in self.parts for line in part.block.layout.lines]
        names = [line.name for part in self.parts for line in part.lines[:200]]
        if legacy_words(heads) >= 1:
            self.problems.add(None, None, "legacy_font")
            for number, text in enumerate(self.symbols.texts):
                if self.senses[number] is Sense.UNKNOWN and text in KRUTI_DEV_MARKS:
                    self.senses[number] = sense_of(KRUTI_DEV_MARKS[text])
        if sum(map(is_lost, names)) > len(names) // 3:
            self.problems.add(None, None, "lost_letters")

    def apply_legend(self) -> None:
        legend: dict[str, Mark] = {}
        for part in self.parts:
            legend |= part.block.title.legend | part.block.legend
        self.legend = legend
        if not legend:
            return
        for number, text in enumerate(self.symbols.texts):
            mark = legend.get(fold(text).strip(".'\"") or text)
            if mark is not None and number:
                if mark is Mark.HOLIDAY and self.senses[number] in _OFF:
                    continue
                self.senses[number] = _OF_MARK[mark]

    def sense(self, number: int) -> Sense:
        return self.senses[number] if number < OTHER else Sense.UNKNOWN

    # Columns.

    def judge(self, part: Part) -> None:
        """Say what each column is; words merged over children close their columns."""
        layout = part.block.layout
        columns = list(zip(*(line.codes for line in part.lines), strict=True))
        part.verdicts = [Verdict.EMPTY] * len(layout.days)
        for place, codes in enumerate(columns):
            kinds = set(codes)
            kinds.discard(0)
            if kinds:
                part.kinds[place] = kinds
                part.verdicts[place] = self.verdict(
                    part, place, codes, {self.sense(k) for k in kinds}
                )
        for closure in part.block.closures:
            self.close(part, closure.columns, closure.rows, closure.text)

    def verdict(self, part: Part, place: int, codes: Sequence[int], senses: set[Sense]) -> Verdict:
        column = part.block.layout.days[place]
        if senses <= _ABSENCES and self.is_shut(part, place, codes, senses):
            return Verdict.CLOSED
        if senses <= _CHILD:
            return Verdict.MARKS
        filled = [code for code in codes if code]
        if len(filled) >= 5 and not senses <= _TIME_OFF:
            shut = sum(self.sense(code) in _TIME_OFF for code in filled)
            if shut * 10 >= len(filled) * 9:
                # One mark among a column of holidays is a slip, and is reported as one.
                part.slips.add(place)
                off = senses - _CHILD - {Sense.UNKNOWN} <= _OFF
                return Verdict.CLOSED if off else Verdict.HOLIDAY
        texts = [self.symbols.text(code) for code in filled]
        if Sense.UNKNOWN in senses:
            if spells_a_closure(texts):
                return Verdict.CLOSED
            if self.spells_a_word(filled, texts):
                word = "".join(texts)
                self.problems.add(
                    part.lines[0].row, column_letter(column.index), "spelled", text=quoted(word)
                )
                return Verdict.CLOSED
            if all(
                names_a_closure(text) or self.sense(c) in _TIME_OFF
                for c, text in zip(filled, texts, strict=True)
            ):
                return Verdict.CLOSED
            if (
                len(filled) == 1
                and len(codes) >= 3
                and len(texts[0]) > 3
                and Sense.UNKNOWN in senses
            ):
                line = next(line for line in part.lines if line.codes[place])
                self.problems.add(
                    line.row, column_letter(column.index), "note_in_column", text=quoted(texts[0])
                )
                return Verdict.CLOSED
            return Verdict.MARKS
        if senses <= _OFF:
            return Verdict.CLOSED
        if senses <= _TIME_OFF:
            if len(filled) == 1 and len(codes) >= 3:
                # A word written once stands for the day; a letter stands for its child.
                return Verdict.CLOSED if names_a_closure(texts[0]) else Verdict.MARKS
            only_letters = not any(
                s in senses for s in (Sense.HOLIDAY, Sense.HOLIDAY_LETTER, *_OFF)
            )
            if only_letters and len(filled) * 2 < len(codes) and len(codes) > 1:
                return Verdict.MARKS
            if only_letters and len(codes) == 1:
                # A class of one: a whole word is the day's, unless the page has another for that.
                whole = names_a_closure(texts[0]) and not self.has_word_for_holiday()
                return Verdict.HOLIDAY if whole else Verdict.MARKS
            return Verdict.HOLIDAY
        return Verdict.MARKS

    def is_shut(self, part: Part, place: int, codes: Sequence[int], senses: set[Sense]) -> bool:
        """True where a whole class "absent" means a school that was shut, which is then said.

        That is a Sunday, unless the class has come on another Sunday of the page, and a column of
        crosses on a page that writes its absences otherwise.
        """
        filled = sum(1 for code in codes if code)
        if filled < 0.8 * len(codes):
            return False
        column = part.block.layout.days[place]
        letter = column_letter(column.index)
        if _is_sunday(part.on(place), column) and not self.works_on_sundays():
            self.problems.add(part.lines[0].row, letter, "absent_on_sunday")
            return True
        if senses == {Sense.CROSS} and filled > 1 and Sense.ABSENT in self.senses:
            self.problems.add(part.lines[0].row, letter, "crossed_out")
            return True
        return False

    def works_on_sundays(self) -> bool:
        if self.sundays_worked is None:
            self.sundays_worked = any(
                self.sense(line.codes[place]) in _HERE
                for part in self.parts
                for place, column in enumerate(part.block.layout.days)
                if _is_sunday(part.on(place), column)
                for line in part.lines
            )
        return self.sundays_worked

    def has_word_for_holiday(self) -> bool:
        return any(
            sense in (Sense.HOLIDAY, Sense.HOLIDAY_LETTER)
            or (sense is Sense.OFF and not weekdays_of(text))
            for sense, text in zip(self.senses, self.symbols.texts, strict=False)
        )

    def spells_a_word(self, filled: list[int], texts: list[str]) -> bool:
        """True when single letters, mostly no marks, run down a column: D-U-R-G-A-P-U-J-A."""
        unknown = {code for code in filled if self.sense(code) is Sense.UNKNOWN}
        share = sum(1 for code in filled if code in unknown)
        return (
            len(filled) >= 4
            and len(unknown) >= 3
            and share * 10 >= len(filled) * 4
            and all(len(text) <= 3 and text.isascii() is (len(text) == 1) for text in texts)
            and not any(text.isdigit() for text in texts)
        )

    def close(self, part: Part, columns: range, rows: range, text: str) -> None:
        covered = [line for line in part.lines if line.row in rows]
        if not covered:
            return
        layout = part.block.layout
        if names_a_closure(text) or len(covered) * 2 >= len(part.lines):
            for place in columns:
                others = {
                    self.sense(line.codes[place]) for line in part.lines if line.row not in rows and line.codes[place]
                }  # fmt: skip
                if not others & _CHILD:
                    part.verdicts[place] = Verdict.CLOSED
            if not names_a_closure(text) and sense_of(text) is Sense.UNKNOWN:
                letter = column_letter(layout.days[columns[0]].index)
                self.problems.add(rows[0], letter, "note_in_column", text=quoted(text))
            return
        code = self.symbols[text]
        while len(self.senses) < len(self.symbols.senses):
            self.senses.append(self.symbols.senses[len(self.senses)])
        if self.sense(code) in _CHILD:
            for line in covered:
                codes = bytearray(line.codes)
                for place in columns:
                    codes[place] = code
                line.codes = bytes(codes)
            for place in columns:
                part.verdicts[place] = Verdict.MARKS
        else:
            letter = column_letter(layout.days[columns[0]].index)
            self.problems.add(rows[0], letter, "across_days", text=quoted(text))

    # Marks.

    def settle(self) -> Convention:
        counts: Counter[Sense] = Counter()
        for part in self.parts:
            joined = Counter(b"".join(line.codes for line in part.lines))
            for place, verdict in enumerate(part.verdicts):
                if verdict is Verdict.CLOSED:
                    joined.subtract(Counter(line.codes[place] for line in part.lines))
            for number, count in joined.items():
                counts[self.sense(number)] += count
        return convention_of(counts)

    def tables(self, convention: Convention) -> tuple[bytes, frozenset[int]]:
        """A translation of cells' bytes to marks, and the bytes that cannot be read."""
        table = bytearray(256)
        unread = {OTHER}
        for number, sense in enumerate(self.senses):
            mark = convention.marks.get(sense)
            if mark is not None:
                table[number] = mark
            elif sense is not Sense.OFF:
                unread.add(number)
        return bytes(table), frozenset(unread)

    def report_cells(self, part: Part, unread: frozenset[int]) -> None:
        layout = part.block.layout
        doubtful = [
            (line, place)
            for place, kinds in part.kinds.items()
            if kinds & unread
            and (part.verdicts[place] is not Verdict.CLOSED or place in part.slips)
            for line in part.lines
            if line.codes[place] in unread
        ]
        for line, place in sorted(doubtful, key=lambda found: (found[0].row, found[1])):
            self.report_cell(part, line, place, line.codes[place])
        for place in part.slips:
            for line in part.lines:
                if self.sense(line.codes[place]) in _CHILD:
                    letter = column_letter(layout.days[place].index)
                    self.problems.add(line.row, letter, "mark_on_closed_day")
        if self.survey.uncalculated or self.survey.errors:
            rows = {line.row for line in part.lines}
            for cells, code_name in (
                (self.survey.uncalculated, "uncalculated"), (self.survey.errors, "formula_error")
            ):  # fmt: skip
                for row, column in sorted(cells):
                    if row in rows and any(c.index == column - 1 for c in layout.days):
                        self.problems.add(row, column_letter(column - 1), code_name)

    def report_cell(self, part: Part, line: Line, place: int, code: int) -> None:
        column = part.block.layout.days[place]
        sense = self.sense(code)
        if sense is Sense.OFF_LETTER and _is_weekly_off(part.on(place), column):
            return
        name = {Sense.ZERO: "zero_unclear", Sense.ONE: "one_unclear"}.get(sense, "unreadable_mark")
        letter = column_letter(column.index)
        if name == "unreadable_mark":
            self.problems.add(line.row, letter, name, text=quoted(self.symbols.text(code)))
        else:
            self.problems.add(line.row, letter, name)

    # Pages.

    def page(self, identity: Identity, month: Month | None, table: bytes) -> Page:
        pupils = Roll(self.problems, month)
        for part in self.parts:
            places = [
                place
                for place in range(len(part.block.layout.days))
                if part.months.get(place) == month
            ]
            usable = self.usable(part, places, month)
            straight = [part.block.layout.days[p].day for p in usable] == list(
                range(1, len(usable) + 1)
            )
            straight = straight and usable == list(range(len(part.block.layout.days)))
            special = [p for p in usable if part.verdicts[p] in (Verdict.CLOSED, Verdict.HOLIDAY)]
            for line in part.lines:
                marks = line.codes.translate(table)
                if special:
                    marks = self.without_closed(marks, line.codes, part, special)
                if straight:
                    month_marks = marks.ljust(DAYS, b"\x00")
                else:
                    spread = bytearray(DAYS)
                    for place in usable:
                        spread[part.block.layout.days[place].day - 1] = marks[place]
                    month_marks = bytes(spread)
                pupils.add(line, month_marks, part)
        return self.finished(identity, month, pupils.rows)

    def usable(self, part: Part, places: list[int], month: Month | None) -> list[int]:
        """The places whose day the month has; the others are reported if anything stands there."""
        if month is None:
            return places
        layout = part.block.layout
        check_weekdays([layout.days[p] for p in places], month, layout.last_row, self.problems)
        usable = []
        for place in places:
            column = layout.days[place]
            if a_date(*month, column.day):
                usable.append(place)
            elif part.verdicts[place] is not Verdict.EMPTY:
                self.problems.add(
                    layout.last_row,
                    column_letter(column.index),
                    "no_such_day",
                    day=column.day,
                    month=shown_month(month),
                )
        return usable

    def without_closed(self, marks: bytes, codes: bytes, part: Part, special: list[int]) -> bytes:
        changed = bytearray(marks)
        for place in special:
            if part.verdicts[place] is Verdict.CLOSED:
                changed[place] = 0
            elif codes[place]:
                counted = self.sense(codes[place]) in _TIME_OFF - _OFF
                changed[place] = Mark.HOLIDAY if counted else 0
        return bytes(changed)

    def finished(self, identity: Identity, month: Month | None, rows: list[PupilRow]) -> Page:
        joined = b"".join(row.marks for row in rows)
        counts = Counts(*(joined.count(mark) for mark in (1, 2, 3, 4)))
        days = []
        for index in range(DAYS):
            column = joined[index::DAYS]
            on = a_date(*month, index + 1) if month else None
            if on and (1 in column or 2 in column or 3 in column):
                days.append(on)
                self.ask_about_day(on, column)
        page = Page(
            identity.school, identity.school_name, identity.grade, identity.section,
            shown_month(month) if month else None, rows, days, counts,
        )  # fmt: skip
        today = self.evidence.today
        if month and month > (today.year, today.month):
            self.problems.add(
                self.evidence.title.row, None, "month_in_future", month=shown_month(month)
            )
        elif days and days[-1] > today:
            later = next(day for day in days if day > today)
            self.problems.add(None, None, "marks_in_future", day=later.isoformat())
        return page

    def ask_about_day(self, on: date, column: bytes) -> None:
        size = len(column)
        for mark, code in ((Mark.ABSENT, "all_absent"), (Mark.LEAVE, "all_leave")):
            alike = column.count(mark)
            if alike >= max(2, 0.8 * size) and alike == size - column.count(0):
                self.problems.add(None, self.letter_of(on), code, count=alike, day=on.isoformat())

    def letter_of(self, on: date) -> str | None:
        for part in self.parts:
            for place, column in enumerate(part.block.layout.days):
                if part.on(place) == on:
                    return column_letter(column.index)
        return None

    def ask(self, convention: Convention, pages: list[Page]) -> None:
        for sense, code in (
            (Sense.CROSS, "cross_beside_absent"), (Sense.DOT, "dot_as_present"), (Sense.ZERO, "zero_alone")
        ):  # fmt: skip
            if sense in convention.questions:
                self.problems.add(None, None, code)
        if "h" not in self.legend:
            self.ask_about_half_days()
        rows = [row for page in pages for row in page.pupils]
        present = sum(page.marks.present for page in pages)
        absent = sum(page.marks.absent + page.marks.leave for page in pages)
        if (present == 0) != (absent == 0):
            blanks = [
                sum(row.marks[day.day - 1] == 0 for day in page.days)
                for page in pages
                for row in page.pupils
            ]
            if absent and sum(blanks) > absent:
                self.problems.add(None, None, "only_absences")
            spread = sum(1 for blank in blanks if blank) * 3 >= len(blanks)
            if present and spread and sum(blanks) * 10 >= present:
                self.problems.add(None, None, "only_presences")
        if not rows:
            self.problems.add(self.parts[0].block.layout.last_row, None, "no_pupils")
        elif not present and not absent and not any(page.marks.holiday for page in pages):
            self.problems.add(None, None, "no_marks")

    def ask_about_half_days(self) -> None:
        letters = [n for n, s in enumerate(self.senses) if s is Sense.HOLIDAY_LETTER]
        if not letters:
            return
        for part in self.parts:
            for place, verdict in enumerate(part.verdicts):
                if verdict is not Verdict.MARKS:
                    continue
                here = {line.codes[place] for line in part.lines}
                if here & set(letters) and any(self.sense(code) in _CHILD for code in here):
                    line = next(line for line in part.lines if line.codes[place] in letters)
                    letter = column_letter(part.block.layout.days[place].index)
                    self.problems.add(line.row, letter, "holiday_beside_marks")
                    return


def _is_weekly_off(on: date | None, column: DayColumn) -> bool:
    if on is not None:
        return on.weekday() in (4, 5, 6)
    return bool(column.weekdays & {4, 5, 6})


def _is_sunday(on: date | None, column: DayColumn) -> bool:
    return on.weekday() == 6 if on is not None else column.weekdays == {6}


class Roll:
    """The children of a page; rows of one child are joined, doubtful doubles reported."""

    def __init__(self, problems: Problems, month: Month | None) -> None:
        self.problems = problems
        self.month = month
        self.rows: list[PupilRow] = []
        self.has_aadhaar = False
        self._by_roll: dict[str, list[tuple[PupilRow, Part, str]]] = {}
        self._by_name: dict[tuple[str, str], tuple[PupilRow, Part]] = {}

    def add(self, line: Line, marks: bytes, part: Part) -> None:
        roll = number_of(line.roll)
        serial = number_of(line.serial)
        name = fold(line.name)
        if roll:
            for earlier, other_part, other_name in self._by_roll.get(roll, ()):
                if other_name == name or not name or not other_name:
                    self.join(earlier, line, marks, said=other_part is part)
                    return
            if others := self._by_roll.get(roll):
                self.problems.add(
                    line.row, _roll_letter(part), "same_roll", roll=roll, other=others[0][0].row
                )
        else:
            earlier_part = self._by_name.get((serial or "", name))
            if earlier_part and name:
                if earlier_part[1] is not part or serial:
                    self.join(earlier_part[0], line, marks, said=earlier_part[1] is part)
                    return
                self.problems.add(line.row, None, "same_name", other=earlier_part[0].row)
        row = PupilRow(
            line.row, roll, line.name, marks, serial, self.kept(line, line.admission), self.kept(line, line.state_id),
            line.own_name or None, line.guardian or None, line.sex or None, line.village or None,
        )  # fmt: skip
        self.rows.append(row)
        if roll:
            self._by_roll.setdefault(roll, []).append((row, part, name))
        else:
            self._by_name.setdefault((serial or "", name), (row, part))

    def kept(self, line: Line, number: str) -> str | None:
        if number and is_aadhaar(number):
            if not self.has_aadhaar:
                self.has_aadhaar = True
                self.problems.add(line.row, None, "aadhaar")
            return None
        return number or None

    def join(self, earlier: PupilRow, line: Line, marks: bytes, *, said: bool) -> None:
        if said:
            self.problems.add(line.row, None, "same_child", other=earlier.row)
        joined = bytearray(earlier.marks)
        for index, mark in enumerate(marks):
            if not mark:
                continue
            if joined[index] and joined[index] != mark:
                day = f"{shown_month(self.month)}-{index + 1:02}" if self.month else str(index + 1)
                self.problems.add(line.row, None, "two_marks", day=day, other=earlier.row)
            else:
                joined[index] = mark
        earlier.marks = bytes(joined)
        earlier.name = earlier.name or line.name


def number_of(text: str) -> str | None:
    """A roll number for comparing: "०७", "7.0" and "07" are "7"; letters are kept."""
    plain = fold(text).strip(" .")
    if plain.endswith(".0"):
        plain = plain[:-2]
    if plain.isdigit():
        return str(int(plain))
    return text.strip() or None


def _roll_letter(part: Part) -> str | None:
    from .labels import Field

    column = part.block.layout.fields.get(Field.ROLL)
    return None if column is None else column_letter(column)
