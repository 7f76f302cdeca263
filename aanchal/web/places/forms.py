"""What is asked about calendars and files of places."""

from datetime import date
from typing import Any

from django import forms
from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.places.models import Closure
from aanchal.web.shell.forms import ChoiceRows, DayField


class PlaceFileForm(forms.Form):
    """A file; what it holds its heading says."""

    file = forms.FileField(
        label=gettext_lazy("The file as it was published (CSV)"),
        error_messages={
            "required": gettext_lazy("Choose the file first."),
            "empty": gettext_lazy("This file is empty. Choose it again."),
        },
    )


KINDS = [
    (Closure.Kind.HOLIDAY, gettext_lazy("Holiday")),
    (Closure.Kind.VACATION, gettext_lazy("Vacation")),
    (Closure.Kind.CLOSED, gettext_lazy("Closed for another reason")),
]


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
    """One closure that begins on the day that was tapped. Nothing is chosen beforehand."""

    kind = ChoiceRows(
        label=gettext_lazy("Why is it closed?"),
        choices=KINDS,
        error_messages={"required": gettext_lazy("Choose why it is closed.")},
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120, required=False)
    last_on = DayField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Leave empty for a single day"),
        required=False,
    )
    source = forms.CharField(
        label=gettext_lazy("Who says so"),
        help_text=gettext_lazy("Number and date of the order, or the person who told you"),
        max_length=200,
        error_messages={"required": gettext_lazy("Write who says so.")},
    )

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, prefix="closure", **kwargs)
        self.day = day

    def clean_last_on(self) -> date:
        last_on: date = self.cleaned_data["last_on"] or self.day
        if last_on < self.day:
            raise forms.ValidationError(_("It ends before it begins."))
        return last_on
