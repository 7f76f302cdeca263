"""The second factor of a person: whose secrets are sealed to her, and allauth's step at our address."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpResponse
from django.shortcuts import redirect

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


def place_of_secret() -> str:
    # A secret copied into another person's row does not open there.
    return f"mfa.Authenticator.data|{_owner.get()}"


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
