"""A question that has ended says until when it is at rest, and takes the family's day of return."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.watch.actions import record_outcome, record_visit
from aanchal.watch.models import Flag, Outcome
from tests.signing_in import signed_in
from tests.web.concerns.test_shut_out_of_a_visit_danger import a_danger
from tests.web.notices.test_hand_overs_pages import a_coordinator, page
from tests.web.visits.test_visit_pages import in_hand

pytestmark = pytest.mark.django_db


def a_visited_question():
    visit, _client = in_hand()
    record_visit(
        actor_for(visit.volunteer), visit=visit, kind="sick", whom_met="mother", child_seen=True,
        next_step="comes_back", note="", visited_on=timezone.localdate(), at=timezone.now(),
    )  # fmt: skip
    return Flag.objects.get()


def test_the_day_the_family_named_is_taken_and_shown():
    flag, coordinator = a_visited_question(), a_coordinator()
    day = timezone.localdate() + timedelta(days=9)
    client = signed_in(Client(), coordinator)
    assert "as the family says" in page(coordinator, "flag", flag.pk)

    client.post(
        reverse("flag", args=[flag.pk]),
        {
            "step": "outcome",
            "kind": "explained",
            "since_on": timezone.localdate().isoformat(),
            "expected_on": day.isoformat(),
        },
    )

    assert Outcome.objects.get().rest_until == day
    shown = page(coordinator, "flag", flag.pk)
    assert f"At rest until {day.day} {day:%b} {day.year}." in shown
    assert "asked about again" in shown


def test_a_day_that_is_past_is_refused_beside_its_field():
    flag, coordinator = a_visited_question(), a_coordinator()

    answer = signed_in(Client(), coordinator).post(
        reverse("flag", args=[flag.pk]),
        {
            "step": "outcome",
            "kind": "explained",
            "since_on": timezone.localdate().isoformat(),
            "expected_on": "2026-01-01",
        },
    )

    assert answer.status_code == 400
    assert "Give a day from today on" in answer.content.decode()
    assert not Outcome.objects.exists()


def test_a_concern_says_that_it_is_at_rest_while_it_is_open_and_to_the_implicated_as_any_other():
    implicated, other = a_coordinator(), a_coordinator()
    a_danger(implicated=[implicated])
    flag = Flag.objects.get()
    ends = a_coordinator()
    given = {"since_on": timezone.localdate(), "child_seen": False, "at": timezone.now()}
    record_outcome(actor_for(ends), flag=flag, kind="concern", **given)
    outcome = Outcome.objects.get()

    assert "as long as the concern is open" in page(other, "flag", flag.pk)
    hers = page(implicated, "flag", flag.pk)
    assert "as long as the concern is open" not in hers and "At rest until" in hers

    rest = outcome.rest_until
    outcome.delete()
    Flag.objects.update(state=Flag.State.VISITED)
    record_outcome(actor_for(ends), flag=flag, kind="explained", confirmed=True, **given)
    assert Outcome.objects.get().rest_until == rest, "the day does not tell them apart"
