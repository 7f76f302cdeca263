"""Small helpers for forms that many pages share."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.kernel.errors import Invalid

ONCE = "private_page_once"


def choices(labels: dict[str, str]) -> list[tuple[str, str]]:
    """Codes with their labels in the reader's language, in the order of the data."""
    return [(key, _(label)) for key, label in labels.items()]


class ChoiceRows(forms.ChoiceField):
    """A choice drawn as rows, each big enough for a thumb."""

    widget = forms.RadioSelect


class DayField(forms.DateField):
    """A day; the browser's own calendar where it has one, and ISO or day-first text where not."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y")
    default_error_messages = {
        "invalid": gettext_lazy("Write the day like 2026-11-22 or 22/11/2026.")
    }


def yes_no(label: Any, **kwargs: Any) -> forms.TypedChoiceField:
    """A question that must be answered with yes or no; nothing is chosen beforehand."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
        **kwargs,
    )


class SentOnce(forms.Form):
    """A form whose act is done once, however often it is sent: see `kernel.operations`."""

    operation = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)


def add_form_error(form: forms.Form, error: Invalid) -> None:
    """Put a refusal beside the field it is about, or above the form."""
    field = error.details.get("field")
    form.add_error(str(field) if field in form.fields else None, str(error))


def choose_again(
    request: HttpRequest, key: str, *, about: str, once: str = "", carry: str = ""
) -> HttpResponse:
    """Go on to the page of a choice: a page of its own, so that the back button finds the choices.

    The address holds a keyed mark of the choice, not its name: a shared phone keeps its history.

    Args:
        once: a number of `open_once`, when the page may be shown one time only.
        carry: more of the address, such as "about=…".
    """
    more = (f"&t={once}" if once else "") + (f"&{carry}" if carry else "")
    return redirect(f"{request.path}?on={_mark(request, key, about)}{more}")


def open_once(request: HttpRequest) -> str:
    """A number that lets the next page be shown one time: reloaded or reopened, it is not."""
    once = get_random_string(16)
    request.session[ONCE] = once
    return once


def is_opened_once(request: HttpRequest) -> bool:
    """Say whether this page was asked for by a press just now; the number is spent."""
    once = request.session.pop(ONCE, "")
    return bool(once) and constant_time_compare(once, request.GET.get("t", ""))


def chosen_key(request: HttpRequest, keys: Iterable[str], *, about: str) -> str | None:
    """The choice that a page's address is about; None when it names none of them."""
    mark = request.GET.get("on", "")
    if not mark:
        return None
    return next((k for k in keys if constant_time_compare(mark, _mark(request, k, about))), None)


def _mark(request: HttpRequest, key: str, about: str) -> str:
    text = f"{request.actor.user_id}|{about}|{key}"
    return salted_hmac("aanchal.web.choice", text, algorithm="sha256").hexdigest()[:16]


def today() -> date:
    """The day in the office's zone."""
    return timezone.localdate()


def key_or_none(text: str | None) -> UUID | None:
    """The key of a record that a form names; None when it is missing or is no key."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
