"""A block of lines for each person, as machines at the door print them: status, in, out, hours."""

import re
from collections.abc import Iterator, Sequence

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.sheet import Sheet
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .conventions import tells_of_marks
from .headers import Row, day_sequence
from .labels import Field, field_of
from .titles import line_of

_CODE = re.compile(
    r"(?:emp(?:loyee)?|student|pupil|user|person)?\.?\s*(?:code|id|no|number|roll no)\.?\s*:?$"
)
_NAME = re.compile(r"(?:emp(?:loyee)?|student|pupil|user|person)?\.?\s*name\s*:?$")
_STATUS = re.compile(r"(?:status|attendance|mark)\s*:?$")
_LEAST = 2
_NUMBERS = (Field.ROLL, Field.SERIAL, Field.ADMISSION, Field.STATE_ID)


class BlocksOfPerson:
    """Lines "Name: …", then "Status", "InTime", "OutTime" under days that stand once above all."""

    name = "blocks of lines"
    note = "blocks_read"

    def fit(self, ahead: Sequence[Row], sheet: Sheet) -> tuple[float, tuple[str, ...]]:
        """Fits where lines that name somebody go before lines that begin with the word status."""
        people = sum(_person(row) is not None for _, row in ahead)
        statuses = sum(_is_status(row) for _, row in ahead)
        if people < 1 or statuses < 1 or statuses > 2 * people or people > 2 * statuses:
            return 0.0, ()
        sure = 1.0 if min(people, statuses) >= _LEAST else 0.85
        return sure, ("a line names a person", "a line of statuses follows it")

    def rows(self, sheet: Sheet) -> Iterator[Sequence[Cell]]:
        """A row for each person where her statuses stand; every other line of a block is left out."""
        person: tuple[str, str] | None = None
        has_head = False
        for row in sheet.rows():
            found = _person(row)
            if found is not None:
                person = found
                yield []
            elif _is_status(row) and person is not None and has_head:
                at = next(i for i, cell in enumerate(row) if not is_empty(cell))
                yield ["", *person, *row[at + 1 :]]
            elif len(day_sequence(row)) >= _LEAST and not has_head:
                has_head = True
                at = day_sequence(row)[0][0]
                yield ["", "Roll No", "Name", *row[at:]]
            else:
                # A key of marks may stand below the last block.
                yield row if not has_head or tells_of_marks(line_of(row)) else []


def _is_status(row: Sequence[Cell]) -> bool:
    first = next((cell for cell in row if not is_empty(cell)), "")
    text = shown(first)
    is_status = _STATUS.match(fold(text)) is not None or field_of(text) is Field.STATUS
    return is_status and len(row) > _LEAST


def _person(row: Sequence[Cell]) -> tuple[str, str] | None:
    """(code, name) of a line that names somebody; None for any other."""
    cells = [shown(cell) for cell in row if not is_empty(cell)]
    if not 2 <= len(cells) <= 12:
        return None
    code = name = ""
    for place, cell in enumerate(cells):
        word, colon, rest = cell.partition(":")
        value = (
            rest.strip()
            if colon and rest.strip()
            else (cells[place + 1] if place + 1 < len(cells) else "")
        )
        if not colon:
            continue
        field = field_of(word)
        if _NAME.match(fold(word)) or field in (Field.NAME, Field.OWN_NAME):
            name = value
        elif _CODE.match(fold(word)) or field in _NUMBERS:
            code = value
    return (code, name) if name else None
