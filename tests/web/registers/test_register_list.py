"""The list of registers is narrowed by class, month and standing, and put in order of waiting."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.registers.actions import refuse_register, take_register
from aanchal.registers.models import RegisterFile
from tests.factories import (
    NAMES,
    NOW,
    VILLAGE,
    a_class,
    a_given_register,
    a_register_xlsx,
    an_actor,
)
from tests.signing_in import a_person, a_school, signed_in

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
STRANGER = ("99", "Somebody Else Entirely", FULL)


def sent(school, title, name, *rows):
    """A register read and shown; taken in when it has rows besides the class's own."""
    own = [(str(i + 1), NAMES[i], FULL) for i in range(6)]
    data = a_register_xlsx([*own, *rows], udise=school.school.udise, title=title)
    held = a_given_register(an_actor(), data, school=school, name=name)
    if rows:
        take_register(an_actor(), register=held, enrol_unknown=False, confirmed=True, at=NOW)
    return held


@pytest.fixture
def page():
    school = a_school(VILLAGE)
    a_class(school)
    a_class(school, grade="7")
    held = [
        sent(school, "Class: VI  Section: A   Month: July 2026", "six-july.xlsx", STRANGER),
        sent(school, "Class: VI  Section: A   Month: June 2026", "six-june.xlsx"),
        sent(school, "Class: VII  Section: A   Month: July 2026", "seven-july.xlsx"),
    ]
    refuse_register(an_actor(), register=held[2], template="no", params={}, at=NOW)
    for days, register in enumerate(held):
        RegisterFile.objects.filter(pk=register.pk).update(received_at=NOW + timedelta(days=days))
    client = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))
    return lambda query: client.get(reverse("register_files") + query)


def files(answer):
    return [f.file.name for f in answer.context["page"]]


@pytest.mark.parametrize(
    "query, found",
    [
        ("", ["seven-july.xlsx", "six-june.xlsx", "six-july.xlsx"]),
        ("?sort=longest", ["six-july.xlsx", "six-june.xlsx", "seven-july.xlsx"]),
        ("?class=6/A", ["six-june.xlsx", "six-july.xlsx"]),
        ("?month=2026-07", ["seven-july.xlsx", "six-july.xlsx"]),
        ("?class=6/A&month=2026-07", ["six-july.xlsx"]),
        ("?state=yes", ["six-june.xlsx"]),
        ("?state=repair", ["six-july.xlsx"]),
        ("?state=refused", ["seven-july.xlsx"]),
        ("?state=read", []),
        ("?class=nonsense&sort=nonsense", ["seven-july.xlsx", "six-june.xlsx", "six-july.xlsx"]),
    ],
)
def test_what_was_asked_is_what_is_shown(page, query, found):
    assert files(page(query)) == found


def test_the_choices_and_the_rows_name_class_and_month(page):
    text = page("").content.decode()

    for words in ("VI A · July 2026", "VII A · July 2026", "VI A · June 2026"):
        assert words in text
    assert 'value="7/A"' in text
    assert "No register here fits what you chose." in page("?state=read").content.decode()


def test_what_is_not_hers_is_not_among_her_choices(page):
    """Another district's coordinator sees neither files nor of which classes they are."""
    other = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D207"))

    text = other.get(reverse("register_files")).content.decode()

    assert "6/A" not in text
    assert page("").status_code == 200


def test_the_list_takes_as_many_queries_with_many_files(page):
    def taken(query):
        with CaptureQueriesContext(connection) as found:
            page(query)
        return len(found)

    page("")  # the number of silent classes beside the menu is kept from here on
    assert taken("?class=7/A") == taken("")  # one file, and three
