"""Reads of pupils whom a register no longer names."""

from datetime import datetime

from django.db.models import QuerySet

from aanchal.kernel.access import visible
from aanchal.kernel.authz import Actor

from ..models import MissingPupil
from ..permissions import RegisterPermission


def missing_pupils(actor: Actor) -> QuerySet[MissingPupil]:
    """Pupils of the actor's classes who wait to be found out about, the longest first."""
    return _of_her_classes(actor).filter(state=MissingPupil.State.WAITING).order_by("month", "pk")


def missing_noted_at(actor: Actor) -> list[datetime]:
    """When each of `missing_pupils` was noted."""
    return list(_bare(actor).values_list("noted_at", flat=True))


def missing_in_short(actor: Actor) -> list[MissingPupil]:
    """`missing_pupils` without the child and without what was answered: when, and what was said."""
    return list(_bare(actor).defer("answer", "ground"))


def _bare(actor: Actor) -> QuerySet[MissingPupil]:
    return missing_pupils(actor).select_related(None).prefetch_related(None)


def missing_settled(actor: Actor) -> QuerySet[MissingPupil]:
    """Those of whom it was written where they are, the latest first."""
    settled = _of_her_classes(actor).filter(state=MissingPupil.State.SETTLED)
    return settled.order_by("-settled_at", "-pk")


def _of_her_classes(actor: Actor) -> QuerySet[MissingPupil]:
    found = visible(MissingPupil, actor, RegisterPermission.REGISTER_REPAIR).select_related(
        "child__household", "child__area", "class_section__school__area"
    )
    return found.prefetch_related("child__household__kinships")
