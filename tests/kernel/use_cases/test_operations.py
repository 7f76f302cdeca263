"""What is sent with a key is done once, however often it is sent, and tells nothing at rest."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from aanchal.access.roles import Role
from aanchal.cases.actions import add_note, raise_concern, record_call, take_up_concern
from aanchal.cases.models import Concern
from aanchal.kernel.authz import Actor, Grant
from aanchal.kernel.errors import Invalid
from aanchal.kernel.models import Operation
from aanchal.kernel.operations import once
from tests.audited import audited
from tests.cases.use_cases import test_concerns
from tests.cases.use_cases.test_concerns import acting
from tests.factories import NOW, VILLAGE
from tests.signing_in import an_area

pytestmark = pytest.mark.django_db
WORDS = "Spoke to the aunt"


def noted(actor, held, key, text=WORDS):
    with once(key):
        return add_note(actor, concern=held, text=text, at=NOW)


@pytest.fixture
def worker():
    return acting(test_concerns.a_worker())


@pytest.fixture
def held(worker):
    return take_up_concern(worker, concern=test_concerns.a_concern(), at=NOW)


def test_sent_twice_it_is_done_once_and_answers_the_same(worker, held):
    key = uuid4()

    first, second = noted(worker, held, key), noted(worker, held, key)

    assert first.pk == second.pk == held.pk
    assert len(Concern.objects.get().notes) == 1
    assert audited().filter(verb="concern.note_added").count() == 1


def test_with_another_key_or_none_it_is_another_act(worker, held):
    noted(worker, held, uuid4())
    noted(worker, held, uuid4())
    noted(worker, held, None)

    assert len(Concern.objects.get().notes) == 3


def test_what_was_refused_may_be_sent_again(worker, held):
    key = uuid4()
    with pytest.raises(Invalid):
        noted(worker, held, key, text=" ")

    noted(worker, held, key)

    assert len(Concern.objects.get().notes) == 1


def test_the_same_key_with_other_words_or_for_another_act_is_another_act(worker, held):
    """A page that came back with its old key, and was written anew: nothing is passed over."""
    key = uuid4()
    noted(worker, held, key)
    noted(worker, held, key, text="And to the uncle")
    with once(key):
        record_call(worker, concern=held, number="1098", answered=True, at=NOW)

    written = Concern.objects.get()
    assert [n["text"] for n in written.notes] == [WORDS, "And to the uncle"]
    assert len(written.calls) == 1


def test_another_person_with_the_same_key_does_her_own_act():
    key, place = uuid4(), an_area(VILLAGE)
    tellers = [Actor(name, (Grant(Role.VOLUNTEER, VILLAGE),)) for name in ("one", "two")]

    for number, teller in enumerate(tellers):
        with once(key):
            raise_concern(
                teller,
                kind="missing",
                source_kind="person",
                source_id=str(number),
                told=WORDS,
                area=place,
                at=NOW,
            )

    assert Concern.objects.count() == 2


def test_only_the_first_use_case_within_takes_the_key(worker, held):
    with once(uuid4()):
        add_note(worker, concern=held, text=WORDS, at=NOW)
        add_note(worker, concern=held, text=WORDS, at=NOW)

    assert len(Concern.objects.get().notes) == 2
    assert Operation.objects.count() == 1


def test_at_rest_it_tells_neither_who_nor_what(worker, held):
    key = uuid4()
    with once(key, happened_at=NOW - timedelta(days=3)):
        add_note(worker, concern=held, text=WORDS, at=NOW)

    row = Operation.objects.get()
    assert (row.happened_at, row.use_case.rsplit(".", 1)[-1]) == (
        NOW - timedelta(days=3),
        "add_note",
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_operation")
        plain = " ".join(
            str(bytes(v) if isinstance(v, memoryview) else v) for v in cursor.fetchone()
        )
    for told in (str(key), str(held.pk), worker.user_id, "add_note", "oncern"):
        assert told not in plain
