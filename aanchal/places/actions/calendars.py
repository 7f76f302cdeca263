"""When schools are open: weekly days off, the year's beginning, closures."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import Invalid
from aanchal.kernel.permissions import Actor, Permission, require

from ..models import Area, Body, Closure, SchoolCalendar

# Kind, name, first and last day.
ClosureDays = tuple[str, str, date, date]
MOST_CLOSURES = 400
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
    require(actor, Permission.CALENDAR_EDIT, place)
    days = sorted(set(weekly_off))
    if not all(1 <= d <= 7 for d in days) or len(days) == 7:
        raise Invalid(_("A school is open on one day of the week at least."), field="weekly_off")
    if not 1 <= year_starts_in <= 12:
        raise Invalid(_("Choose the month in which the year begins."), field="year_starts_in")
    wanted = _checked(closures)
    # The place's row is the turnstile: the calendar may not exist yet, so it cannot be locked.
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
            Verb.CALENDAR_CHANGED,
            held,
            scope=place.scope(),
            fields=changed,
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
    if len(wanted) > MOST_CLOSURES:
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
