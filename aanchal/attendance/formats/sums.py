"""The sums that a register carries beside each child, held against her marks.

They tell what a doubtful mark stands for, and whether the marks are read the right way round. Sums that
fit neither way say nothing: many are of a year, or were never brought up to date.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from aanchal.lib.tabular.texts import Cell, fold, shown

from .blocks import Line
from .columns import Part, Verdict
from .foot import ABSENT, PRESENT
from .labels import Field, field_of
from .marks import Convention, Mark, Sense
from .problems import Problems

Sums = tuple[int, int]  # present, absent
_LEAST = 2  # children whose sums must speak
_HERE = (Sense.PRESENT, Sense.TICK, Sense.LATE)


def sum_columns(head: Sequence[Cell], last_day: int) -> tuple[int, int] | None:
    """The columns of a child's days present and absent, right of the days; None unless both are there."""
    found: dict[str, int] = {}
    for index, cell in enumerate(head[last_day + 1 :], last_day + 1):
        if not isinstance(cell, str) or field_of(cell) is not Field.SUM:
            continue
        text = fold(cell).strip(" .:")
        for name, words in (("absent", ABSENT), ("present", PRESENT)):
            if words.search(text):
                found.setdefault(name, index)
                break
    return (found["present"], found["absent"]) if len(found) == 2 else None


def sums_of(row: Sequence[Cell], columns: tuple[int, int]) -> Sums | None:
    """A child's days present and absent as her row sums them; None where either is no number."""
    texts = [shown(row[at]).removesuffix(".0") if at < len(row) else "" for at in columns]
    if not all(text.isdecimal() and len(text) <= 3 for text in texts):
        return None
    return int(texts[0]), int(texts[1])


class Tally:
    """What stands in each child's days, beside what her row says they sum to."""

    def __init__(self, parts: Sequence[Part], sense: Callable[[int], Sense]) -> None:
        self.children = list(_children(parts, sense)) if len(parts) == 1 else []

    def fits(self, present: Iterable[Sense], absent: Iterable[Sense]) -> int:
        """How many children's sums are met if these are the marks of presence and of absence."""
        here, away = tuple(present), tuple(absent)
        return sum(
            (sum(seen[s] for s in here), sum(seen[s] for s in away)) == sums
            for sums, seen in self.children
        )

    def settle_letters(self, senses: list[Sense], text: str, problems: Problems) -> None:
        """What L stands for where no key says so: late, if the sums count it among the present.

        Nobody is late on more days than she comes in time: such a child is away, and a sum that
        counts her as present would let nobody ask.
        """
        marked = [c for c in self.children if c[1][Sense.LEAVE_LETTER]]
        if not marked or any(_is_mostly_l(seen) for _sums, seen in marked):
            return
        sure = Tally((), lambda _: Sense.BLANK)
        sure.children = marked
        absent = (Sense.ABSENT, Sense.CROSS)
        late = sure.fits((*_HERE, Sense.LEAVE_LETTER), absent)
        leave = sure.fits(_HERE, absent) + sure.fits(_HERE, (*absent, Sense.LEAVE_LETTER))
        everywhere = self.fits((*_HERE, Sense.LEAVE_LETTER), absent)
        if late <= leave or everywhere * 10 < len(self.children) * 9:
            return  # sums that are wrong elsewhere may fit here by chance
        for number, sense in enumerate(senses):
            if sense is Sense.LEAVE_LETTER:
                senses[number] = Sense.LATE
        problems.assumed = [note for note in problems.assumed if note.code != "letter_as_leave"]
        problems.assume(None, None, "letter_as_late", text=text)

    def ones(self) -> str | None:
        """What 1 stands for beside 0: "present", "absent", or None where the sums do not tell."""
        came = self.fits((Sense.ONE,), (Sense.ZERO,))
        stayed = self.fits((Sense.ZERO,), (Sense.ONE,))
        if max(came, stayed) < _LEAST or abs(came - stayed) * 2 < len(self.children):
            return None
        return "present" if came > stayed else "absent"

    def are_turned(self, convention: Convention) -> bool:
        """True where the sums of most children are met only by the opposite reading."""
        by_mark: dict[Mark, list[Sense]] = {}
        for sense, mark in convention.marks.items():
            by_mark.setdefault(mark, []).append(sense)
        here = [*by_mark.get(Mark.PRESENT, ()), *by_mark.get(Mark.LATE, ())]
        away = by_mark.get(Mark.ABSENT, [])
        turned, agree = self.fits(away, here), self.fits(here, away)
        return turned >= _LEAST and turned * 10 >= len(self.children) * 6 and agree * 2 < turned


def _is_mostly_l(seen: Counter[Sense]) -> bool:
    return seen[Sense.LEAVE_LETTER] > sum(seen[sense] for sense in _HERE)


def _children(
    parts: Sequence[Part], sense: Callable[[int], Sense]
) -> Iterable[tuple[Sums, Counter[Sense]]]:
    for part in parts:
        if part.block.layout.sums is None or any(c.others for c in part.block.layout.days):
            continue
        held = [p for p, verdict in enumerate(part.verdicts) if verdict is Verdict.MARKS]
        for line in part.lines:
            if line.sums is not None and any(line.sums):
                yield line.sums, _seen(line, held, sense)


def _seen(line: Line, held: Sequence[int], sense: Callable[[int], Sense]) -> Counter[Sense]:
    return Counter(sense(line.codes[place]) for place in held)
