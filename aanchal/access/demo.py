"""Ways into a made-up district without a passphrase: single use, on this computer only."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import Deployment

from .known import new_token, token_hash
from .models import DemoLink, User

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
LOOPBACK_ADDRESSES = frozenset({"127.0.0.1", "::1"})
# Whatever a proxy adds by custom, by the beginning of its name.
FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_REAL",
    "HTTP_X_CLIENT",
    "HTTP_X_CLUSTER",
    "HTTP_X_ORIGINAL",
    "HTTP_X_PROXY",
    "HTTP_TRUE_CLIENT",
    "HTTP_CLIENT_IP",
    "HTTP_CF_",
)
FROM_WHERE = ("HTTP_ORIGIN", "HTTP_REFERER")


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
    """Say whether a request was made on this machine, to this machine, through no proxy.

    A proxy on this machine that adds no header shows by the name it was asked for, by the page the
    browser says it came from, by the site being set for HTTPS, or by speaking HTTP/1.0, as proxies
    do and browsers never.
    """
    meta = request.META
    came_from = [urlsplit(meta[name]).hostname for name in FROM_WHERE if meta.get(name)]
    return (
        _name(request.get_host()) in LOOPBACK_HOSTS
        and meta.get("REMOTE_ADDR") in LOOPBACK_ADDRESSES
        and meta.get("SERVER_PROTOCOL") != "HTTP/1.0"
        and not settings.SESSION_COOKIE_SECURE
        and not any(name.startswith(FORWARDED) for name in meta)
        and all(host is None or host in LOOPBACK_NAMES for host in came_from)
    )


def _name(host: str) -> str:
    return host.rsplit(":", 1)[0] if not host.endswith("]") else host
