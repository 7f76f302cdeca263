"""The watch week by week: how many were asked after, visited, and visited for nothing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F
from django.utils import timezone

from aanchal.kernel.access import visible, within
from aanchal.kernel.authz import Actor, granted_areas

from ..findings import is_empty
from ..models import Finding, Flag
from ..permissions import WatchPermission


@dataclass(frozen=True)
class WeekLine:
    """Flags raised in the seven days up to `last_on`; of them visited; of these for nothing."""

    first_on: date
    last_on: date
    flags: int
    visited: int
    empty: int


def week_lines(actor: Actor, *, last_on: date, weeks: int = 12) -> list[WeekLine]:
    """The last weeks, oldest first, each one present, two queries.

    A flag counts in the week it was raised, whenever it was visited; one visited twice counts as
    empty by its last visit. Withdrawn flags are left out: their marks were wrong.
    """
    first_on = last_on - timedelta(days=7 * weeks - 1)
    begin = timezone.make_aware(datetime.combine(first_on, datetime.min.time()))
    paths = granted_areas(actor, WatchPermission.WATCH_VIEW)
    raised = dict(
        visible(Flag, actor, WatchPermission.WATCH_VIEW)
        .filter(raised_at__gte=begin)
        .exclude(state=Flag.State.WITHDRAWN)
        .order_by()
        .values_list("pk", "raised_at")
    )
    empty: dict[object, bool] = {}
    findings = Finding.objects.filter(
        within(paths, "visit__flag__area__path"), visit__flag__raised_at__gte=begin
    ).annotate(flag_id=F("visit__flag_id"))
    for finding in sorted(findings, key=lambda f: f.recorded_at):
        empty[finding.flag_id] = is_empty(finding.kind)
    counts = [[0, 0, 0] for _week in range(weeks)]
    for flag, at in raised.items():
        week = (timezone.localdate(at) - first_on).days // 7
        if not 0 <= week < weeks:
            continue
        counts[week][0] += 1
        counts[week][1] += flag in empty
        counts[week][2] += empty.get(flag, False)
    return [
        WeekLine(first_on + timedelta(days=7 * i), first_on + timedelta(days=7 * i + 6), *line)
        for i, line in enumerate(counts)
    ]
