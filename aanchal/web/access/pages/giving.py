"""Inviting people, and giving and taking their roles, for administrators."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access import actions
from aanchal.access.queries import (
    get_grant,
    get_invitation,
    get_invitation_of,
    get_person,
    grantable_places,
    open_invitations,
)
from aanchal.access.roles import ROLE_NAMES, ROLE_PURPOSES, Role
from aanchal.access.rules.second_person import needs_second_person
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.places.models import Area, Body

from ..forms import GiveForm, InviteForm, SearchForm
from ..presenters.invitations import offered_invitation, offered_invitation_code
from ..presenters.rows import PAGE, place_words


def invite(request: HttpRequest) -> HttpResponse:
    """Ask a person in: role, place, name."""
    search = SearchForm(request.GET or None)
    context: dict[str, Any] = {"search": search, "title": _("Invite a person")}
    if not search.is_valid():
        return render(request, "access/invite.html", context)
    role, places = _role_and_places(request, search)
    form = InviteForm(request.POST if request.method == "POST" else None, places=places)
    context |= {"form": form, **_about(role), "needs_second_person": True}
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.invite_person(
                request.actor,
                for_name=form.cleaned_data["for_name"].strip(),
                role=role,
                language=form.cleaned_data["language"],
                at=timezone.now(),
                **form.place_arguments(),
            )
        except Invalid as error:
            _blame(form, error)
        else:
            return offered_invitation_code(request, made)
    return render(request, "access/invite.html", context, status=400 if form.errors else 200)


def give_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a person one more role."""
    one = get_person(request.actor, pk=pk)
    search = SearchForm(request.GET or None)
    context: dict[str, Any] = {"search": search, "title": _("Give a role"), "person": one}
    if not search.is_valid():
        return render(request, "access/give_grant.html", context)
    role, places = _role_and_places(request, search)
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = GiveForm(data, places=places, initial={"starts_on": today})
    context |= {"form": form, **_about(role)}
    if data is not None and form.is_valid():
        now = timezone.now()
        starts_on, ends_on = form.cleaned_data["starts_on"], form.cleaned_data["ends_on"]
        try:
            grant = actions.give_grant(
                request.actor,
                user=one,
                role=role,
                starts_at=now if starts_on <= today else _begin_of(starts_on),
                ends_at=_end_of(ends_on) if ends_on else None,
                at=now,
                **form.place_arguments(),
            )
        except (Invalid, WrongState) as error:
            _blame(form, error)
        else:
            said = _("The role is given.")
            if grant.needs_approval:
                said = _("The role waits until a second person agrees.")
            messages.success(request, said)
            return redirect("person", pk=one.pk)
    return render(request, "access/give_grant.html", context, status=400 if form.errors else 200)


def revoke_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a role away."""
    grant = get_grant(request.actor, pk=pk)
    back = reverse("person", args=[grant.user_id])
    if request.method == "POST":
        actions.revoke_grant(request.actor, grant=grant, at=timezone.now())
        messages.success(request, _("The role is taken away."))
        return redirect(back)
    page = {
        "title": _("Take this role away?"),
        "yes": _("Take the role away"),
        "cancel_href": back,
        "consequences": [
            f"{ROLE_NAMES[Role(grant.role)]} · {place_words(grant)}",
            _("It ends at once, also where this person is signed in now."),
        ],
    }
    return render(request, "confirm.html", page)


def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations that nobody has accepted yet."""
    held = open_invitations(request.actor, at=timezone.now())
    page = Paginator(held, PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "invitation": i,
            "role_name": ROLE_NAMES[Role(i.role)],
            "place": place_words(i),
            "is_mine": request.actor.user_id == i.invited_by,
            "is_agreed": request.actor.user_id == i.approved_by,
        }
        for i in page
    ]
    context = {"page": page, "rows": rows, "invite_href": reverse("invite_person")}
    return render(request, "access/invitations.html", context)


def withdraw_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_invitation(request.actor, pk=pk)
    if request.method == "POST":
        actions.withdraw_invitation(request.actor, invitation=invitation, at=timezone.now())
        messages.success(request, _("The invitation is taken back."))
        return redirect("invitations")
    page = {
        "title": _("Take this invitation back?"),
        "yes": _("Take it back"),
        "cancel_href": reverse("invitations"),
        "consequences": [_("Its link stops working.")],
    }
    return render(request, "confirm.html", page)


def renew_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make one's own half of an open invitation anew: the code of who invited, the link of who agreed."""
    invitation = get_invitation_of(request.actor, pk=pk)
    is_mine = request.actor.user_id == invitation.invited_by
    if request.method == "POST":
        made = actions.renew_invitation(request.actor, invitation=invitation, at=timezone.now())
        return (
            offered_invitation_code(request, made) if is_mine else offered_invitation(request, made)
        )
    page = {
        "title": _("Make a new code?") if is_mine else _("Make a new link?"),
        "yes": _("Make a new code") if is_mine else _("Make a new link"),
        "cancel_href": reverse("invitations" if is_mine else "approvals"),
        "harm": False,
        "consequences": [invitation.for_name, _("The old one stops working.")],
    }
    return render(request, "confirm.html", page)


def _role_and_places(
    request: HttpRequest, search: SearchForm
) -> tuple[Role, Sequence[Area | Body]]:
    role = Role(search.cleaned_data["role"])
    text = search.cleaned_data["place"]
    schools = role is Role.TEACHER
    return role, grantable_places(request.actor, text=text, schools=schools)


def _about(role: Role) -> dict[str, Any]:
    return {
        "role_name": ROLE_NAMES[role],
        "role_purpose": ROLE_PURPOSES[role],
        "needs_second_person": needs_second_person(role),
        "is_teacher": role is Role.TEACHER,
    }


def _blame(form: forms.Form, error: Invalid | WrongState) -> None:
    named = str(error.details.get("field", ""))
    form.add_error(named if named in form.fields else None, str(error))


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
