"""Promise 15: reading a child's file is written down, not only writing."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.audited import audited
from tests.signing_in import signed_in, words
from tests.two_districts import canary, two_districts

pytestmark = pytest.mark.django_db

READ = [
    ("child", "child.file_opened", "coordinator"),
    ("child", "child.file_opened", "case_worker"),
    ("concern", "concern.opened", "case_worker"),
]


@pytest.fixture
def office():
    return two_districts()


@pytest.mark.parametrize(("kind", "verb", "who"), READ)
def test_each_opening_leaves_its_own_trace(office, kind, verb, who):
    record, user = office.records[kind]["own"], office.people[who]
    client = signed_in(Client(), user)

    for _time in range(2):
        assert client.get(reverse(kind, args=[record.pk])).status_code == 200

    events = audited().filter(verb=verb)
    assert [(e.actor_id, e.target_id, e.district) for e in events] == [
        (str(user.pk), str(record.pk), "D206")
    ] * 2


@pytest.mark.parametrize(("kind", "verb", "who"), READ)
def test_a_program_that_asks_for_the_head_alone_leaves_it_too(office, kind, verb, who):
    client = signed_in(Client(), office.people[who])

    client.head(reverse(kind, args=[office.records[kind]["own"].pk]))

    assert audited().filter(verb=verb).count() == 1


@pytest.mark.parametrize(("kind", "verb", "who"), READ)
def test_what_is_not_hers_leaves_no_word_that_she_read_it(office, kind, verb, who):
    client = signed_in(Client(), office.people[who])

    assert client.get(reverse(kind, args=[office.records[kind]["elsewhere"].pk])).status_code == 404

    assert not audited().filter(verb=verb, outcome="done").exists()


@pytest.mark.parametrize(("kind", "verb", "who"), READ)
def test_nothing_is_shown_when_it_cannot_be_written_down(office, kind, verb, who, monkeypatch):
    client = signed_in(Client(), office.people[who])
    client.raise_request_exception = False

    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr("aanchal.kernel.audit.write_events", full)
    answer = client.get(reverse(kind, args=[office.records[kind]["own"].pk]))

    assert answer.status_code >= 500
    assert canary("given", "own") not in words(answer)
    assert canary("told", "own") not in words(answer)


def test_the_trace_holds_no_name(office):
    client = signed_in(Client(), office.people["coordinator"])

    client.get(reverse("child", args=[office.records["child"]["own"].pk]))

    event = audited().get(verb="child.file_opened")
    told = " ".join(str(getattr(event, f.attname)) for f in event._meta.concrete_fields)
    assert canary("given", "own") not in told
    assert canary("family", "own") not in told
