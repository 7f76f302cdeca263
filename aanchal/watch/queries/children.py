"""Reads of the flags about given children. Each starts from what the actor may see."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from aanchal.kernel.authz import Actor
from aanchal.people.models import Child

from ..models import Flag
from .flags import visible_flags


def live_flags(actor: Actor, children: Sequence[UUID]) -> dict[UUID, str]:
    """Child → the state of her open flag; children without one, or not to be seen, are absent."""
    return dict(
        visible_flags(actor)
        .filter(child__in=list(children), state__in=Flag.LIVE)
        .order_by()
        .values_list("child_id", "state")
    )


def asked_after(actor: Actor, children: QuerySet[Child]) -> QuerySet[Child]:
    """Of these children those with an open flag, urgent first, then the longest waiting."""
    asked = visible_flags(actor).filter(child=OuterRef("pk"), state__in=Flag.LIVE).order_by()
    return (
        children.annotate(
            asked_channel=Subquery(asked.values("channel")[:1]),
            asked_at=Subquery(asked.values("raised_at")[:1]),
        )
        .filter(asked_at__isnull=False)
        .order_by("-asked_channel", "asked_at", "pk")
    )
