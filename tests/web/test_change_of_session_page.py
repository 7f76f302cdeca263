"""The page of the change of session: rows beside last year's pupils; works without JavaScript."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aanchal.attendance.queries.promotions import classes_beside_last_year
from aanchal.kernel.permissions import Role
from aanchal.people.models import Enrolment
from tests.factories import NAMES, an_actor
from tests.signing_in import a_person, signed_in
from tests.use_cases.test_change_of_session import OTHERWISE, last_year, sent, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def page():
    section, children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    client = signed_in(Client(), a_person(Role.COORDINATOR, "IN/S10/D206"))
    return client, children, held, reverse("register_session", args=[held.pk])


def test_the_page_shows_both_sides_with_reasons_and_nothing_chosen(page):
    client, _children, _held, address = page

    text = client.get(address).content.decode()

    assert "These 4 are the same children" in text
    assert "The name is spelled otherwise." in text
    assert OTHERWISE in text and NAMES[4] in text
    assert "checked" not in text


def test_one_press_says_the_certain_ones_and_leaves_the_doubtful(page):
    client, children, held, address = page
    shown = [p.pk for p in waiting(held) if p.raw["promoted"] == "name_equal"]

    answer = client.post(address, {"step": "certain", "problem": shown}, follow=True)

    assert "4 children were found again" in answer.content.decode()
    assert len(waiting(held)) == 1
    assert (
        Enrolment.objects.filter(
            child__in=children, class_section__year=2026, ends_on__isnull=True
        ).count()
        == 4
    )


def test_a_doubtful_row_is_answered_by_itself_and_never_without_an_answer(page):
    client, children, held, address = page
    problem = waiting(held)[-1]

    assert client.post(address, {"problem": problem.pk}).status_code == 400
    assert len(waiting(held)) == 5

    client.post(address, {"problem": problem.pk, "choice": children[4].pk})
    assert len(waiting(held)) == 4
    assert Enrolment.objects.filter(
        child=children[4], class_section__year=2026, ends_on__isnull=True
    ).exists()


def test_the_file_and_its_repair_lead_to_the_page(page):
    client, _children, held, address = page

    assert address in client.get(reverse("register_file", args=[held.pk])).content.decode()
    assert address in client.get(reverse("register_repair", args=[held.pk])).content.decode()


def test_a_larger_class_needs_no_more_queries():
    counts = []
    for pupils in (2, 6):
        section, _children = last_year(pupils)
        held = sent(section, NAMES[:pupils], name=f"{pupils}.xlsx")
        with CaptureQueriesContext(connection) as asked:
            [found] = classes_beside_last_year(an_actor(), held)
        assert len(found.certain) == pupils
        counts.append(len(asked))
    assert counts[0] == counts[1]
