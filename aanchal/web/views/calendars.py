"""The calendar of an area or a school: days off, the year's beginning, closures."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.kernel.errors import Invalid, NotFound
from aanchal.kernel.permissions import Permission, may
from aanchal.places.actions import set_calendar
from aanchal.places.models import Area, Body, Closure, SchoolCalendar
from aanchal.places.queries import calendar_above, visible_area, visible_school

from ..context import local_name
from ..forms import DayField, blame

BLANK_ROWS = 3
KINDS = [
    (Closure.Kind.HOLIDAY, gettext_lazy("Holiday")),
    (Closure.Kind.VACATION, gettext_lazy("Vacation")),
    (Closure.Kind.CLOSED, gettext_lazy("Closed for another reason")),
]


def week_words(days: list[int]) -> str:
    """ISO weekdays as words; "none" for a school that is open all week."""
    # Django counts from Monday 0.
    return ", ".join(str(WEEKDAYS[d - 1]) for d in sorted(days)) or _("none")


class CalendarForm(forms.Form):
    """Everything but the closures."""

    weekly_off = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Weekly day off"),
        choices=[(str(day + 1), name) for day, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    year_starts_in = forms.TypedChoiceField(
        label=gettext_lazy("The school year begins on the first of"),
        choices=[(str(n), name) for n, name in MONTHS.items()],
        coerce=int,
    )
    source = forms.CharField(
        label=gettext_lazy("Who says so"),
        help_text=gettext_lazy("Number and date of the order, or the person who told you"),
        max_length=200,
        error_messages={"required": gettext_lazy("Write who says so.")},
    )


class ClosureForm(forms.Form):
    """One closure; an empty row is none."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    first_on = DayField(label=gettext_lazy("First day"), required=False)
    last_on = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Leave empty for a single day"),
        required=False,
    )
    gone = forms.BooleanField(label=gettext_lazy("Take it away"), required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        first_on, last_on = said.get("first_on"), said.get("last_on")
        if said.get("gone") or self.errors:
            return said
        if last_on and not first_on:
            self.add_error("first_on", _("Write the first day."))
        elif first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("It ends before it begins."))
        elif said.get("name") and not first_on:
            self.add_error("first_on", _("Write the first day."))
        return said


ClosureForms = forms.formset_factory(ClosureForm, extra=BLANK_ROWS, max_num=400)


def place_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The calendar that holds for all schools of an area that have none of their own."""
    area = visible_area(request.actor, pk=pk)
    if not may(request.actor, Permission.CALENDAR_EDIT, area):
        raise NotFound
    return _calendar(request, area)


def school_calendar(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One school's own calendar."""
    return _calendar(request, visible_school(request.actor, pk=pk))


def _calendar(request: HttpRequest, place: Area | Body) -> HttpResponse:
    held = _held(place)
    nearest, above = calendar_above(place)
    shown = held or nearest
    sent = request.POST if request.method == "POST" else None
    form = CalendarForm(
        sent,
        initial={
            "weekly_off": [str(d) for d in (shown.weekly_off if shown else [7])],
            "year_starts_in": str(shown.year_starts_in if shown else 4),
            "source": held.source if held else "",
        },
    )
    rows = ClosureForms(
        sent,
        prefix="closure",
        initial=[
            {"kind": c.kind, "name": c.name, "first_on": c.first_on, "last_on": c.last_on}
            for c in (held.closures.order_by("first_on", "last_on") if held else [])
        ],
    )
    if request.method == "POST" and form.is_valid() & rows.is_valid():
        try:
            set_calendar(
                request.actor,
                area=place if isinstance(place, Area) else None,
                body=place if isinstance(place, Body) else None,
                weekly_off=form.cleaned_data["weekly_off"],
                year_starts_in=form.cleaned_data["year_starts_in"],
                closures=[_closure(r.cleaned_data) for r in rows if _is_closure(r)],
                source=form.cleaned_data["source"],
                at=timezone.now(),
            )
        except Invalid as error:
            blame(form, error)
        else:
            messages.success(request, _("The calendar is written down."))
            return redirect(request.path)
    return render(
        request,
        "places/calendar.html",
        {
            "place": place,
            "name": local_name(place),
            "back": reverse("place", args=[place.area_id if isinstance(place, Body) else place.pk]),
            "form": form,
            "rows": rows,
            "wrong": _wrong(form, rows),
            "own": held is not None,
            "above": [c for c in above if not _is_over(c)],
        },
        status=400 if request.method == "POST" else 200,
    )


def _held(place: Area | Body) -> SchoolCalendar | None:
    if isinstance(place, Body):
        return SchoolCalendar.objects.filter(body=place).first()
    return SchoolCalendar.objects.filter(area=place).first()


def _is_over(closure: Closure) -> bool:
    return closure.last_on < timezone.localdate()


def _is_closure(row: forms.Form) -> bool:
    said = row.cleaned_data
    return bool(said.get("first_on")) and not said.get("gone")


def _closure(said: dict[str, Any]) -> tuple[str, str, Any, Any]:
    return said["kind"], said["name"], said["first_on"], said["last_on"] or said["first_on"]


def _wrong(form: forms.Form, rows: Any) -> list[tuple[str, str]]:
    """Errors of the form and of its rows, each with the field to put right."""
    from ..look.fields import errors_of

    return [*errors_of(form), *errors_of(rows)] if form.is_bound else []
