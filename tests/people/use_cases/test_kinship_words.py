"""What becomes of a word about somebody's family when it is said again, by whom, and of how many homes."""

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import WrongState
from aanchal.notices.queries.things import things
from aanchal.people import actions
from aanchal.people.actions.kinship import WAITS_FOR
from aanchal.people.models import Guardian, Household, Kinship, UnconfirmedKinship
from tests.audited import audited
from tests.factories import NOW, a_class
from tests.kinship import a_child, a_coordinator, acting, said

pytestmark = pytest.mark.django_db
State = Kinship.State


def now(word):
    return Kinship.objects.get(pk=word.pk)


def a_twin(of, guardian="Guardian 0"):
    """A second household of the same family: its guardian has the same name."""
    home = Household.objects.get(children=of)
    twin = Household.objects.create(district=home.district, area=home.area)
    Guardian.objects.create(
        district=home.district, household=twin, relation="mother", name=guardian
    )
    return twin


def test_what_one_says_of_oneself_waits_for_nobody_and_names_no_asker():
    me = a_coordinator()

    word = said(a_child(), me, me)

    assert (word.asked_by, word.asked_at) == (None, None)


def test_said_again_by_another_it_is_no_mistake_any_more():
    child, first, named = a_child(), a_coordinator(), a_coordinator()
    word = said(child, first, named)
    actions.confirm_kinship(acting(a_coordinator()), kinship=word, at=NOW)
    actions.ask_kinship_end(acting(first), kinship=now(word), at=NOW)

    said(child, a_coordinator(), named)

    assert now(word).state == State.STANDS


def test_said_of_another_home_of_the_family_it_confirms_the_same_word():
    child, named = a_child(), a_coordinator()
    twin = a_twin(child)
    word = said(child, a_coordinator(), named)
    sister = a_class(grade="7", pupils=1)[1][0]
    sister.household = twin
    sister.save()

    said(sister, a_coordinator(), named)

    assert {k.state for k in Kinship.objects.all()} == {State.STANDS}
    assert now(word).copy_of_id is None


def test_a_home_in_which_it_stands_already_gets_no_second_word():
    child, named = a_child(), a_coordinator()
    twin = a_twin(child)
    Kinship.objects.create(
        user=named, household=twin, district=twin.district, recorded_by="system:operator",
        recorded_at=NOW, state=State.STANDS,
    )  # fmt: skip

    said(child, a_coordinator(), named)

    assert Kinship.objects.filter(household=twin).count() == 1


def test_a_family_of_many_homes_is_one_word_about_a_colleague():
    named, sayer = a_coordinator(), a_coordinator()
    _section, children = a_class(pupils=4)
    for n, child in enumerate(children[:3]):
        a_twin(child, guardian=f"Guardian {n}")
        said(child, sayer, named)
    assert Kinship.objects.filter(copy_of__isnull=False).count() == 3

    assert said(children[3], sayer, named).state == State.WAITING


def test_what_waits_is_not_asked_to_be_ended_as_if_it_stood():
    child, sayer, named = a_child(), a_coordinator(), a_coordinator()
    word = said(child, sayer, named)

    with pytest.raises(WrongState):
        actions.ask_kinship_end(acting(a_coordinator()), kinship=word, at=NOW)

    assert (now(word).state, now(word).asked_by) == (State.WAITING, str(sayer.pk))


def test_a_word_of_several_homes_lapses_once():
    child, sayer, named = a_child(), a_coordinator(), a_coordinator()
    a_twin(child)
    said(child, sayer, named)
    assert Kinship.objects.count() == 2

    assert actions.lapse_kinships(system_actor("upkeep"), at=NOW + WAITS_FOR) == 1

    assert not Kinship.objects.exists()
    assert UnconfirmedKinship.objects.count() == 1
    assert audited().filter(verb="kinship.lapsed").count() == 1


def test_it_is_urgent_where_only_she_who_said_it_is_left_of_the_case_workers():
    child = a_child()
    sayer, one, other = (a_coordinator(role=Role.CASE_WORKER) for _n in range(3))
    said(child, sayer, one)
    assert not any(t.is_urgent for t in things(at=NOW) if t.kind == "kinship.waiting")

    said(child, sayer, other)

    found = [t for t in things(at=NOW) if t.kind == "kinship.waiting"]
    assert len(found) == 2 and all(t.is_urgent for t in found)
