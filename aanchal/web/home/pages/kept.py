"""What she wrote before she was signed out: shown again, and sent when she presses, never before."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from aanchal.access import kept

# What was chosen or carried along goes with it unseen; what was written is shown, to be looked at.
WRITTEN = frozenset({"told", "note", "reason", "source", "name", "for_name", "display_name"})


CODE = re.compile(r"[A-Za-z0-9:._+-]*")


def kept_words(request: HttpRequest) -> HttpResponse:
    """The forms that wait for her in this browser; a POST throws one away."""
    if request.method == "POST":
        kept.forget(request, pks=request.POST.getlist("throw_away"))
        return redirect("kept_words")
    waiting = [_shown(one) for one in kept.kept_for(request)]
    if not waiting:
        # Also for whoever else signs in here: nothing says that somebody's words wait.
        return redirect("home")
    return render(request, "kept.html", {"waiting": waiting})


def _shown(one: kept.Kept) -> dict[str, Any]:
    written: list[tuple[str, str]] = []
    carried: list[tuple[str, str]] = []
    for name, values in one.fields:
        for value in values:
            (written if _is_written(name, value) else carried).append((name, value))
    return {
        "kept": one,
        "sent_to": one.path.partition("?")[0],
        "written": [
            {"name": name, "value": value, "id": f"kept-{one.pk}-{number}", "rows": _rows(value)}
            for number, (name, value) in enumerate(written)
        ],
        "carried": carried,
        "page_href": one.path if _can_be_opened(one.path) else "",
        "label": _("What you wrote"),
    }


def _is_written(name: str, value: str) -> bool:
    return bool(value.strip()) and (name in WRITTEN or not CODE.fullmatch(value))


def _rows(value: str) -> int:
    return min(12, max(2, value.count("\n") + len(value) // 40 + 1))


def _can_be_opened(path: str) -> bool:
    try:
        view = resolve(path.partition("?")[0]).func
    except Resolver404:
        return False
    return "GET" in getattr(getattr(view, "aanchal_route", None), "methods", ())
