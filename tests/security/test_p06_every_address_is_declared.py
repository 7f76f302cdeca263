"""Promise 6: every route declares who may call it; an undeclared route fails the build."""

from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse

from aanchal.web import urls  # the addresses are declared when it is read
from aanchal.web.shell.routes import ROUTES, Route, Who
from tests.security.pages import PAGES
from tests.two_districts import ABSENT


def undeclared(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        where = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from undeclared(pattern.url_patterns, where)
        elif not isinstance(getattr(pattern.callback, "aanchal_route", None), Route):
            yield where


def test_every_address_declares_who_may_call_it():
    assert urls.urlpatterns
    assert list(undeclared(get_resolver().url_patterns)) == []


def test_an_address_without_a_declaration_would_be_found():
    forgotten = path("forgotten/", lambda request: HttpResponse("open to all"))

    assert list(undeclared([*get_resolver().url_patterns, forgotten])) == ["forgotten/"]


OPEN = {name for name, route in ROUTES.items() if route.who is Who.ANYONE}


def test_what_is_open_to_anyone_is_said_here_too():
    """Opening an address to everybody is a decision: it is written down twice."""
    assert OPEN == {
        # Coming in, each step with a secret of its own; and choosing the language to do it in.
        "sign_in", "second_factor", "cannot_sign_in", "accept_invitation", "welcome",
        "enrol_device", "reset_credential", "enter_demo", "set_language",
        # Leaving, the innocent page one leaves to, and "is it up?".
        "leave_quickly", "calendar", "health",
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_comes_to_the_sign_in_from_everywhere_else(method):
    stranger = Client()
    faults = []
    for name, route in ROUTES.items():
        if name in OPEN:
            continue
        page = PAGES[name]
        token = ["not-a-token-of-anybody"] if page.token else []
        key = [2**31 if page.kind == "passkey" else ABSENT] if page.kind else token
        answer = getattr(stranger, method)(reverse(name, args=key))
        there = answer.headers.get("Location", "")
        if answer.status_code != 302 or not there.startswith(reverse("sign_in")):
            faults.append(f"{route.path}: {answer.status_code} {there}")
    assert not faults
