"""Our answers to what allauth asks: its stages of sign-in, and the sealing of its secrets."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.sealing import seal, unseal

from .models import User

_owner: ContextVar[str] = ContextVar("aanchal_second_factor_of")


@contextmanager
def second_factor_of(user: User) -> Iterator[None]:
    """Name the person whose second factor is being made or asked: its secrets are sealed to her."""
    token = _owner.set(str(user.pk))
    try:
        yield
    finally:
        _owner.reset(token)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of authenticators, bound to their person."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Wait for the next one and write that."),
        "rate_limited": _("Too many wrong codes. Wait five minutes and try again."),
    }

    def encrypt(self, text: str) -> str:
        return b64encode(seal(text.encode(), place=_place())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(b64decode(encrypted_text), place=_place()).decode()

    def get_totp_issuer(self) -> str:
        return "Aanchal"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by name and passphrase; nobody signs up; nothing is mailed; messages are ours."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": _("Too many wrong codes. Wait five minutes and try again."),
        "rate_limited": _("Too many wrong codes. Wait five minutes and try again."),
    }

    def get_login_stages(self) -> list[str]:
        return ["aanchal.access.adapters.SecondFactorStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        pass

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        pass

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        from .sign_in import signed_in

        return signed_in(request, user, redirect_url=kwargs.get("redirect_url"))


class SecondFactorStage(AuthenticateStage):
    """allauth's second step, at our address."""

    urlname = "second_factor"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if not self._should_handle(self.request):
            return None, True
        self.state["authentication_required"] = True
        return redirect(self.urlname), True

    def abort(self) -> HttpResponse:
        from allauth.account.internal.stagekit import clear_login

        clear_login(self.request)
        return redirect("sign_in")


def _place() -> str:
    # A secret copied into another person's row does not open there.
    return f"mfa.Authenticator.data|{_owner.get()}"
