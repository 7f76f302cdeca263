"""The sums a long list prints, below it or beside each line, held against its marks."""

from collections import Counter
from collections.abc import Sequence

from aanchal.lib.marks import Mark
from aanchal.lib.tabular.texts import Cell

from .head import Layout
from .long_pages import Child
from .problems import Problems
from .sums import Sums, ask_of_difference, count_below, opposite_fits, sum_columns, sums_of

_TURNED = bytes.maketrans(
    bytes((Mark.PRESENT, Mark.LATE, Mark.ABSENT)), bytes((Mark.ABSENT, Mark.ABSENT, Mark.PRESENT))
)
_OF_DATES = {"order_of_dates", "session_year"}


class LongSums:
    """What the file says its marks sum to, kept while its rows are read."""

    def __init__(self, layout: Layout) -> None:
        # A column of flags is headed like one of sums.
        self.columns = None if layout.flags else sum_columns(layout.lines, -1)
        self.below: dict[bool, int] = {}

    def note(self, row: Sequence[Cell]) -> None:
        """Keep what a line below the list counts; where two count the same, they say nothing."""
        found = count_below(row)
        if found is not None:
            is_absent, count = found
            held = self.below.setdefault(is_absent, count)
            self.below[is_absent] = count if held == count else -1

    def beside(self, row: Sequence[Cell]) -> Sums | None:
        """The sums beside a child's line."""
        return sums_of(row, self.columns) if self.columns else None

    def settle(self, children: Sequence[Child], problems: Problems) -> None:
        """Ask where the sums contradict the marks; turn or take out the marks as was answered.

        A child with a mark that waits for another answer is left out: it may be what is missing in her
        sums. While the dates wait it is not known of which month a sum is.
        """
        if _OF_DATES & {question.code for question in problems.asked.values()}:
            return
        entries: list[tuple[Sums, list[Counter[Mark]]]] = []
        months: dict[tuple[str, ...], Counter[Mark]] = {}  # of the month, or of all that are here
        for child in children if self.columns else ():
            months.setdefault(_who(child), Counter()).update(_counted(child))
        for child in children:
            if child.sums is not None and not child.waits:
                entries.append((child.sums, [_counted(child), months[_who(child)]]))
        present, absent = self.below.get(False, -1), self.below.get(True, -1)
        if max(present, absent) >= 0 and not any(child.waits for child in children):
            whole: Counter[Mark] = Counter()
            for child in children:
                whole.update(_counted(child))
            told = (present if present >= 0 else None, absent if absent >= 0 else None)
            entries.append((told, [whole]))
        if not entries:
            return
        if opposite_fits(entries):
            said = problems.choose(
                "sums_turned", "present / absent", ("as the sums say", "as read"), lasting=True
            )
            if said == "as the sums say":
                for child in children:
                    child.marks = bytearray(child.marks.translate(_TURNED))
        elif ask_of_difference(entries, problems):
            for child in children:
                child.marks = bytearray(len(child.marks))


def _who(child: Child) -> tuple[str, ...]:
    return child.roll, child.name, child.admission, child.state_id


def _counted(child: Child) -> Counter[Mark]:
    return Counter(Mark(mark) for mark in child.marks if mark)
