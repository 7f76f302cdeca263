"""What an undoing gives back beside the marks: who was missing, what was asked, what was never sent.

For the use cases that undo; each of them asks who may, and these ask nobody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from aanchal.kernel.permissions import Actor
from aanchal.kernel.stages import advance
from aanchal.people.models import ClassSection

from .models import Flag, MissingPupil, PageRevision, RegisterPage, Withdrawal
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


def ask_again(
    actor: Actor, *, class_section: ClassSection, children: Sequence[UUID], since: datetime
) -> None:
    """Open the questions again that were withdrawn on marks which are undone.

    Whoever was told of the question is told again: it waits for the coordinator. The watch then says
    whether it stands on the marks.
    """
    flags = (
        Flag.objects.filter(
            class_section=class_section,
            child__in=children,
            state=Flag.State.WITHDRAWN,
            withdrawn_at__gte=since,
        )
        .select_related("area", "child__household")
        .prefetch_related("child__household__kinships")
        .select_for_update(of=("self",))
        .order_by("-signal_on", "pk")
    )
    live = set(
        Flag.objects.filter(child__in=children, state__in=Flag.LIVE).values_list(
            "child_id", flat=True
        )
    )
    for flag in flags:
        if flag.child_id in live:
            continue
        live.add(flag.child_id)
        flag.withdrawn_at = None
        advance(actor, flag, Flag.State.OPEN, scope=flag.scope(), saving=("withdrawn_at",))
        for question in flag.withdrawals.filter(state=Withdrawal.State.WITHDRAWN):
            advance(actor, question, Withdrawal.State.LAPSED, scope=flag.scope())
