"""Flags of which the last who met somebody is not sure that the child is safe."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from ..findings import group_of, is_doubt
from ..guidance import guidance
from ..models import Finding, Flag, Visit
from ..rules.ends import Unknown, not_known
from .before_going import was_child_met

# The coordinator must act: nobody is on her way to the child.
WITH_NOBODY = (Flag.State.VISITED, Flag.State.OPEN)


def doubts(flags: QuerySet[Flag], *, states: Iterable[str] = WITH_NOBODY) -> dict[UUID, datetime]:
    """Those of some flags that are in doubt → since when, the longest first. One query.

    A doubt stands until somebody has met somebody again: a second visit that was given back, or at
    which nobody was at home, does not end it.

    Args:
        states: only flags in these; without more, those for which nobody is on her way.
    """
    held = flags.order_by().filter(state__in=list(states))
    found = Finding.objects.filter(visit__flag__in=held.values("pk"))
    # The doubt is sealed: it is read of the findings themselves, the last standing for its flag.
    last = {
        finding.visit.flag_id: finding
        for finding in found.select_related("visit").order_by("visit__assigned_at")
        if group_of(finding.kind) != "again"
    }
    since = [(key, finding.recorded_at) for key, finding in last.items() if is_doubt(finding)]
    return dict(sorted(since, key=lambda pair: (pair[1], pair[0])))


def is_in_doubt(flag: Flag) -> bool:
    """Say whether a flag that has not ended is in doubt, whoever is on her way. One query."""
    return bool(doubts(Flag.objects.filter(pk=flag.pk), states=Flag.LIVE))


def visits_in_doubt(visits: Iterable[Visit]) -> set[UUID]:
    """Flags of some visits under way that are in doubt; one query, none for no visits."""
    flags = {visit.flag_id for visit in visits}
    if not flags:
        return set()
    return set(doubts(Flag.objects.filter(pk__in=flags), states=[Flag.State.ASSIGNED]))


def doubt_due_at(since: datetime) -> datetime:
    """By when the coordinator calls the volunteer who was in doubt."""
    return since + timedelta(hours=float(guidance()["doubt_due_hours"]))


def what_is_not_known(flag: Flag, *, kind: str) -> tuple[Unknown, ...]:
    """What nobody knows of the child when her flag is ended so; two queries."""
    return not_known(kind, in_doubt=is_in_doubt(flag), child_met=was_child_met(flag))
