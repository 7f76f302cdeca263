"""A class's page as it is kept: opened, and written with what it was before.

For the use cases that change pages; each of them asks who may, and these ask nobody.
"""

from datetime import date, datetime
from uuid import UUID

import numpy as np

from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor
from aanchal.kernel.stages import advance_all
from aanchal.lib.mark_arrays import tells_of_her
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection

from .known_classes import KnownClasses
from .models import Correction, MissingPupil, PageRevision, RegisterFile, RegisterPage
from .rules.corrections import Cells, pack_cells
from .rules.pages import (
    DAYS,
    Merged,
    PageMarks,
    days_taken,
    pack_children,
    pack_marks,
    page_hash,
    unpack_children,
    unpack_written,
)
from .verbs import RegisterVerb


def page_marks(held: RegisterPage | PageRevision | Correction) -> PageMarks:
    """The unpacked content of a stored page."""
    children = unpack_children(held.children)
    return PageMarks(children, unpack_written(held.marks, len(children)))


def write_page(
    actor: Actor,
    *,
    class_section: ClassSection,
    month: date,
    held: RegisterPage | None,
    merged: Merged,
    agreed: Cells,
    register: RegisterFile | None,
    received_at: datetime,
    at: datetime,
    void: Cells | None = None,
    known: KnownClasses | None = None,
) -> None:
    """Write a page as it is from now on, and keep what it was; whoever calls has asked who may.

    Args:
        known: classes loaded together, this one among them; the page is put there as well.
    """
    old = page_marks(held) if held is not None else None
    if held is None:
        held = RegisterPage(
            district=class_section.district,
            class_section=class_section,
            month=month,
            first_received_at=received_at,
            revision=0,
        )
    elif merged.changed:
        PageRevision.objects.create(
            district=held.district,
            page=held,
            revision=held.revision,
            children=held.children,
            marks=held.marks,
            source=held.source,
            received_at=held.received_at,
            void=pack_cells(void) if void is not None and void.any() else None,
            replaced_at=at,
            changed_marks=merged.changed,
        )
    # A yes holds for the absence it was said of: one that is sent again needs another yes.
    agreed = agreed & (merged.page.marks != Mark.ABSENT)
    named = _given_marks(old, merged.page)
    held.children = pack_children(merged.page.children)
    held.marks = pack_marks(merged.page.marks)
    held.agreed = pack_cells(agreed) if agreed.any() else None
    held.days_taken = days_taken(merged.page.marks)
    held.input_hash = page_hash(merged.page)
    held.revision += 1
    held.source = register
    held.received_at = received_at
    held.save()
    if known is not None:
        known.put(held)
    if known is None or known.are_missing(named):
        # Of whatever class she was missing: a pupil of last year's is found in this year's.
        waiting = MissingPupil.objects.filter(
            month__lte=month,
            child__in=named,
            state=MissingPupil.State.WAITING,
        )
        advance_all(waiting, MissingPupil.State.BACK, settled_at=at)
    record(
        actor,
        RegisterVerb.REGISTER_CORRECTED if merged.changed else RegisterVerb.REGISTER_RECORDED,
        held,
        scope=class_section.scope(),
        added=merged.added,
        changed=merged.changed,
        absent_to_present=merged.absent_to_present,
    )


def _given_marks(old: PageMarks | None, new: PageMarks) -> list[UUID]:
    """Children who have a mark on the new page that they had not on the old one."""
    if old is None:
        return [new.children[row] for row in np.flatnonzero(tells_of_her(new.marks).any(axis=1))]
    before = dict(zip(old.children, old.marks, strict=True))
    blank = np.zeros(DAYS, np.uint8)
    return [
        child
        for child, row in zip(new.children, new.marks, strict=True)
        if (tells_of_her(row) & (row != before.get(child, blank))).any()
    ]
