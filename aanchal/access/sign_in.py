"""The steps of coming in, between allauth's flows and our pages.

The passphrase is asked first (`give_passphrase`), then the second factor where there is one
(`pending_second_factor`, `SecondFactorForm`), then the session begins (`signed_in`).
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.authz import Actor
from aanchal.kernel.sealing import keyed_hash

from .actions import (
    add_passkey,
    add_second_factor,
    change_passphrase,
    enter_demo,
    note_failed_sign_in,
    note_sign_in,
    note_sign_out,
    remove_passkey,
)
from .backends import needs_device
from .known import devices_of, remember_browser
from .links import nobody
from .models import Notice, User
from .queries import actor_for
from .second_factor import SecondFactorStage, second_factor_of
from .session import (
    DEMO_LINK,
    DEVICE_KEY,
    IDLE_SECONDS,
    SECOND_FACTOR,
    SHARED_PHONE_IDLE_SECONDS,
    gave_second_factor,
)
from .session_store import begin


def give_passphrase(
    request: HttpRequest, *, username: str, passphrase: str, next_path: str = ""
) -> HttpResponse | None:
    """Try a sign-in name and a passphrase from this browser.

    Returns:
        Where to go next; None when she does not come in, and then nothing says why: no such
        name, wrong passphrase, too many tries, no role, or a phone that is not hers.
    """
    user = authenticate(request, username=username, password=passphrase)
    if not isinstance(user, User):
        known = User.objects.filter(username=username.strip().casefold()).first()
        note_failed_sign_in(nobody(), user=known, step="passphrase")
        return None
    return come_in(request, user, next_path=next_path)


def come_in(request: HttpRequest, user: User, *, next_path: str = "") -> HttpResponse:
    """Go on with a person whose passphrase was just right: her second factor, then the session."""
    if request.user.is_authenticated:
        logout(request)
    record_authentication(request, user, method="password", reauthenticated=True)
    return perform_login(request, Login(user=user, redirect_url=safe_path(request, next_path)))


def pending_second_factor(request: HttpRequest) -> SecondFactorStage | None:
    """The second step this browser stands at, or None when it stands at none."""
    stage = LoginStageController.enter(request, SecondFactorStage.key)
    return stage if isinstance(stage, SecondFactorStage) and stage.login.user else None


class SecondFactorForm(BaseAuthenticateForm):
    """A code from the app, or one of the recovery codes. Each opens once."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def clean_code(self) -> str:
        with second_factor_of(self.user):
            code = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP and not _first_use(self.user, code):
            raise mfa_adapter().validation_error("incorrect_code")
        return code

    def confirm(self, request: HttpRequest, *, again: bool) -> None:
        """Keep in the session that the code was right; `again` when she was signed in already."""
        post_authentication(request, self.authenticator, reauthenticated=again)


def passkey_options(user: User) -> dict[str, Any] | None:
    """What a browser needs to answer with a passkey of this person; None when she has none."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists():
        return None
    return webauthn.begin_authentication(user)


class PasskeyForm(AuthenticateWebAuthnForm):
    """The browser's answer with a passkey."""

    def confirm(self, request: HttpRequest) -> None:
        """Keep in the session that the answer was right."""
        post_authentication(request, self.cleaned_data["credential"])


class NewPasskeyForm(AddWebAuthnForm):
    """The browser's word that it made a passkey, with the name that the person gives it."""

    name = forms.CharField(
        label=_("What you call it"),
        max_length=60,
        help_text=_("Such as: the office computer, the blue key."),
        error_messages={"required": _("Give it a name.")},
    )


def new_passkey_options(user: User) -> dict[str, Any]:
    """What a browser needs to make a passkey for this person."""
    return webauthn.begin_registration(user, False)


def take_passkey(request: HttpRequest, form: NewPasskeyForm) -> None:
    """Keep a new passkey of the signed-in person; she stays signed in, here alone."""
    assert isinstance(request.user, User)
    user = add_passkey(
        request.actor,
        user=request.user,
        name=form.cleaned_data["name"],
        credential=form.cleaned_data["credential"],
        at=timezone.now(),
    )
    carry_over(request, user)


def drop_passkey(request: HttpRequest, key: int) -> None:
    """Take a passkey off; she stays signed in, here alone."""
    assert isinstance(request.user, User)
    carry_over(
        request, remove_passkey(request.actor, user=request.user, key=key, at=timezone.now())
    )


def passkeys_of(user: User) -> list[Authenticator]:
    """The person's passkeys, oldest first."""
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN)
    return list(held.order_by("created_at", "pk"))


