"""The calendar of an area or a school, month by month: a tap on a day opens one small form."""

import calendar
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from aanchal.kernel.authz import may
from aanchal.kernel.errors import Invalid, NotFound
from aanchal.places.actions import change_closures, set_calendar
from aanchal.places.models import Area, Body, Closure
from aanchal.places.permissions import PlacePermission
from aanchal.places.queries import (
    calendar_above,
    closures_of,
    own_calendar,
    visible_area,
    visible_school,
)
from aanchal.web.shell.context import local_name
from aanchal.web.shell.forms import add_form_error
from aanchal.web.shell.look.fields import errors_of

from ..closure_names import NAMES
from ..forms import KINDS, CalendarForm, ClosureForm
from ..presenters import week_words

FURTHEST_YEARS = 20


def place_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The calendar that holds for all schools of an area that have none of their own."""
    area = visible_area(request.actor, pk=pk)
    if not may(request.actor, PlacePermission.CALENDAR_EDIT, area):
        raise NotFound
    return _calendar(request, area)


def school_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One school's own calendar."""
    return _calendar(request, visible_school(request.actor, pk=pk))


def _calendar(request: HttpRequest, place: Area | Body) -> HttpResponse:
    held = own_calendar(place)
    own = closures_of(held)
    nearest, above = calendar_above(place)
    shown = held or nearest
    day, month = _asked(request)
    step = request.POST.get("step", "") if request.method == "POST" else ""
    where: dict[str, Any] = {
        "area": place if isinstance(place, Area) else None,
        "body": place if isinstance(place, Body) else None,
        "at": timezone.now(),
    }
    week = CalendarForm(
        request.POST if step == "week" else None,
        initial={
            "weekly_off": [str(d) for d in (shown.weekly_off if shown else [7])],
            "year_starts_in": str(shown.year_starts_in if shown else 4),
            "source": held.source if held else "",
        },
    )
    closure = None
    if day is not None:
        closure = ClosureForm(request.POST if step == "closure" else None, day=day)
    asked = closure if step == "closure" else week
    try:
        if step == "remove":
            gone = next((c for c in own if str(c.pk) == request.POST.get("closure")), None)
            if gone is None:
                raise NotFound
            change_closures(request.actor, remove=[gone.pk], source=gone.source, **where)
            return _written(request, month)
        if step == "closure" and closure is not None and closure.is_valid():
            said = closure.cleaned_data
            added = (said["kind"], said["name"], closure.day, said["last_on"])
            change_closures(request.actor, add=[added], source=said["source"], **where)
            return _written(request, month)
        if step == "week" and week.is_valid():
            set_calendar(
                request.actor,
                weekly_off=week.cleaned_data["weekly_off"],
                year_starts_in=week.cleaned_data["year_starts_in"],
                closures=[(c.kind, c.name, c.first_on, c.last_on) for c in own],
                source=week.cleaned_data["source"],
                **where,
            )
            return _written(request, month)
    except Invalid as error:
        if asked is not None:
            add_form_error(asked, error)
    return render(
        request,
        "places/calendar.html",
        {
            "name": local_name(place),
            "back": reverse("place", args=[place.area_id if isinstance(place, Body) else place.pk]),
            "week": week,
            "week_words": week_words(shown.weekly_off if shown else [7]),
            "is_week_wrong": step == "week",
            "closure": closure,
            "day": day,
            "on_day": [c for c in own if day and c.first_on <= day <= c.last_on],
            "wrong": errors_of(asked) if asked is not None and asked.is_bound else [],
            "own": held is not None,
            "month": month,
            **_grid(month, day, shown.weekly_off if shown else [7], own, above),
        },
        status=400 if request.method == "POST" else 200,
    )


def _written(request: HttpRequest, month: date) -> HttpResponse:
    messages.success(request, _("The calendar is written down."))
    return redirect(f"{request.path}?month={month:%Y-%m}")


def _asked(request: HttpRequest) -> tuple[date | None, date]:
    """The day that was tapped, if any, and the first of the month that is shown."""
    today = timezone.localdate()
    day = _day_in_reach(request.GET.get("day", ""), today)
    month = day or _day_in_reach(request.GET.get("month", "") + "-01", today) or today
    return day, month.replace(day=1)


def _day_in_reach(text: str, today: date) -> date | None:
    """The ISO day in a text, when it is one and not further away than any calendar reaches."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if abs(day.year - today.year) <= FURTHEST_YEARS else None


def _grid(
    month: date, day: date | None, off: list[int], own: list[Closure], above: list[Closure]
) -> dict[str, Any]:
    """The weeks of a month, Sunday first, each day with what is closed on it; and its neighbours."""
    today = timezone.localdate()
    weeks = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(month.year, month.month)
    first, last = weeks[0][0], weeks[-1][-1]
    held = [(c, True) for c in own] + [(c, False) for c in above]
    held = [(c, mine) for c, mine in held if c.first_on <= last and c.last_on >= first]
    held.sort(key=lambda pair: (pair[0].first_on, pair[0].last_on))

    def one(on: date) -> dict[str, Any]:
        names = [_name_of(c) for c, _mine in held if c.first_on <= on <= c.last_on]
        return {
            "on": on,
            "in_month": on.month == month.month,
            "names": names,
            "is_off": on.isoweekday() in off,
            "is_today": on == today,
            "is_chosen": on == day,
        }

    return {
        "weekdays": [WEEKDAYS_ABBR[d.weekday()] for d in weeks[0]],
        "weeks": [[one(on) for on in days] for days in weeks],
        "closures": [
            {"closure": c, "name": _name_of(c), "is_own": mine}
            for c, mine in held
            if c.first_on < (month + timedelta(days=32)).replace(day=1) and c.last_on >= month
        ],
        "before": (month - timedelta(days=1)).replace(day=1),
        "after": (month + timedelta(days=32)).replace(day=1),
    }


def _name_of(closure: Closure) -> str:
    kind = dict(KINDS)[Closure.Kind(closure.kind)]
    if closure.name in NAMES:
        return _(closure.name)
    return closure.name or str(kind)
