"""Taking a correction back, and with it that flags were withdrawn on what it changed."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor
from aanchal.kernel.stages import advance
from aanchal.people.models import ClassSection
from aanchal.registers.actions import restore_corrected_marks
from aanchal.registers.models import Correction

from ..models import Flag, Withdrawal
from .holding import follow_child


@use_case
def undo_correction(actor: Actor, *, correction: Correction, at: datetime) -> Correction:
    """Take back a yes, or what was corrected without asking: the former marks stand again.

    Flags about these children that were withdrawn since are open again.

    Raises:
        NotAllowed, WrongState: as for `registers.actions.restore_corrected_marks`.
    """
    restored = restore_corrected_marks(actor, correction=correction, at=at)
    _ask_again(
        actor,
        class_section=restored.correction.class_section,
        children=restored.children,
        since=restored.since,
    )
    return restored.correction


def _ask_again(
    actor: Actor, *, class_section: ClassSection, children: Sequence[UUID], since: datetime
) -> None:
    """Open the flags again that were withdrawn on marks which are undone.

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
        .select_related("area", "child__household", "child__area")
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
        follow_child(flag)
        advance(actor, flag, Flag.State.OPEN, scope=flag.scope(), saving=("withdrawn_at", "area"))
        for question in flag.withdrawals.filter(state=Withdrawal.State.WITHDRAWN):
            advance(actor, question, Withdrawal.State.LAPSED, scope=flag.scope())
