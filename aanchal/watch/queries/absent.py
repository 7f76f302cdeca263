"""Who of a school's own classes is missing now, the longest absence first; and who is on leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from uuid import UUID

from aanchal.kernel.authz import Actor
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection, Enrolment
from aanchal.registers.queries.books import class_books

from .figures import irregular_in


@dataclass(frozen=True)
class AbsentPupil:
    """A pupil whose last mark says that she was not there, and for how many school days running.

    Args:
        last_on: the day of that mark.
        days: school days since she was last present on which she was absent or on leave.
        state: what a school may know of a flag about her: "asked", "visited", "back", "left",
            or "" when none was raised since `since`; never what was found.
        leave_since: of one on leave, the first day of this leave; None when she is absent.
    """

    enrolment: Enrolment
    last_on: date
    days: int
    state: str
    leave_since: date | None = None


def absent_now(actor: Actor, sections: Sequence[ClassSection], *, since: date) -> list[AbsentPupil]:
    """Pupils of these classes who are absent or on leave now, the longest first; three queries."""
    books = class_books(sections)
    pupils: dict[UUID, dict[UUID, Enrolment]] = {}
    for enrolment in Enrolment.objects.filter(
        class_section__in=sections, ends_on__isnull=True
    ).select_related("child", "class_section"):
        pupils.setdefault(enrolment.class_section_id, {})[enrolment.child_id] = enrolment
    states: dict[UUID, str] = {}
    for line in irregular_in(actor, [s.pk for s in sections], since=since):
        states.setdefault(line.child_id, line.state)
    found = []
    for section in sections:
        book = books[section.pk]
        for child, marks in zip(book.children, book.marks, strict=True):
            held = pupils.get(section.pk, {}).get(child)
            run = _run(book.days, marks.tolist())
            if held is not None and run is not None:
                last_on, days, leave_since = run
                found.append(AbsentPupil(held, last_on, days, states.get(child, ""), leave_since))
    return sorted(found, key=lambda a: (-a.days, len(a.enrolment.roll_no), a.enrolment.roll_no))


def _run(days: Sequence[date], marks: Sequence[int]) -> tuple[date, int, date | None] | None:
    """The last day away, the days away since the last presence, and since when on leave; None when
    the last mark says that she was there.

    A day on which the register says nothing of her, or a holiday, neither counts nor ends it: a
    child does not come back by being left out.
    """
    said = [
        (day, mark)
        for day, mark in zip(days, marks, strict=True)
        if mark in (Mark.PRESENT, Mark.ABSENT, Mark.LEAVE)
    ]
    away = list(takewhile(lambda x: x[1] != Mark.PRESENT, reversed(said)))
    if not away:
        return None
    on_leave = [day for day, _mark in takewhile(lambda x: x[1] == Mark.LEAVE, away)]
    absences = sum(mark == Mark.ABSENT for _day, mark in away)
    if not on_leave:
        return away[0][0], absences, None
    return away[0][0], len(away), on_leave[-1]
