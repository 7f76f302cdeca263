"""What the registers say, after a flag was raised, of the child it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from ..guidance import guidance
from ..models import Flag
from ..rules.pages import ClassBook
from ..rules.returns import Return, Returned, absent_again, returned
from .books import class_books


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
    """Flag id → what the register says since its signal. One query, however many.

    `class_section` must be loaded. A flag whose child is in no page of its class has nothing.
    """
    held = list(flags)
    if not held:
        return {}
    sections = {f.class_section_id: f.class_section for f in held}
    first = min(f.signal_on for f in held)
    books = class_books(list(sections.values()), since=first)
    return {f.pk: since_in(books[f.class_section_id], f) for f in held}


def since_in(book: ClassBook, flag: Flag) -> Since:
    """What one class's marks say of a flag's child since its signal."""
    if flag.child_id not in book.children:
        return NOTHING
    numbers = guidance()
    row = book.marks[book.children.index(flag.child_id)].tolist()
    return Since(
        returned(
            book.days,
            row,
            after=flag.signal_on,
            fewest_days=int(numbers["back_fewest_days"]),
            share=numbers["back_share"],
        ),
        absent_again(book.days, row, after=flag.signal_on),
    )
