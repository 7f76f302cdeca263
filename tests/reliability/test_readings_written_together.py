"""Pages that are ready at the same moment are written down in one commit, and none is forgotten."""

import threading

import pytest
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from aanchal.kernel import audit, reading
from aanchal.kernel.authz import Actor
from aanchal.kernel.models import AuditHead
from aanchal.kernel.reading import Shown
from tests.audited import audited

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
PAGES = 6


def written(names, *, failures=None):
    """A thread a name writes down a page; all wait while another page is being committed."""
    together = reading._together

    def run(name):
        shown = Shown({"D206": {f"child of {name}"}})
        try:
            reading.write(Actor(name), shown, page="children", at=NOW)
        except Exception as error:
            failures.append((name, type(error)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    with together._turn:
        for thread in threads:
            thread.start()
        for _ in range(2000):
            if len(together._waiting) == len(names):
                break
            threading.Event().wait(0.01)
        assert len(together._waiting) == len(names), "nobody was to be written yet"
    for thread in threads:
        thread.join(60)


@pytest.fixture
def commits(monkeypatch):
    seen = []
    write = audit.write_events

    def counted(events, **more):
        seen.append(len(events))
        write(events, **more)

    monkeypatch.setattr(audit, "write_events", counted)
    return seen


def test_pages_that_wait_are_committed_at_once_each_with_its_own_event(commits):
    names = [f"person {n}" for n in range(PAGES)]

    written(names)

    assert commits == [PAGES]
    assert sorted((e.actor_id, *e.content["shown"]) for e in audited()) == [
        (name, f"child of {name}") for name in names
    ]
    assert list(audit.verify()) == []


def test_a_page_alone_waits_for_nobody(commits):
    for name in ("first", "second"):
        reading.write(Actor(name), Shown({"D206": {"a child"}}), page="children", at=NOW)

    assert commits == [1, 1]
    assert [e.actor_id for e in audited()] == ["first", "second"]


def test_when_the_commit_fails_each_of_them_is_told(monkeypatch):
    def full(*_args, **_kwargs):
        raise OperationalError("disk full")

    monkeypatch.setattr(audit, "write_events", full)
    failures: list = []

    written(["first", "second", "third"], failures=failures)

    assert sorted(failures) == [
        ("first", OperationalError), ("second", OperationalError), ("third", OperationalError),
    ]  # fmt: skip
    assert not audited().exists()


def test_after_a_failure_the_next_page_is_written(monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(audit, "write_events", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reading.write(Actor("first"), Shown({"D206": {"a child"}}), page="x", at=NOW)

    reading.write(Actor("second"), Shown({"D206": {"a child"}}), page="x", at=NOW)

    assert [e.actor_id for e in audited()] == ["second"]


def test_inside_a_transaction_a_page_is_written_with_it_and_undone_with_it():
    with transaction.atomic():
        reading.write(Actor("first"), Shown({"D206": {"a child"}}), page="x", at=NOW)
        assert audited().count() == 1
        transaction.set_rollback(True)

    assert not audited().exists()
    assert not AuditHead.objects.exists()
