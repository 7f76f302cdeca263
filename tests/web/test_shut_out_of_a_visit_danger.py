"""A coordinator who is implicated in a danger that a visit found reads nothing of it on her pages."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.attendance.actions import assign_visit, leave_house, record_outcome, record_visit
from aanchal.kernel.errors import Invalid
from aanchal.kernel.permissions import Role
from tests.factories import VILLAGE, a_class, a_flag
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
BLOCK = "IN/S10/D206/B1851"


def a_danger(implicated=(), **said):
    section, children = a_class()
    now = timezone.now()
    day = timezone.localdate() - timedelta(days=3)
    flag = a_flag(children[0], section, raised_at=now, signal_on=day, since_on=day)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    sender = actor_for(a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL))
    visit = assign_visit(sender, flag=flag, volunteer=volunteer, at=now)
    leave_house(actor_for(volunteer), visit=visit, at=now)
    record_visit(
        actor_for(volunteer), visit=visit, kind="missing", whom_met="mother", child_seen=False,
        next_step="coordinator", note="", visited_on=timezone.localdate(), at=now,
        implicated=implicated, may_implicate=True, **said,
    )  # fmt: skip
    return flag


def pages_of(person, flag):
    client = signed_in(Client(), person)
    addresses = [
        reverse("flag", args=[flag.pk]),
        reverse("flags") + "?show=visited",
        reverse("child", args=[flag.child_id]),
        reverse("notices"),
    ]
    return " ".join(client.get(a, follow=True).content.decode() for a in addresses).lower()


def test_the_one_implicated_does_not_learn_of_it_by_trying_to_end_the_question():
    """A question ends as a concern only where there is one: whoever tries must not be told."""
    implicated, other = (a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL) for _n in range(2))
    flag = a_danger(implicated=[implicated])

    def end(person):
        return record_outcome(
            actor_for(person), flag=flag, kind="concern", since_on=timezone.localdate(),
            child_seen=False, at=timezone.now(),
        )  # fmt: skip

    with pytest.raises(Invalid, match="No visit found a danger"):
        end(implicated)
    assert end(other).kind == "concern"


@pytest.mark.parametrize("by_words", [False, True])
def test_the_one_implicated_reads_of_something_else_and_others_of_the_danger(by_words):
    implicated = a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL)
    implicated.display_name = "Qz Kanchan Prasad"
    implicated.save()
    other = a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL)

    if by_words:
        flag = a_danger(implicated_words="Kanchan Prasad Qz")
    else:
        flag = a_danger(implicated=[implicated])

    assert "danger: the case worker has it" in pages_of(other, flag)
    hers = pages_of(implicated, flag)
    assert "something else" in hers
    assert "danger: the case worker" not in hers
    assert "a concern was raised" not in hers
    assert "it is a concern now" not in hers
