"""When schools are open: weekly days off, the year's beginning, closures."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, NotFound

from ..models import Area, Body, Closure, SchoolCalendar
from ..permissions import PlacePermission
from ..queries import DEFAULT_YEAR_STARTS_IN, calendar_above
from ..verbs import PlaceVerb

# Kind, name, first and last day.
ClosureDays = tuple[str, str, date, date]
MAX_CLOSURES = 400
LONGEST_DAYS = 366


@use_case
def set_calendar(
    actor: Actor,
    *,
    area: Area | None = None,
    body: Body | None = None,
    weekly_off: Sequence[int],
    year_starts_in: int,
    closures: Iterable[ClosureDays],
    source: str,
    at: datetime,
) -> SchoolCalendar:
    """Say when a school, or all schools of an area without a calendar of their own, are open.

    What was said before is replaced as a whole; saying the same again changes nothing and leaves
    no event.

    Args:
        area, body: exactly one.
        weekly_off: ISO weekdays, Monday 1 to Sunday 7; may be empty, not all seven.
        year_starts_in: month, 1 to 12.
        closures: (kind, name, first day, last day), kind being one of `Closure.Kind`.
        source: the order or the person that says so.

    Raises:
        NotAllowed: the actor keeps no calendars there.
        Invalid: not exactly one place; `field` is weekly_off, year_starts_in or closures.
    """
    place = body if body is not None else area
    if place is None or (body is not None and area is not None):
        raise Invalid
    require(actor, PlacePermission.CALENDAR_EDIT, place)
    days = sorted(set(weekly_off))
    if not all(1 <= d <= 7 for d in days) or len(days) == 7:
        raise Invalid(_("A school is open on one day of the week at least."), field="weekly_off")
    if not 1 <= year_starts_in <= 12:
        raise Invalid(_("Choose the month in which the year begins."), field="year_starts_in")
    wanted = _checked(closures)
    # Lock the place's row: the calendar may not exist yet.
    type(place)._default_manager.select_for_update().get(pk=place.pk)
    held = SchoolCalendar.objects.filter(area=area, body=body).first()
    changed = []
    says = {"weekly_off": days, "year_starts_in": year_starts_in, "source": source[:200]}
    if held is None:
        held = SchoolCalendar.objects.create(area=area, body=body, **says)
        changed = list(says)
    else:
        changed = [name for name, value in says.items() if getattr(held, name) != value]
        for name in changed:
            setattr(held, name, says[name])
        if changed:
            held.save(update_fields=changed)
    added, removed = _lay_closures(held, wanted, source=source)
    if changed or added or removed:
        record(
            actor,
            PlaceVerb.CALENDAR_CHANGED,
            held,
            scope=place.scope(),
            fields=changed,
            closures_added=added,
            closures_removed=removed,
        )
    return held


@use_case
def change_closures(
    actor: Actor,
    *,
    area: Area | None = None,
    body: Body | None = None,
    add: Iterable[ClosureDays] = (),
    remove: Iterable[UUID] = (),
    source: str,
    at: datetime,
) -> SchoolCalendar:
    """Add closures to the calendar of a place and take some away; the others stay as they are.

    A place that had no calendar of its own gets one, with the weekly days off and the beginning of
    the year that hold for it from above.

    Args:
        area, body: exactly one.
        remove: closures of this very calendar.
        source: the order or the person that says so; kept with what is added.

    Raises:
        NotAllowed: the actor keeps no calendars there.
        NotFound: a closure to be taken away is not of this calendar.
        Invalid: not exactly one place; `field` is closures.
    """
    place = body if body is not None else area
    if place is None or (body is not None and area is not None):
        raise Invalid
    require(actor, PlacePermission.CALENDAR_EDIT, place)
    type(place)._default_manager.select_for_update().get(pk=place.pk)
    held = SchoolCalendar.objects.filter(area=area, body=body).first()
    kept = {c.pk: c for c in held.closures.all()} if held is not None else {}
    gone = set(remove)
    if not gone <= set(kept):
        raise NotFound
    same = [(c.kind, c.name, c.first_on, c.last_on) for pk, c in kept.items() if pk not in gone]
    wanted = _checked([*same, *add])
    if held is None:
        above, _closures = calendar_above(place)
        held = SchoolCalendar.objects.create(
            area=area,
            body=body,
            weekly_off=above.weekly_off if above else [7],
            year_starts_in=above.year_starts_in if above else DEFAULT_YEAR_STARTS_IN,
            source=source[:200],
        )
    added, removed = _lay_closures(held, wanted, source=source)
    if added or removed:
        record(
            actor,
            PlaceVerb.CALENDAR_CHANGED,
            held,
            scope=place.scope(),
            fields=[],
            closures_added=added,
            closures_removed=removed,
        )
    return held


def _checked(closures: Iterable[ClosureDays]) -> dict[tuple[str, date, date], str]:
    wanted: dict[tuple[str, date, date], str] = {}
    for kind, name, first_on, last_on in closures:
        if kind not in Closure.Kind.values:
            raise Invalid(field="closures")
        if last_on < first_on:
            raise Invalid(_("A closure ends before it begins."), field="closures")
        if (last_on - first_on).days >= LONGEST_DAYS:
            raise Invalid(_("A closure is longer than a year."), field="closures")
        wanted.setdefault((kind, first_on, last_on), name.strip()[:120])
    if len(wanted) > MAX_CLOSURES:
        raise Invalid(_("These are too many closures for one calendar."), field="closures")
    return wanted


def _lay_closures(
    held: SchoolCalendar, wanted: dict[tuple[str, date, date], str], *, source: str
) -> tuple[int, int]:
    """Make a calendar's closures those wanted; returns how many were added and removed."""
    known = {(c.kind, c.first_on, c.last_on): c for c in held.closures.all()}
    gone = [c.pk for k, c in known.items() if k not in wanted or wanted[k] != c.name]
    Closure.objects.filter(pk__in=gone).delete()
    fresh = [
        Closure(
            calendar=held,
            kind=kind,
            name=name,
            first_on=first_on,
            last_on=last_on,
            source=source[:200],
        )
        for (kind, first_on, last_on), name in wanted.items()
        if (kind, first_on, last_on) not in known or known[kind, first_on, last_on].name != name
    ]
    Closure.objects.bulk_create(fresh)
    return len(fresh), len(gone)
