"""What one person says of a colleague's family shuts her out at once, and does not stand alone."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.cases.actions import raise_concern, take_up_concern
from aanchal.cases.health import families_without
from aanchal.kernel.authz import may, system_actor
from aanchal.kernel.errors import NotAllowed, SecondPerson, WrongState
from aanchal.kernel.health import State
from aanchal.notices.queries.inbox import inbox
from aanchal.notices.queries.things import things
from aanchal.people import actions
from aanchal.people.models import Child, Guardian, Household, Kinship
from aanchal.people.queries import kinships_to_answer
from aanchal.watch.actions import assign_visit
from tests.audited import audited
from tests.factories import NOW, VILLAGE, a_class, a_flag, an_actor, kin_of
from tests.kinship import APRIL, a_child, a_coordinator, acting, said
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db
OTHER_BLOCK = "IN/S10/D206/B1999"


def kin(child):
    return Child.objects.get(pk=child.pk).kin()


def test_what_is_said_of_another_shuts_out_at_once_and_waits():
    child, sayer, named = a_child(), a_coordinator(), a_coordinator(role=Role.CASE_WORKER)

    word = said(child, sayer, named)

    assert word.state == Kinship.State.WAITING
    assert kin(child) == {str(named.pk)}


def test_what_one_says_of_oneself_stands_at_once():
    child, sayer = a_child(), a_coordinator()

    assert said(child, sayer, sayer).state == Kinship.State.STANDS
    assert not kinships_to_answer(acting(a_coordinator())).exists()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_a_second_person_confirms_it_and_it_is_audited(role):
    child, sayer, named, second = (
        a_child(), a_coordinator(), a_coordinator(role=Role.VOLUNTEER), a_coordinator(role=role)
    )  # fmt: skip
    word = said(child, sayer, named)
    assert [k.pk for k in kinships_to_answer(acting(second))] == [word.pk]

    actions.confirm_kinship(acting(second), kinship=word, at=NOW)

    assert Kinship.objects.get().state == Kinship.State.STANDS
    assert kin(child) == {str(named.pk)}
    assert audited().filter(verb="kinship.confirmed").count() == 1


@pytest.mark.parametrize("act", [actions.confirm_kinship, actions.refuse_kinship])
def test_neither_the_sayer_nor_the_one_named_nor_a_stranger_answers(act):
    child, sayer, named = a_child(), a_coordinator(), a_coordinator()
    word = said(child, sayer, named)

    with pytest.raises(SecondPerson):
        act(acting(sayer), kinship=word, at=NOW)
    for other in (named, a_coordinator(OTHER_BLOCK), a_coordinator(role=Role.CASE_WORKER)):
        with pytest.raises(NotAllowed):
            act(acting(other), kinship=word, at=NOW)
    assert Kinship.objects.get().state == Kinship.State.WAITING


def test_a_second_person_says_that_it_is_not_so():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()

    actions.refuse_kinship(acting(second), kinship=said(child, sayer, named), at=NOW)

    assert not kin(child)
    assert audited().filter(verb="kinship.refused").count() == 1


def test_whoever_said_it_takes_it_back_and_nobody_else():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    word = said(child, sayer, named)

    with pytest.raises(NotAllowed):
        actions.take_kinship_back(acting(second), kinship=word, at=NOW)
    with pytest.raises(NotAllowed):
        actions.take_kinship_back(acting(named), kinship=word, at=NOW)
    actions.take_kinship_back(acting(sayer), kinship=word, at=NOW)

    assert not kin(child)
    assert audited().filter(verb="kinship.taken_back").count() == 1


def test_a_second_who_says_the_same_confirms_it():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    said(child, sayer, named)
    assert said(child, sayer, named).state == Kinship.State.WAITING

    assert said(child, second, named).state == Kinship.State.STANDS


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CASE_WORKER])
def test_what_two_have_said_the_first_does_not_take_back(role):
    child, sayer, named, second = (
        a_child(),
        a_coordinator(),
        a_coordinator(),
        a_coordinator(role=role),
    )
    word = said(child, sayer, named)
    assert said(child, second, named).state == Kinship.State.STANDS

    with pytest.raises(WrongState):
        actions.take_kinship_back(acting(sayer), kinship=word, at=NOW)
    assert kin(child) == {str(named.pk)}


def test_one_persons_words_do_not_shut_a_colleague_out_of_a_whole_place():
    children = a_class(pupils=6)[1]
    sayer, named, second = a_coordinator(), a_coordinator(), a_coordinator()
    words = [said(child, sayer, named) for child in children[:4]]

    with pytest.raises(WrongState):
        said(children[4], sayer, named)
    assert not kin(children[4])
    said(children[4], second, named)
    actions.confirm_kinship(acting(second), kinship=words[0], at=NOW)
    said(children[5], sayer, named)


def test_the_second_is_told_for_which_children_of_other_households_it_holds():
    child, other = a_class(pupils=2)[1]
    sayer, named, second = a_coordinator(), a_coordinator(), a_coordinator()
    other.household.guardians.all().delete()
    Guardian.objects.create(
        district=child.district, household=other.household, relation="mother", name="Guardian 0"
    )
    assert said(child, sayer, named).copies.count() == 1

    page = signed_in(Client(), second).get(reverse("kinships")).content.decode()
    assert child.code in page and other.code in page


def test_a_visit_of_one_who_is_shut_out_is_in_nobodys_hands_at_once():
    section, [child] = a_class(pupils=1)
    sayer, named = a_coordinator(), a_person(Role.VOLUNTEER, VILLAGE, starts_at=APRIL)
    flag = a_flag(child, section, raised_at=NOW)
    assign_visit(acting(sayer), flag=flag, volunteer=named, at=NOW)
    assert not [t for t in inbox(acting(sayer), at=NOW).things if t.kind == "visit.assigned"]

    said(child, sayer, named)

    [visit] = [t for t in things(at=NOW) if t.kind == "visit.assigned"]
    assert visit.holder == "" and visit.due == NOW
    assert "visit.assigned" in [t.kind for t in inbox(acting(sayer), at=NOW).things]


def test_a_concern_of_one_who_is_shut_out_waits_for_the_others_at_once():
    child, sayer = a_child(), a_coordinator()
    named, other = (a_coordinator(role=Role.CASE_WORKER) for _n in range(2))
    concern = raise_concern(
        acting(sayer), kind="missing", area=child.area, child=child,
        source_kind="person", source_id="x", told="Gone.", at=NOW,
    )  # fmt: skip
    take_up_concern(acting(named), concern=concern, at=NOW)
    with pytest.raises(WrongState):
        take_up_concern(acting(other), concern=concern, at=NOW)

    said(child, sayer, named)

    [thing] = [t for t in things(at=NOW) if t.kind.startswith("concern")]
    assert (thing.kind, thing.holder, thing.since) == ("concern.new", "", NOW)
    assert not [t for t in inbox(acting(named), at=NOW).things if t.kind.startswith("concern")]
    held = take_up_concern(acting(other), concern=concern, at=NOW)
    assert held.taken_up_by == str(other.pk)


def test_nobody_confirms_it_for_two_weeks_and_it_lapses():
    child, sayer, named = a_child(), a_coordinator(), a_coordinator()
    said(child, sayer, named)
    upkeep = system_actor("upkeep")

    assert actions.lapse_kinships(upkeep, at=NOW + timedelta(days=13)) == 0
    assert kin(child)
    assert actions.lapse_kinships(upkeep, at=NOW + timedelta(days=14)) == 1

    assert not kin(child)
    assert audited().filter(verb="kinship.lapsed").count() == 1
    with pytest.raises(NotAllowed):
        actions.lapse_kinships(an_actor(), at=NOW)


def test_what_stands_ends_only_by_two_people():
    child, named, one, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    word = kin_of(named, child)
    with pytest.raises(WrongState):
        actions.end_kinship(acting(one), kinship=word, at=NOW)
    with pytest.raises(NotAllowed):
        actions.ask_kinship_end(acting(named), kinship=word, at=NOW)

    actions.ask_kinship_end(acting(one), kinship=word, at=NOW)
    assert kin(child)
    with pytest.raises(SecondPerson):
        actions.end_kinship(acting(one), kinship=word, at=NOW)
    with pytest.raises(NotAllowed):
        actions.end_kinship(acting(named), kinship=word, at=NOW)
    actions.end_kinship(acting(second), kinship=word, at=NOW)

    assert not kin(child)
    assert [e.verb for e in audited() if e.verb.startswith("kinship") and e.outcome == "done"] == [
        "kinship.end_asked",
        "kinship.ended",
    ]


def test_a_mistake_that_nobody_agrees_to_leaves_her_shut_out():
    child, named, one, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    word = kin_of(named, child)
    for end in (
        lambda: actions.keep_kinship(acting(second), kinship=word, at=NOW),
        lambda: actions.take_kinship_back(acting(one), kinship=word, at=NOW),
        lambda: actions.lapse_kinships(system_actor("upkeep"), at=NOW + timedelta(days=15)),
    ):
        actions.ask_kinship_end(acting(one), kinship=word, at=NOW)
        end()
        assert Kinship.objects.get().state == Kinship.State.STANDS
    with pytest.raises(NotAllowed):
        actions.keep_kinship(acting(named), kinship=word, at=NOW)


def test_one_persons_words_alone_do_not_shut_out_everybody():
    child, sayer = a_child(), a_coordinator()
    workers = [a_coordinator(role=Role.CASE_WORKER) for _n in range(3)]
    for worker in workers[:2]:
        said(child, sayer, worker)

    with pytest.raises(WrongState):
        said(child, sayer, workers[2])
    assert kin(child) == {str(w.pk) for w in workers[:2]}
    said(child, a_coordinator(), workers[2])


def test_one_word_reaches_every_household_of_the_family_and_ends_in_each():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    home = Household.objects.get()
    twin = Household.objects.create(district=home.district, area=home.area)
    Guardian.objects.create(
        district=home.district, household=twin, relation="mother", name="Guardian 0"
    )

    word = said(child, sayer, named)
    assert Kinship.objects.filter(state="waiting").count() == 2
    assert kinships_to_answer(acting(second)).count() == 1
    actions.confirm_kinship(acting(second), kinship=word, at=NOW)
    assert Kinship.objects.filter(state="stands").count() == 2
    actions.ask_kinship_end(acting(sayer), kinship=word, at=NOW)
    actions.end_kinship(acting(second), kinship=word, at=NOW)

    assert not Kinship.objects.exists()


def test_it_waits_for_the_second_and_climbs_and_never_for_the_one_named_or_the_sayer():
    child, sayer, named, second = a_child(), a_coordinator(), a_coordinator(), a_coordinator()
    a_coordinator(role=Role.CASE_WORKER)
    word = said(child, sayer, named)

    [thing] = [t for t in things(at=NOW) if t.kind == "kinship.waiting"]

    assert thing.key == str(word.pk) and not thing.is_urgent
    assert thing.may_be_done_by(acting(second))
    assert not thing.may_be_done_by(acting(sayer)) and not thing.may_be_done_by(acting(named))
    assert [t.kind for t in inbox(acting(second), at=NOW).things] == ["kinship.waiting"]
    assert not inbox(acting(named), at=NOW).things


def test_it_is_urgent_and_the_doctor_says_so_where_no_case_worker_is_left():
    child, sayer = a_child(), a_coordinator()
    worker, other = (a_coordinator(role=Role.CASE_WORKER) for _n in range(2))
    said(child, sayer, worker)
    assert not list(families_without(NOW))
    said(child, sayer, other)

    [check] = families_without(NOW)

    assert check.state is State.BAD and "B1851" in check.says
    assert worker.display_name not in check.says and child.code not in check.says
    assert all(t.is_urgent for t in things(at=NOW) if t.kind == "kinship.waiting")


def test_the_pages_say_who_is_named_to_the_second_and_let_her_answer():
    child, sayer = a_child(), a_coordinator(name="Made-up Sayer")
    named = a_coordinator(role=Role.VOLUNTEER, where=VILLAGE, name="Qz Kanchan Prasad")
    second = a_coordinator(role=Role.ADMINISTRATOR)
    client = signed_in(Client(), sayer)
    where = reverse("child_kin", args=[child.pk])
    client.post(where, {"who": "Qz Kanchan Prasad", "asked": "x", "person": str(named.pk)})
    word = Kinship.objects.get()
    own = client.get(reverse("kinships")).content.decode()
    assert "Qz Kanchan Prasad" in own and 'value="confirm"' not in own
    assert "waits for a second person" in client.get(where).content.decode()

    theirs = signed_in(Client(), second)
    page = theirs.get(reverse("kinships")).content.decode()
    assert "Qz Kanchan Prasad" in page and "Made-up Sayer" in page and child.code in page
    assert child.given_name not in page and 'value="confirm"' in page
    theirs.post(reverse("kinships"), {"kinship": word.pk, "step": "confirm"})
    assert Kinship.objects.get().state == Kinship.State.STANDS

    client.post(where, {"kinship": word.pk, "step": "ask_end"})
    assert Kinship.objects.get().state == Kinship.State.LEAVING
    client.post(where, {"kinship": word.pk, "step": "take_back"})
    assert Kinship.objects.get().state == Kinship.State.STANDS


TOKENS = re.compile(rb'(name="(csrfmiddlewaretoken|whose)" value="|nonce=")[^"]*"')


def test_whoever_is_named_is_shown_the_same_bytes_before_and_after():
    """A coordinator whose area the child is not in, but whose place to answer it would be."""
    child = a_child()
    named, sayer = a_coordinator(role=Role.ADMINISTRATOR), a_coordinator()
    client = signed_in(Client(), named)
    pages = [reverse(name) for name in ("kinships", "notices", "approvals", "people")]

    def seen():
        return [TOKENS.sub(b"", client.get(page).content) for page in pages]

    seen()
    before = seen()
    word = said(child, sayer, named)

    assert seen() == before
    client.post(reverse("kinships"), {"kinship": word.pk, "step": "refuse"})
    assert Kinship.objects.get().state == Kinship.State.WAITING
    assert not may(acting(named), "kinship_confirm", Kinship.objects.get())


def test_the_page_asks_the_database_the_same_number_of_times_however_much_waits():
    second = a_coordinator()
    client = signed_in(Client(), second)
    counts = []
    for _round in range(3):
        for child in a_class(pupils=4, section="ABCD"[_round])[1]:
            said(child, a_coordinator(), a_coordinator(role=Role.VOLUNTEER))
        client.get(reverse("kinships"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("kinships"))
        counts.append(len(seen))
    assert counts[1] == counts[2]  # by the second class there are households of one name
