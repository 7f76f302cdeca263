"""The list of register files: narrowed by class, month and standing."""

from enum import StrEnum

from django.db.models import Q, QuerySet

from aanchal.kernel.authz import Actor

from ..models import RegisterFile
from .books import visible_register_files

STATE = RegisterFile.State
DONE = Q(state=STATE.TAKEN) & (Q(counts__rows_left=0) | Q(counts__rows_left__isnull=True))


class Standing(StrEnum):
    """What a register file waits for."""

    YES = "yes"
    REPAIR = "repair"
    READ = "read"
    REFUSED = "refused"


_STANDS = {
    Standing.YES: Q(state=STATE.SHOWN),
    Standing.REPAIR: Q(state=STATE.TAKEN, counts__rows_left__gt=0),
    Standing.READ: Q(state__in=[STATE.RECEIVED, STATE.TAKING]),
    Standing.REFUSED: Q(state=STATE.REFUSED),
}


def waiting_registers(actor: Actor) -> QuerySet[RegisterFile]:
    """Register files that need somebody: all but those taken in with no row left."""
    return visible_register_files(actor).exclude(DONE)


def registers_by_need(
    actor: Actor, *, class_key: str = "", month: str = "", standing: str = "", longest: bool = False
) -> dict[str, QuerySet[RegisterFile]]:
    """Register files the actor may see: "waiting", which need somebody, and "taken"; newest first.

    Args:
        class_key: only those with a page of this class, such as "6/A".
        month: only those with a page of this month, such as "2026-07".
        standing: only those that stand so, a `Standing`.
        longest: the longest waiting first.
    """
    fits = Q()
    if class_key:
        fits &= Q(classes__contains=f"|{class_key}|")
    if month:
        fits &= Q(months__contains=f"|{month}|")
    if standing:
        fits &= _STANDS[Standing(standing)]
    sets = {
        "waiting": waiting_registers(actor).filter(fits),
        "taken": visible_register_files(actor).filter(DONE).filter(fits),
    }
    if longest:
        return {name: files.order_by("received_at", "pk") for name, files in sets.items()}
    return sets


def classes_and_months(actor: Actor) -> list[tuple[str, str]]:
    """Each pair of classes and months that a file the actor may see is about, as its columns hold it.

    Such as ("|6/A|6/B|", "|2026-07|"). One query.
    """
    files = visible_register_files(actor).order_by()
    return list(files.values_list("classes", "months").distinct())
