"""People and their roles, for administrators."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access import actions, qr
from aanchal.access.links import Offered
from aanchal.access.models import CredentialReset, Grant, Invitation, User
from aanchal.access.queries import (
    get_grant,
    get_invitation,
    get_person,
    get_reset,
    grantable_places,
    live_grants,
    open_invitations,
    visible_grants,
    visible_people,
    waiting_grants,
    waiting_invitations,
    waiting_resets,
)
from aanchal.access.rules.second_person import GIVEN_ROLES, needs_second_person
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.permissions import ROLE_NAMES, ROLE_PURPOSES, Permission, Role, may
from aanchal.places.models import Area, Body

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
}


class SearchForm(forms.Form):
    """The first half of giving a role: which role, and where to look for its place."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, ROLE_NAMES[role]) for role in GIVEN_ROLES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    place = forms.CharField(
        label=_("Name or code of the place"),
        required=False,
        max_length=100,
        help_text=_(
            "A village, panchayat, block or district; for a teacher, the school. "
            "Leave it empty to see your own places."
        ),
    )


class PlaceForm(forms.Form):
    """The second half: one of the places found, and from when to when."""

    place = forms.ChoiceField(
        label=_("Place"),
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose a place."),
            "invalid_choice": _("Choose one of the places found."),
        },
    )
    grade = forms.CharField(
        label=_("Class, if only one"), required=False, max_length=6, help_text=_("For a teacher.")
    )
    section = forms.CharField(label=_("Section, if only one"), required=False, max_length=10)

    def __init__(self, *args: Any, places: Iterable[Area | Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = {key_of(place): place for place in places}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            (key, place_line(place)) for key, place in self.places.items()
        ]

    def place_arguments(self) -> dict[str, Any]:
        """`area` or `body`, `grade` and `section`, as the use cases take them."""
        chosen = self.places[self.cleaned_data["place"]]
        return {
            "area": chosen if isinstance(chosen, Area) else None,
            "body": chosen if isinstance(chosen, Body) else None,
            "grade": self.cleaned_data["grade"].strip(),
            "section": self.cleaned_data["section"].strip(),
        }


class InviteForm(PlaceForm):
    for_name = forms.CharField(
        label=_("Her or his name"),
        max_length=120,
        error_messages={"required": _("Write the name of the person.")},
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect, initial="en"
    )
    field_order = ("for_name", "language", "place", "grade", "section")


class GiveForm(PlaceForm):
    starts_on = forms.DateField(
        label=_("From"),
        help_text=_("The first day."),
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": _("Write the first day."), "invalid": _("Write a date.")},
    )
    ends_on = forms.DateField(
        label=_("Until, if it ends"),
        help_text=_("The last day. Leave it empty when it does not end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": _("Write a date.")},
    )


# --- the list, and one person ---


def people(request: HttpRequest) -> HttpResponse:
    """Everybody who holds or held something in the places one looks after, by sign-in name."""
    found = visible_people(request.actor)
    role = request.GET.get("role", "")
    if role in {r.value for r in GIVEN_ROLES}:
        now = live_grants(at=timezone.now())
        found = found.filter(pk__in=now.filter(role=role).values("user"))
    name = request.GET.get("name", "").strip().casefold()
    if name:
        found = found.filter(username__startswith=name)
    paginator = Paginator(found.order_by("username"), PAGE)
    page = paginator.get_page(request.GET.get("page"))
    shown = list(page.object_list)
    held = _live_by_person(request, shown)
    rows = [
        {
            "person": person,
            "grants": [f"{ROLE_NAMES[Role(g.role)]} · {place_words(g)}" for g in held[person.pk]],
        }
        for person in shown
    ]
    context = {
        "page": page,
        "rows": rows,
        "roles": [(r.value, ROLE_NAMES[r]) for r in GIVEN_ROLES],
        "role_asked": role,
        "name": name,
        "waiting": _how_many_wait(request),
    }
    return render(request, "access/people.html", context)


def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One person: roles, phones, resets. Nothing of any child."""
    one = get_person(request.actor, pk=pk)
    now = timezone.now()
    grants = visible_grants(request.actor).filter(user=one)
    kinds = (
        [CredentialReset.Kind.PASSPHRASE]
        if may(request.actor, Permission.CREDENTIAL_RESET, one)
        else []
    )
    if kinds and is_mfa_enabled(one):
        kinds.append(CredentialReset.Kind.SECOND_FACTOR)
    context = {
        "person": one,
        "grants": [grant_row(g, now=now, may_take=True) for g in grants],
        "devices": one.devices.order_by("-enrol_expires_at", "-pk"),
        "resets": one.resets.order_by("-asked_at")[:10],
        "reset_kinds": [(kind.value, RESET_KINDS[kind]) for kind in kinds],
        "now": now,
    }
    return render(request, "access/person.html", context)


# --- giving ---


def invite(request: HttpRequest) -> HttpResponse:
    """Ask a person in: role, place, name."""
    search = SearchForm(request.GET or None)
    context: dict[str, Any] = {"search": search, "title": _("Invite a person")}
    if not search.is_valid():
        return render(request, "access/invite.html", context)
    role, places = _role_and_places(request, search)
    form = InviteForm(request.POST if request.method == "POST" else None, places=places)
    context |= {"form": form, **_about(role)}
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
            return _offered_invitation(request, made)
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
                said = _("The role waits until another administrator agrees.")
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


# --- invitations, and what waits for a second person ---


def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations that nobody has accepted yet."""
    held = open_invitations(request.actor, at=timezone.now())
    page = Paginator(held, PAGE).get_page(request.GET.get("page"))
    rows = [
        {"invitation": i, "role_name": ROLE_NAMES[Role(i.role)], "place": place_words(i)}
        for i in page
    ]
    return render(request, "access/invitations.html", {"page": page, "rows": rows})


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


def approvals(request: HttpRequest) -> HttpResponse:
    """What waits until a second administrator agrees."""
    now, me = timezone.now(), request.actor.user_id
    grants = list(waiting_grants(request.actor))
    asked = list(waiting_invitations(request.actor, at=now))
    resets = list(waiting_resets(request.actor, at=now))
    names = _names(
        {g.given_by for g in grants} | {i.invited_by for i in asked} | {r.asked_by for r in resets}
    )
    rows: list[dict[str, Any]] = [
        {
            "title": _("A role for %(person)s") % {"person": g.user.get_full_name()},
            "what": f"{ROLE_NAMES[Role(g.role)]} · {place_words(g)}",
            "by": names.get(g.given_by, g.given_by),
            "at": g.given_at,
            "href": reverse("approve_grant", args=[g.pk]),
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
            "mine": me in (r.asked_by, str(r.user_id)),
        }
        for r in resets
    ]
    rows.sort(key=lambda row: row["at"])
    return render(request, "access/approvals.html", {"rows": rows})


def approve_grant(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree to a role."""
    grant = get_grant(request.actor, pk=pk)
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
        ),
    )


def approve_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Agree to an invitation; its link is shown then."""
    invitation = get_invitation(request.actor, pk=pk)
    if request.method == "POST":
        made = actions.approve_invitation(request.actor, invitation=invitation, at=timezone.now())
        return _offered_invitation(request, made)
    return render(
        request,
        "confirm.html",
        _agree(
            _("Do you agree to this invitation?"),
            invitation.for_name,
            f"{ROLE_NAMES[Role(invitation.role)]} · {place_words(invitation)}",
            _("Agree only if you know that this person exists and is to come in."),
            _("You are then shown a link. Hand it to the person yourself."),
        ),
    )


def ask_reset(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for somebody's credentials to be made new."""
    one = get_person(request.actor, pk=pk)
    kind = request.POST.get("kind") or request.GET.get("kind", "")
    if kind not in CredentialReset.Kind.values:
        return redirect("person", pk=one.pk)
    if request.method == "POST":
        actions.ask_credential_reset(
            request.actor, user=one, kind=CredentialReset.Kind(kind), at=timezone.now()
        )
        messages.success(request, _("Asked. Another administrator must agree now."))
        return redirect("person", pk=one.pk)
    page = {
        "title": RESET_KINDS[CredentialReset.Kind(kind)],
        "yes": _("Ask for it"),
        "cancel_href": reverse("person", args=[one.pk]),
        "carry": {"kind": kind},
        "consequences": [
            one.get_full_name(),
            _("Another administrator must agree, and hands over the link."),
            _("The person is told at the next sign-in."),
        ],
    }
    return render(request, "confirm.html", page)


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
        ),
    )


# --- words and rows ---


def offered_link(
    request: HttpRequest, path: str, *, until: datetime | None, back: str, advice: object
) -> HttpResponse:
    """A link that is shown this once, to be read, sent or scanned."""
    url = request.build_absolute_uri(path)
    context = {"url": url, "qr": qr.drawing(url), "until": until, "back": back, "advice": advice}
    return render(request, "access/offered_link.html", context)


def place_words(held: Grant | Invitation) -> str:
    """The place of a grant or an invitation: a school with its class, or an area."""
    if held.body is not None:
        return " ".join(filter(None, (held.body.name, held.grade, held.section)))
    return held.area.name if held.area is not None else ""


def place_line(place: Area | Body) -> str:
    """One place among those found, told apart from its namesakes."""
    if isinstance(place, Body):
        udise = getattr(getattr(place, "school", None), "udise", "")
        return " · ".join(filter(None, (place.name, place.area.name, udise)))
    above = place.parent.name if place.parent is not None else ""
    return " · ".join(filter(None, (place.name, str(LEVELS[Area.Level(place.level)]), above)))


def key_of(place: Area | Body) -> str:
    return f"{BODY if isinstance(place, Body) else AREA}:{place.pk}"


def grant_row(grant: Grant, *, now: datetime, may_take: bool) -> dict[str, Any]:
    """One grant with the word for its state."""
    if grant.revoked_at:
        state, level = _("taken away"), "plain"
    elif grant.needs_approval and not grant.approved_at:
        state, level = _("waits for a second person"), "soon"
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


def live_grant_rows(user: User) -> list[dict[str, Any]]:
    """A person's own roles in force now."""
    now = timezone.now()
    held = live_grants(at=now).filter(user=user).select_related("area", "body")
    return [grant_row(g, now=now, may_take=False) for g in held.order_by("given_at", "pk")]


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


def _live_by_person(request: HttpRequest, shown: list[User]) -> dict[UUID, list[Grant]]:
    rows: dict[UUID, list[Grant]] = {person.pk: [] for person in shown}
    live = live_grants(at=timezone.now()).values("pk")
    for grant in visible_grants(request.actor).filter(user__in=shown, pk__in=live):
        rows[grant.user_id].append(grant)
    return rows


def _how_many_wait(request: HttpRequest) -> int:
    now = timezone.now()
    return (
        waiting_grants(request.actor).count()
        + waiting_invitations(request.actor, at=now).count()
        + waiting_resets(request.actor, at=now).count()
    )


def _names(user_ids: set[str]) -> dict[str, str]:
    keys = [u for u in user_ids if not u.startswith("system:")]
    return {str(u.pk): u.get_full_name() for u in User.objects.filter(pk__in=keys)}


def _agree(title: object, *consequences: object) -> dict[str, Any]:
    return {
        "title": title,
        "yes": _("I agree"),
        "cancel_href": reverse("approvals"),
        "consequences": consequences,
        "harm": False,
    }


def _offered_invitation(request: HttpRequest, made: Offered[Invitation]) -> HttpResponse:
    if not made.token:
        messages.success(request, _("Asked. Another administrator must agree now."))
        return redirect("invitations")
    return offered_link(
        request,
        reverse("accept_invitation", args=[made.token]),
        until=made.record.expires_at,
        back=reverse("invitations"),
        advice=_(
            "Hand it to the person yourself. A volunteer must open it on the phone that she "
            "will work with. It works once."
        ),
    )


def _blame(form: forms.Form, error: Invalid | WrongState) -> None:
    named = str(error.details.get("field", ""))
    form.add_error(named if named in form.fields else None, str(error))


def _begin_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
