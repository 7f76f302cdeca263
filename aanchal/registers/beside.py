"""What stands beside a register before it is taken in: its class's past, the other classes, the calendar.

Reads only. A register that was misread as a whole agrees with itself; only beside what is usual does
it show.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop as N_

from .formats.grades import class_label
from .guidance import guidance
from .models import RegisterPage
from .rules.pages import unpack_children, unpack_marks
from .rules.shares import Share, is_turned, share_in, total

AS_READ, TURNED = "as read", "turned round"
# Of so many months before, and of their last registers, the class's own past is made.
_MONTHS_BEFORE = 12
_LAST_PAGES = 3
# The share of a single class would be told to a teacher who has no part in it.
_LEAST_NEIGHBOURS = 2


class ClassMonth(NamedTuple):
    """One class-section for one month, whose school year begins in `year`."""

    school: UUID
    year: int
    grade: str
    section: str
    month: date


_Class = tuple[UUID, int, str, str]


@dataclass(frozen=True)
class Usual:
    """The absences that are usual: in the class's own last registers, and in other classes that month."""

    past: Share = Share()
    neighbours: Share = Share()


def usual_of(given: Sequence[tuple[ClassMonth, Share]]) -> list[Usual]:
    """What is usual for each class and month of one file, in its order; one query at most.

    Args:
        given: each page's class and month, and the share of absences in it.
    """
    return Beside(w for w, _ in given).usual_of(given)


class Beside:
    """Shares of registers that are in, and of those in the files at hand, by class and by month.

    The own past of a class goes on into last year's class below, of the same section. Where it has
    none, the other months of the file are held against each; and the file's other classes are beside
    those that are in already. Of several files one after the other each sees those that went in before
    it (`put`), and no other.
    """

    def __init__(self, wanted: Iterable[ClassMonth]) -> None:
        """Load what is in, of all that the files are of; one query at most."""
        self.held: dict[_Class, dict[date, RegisterPage | Share]] = defaultdict(dict)
        self.in_month: dict[tuple[UUID, date], dict[_Class, RegisterPage | Share]]
        self.in_month = defaultdict(dict)
        self.opened: dict[UUID, Share] = {}
        self.least = int(guidance()["share_least_marks"])
        wanted = list(wanted)
        if not wanted:
            return
        months = {w.month for w in wanted}
        grades = {g for w in wanted for g in (w.grade, _below(w.grade)) if g}
        since = _earliest(months)
        earlier = Q(month__gte=since, month__lt=max(months), class_section__grade__in=grades)
        held = RegisterPage.objects.filter(
            Q(month__in=months) | earlier, class_section__school__in={w.school for w in wanted}
        ).select_related("class_section")
        for page in held:
            of = page.class_section
            key = (of.school_id, of.year, of.grade, of.section)
            self.held[key][page.month] = self.in_month[of.school_id, page.month][key] = page

    def put(self, given: Iterable[tuple[ClassMonth, Share]]) -> None:
        """Note registers that go in, for the files that come after."""
        for w, share in given:
            self.held[w[:4]][w.month] = self.in_month[w.school, w.month][w[:4]] = share

    def usual_of(self, given: Sequence[tuple[ClassMonth, Share]]) -> list[Usual]:
        """What is usual for each class and month of one file, in its order."""
        if not given:
            return []
        own: dict[_Class, dict[date, Share]] = defaultdict(dict)
        since = _earliest(w.month for w, _ in given)
        beside: dict[tuple[UUID, date], dict[_Class, RegisterPage | Share]] = {}
        for w, share in given:
            own[w[:4]][w.month] = share
            place = (w.school, w.month)
            if place not in beside:
                beside[place] = dict(self.in_month[place])
            beside[place][w[:4]] = share
        return [self._usual(w, own[w[:4]], beside[w.school, w.month], since) for w, _ in given]

    def _of(self, found: RegisterPage | Share) -> Share:
        """The share of a page that is in; its marks are opened once, and only when asked for."""
        if isinstance(found, Share):
            return found
        if found.pk not in self.opened:
            self.opened[found.pk] = share_in(
                unpack_marks(found.marks, len(unpack_children(found.children)))
            )
        return self.opened[found.pk]

    def _usual(
        self,
        wanted: ClassMonth,
        in_file: Mapping[date, Share],
        beside: Mapping[_Class, RegisterPage | Share],
        since: date,
    ) -> Usual:
        school, year, grade, section, month = wanted
        before = (school, year - 1, _below(grade), section)
        own = {**self.held.get(before, {}), **self.held.get(wanted[:4], {})}
        last = sorted((m for m in own if since <= m < month), reverse=True)[:_LAST_PAGES]
        past = total(self._of(own[m]) for m in last)
        if past.marked < self.least:
            past += total(s for m, s in in_file.items() if m != month)
        others = [self._of(found) for key, found in beside.items() if key != wanted[:4]]
        return Usual(past, total(others) if len(others) >= _LEAST_NEIGHBOURS else Share())


def _earliest(months: Iterable[date]) -> date:
    return min(months) - timedelta(days=31 * _MONTHS_BEFORE)


def _below(grade: str) -> str:
    return str(int(grade) - 1) if grade.isdecimal() else ""


class _Named(Protocol):
    school_udise: str
    grade: str
    section: str
    month: str


def question_of_share(now: Share, usual: Usual, *, of: _Named) -> dict[str, Any] | None:
    """What is asked of a register whose absences are turned round against what is usual.

    The class's own past decides; only where it has none, the other classes of that month do.
    """
    numbers = guidance()
    least = int(numbers["share_least_marks"])
    by_past = usual.past.marked >= least
    beside = usual.past if by_past else usual.neighbours
    if not is_turned(now, beside, clear=numbers["turned_share"], least=least):
        return None
    about = f"{of.school_udise} {of.grade}/{of.section} {of.month}"
    template = _BESIDE_PAST if by_past else _BESIDE_OTHERS
    params = {
        "about": about,
        "class": class_label(of.grade, of.section),
        "month": of.month,
        "share": now.of_100,
        "usual": beside.of_100,
    }
    return {
        "key": f"share_turned:{about}",
        "about": about,
        "choices": [AS_READ, TURNED],
        "template": template,
        "params": params,
        "rows": [],
        "lasting": False,  # of this file only: the next one may be marked in the usual way
        "holds": "page",
        "sheet": "",
    }


_BESIDE_PAST = N_(
    "Class %(class)s, %(month)s: as it was read, %(share)s of 100 marks are absences. In the registers "
    "of this class before it is %(usual)s of 100. Which is right?"
)
_BESIDE_OTHERS = N_(
    "Class %(class)s, %(month)s: as it was read, %(share)s of 100 marks are absences. In the other "
    "classes of the school it is %(usual)s of 100. Which is right?"
)


def span(month: date, days: Sequence[int]) -> dict[str, str]:
    """The first and the last day of a month that a register takes."""
    if not days:
        return {"first_on": "", "last_on": ""}
    return {
        "first_on": month.replace(day=min(days)).isoformat(),
        "last_on": month.replace(day=max(days)).isoformat(),
    }


def open_days_of(month: date, calendar: Any, *, today: date) -> int:
    """School days of a month by the school's calendar, up to today."""
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return len(calendar.open_days(month, min(end, today)))
