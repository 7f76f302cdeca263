"""What the registers say, after a flag was raised, of the child it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from aanchal.registers.queries.books import class_books
from aanchal.registers.rules.pages import ClassBook

from ..guidance import guidance
from ..models import Flag
from ..rules.returns import Return, Returned, absent_again, returned
from .seats import marks_in, seats_elsewhere


@dataclass(frozen=True)
class Since:
    """A child's register after her flag's signal.

    Attributes:
        returned: how she came back; None when she has not.
        again: the absence she is in now, when it began after a return; None when there is none.
    """

    returned: Returned | None = None
    again: Return | None = None


NOTHING = Since()


def since_signal(flags: Iterable[Flag]) -> dict[UUID, Since]:
    """Flag id → what the registers say since its signal. Two queries, however many.

    `class_section` must be loaded. Once its child sits in another class, that class's register
    counts too. A flag whose child is in no page has nothing.
    """
    held = list(flags)
    if not held:
        return {}
    sections = {f.class_section_id: f.class_section for f in held}
    seats = seats_elsewhere(held)
    sections |= {seat.class_section_id: seat.class_section for seat in seats.values()}
    first = min(f.signal_on for f in held)
    books = class_books(list(sections.values()), since=first)
    return {
        f.pk: since_in(
            [books[f.class_section_id]]
            + ([books[seats[f.pk].class_section_id]] if f.pk in seats else []),
            f,
        )
        for f in held
    }


def since_in(books: Sequence[ClassBook], flag: Flag) -> Since:
    """What the marks of her classes say of a flag's child since its signal, the later class last."""
    days, row = marks_in(books, flag.child_id)
    if not days:
        return NOTHING
    numbers = guidance()
    return Since(
        returned(
            days,
            row,
            after=flag.signal_on,
            fewest_days=int(numbers["back_fewest_days"]),
            share=numbers["back_share"],
        ),
        absent_again(days, row, after=flag.signal_on),
    )
