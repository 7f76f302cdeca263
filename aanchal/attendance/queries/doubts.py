"""Visited questions of which the last finding leaves a doubt whether the child is safe."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from ..findings import is_doubt
from ..guidance import guidance
from ..models import Finding, Flag


def doubts(flags: QuerySet[Flag]) -> dict[UUID, datetime]:
    """Those of some visited flags that are in doubt → since when, the longest first. One query.

    The doubt is sealed: it is read of the last finding of each flag.
    """
    visited = flags.order_by().filter(state=Flag.State.VISITED)
    later = Finding.objects.filter(
        visit__flag=OuterRef("visit__flag"), visit__assigned_at__gt=OuterRef("visit__assigned_at")
    )
    last = Finding.objects.filter(~Exists(later), visit__flag__in=visited.values("pk"))
    found = [
        (finding.visit.flag_id, finding.recorded_at)
        for finding in last.select_related("visit")
        if is_doubt(finding)
    ]
    return dict(sorted(found, key=lambda pair: (pair[1], pair[0])))


def doubt_due_at(since: datetime) -> datetime:
    """By when the coordinator calls the volunteer who was in doubt."""
    return since + timedelta(hours=float(guidance()["doubt_due_hours"]))
