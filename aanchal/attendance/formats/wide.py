"""The wide form: a row for each child, a column for each day, as teachers keep it.

Rows are read once, top to bottom. A sheet may hold several tables (a class below another, a month cut
into two halves, a header printed again on each page); titles between them say what begins anew.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any
from unicodedata import category

from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Limits, Unreadable
from aanchal.lib.tabular.sheets import Range, Sheet
from aanchal.lib.tabular.texts import Cell, column_letter, fold, is_empty, quoted, shown

from .blocks import Block, Closure, Line, filled_down, merges_by_row, month_in_head
from .columns import CHILD
from .conventions import is_of_absences
from .foot import are_letters, closes, counts, is_one_word, may_be_child
from .head import Layout
from .head_questions import say_how_days_were_read, settle_days
from .headers import (
    Row,
    day_sequence,
    find_header,
    is_column_numbers,
    labels_of,
    later_days,
    names_someone,
    weekday_row,
)
from .labels import Field
from .lines import Kind, is_only_words_of_a_sum, is_signature, kind_of_line
from .marks import Sense, key_in, legend_in, names_a_closure, sense_of
from .problems import Problems
from .sums import day_sums, sum_columns, sums_of
from .symbols import Symbols
from .titles import Title, line_of, read_title, title_of_line


class Table:
    """Reads one sheet's tables into blocks; problems of single rows are noted on the way.

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

    def read(
        self, found: tuple[Layout, int], ahead: list[Row], numbered: Iterator[Row]
    ) -> list[Block]:
        """Read all rows: `found` is the first head among the rows `ahead`; the others follow."""
        layout, after = found
        above = [row for row in ahead if row[0] < layout.first_row]
        title = read_title(above).over(month_in_head(layout, ahead))
        self.start_block(title, layout, ahead)
        waiting: list[Row] = []
        merges = merges_by_row(self.sheet.merged)
        self.tall = {
            top + 1: bottom + 1
            for (top, left), (bottom, _) in self.sheet.merged
            if bottom > top and left == self.name_at
        }
        for row in _chain(ahead[after:], numbered):
            if row[0] > self.limits.rows and not self.sheet.is_text:
                self.problems.add(row[0], None, "cut_below", row=row[0] - 1)
                break
            self.take(row, waiting, merges)
        self.settle_unsure()
        return self.blocks

    def settle_unsure(self) -> None:
        """Lines of a name without a mark, below the last child: hers where more stands in them, else said."""
        for line, code in self.unsure:
            if code == "sum_or_child":
                self.problems.add(line.row, _letter(self.name_at), code)
                continue
            follows = self.last is not None and line.row == self.last.row + 1
            # Where an empty cell is a mark, any word may be the name of a child who has no other.
            is_word = "" in self.block.legend and is_one_word(line.name)
            if not follows or not (_is_name_like(line.name) or is_word):
                break
            if not code:
                self.block.lines.append(line)
                self.pupils += 1
                self.last = line
            else:
                self.problems.add(line.row, _letter(self.name_at), code)
        self.unsure = []
        for row in self.words if "" in self.block.legend else ():
            # Where an empty cell is a mark, a child may have nothing beside her name.
            self.problems.add(row, _letter(self.name_at), "word_alone")
        self.words = []

    def settle_words(self) -> None:
        """Words of the foot above a head printed again are no children, though others follow."""
        for line, code in self.unsure:
            if code == "sum_or_child":
                self.problems.add(line.row, _letter(self.name_at), code)
        self.unsure = [one for one in self.unsure if one[1] != "sum_or_child"]

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

    def take(self, numbered: Row, waiting: list[Row], merges: dict[int, list[Range]]) -> None:
        number, row = numbered
        if len(row) < self.needed:
            row = [*row, *[""] * (self.needed - len(row))]
        codes = bytes(map(self.symbols.__getitem__, self.days_of(row)))
        if merges:
            codes = self.apply_merges(number, row, codes, merges)
        name = shown(row[self.name_at]) if self.name_at is not None else ""
        if self.family_at is not None:
            name = f"{name} {shown(row[self.family_at])}".strip()
        roll = shown(row[self.roll_at]) if self.roll_at is not None else ""
        serial = shown(row[self.serial_at]) if self.serial_at is not None else ""
        if number <= self.reaches and self.last and not name and not roll and not serial:
            self.last.codes = self.joined(self.last.codes, codes)
            if not self.has_sessions:
                self.has_sessions = True
                self.problems.assume(number, None, "two_sessions")
            return
        if (
            name
            and (roll or serial)
            and not codes.translate(None, self.symbols.known)
            and _has_digit(roll or serial)
            and len(row) <= max(self.needed, self.layout.width)
            and not is_only_words_of_a_sum(name)
        ):
            if waiting:
                self.turn_page(waiting)
            self.add(number, row, roll, serial, name, codes)
            waiting.clear()
            return
        self.weigh(number, row, roll, serial, name, codes, waiting)

    def weigh(
        self,
        number: int,
        row: Sequence[Cell],
        roll: str,
        serial: str,
        name: str,
        codes: bytes,
        waiting: list[Row],
    ) -> None:
        """Decide what a row is that is not plainly a child's."""
        filled = codes.translate(None, b"\x00")
        if not filled and not any(not is_empty(cell) for cell in row):
            return
        if not filled and not name:
            self.note_legend(row)
        if self.is_head_again(number, row, waiting):
            return
        has_number = (
            _has_digit(roll) or _has_digit(serial) or _is_identifier(self.admission_of(row))
        )
        # "Class 7" or "August 2026" in the column of roll numbers begins another page.
        is_hers = name and (_has_digit(roll) or _is_identifier(self.admission_of(row)))
        if (
            not filled
            and not is_hers
            and self.is_title(row)
            and not self.is_month_of_name(row, name)
        ):
            self.note_legend(row)
            waiting.append((number, row))
            return
        marks = [self.symbols.sense(code) for code in filled]
        if marks.count(Sense.UNKNOWN) * 2 >= len(marks) > 1 and self.is_title_in_cells(row):
            waiting.append((number, row))
            return
        if self.counts_pupils(name, has_number, marks):
            self.problems.assume(number, None, "line_of_counts")
            waiting.append((number, row))
            return
        readable = sum(1 for sense in marks if sense is not Sense.UNKNOWN)
        words = line_of(row[: self.columns[0]]) or line_of(row)
        kind = kind_of_line(words)
        is_sum = is_only_words_of_a_sum(name or words)
        if kind:
            # A letter of a word written downwards over the class is none of her marks.
            marks = [self.symbols.sense(code) for code in filled if not self.is_letter(code)]
        if (
            kind
            and (not has_number or is_sum)
            and not self.is_child(name, kind, is_sum, has_number, marks)
        ):
            self.note_legend(row)
            if kind is Kind.SUM and not has_number:
                lines = len(self.block.lines)
                told = day_sums(words, self.days_of(row), self.block.sums, lines)
                if told is not None:
                    self.block.sums.append(told)
            self.pass_over(
                self.line(number, row, roll, serial, name, codes), kind, has_number, marks
            )
            waiting.append((number, row))
            return
        if not name and not roll and not _is_identifier(self.admission_of(row)):
            self.without_name(number, row, serial, marks, readable, waiting)
            return
        if self.is_shifted(number, row):
            self.add(number, row, roll, serial, name, bytes(len(codes)))
            return
        if name and not has_number and not filled:
            self.name_alone(number, row, name, codes, waiting)
            return
        if not name and not filled:
            if not has_number:
                waiting.append((number, row))  # a line of the next table's title: "Section: A"
            return  # else a number printed in advance
        if not name:
            self.problems.add(number, _letter(self.name_at), "name_missing")
        if (
            name
            and not has_number
            and not readable
            and (self.roll_at, self.serial_at) != (None, None)
        ):
            waiting.append((number, row))  # words run into the days: a note, not a child
            return
        self.turn_page(waiting)
        self.add(number, row, roll, serial, name, codes)
        waiting.clear()

    def is_letter(self, code: int) -> bool:
        """True for a single letter that is no mark."""
        text = self.symbols.text(code)
        return self.symbols.sense(code) is Sense.UNKNOWN and len(text) == 1 and text.isalpha()

    def is_child(
        self, name: str, kind: Kind, is_sum: bool, has_number: bool, marks: list[Sense]
    ) -> bool:
        """True for a child whose name is also a word of the foot: Seal, Date, Male, হাজিরা.

        Sums hold numbers and a teacher her own initials: letters of marks are a child's.
        """
        if not name or not are_letters(marks):
            return False
        if all(sense in (Sense.ONE, Sense.ZERO, Sense.UNKNOWN) for sense in marks):
            return has_number if is_sum else not (kind is Kind.SIGNATURE and is_signature(name))
        return has_number or not (closes(marks) or is_signature(name))

    def pass_over(self, line: Line, kind: Kind, has_number: bool, marks: list[Sense]) -> None:
        """Keep a line of the foot that may be a child's till another below her tells; name the others."""
        if may_be_child(line, marks):
            if counts(line, marks, self.block.lines, self.symbols.sense):
                self.problems.add(line.row, _letter(self.name_at), "sum_or_child")
            elif marks or has_number:
                self.unsure.append((line, "sum_or_child"))
            elif self.roll_at is None and self.serial_at is None:
                self.words.append(line.row)
        elif marks and kind is Kind.SUM:
            self.problems.assume(line.row, None, "line_of_sums")
        elif any(sense in CHILD for sense in marks):
            self.problems.assume(line.row, None, "line_of_foot")

    def counts_pupils(self, name: str, has_number: bool, marks: list[Sense]) -> bool:
        """True for a line of numbers without a child's own number, where children have letters."""
        return (
            bool(name)
            and bool(marks)
            and not has_number
            and all(sense in (Sense.ONE, Sense.ZERO, Sense.DASH) for sense in marks)
            and any(sense is not Sense.DASH for sense in marks)
            and self.last is not None
            and self.has_letters(self.last)
        )

    def has_letters(self, line: Line) -> bool:
        """True for a child whose marks are letters, most of them: one may be of a word written downwards."""
        marks = [
            sense for code in line.codes if (sense := self.symbols.sense(code)) is not Sense.BLANK
        ]
        return sum(sense in _WRITTEN for sense in marks) * 2 > len(marks)

    def turn_page(self, waiting: list[Row]) -> None:
        """Begin a new page where a line between children names another class or month."""
        lines = [row for row in waiting if self.is_title(row[1]) and _is_alone(row[1])]
        if not lines or not self.block.lines:
            return
        told, old = read_title(lines), self.block.title
        another = (told.grade or told.section) and (told.grade or old.grade, told.section) != (
            old.grade, old.section,
        )  # fmt: skip
        month = told.month.month if told.month.strength >= _TITLED else None
        if another or (month and month != old.month.month):
            row, cells = lines[-1]
            about = line_of(cells)[:40]
            new = [told.grade or "", told.section or "", str(month or "")]
            was = [old.grade or "", old.section or "", str(old.month.month or "")]
            names = [" ".join(filter(None, words)) for words in (new, was)]
            if names[0] and names[1] and names[0] != names[1]:
                said = self.problems.choose("class_line", about, names, rows=[row])
                if said == names[1]:
                    return
            at = self.name_at, self.serial_at
            self.start_block(told.over(old), self.layout, (), is_new_head=False)
            self.name_at, self.serial_at = at

    def without_name(
        self,
        number: int,
        row: Sequence[Cell],
        serial: str,
        marks: list[Sense],
        readable: int,
        waiting: list[Row],
    ) -> None:
        if are_letters(marks) and readable * 2 > len(marks) and not closes(marks):
            if serial and _has_digit(serial):
                self.problems.add(number, _letter(self.name_at), "name_missing")
                codes = bytes(map(self.symbols.__getitem__, self.days_of(row)))
                self.add(number, row, "", serial, "", codes)
                return
            self.problems.add(number, None, "marks_without_child")
            return
        self.note_legend(row)
        waiting.append((number, row))

    def name_alone(
        self, number: int, row: Sequence[Cell], name: str, codes: bytes, waiting: list[Row]
    ) -> None:
        if self.note_legend(row):
            waiting.append((number, row))  # a line of the key, such as "L = Late"
            return
        if self.roll_at is None and self.serial_at is None:
            # Only a later child below makes this a child and not a line of the foot.
            beside = [c for i, c in enumerate(row[: self.columns[0]]) if i != self.name_at]
            code = "" if any(not is_empty(cell) for cell in beside) else "name_alone"
            self.unsure.append((self.line(number, row, "", "", name, codes), code))
            waiting.append((number, row))
            return
        if self.last and self.last.row == number - 1 and _is_name_like(name) and not waiting:
            self.last.name = f"{self.last.name} {name}".strip()
            self.problems.add(number, _letter(self.name_at), "second_line", other=self.last.row)
            return
        waiting.append((number, row))

    def note_legend(self, row: Sequence[Cell]) -> bool:
        """Keep what a line says of the marks; False when it says nothing of them."""
        words = line_of(row)
        found = legend_in(words) | key_in(row)
        self.block.legend |= found
        title = self.block.title
        if is_of_absences(folded := fold(words)) and folded not in title.text:
            self.block.title = replace(title, text=f"{title.text} ¦ {folded}")
            return True
        return bool(found)

    def admission_of(self, row: Sequence[Cell]) -> str:
        for which in (Field.ADMISSION, Field.STATE_ID):
            if which in self.layout.fields:
                return shown(row[self.layout.fields[which]])
        return ""

    def is_head_again(self, number: int, row: Sequence[Cell], waiting: list[Row]) -> bool:
        """A head printed again, its line of weekdays, or the head of a new table."""
        # Words among the marks ("No", "P") are marks, not the words of a head.
        labels = labels_of(["" if index in self.place else cell for index, cell in enumerate(row)])
        days = day_sequence(row)
        is_head = (len(days) >= 5 or (len(days) >= 2 and names_someone(labels))) and not (
            self.is_sum(row, days) or self.is_child_with_sums(row, labels, days)
        )
        if is_head or (names_someone(labels) and len(labels) >= 2 and not days):
            near: list[Row] = [line for line in waiting[-3:] if not self.is_line_of_sums(line[1])]
            near.append((number, row))
            found = find_header(near)
            if found is None:
                waiting.append((number, row))
                return True
            self.settle_words()
            layout = found[0]
            if layout.fields.get(Field.CLASS, -1) == self.layout.castes_at:
                del layout.fields[Field.CLASS]
                layout.castes_at = self.layout.castes_at
            layout.add_corrected(self.layout)
            above = [line for line in waiting if line[0] < layout.first_row]
            title = read_title(above).over(month_in_head(layout, near))
            if not layout.fields:
                layout.fields = self.layout.fields
            if title.says_which() or not layout.same_columns(self.layout):
                if not set(layout.fields) & {Field.NAME, Field.ROLL, Field.SERIAL}:
                    layout.fields = self.layout.fields | layout.fields
                self.start_block(title.over(self.block.title), layout, [(number, row)])
            waiting.clear()
            return True
        return bool(
            weekday_row(row, [(index, None) for index in self.columns])
            and not _has_digit(line_of(row[: self.columns[0]]))
        ) or is_column_numbers(row)

    def is_title(self, row: Sequence[Cell]) -> bool:
        title = title_of_line(line_of(row))
        return title.says_which() or title.school_name is not None

    def is_month_of_name(self, row: Sequence[Cell], name: str) -> bool:
        """True for one word in the column of names that is a month's and a child's name too: July."""
        if not is_one_word(name) or sum(not is_empty(cell) for cell in row) > 1:
            return False
        title = title_of_line(name)
        return title.month.strength < _TITLED and not (title.school or title.grade or title.section)

    def is_title_in_cells(self, row: Sequence[Cell]) -> bool:
        """A title whose cells stand above the days: "Class", "VI", "Month", "July"."""
        title = title_of_line(line_of(row))
        told = (title.school, title.grade, title.section, title.month.month)
        return sum(one is not None for one in told) >= 2

    def is_sum(self, row: Sequence[Cell], days: Sequence[tuple[int, object]]) -> bool:
        """True when rising numbers stand beside a sum's words, not beside the words of a head."""
        words = line_of(row[: days[0][0]]) if days else ""
        return bool(words) and not names_someone(labels_of(row)) and kind_of_line(words) is Kind.SUM

    def is_line_of_sums(self, row: Sequence[Cell]) -> bool:
        """True for a line that was passed over as sums: whatever its numbers look like, no head."""
        words = line_of(row[: self.columns[0]])
        return kind_of_line(words) is Kind.SUM and not names_someone(labels_of(row))

    def is_child_with_sums(
        self, row: Sequence[Cell], labels: dict[Field, int], days: Sequence[tuple[int, object]]
    ) -> bool:
        """True when rising numbers stand beside a name, most of them not where the days stand: her sums."""
        if labels or self.name_at is None or not _is_name_like(shown(row[self.name_at])):
            return False
        return sum(index in self.place for index, _ in days) * 2 < len(days)

    def is_shifted(self, number: int, row: Sequence[Cell]) -> bool:
        extra = [cell for cell in row[self.layout.width :] if not is_empty(cell)]
        if key_in(row[self.layout.width :]) or legend_in(line_of(extra)):
            return False  # the key of marks, beside the rows
        if not (extra and self.sheet.is_text and len(row) > self.layout.width):
            return False
        self.problems.add(number, None, "row_shifted", found=len(row), expected=self.layout.width)
        return True

    def add(
        self, number: int, row: Sequence[Cell], roll: str, serial: str, name: str, codes: bytes
    ) -> None:
        for line, _ in self.unsure:
            self.block.lines.append(line)
        self.unsure.clear()
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


