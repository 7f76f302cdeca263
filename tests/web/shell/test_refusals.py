"""How a refusal is told: a page in the reader's language with its headers, JSON for programs."""

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.kernel.errors import Locked
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db


def guarded(answer):
    """The headers that every answer carries, refusals too."""
    return (
        "Content-Security-Policy" in answer.headers
        and answer.headers["Cache-Control"] == "no-store"
        and answer.headers["X-Content-Type-Options"] == "nosniff"
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "This file is too large."), ("hi", 'lang="hi"'), ("bn", 'lang="bn"')],
)
def test_a_body_too_large_is_answered_with_a_page_before_it_is_read(language, words, settings):
    settings.AANCHAL_UPLOAD_BYTES = 1000
    client = Client(headers={"accept-language": language})

    answer = client.post(reverse("sign_in"), {"username": "x" * 600_000})

    assert answer.status_code == 413
    assert words in answer.content.decode()
    assert guarded(answer)


def test_a_program_is_told_so_in_json(settings):
    settings.AANCHAL_UPLOAD_BYTES = 1000
    client = Client(headers={"accept": "application/json"})

    answer = client.post(reverse("sign_in"), {"username": "x" * 600_000})

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_wrong_method_is_answered_with_a_page_and_says_what_is_allowed():
    answer = Client().get(reverse("leave_quickly"))

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert "Go back and use the button on the page." in answer.content.decode()
    assert guarded(answer)


def test_a_hidden_record_and_a_missing_page_look_alike():
    client = signed_in(Client(), a_person(Role.COORDINATOR))

    hidden = client.get(reverse("flag", args=["01890a5d-ac96-774b-bcce-b302099a8057"]))
    missing = client.get("/nowhere/")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert "<h1>We did not find this page.</h1>" in hidden.content.decode()
    assert "<h1>We did not find this page.</h1>" in missing.content.decode()


@pytest.mark.parametrize("error", [OperationalError("database is locked"), Locked()])
def test_a_busy_database_and_locked_records_are_told_without_asking_them(monkeypatch, error):
    client = signed_in(Client(), a_person(Role.COORDINATOR))

    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("aanchal.web.watch.pages.watch.week_figures", fail)
    answer = client.get(reverse("watch"))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "60"
    assert "tel:1098" in answer.content.decode()
    assert guarded(answer)


def test_leaving_quickly_ends_the_session_and_drops_what_the_browser_kept():
    client = signed_in(Client(), a_person(Role.VOLUNTEER))

    answer = client.post(reverse("leave_quickly"))

    assert (answer.status_code, answer.headers["Location"]) == (303, reverse("calendar"))
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get(reverse("my_visits")).status_code == 302


def test_a_form_that_was_overtaken_leads_back_to_the_page_it_came_from():
    from tests.factories import VILLAGE, a_class, a_flag

    section, children = a_class(pupils=1)
    flag = a_flag(children[0], section, state="closed")
    a_person(Role.VOLUNTEER, VILLAGE)
    client = signed_in(Client(), a_person(Role.COORDINATOR))

    answer = client.post(
        reverse("flag", args=[flag.pk]),
        {"step": "outcome", "kind": "back", "since_on": "2026-07-21", "child_seen": "on"},
        follow=True,
    )

    assert answer.redirect_chain == [(reverse("flag", args=[flag.pk]), 302)]
    assert 'class="notice warning"' in answer.content.decode()
