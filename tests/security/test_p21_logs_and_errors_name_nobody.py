"""Promise 21: logs and error pages carry no personal data; a canary grep after the whole suite."""

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.known import new_token
from tests import log_leak_check
from tests.security.pages import PAGES


@pytest.mark.django_db
def test_a_name_that_is_logged_would_be_found():
    """The listener is itself tried: one canary, sealed and then said."""
    from aanchal.kernel.fields import SealedTextField
    from aanchal.kernel.models import StoredFile

    field = StoredFile._meta.get_field("name")
    assert isinstance(field, SealedTextField)
    field.to_plain_bytes("Kanari Pakshi.xlsx")

    try:
        assert log_leak_check.leaks("2026 INFO took in Kanari Pakshi.xlsx today") == [
            "Kanari Pakshi.xlsx"
        ]
        assert log_leak_check.leaks("2026 INFO took in a file today") == []
    finally:
        log_leak_check.CANARIES.discard("Kanari Pakshi.xlsx")


def test_what_is_logged_is_overheard():
    logging.getLogger("aanchal.tests").warning("a word for the listener")

    assert "a word for the listener" in log_leak_check.said_aloud().read_text(encoding="utf-8")


def test_an_error_is_logged_without_what_it_quotes():
    try:
        raise ValueError("Kanari Pakshi does not fit")
    except ValueError:
        logging.getLogger("aanchal.tests").exception("could not take in Kanari Pakshi")

    said = log_leak_check.said_aloud().read_text(encoding="utf-8")
    assert "ValueError" in said
    assert "Kanari" not in said


LINKS = [name for name, page in PAGES.items() if page.token]


@pytest.mark.parametrize("name", LINKS)
def test_a_link_that_opens_something_is_scrubbed_from_what_is_logged(name):
    """Whoever reads the log later must not be able to use what somebody was sent."""
    token = new_token()
    where = reverse(name, args=[token])
    log = logging.getLogger("aanchal.tests")

    log.warning("Not Found: %s", where)
    log.error(f"Forbidden: {where}?next=/ from somebody")
    log.error("Internal Server Error: %s", where, extra={"request": where})
    try:
        raise ValueError(where)
    except ValueError:
        log.exception("at %s", where)

    said = log_leak_check.said_aloud().read_text(encoding="utf-8")
    assert f"Not Found: {where.split(token)[0]}" in said, "the place is said"
    assert token not in said
    assert token[:24] not in said
    assert token[-24:] not in said


@pytest.mark.django_db
@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("method", ["get", "post", "put", "head"])
def test_a_link_that_is_asked_for_in_vain_or_in_error_is_not_logged(name, method, monkeypatch):
    token = new_token()
    client = Client(raise_request_exception=False)

    getattr(client, method)(reverse(name, args=[token]))
    monkeypatch.setattr("aanchal.access.known.token_hash", _fails)
    monkeypatch.setattr("aanchal.access.links.token_hash", _fails)
    monkeypatch.setattr("aanchal.access.demo.token_hash", _fails)
    getattr(client, method)(reverse(name, args=[token]))

    # The page of the error stands there too, and holds its own address for whoever asked for it.
    said = log_leak_check.said_aloud().read_text(encoding="utf-8").split("\n")
    logged = [line for line in said if re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,", line)]
    assert method != "post" or any("_fails" in line for line in logged)
    assert not [line for line in logged if token in line]


def _fails(token, **_how):
    raise ValueError(f"cannot hash {token}")


def test_every_kind_of_token_is_long_enough_to_be_seen_as_one():
    from aanchal.kernel.logs import TOKEN

    for _time in range(200):
        token = new_token()
        assert TOKEN.fullmatch(token)
