"""What an undoing gives back beside the marks: who was missing, what was never sent.

For the use cases that undo; each of them asks who may, and these ask nobody.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from aanchal.kernel.authz import Actor
from aanchal.kernel.stages import advance

from .models import MissingPupil, PageRevision, RegisterPage
from .rules.corrections import Cells, pack_cells, unpack_cells
from .rules.pages import unpack_children


def void_since(held: RegisterPage, cells: Mapping[UUID, Cells], *, since: int) -> None:
    """Note in the revisions made since that these absences of some children were a mistake."""
    cells = {child: row for child, row in cells.items() if row.any()}
    if not cells:
        return
    for revision in PageRevision.objects.filter(page=held, revision__gte=since):
        children = unpack_children(revision.children)
        void = unpack_cells(revision.void, len(children))
        for row, child in enumerate(children):
            if child in cells:
                void[row] |= cells[child]
        if void.any():
            revision.void = pack_cells(void)
            revision.save(update_fields=["void"])


def miss_again(actor: Actor, keys: Sequence[str]) -> None:
    """Whoever was found by what is undone alone is missing again."""
    found = MissingPupil.objects.select_related("class_section__school__area").filter(
        pk__in=keys, state=MissingPupil.State.BACK
    )
    waiting = MissingPupil.objects.filter(state=MissingPupil.State.WAITING)
    for missing in found:
        if waiting.filter(class_section=missing.class_section_id, child=missing.child_id).exists():
            continue
        missing.settled_at = None
        advance(
            actor,
            missing,
            MissingPupil.State.WAITING,
            scope=missing.class_section.scope(),
            saving=("settled_at",),
        )
