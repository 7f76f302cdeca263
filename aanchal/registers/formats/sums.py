"""The sums that a register carries beside each child, held against her marks.

They tell what a doubtful mark stands for, and whether the marks are read the right way round. Sums that
fit neither way say nothing: many are of a year, or were never brought up to date.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from aanchal.lib.indic.folding import fold
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import Cell, shown

from .blocks import DaySums, Line
from .columns import Part, Verdict
from .foot import ABSENT, PRESENT
from .labels import Field, field_of
from .lines import is_only_words_of_a_sum
from .marks import Convention, Sense
from .problems import Problems

Sums = tuple[int | None, int | None]  # present, absent; None where it is not said
_LEAST = 2  # children whose sums must speak
_LEAST_DIFFER = 3
_LEAST_DAYS = 3
_MORE = 10  # days that sums may have more than were marked and still be of these days
_DIGITS = 3
_HALVES = (
    ("boys", re.compile(fold("boy|male(?<!female)|बालक|लड़के|छात्र(?!ा)|বালক|ছেলে|ছাত্র(?!ী)"))),
    ("girls", re.compile(fold("girl|female|बालिका|लड़कि|छात्रा|বালিকা|মেয়ে|ছাত্রী"))),
)
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


def sums_of(row: Sequence[Cell], columns: tuple[int, int]) -> tuple[int, int] | None:
    """A child's days present and absent as her row sums them; None where either is no number."""
    texts = [shown(row[at]).removesuffix(".0") if at < len(row) else "" for at in columns]
    if not all(text.isdecimal() and len(text) <= 3 for text in texts):
        return None
    return int(texts[0]), int(texts[1])


def day_sums(
    words: str, cells: Sequence[Cell], above: Sequence[DaySums], children: int
) -> DaySums | None:
    """What a line of sums says of each day; None where its words name neither presence nor absence.

    `cells` are those under the days, `above` the sums read before, `children` those read till here.
    """
    text = fold(words).strip(" .:=-")
    is_absent = ABSENT.search(text) is not None
    if not is_absent and not PRESENT.search(text):
        return None
    texts = [shown(cell).removesuffix(".0") for cell in cells]
    counts = {
        place: int(text)
        for place, text in enumerate(texts)
        if text.isdecimal() and len(text) <= _DIGITS
    }
    if len(counts) < _LEAST_DAYS:
        return None
    half = next((name for name, words in _HALVES if words.search(text)), "")
    before = [one.lines.stop for one in above if one.lines.stop < children]
    return DaySums(is_absent, half, counts, range(max(before, default=0), children))


class Tally:
    """What was marked, beside what the file itself says it sums to: each child's row, or each day's."""

    def __init__(self, parts: Sequence[Part], sense: Callable[[int], Sense]) -> None:
        self.children = _children(parts, sense) or list(_days(parts, sense))

    def fits(self, present: Iterable[Sense], absent: Iterable[Sense]) -> int:
        """How many sums are met if these are the marks of presence and of absence."""
        here, away = tuple(present), tuple(absent)
        return sum(
            any(
                _is_met(sums, sum(seen[s] for s in here), sum(seen[s] for s in away))
                for seen in counted
            )
            for sums, counted in self.children
        )

    def letters(self) -> str | None:
        """What L stands for: "late" or "leave", or None where the sums do not tell.

        Nobody is late on more days than she comes in time: such a child is away, and a sum that
        counts her as present would let nobody ask. Where a mark beside an L is not known, the sum may count
        that one and not the L.
        """
        marked = [
            (sums, counted)
            for sums, counted in self.children
            if counted[0][Sense.LEAVE_LETTER] and not any(seen[Sense.UNKNOWN] for seen in counted)
        ]
        if not marked:
            return None
        sure = Tally((), lambda _: Sense.BLANK)
        sure.children = marked
        absent = (Sense.ABSENT, Sense.CROSS)
        late = sure.fits((*_HERE, Sense.LEAVE_LETTER), absent)
        leave = sure.fits(_HERE, absent) + sure.fits(_HERE, (*absent, Sense.LEAVE_LETTER))
        if late > leave:
            if any(_is_mostly_l(counted[0]) for _sums, counted in marked):
                return None
            everywhere = self.fits((*_HERE, Sense.LEAVE_LETTER), absent)
        else:
            everywhere = max(
                self.fits(_HERE, absent), self.fits(_HERE, (*absent, Sense.LEAVE_LETTER))
            )
        # Sums that are wrong elsewhere may fit here by chance.
        if late == leave or everywhere * 10 < len(self.children) * 9:
            return None
        return "late" if late > leave else "leave"

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

    def ask_of_difference(self, convention: Convention, empty: Mark, problems: Problems) -> bool:
        """Ask where the sums say another thing of most than was read; True where nothing is to go in.

        Sums that may not be of these days, such as those of a year, ask nothing. `empty` is what an
        empty cell stands for.
        """
        marks = {**convention.marks, Sense.BLANK: empty}
        # What waits for another question may be what is missing: there the sums say nothing yet.
        waits = {s for s in Sense if s is not Sense.BLANK and not marks.get(s, Mark.NOT_TAKEN)}
        known = [
            (sums, counted)
            for sums, counted in self.children
            if not problems.asked or not any(counted[-1][sense] for sense in waits)
        ]
        entries = [(sums, [_by_mark(seen, marks) for seen in counted]) for sums, counted in known]
        return ask_of_difference(entries, problems)


