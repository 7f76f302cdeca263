"""The table of a sheet that is open: its columns, and the rows of children taken into it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from aanchal.lib.indic.folding import fold
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheet import Range, Sheet
from aanchal.lib.tabular.texts import Cell, column_letter, is_empty, quoted, shown

from .blocks import Block, Closure, Line, filled_down
from .foot import is_one_word
from .head import Layout
from .head_questions import say_how_days_were_read, settle_days
from .headers import Row, later_days
from .labels import Field
from .marks import Sense, key_in, legend_in, names_a_closure
from .months import MonthSeen, month_in
from .problems import Problems
from .row_words import is_name_like, letter_of
from .sums import sum_columns, sums_of
from .symbols import Symbols
from .titles import Title, line_of

# A mobile number of India, with or without what is dialled before it. The sum of a column is longer.
_PHONE = re.compile(r"(?:\+?91|0)?[ -]?[6-9]\d{4}[ -]?\d{5}")


class OpenBlock:
    """The block that rows are being read into, and those closed before it.

    Args:
        sheet: the sheet; its rows are read once.
        limits: rows and pupils beyond them refuse the file.
        problems: where a row's problem is noted.
        names: what the sheet's and the file's names say.
    """

    def __init__(
        self, sheet: Sheet, *, limits: Limits, problems: Problems, names: Sequence[Title] = ()
    ) -> None:
        self.sheet = sheet
        self.names = names
        self.limits = limits
        self.problems = problems
        self.symbols = Symbols()
        self.blocks: list[Block] = []
        self.pupils = 0
        self.head_lines: list[str] = []
        self.by_month: dict[tuple[MonthSeen, int], Block] = {}
        self.told_month = ("", "")  # the month and year of the last row that names one

    last: Line | None
    unsure: list[tuple[Line, str]]  # a line, and what is said where no child follows it
    words: list[int]  # rows of a word of the foot with nothing beside it
    name_at: int | None
    tall: dict[int, int]  # first row of a name merged downward -> its last row

    def start_block(
        self, title: Title, layout: Layout, rows: Sequence[Row], *, is_new_head: bool = True
    ) -> None:
        if is_new_head:
            layout.sums = self.sums_in(layout, rows)
            settle_days(layout, title, self.sheet.survey, self.names, self.problems)
        if self.blocks:
            self.settle_unsure()
        self.block = Block(title, layout, legend=dict(title.legend))
        self.blocks.append(self.block)
        self.layout = layout
        self.last = None
        self.key = ("", "", "", "")
        self.reaches = 0  # the last row of a child whose name is merged over several
        self.unsure = []
        self.words = []
        self.columns = [column.index for column in layout.days]
        self.place = {index: place for place, index in enumerate(self.columns)}
        self.days_of = _cells_at(self.columns)
        fields = layout.fields
        self.name_at = fields.get(Field.NAME, fields.get(Field.OWN_NAME))
        self.family_at = fields.get(Field.FAMILY_NAME)
        self.roll_at = fields.get(Field.ROLL)
        self.serial_at = fields.get(Field.SERIAL)
        self.other_at = [
            (attribute, fields[which])
            for attribute, which in _ATTRIBUTES.items()
            if which in fields and fields[which] != self.name_at
        ]
        self.month_at = fields.get(Field.MONTH)
        self.year_at = fields.get(Field.YEAR)
        self.key_at = (
            [fields.get(which, -1) for which in _KEY] if any(w in fields for w in _KEY) else []
        )
        self.needed = (
            max([*self.columns, *fields.values(), *(i for c in layout.days for i in c.others)]) + 1
        )
        self.head_lines += layout.lines
        self.others = max((len(column.others) for column in layout.days), default=0)
        self.has_sessions = self.others > 0
        if layout.periods:
            self.problems.assume(layout.last_row, None, "periods_joined")
        elif self.has_sessions:
            self.problems.assume(layout.last_row, None, "two_sessions")
        if is_new_head:
            say_how_days_were_read(layout, self.problems)
        beside = max(self.columns) + 1
        for _, row in rows:
            if len(row) > beside:  # a key of marks beside the rows
                self.block.legend |= key_in(row[beside:]) | legend_in(line_of(row[beside:]))
        for number, row in rows:
            if layout.first_row <= number <= layout.last_row:
                again = later_days(row, layout)
                if again is not None:
                    self.problems.add(number, column_letter(again), "days_again")
                    break
        if self.name_at is None and self.roll_at is None:
            self.guess_name(rows)

    @staticmethod
    def sums_in(layout: Layout, rows: Sequence[Row]) -> tuple[int, int] | None:
        last = max((column.index for column in layout.days), default=0)
        heads = (row for number, row in rows if layout.first_row <= number <= layout.last_row)
        return next((found for row in heads if (found := sum_columns(row, last))), None)

    def guess_name(self, rows: Sequence[Row]) -> None:
        """Without a word above it, the column of names is the one of words left of the days."""
        below = [row for number, row in rows if number > self.layout.last_row]
        taken = set(self.layout.fields.values())
        best, most = None, 0
        for index in range(self.columns[0]):
            if index in taken:
                continue
            words = sum(
                1 for row in below
                if index < len(row) and isinstance(row[index], str) and sum(c.isalpha() for c in shown(row[index])) > 2
            )  # fmt: skip
            if words > most:
                best, most = index, words
        self.name_at = best
        if best and self.serial_at is None:
            left = [shown(row[best - 1]) for row in below if best - 1 < len(row)]
            if sum(text.isdigit() for text in left) * 2 > len(left):
                self.serial_at = best - 1

    def settle_unsure(self) -> None:
        """Lines of a name without a mark, below the last child: hers where more stands in them, else said."""
        for line, code in self.unsure:
            if code == "sum_or_child":
                self.problems.add(line.row, letter_of(self.name_at), code)
                continue
            follows = self.last is not None and line.row == self.last.row + 1
            # Where an empty cell is a mark, any word may be the name of a child who has no other.
            is_word = "" in self.block.legend and is_one_word(line.name)
            if not follows or not (is_name_like(line.name) or is_word):
                break
            if not code:
                self.block.lines.append(line)
                self.pupils += 1
                self.last = line
            else:
                self.problems.add(line.row, letter_of(self.name_at), code)
        self.unsure = []
        for row in self.words if "" in self.block.legend else ():
            # Where an empty cell is a mark, a child may have nothing beside her name.
            self.problems.add(row, letter_of(self.name_at), "word_alone")
        self.words = []

    def settle_words(self) -> None:
        """Words of the foot above a head printed again are no children, though others follow."""
        for line, code in self.unsure:
            if code == "sum_or_child":
                self.problems.add(line.row, letter_of(self.name_at), code)
        self.unsure = [one for one in self.unsure if one[1] != "sum_or_child"]

    def has_phone(self, row: Sequence[Cell]) -> bool:
        """True where the row has a telephone number in its column: it is somebody's."""
        at = self.layout.fields.get(Field.PHONE)
        return at is not None and _PHONE.fullmatch(shown(row[at])) is not None

    def admission_of(self, row: Sequence[Cell]) -> str:
        for which in (Field.ADMISSION, Field.STATE_ID):
            if which in self.layout.fields:
                return shown(row[self.layout.fields[which]])
        return ""

    def add(
        self, number: int, row: Sequence[Cell], roll: str, serial: str, name: str, codes: bytes
    ) -> None:
        for line, _ in self.unsure:
            self.block.lines.append(line)
        self.unsure.clear()
        if self.month_at is not None and not any(column.month for column in self.layout.days):
            self.turn_to_month(shown(row[self.month_at]), row)
        self.last = self.line(number, row, roll, serial, name, codes)
        self.block.lines.append(self.last)
        self.reaches = self.tall.get(number, 0)
        self.pupils += 1
        if number in self.sheet.survey.hidden_rows:
            self.problems.add(number, None, "hidden_row")
        if self.pupils > self.limits.pupils:
            raise Unreadable(
                "too_many_pupils",
                N_(
                    "The file holds more than %(limit)d children. Send one file for each block or month."
                ),
                limit=self.limits.pupils,
            )

    def turn_to_month(self, text: str, row: Sequence[Cell]) -> None:
        """Go on in the block of the month that a row names; a row that names none is of the last."""
        year = shown(row[self.year_at]) if self.year_at is not None else ""
        told = (text, year)
        if not text or told == self.told_month:
            return
        self.told_month = told
        seen = month_in(fold(f"month: {text} {year}"), loose=True)
        if seen.month is None:
            return
        old = self.block.title
        if not (seen.year or seen.session):
            seen = seen._replace(year=old.month.year, session=old.month.session)
        month = seen._replace(strength=_TOLD_IN_ROWS)
        block = self.by_month.get((month, id(self.layout)))
        if block is None:
            title = replace(old, month=month, months=())
            if self.block.lines:
                at = self.name_at, self.serial_at
                self.start_block(title, self.layout, (), is_new_head=False)
                self.name_at, self.serial_at = at
            else:
                self.block.title = title
            block = self.by_month[month, id(self.layout)] = self.block
        self.block = block

    def line(
        self, number: int, row: Sequence[Cell], roll: str, serial: str, name: str, codes: bytes
    ) -> Line:
        line = Line(number, roll[:_NAME], name[:_NAME], codes, serial[:_NAME])
        for attribute, index in self.other_at:
            setattr(line, attribute, shown(row[index])[:_NAME])
        if self.layout.sums:
            line.sums = sums_of(row, self.layout.sums)
        if self.key_at:
            school, called, grade, section = self.key_at
            key = (
                shown(row[school]) if school >= 0 else "",
                shown(row[called]) if called >= 0 else "",
                shown(row[grade]) if grade >= 0 else "",
                shown(row[section]) if section >= 0 else "",
            )
            if "" in key:
                # A class written once, beside its first child, is the class of those below too.
                key = filled_down(key, self.key)
            line.key = self.key = key
        if self.others:
            for turn in range(self.others):
                later = bytes(
                    self.symbols[row[c.others[turn]]] if turn < len(c.others) else 0
                    for c in self.layout.days
                )
                line.codes = self.joined(line.codes, later)
        return line

    def joined(self, codes: bytes, later: bytes) -> bytes:
        """One mark from morning and afternoon: present in either is present."""
        merged = bytearray(codes)
        for place, second in enumerate(later):
            here = self.symbols.sense(second) in _HERE
            if not codes[place] or (here and self.symbols.sense(codes[place]) not in _HERE):
                merged[place] = second
        return bytes(merged)

    def apply_merges(
        self, number: int, row: Sequence[Cell], codes: bytes, merges: dict[int, list[Range]]
    ) -> bytes:
        """Spread a mark merged over days; set aside words merged over children."""
        ranges = merges.get(number - 1)
        if not ranges:
            return codes
        changed = bytearray(codes)
        for (top, left), (bottom, right) in ranges:
            covered = [place for index, place in self.place.items() if left <= index <= right]
            if not covered or left >= len(row):
                continue
            text = shown(row[left])
            if not text:
                continue
            if bottom > top:
                columns = range(covered[0], covered[-1] + 1)
                self.block.closures.append(Closure(columns, range(number, bottom + 2), text))
                changed[covered[0]] = 0
            elif len(covered) > 1:
                code = self.symbols[row[left]]
                sense = self.symbols.sense(code)
                if sense is Sense.UNKNOWN:
                    changed[covered[0]] = 0
                    if (
                        not names_a_closure(text)
                        and self.name_at is not None
                        and not is_empty(row[self.name_at])
                    ):
                        letter = column_letter(self.columns[covered[0]])
                        self.problems.add(number, letter, "across_days", text=quoted(text))
                else:
                    for place in covered:
                        changed[place] = code
        return bytes(changed)


_TOLD_IN_ROWS = 3  # as strong as a month after its label
_NAME = 200  # letters kept of a name or number
_HERE = (Sense.PRESENT, Sense.LATE, Sense.TICK, Sense.ONE)
_KEY = (Field.SCHOOL, Field.SCHOOL_NAME, Field.CLASS, Field.SECTION)
_ATTRIBUTES = {
    "admission": Field.ADMISSION,
    "state_id": Field.STATE_ID,
    "own_name": Field.OWN_NAME,
    "guardian": Field.GUARDIAN,
    "sex": Field.SEX,
    "village": Field.VILLAGE,
}


def _cells_at(columns: list[int]) -> Callable[[Sequence[Cell]], Sequence[Cell]]:
    if len(columns) == 1:
        only = columns[0]
        return lambda row: (row[only],)
    pick: Callable[[Any], Any] = itemgetter(*columns)
    return pick
