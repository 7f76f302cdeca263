"""Corrections on the screen: both strips, the coordinator's word, a flag that nobody ends unasked."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.registers.actions import record_page
from aanchal.registers.models import Correction
from aanchal.registers.rules.pages import PageMarks
from aanchal.watch.actions import assign_visit, run_watch
from aanchal.watch.models import Flag, Visit
from tests.factories import VILLAGE, a_class, a_page, an_actor, marks_of
from tests.signing_in import a_person, acting, signed_in

pytestmark = pytest.mark.django_db

FULL = "P" * 27
GONE = "PPPP" + "A" * 23
# The watch looks at the last three months: the last two whole ones, whenever this is run.
LAST = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
BEFORE = (LAST - timedelta(days=1)).replace(day=1)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def asked():
    """A teacher would turn a gone child's last month into presence; her flag is live, a visit sent."""
    section, children = a_class(pupils=10)
    a_page(section, children, [FULL] * 10, BEFORE)
    a_page(section, children, [*[FULL] * 9, GONE], LAST)
    run_watch(system_actor("watch"), on=LAST.replace(day=27), at=timezone.now())
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    assign_visit(an_actor(), flag=Flag.objects.get(), volunteer=volunteer, at=timezone.now())
    teacher = a_person(Role.TEACHER, section.school, grade="6", section="A", name="Tara")
    coordinator = a_person(Role.COORDINATOR, "IN/S10/D206/B1851", name="Chitra")
    record_page(
        acting(teacher),
        class_section=section,
        month=LAST,
        page=PageMarks((children[9].pk,), marks_of([FULL])),
        register=None,
        received_at=timezone.now(),
        at=timezone.now(),
    )
    return signed_in(Client(), teacher), signed_in(Client(), coordinator)


def see(client, name="corrections"):
    return client.get(reverse(name)).content.decode()


def test_the_coordinator_sees_both_strips_and_the_teacher_only_that_it_waits(asked):
    teacher, coordinator = asked

    page = see(coordinator)
    assert re.search(r"As it stands\. [^\"]*Present 4, absent 23", page)
    assert re.search(r"As it would be\. [^\"]*Present 27, absent 0", page)
    assert "23 absences would be taken away" in page
    assert "Tara" in page
    assert "As it would be" not in see(teacher)
    assert "waits for a yes" in see(teacher)


def test_both_homes_say_that_it_waits_and_since_too_long(asked):
    teacher, coordinator = asked

    assert "1 correction of yours waits for the coordinator" in see(teacher, "classes")
    assert "1 correction would take absences away" in see(coordinator, "watch")
    Correction.objects.update(asked_at=timezone.now() - timedelta(days=3))
    assert "waits too long" in see(coordinator, "watch")


def test_her_yes_corrects_the_register_and_then_asks_about_the_question(asked):
    _teacher, coordinator = asked

    coordinator.post(
        reverse("corrections"), {"correction": Correction.objects.get().pk, "step": "agree"}
    )

    assert Visit.objects.get().state == "assigned"
    page = see(coordinator)
    assert "withdraw the question?" in page
    assert "a volunteer has the visit in her hands" in page
    assert "Withdraw it?" in see(coordinator, "watch")

    withdrawal = Flag.objects.get().withdrawals.get()
    coordinator.post(reverse("corrections"), {"withdrawal": withdrawal.pk, "step": "withdraw"})
    assert (Flag.objects.get().state, Visit.objects.get().state) == ("withdrawn", "cancelled")
    again = coordinator.post(
        reverse("corrections"), {"withdrawal": withdrawal.pk, "step": "withdraw"}, follow=True
    )
    assert "already changed" in again.content.decode()


def test_ask_all_the_same_leaves_question_and_visit(asked):
    _teacher, coordinator = asked
    held = Correction.objects.get()
    coordinator.post(reverse("corrections"), {"correction": held.pk, "step": "agree"})

    withdrawal = Flag.objects.get().withdrawals.get()
    coordinator.post(reverse("corrections"), {"withdrawal": withdrawal.pk, "step": "keep"})

    assert (Flag.objects.get().state, Visit.objects.get().state) == ("assigned", "assigned")


def test_no_needs_a_word_that_the_teacher_reads(asked):
    teacher, coordinator = asked
    held = Correction.objects.get()

    refused = coordinator.post(
        reverse("corrections"), {"correction": held.pk, "step": "refuse", "answer": ""}
    )
    assert refused.status_code == 400
    assert "Say in a word why not" in refused.content.decode()
    coordinator.post(
        reverse("corrections"),
        {"correction": held.pk, "step": "refuse", "answer": "She was seen at a kiln"},
    )

    assert "She was seen at a kiln" in see(teacher)


def test_the_teacher_takes_it_back_and_cannot_say_yes(asked):
    teacher, coordinator = asked
    held = Correction.objects.get()

    teacher.post(reverse("corrections"), {"correction": held.pk, "step": "agree"})
    held.refresh_from_db()
    assert held.state == "waiting"
    teacher.post(reverse("corrections"), {"correction": held.pk, "step": "take_back"})

    assert "No correction waits for you." in see(coordinator)


def test_a_yes_said_too_early_is_undone_on_the_page(asked):
    teacher, coordinator = asked
    held = Correction.objects.get()
    coordinator.post(reverse("corrections"), {"correction": held.pk, "step": "agree"})
    assert "Undo: the absences stand again" in see(coordinator)
    assert "Undo: the absences stand again" not in see(teacher)

    teacher.post(reverse("corrections"), {"correction": held.pk, "step": "undo"})
    held.refresh_from_db()
    assert held.state == "agreed"
    coordinator.post(reverse("corrections"), {"correction": held.pk, "step": "undo"})

    held.refresh_from_db()
    assert held.state == "waiting"
    page = see(coordinator)
    assert "23 absences would be taken away" in page
    assert "withdraw the question?" not in page
