"""Who said that a colleague is of a family learns that it was not confirmed, and nobody else learns anything."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.notices.queries.inbox import inbox
from aanchal.notices.queries.people import Staff
from aanchal.notices.queries.things import things, unconfirmed_kinships
from aanchal.people import actions
from aanchal.people.models import Guardian, Household, Kinship, UnconfirmedKinship
from aanchal.people.unconfirmed import unconfirmed_of
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, kin_of
from tests.kinship import a_child, a_coordinator, acting, said
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
KIND = "unconfirmed_kinship.unread"


def refused(child, sayer, named, second, at=NOW):
    word = said(child, sayer, named, at=at)
    actions.refuse_kinship(acting(second), kinship=word, at=at)


def told(user, at=NOW):
    return [t for t in inbox(acting(user), at=at).things if t.kind == KIND]


def test_who_said_what_was_refused_is_told_once_and_nobody_else():
    child = a_child()
    sayer, named, second, other = (a_coordinator() for _n in range(4))
    worker, above = a_coordinator(role=Role.CASE_WORKER), a_coordinator("IN/S10")

    refused(child, sayer, named, second)

    assert len(told(sayer)) == 1
    for user in (named, second, other, worker, above):
        assert not told(user)
        assert not unconfirmed_of(acting(user), on=NOW.date())


def test_who_said_what_lapsed_is_told_too():
    child, sayer, named = a_child(), a_coordinator(), a_coordinator()
    said(child, sayer, named)
    late = NOW + timedelta(days=14)

    actions.lapse_kinships(system_actor("upkeep"), at=late)

    assert len(told(sayer, at=late)) == 1 and not told(named, at=late)


@pytest.mark.parametrize("how", ["confirmed", "taken_back", "mistake"])
def test_what_was_confirmed_taken_back_or_said_to_be_a_mistake_leaves_nothing(how):
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    if how == "mistake":
        word = kin_of(named, child)
        actions.ask_kinship_end(acting(sayer), kinship=word, at=NOW)
        actions.end_kinship(acting(second), kinship=word, at=NOW)
    else:
        word = said(child, sayer, named)
        if how == "confirmed":
            actions.confirm_kinship(acting(second), kinship=word, at=NOW)
        else:
            actions.take_kinship_back(acting(sayer), kinship=word, at=NOW)

    assert not UnconfirmedKinship.objects.exists()


def test_of_one_word_in_several_households_she_is_told_once():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    home = Household.objects.get()
    twin = Household.objects.create(district=home.district, area=home.area)
    Guardian.objects.create(
        district=home.district, household=twin, relation="mother", name="Guardian 0"
    )

    refused(child, sayer, named, second)

    assert not Kinship.objects.exists()
    assert UnconfirmedKinship.objects.count() == 1


def test_the_page_names_neither_the_family_nor_the_colleague_nor_who_refused():
    child = a_child()
    sayer = a_coordinator(name="Made-up Sayer")
    named = a_coordinator(name="Qz Kanchan Prasad", role=Role.CASE_WORKER)
    second = a_coordinator(name="Qz Second Person")
    now = timezone.now()
    refused(child, sayer, named, second, at=now)
    client = signed_in(Client(), sayer)
    where = reverse("unconfirmed_kinships")

    listed = client.get(reverse("notices")).content.decode()
    page = client.get(where).content.decode()

    assert where in listed and "What you said of a family was not confirmed" in listed
    assert "was not confirmed." in page and "speak with the administrator" in page
    for text in (listed, page):
        for secret in (
            "Qz Kanchan Prasad", "Qz Second Person", child.code, child.given_name,
            child.area.name, str(child.pk), str(named.pk), str(second.pk),
        ):  # fmt: skip
            assert secret not in text
    [key] = re.findall(r'name="read" value="([^"]*)"', page)
    assert (
        "was not confirmed." not in client.post(where, {"read": key}, follow=True).content.decode()
    )
    assert not UnconfirmedKinship.objects.exists()
    assert "was not confirmed" not in client.get(reverse("notices")).content.decode()
    assert audited().filter(verb="kinship.unconfirmed_read").count() == 1


def test_the_pages_of_the_one_named_are_the_same_whether_it_was_taken_back_or_refused():
    child, sayer, second = a_child(), a_coordinator(), a_coordinator()
    named = a_coordinator(name="Qz Kanchan Prasad")
    client = signed_in(Client(), named)

    def pages():
        found = []
        for name in ("notices", "kinships", "unconfirmed_kinships"):
            with CaptureQueriesContext(connection) as caught:
                text = client.get(reverse(name)).content.decode()
            text = re.sub(r'(csrfmiddlewaretoken" value|nonce|name="kept" value)="[^"]*"', "", text)
            found.append((text, len(caught)))
        return found

    pages()
    now = timezone.now()
    word = said(child, sayer, named, at=now)
    actions.take_kinship_back(acting(sayer, at=now), kinship=word, at=now)
    before = pages()
    refused(child, sayer, named, second, at=now)

    assert UnconfirmedKinship.objects.count() == 1
    assert pages() == before
    key = UnconfirmedKinship.objects.get().pk
    client.post(reverse("unconfirmed_kinships"), {"read": str(key)})
    assert UnconfirmedKinship.objects.exists()


def test_nobody_but_her_says_that_it_was_read_and_not_twice():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    refused(child, sayer, named, second)
    held = UnconfirmedKinship.objects.get()

    for user in (named, second, a_coordinator(role=Role.ADMINISTRATOR)):
        with pytest.raises(NotAllowed):
            actions.read_unconfirmed(acting(user), unconfirmed=held, at=NOW)
    assert UnconfirmedKinship.objects.exists()
    actions.read_unconfirmed(acting(sayer), unconfirmed=held, at=NOW)
    with pytest.raises(WrongState):
        actions.read_unconfirmed(acting(sayer), unconfirmed=held, at=NOW)


def test_unread_it_is_shown_for_thirty_days_and_then_forgotten():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    refused(child, sayer, named, second)
    upkeep = system_actor("upkeep")

    actions.lapse_kinships(upkeep, at=NOW + timedelta(days=29))
    assert told(sayer, at=NOW + timedelta(days=29))
    assert not told(sayer, at=NOW + timedelta(days=30))
    actions.lapse_kinships(upkeep, at=NOW + timedelta(days=30))

    assert not UnconfirmedKinship.objects.exists()


def test_it_is_passed_on_to_nobody():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    refused(child, sayer, named, second)

    [thing] = [t for t in things(at=NOW) if t.kind == KIND]

    assert thing.holder == str(sayer.pk)
    assert [str(step.circle) for step in thing.row.steps] == ["holder"]
    assert Staff(at=NOW).may_act(thing, in_hand={}) == [str(sayer.pk)]
    assert thing.place is None and not thing.is_urgent


def test_at_rest_it_joins_nobody_with_a_family():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    refused(child, sayer, named, second)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_unconfirmedkinship")
        columns = [c.name if hasattr(c, "name") else c[0] for c in cursor.description]
        row = "|".join(
            bytes(v).decode("latin-1") if isinstance(v, bytes | memoryview) else str(v)
            for v in cursor.fetchone()
        )
    assert set(columns) == {"id", "district", "ended_on", "sayer", "sayer_tag", "said"}
    for user in (sayer, named, second):
        assert str(user.pk) not in row and user.pk.hex not in row
    assert str(child.pk) not in row and child.pk.hex not in row and VILLAGE not in row


def test_what_was_not_confirmed_is_read_with_one_query_however_much():
    sayer, named, second = a_coordinator(), a_coordinator(), a_coordinator()
    actor, counts = acting(sayer), []
    for child in a_class(pupils=3)[1]:
        child.household.guardians.all().delete()
        refused(child, sayer, named, second)
        with CaptureQueriesContext(connection) as caught:
            found = list(unconfirmed_kinships(actor, NOW))
        counts.append((len(found), len(caught)))

    assert [n for n, _q in counts] == [1, 2, 3]
    assert {q for _n, q in counts} == {1}
