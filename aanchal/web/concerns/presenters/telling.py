"""The two pages on which a concern is told: its kind, then what was seen."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from aanchal.cases.kinds import concern_kinds
from aanchal.web.shell.names import first_name

from ..forms import ConcernForm, ConcernKindForm
from .about import About
from .danger import danger_help


def tell_instead(request: HttpRequest, *, kind: str, told: str, about: About) -> HttpResponse:
    """The page on which a danger is told of, with what was written on another that takes it no more."""
    first = {"kind": kind, "key": str(uuid4()), "told": told}
    form = ConcernForm(initial=first, areas=[], about=kind, child_known=True)
    return ask_words(request, kind, form, about)


def ask_kind(request: HttpRequest, form: ConcernKindForm, about: About | None) -> HttpResponse:
    context = {"form": form, "about": _shown(about)}
    return render(request, "concerns/kind.html", context, status=400 if form.is_bound else 200)


def ask_words(
    request: HttpRequest, kind: str, form: ConcernForm, about: About | None
) -> HttpResponse:
    context = {
        "form": form,
        "danger": danger_help(kind),
        "kind": _(concern_kinds()[kind].label),
        "about": _shown(about),
    }
    return render(request, "concerns/new.html", context, status=400 if form.is_bound else 200)


def _shown(about: About | None) -> dict[str, str] | None:
    if about is None:
        return None
    name = first_name(about.child) if about.may_name else ""
    code = "" if about.teller is not None else about.child.code
    return {"name": name, "code": code, "mark": about.mark}
