"""Words and rows that the pages of access share."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access import qr
from aanchal.access.models import CredentialReset, Grant, Invitation
from aanchal.access.queries import WAITS_FOR
from aanchal.access.queries.accounts import my_grants
from aanchal.access.roles import ROLE_NAMES, Role
from aanchal.kernel.authz import Actor
from aanchal.places.models import Area, Body
from aanchal.registers.formats.grades import class_label
from aanchal.web.shell.context import local_name

PAGE = 50


AREA, BODY = "area", "body"


LEVELS = {
    Area.Level.COUNTRY: _("country"),
    Area.Level.STATE: _("state"),
    Area.Level.DISTRICT: _("district"),
    Area.Level.BLOCK: _("block"),
    Area.Level.PANCHAYAT: _("panchayat or ward"),
    Area.Level.VILLAGE: _("village"),
}


RESET_KINDS = {
    CredentialReset.Kind.PASSPHRASE: _("New passphrase"),
    CredentialReset.Kind.SECOND_FACTOR: _("New app for codes"),
    CredentialReset.Kind.OPENING: _("Open a stopped account again"),
}


def offered_link(
    request: HttpRequest, path: str, *, until: datetime | None, back: str, advice: object
) -> HttpResponse:
    """A link that is shown this once, to be read, sent or scanned."""
    url = request.build_absolute_uri(path)
    context = {"url": url, "qr": qr.drawing(url), "until": until, "back": back, "advice": advice}
    return render(request, "access/offered_link.html", context)


def offered_code(
    request: HttpRequest, code: str, *, back: str, next_steps: Iterable[object]
) -> HttpResponse:
    """The half of an invitation or reset that belongs to whoever asked for it, shown this once."""
    context = {"code": code, "back": back, "next_steps": list(next_steps)}
    return render(request, "access/offered_code.html", context)


def place_words(held: Grant | Invitation) -> str:
    """The place of a grant or an invitation: a school with its class, or an area."""
    if held.body is not None:
        return f"{local_name(held.body)} {class_label(held.grade, held.section)}".strip()
    return local_name(held.area)


def roles_in_short(held: Iterable[Grant]) -> list[str]:
    """Roles a line each; several classes of one school stand on one line: "Teacher · … II A, III A"."""
    lines: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for grant in held:
        name = local_name(grant.body) if grant.body is not None else place_words(grant)
        classes = lines.setdefault((str(ROLE_NAMES[Role(grant.role)]), name), [])
        if grant.body is not None and grant.grade:
            classes.append((grant.grade, grant.section))
    return [
        " ".join(filter(None, (f"{role} · {name}", _classes(classes))))
        for (role, name), classes in lines.items()
    ]


def _classes(held: Iterable[tuple[str, str]]) -> str:
    """Classes in the order of the school: IX A before X A."""
    in_order = sorted(held, key=lambda c: (len(c[0]) if c[0].isdigit() else 0, *c))
    return ", ".join(class_label(grade, section) for grade, section in in_order)


def place_line(place: Area | Body) -> str:
    """One place among those found, told apart from its namesakes."""
    if isinstance(place, Body):
        udise = getattr(getattr(place, "school", None), "udise", "")
        return " · ".join(filter(None, (local_name(place), local_name(place.area), udise)))
    above = local_name(place.parent)
    return " · ".join(
        filter(None, (local_name(place), str(LEVELS[Area.Level(place.level)]), above))
    )


def key_of(place: Area | Body) -> str:
    """What stands for a place in a form."""
    return f"{BODY if isinstance(place, Body) else AREA}:{place.pk}"


def grant_row(grant: Grant, *, now: datetime, may_take: bool) -> dict[str, Any]:
    """One grant with the word for its state."""
    if grant.revoked_at:
        state, level = _("taken away"), "plain"
    elif grant.needs_approval and not grant.approved_at:
        state, level = _("waits for a second person"), "soon"
        if grant.given_at <= now - WAITS_FOR:
            state, level = _("nobody agreed in time"), "plain"
    elif grant.ends_at and grant.ends_at <= now:
        state, level = _("ended"), "plain"
    elif grant.starts_at > now:
        state, level = _("begins later"), "soon"
    else:
        state, level = _("in force"), "done"
    return {
        "grant": grant,
        "role_name": ROLE_NAMES[Role(grant.role)],
        "place": place_words(grant),
        "state": state,
        "level": level,
        "may_be_taken": may_take and grant.revoked_at is None,
    }


def live_grant_rows(actor: Actor) -> list[dict[str, Any]]:
    """One's own roles in force now."""
    now = timezone.now()
    return [grant_row(g, now=now, may_take=False) for g in my_grants(actor, at=now)]
