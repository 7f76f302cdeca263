"""The long form with a column for each mark: Present, Absent, Late, each yes or no."""

from collections.abc import Sequence
from dataclasses import dataclass

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import Cell, is_empty, shown

from .marks import Sense, sense_of

_FLAGS: dict[Mark, str] = {
    Mark.LATE: "late|is late|tardy|late coming|came late|present late|विलंब|देर से|দেরি|বিলম্ব",
    Mark.LEAVE: "leave|on leave|excused|absent excused|excused absent|excused absence|absent (excused)|sick|"
    "medical leave|अवकाश|छुट्टी|অসুস্থ|ছুটি",
    Mark.ABSENT: "absent|is absent|absent unexcused|unexcused|unexcused absence|absent (unexcused)|"
    "was absent|absent today|अनुपस्थित|गैरहाजिर|অনুপস্থিত|গরহাজির",
    Mark.PRESENT: "present|is present|ispresent|was present|present today|attended|उपस्थित|हाजिर|উপস্থিত|হাজির",
    Mark.HOLIDAY: "holiday|is holiday",
}
FLAGS = {fold(word): mark for mark, words in _FLAGS.items() for word in words.split("|")}
_WORD = {
    Mark.PRESENT: "present", Mark.ABSENT: "absent", Mark.LEAVE: "leave", Mark.LATE: "late",
    Mark.HOLIDAY: "holiday", Mark.NOT_TAKEN: "",
}  # fmt: skip
_YES = (Sense.PRESENT, Sense.ONE, Sense.TICK)
_NO = (Sense.ABSENT, Sense.ZERO, Sense.DASH)


def flags_in(head: Sequence[Cell]) -> dict[int, Mark]:
    """Column -> the mark it stands for, of the heads that are marks; the first of each mark."""
    found: dict[int, Mark] = {}
    for index, cell in enumerate(head):
        mark = _mark_of(cell) if isinstance(cell, str) else None
        if mark is not None and mark not in found.values():
            found[index] = mark
    return found


def _mark_of(head: str) -> Mark | None:
    """The mark of a head, also where its translation stands beside it: Leave / छुट्टी."""
    own = FLAGS.get(fold(head).strip(" .?:"))
    one, slash, other = head.partition("/")
    if own is not None or not slash or one.isascii() == other.isascii():
        return own
    marks = {FLAGS.get(fold(half).strip(" .?:")) for half in (one, other)} - {None}
    return marks.pop() if len(marks) == 1 else None


@dataclass(slots=True)
class Flags:
    """The flag columns of a table, and how its rows write yes and no.

    `empty_is` is what an empty cell in the only column stands for, as a person said.
    """

    columns: dict[int, Mark]
    cross_is_yes: bool = True
    empty_is_no: bool = True
    empty_is: Mark | None = None

    @classmethod
    def of(cls, columns: dict[int, Mark], rows: Sequence[Sequence[Cell]]) -> "Flags":
        """Learn from some rows whether x means yes, and whether an empty cell means no."""
        senses = {
            sense_of(row[index]) for row in rows for index in columns if index < len(row)
        }  # fmt: skip
        return cls(columns, Sense.TICK not in senses, not senses & set(_NO))

    @property
    def asks_of_empty(self) -> bool:
        """True where one column alone is filled for some and empty for the others."""
        return len(self.columns) == 1 and self.empty_is_no

    def status(self, row: Sequence[Cell]) -> Cell:
        """The status of a row as a word; the cell itself where it is neither yes nor no."""
        said: list[Mark] = []
        denied = 0
        for index, mark in self.columns.items():
            cell = row[index]
            if is_empty(cell):
                denied += self.empty_is_no and len(self.columns) > 1
                continue
            sense = sense_of(cell)
            if sense in _YES or (sense is Sense.CROSS and self.cross_is_yes):
                said.append(mark)
            elif sense in _NO or sense is Sense.CROSS:
                denied += 1
            else:
                return shown(cell)
        if not said and not denied and len(self.columns) == 1:
            return _WORD[self.empty_is] if self.empty_is is not None else ""
        return self._word(said, denied)

    def _word(self, said: list[Mark], denied: int) -> str:
        marks = set(said)
        if Mark.LATE in marks and marks <= {Mark.LATE, Mark.PRESENT}:
            return _WORD[Mark.LATE]
        if Mark.LEAVE in marks and marks <= {Mark.LEAVE, Mark.ABSENT}:
            return _WORD[Mark.LEAVE]
        if len(marks) == 1:
            return _WORD[said[0]]
        if marks:
            return "+".join(_WORD[mark] for mark in said)
        if not denied:
            return ""
        known = set(self.columns.values())
        if Mark.PRESENT not in known and Mark.ABSENT in known:
            return _WORD[Mark.PRESENT]
        if Mark.ABSENT not in known and Mark.PRESENT in known:
            return _WORD[Mark.ABSENT]
        return ""
