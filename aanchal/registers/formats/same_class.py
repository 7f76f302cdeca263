"""Two pages of one class and month in one file: compared, never one over the other unasked."""

from collections.abc import Iterator, Mapping

from aanchal.lib.indic.folding import fold

from .pages import Page
from .problems import Problems

_KEPT = 20_000  # children of a single sheet that are kept for comparing
_Key = tuple[str | None, str | None, str | None, str | None]


class SameClass:
    """Pages of a file by class and month. Where two differ about a child, a person says which is right."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self._held: list[Page] = []
        self._seen: dict[_Key, list[Page]] = {}
        self._children = 0

    def hold(self, page: Page) -> None:
        """Keep a page of one sheet of several until all have been read."""
        self._held.append(page)

    def held(self) -> Iterator[Page]:
        """The pages kept, each compared with those before it."""
        kept = [page for page in self._held if self.compare(page)]
        self._held = []
        yield from kept

    def compare(self, page: Page) -> bool:
        """Compare a page with those of its class and month; False when a person said it is not the one."""
        if page.month is None:
            return True
        key = (page.school, page.grade, page.section, page.month)
        for earlier in self._seen.get(key, ()):
            said = ask_of_difference(earlier, page, self.answers)
            if said is not None and said != _name(page):
                return False
        self._children += len(page.pupils)
        if page.sheet is not None or self._children <= _KEPT:
            self._seen.setdefault(key, []).append(page)
        return True


def ask_of_difference(one: Page, other: Page, answers: Mapping[str, str]) -> str | None:
    """Ask which of two pages is right where they mark a child differently; the answer where there is one."""
    rows = _differences(one, other)
    if not rows:
        return None
    names = sorted({_name(one), _name(other)})
    if len(names) < 2:
        return None
    problems = Problems(1, answers)
    said = problems.choose("two_sheets", " / ".join(names), names, rows=rows)
    for page in (one, other):
        page.questions += [q for q in problems.asked.values() if q not in page.questions]
    if said == _name(other):
        # The marks of the page that is not right are taken out; a page without marks goes nowhere.
        for row in one.pupils:
            row.marks = bytes(len(row.marks))
        one.days = []
        one.marks = type(one.marks)()
    return said


def _name(page: Page) -> str:
    if page.sheet:
        return page.sheet
    return f"row {page.pupils[0].row}" if page.pupils else "row ?"


def _differences(one: Page, other: Page) -> list[int]:
    """Rows of the second page that say something else than the first.

    On a day that both have taken, a mark beside none is a difference too. On a day that only one has
    taken, the other says nothing: the halves of a month may stand on two sheets.
    """
    both = {day.day - 1 for day in one.days} & {day.day - 1 for day in other.days}
    held = {(row.roll, fold(row.name)): row.marks for row in one.pupils}
    rows = []
    for row in other.pupils:
        marks = held.get((row.roll, fold(row.name)))
        if marks is not None and any(
            a != b and (index in both or (a and b))
            for index, (a, b) in enumerate(zip(marks, row.marks, strict=True))
        ):
            rows.append(row.row)
    return rows
