"""Pages for when something is refused or goes wrong; none of them tells what was there."""

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from aanchal.access import kept


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our page, or came too late.

    One that certainly came from a page of ours, open since before she signed in again in another
    tab, is kept for her to look at and send. Any other is refused, and nothing of it is kept.
    """
    if kept.is_kept_for_later(request):
        signed_in = request.user.is_authenticated
        answer = redirect("kept_words") if signed_in else redirect_to_login(reverse("kept_words"))
        if kept.keep(request, answer):
            return answer
    context = {
        "title": _("Not done"),
        "sentence": _("This page was open too long. Go back, open it again and send it once more."),
        "code": "stale_page",
        "back_href": request.path,
    }
    return render(request, "errors/refused.html", context, status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Asked too often, as allauth counts it."""
    return render(request, "errors/429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "errors/500.html", status=500)
