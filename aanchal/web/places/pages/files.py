"""Files of places and schools: send one, see what came of it, settle what waits."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from aanchal.kernel.errors import DomainError, NotFound, TooLarge, Unreadable
from aanchal.kernel.jobs import enqueue_on_commit
from aanchal.kernel.models import ImportProblem
from aanchal.places.actions import (
    MAX_LINES_AT_ONCE,
    give_place_file,
    set_place_problems_aside,
    take_place_file,
)
from aanchal.places.models import PlaceFile
from aanchal.places.queries.files import (
    get_place_file,
    open_place_problems,
    place_problems_by_code,
    visible_place_files,
)
from aanchal.web.jobs import take_places

from ..forms import PlaceFileForm

PAGE = 30


FILES_SHOWN = 10


KINDS = {
    "parent_unknown": gettext_lazy("Wait for the place they belong to"),
    "other_parent": gettext_lazy("Known in another place"),
    "far_position": gettext_lazy("Position far from its block's schools"),
    "district_unknown": gettext_lazy("District not known yet"),
    "district_disagrees": gettext_lazy("Another district than its neighbours"),
    "in_a_town": gettext_lazy("Said to lie in a town"),
    "a_town": gettext_lazy("A town in a list of villages"),
    "repeated_code": gettext_lazy("A code that occurs twice"),
    **dict.fromkeys(
        ("not_11_digits", "code_of_10_digits", "shortened_code", "not_a_code", "no_code"),
        gettext_lazy("A code that is missing or cannot be right"),
    ),
    **dict.fromkeys(
        ("village_disagrees", "no_village", "no_village_name", "no_parent"),
        gettext_lazy("A village or place above that is missing or does not fit"),
    ),
    **dict.fromkeys(
        ("zero_position", "not_a_position", "exchanged_position", "position_outside_india"),
        gettext_lazy("A position that cannot be right"),
    ),
    **dict.fromkeys(
        (
            "wrong_number_of_cells", "too_few_cells", "too_many_cells", "not_text",
            "line_too_long", "quote_not_closed", "empty_file", "no_known_header",
        ),
        gettext_lazy("A line or file that cannot be read"),
    ),
}  # fmt: skip


SOMETHING_ELSE = gettext_lazy("Something else")


def places_send(request: HttpRequest) -> HttpResponse:
    """Send a file of places or schools."""
    form = PlaceFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        now = timezone.now()
        try:
            held = give_place_file(request.actor, source=upload.file, filename=upload.name, at=now)
        except (Unreadable, TooLarge) as error:
            form.add_error("file", str(error))
        else:
            if held.lines <= MAX_LINES_AT_ONCE:
                take_place_file(request.actor, held=held, at=now)
            else:
                enqueue_on_commit(take_places, file=held.pk)
            return redirect("place_file", pk=held.pk)
    return render(
        request,
        "places/send.html",
        {
            "form": form,
            "max_mb": settings.AANCHAL_UPLOAD_BYTES // (1024 * 1024),
            "files": [_line(f) for f in visible_place_files(request.actor)[:FILES_SHOWN]],
        },
        status=400 if request.method == "POST" else 200,
    )


def place_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of one file; while it is being taken in, how far it is."""
    held = get_place_file(request.actor, pk=pk)
    done = held.done
    return render(
        request,
        "places/file.html",
        {
            "held": held,
            "line": _line(held),
            "refusal": _(done["refusal"]) % done["params"] if "refusal" in done else "",
            "under_way": held.state in (PlaceFile.State.RECEIVED, PlaceFile.State.TAKING),
            "facts": _facts(held),
            "problems": [
                {"row": p["row"], "column": p["column"], "reason": _(p["template"]) % p["params"]}
                for p in done.get("problems", [])
            ],
            "more_problems": max(0, done.get("problem_count", 0) - len(done.get("problems", []))),
            "proposed": done.get("proposed", 0),
        },
    )


def _line(held: PlaceFile) -> dict[str, Any]:
    states = {
        PlaceFile.State.RECEIVED: (_("waits its turn"), "soon"),
        PlaceFile.State.TAKING: (_("being taken in"), "soon"),
        PlaceFile.State.TAKEN: (_("taken in"), "done"),
        PlaceFile.State.REFUSED: (_("cannot be used"), "now"),
    }
    words, level = states[PlaceFile.State(held.state)]
    return {
        "title": held.file.name,
        "href": reverse("place_file", args=[held.pk]),
        "status": words,
        "level": level,
    }


def _facts(held: PlaceFile) -> list[dict[str, Any]]:
    labels = {
        "new": _("New"),
        "changed": _("Changed"),
        "same": _("As they were"),
        "waiting": _("Wait for the place they belong to"),
        "freed": _("Came in that had waited"),
        "matched": _("Sub-districts that found their block"),
        "undecided": _("Sub-districts that wait for a person to say their block"),
        "left_out": _("Left out"),
        "outside": _("Outside your area"),
        "villages": _("Villages only UDISE knows"),
        "doubtful": _("Positions that are doubtful"),
    }
    always = ("new", "changed", "same")
    return [
        {"label": label, "value": held.done[key]}
        for key, label in labels.items()
        if held.done.get(key) or (key in always and key in held.done)
    ]


def place_problems(request: HttpRequest) -> HttpResponse:
    """Lines that wait: by kind, with line, reason and file; ticked ones are set aside."""
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if request.method == "POST":
        return _set_aside(request, kind)
    counts = place_problems_by_code(request.actor)
    # Reasons of one kind stand under one word; its address is the first of their codes.
    groups: dict[str, list[str]] = {}
    for code in sorted(counts):
        groups.setdefault(str(KINDS.get(code, SOMETHING_ELSE)), []).append(code)
    tabs: list[dict[str, Any]] = [
        {
            "href": f"?kind={codes[0]}",
            "current": kind in codes,
            "label": label,
            "count": sum(counts[code] for code in codes),
        }
        for label, codes in groups.items()
    ]
    tabs.sort(key=lambda tab: -tab["count"])
    shown: list[str] = next((codes for codes in groups.values() if kind in codes), [])
    listed = open_place_problems(request.actor, codes=shown)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "places/problems.html",
        {
            "tabs": [
                {
                    "href": "?",
                    "current": kind not in counts,
                    "label": _("All"),
                    "count": sum(counts.values()),
                },
                *tabs,
            ]
            if counts
            else [],
            "kind": kind if kind in counts else "",
            "page": page,
            "items": [_problem(p) for p in page],
        },
    )


def _problem(problem: ImportProblem) -> dict[str, Any]:
    raw = problem.raw if isinstance(problem.raw, dict) and "rows" not in problem.raw else {}
    return {
        "pk": problem.pk,
        "row": problem.row,
        "column": problem.column,
        "reason": _(problem.template) % problem.params,
        "raw": [{"label": k or _("line"), "value": v} for k, v in (raw or {}).items() if v],
        "found_at": problem.found_at,
    }


def _set_aside(request: HttpRequest, kind: str) -> HttpResponse:
    ticked = request.POST.getlist("problem")
    keys = []
    for text in ticked:
        try:
            keys.append(UUID(text))
        except ValueError:
            raise NotFound from None
    found = list(open_place_problems(request.actor, keys=keys))
    try:
        done = set_place_problems_aside(request.actor, problems=found, at=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        if done:
            text = ngettext("%(n)s line is set aside.", "%(n)s lines are set aside.", done)
            messages.success(request, text % {"n": done})
        else:
            messages.error(request, _("Tick the lines that need nothing more."))
    return redirect(reverse("place_problems") + (f"?kind={kind}" if kind else ""))
