"""The office's health: what `aanchal doctor` says, jobs that failed, heads of the audit to note."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from aanchal.kernel import audit, jobs, upkeep
from aanchal.kernel.authz import ROOT, Scope, district_of, granted_areas, may
from aanchal.kernel.health import Check, State, checks
from aanchal.kernel.permissions import KernelPermission
from aanchal.places.queries.files import count_place_problems

FAILED_SINCE = timedelta(days=30)


FAILED_SHOWN = 30


HEADS_SHOWN = 60


STATES = {
    State.BAD: (gettext_lazy("put right now"), "now"),
    State.LOOK: (gettext_lazy("look"), "soon"),
    State.OK: (gettext_lazy("in order"), "done"),
}


def office(request: HttpRequest) -> HttpResponse:
    """Is all well with this installation? Tells of no child and no case."""
    now = timezone.now()
    found = checks(now=now)
    bad = [c for c in found if c.state is State.BAD]
    look = [c for c in found if c.state is State.LOOK]
    failed = jobs.failed_jobs(since=now - FAILED_SINCE, most=FAILED_SHOWN)
    heads = _heads(request)
    last = upkeep.last_audit_check()
    return render(
        request,
        "upkeep/office.html",
        {
            "bad": [_line(c) for c in bad],
            "look": [_line(c) for c in look],
            "fine": [_line(c) for c in found if c.state is State.OK],
            "failed": [
                [
                    f.name,
                    timezone.localtime(f.failed_at),
                    f.tries,
                    f.problem,
                ]
                for f in failed
            ],
            "imports": _imports(request),
            "heads": heads[:HEADS_SHOWN],
            "more_heads": max(0, len(heads) - HEADS_SHOWN),
            "checked": last,
            "now": now,
        },
    )


def _line(check: Check) -> dict[str, Any]:
    words, level = STATES[check.state]
    return {
        "name": check.name,
        "says": check.says,
        "do": check.do,
        # What begins with our own command is typed, not read.
        "is_command": check.do.startswith(("aanchal ", "chmod ", "make ")),
        "status": words,
        "level": level,
    }


def _imports(request: HttpRequest) -> list[dict[str, Any]]:
    waiting = count_place_problems(request.actor)
    if not waiting:
        return []
    return [
        {
            "title": _("Lines of place and school files that wait for repair"),
            "href": reverse("place_problems"),
            "status": str(waiting),
            "level": "soon",
        }
    ]


def _heads(request: HttpRequest) -> list[list[Any]]:
    """The last link of each chain the actor answers for, to be noted on paper by two people."""
    reach = granted_areas(request.actor, KernelPermission.HEALTH_VIEW)
    everything = may(request.actor, KernelPermission.HEALTH_VIEW, Scope(area_path=ROOT))
    districts = {district_of(path) for path in reach}
    return [
        [district or _("the office"), seq, link]
        for district, (seq, link) in audit.heads().items()
        if everything or district in districts or district == ""
    ]
