"""What waits until a second person agrees: another administrator, a head, a coordinator."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access import actions
from aanchal.access.models import CredentialReset
from aanchal.access.permissions import AccessPermission
from aanchal.access.queries import (
    WAITS_FOR,
    get_confirmable_grant,
    get_confirmable_invitation,
    get_own_or_visible_reset,
    get_reset,
    may_confirm_anywhere,
    people_named,
    waiting_grants,
    waiting_invitations,
    waiting_resets,
)
from aanchal.access.roles import ROLE_NAMES, Role
from aanchal.kernel.authz import may_anywhere
from aanchal.kernel.errors import NotFound

from ..presenters.invitations import offered_invitation
from ..presenters.rows import RESET_KINDS, offered_link, place_words


def approvals(request: HttpRequest) -> HttpResponse:
    """What waits until a second person agrees, the longest waiting first."""
    if not may_confirm_anywhere(request.actor):
        raise NotFound
    now, me = timezone.now(), request.actor.user_id
    grants = list(waiting_grants(request.actor, at=now))
    asked = list(waiting_invitations(request.actor, at=now))
    resets = list(waiting_resets(request.actor, at=now))
    names = people_named(
        {g.given_by for g in grants} | {i.invited_by for i in asked} | {r.asked_by for r in resets}
    )
    rows: list[dict[str, Any]] = [
        {
            "title": _("A role for %(person)s") % {"person": g.user.get_full_name()},
            "what": f"{ROLE_NAMES[Role(g.role)]} · {place_words(g)}",
            "by": names.get(g.given_by, g.given_by),
            "at": g.given_at,
            "href": reverse("approve_grant", args=[g.pk]),
            "back_href": reverse("refuse_grant", args=[g.pk]),
            "mine": me in (g.given_by, str(g.user_id)),
        }
        for g in grants
    ]
    rows += [
        {
            "title": _("An invitation for %(person)s") % {"person": i.for_name},
            "what": f"{ROLE_NAMES[Role(i.role)]} · {place_words(i)}",
            "by": names.get(i.invited_by, i.invited_by),
            "at": i.invited_at,
            "href": reverse("approve_invitation", args=[i.pk]),
            "back_href": reverse("refuse_invitation", args=[i.pk]),
            "mine": me == i.invited_by,
        }
        for i in asked
    ]
    rows += [
        {
            "title": _("New credentials for %(person)s") % {"person": r.user.get_full_name()},
            "what": RESET_KINDS[CredentialReset.Kind(r.kind)],
            "by": names.get(r.asked_by, r.asked_by),
            "at": r.asked_at,
            "href": reverse("approve_reset", args=[r.pk]),
            "back_href": reverse("refuse_reset", args=[r.pk]),
            "mine": me in (r.asked_by, str(r.user_id)),
        }
        for r in resets
    ]
    rows.sort(key=lambda row: row["at"])
    for row in rows:
        row["until"] = row["at"] + WAITS_FOR
    looks_after = may_anywhere(request.actor, AccessPermission.PERSON_VIEW)
    return render(request, "access/approvals.html", {"rows": rows, "looks_after": looks_after})


def approve_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree to a role."""
    grant = get_confirmable_grant(request.actor, pk=pk)
    if request.method == "POST":
        actions.approve_grant(request.actor, grant=grant, at=timezone.now())
        messages.success(request, _("Agreed. The role is in force."))
        return redirect("approvals")
    return render(
        request,
        "confirm.html",
        _agree(
            _("Do you agree to this role?"),
            grant.user.get_full_name(),
            f"{ROLE_NAMES[Role(grant.role)]} · {place_words(grant)}",
            _("Agree only if you know that this person is to have it."),
            other_href=reverse("refuse_grant", args=[grant.pk]),
        ),
    )


