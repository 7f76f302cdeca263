"""The children of a page, each once: rows of one child joined, doubtful doubles said."""

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.texts import column_letter

from .blocks import Line
from .columns import Part
from .identifiers import is_aadhaar
from .identity import Month, shown_month
from .labels import Field
from .pages import PupilRow
from .problems import Problems


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
    plain = fold(text).strip(" .'")
    if plain.endswith(".0"):
        plain = plain[:-2]
    if plain.isdigit() and len(plain) <= 20:
        return str(int(plain))
    return text.strip()[:40] or None


def _roll_letter(part: Part) -> str | None:
    column = part.block.layout.fields.get(Field.ROLL)
    return None if column is None else column_letter(column)
