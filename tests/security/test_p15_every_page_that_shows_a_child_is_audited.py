"""Promise 15: a page that shows a child's name or state leaves an event that names this child.

Each role walks every page, follows every link and sends every form, as in promise 10. Whatever
child is in an answer, by her code or any word of her names, must be in the events of that answer.
"""

import re
from dataclasses import dataclass

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from aanchal.kernel.models import AuditEvent, AuditHead
from aanchal.people.models import Child
from tests.audited import audited
from tests.security.crawl import canaries, walk_as
from tests.signing_in import signed_in
from tests.two_districts import SIX, two_districts

pytestmark = pytest.mark.django_db

CODE = re.compile(r"\bK-\d+\b")


@dataclass
class Page:
    """One answer: what was asked, the children in it, and the children its events name."""

    asked: str
    status: int
    in_it: set[str]
    named: set[str]
    events: int


@pytest.fixture
def pages(monkeypatch):
    """Every answer of any test client from here on."""
    found: list[Page] = []
    real = Client.request
    words: dict[str, str] = {}

    def request(self, **asked):
        if not words:
            for child in Child.objects.all():
                words[child.code] = str(child.pk)
                for name in (child.given_name, child.family_name, child.own_script_name):
                    words.update(dict.fromkeys(name.split(), str(child.pk)))
        before = dict(AuditHead.objects.values_list("district", "seq"))
        answer = real(self, **asked)
        body = answer.content.decode(errors="replace") if not answer.streaming else ""
        events = [
            event
            for event in AuditEvent.objects.all().order_by("-seq")[:40]
            if event.seq > before.get(event.district, 0) and event.outcome == "done"
        ]
        said = (canaries(body) | set(CODE.findall(body))) & set(words)
        named = {key for event in events for key in (*event.shown, event.target_id)}
        found.append(
            Page(
                f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']}",
                answer.status_code,
                {words[word] for word in said},
                named,
                sum(bool(event.shown) for event in events),
            )
        )
        return answer

    monkeypatch.setattr(Client, "request", request)
    return found


@pytest.mark.parametrize("who", SIX)
def test_whoever_walks_the_site_no_child_is_seen_without_an_event_that_names_her(who, pages):
    walk_as(two_districts(), who)

    unseen = {p.asked: len(p.in_it - p.named) for p in pages if p.in_it - p.named}
    assert not unseen
    shown = [p for p in pages if p.in_it]
    assert bool(shown) == (who != "administrator"), "the walk came past children"
    assert not [p.asked for p in pages if p.events > 1], "one event a page"


@pytest.mark.parametrize("who", ["coordinator", "teacher", "volunteer"])
def test_the_event_names_no_child_that_was_not_on_the_page(who, pages):
    walk_as(two_districts(), who, forms=False)

    children = {str(key) for key in Child.objects.values_list("pk", flat=True)}
    too_much = {
        p.asked: len(p.named & children - p.in_it)
        for p in pages
        if p.status == 200 and p.named & children - p.in_it
    }
    assert not too_much


def test_a_list_of_children_is_one_event_with_all_of_them():
    office = two_districts()
    client = signed_in(Client(), office.people["coordinator"])

    answer = client.get(reverse("children"))

    event = audited().get(verb="page.shown")
    codes = set(CODE.findall(answer.content.decode())) & {c.code for c in Child.objects.all()}
    assert len(event.shown) == len(codes) > 3
    assert event.changes == {"page": "children"}
    assert (event.actor_id, event.district) == (str(office.people["coordinator"].pk), "D206")


def test_a_register_shown_names_the_children_its_rows_were_matched_to():
    """The names in it are the file's own: no child's record is read for them."""
    office = two_districts()
    register, child = office.records["register_file"]["own"], office.records["child"]["own"]
    (page,) = register.understood["pages"]
    page["rows"].append({**page["rows"][0], "match": "known", "child": str(child.pk)})
    register.save()
    client = signed_in(Client(), office.people["teacher"])

    client.get(reverse("register_file", args=[register.pk]))

    assert str(child.pk) in audited().get(verb="page.shown").shown


def test_a_search_names_those_it_found_and_no_other_that_it_compared():
    office = two_districts()
    child = office.records["child"]["own"]
    client = signed_in(Client(), office.people["coordinator"])

    client.post(reverse("child_find"), {"text": child.code})

    assert audited().get(verb="page.shown").shown == [str(child.pk)]


def test_a_page_without_children_leaves_no_event():
    office = two_districts()
    client = signed_in(Client(), office.people["administrator"])

    client.get(reverse("office"))
    client.get(reverse("people"))

    assert not audited().filter(verb="page.shown").exists()


def test_the_event_holds_no_name():
    office = two_districts()
    signed_in(Client(), office.people["teacher"]).get(
        reverse("class", args=[office.records["class"]["own"].pk])
    )

    assert audited().filter(verb="page.shown").exists()
    for event in audited():
        assert not canaries(str(event.content))
        assert not CODE.search(str(event.content))


@pytest.mark.parametrize("trouble", [OSError("no space left"), OperationalError("locked")])
def test_a_list_is_not_shown_when_it_cannot_be_written_down(trouble, monkeypatch):
    office = two_districts()
    client = signed_in(Client(), office.people["coordinator"])
    client.raise_request_exception = False

    def full(*_args, **_kwargs):
        raise trouble

    monkeypatch.setattr("aanchal.kernel.audit.write_events", full)
    answer = client.get(reverse("children"))

    assert answer.status_code in (500, 503)
    assert not canaries(answer.content.decode())
    assert not CODE.search(answer.content.decode())


def test_while_the_page_is_made_no_lock_is_held(django_assert_max_num_queries, monkeypatch):
    """The event is the last thing written: nothing is asked of the database after it."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    office = two_districts()
    client = signed_in(Client(), office.people["coordinator"])
    client.get(reverse("children"))

    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get(reverse("children"))

    statements = [q["sql"] for q in asked.captured_queries]
    writes = [n for n, sql in enumerate(statements) if "kernel_audit" in sql]
    others = [
        n
        for n, sql in enumerate(statements)
        if "kernel_audit" not in sql and not re.match(r"(SAVEPOINT|RELEASE|BEGIN|COMMIT)", sql)
    ]
    others = [
        n
        for n in others
        if "access_session" not in statements[n] and "set_config" not in statements[n]
    ]
    assert writes
    assert min(writes) > max(others)
