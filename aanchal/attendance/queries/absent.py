"""Who of a school's own classes is missing now, the longest absence first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aanchal.kernel.permissions import Actor
from aanchal.people.models import ClassSection, Enrolment

from ..rules.marks import Mark
from .books import class_books
from .figures import irregular_in


@dataclass(frozen=True)
class AbsentPupil:
    """A pupil absent on the last day her class was marked, and so many school days running.

    `state` is what a school may know of a question about her: "asked", "visited", "back", "left",
    or "" when none was raised since `since`; never what was found.
    """

    enrolment: Enrolment
    last_on: date
    days: int
    state: str


def absent_now(actor: Actor, sections: Sequence[ClassSection], *, since: date) -> list[AbsentPupil]:
    """Pupils of these classes who are absent now, the longest first; three queries."""
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
            days = _run(marks.tolist())
            if held is not None and days:
                found.append(AbsentPupil(held, book.days[-1], days, states.get(child, "")))
    return sorted(found, key=lambda a: (-a.days, len(a.enrolment.roll_no), a.enrolment.roll_no))


def _run(marks: Sequence[int]) -> int:
    """Absences since the last presence; 0 when the last day says anything but absent."""
    if not marks or marks[-1] != Mark.ABSENT:
        return 0
    run = 0
    for mark in reversed(marks):
        if mark == Mark.PRESENT:
            break
        run += mark == Mark.ABSENT
    return run
