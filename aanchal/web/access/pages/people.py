"""The list of people, and one person, for administrators."""

from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access import actions
from aanchal.access.models import CredentialReset
from aanchal.access.permissions import AccessPermission
from aanchal.access.queries import (
    count_to_confirm,
    get_person,
    grants_of,
    live_grants_of,
    people_listed,
    resets_of,
)
from aanchal.access.queries.accounts import devices_of
from aanchal.access.roles import ROLE_NAMES
from aanchal.access.rules.second_person import GIVEN_ROLES
from aanchal.kernel.authz import may
from aanchal.people.find_staff import people_like

from ..presenters.rows import PAGE, RESET_KINDS, grant_row, offered_code, roles_in_short


def people(request: HttpRequest) -> HttpResponse:
    """Everybody who holds or held something in the places one looks after, by sign-in name.

    Somebody is looked for by name, as others spell it, or by the beginning of the sign-in name.
    """
    role = request.GET.get("role", "")
    asked = role if role in {r.value for r in GIVEN_ROLES} else ""
    found = people_listed(request.actor, role=asked, at=timezone.now())
    name = request.POST.get("name", "").strip()[:60]
    paginator = Paginator(people_like(found, name) if name else found, PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    held = live_grants_of(request.actor, shown, at=timezone.now())
    rows = [
        {
            "person": person,
            "grants": roles_in_short(held[person.pk]),
            "is_stopped": not person.is_active,
        }
        for person in shown
    ]
    context = {
        "page": page,
        "rows": rows,
        "roles": [(r.value, ROLE_NAMES[r]) for r in GIVEN_ROLES],
        "role_asked": role,
        "name": name,
        "waiting": count_to_confirm(request.actor, at=timezone.now()),
    }
    return render(request, "access/people.html", context)


def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person: roles, phones, resets. Nothing of any child."""
    one = get_person(request.actor, pk=pk)
    now = timezone.now()
    grants = grants_of(request.actor, one)
    may_reset = may(request.actor, AccessPermission.CREDENTIAL_RESET, one)
    kinds = [CredentialReset.Kind.PASSPHRASE] if may_reset and one.is_active else []
    if kinds and is_mfa_enabled(one):
        kinds.append(CredentialReset.Kind.SECOND_FACTOR)
    context = {
        "person": one,
        "grants": [grant_row(g, now=now, may_take=True) for g in grants],
        "devices": devices_of(one),
        "resets": [_reset_row(r) for r in resets_of(one)[:10]],
        "reset_kinds": [(kind.value, RESET_KINDS[kind]) for kind in kinds],
        "may_open": may_reset and not one.is_active,
        "may_stop": one.is_active
        and str(one.pk) != request.actor.user_id
        and may(request.actor, AccessPermission.GRANT_REVOKE, one),
        "now": now,
    }
    return render(request, "access/person.html", context)


def _reset_row(reset: CredentialReset) -> dict[str, Any]:
    return {
        "label": RESET_KINDS[CredentialReset.Kind(reset.kind)],
        "asked_at": reset.asked_at,
        "approved_at": reset.approved_at,
        "refused_at": reset.refused_at,
        "used_at": reset.used_at,
    }


def stop_account(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let nobody in with an account any more, at once."""
    one = get_person(request.actor, pk=pk)
    back = reverse("person", args=[one.pk])
    if request.method == "POST":
        actions.stop_account(request.actor, user=one, at=timezone.now())
        messages.success(request, _("The account is stopped. Nobody comes in with it any more."))
        return redirect(back)
    page = {
        "title": _("Stop this account?"),
        "yes": _("Stop the account"),
        "cancel_href": back,
        "consequences": [
            f"{one.get_full_name()} · {one.username}",
            _("Every sign-in ends at once and every phone is taken off."),
            _("Visits that are with this person wait: tell the coordinator to send another."),
            _("To open the account again, two administrators must agree."),
        ],
    }
    return render(request, "confirm.html", page)


def ask_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for somebody's credentials to be made new."""
    one = get_person(request.actor, pk=pk)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in CredentialReset.Kind.values:
        return redirect("person", pk=one.pk)
    if request.method == "POST":
        made = actions.ask_credential_reset(
            request.actor, user=one, kind=CredentialReset.Kind(kind), at=timezone.now()
        )
        return offered_code(
            request,
            made.token,
            back=reverse("person", args=[one.pk]),
            next_steps=[
                _(
                    "Another administrator must agree, and is then shown a link. You never see the link."
                ),
                _("Give the code to the person yourself: face to face, or by a call."),
                _("She needs both. If nobody agrees within seven days, it must be asked again."),
            ],
        )
    page = {
        "title": RESET_KINDS[CredentialReset.Kind(kind)],
        "yes": _("Ask for it"),
        "cancel_href": reverse("person", args=[one.pk]),
        "carry": {"kind": kind},
        "harm": False,
        "consequences": [
            one.get_full_name(),
            _("Another administrator must agree, and hands over a link; you hand over a code."),
            _("The person is told at the next sign-in."),
        ],
    }
    return render(request, "confirm.html", page)
