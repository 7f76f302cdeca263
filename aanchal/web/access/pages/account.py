"""One's own account."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from aanchal.access import actions, qr
from aanchal.access import sign_in as entry
from aanchal.access.adapters import SecondFactorAdapter
from aanchal.access.models import CredentialReset, User
from aanchal.access.notices import sentence
from aanchal.access.queries import resets_open_for
from aanchal.access.queries.accounts import get_device, my_devices, my_notices
from aanchal.access.roles import needs_mfa
from aanchal.access.session import came_by_demo_link, gave_second_factor, session_is_over
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import Invalid, NotFound
from aanchal.web.shell.routes import sent_too_late

from ..forms import ChangePassphraseForm, FirstCodeForm, OldPassphraseForm
from ..presenters.rows import RESET_KINDS, live_grant_rows

View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """A page for which a person gives her passphrase or her code again when it is long ago."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_confirmed(request):
            here = reverse("confirm_self")
            if request.method == "GET":
                return redirect_to_login(request.get_full_path(), login_url=here)
            return sent_too_late(request, login_url=here)
        return view(request, *args, **kwargs)

    return asked


def is_confirmed(request: HttpRequest) -> bool:
    """Say whether the person gave her passphrase or code lately; a demo link asks for neither."""
    return came_by_demo_link(request) or did_recently_reauthenticate(request)


def my_account(request: HttpRequest) -> HttpResponse:
    """Roles, language, passphrase, second factor, phones."""
    user = _me(request)
    page = {
        "person": user,
        "grants": live_grant_rows(request.actor),
        "devices": my_devices(request.actor),
        "has_second_factor": is_mfa_enabled(user, [Authenticator.Type.TOTP]),
        "notices": _told(request.actor)[:20],
        "resets": [
            {"pk": r.pk, "label": RESET_KINDS[CredentialReset.Kind(r.kind)], "asked_at": r.asked_at}
            for r in resets_open_for(request.actor, at=timezone.now())
        ],
    }
    return render(request, "access/my_account.html", page)


@sensitive_post_parameters()
def change_passphrase(request: HttpRequest) -> HttpResponse:
    """A new passphrase, knowing the old one."""
    form = ChangePassphraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            entry.give_new_passphrase(request, old=given["old"], passphrase=given["passphrase"])
        except Invalid as error:
            form.add_error(str(error.details.get("field")), str(error))
        else:
            messages.success(request, _("Your passphrase is changed. Other browsers are out."))
            return redirect("my_account")
    status = 400 if form.errors else 200
    return render(request, "access/change_passphrase.html", {"form": form}, status=status)


@sensitive_post_parameters()
def confirm_self(request: HttpRequest) -> HttpResponse:
    """Show again that it is you: the code where there is one, otherwise the passphrase."""
    if session_is_over(request):
        return redirect("my_account")  # which ends it
    user = _me(request)
    there = entry.safe_path(
        request, request.POST.get("next") or request.GET.get("next") or ""
    ) or reverse("my_account")
    by_code = is_mfa_enabled(user, [Authenticator.Type.TOTP])
    data = request.POST if request.method == "POST" else None
    form: forms.Form
    if by_code:
        form = entry.SecondFactorForm(user=user, data=data)
    else:
        form = OldPassphraseForm(data)
    if data is not None and form.is_valid():
        if isinstance(form, entry.SecondFactorForm):
            form.confirm(request, again=True)
            return redirect(there)
        if entry.whose_passphrase(request, user=user, passphrase=form.cleaned_data["passphrase"]):
            record_authentication(request, user, method="password", reauthenticated=True)
            return redirect(there)
        form.add_error("passphrase", _("This did not work. Look at your passphrase."))
    page = {"form": form, "by_code": by_code, "next": there}
    return render(request, "access/confirm_self.html", page, status=400 if form.errors else 200)


@sensitive_post_parameters()
def enrol_second_factor(request: HttpRequest) -> HttpResponse:
    """Put the account into an app that makes codes; needed before anything else by most roles."""
    if session_is_over(request):
        return redirect("my_account")  # which ends it
    if not needs_mfa(request.actor.roles()):
        raise NotFound  # a volunteer comes in by her phone; nothing else stands in for it
    user = _me(request)
    has_one = is_mfa_enabled(user, [Authenticator.Type.TOTP])
    if (has_one and not gave_second_factor(request)) or not is_confirmed(request):
        return redirect_to_login(request.path, login_url=reverse("confirm_self"))
    secret = totp.get_totp_secret()
    form = FirstCodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if entry.is_right_first_code(user, secret, code):
            entry.take_second_factor(request, secret)
            return redirect("recovery_codes")
        form.add_error("code", _("This code is not right. Wait for the next one and write that."))
    adapter = SecondFactorAdapter()
    page = {
        "form": form,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "qr": qr.drawing(adapter.build_totp_url(user, secret)),
        "has_one": has_one,
    }
    status = 400 if form.errors else 200
    return render(request, "access/enrol_second_factor.html", page, status=status)


@confirmed
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The codes for a lost app, to be printed or written down; a POST makes new ones."""
    user = _me(request)
    if request.method == "POST":
        actions.make_recovery_codes(request.actor, user=user)
        return redirect("recovery_codes")
    codes = entry.unused_recovery_codes(user)
    if codes is None:
        raise NotFound
    shown = [f"{code[:4]} {code[4:8]} {code[8:]}" for code in codes]
    return render(request, "access/recovery_codes.html", {"codes": shown})


def drop_my_device(request: HttpRequest, pk: str) -> HttpResponse:
    """Take one of one's own phones off the account."""
    device = get_device(request.actor, pk=pk)
    if str(device.user_id) != request.actor.user_id:
        raise NotFound
    if request.method == "POST":
        actions.revoke_device(request.actor, device=device, at=timezone.now())
        return redirect("my_account")
    page = {
        "title": _("Take this phone off your account?"),
        "yes": _("Take the phone off"),
        "cancel_href": reverse("my_account"),
        "consequences": [_("Nobody can sign in as you on that phone any more.")],
    }
    return render(request, "confirm.html", page)


def _told(actor: Actor) -> list[dict[str, Any]]:
    return [
        {"at": n.at, "text": sentence(n), "seen": n.seen_at is not None}
        for n in my_notices(actor)[:100]
    ]


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # every route here asks for a signed-in person
    return request.user
