"""Our answers to what allauth asks: what follows signing in, and the sealing of its secrets."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.sealing import seal, unseal

from .models import User
from .second_factor import place_of_secret
from .throttle import forget_tries


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of authenticators, bound to their person."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Wait for the next one and write that."),
        "rate_limited": _("Too many wrong codes. Wait five minutes and try again."),
    }

    def encrypt(self, text: str) -> str:
        return b64encode(seal(text.encode(), place=place_of_secret())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(b64decode(encrypted_text), place=place_of_secret()).decode()

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
        return ["aanchal.access.second_factor.SecondFactorStage"]

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        forget_tries(request, user.username)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        pass

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        pass

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        from .sign_in import signed_in

        return signed_in(request, user, redirect_url=kwargs.get("redirect_url"))
