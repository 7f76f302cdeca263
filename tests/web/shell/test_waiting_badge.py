"""The badge's number is kept a few seconds for one person, and counted anew when she acts."""

import pytest
from django.test import Client
from django.urls import reverse

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.web.shell import waiting_count as badge
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"


@pytest.fixture
def counted(monkeypatch, settings):
    """Notes how often the number is counted; it is one more each time."""
    settings.AANCHAL_BADGE_SECONDS = 20.0
    badge._kept.clear()
    calls = []
    monkeypatch.setattr(badge, "count_waiting", lambda actor, at: calls.append(actor) or len(calls))
    yield calls
    badge._kept.clear()


def test_it_is_counted_once_for_several_pages(counted):
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))

    for _page in range(3):
        client.get(reverse("watch"))

    assert len(counted) == 1


def test_what_she_does_has_it_counted_anew(counted):
    client = signed_in(Client(), a_person(Role.COORDINATOR, BLOCK))
    client.get(reverse("watch"))

    client.post(reverse("set_language"), {"language": "hi", "next": "/"})
    client.get(reverse("watch"))

    assert len(counted) == 2


def test_a_changed_grant_or_another_person_has_it_counted_anew(counted):
    first, second = a_person(Role.COORDINATOR, BLOCK), a_person(Role.COORDINATOR, BLOCK)
    assert [badge.waiting_count(actor_for(p)) for p in (first, second, first)] == [1, 2, 1]

    grant = first.grants.get()
    grant.section = "A"
    grant.save()

    assert badge.waiting_count(actor_for(first)) == 3


def test_it_is_counted_anew_after_its_seconds(counted, settings):
    actor = actor_for(a_person(Role.COORDINATOR, BLOCK))
    badge.waiting_count(actor)
    settings.AANCHAL_BADGE_SECONDS = 0.0

    assert badge.waiting_count(actor) == 2
