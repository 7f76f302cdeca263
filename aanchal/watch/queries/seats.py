"""Where the child of a flag sits now: a flag outlives the class that it was raised in."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from aanchal.lib.marks import Mark
from aanchal.people.models import Enrolment
from aanchal.registers.rules.pages import ClassBook

from ..models import Flag


def seats_elsewhere(flags: Iterable[Flag]) -> dict[UUID, Enrolment]:
    """Flag id → the present enrolment of its child, where that is in another class; one query.

    While the question stands nobody asks a second one out of the other class, so what is known
    there must be seen here: else she is away in a class that nobody looks at.
    """
    held = list(flags)
    if not held:
        return {}
    seats = {
        seat.child_id: seat
        for seat in Enrolment.objects.filter(
            child__in={flag.child_id for flag in held}, ends_on__isnull=True
        )
        .select_related("class_section__school")
        .order_by("starts_on", "pk")
    }
    return {
        flag.pk: seats[flag.child_id]
        for flag in held
        if flag.child_id in seats and seats[flag.child_id].class_section_id != flag.class_section_id
    }


def marks_in(books: Sequence[ClassBook], child: UUID) -> tuple[list[date], list[int]]:
    """School days and a child's marks by the books of her classes, the later class last.

    On a day that both name her, the later class's mark stands.
    """
    said: dict[date, int] = {}
    for book in books:
        if child not in book.children:
            continue
        row = book.marks[book.children.index(child)].tolist()
        for day, mark in zip(book.days, row, strict=True):
            if mark != Mark.NOT_TAKEN or day not in said:
                said[day] = mark
    days = sorted(said)
    return days, [said[day] for day in days]
