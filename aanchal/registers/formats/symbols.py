"""Marks as they stand in cells, each different one known by a byte until its page is understood.

A page is understood only at its end (is 0 an absence here? is this column a holiday?), so a row is
kept as one byte a cell. That is also what keeps a file of a hundred thousand rows small in memory.
"""

from aanchal.lib.tabular.texts import Cell, shown

from .marks import Sense, sense_of

OTHER = 255  # every further text, once 254 different ones have been met
_KEPT = 40


class Symbols(dict[Cell, int]):
    """Cell -> its byte. 0 is an empty cell; asking for a new cell gives it the next byte."""

    def __init__(self) -> None:
        super().__init__()
        self.senses: list[Sense] = [Sense.BLANK]
        self.texts: list[str] = [""]
        self._by_text: dict[str, int] = {"": 0}
        self.known = bytes([0])  # bytes whose sense is a mark of some kind
        self[""] = self[None] = 0

    def __missing__(self, cell: Cell) -> int:
        text = shown(cell)[:_KEPT]
        number = self._by_text.get(text)
        if number is None:
            if len(self.senses) >= OTHER:
                return OTHER
            sense = sense_of(cell)
            if sense is Sense.BLANK:
                number = 0
            else:
                number = len(self.senses)
                self.senses.append(sense)
                self.texts.append(text)
                if sense is not Sense.UNKNOWN:
                    self.known += bytes([number])
            self._by_text[text] = number
        if len(self) < 4 * OTHER and (not isinstance(cell, str) or len(cell) <= _KEPT):
            self[cell] = number
        return number

    def text(self, number: int) -> str:
        return self.texts[number] if number < len(self.texts) else "…"

    def sense(self, number: int) -> Sense:
        return self.senses[number] if number < len(self.senses) else Sense.UNKNOWN
