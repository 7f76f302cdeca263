"""What whoever sends a visit, and whoever goes, must know of what happened before."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from aanchal.access.models import User

from ..findings import group_of
from ..models import Finding, Flag, Visit


def given_back(where: Q) -> list[Visit]:
    """Visits that were given back; why is sealed, so that it is asked of each. One query."""
    rows = Visit.objects.filter(where, state=Visit.State.HANDED_BACK)
    return list(rows.select_related("flag__child").defer("flag__reason"))


def was_not_safe(visit: Visit) -> bool:
    """Whether somebody gave a visit back because she did not feel safe at that house."""
    return Visit.HandedBack.UNSAFE in (visit.handed_back_because, visit.second_left_because)


def unsafe_houses(where: Q) -> Q:
    """A condition of visits: to a house of some that were given back because somebody did not feel safe.

    One query.
    """
    visits = [visit for visit in given_back(where) if was_not_safe(visit)]
    homes = {visit.flag.child.household_id for visit in visits} - {None}
    return Q(flag__child__in={visit.flag.child_id for visit in visits}) | Q(
        flag__child__household__in=homes
    )


def of_house(flags: Iterable[Flag]) -> Q:
    """Visits to the houses of some flags: of the child, and of all who live with her."""
    flags = list(flags)
    homes = {f.child.household_id for f in flags} - {None}
    return Q(flag__child__in=[f.child_id for f in flags]) | Q(flag__child__household__in=homes)


def not_to_be_sent(flag: Flag) -> set[UUID]:
    """Volunteers who said that this house is not safe for them, and not since that they will go.

    One query; `child` must be loaded.
    """
    said = [v for v in given_back(of_house([flag])) if was_not_safe(v) and v.will_go_at is None]
    by_second = Visit.HandedBack.SECOND
    stay = (v.second_id if v.handed_back_because == by_second else v.volunteer_id for v in said)
    return {user for user in stay if user is not None}


def gave_back_as(because: str, flag: Flag) -> set[UUID]:
    """Volunteers who gave a visit of this flag back for a reason, first or second. One query."""
    said: set[UUID] = set()
    for visit in given_back(Q(flag=flag)):
        if visit.handed_back_because == because:
            said.add(visit.volunteer_id)
        if visit.second_left_because == because and visit.second_id is not None:
            said.add(visit.second_id)
    return said


def who_stays_away(flag: Flag) -> list[User]:
    """The people of `not_to_be_sent`, by username. Two queries."""
    return list(User.objects.filter(pk__in=not_to_be_sent(flag)).order_by("username"))


def felt_unsafe(flags: Iterable[Flag]) -> set[UUID]:
    """Those of some flags to whose house somebody did not go because she did not feel safe.

    The house stays what it is when a flag has ended: an earlier one about the child counts, and
    one about another child of the household. One query; `child` must be loaded.
    """
    flags = list(flags)
    unsafe = {
        (visit.flag.child_id, visit.flag.child.household_id)
        for visit in given_back(of_house(flags))
        if was_not_safe(visit)
    }
    children = {child for child, _household in unsafe}
    households = {household for _child, household in unsafe} - {None}
    return {f.pk for f in flags if f.child_id in children or f.child.household_id in households}


class PutRight(NamedTuple):
    """An earlier flag about the same child, and when a finding of it was put right."""

    flag_id: UUID
    at: datetime


def put_right_since(flags: Iterable[Flag]) -> dict[UUID, PutRight]:
    """Flag → the last finding of an earlier one about the child that was put right since it began.

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
    """Say whether anybody who went for a flag saw the child herself. One query."""
    found = Finding.objects.filter(visit__flag=flag)
    return any(f.child_seen for f in found if group_of(f.kind) != "again")
