"""What a session must carry before its person is let further; asked again at every request."""

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .backends import needs_device
from .models import Device, User
from .roles import needs_mfa

DEVICE_KEY = "device"
SECOND_FACTOR = "mfa"
DEMO_LINK = "demo_link"
# A phone that passes from hand to hand is left open for less time.
IDLE_SECONDS = 30 * 60
SHARED_PHONE_IDLE_SECONDS = 15 * 60


def second_factor_missing(request: HttpRequest) -> HttpResponse | None:
    """Return the page to go to first, or None when all is well.

    A session that is over (`session_is_over`) ends here; a person whose role asks for a second
    factor is led to give it, or to get one.
    """
    if session_is_over(request):
        logout(request)
        return redirect_to_login("/")
    if needs_mfa(request.actor.roles()) and not gave_second_factor(request):
        from allauth.mfa.utils import is_mfa_enabled

        return redirect("confirm_self" if is_mfa_enabled(request.user) else "enrol_second_factor")
    return None


def session_is_over(request: HttpRequest) -> bool:
    """Say whether the signed-in person holds no role any more, or her phone was taken off."""
    roles, user = request.actor.roles(), request.user
    if not isinstance(user, User) or not roles:
        return True
    if came_by_demo_link(request):
        return False
    return needs_device(roles) and not _on_live_device(request, user)


def gave_second_factor(request: HttpRequest) -> bool:
    """Say whether this session was opened or confirmed with a second factor (or a demo link)."""
    return bool(_given(request) & {SECOND_FACTOR, DEMO_LINK})


def came_by_demo_link(request: HttpRequest) -> bool:
    """Say whether this session was opened by a demo link, into a made-up district."""
    return DEMO_LINK in _given(request)


def _given(request: HttpRequest) -> set[str]:
    user = request.user
    if not isinstance(user, User):
        return set()
    return {str(record.get("method")) for record in get_authentication_records(request, user)}


def _on_live_device(request: HttpRequest, user: User) -> bool:
    held: str = request.session.get(DEVICE_KEY, "")
    return (
        bool(held)
        and Device.objects.filter(
            pk=held, user=user, enrolled_at__isnull=False, revoked_at__isnull=True
        ).exists()
    )
