"""What one who corrects registers changes herself: kept as it was, so that it can be undone exactly.

For the use cases that change pages; each of them asks who may, and these ask nobody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np

from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection

from .models import Correction, MissingPupil, RegisterFile, RegisterPage
from .rules.corrections import Cells, pack_cells, unpack_cells
from .rules.pages import Marks, Merged, PageMarks, pack_children, pack_marks
from .verbs import RegisterVerb


@dataclass(frozen=True)
class Former:
    """What stood before marks of a page are replaced.

    Args:
        children: pupils of whom a mark is replaced, and `before` all their marks until then.
        agreed: absences of theirs that a second person had let go.
        missing: waiting questions where they are, of those of whom no mark is added besides.
    """

    children: tuple[UUID, ...]
    before: Marks
    agreed: Cells
    missing: frozenset[UUID]
    source: UUID | None
    received_at: datetime


def former_of(held: RegisterPage, old: PageMarks, merged: Merged) -> Former:
    """What a page has where marks are about to replace others; one query."""
    new = merged.page.marks[: len(old.children)]  # whoever comes to a page comes below
    rows = np.flatnonzero(((old.marks != Mark.NOT_TAKEN) & (new != old.marks)).any(axis=1))
    added = ((old.marks == Mark.NOT_TAKEN) & (new != Mark.NOT_TAKEN)).any(axis=1)
    children = tuple(old.children[row] for row in rows)
    found = MissingPupil.objects.filter(
        child__in=[old.children[row] for row in rows if not added[row]],
        state=MissingPupil.State.WAITING,
    )
    return Former(
        children,
        old.marks[rows],
        unpack_cells(held.agreed, len(old.children))[rows],
        frozenset(found.values_list("pk", flat=True)),
        held.source_id,
        held.received_at,
    )


def keep_correction(
    actor: Actor,
    *,
    class_section: ClassSection,
    month: date,
    former: Former,
    merged: Merged,
    register: RegisterFile | None,
    at: datetime,
) -> Correction:
    """Keep what was made at once, after the page is written; whoever calls has asked who may."""
    held = RegisterPage.objects.get(class_section=class_section, month=month)
    row_of = {child: row for row, child in enumerate(merged.page.children)}
    now = merged.page.marks[[row_of[child] for child in former.children]]
    replaced = (former.before != Mark.NOT_TAKEN) & (now != former.before)
    back = MissingPupil.objects.filter(pk__in=former.missing, state=MissingPupil.State.BACK)
    undo: dict[str, Any] = {
        "agreed": pack_cells(former.agreed).hex(),
        "missing": sorted(str(pk) for pk in back.values_list("pk", flat=True)),
        "revision": held.revision,
        # Where nothing else came with it, the page is again what its former file made it.
        "is_all": merged.added == 0,
        "source": str(former.source) if former.source else "",
        "received_at": former.received_at.isoformat(),
    }
    made = Correction.objects.create(
        district=class_section.district,
        class_section=class_section,
        month=month,
        children=pack_children(former.children),
        marks=pack_marks(np.where(replaced, now, Mark.NOT_TAKEN).astype(np.uint8)),
        before=pack_marks(former.before),
        undo=undo,
        source=register,
        asked_by=actor.user_id,
        asked_at=at,
        state=Correction.State.MADE,
        settled_by=actor.user_id,
        settled_at=at,
    )
    record(
        actor,
        RegisterVerb.CORRECTION_MADE,
        made,
        scope=class_section.scope(),
        marks=int(replaced.sum()),
    )
    return made


def former_agreed(correction: Correction, children: int) -> Cells:
    """Absences of its children that a second person had let go before it was made."""
    kept = bytes.fromhex((correction.undo or {}).get("agreed", ""))
    return unpack_cells(kept, children)


def former_file(correction: Correction, held: RegisterPage) -> tuple[RegisterFile | None, datetime]:
    """The file a page came from, and when: the former one where nothing else changed the page."""
    kept = correction.undo or {}
    if not kept or not kept["is_all"] or kept["revision"] != held.revision:
        return held.source, held.received_at
    source = RegisterFile.objects.filter(pk=kept["source"]).first() if kept["source"] else None
    return source, datetime.fromisoformat(kept["received_at"])
