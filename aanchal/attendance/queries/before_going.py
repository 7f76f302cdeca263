"""What whoever sends a visit, and whoever goes, must know of what happened before."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from ..findings import group_of
from ..models import Finding, Flag, Visit


def felt_unsafe(flags: Iterable[UUID]) -> set[UUID]:
    """Those of some questions whose visit somebody gave back because she did not feel safe. One query."""
    unsafe = Visit.objects.filter(flag__in=list(flags), handed_back_because=Visit.HandedBack.UNSAFE)
    return set(unsafe.values_list("flag_id", flat=True))


class PutRight(NamedTuple):
    """An earlier question about the same child, and when a finding of it was put right."""

    flag_id: UUID
    at: datetime


def put_right_since(flags: Iterable[Flag]) -> dict[UUID, PutRight]:
    """Question → the last finding of an earlier one about the child that was put right since it began.

    One query, however many.
    """
    newer = {flag.child_id: flag for flag in flags}
    earlier = Finding.objects.filter(visit__flag__child__in=list(newer)).select_related(
        "visit__flag"
    )
    found: dict[UUID, PutRight] = {}
    for finding in earlier:
        if not finding.earlier:
            continue
        flag = newer[finding.visit.flag.child_id]
        at = datetime.fromisoformat(finding.earlier[-1]["until"])
        last = found.get(flag.pk)
        if finding.visit.flag_id != flag.pk and at >= flag.raised_at and (not last or at > last.at):
            found[flag.pk] = PutRight(finding.visit.flag_id, at)
    return found


def was_child_met(flag: Flag) -> bool:
    """Say whether anybody who went for a question saw the child herself. One query."""
    found = Finding.objects.filter(visit__flag=flag)
    return any(f.child_seen for f in found if group_of(f.kind) != "again")
