"""How an address is declared: with its methods, and who may call it. Nothing is undeclared.

The gate here only asks whether the actor could do such a thing anywhere; whether to this record
is asked by the query or the use case, and a record that is not hers answers as if it were absent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse

from aanchal.access import kept
from aanchal.access.session import second_factor_missing
from aanchal.kernel.authz import may_anywhere
from aanchal.kernel.errors import NotFound
from aanchal.kernel.vocabulary import Permission

# Methods of a page on which something is done.
BOTH = ("GET", "POST")


class Who(Enum):
    """Callers that are not named by a permission."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    SIGNED_IN_WITHOUT_SECOND_FACTOR = "signed in, second factor not yet given"


@dataclass(frozen=True)
class Route:
    """One declared address."""

    path: str
    name: str
    who: Who | Permission
    methods: tuple[str, ...]


def sent_too_late(request: HttpRequest, *, login_url: str | None = None) -> HttpResponse:
    """Keep the words of a form that cannot be taken now, and ask who she is.

    Args:
        login_url: where she says it; the sign-in when not given.
    """
    answer = redirect_to_login(reverse("kept_words"), login_url=login_url)
    if not kept.keep(request, answer):
        answer = redirect_to_login("/", login_url=login_url)
    kept.note_ended(request, answer)
    return answer


ROUTES: dict[str, Route] = {}


View = Callable[..., HttpResponse]


def route(
    where: str,
    view: View,
    *,
    name: str,
    who: Who | Permission,
    methods: tuple[str, ...] = ("GET",),
) -> URLPattern:
    """Declare one address; returns its URL pattern.

    Args:
        who: a permission held anywhere, or one of `Who`.
        methods: allowed methods; HEAD goes with GET.
    """
    declared = Route(where, name, who, methods)
    if ROUTES.get(name, declared) != declared:
        raise ValueError(f"two addresses are named {name}")
    ROUTES[name] = declared

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else request.method
        is_out = not request.user.is_authenticated
        if who is not Who.ANYONE:
            if is_out:
                if method == "GET":
                    asked = redirect_to_login(request.get_full_path())
                    kept.note_ended(request, asked)
                    return asked
                return sent_too_late(request)
            if who is not Who.SIGNED_IN_WITHOUT_SECOND_FACTOR:
                elsewhere = second_factor_missing(request)
                if elsewhere is not None:
                    if method == "POST":
                        kept.keep(request, elsewhere)
                    return elsewhere
            if isinstance(who, Permission) and not may_anywhere(request.actor, who):
                raise NotFound
        if method not in methods:
            return HttpResponseNotAllowed(methods)
        asked_by, request.method = request.method, method
        try:
            # A view that asks "is it GET?" must never take a HEAD for a form that was sent: programs
            # that look at links use HEAD, and it passes the guard against forged forms.
            answer = view(request, *args, **kwargs)
            if (
                method == "POST"
                and kept.SENT_AGAIN_FIELD in request.POST
                and answer.status_code < 500
            ):
                # Taken, or shown again in the page's own form with what is wrong.
                kept.forget(request, pks=request.POST.getlist(kept.SENT_AGAIN_FIELD))
            if is_out:
                # A page for everybody takes the cookie of an ended session away too.
                kept.note_ended(request, answer)
            return answer
        finally:
            request.method = asked_by

    guarded.aanchal_route = declared  # type: ignore[attr-defined]
    return path(where, guarded, name=name)
