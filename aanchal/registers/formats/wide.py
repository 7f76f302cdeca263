"""The wide form: a row for each child, a column for each day, as teachers keep it.

Rows are read once, top to bottom. A sheet may hold several tables (a class below another, a month cut
into two halves, a header printed again on each page); titles between them say what begins anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.sheet import Range
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .blocks import Block, Line, merges_by_row, month_in_head
from .columns import CHILD
from .conventions import is_of_absences
from .foot import are_letters, closes, counts, is_one_word, may_be_child
from .head import Layout
from .headers import (
    Row,
    day_sequence,
    find_header,
    is_column_numbers,
    labels_of,
    names_someone,
    weekday_row,
)
from .labels import Field
from .lines import Kind, is_only_words_of_a_sum, is_signature, kind_of_line
from .marks import Sense, key_in, legend_in
from .open_block import OpenBlock
from .row_words import has_digit, is_alone, is_identifier, is_name_like, letter_of
from .sums import day_sums
from .titles import line_of, read_title, title_of_line


class Table(OpenBlock):
    """Reads one sheet's tables into blocks; problems of single rows are noted on the way."""

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
            and has_digit(roll or serial)
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
            has_digit(roll)
            or has_digit(serial)
            or is_identifier(self.admission_of(row))
            or self.has_phone(row)
        )
        # "Class 7" or "August 2026" in the column of roll numbers begins another page.
        is_hers = name and (has_digit(roll) or is_identifier(self.admission_of(row)))
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
        if not name and not roll and not is_identifier(self.admission_of(row)):
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
            self.problems.add(number, letter_of(self.name_at), "name_missing")
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
                self.problems.add(line.row, letter_of(self.name_at), "sum_or_child")
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
        lines = [row for row in waiting if self.is_title(row[1]) and is_alone(row[1])]
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
            if serial and has_digit(serial):
                self.problems.add(number, letter_of(self.name_at), "name_missing")
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
        if self.last and self.last.row == number - 1 and is_name_like(name) and not waiting:
            self.last.name = f"{self.last.name} {name}".strip()
            self.problems.add(number, letter_of(self.name_at), "second_line", other=self.last.row)
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
            and not has_digit(line_of(row[: self.columns[0]]))
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
        if labels or self.name_at is None or not is_name_like(shown(row[self.name_at])):
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


_TITLED = 2  # strength of a month that begins a page: one with its year, or after its word
_WRITTEN = (Sense.PRESENT, Sense.ABSENT, Sense.TICK, Sense.CROSS)  # marks that are no numbers


def _chain(first: Iterable[Row], then: Iterable[Row]) -> Iterator[Row]:
    yield from first
    yield from then
