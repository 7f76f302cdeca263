"""Ways into a made-up district without a passphrase: single use, on this computer only."""

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import Deployment

from .known import new_token, token_hash
from .models import DemoLink, User

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_FORWARDED_HOST")


def make_demo_link(user: User) -> str:
    """Make a link by which one made-up person is signed in once; returns its path.

    Raises:
        NotFound: this database is not marked as a demo.
    """
    if not Deployment.objects.filter(is_demo=True).exists():
        raise NotFound
    token = new_token()
    DemoLink.objects.create(
        user=user, token_hash=token_hash(token, purpose="demo"), made_at=timezone.now()
    )
    return reverse("enter_demo", args=[token])


def demo_link_behind(request: HttpRequest, token: str) -> DemoLink:
    """The unused link behind a token, when the request comes from this computer to itself.

    Raises:
        NotFound: in every other case, and always the same.
    """
    found = (
        DemoLink.objects.select_related("user")
        .filter(
            Q(user__is_active=True),
            token_hash=token_hash(token, purpose="demo"),
            used_at__isnull=True,
        )
        .first()
    )
    is_demo = Deployment.objects.filter(is_demo=True).exists()
    if found is None or not is_demo or not is_from_this_computer(request):
        raise NotFound
    return found


def is_from_this_computer(request: HttpRequest) -> bool:
    """Say whether a request was made on this machine, to this machine, through no proxy."""
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return (
        name in LOOPBACK_HOSTS
        and request.META.get("REMOTE_ADDR") in LOOPBACK_ADDRESSES
        and not any(header in request.META for header in FORWARDED)
    )
