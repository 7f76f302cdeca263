"""Which pupils of a class a register leaves out. Pure."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from aanchal.lib.mark_arrays import tells_of_her
from aanchal.lib.marks import Mark

from .pages import PageMarks


def unnamed(
    page: PageMarks, days: Sequence[int], expected: Sequence[UUID], *, last: int
) -> tuple[UUID, ...]:
    """Pupils who have no mark on the last days that a register takes.

    A mark on an earlier day does not name her: a name cut from the register in the middle of the
    month, or a first file with her and a second one without, leaves the days after it blank. Blank
    is no absence, so nobody else would ask. Nor does a holiday written for her on days on which
    others of the class have other marks.

    Args:
        page: the class's month with this register laid over it.
        days: days of the month that this register takes; none for a month without a school day.
        expected: pupils who belong to the class.
        last: how many of the last of these days are looked at.

    Returns:
        Their ids in the order of `expected`; empty when nobody is left out.
    """
    columns = [day - 1 for day in sorted(days)[-last:]]
    if not columns:
        return ()
    marks = page.marks[:, columns]
    says = tells_of_her(marks)
    was_open = says.any(axis=0)
    # On days that are a holiday for all of the class, the holiday names her like every other.
    named = says if was_open.any() else marks != Mark.NOT_TAKEN
    marked = {page.children[row] for row in np.flatnonzero(named.any(axis=1))}
    return tuple(child for child in expected if child not in marked)