def approve_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree to an invitation; its link is shown then."""
    invitation = get_confirmable_invitation(request.actor, pk=pk)
    if request.method == "POST":
        made = actions.approve_invitation(request.actor, invitation=invitation, at=timezone.now())
        return offered_invitation(request, made)
    return render(
        request,
        "confirm.html",
        _agree(
            _("Do you agree to this invitation?"),
            invitation.for_name,
            f"{ROLE_NAMES[Role(invitation.role)]} · {place_words(invitation)}",
            _("Agree only if you know that this person exists and is to come in."),
            _("You are then shown a link. Hand it to the person yourself."),
            _("It opens with the code that the person has from whoever invited her."),
            other_href=reverse("refuse_invitation", args=[invitation.pk]),
        ),
    )


def approve_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree to new credentials; the link is shown then."""
    reset = get_reset(request.actor, pk=pk)
    if request.method == "POST":
        made = actions.approve_credential_reset(request.actor, reset=reset, at=timezone.now())
        return offered_link(
            request,
            reverse("reset_credential", args=[made.token]),
            until=made.record.expires_at,
            back=reverse("approvals"),
            advice=_("Hand it to the person yourself, on her own phone. It works once."),
        )
    return render(
        request,
        "confirm.html",
        _agree(
            RESET_KINDS[CredentialReset.Kind(reset.kind)],
            reset.user.get_full_name(),
            _("Agree only if this person has asked you herself or himself."),
            _("You are then shown a link. Hand it to the person yourself."),
            _("It opens with the code that the person has from whoever asked."),
            other_href=reverse("refuse_reset", args=[reset.pk]),
        ),
    )


def refuse_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say no to a role that waits, or take back what one gave oneself."""
    grant = get_confirmable_grant(request.actor, pk=pk)
    if request.method == "POST":
        actions.revoke_grant(request.actor, grant=grant, at=timezone.now(), only_waiting=True)
        messages.success(request, _("It is refused. Nothing has changed."))
        return redirect("approvals")
    what = f"{ROLE_NAMES[Role(grant.role)]} · {place_words(grant)}"
    return _refuse(request, grant.user.get_full_name(), what)


def refuse_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say no to an invitation that waits, or take back what one asked oneself."""
    invitation = get_confirmable_invitation(request.actor, pk=pk)
    if request.method == "POST":
        actions.withdraw_invitation(request.actor, invitation=invitation, at=timezone.now())
        messages.success(request, _("It is refused. Nothing has changed."))
        return redirect("approvals")
    what = f"{ROLE_NAMES[Role(invitation.role)]} · {place_words(invitation)}"
    return _refuse(request, invitation.for_name, what)


def _refuse(request: HttpRequest, who: str, what: str) -> HttpResponse:
    page = {
        "title": _("Refuse this?"),
        "yes": _("Refuse it"),
        "cancel_href": reverse("approvals"),
        "consequences": [
            f"{who} · {what}",
            _("Everything stays as it is. A link that was made already stops working."),
            _("Whoever gave it is told."),
        ],
    }
    return render(request, "confirm.html", page)


def refuse_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say no to new credentials; also by whoever asked, and by the person herself."""
    reset = get_own_or_visible_reset(request.actor, pk=pk)
    mine = request.actor.user_id == str(reset.user_id)
    back = reverse("my_account" if mine else "approvals")
    if request.method == "POST":
        actions.refuse_credential_reset(request.actor, reset=reset, at=timezone.now())
        messages.success(request, _("It is refused. Nothing has changed."))
        return redirect(back)
    page = {
        "title": _("Refuse this?"),
        "yes": _("Refuse it"),
        "cancel_href": back,
        "consequences": [
            f"{RESET_KINDS[CredentialReset.Kind(reset.kind)]} · {reset.user.get_full_name()}",
            _("Everything stays as it is. A link that was made already stops working."),
            _("The person is told at the next sign-in."),
        ],
    }
    return render(request, "confirm.html", page)


def _agree(title: object, *consequences: object, other_href: str) -> dict[str, Any]:
    return {
        "title": title,
        "yes": _("I agree"),
        "cancel_href": reverse("approvals"),
        "consequences": consequences,
        "other": _("Refuse it"),
        "other_href": other_href,
        "harm": False,
    }