def signed_in(request: HttpRequest, user: User, *, redirect_url: str | None = None) -> HttpResponse:
    """Begin the session of a person who has given all that her role asks.

    Returns:
        The way to her page, by way of her notices when there is something she must be told.
    """
    now = timezone.now()
    actor = actor_for(user, at=now)
    by_phone = needs_device(actor.roles())
    device = None
    if by_phone:
        device = next((d for d in devices_of(request) if d.user_id == user.pk), None)
    if device is not None:
        request.session[DEVICE_KEY] = str(device.pk)
    idle = SHARED_PHONE_IDLE_SECONDS if by_phone else IDLE_SECONDS
    begin(request.session, at=now, idle_seconds=idle)
    how = "device" if device else "second_factor" if gave_second_factor(request) else "passphrase"
    note_sign_in(actor, user=user, at=now, how=how, device=device)
    there = redirect_url or settings.LOGIN_REDIRECT_URL
    if Notice.objects.filter(user=user, seen_at__isnull=True).exists():
        there = "notices"
    response = redirect(there)
    if device is None:
        remember_browser(request, response, user)
    speak(response, user.language)
    return response


def sign_in_by_demo_link(request: HttpRequest, token: str) -> HttpResponse:
    """Use up a demo link and begin the made-up person's session."""
    if request.user.is_authenticated:
        logout(request)
    user = enter_demo(nobody(), token=token, at=timezone.now())
    record_authentication(request, user, method=DEMO_LINK, reauthenticated=True)
    get_adapter(request).login(request, user)
    begin(request.session, at=timezone.now(), idle_seconds=IDLE_SECONDS)
    response = redirect(settings.LOGIN_REDIRECT_URL)
    speak(response, user.language)
    return response


def sign_out(request: HttpRequest) -> None:
    """End this session."""
    if isinstance(request.user, User):
        note_sign_out(request.actor, user=request.user)
    logout(request)


def whose_passphrase(
    request: HttpRequest, *, user: User, passphrase: str, any_phone: bool = False
) -> Actor | None:
    """The person herself, when this is her passphrase; None when not, or after too many tries.

    `any_phone` is for a phone that a link is just making hers.
    """
    found = authenticate(request, username=user.username, password=passphrase, any_phone=any_phone)
    if not isinstance(found, User) or found.pk != user.pk:
        note_failed_sign_in(nobody(), user=user, step="passphrase")
        return None
    return actor_for(found)


def is_right_first_code(user: User, secret: str, code: str) -> bool:
    """Say whether a code was made from a new secret; it counts as used then."""
    return totp.validate_totp_code(secret, code) and _first_use(user, code)


def take_second_factor(request: HttpRequest, secret: str) -> None:
    """Keep a new app of the signed-in person; she stays signed in, here alone."""
    assert isinstance(request.user, User)
    user = add_second_factor(
        request.actor,
        user=request.user,
        secret=secret,
        at=timezone.now(),
    )
    totp.clear_totp_secret(request)
    carry_over(request, user)
    record_authentication(request, user, method=SECOND_FACTOR, reauthenticated=True)


def unused_recovery_codes(user: User) -> list[str] | None:
    """The recovery codes that still work, in their order; None when she has none at all."""
    held = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if held is None:
        return None
    with second_factor_of(user):
        codes: list[str] = held.wrap().get_unused_codes()
    return codes


def carry_over(request: HttpRequest, user: User) -> None:
    """Keep this one session when a new passphrase or second factor has ended all others."""
    from django.contrib.auth import update_session_auth_hash

    update_session_auth_hash(request, user)


def give_new_passphrase(request: HttpRequest, *, old: str, passphrase: str) -> None:
    """Change the signed-in person's passphrase and stay signed in, here alone."""
    assert isinstance(request.user, User)
    changed = change_passphrase(
        request.actor,
        user=request.user,
        old=old,
        passphrase=passphrase,
        at=timezone.now(),
    )
    carry_over(request, changed)


def speak(response: HttpResponse, language: str) -> None:
    """Let the next pages on this browser be in this language."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=400 * 24 * 3600,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


def safe_path(request: HttpRequest, path: str) -> str | None:
    """A path of this site to go on to, or None for anything else."""
    good = url_has_allowed_host_and_scheme(
        path, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return path if path and good else None


def _first_use(user: User, code: str) -> bool:
    # allauth forgets a used code after one period, but takes it for as many as its tolerance.
    window = mfa_settings.TOTP_PERIOD * (2 * mfa_settings.TOTP_TOLERANCE + 1)
    used = keyed_hash(f"{user.pk}|{''.join(code.split())}", purpose="access/code")
    return cache.add(f"access.code.{used}", 1, timeout=window)
