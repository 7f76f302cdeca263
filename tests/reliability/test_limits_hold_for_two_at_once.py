"""What may be done a few times only is counted once for each, also for two at one moment."""

import itertools
import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.cases.actions import add_note, take_up_concern
from aanchal.cases.models import Concern
from aanchal.kernel.allowances import Allowance, spend
from aanchal.kernel.errors import TooMany, WrongState
from aanchal.kernel.models import Spent
from aanchal.kernel.operations import once
from aanchal.people.actions import kinship as words
from aanchal.people.actions import record_kinship
from aanchal.people.models import Child, Kinship
from tests.at_once import at_once
from tests.cases.use_cases.test_concerns import a_concern, a_worker, acting
from tests.factories import NOW, a_class
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db(transaction=True)
BLOCK = "IN/S10/D206/B1851"
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize("most", [1, 3, 8])
@pytest.mark.parametrize("before", ["nothing", "over"])
def test_of_eight_at_once_as_many_pass_as_may(most, before):
    few = Allowance("a few", most, timedelta(hours=1), "no more")
    if before == "over":
        spend((few, "a"), at=NOW - timedelta(hours=2))

    def use():
        try:
            spend((few, "a"), at=NOW)
        except TooMany:
            return False
        return True

    assert sum(at_once(use, 8)) == most
    assert Spent.objects.get().times == most


def at_one_moment(monkeypatch, name):
    """After it has counted, a word waits for the other to have counted too, if it comes so far."""
    both = threading.Barrier(2)
    count = getattr(words, name)

    def counted(*args):
        count(*args)
        try:
            both.wait(1.5)
        except threading.BrokenBarrierError:
            pass

    monkeypatch.setattr(words, name, counted)


def said_at_once(sayer, pairs):
    """How many of two words about others, said at one moment, were written down."""
    turn = itertools.count()

    def say():
        child, named = pairs[next(turn)]
        try:
            record_kinship(sayer, child=child, user=named, at=NOW)
        except WrongState:
            return False
        return True

    return sum(at_once(say, 2))


def people(count):
    return [a_person(Role.COORDINATOR, BLOCK, starts_at=APRIL) for _n in range(count)]


def test_two_children_of_one_family_at_once_are_counted_together(monkeypatch):
    _section, (child, sister) = a_class(pupils=2)
    Child.objects.filter(pk=sister.pk).update(household=child.household_id)
    me, *named = people(1 + words.MAX_WAITING + 1)
    sayer = actor_for(me, at=NOW)
    for other in named[: words.MAX_WAITING - 1]:
        record_kinship(sayer, child=child, user=other, at=NOW)
    at_one_moment(monkeypatch, "_refuse_too_many")

    assert said_at_once(sayer, [(child, named[-1]), (sister, named[-2])]) == 1
    assert Kinship.objects.count() == words.MAX_WAITING


def test_two_families_at_once_are_counted_together_for_the_colleague_named(monkeypatch):
    _section, children = a_class(pupils=words.MAX_ABOUT_ONE + 1)
    me, named = people(2)
    sayer = actor_for(me, at=NOW)
    for child in children[: words.MAX_ABOUT_ONE - 1]:
        record_kinship(sayer, child=child, user=named, at=NOW)
    at_one_moment(monkeypatch, "_refuse_too_many_about")

    assert said_at_once(sayer, [(child, named) for child in children[-2:]]) == 1
    assert Kinship.objects.count() == words.MAX_ABOUT_ONE


def test_of_four_sent_at_one_moment_with_one_key_one_is_done():
    key = uuid4()
    worker = acting(a_worker())
    held = take_up_concern(worker, concern=a_concern(), at=NOW)

    def note():
        with once(key):
            return add_note(worker, concern=held, text="Spoke to the aunt", at=NOW).pk

    assert at_once(note, 4) == [held.pk] * 4
    assert len(Concern.objects.get().notes) == 1
