"""Looking over who was shown what: opening it, counting days, answering for them."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import Grant, User
from aanchal.access.roles import Role
from aanchal.kernel import reading
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import events_of, record
from aanchal.kernel.authz import ROOT, Actor, Scope, district_of, granted_areas, require
from aanchal.kernel.errors import Invalid, NotAllowed, WrongState
from aanchal.kernel.models import AuditEvent
from aanchal.kernel.permissions import KernelPermission

from .. import readings
from ..models import (
    Child,
    ReadingDay,
)
from ..permissions import PeoplePermission
from ..rules.readings import unusual, usual
from ..verbs import PeopleVerb

READING_ANSWERS = frozenset({"in_order", "asked"})


KEEP_READING_DAYS = timedelta(days=92)


@use_case
def open_readings(
    actor: Actor, *, user: User | None, child: Child | None, days: int, shown: Iterable[object]
) -> None:
    """Look over what others were shown, which leaves a trace of its own.

    Args:
        user, child: what it was narrowed to; None for all.
        shown: keys of the children whose codes the page shows.
    """
    areas = granted_areas(actor, PeoplePermission.READING_VIEW)
    where = Scope(area_path=areas[0], district=district_of(areas[0])) if areas else Scope("")
    require(actor, PeoplePermission.READING_VIEW, where)
    if child is not None:
        require(actor, PeoplePermission.CHILD_VIEW, child)
    keys = [*shown]
    narrowed = {"user": str(user.pk)} if user is not None else {}
    record(actor, PeopleVerb.READINGS_OPENED, child, scope=where, shown=keys, days=days, **narrowed)
    for key in keys:
        reading.noted(key)


@use_case
def count_readings(actor: Actor, *, on: date, at: datetime) -> int:
    """Count one day's readings, person by person, and mark what is unusual; returns how many were.

    A day already counted is left as it is. Days older than three months are forgotten.
    """
    require(actor, KernelPermission.AUDIT_VERIFY, Scope(area_path=ROOT))
    shown: dict[tuple[str, str], set[str]] = {}
    pages: dict[tuple[str, str], int] = {}
    working = Grant.objects.filter(role=Role.CASE_WORKER).values_list("user_id", flat=True)
    case_workers = {str(key) for key in working}
    for event in events_of([on]):
        if event.verb in readings.READING and event.outcome == AuditEvent.Outcome.DONE:
            if readings.is_of_concern(event) and event.actor_id not in case_workers:
                # The list beside the number leaves it out: the difference would tell of a concern.
                continue
            key = event.district, event.actor_id
            shown.setdefault(key, set()).update(event.shown)
            pages[key] = pages.get(key, 0) + 1
    first_on = on - timedelta(days=int(readings.limits()["usual_days"]))
    past: dict[tuple[str, str], list[int]] = {}
    counted = set()
    for day in ReadingDay.objects.filter(on__gte=first_on, on__lte=on):
        if day.on == on:
            counted.add((day.district, day.reader))
        else:
            past.setdefault((day.district, day.reader), []).append(day.counts["children"])
    people = {user_id for _district, user_id in shown}
    roles: dict[str, set[str]] = {}
    areas: dict[str, str] = {}
    for grant in Grant.objects.filter(user_id__in=[p for p in people if "-" in p]).order_by("pk"):
        roles.setdefault(str(grant.user_id), set()).add(grant.role)
        areas[str(grant.user_id)] = grant.area_path
    unusual_days = 0
    for (district, user_id), children in sorted(shown.items()):
        if user_id not in roles or (district, user_id) in counted:
            continue
        works = bool(roles[user_id] & {Role.VOLUNTEER, Role.TEACHER, Role.COORDINATOR})
        outside = len(readings.outside_work(user_id, frozenset(children), on)) if works else 0
        before = past.get((district, user_id), [])
        why = unusual(len(children), past=before, outside=outside, limits=readings.limits())
        unusual_days += bool(why)
        ReadingDay.objects.create(
            district=district,
            on=on,
            reader=user_id,
            counts={
                "pages": pages[district, user_id],
                "children": len(children),
                "outside": outside,
                "usual": usual(before, readings.limits()),
                "why": why,
                "area": areas[user_id],
            },
        )
    ReadingDay.objects.filter(on__lt=on - KEEP_READING_DAYS).delete()
    record(
        actor,
        PeopleVerb.READINGS_COUNTED,
        None,
        scope=Scope(area_path=ROOT),
        on=on.isoformat(),
        people=len(shown),
        unusual=unusual_days,
    )
    return unusual_days


@use_case
def answer_reading(actor: Actor, *, day: ReadingDay, answer: str, at: datetime) -> ReadingDay:
    """Say what came of looking at an unusual day: it was in order, or she was asked.

    It tells the person nothing and changes nothing she may do.

    Raises:
        NotAllowed: it is not the actor's to look over, or it is about herself.
        Invalid: no such answer.
        WrongState: the day was not pointed at.
    """
    held = ReadingDay.objects.select_for_update().get(pk=day.pk)
    require(actor, PeoplePermission.READING_VIEW, held)
    if not readings.readers_under(actor, at=at).filter(pk=held.reader).exists():
        raise NotAllowed(permission=str(PeoplePermission.READING_VIEW))
    if answer not in READING_ANSWERS:
        raise Invalid(_("Say whether it was in order, or whether you asked."))
    if not held.counts["why"]:
        raise WrongState(_("This day was not pointed at."))
    held.answer = {"by": actor.user_id, "at": at.isoformat(), "is": answer}
    held.save(update_fields=["answer"])
    record(actor, PeopleVerb.READING_ANSWERED, held, scope=held.scope(), answer=answer)
    return held
