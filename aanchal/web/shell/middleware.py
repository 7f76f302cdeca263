"""What every request passes through: limits, headers, who asks, and how a refusal is told."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from aanchal.access.queries import actor_for
from aanchal.cases.queries import heads_opened_once
from aanchal.kernel import reading, rowguard
from aanchal.kernel.authz import Actor
from aanchal.kernel.errors import DomainError, Locked, NotFound, TooLarge

from .waiting_count import count_anew

Next = Callable[[HttpRequest], HttpResponse]


log = logging.getLogger("aanchal.web")


class Limits:
    """Refuses a body that is too large before a byte of it is read.

    It stands before the sessions and knows nobody: the page it answers with is drawn without them.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        most = settings.AANCHAL_UPLOAD_BYTES + 512 * 1024
        if not length.isdigit() or int(length) > most:
            with translation.override(translation.get_language_from_request(request)):
                if _wants_json(request):
                    return _as_json(TooLarge())
                max_mb = settings.AANCHAL_UPLOAD_BYTES // (1024 * 1024)
                return render(request, "errors/413.html", {"limit_mb": max_mb}, status=413)
        return self.get_response(request)


class Headers:
    """Headers that are the same on every answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Permissions-Policy"] = (
            "camera=(), geolocation=(), microphone=(), interest-cohort=()"
        )
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response


class Actors:
    """Puts the actor on the request, with the grants held at this very moment."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            request.actor = actor_for(request.user)
        else:
            request.actor = Actor(user_id="")
        acts = request.actor.user_id and request.method not in ("GET", "HEAD")
        if acts:
            count_anew(request.actor.user_id)
        with heads_opened_once():
            response = self.get_response(request)
        if acts:
            # The page after this one must not show the number of before.
            count_anew(request.actor.user_id)
        return response


class RowGuard:
    """On PostgreSQL, holds each request to the districts of its actor, in one transaction.

    A view that ends in an error leaves nothing written. An answer is complete before it leaves
    here: a stream would be read when the transaction, and the right to read, are gone. SQLite has
    no such guard, and a transaction there would starve every writer.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if connection.vendor != "postgresql":
            return self.get_response(request)
        with transaction.atomic(), rowguard.context(request.actor):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


class Reading:
    """Writes one event for each page that shows children: which ones, to whom.

    Inside the row guard and outside the view: on PostgreSQL it joins the request's transaction, on
    SQLite it is a short one of its own after the page is made. A page that sends elsewhere, or ends
    in an error, shows nobody.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with reading.collecting() as shown:
            response = self.get_response(request)
        # The answer to HEAD has no content: it shows nobody.
        if request.method == "HEAD" or not shown.by_district or _shows_nobody(response):
            return response
        page = getattr(request.resolver_match, "url_name", None) or ""
        try:
            reading.write(request.actor, shown, page=page, at=timezone.now())
        except Locked as error:
            return refused(request, error)
        except OperationalError as error:
            log.error("reading could not be written down", exc_info=error)
            return resting(request)
        return response


def _shows_nobody(response: HttpResponse) -> bool:
    return 300 <= response.status_code < 400 or response.status_code >= 500


class DomainErrors:
    """The only place where a refusal becomes an HTTP answer."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            allowed = response.headers["Allow"]
            response = render(request, "errors/405.html", status=405)
            response.headers["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, DomainError):
            return refused(request, error)
        log.error("unexpected", exc_info=error)
        if isinstance(error, OperationalError):
            return resting(request)
        return None


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """One sentence, and what to do; JSON for programs."""
    if _wants_json(request):
        return _as_json(error)
    if error.status == NotFound.status:
        return render(request, "errors/404.html", status=error.status)
    if error.status == Locked.status:
        return resting(request, str(error))
    context = {"sentence": str(error), "code": error.code, "title": _("Not done")}
    if request.method == "POST" and _can_be_opened(request):
        # What was sent has been overtaken; the page it came from shows how things stand.
        context["back_href"] = request.path
    return render(request, "errors/refused.html", context, status=error.status)


def resting(request: HttpRequest, sentence: str = "") -> HttpResponse:
    """The database is busy or the records are locked: a page that asks neither for anything."""
    context = {"message": sentence, "signed_in": False, "where": "", "role": "", "nav": []}
    response = render(request, "errors/503.html", context, status=503)
    response.headers["Retry-After"] = "60"
    return response


def _can_be_opened(request: HttpRequest) -> bool:
    view = getattr(request.resolver_match, "func", None)
    return "GET" in getattr(getattr(view, "aanchal_route", None), "methods", ())


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def _as_json(error: DomainError) -> JsonResponse:
    return JsonResponse({"code": error.code, "message": str(error)}, status=error.status)
