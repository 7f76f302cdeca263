"""Which pupils of a class a register no longer names. Pure."""

from collections.abc import Collection, Sequence
from uuid import UUID

from .marks import Mark
from .pages import PageMarks


def missing_from(
    before: PageMarks | None, named: Collection[UUID], enrolled: Collection[UUID]
) -> Sequence[UUID]:
    """Pupils who had marks in the register before and whom this one does not name.

    Args:
        before: the class's page of the last month before this one; None when there is none.
        named: pupils whom this register, or another file of the same month, names.
        enrolled: pupils who are in the class now; whoever left it is not missing.

    Returns:
        Their ids in the order of the page before; empty when nobody is missing.
    """
    if before is None:
        return ()
    return tuple(
        child
        for child, marks in zip(before.children, before.marks, strict=True)
        if child not in named and child in enrolled and (marks != Mark.NOT_TAKEN).any()
    )