def ask_of_difference(
    entries: Sequence[tuple[Sums, Sequence[Counter[Mark]]]], problems: Problems
) -> bool:
    """Ask which is right where most sums are not met by the marks; True where they are to be left out."""
    least = min(_LEAST_DIFFER, len(entries))
    differ = [
        (sums, counted[-1])
        for sums, counted in entries
        if not any(_meets(sums, seen) for seen in counted)
    ]
    if not differ or len(differ) < least or len(differ) * 2 <= len(entries):
        return False
    if any(sum(filter(None, sums)) > counted.total() + _MORE for sums, counted in differ):
        return False  # sums of more days than there are
    (present, absent), seen = differ[0]
    told = _shown(present, absent)
    here = seen[Mark.PRESENT] + seen[Mark.LATE] if present is not None else None
    read = _shown(here, seen[Mark.ABSENT] if absent is not None else None)
    said = problems.choose("sums_differ", f"{told} / {read}", ("as read", "leave out"))
    return said == "leave out"


def opposite_fits(entries: Sequence[tuple[Sums, Sequence[Counter[Mark]]]]) -> bool:
    """True where most sums are met only if present and absent are exchanged."""
    agree = sum(any(_meets(sums, seen) for seen in counted) for sums, counted in entries)
    turned = sum(
        any(_meets((sums[1], sums[0]), seen) for seen in counted) for sums, counted in entries
    )
    return turned * 10 >= len(entries) * 6 and agree * 2 < turned


def count_below(cells: Sequence[Cell]) -> tuple[bool, int] | None:
    """What a line below a list counts of everybody: (whether absences, how many); None for any other."""
    texts = [shown(cell) for cell in cells if shown(cell)]
    line = fold(" ".join(texts)).strip(" .:=-")
    numbers = re.findall(r"\d+", line)
    if len(numbers) != 1 or not 1 <= len(texts) <= 2 or any(w.search(line) for _, w in _HALVES):
        return None
    words = line.replace(numbers[0], "").strip(" .:=-")
    if not is_only_words_of_a_sum(words):
        return None
    is_absent = ABSENT.search(words) is not None
    return (is_absent, int(numbers[0])) if is_absent or PRESENT.search(words) else None


def _shown(present: int | None, absent: int | None) -> str:
    return " + ".join(str(one) for one in (present, absent) if one is not None)


def _meets(sums: Sums, seen: Counter[Mark]) -> bool:
    """True where sums are those of the marks, whether late is present and leave absent or not."""
    here, late = seen[Mark.PRESENT], seen[Mark.LATE]
    away, leave = seen[Mark.ABSENT], seen[Mark.LEAVE]
    return any(
        _is_met(sums, here + came, away + stayed)
        for came in (late, 0, late + leave)
        for stayed in (0, leave, late, late + leave)
    )


def _is_met(sums: Sums, here: int, away: int) -> bool:
    present, absent = sums
    return present in (None, here) and absent in (None, away)


def _by_mark(seen: Counter[Sense], marks: Mapping[Sense, Mark]) -> Counter[Mark]:
    found: Counter[Mark] = Counter()
    for sense, count in seen.items():
        found[marks.get(sense, Mark.NOT_TAKEN)] += count
    return found


def _is_mostly_l(seen: Counter[Sense]) -> bool:
    return seen[Sense.LEAVE_LETTER] > sum(seen[sense] for sense in _HERE)


Counted = tuple[Counter[Sense], ...]


def _children(parts: Sequence[Part], sense: Callable[[int], Sense]) -> list[tuple[Sums, Counted]]:
    """Each child's sums, with her marks beside them and those of all parts: a table may be cut in two."""
    if any(c.others for part in parts for c in part.block.layout.days):
        return []
    if not any(part.block.layout.sums for part in parts):
        return []
    seen: list[tuple[Line, Counter[Sense]]] = []
    whole: dict[tuple[str, str], Counter[Sense]] = {}
    for part in parts:
        held = [p for p, verdict in enumerate(part.verdicts) if verdict is Verdict.MARKS]
        for line in part.lines:
            own = Counter(sense(line.codes[place]) for place in held)
            seen.append((line, own))
            whole.setdefault(_who(line), Counter()).update(own)
    return [
        (line.sums, (own,) if len(parts) == 1 else (own, whole[_who(line)]))
        for line, own in seen
        if line.sums is not None and any(line.sums)
    ]


def _who(line: Line) -> tuple[str, str]:
    return line.roll or line.serial, fold(line.name)


def _days(parts: Sequence[Part], sense: Callable[[int], Sense]) -> Iterable[tuple[Sums, Counted]]:
    """The sums of each day below the children, with what stands above them."""
    for part in parts:
        block = part.block
        if len(part.lines) != len(block.lines) or any(c.others for c in block.layout.days):
            continue
        for is_absent in (False, True):
            for lines, counts in _whole(one for one in block.sums if one.is_absent is is_absent):
                for place, count in counts.items():
                    if part.verdicts[place] is not Verdict.MARKS:
                        continue
                    column = [sense(line.codes[place]) for line in block.lines[: lines.stop]]
                    counted = (Counter(column[lines.start :]), Counter(column))
                    yield ((None, count) if is_absent else (count, None)), counted


def _whole(sums: Iterable[DaySums]) -> Iterable[tuple[range, dict[int, int]]]:
    """Lines that count everybody, and boys and girls put together where both stand there."""
    halves: dict[str, DaySums] = {}
    whole = []
    for one in sums:
        if not one.half:
            whole.append((one.lines, one.counts))
        else:
            halves[one.half] = one
        if len(halves) == len(_HALVES):
            boys, girls = halves.values()
            counts = {p: n + girls.counts[p] for p, n in boys.counts.items() if p in girls.counts}
            whole.append((girls.lines, counts))
            halves.clear()
    return whole
