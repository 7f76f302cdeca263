"""Reads of what was settled in a register file, for whoever wants to look once more."""

from django.db.models import QuerySet

from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import Actor

from ..models import RegisterFile
from .books import visible_register_files


def problems_set_aside(actor: Actor, register: RegisterFile) -> QuerySet[ImportProblem]:
    """Rows and cells of a file the actor may see that were set aside, the latest first."""
    if not visible_register_files(actor).filter(pk=register.pk).exists():
        return ImportProblem.objects.none()
    return ImportProblem.objects.filter(
        source_kind="register",
        source_id=str(register.pk),
        state=ImportProblem.State.SET_ASIDE,
    ).order_by("-settled_at", "-pk")
