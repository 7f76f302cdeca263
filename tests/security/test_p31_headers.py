"""Promise 31: a strict policy and exact headers on every route; nothing inline anywhere.

That a real browser finds no violation is watched in every browser test (tests/chromium.py).
"""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from aanchal.web.shell.routes import ROUTES
from tests.security.crawl import links_of, walked
from tests.security.pages import PAGES
from tests.two_districts import ABSENT, SIX

pytestmark = pytest.mark.django_db
assert get_resolver().url_patterns

POLICY = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'",
    "img-src 'self' data:", "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
    "base-uri 'none'", "manifest-src 'self'",
}  # fmt: skip
EXACT = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def faults_of(answer, *, exact=EXACT):
    policy = set(answer.headers.get("Content-Security-Policy", "").split("; "))
    faults = [] if policy == POLICY else [f"policy {policy ^ POLICY}"]
    return faults + [
        f"{name}: {answer.headers.get(name)}"
        for name, value in exact.items()
        if answer.headers.get(name) != value
    ]


ENDS_THE_SESSION = ("sign_out", "leave_quickly")


@pytest.mark.once
@pytest.mark.together("walks")
@pytest.mark.parametrize("who", SIX)
def test_every_route_answers_with_exactly_these(who):
    walk = walked(who)
    faults = []
    for one in walk.heard:
        asked = f"{one.method} {one.asked} {one.status}"
        faults += [f"{asked}: {fault}" for fault in faults_of(one)]
        if one.links.inline:
            faults.append(f"{asked}: {one.links.inline} within the page")
    assert not faults
    every = {(m.lower(), n) for n, route in ROUTES.items() for m in route.methods}
    left = {name for _m, name in every - {(one.method, one.route()) for one in walk.heard}}
    assert left <= set(ENDS_THE_SESSION), "the walk did not ask for them"


def test_every_route_answers_a_stranger_with_exactly_these():
    client = Client(raise_request_exception=False)
    faults = []
    for name, page in PAGES.items():
        if name in ENDS_THE_SESSION:
            continue
        key = 2**31 if page.kind == "passkey" else ABSENT
        where = reverse(name, args=["nothing"] if page.token else [key] if page.kind else [])
        for method in ROUTES[name].methods:
            answer = getattr(client, method.lower())(where)
            faults += [f"{method} {name} {answer.status_code}: {f}" for f in faults_of(answer)]
            if found := links_of(answer).inline:
                faults.append(f"{method} {name}: {found} within the page")
    assert not faults


@pytest.mark.parametrize("where", ["/nowhere/", "/admin/", "/static/nowhere.css", "/visits/%00/"])
def test_what_is_not_there_answers_with_them_too(where):
    assert faults_of(Client().get(where)) == []


def test_a_refused_form_answers_with_them_too():
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(reverse("sign_in"), {"username": "x"})

    assert answer.status_code == 403
    assert faults_of(answer) == []


def test_what_is_served_to_everyone_may_be_kept_and_nothing_else_differs():
    page = Client().get(reverse("sign_in"))
    sheets = [value for tag, value in links_of(page).links if tag in ("link", "script")]

    assert sheets
    for where in sheets:
        answer = Client().get(where)
        answer.close()
        assert answer.status_code == 200
        assert "no-store" not in answer.headers["Cache-Control"]
        # Such a file is no page to be framed, and the policy forbids it besides.
        rest = {k: v for k, v in EXACT.items() if k not in ("Cache-Control", "X-Frame-Options")}
        assert faults_of(answer, exact=rest) == [], where


def test_over_https_the_browser_is_told_to_stay_there(settings):
    settings.SECURE_HSTS_SECONDS = 31_536_000

    answer = Client().get(reverse("sign_in"), secure=True)

    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
