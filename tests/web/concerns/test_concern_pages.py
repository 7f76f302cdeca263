"""Concerns on pages: who may have a part in it, and what a case worker can do with one."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import hand_over_concern, raise_concern, take_up_concern
from aanchal.cases.models import Concern
from aanchal.people.models import Child
from tests.factories import NOW, VILLAGE, a_class
from tests.signing_in import a_person, an_area, signed_in

pytestmark = pytest.mark.django_db
BLOCK = "IN/S10/D206/B1851"
TOKENS = re.compile(rb'(name="(?:csrfmiddlewaretoken|whose)" value="|nonce=")[^"]+')


def told(**more):
    area = an_area(VILLAGE)
    fields = {"step": "concern", "kind": "missing", "key": str(uuid4()), "area": str(area.pk)}
    return fields | {"told": "Made-up words"} | more


def named(user, name):
    user.display_name = name
    user.save()
    return user


def a_concern(**given):
    values = {"area": an_area(VILLAGE), "source_kind": "person", "source_id": str(uuid4())}
    values |= {"told": "Made-up words", "kind": "missing", "at": NOW}
    teller = actor_for(a_person(Role.VOLUNTEER, VILLAGE))
    return raise_concern(teller, **(values | given))


@pytest.fixture
def teller():
    return signed_in(Client(), a_person(Role.VOLUNTEER, VILLAGE))


def test_whether_a_colleague_has_a_part_in_it_must_be_answered(teller):
    page = teller.post(reverse("concern_new"), told())

    assert page.status_code == 400
    assert b"Say whether somebody who works with us" in page.content
    assert not re.search(rb'name="part"[^>]*checked', page.content)
    assert not Concern.objects.exists()


@pytest.mark.parametrize("part, sealed", [("no", False), ("unsure", False), ("yes", True)])
def test_yes_without_a_name_seals_it(teller, part, sealed):
    page = teller.post(reverse("concern_new"), told(part=part))

    assert page.status_code == 302
    assert Concern.objects.get().is_sealed is sealed


def test_a_name_is_answered_by_those_like_it_and_nothing_is_written_before_the_choice(teller):
    meant = named(a_person(Role.TEACHER, BLOCK), "Qz Kanchan Prasad")
    named(a_person(Role.TEACHER, BLOCK), "Qz Somebody Else")

    page = teller.post(reverse("concern_new"), fields := told(part="yes", who="Kanchan Prasad"))
    text = page.content.decode()
    assert "Qz Kanchan Prasad" in text and "Somebody Else" not in text
    assert "checked" not in text
    assert not Concern.objects.exists()

    again = teller.post(reverse("concern_new"), fields | {"asked": "person"})
    assert again.status_code == 400
    chosen = teller.post(
        reverse("concern_new"), fields | {"asked": "person", "person": str(meant.pk)}
    )

    assert chosen.status_code == 302
    held = Concern.objects.get()
    assert (held.implicated, held.implicated_words, held.is_sealed) == ([str(meant.pk)], "", True)


def test_none_of_them_keeps_the_words_only(teller):
    named(a_person(Role.CASE_WORKER, BLOCK), "Qz Kanchan Prasad")
    fields = told(part="yes", who="Kanchan Prasad", asked="person", person="not_listed")

    teller.post(reverse("concern_new"), fields)

    held = Concern.objects.get()
    assert (held.implicated, held.implicated_words) == ([], "Kanchan Prasad")
    assert held.team == []


def pages_of(person):
    client = signed_in(Client(), person)
    found = {}
    for name in ("concerns", "children", "my_account", "home"):
        answer = client.get(reverse(name), follow=True)
        found[name] = (answer.status_code, TOKENS.sub(rb"\1", answer.content))
    return found


def test_the_pages_of_the_one_implicated_are_the_same_to_the_byte():
    person = a_person(Role.CASE_WORKER, BLOCK)
    a_person(Role.CASE_WORKER, BLOCK)
    a_class()
    child = Child.objects.first()
    before = pages_of(person)

    held = a_concern(child=child, implicated=[person])

    assert pages_of(person) == before
    client = signed_in(Client(), person)
    for name in ("concern", "concern_close", "concern_hand_over", "concern_conflict"):
        there = client.get(reverse(name, args=[held.pk]))
        nowhere = client.get(reverse(name, args=[uuid4()]))
        assert there.status_code == nowhere.status_code == 404
        assert len(there.content) == len(nowhere.content)


def _key_of_note(client, where):
    """The key that the page drew for the next note."""
    return str(client.get(where).context["note_form"]["operation"].value())


def test_a_case_worker_notes_hands_over_and_closes_on_pages():
    worker = a_person(Role.CASE_WORKER, BLOCK)
    other = named(a_person(Role.CASE_WORKER, BLOCK), "Qz Bela Das")
    held = a_concern(seen={"whom_met": "mother", "child_seen": False, "visited_on": "2026-07-01"})
    client, where = signed_in(Client(), worker), reverse("concern", args=[held.pk])
    page = client.get(where).content.decode()
    assert "She did not see the child." in page
    client.post(where, {"step": "take_up"})

    note = {"step": "note", "text": "Spoke to the aunt", "operation": _key_of_note(client, where)}
    client.post(where, note)
    client.post(where, note)  # a second tap
    assert len(Concern.objects.get().notes) == 1
    hand_over = reverse("concern_hand_over", args=[held.pk])
    assert "checked" not in client.get(hand_over).content.decode()
    client.post(hand_over, {"to": str(other.pk), "words": "Call the aunt again"})
    assert Concern.objects.get().stage == "handed_over"

    second = signed_in(Client(), other)
    assert "It is handed over to you" in second.get(where).content.decode()
    second.post(where, {"step": "take_up"})
    close = reverse("concern_close", args=[held.pk])
    for wrong in (
        {},
        {"reason": "safe", "words": "Seen by the nurse on Monday"},
        {"words": "Seen by the nurse on Monday", "sure": "on"},
        {"reason": "safe", "words": "ok", "sure": "on"},
    ):
        assert second.post(close, wrong).status_code == (400 if wrong else 200)
        assert Concern.objects.get().is_open
    second.post(close, {"reason": "safe", "words": "Seen by the nurse on Monday", "sure": "on"})
    assert not Concern.objects.get().is_open

    assert "Reopen it" in second.get(where).content.decode()
    second.post(reverse("concern_reopen", args=[held.pk]), {"words": "Told again"})
    assert Concern.objects.get().stage == "taken_up"


def test_one_that_waits_too_long_says_so_first():
    worker = a_person(Role.CASE_WORKER, BLOCK)
    held = a_concern()

    page = signed_in(Client(), worker).get(reverse("concern", args=[held.pk])).content.decode()

    assert "Nobody has taken it up, and the time for it is over." in page


def test_somebody_is_shut_out_by_name_on_a_page():
    worker = a_person(Role.CASE_WORKER, BLOCK)
    meant = named(a_person(Role.CASE_WORKER, BLOCK), "Qz Kanchan Prasad")
    held = take_up_concern(actor_for(worker), concern=a_concern(), at=NOW)
    client, where = signed_in(Client(), worker), reverse("concern_conflict", args=[held.pk])
    assert "Nobody of this district" in client.post(where, {"who": "Zzyzx"}).content.decode()

    offered = client.post(where, {"who": "Kanchan Prasad"})
    assert "Qz Kanchan Prasad" in offered.content.decode()
    client.post(where, {"who": "Kanchan Prasad", "asked": "person", "person": str(meant.pk)})

    assert signed_in(Client(), meant).get(reverse("concern", args=[held.pk])).status_code == 404


def test_the_page_of_several_kinds_asks_what_the_law_asks_of_each():
    worker = a_person(Role.CASE_WORKER, BLOCK)
    held = take_up_concern(actor_for(worker), concern=a_concern(kind="missing"), at=NOW)
    client, at = signed_in(Client(), worker), reverse("concern", args=[held.pk])
    before = client.get(at).content.decode()
    where = reverse("concern_kind", args=[held.pk])
    assert where in before and "POCSO" not in before
    asked = client.get(where).content.decode()
    assert "checked" not in asked and 'value="missing"' not in asked
    assert client.post(where, {"kind": ""}).status_code == 400

    client.post(where, {"kind": "sexual_abuse"})

    after = client.get(at).content.decode()
    assert "POCSO Act 2012 s. 19(1)" in after and "rule 92" in after
    assert "It is about this too:" in after and "Missing, or ran away" in after
    assert "It is about this too: Sexual abuse told or feared" in after


def test_the_list_opens_on_what_waits_and_says_what_is_not_read():
    giver, worker = a_person(Role.CASE_WORKER, BLOCK), a_person(Role.CASE_WORKER, BLOCK)
    at = timezone.now()
    held = take_up_concern(actor_for(giver), concern=a_concern(), at=at)
    hand_over_concern(actor_for(giver), concern=held, to=worker, words="Call", at=at)
    client = signed_in(Client(), worker)

    first = client.get(reverse("concerns")).content.decode()

    assert held.code in first, "handed over to her, and nothing else is new"
    assert "No concern is under way." not in first
    long_ago = at - timedelta(days=8)
    held = take_up_concern(actor_for(worker), concern=held, at=long_ago)
    assert "nothing written for a week: yours" in client.get(reverse("concerns")).content.decode()
    held.corrected_at = at
    held.save()
    assert "put right, not read yet: yours" in client.get(reverse("concerns")).content.decode()


def test_a_colleague_finds_no_way_to_end_what_another_works_on_and_takes_it_over_when_she_does_not():
    holder, other = (named(a_person(Role.CASE_WORKER, BLOCK), n) for n in ("Qz Rekha", "Qz Asha"))
    now = timezone.now()
    held = take_up_concern(actor_for(holder), concern=a_concern(at=now), at=now)
    client, where = signed_in(Client(), other), reverse("concern", args=[held.pk])
    ways = [reverse(name, args=[held.pk]) for name in ("concern_close", "concern_hand_over")]

    page = client.get(where).content.decode()

    assert not any(way in page for way in ways)
    assert 'value="take_up"' not in page
    closing = {"reason": "not_so", "words": "We asked everybody there", "sure": "yes"}
    assert client.post(ways[0], closing).status_code != 200
    assert Concern.objects.get(pk=held.pk).stage == "taken_up"

    held.due_at = now
    held.save()
    assert 'value="take_up"' in client.get(where).content.decode()
    client.post(where, {"step": "take_up"})

    page = client.get(where).content.decode()
    assert Concern.objects.get(pk=held.pk).taken_up_by == str(other.pk)
    assert "Taken over from Qz Rekha" in page
    assert all(way in page for way in ways)