_SAYS_MORE = re.compile(r"[:=]|\s\S+\s")
_TITLED = 2  # strength of a month that begins a page: one with its year, or after its word
_NAME = 200  # letters kept of a name or number
_WRITTEN = (Sense.PRESENT, Sense.ABSENT, Sense.TICK, Sense.CROSS)  # marks that are no numbers
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


def _letter(index: int | None) -> str | None:
    return None if index is None else column_letter(index)


def _is_identifier(text: str) -> bool:
    """True for a number that a school or a state gives a child: 2384, EDU-STU-2026-00008."""
    return any(map(str.isdigit, text)) and not any(map(str.isspace, text))


def _has_digit(text: str) -> bool:
    """True for what may be a number of a child: 7, ०७, A-12; not for a line with a year in it."""
    return text.isdigit() or (
        len(text) <= 16 and any(letter.isdigit() for letter in text) and not _SAYS_MORE.search(text)
    )


def _is_alone(row: Sequence[Cell]) -> bool:
    """True for a line with little else in it than a title."""
    return sum(not is_empty(cell) for cell in row) <= 4


def _is_name_like(text: str) -> bool:
    # The signs of vowels are letters too: half of बिरसा देवी.
    letters = sum(category(letter)[0] in "LM" for letter in text)
    return (
        letters >= 2
        and len(text) <= 40
        and letters * 2 > len(text)
        and sense_of(text) is Sense.UNKNOWN
    )


def _chain(first: Iterable[Row], then: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from then
