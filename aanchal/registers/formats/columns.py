"""What the column of a day is for one class: marks, a holiday, or a day the school was shut.

This is asked before any mark is counted, because the letters of a closing word are also marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto

from aanchal.lib.tabular.texts import column_letter, quoted

from .blocks import Block, Line
from .head import DayColumn
from .identity import Month
from .marks import Sense, names_a_closure, sense_of, spells_a_closure
from .months import a_date, weekdays_of
from .problems import Problems
from .symbols import OTHER, Symbols

# What a cell may say of a child, and of a day without school.
OFF = {Sense.OFF, Sense.OFF_LETTER}
TIME_OFF = OFF | {Sense.HOLIDAY, Sense.HOLIDAY_LETTER, Sense.LEAVE_OR_HOLIDAY}
CHILD = {
    Sense.PRESENT, Sense.LATE, Sense.TICK, Sense.ONE, Sense.ABSENT, Sense.ZERO, Sense.CROSS, Sense.LEAVE,
    Sense.LEAVE_LETTER,
}  # fmt: skip
HERE = {Sense.PRESENT, Sense.LATE, Sense.TICK, Sense.ONE}
_ABSENCES = {Sense.ABSENT, Sense.ZERO, Sense.CROSS}


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


class Columns:
    """Judges the columns of a page; `senses` is what its cells say, the page's legend applied."""

    def __init__(
        self, parts: list[Part], symbols: Symbols, senses: list[Sense], problems: Problems
    ) -> None:
        self.parts = parts
        self.symbols = symbols
        self.senses = senses
        self.problems = problems
        self.sundays_worked: bool | None = None

    def sense(self, number: int) -> Sense:
        return self.senses[number] if number < OTHER else Sense.UNKNOWN

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

    def judge_across_parts(self) -> None:
        """Close days on which a word runs down over a table cut in two: SUND above, AY below."""
        if len(self.parts) < 2:
            return
        days: dict[date, list[tuple[Part, int]]] = {}
        for part in self.parts:
            for place in part.kinds:
                on = part.on(place)
                if on is not None:
                    days.setdefault(on, []).append((part, place))
        for places in days.values():
            open_parts = [p for p, place in places if p.verdicts[place] is not Verdict.CLOSED]
            if len(places) < 2 or not open_parts:
                continue
            filled = [
                c
                for part, place in places
                for line in part.lines
                if (c := line.codes[place]) and self.sense(c) is not Sense.DASH
            ]
            if Sense.UNKNOWN not in map(self.sense, filled):
                continue
            texts = [self.symbols.text(code) for code in filled]
            if spells_a_closure(texts) or self.spells_a_word(filled, texts):
                for part, place in places:
                    part.verdicts[place] = Verdict.CLOSED

    def verdict(self, part: Part, place: int, codes: Sequence[int], senses: set[Sense]) -> Verdict:
        column = part.block.layout.days[place]
        if senses <= _ABSENCES and self.is_shut(part, place, codes, senses):
            return Verdict.CLOSED
        if senses <= CHILD:
            return Verdict.MARKS
        filled = [code for code in codes if code]
        if len(filled) >= 5 and not senses <= TIME_OFF:
            shut = sum(self.sense(code) in TIME_OFF for code in filled)
            if shut * 10 >= len(filled) * 9:
                # One mark among a column of holidays is a slip, and is reported as one.
                part.slips.add(place)
                off = senses - CHILD - {Sense.UNKNOWN} <= OFF
                return Verdict.CLOSED if off else Verdict.HOLIDAY
        texts = [self.symbols.text(code) for code in filled]
        if Sense.UNKNOWN in senses:
            written = [code for code in filled if self.sense(code) is not Sense.DASH]
            letters = [self.symbols.text(code) for code in written]
            if spells_a_closure(letters):
                return Verdict.CLOSED
            if self.spells_a_word(written, letters):
                word = "".join(letters)
                self.problems.add(
                    part.lines[0].row, column_letter(column.index), "spelled", text=quoted(word)
                )
                return Verdict.CLOSED
            if all(
                names_a_closure(text) or self.sense(c) in TIME_OFF
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
        if senses <= OFF:
            return Verdict.CLOSED
        if senses <= TIME_OFF:
            if len(filled) == 1 and len(codes) >= 3:
                # A word written once stands for the day; a letter stands for its child.
                return Verdict.CLOSED if names_a_closure(texts[0]) else Verdict.MARKS
            only_letters = not any(s in senses for s in (Sense.HOLIDAY, Sense.HOLIDAY_LETTER, *OFF))
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
                self.sense(line.codes[place]) in HERE
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
                if not others & CHILD:
                    part.verdicts[place] = Verdict.CLOSED
            if not names_a_closure(text) and sense_of(text) not in TIME_OFF:
                letter = column_letter(layout.days[columns[0]].index)
                self.problems.add(rows[0], letter, "note_in_column", text=quoted(text))
            return
        code = self.symbols[text]
        while len(self.senses) < len(self.symbols.senses):
            self.senses.append(self.symbols.senses[len(self.senses)])
        if self.sense(code) in CHILD:
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


def _is_sunday(on: date | None, column: DayColumn) -> bool:
    return on.weekday() == 6 if on is not None else column.weekdays == {6}
