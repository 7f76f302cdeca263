"""A step of a concern on a page of its own, with words that must be written."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from aanchal.cases.models import Concern
from aanchal.web.shell.names import code_mark

from ..forms import WordsForm


def step_page(
    request: HttpRequest,
    held: Concern,
    form: forms.Form | None,
    *,
    title: str,
    body: str,
    send: str,
    release: WordsForm | None = None,
    carry: list[tuple[str, str]] | None = None,
    status: int | None = None,
) -> HttpResponse:
    """The page of one step of work on a concern: a title, a word, a form."""
    bound = [f for f in (form, release) if f is not None and f.is_bound and f.errors]
    return render(
        request,
        "concerns/step.html",
        {
            "concern": held,
            "crumb_items": [
                {"label": _("Concerns"), "href": reverse("concerns")},
                {"label": code_mark(held.code), "href": reverse("concern", args=[held.pk])},
                {"label": title},
            ],
            "title": title,
            "body": body,
            "send": send,
            "step_form": form,
            "form": bound[0] if bound else None,
            "release": release,
            "carry": carry or [],
        },
        status=status or (400 if bound else 200),
    )
