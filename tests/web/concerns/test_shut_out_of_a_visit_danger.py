"""A coordinator who is implicated in a danger that a visit found reads nothing of it on her pages."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern
from aanchal.kernel.errors import Invalid
from aanchal.watch.actions import (
    assign_visit,
    correct_finding,
    leave_house,
    record_outcome,
    record_visit,
    reopen_flag,
)
from aanchal.watch.models import Finding, Outcome
from aanchal.watch.queries.figures import FIGURES
from aanchal.web.watch.pages.flags import TABS
from tests.factories import VILLAGE, a_class, a_flag
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db
APRIL = datetime(2026, 4, 1, tzinfo=UTC)
BLOCK = "IN/S10/D206/B1851"


# Keys, tokens, nonces and marks of a page, and the minute, are another each time.
_KEYS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MARKS = re.compile(r"[0-9A-Za-z_:-]{20,}")
_TIMES = re.compile(r"\b\d\d:\d\d\b|koel-\d+")


def a_danger(implicated=(), kind="missing", **said):
    section, children = a_class()
    now = timezone.now()
    day = timezone.localdate() - timedelta(days=3)
    flag = a_flag(children[0], section, raised_at=now, signal_on=day, since_on=day)
    volunteer = a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    sender = actor_for(a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL))
    visit = assign_visit(sender, flag=flag, volunteer=volunteer, at=now)
    leave_house(actor_for(volunteer), visit=visit, at=now)
    record_visit(
        actor_for(volunteer), visit=visit, kind=kind, whom_met="mother", child_seen=False,
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


def seen_by(person, flag):
    """Every page of a coordinator's that may speak of a question, without what differs by itself."""
    client = signed_in(Client(), person)
    addresses = [
        reverse("watch"),
        reverse("notices"),
        reverse("children"),
        reverse("flag", args=[flag.pk]),
        reverse("child", args=[flag.child_id]),
        reverse("flags"),
        *(f"{reverse('flags')}?show={show}" for show in TABS),
        *(f"{reverse('flags')}?figure={figure}" for figure in FIGURES),
    ]
    pages = {}
    for address in addresses:
        text = client.get(address, follow=True).content.decode()
        for own in (_KEYS, _MARKS, _TIMES):
            text = own.sub("…", text)
        pages[_KEYS.sub("…", address)] = text
    return pages


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("is_put_right", [False, True])
def test_every_page_of_the_one_implicated_is_as_if_something_else_was_found(ended, is_put_right):
    def told(kind):
        implicated = a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL, name="Kanchan")
        flag = a_danger(implicated=[implicated], kind=kind)
        if is_put_right:
            finding = Finding.objects.get()
            correct_finding(
                actor_for(finding.visit.volunteer), finding=finding, kind="sick",
                whom_met="mother", child_seen=False, note="", at=timezone.now(),
            )  # fmt: skip
        if ended:
            record_outcome(
                actor_for(implicated), flag=flag, kind="explained", confirmed=True,
                since_on=timezone.localdate(), child_seen=False, at=timezone.now(),
            )  # fmt: skip
        return seen_by(implicated, flag)

    as_it_is, as_if = undone(told, "missing"), undone(told, "other")

    assert "something else" in " ".join(as_if.values()).lower()
    assert as_it_is == as_if


def test_every_page_of_the_one_implicated_is_as_if_another_had_ended_it_without_a_concern():
    def told(kind):
        implicated, other = (
            a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL, name=name)
            for name in ("Kanchan", "Rekha")
        )
        flag, now = a_danger(kind="other"), timezone.now()
        if kind == "concern":
            raise_concern(
                actor_for(other), kind="abuse", area=flag.area, child=flag.child,
                source_kind="person", source_id="x", told="what she heard",
                question_id=str(flag.pk), implicated=[implicated], at=now,
            )  # fmt: skip
        record_outcome(
            actor_for(other), flag=flag, kind=kind, confirmed=True,
            since_on=timezone.localdate(), child_seen=False, at=now,
        )  # fmt: skip
        assert outcome_of(flag) == kind
        reopen_flag(actor_for(other), flag=flag, because="Looked at once more", at=now)
        reopened = seen_by(implicated, flag)
        record_outcome(
            actor_for(other), flag=flag, kind=kind, confirmed=True,
            since_on=timezone.localdate(), child_seen=False, at=now,
        )  # fmt: skip
        return [reopened, seen_by(implicated, flag)]

    assert undone(told, "concern") == undone(told, "explained")


def outcome_of(flag):
    return Outcome.objects.get(flag=flag).kind


def undone(story, *args):
    """What a story gives; nothing of it is left in the database."""
    with transaction.atomic():
        found = story(*args)
        transaction.set_rollback(True)
    return found
