"""Reads of flags whose marks were corrected, and which may be withdrawn."""

from django.db.models import QuerySet

from aanchal.kernel.access import visible
from aanchal.kernel.authz import Actor

from ..models import Flag, Withdrawal
from ..permissions import WatchPermission


def channels_to_answer(actor: Actor) -> list[str]:
    """How urgent each flag of `withdrawals_to_answer` is."""
    waiting = withdrawals_to_answer(actor).order_by()
    return list(waiting.values_list("flag__channel", flat=True))


def withdrawals_to_answer(actor: Actor) -> QuerySet[Withdrawal]:
    """Flags the actor may withdraw whose marks were corrected, urgent first, then the longest."""
    return (
        visible(Withdrawal, actor, WatchPermission.FLAG_WITHDRAW)
        .filter(
            state=Withdrawal.State.WAITING,
            flag__state__in=(Flag.State.OPEN, Flag.State.ASSIGNED),
        )
        .select_related("flag__child", "flag__area", "flag__class_section__school")
        .order_by("-flag__channel", "asked_at", "pk")
    )
