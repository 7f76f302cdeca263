"""Promise 21: logs and error pages carry no personal data; a canary grep after the whole suite."""

import logging

import pytest

from tests import overheard


@pytest.mark.django_db
def test_a_name_that_is_logged_would_be_found():
    """The listener is itself tried: one canary, sealed and then said."""
    from aanchal.kernel.fields import SealedTextField
    from aanchal.kernel.models import StoredFile

    field = StoredFile._meta.get_field("name")
    assert isinstance(field, SealedTextField)
    field.to_plain_bytes("Kanari Pakshi.xlsx")

    try:
        assert overheard.leaks("2026 INFO took in Kanari Pakshi.xlsx today") == [
            "Kanari Pakshi.xlsx"
        ]
        assert overheard.leaks("2026 INFO took in a file today") == []
    finally:
        overheard.CANARIES.discard("Kanari Pakshi.xlsx")


def test_what_is_logged_is_overheard():
    logging.getLogger("aanchal.tests").warning("a word for the listener")

    assert "a word for the listener" in overheard.said_aloud().read_text(encoding="utf-8")


def test_an_error_is_logged_without_what_it_quotes():
    try:
        raise ValueError("Kanari Pakshi does not fit")
    except ValueError:
        logging.getLogger("aanchal.tests").exception("could not take in Kanari Pakshi")

    said = overheard.said_aloud().read_text(encoding="utf-8")
    assert "ValueError" in said
    assert "Kanari" not in said


@pytest.mark.last
def test_nothing_that_was_sealed_in_this_run_was_said_aloud():
    said = overheard.said_aloud().read_text(encoding="utf-8", errors="replace")

    assert overheard.CANARIES, "no test sealed anything: nothing was tried"
    assert overheard.leaks(said) == []
