"""Flags, visits and what was found of them, as far as they wait."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, F, Max, Q

from aanchal.kernel.access import placed
from aanchal.kernel.authz import Actor, Scope
from aanchal.watch.models import Flag, LateFinding, Visit, Withdrawal
from aanchal.watch.permissions import WatchPermission
from aanchal.watch.queries.doubts import doubt_due_at, doubts
from aanchal.watch.queries.hands import can_be_made

from .kin import kin_of_households
from .thing import NOBODY, Thing


def flags(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Flags that are in nobody's hands, and those visited whose end is not written."""
    reach = Q() if actor is None else placed(Flag, actor, WatchPermission.VISIT_ASSIGN)
    rows = list(
        Flag.objects.filter(reach, state__in=[Flag.State.OPEN, Flag.State.VISITED])
        .annotate(back_at=Max("visits__handed_back_at"), told_at=Max("visits__recorded_at"))
        .annotate(opened_at=Max("reopenings__reopened_at"), household=F("child__household_id"))
        .select_related("area")
        .defer("reason")
    )
    kin = kin_of_households(flag.household for flag in rows)
    in_doubt = doubts(Flag.objects.filter(reach))
    for flag in rows:
        steps = [flag.raised_at, flag.back_at, flag.told_at, flag.opened_at]
        doubt = in_doubt.get(flag.pk)
        began = max(step for step in steps if step is not None)
        if doubt is not None and flag.state == Flag.State.VISITED:
            began = doubt
        yield Thing(
            f"flag.{flag.state}",
            str(flag.pk),
            Scope(
                area_path=flag.area.path,
                district=flag.district,
                excluded=kin.get(flag.household, NOBODY),
            ),
            since=began,
            due=doubt_due_at(doubt) if doubt is not None else None,
            is_urgent=doubt is not None
            or (flag.channel == Flag.Channel.URGENT and flag.state == Flag.State.OPEN),
            is_danger=doubt is not None,
            place=flag.area,
        )


def visits(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Visits in somebody's hands; for a coordinator those past their day, or that cannot be made.

    A visit whose volunteer may no longer go there, or is shut out of the family since, waits from its
    start, in nobody's hands: she does not see it any more. So does one on which two would go of whom
    one cannot, and one on which somebody would go alone to a house that is not safe. Whoever goes
    along is told as well.
    """
    asked = Visit.objects.filter(state=Visit.State.ASSIGNED)
    if actor is not None:
        hers = Q(volunteer_id=actor.user_id) | Q(second_id=actor.user_id)
        sends = placed(Flag, actor, WatchPermission.VISIT_ASSIGN, "flag__")
        makes = hers & placed(Flag, actor, WatchPermission.VISIT_HAND_BACK, "flag__")
        asked = asked.filter(sends | makes)
    goes = ExpressionWrapper(can_be_made(asked, at=at), output_field=BooleanField())
    reach = Q()
    if actor is not None:
        late = Q(due_at__lt=at) | Q(goes=False)
        reach = late & sends | makes
    rows = list(
        asked.annotate(goes=goes, household=F("flag__child__household_id"))
        .filter(reach)
        .select_related("flag__area")
        .defer("flag__reason")
    )
    kin = kin_of_households(visit.household for visit in rows)
    in_doubt = doubts(
        Flag.objects.filter(pk__in={visit.flag_id for visit in rows}), states=[Flag.State.ASSIGNED]
    )
    for visit in rows:
        found = Thing(
            "visit.assigned",
            str(visit.pk),
            Scope(
                area_path=visit.flag.area.path,
                district=visit.district,
                holders=frozenset({str(visit.volunteer_id)}),
                excluded=kin.get(visit.household, NOBODY),
            ),
            since=visit.assigned_at,
            due=visit.due_at if visit.goes else visit.assigned_at,
            is_urgent=visit.flag.channel == Flag.Channel.URGENT or visit.flag_id in in_doubt,
            is_danger=visit.flag_id in in_doubt,
            holder=str(visit.volunteer_id) if visit.goes else "",
            place=visit.flag.area,
            flag=str(visit.flag_id),
        )
        yield found
        if visit.second_id is not None and visit.goes:
            second = str(visit.second_id)
            yield replace(
                found,
                kind="visit_along.sent",
                scope=replace(found.scope, holders=frozenset({second})),
                holder=second,
            )


def late_findings(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Flags of which something was sent too late that nobody has read, each once."""
    reach = (
        Q() if actor is None else placed(Flag, actor, WatchPermission.VISIT_ASSIGN, "visit__flag__")
    )
    rows = list(
        LateFinding.objects.filter(reach, read_at__isnull=True)
        .annotate(household=F("visit__flag__child__household_id"))
        .select_related("visit__flag__area")
        .only("district", "sent_at", "visit__flag__area")
        .order_by("sent_at", "pk")
    )
    kin = kin_of_households(row.household for row in rows)
    for row in {r.visit.flag_id: r for r in reversed(rows)}.values():
        flag = row.visit.flag
        yield Thing(
            "late_finding.unread",
            str(flag.pk),
            Scope(
                area_path=flag.area.path,
                district=row.district,
                excluded=kin.get(row.household, NOBODY),
            ),
            since=row.sent_at,
            place=flag.area,
        )


def put_right(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Flags about whose child a finding of an earlier one was put right, and nobody has read it."""
    reach = Q() if actor is None else placed(Flag, actor, WatchPermission.VISIT_ASSIGN)
    rows = list(
        Flag.objects.filter(
            reach, put_right_at__isnull=False, put_right_read_at__isnull=True, state__in=Flag.LIVE
        )
        .annotate(household=F("child__household_id"))
        .select_related("area")
        .defer("reason")
    )
    kin = kin_of_households(row.household for row in rows)
    for row in rows:
        assert row.put_right_at is not None  # it is asked for
        yield Thing(
            "put_right.unread",
            str(row.pk),
            Scope(
                area_path=row.area.path,
                district=row.district,
                excluded=kin.get(row.household, NOBODY),
            ),
            since=row.put_right_at,
            is_urgent=row.channel == Flag.Channel.URGENT,
            place=row.area,
        )


def withdrawals(actor: Actor | None, at: datetime) -> Iterator[Thing]:
    """Flags whose marks were corrected: withdrawn, or asked all the same?"""
    reach = Q() if actor is None else placed(Withdrawal, actor, WatchPermission.FLAG_WITHDRAW)
    rows = list(
        Withdrawal.objects.filter(
            reach,
            state=Withdrawal.State.WAITING,
            flag__state__in=(Flag.State.OPEN, Flag.State.ASSIGNED),
        )
        .annotate(household=F("flag__child__household_id"))
        .select_related("flag__area")
        .defer("flag__reason")
    )
    kin = kin_of_households(row.household for row in rows)
    for row in rows:
        yield Thing(
            "withdrawal.waiting",
            str(row.flag_id),
            Scope(
                area_path=row.flag.area.path,
                district=row.district,
                excluded=kin.get(row.household, NOBODY),
            ),
            since=row.asked_at,
            place=row.flag.area,
        )
