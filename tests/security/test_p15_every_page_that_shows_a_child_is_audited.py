"""Promise 15: a page that shows a child's name or state leaves an event that names this child.

Each role walks every page, follows every link and sends every form (the walk of promise 10). Whatever
child is in an answer, by her code or any word of her names, must be in the events of that answer.
"""

import re

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from aanchal.people.models import Child
from tests.audited import audited
from tests.security.crawl import CODE, canaries, walked
from tests.signing_in import signed_in
from tests.two_districts import SIX, two_districts

pytestmark = pytest.mark.django_db


@pytest.mark.once
@pytest.mark.together("walks")
@pytest.mark.parametrize("who", SIX)
def test_whoever_walks_the_site_no_child_is_seen_without_an_event_that_names_her(who):
    walk = walked(who)

    in_it = [(one, walk.children_in(one)) for one in walk.heard]
    unseen = {
        f"{one.method} {one.asked}": len(children - one.named)
        for one, children in in_it
        if children - one.named
    }
    assert not unseen
    shown = [one for one, children in in_it if children]
    assert bool(shown) == (who != "administrator"), "the walk came past children"
    assert not [one.asked for one in walk.heard if one.events > 1], "one event a page"


@pytest.mark.once
@pytest.mark.together("walks")
@pytest.mark.parametrize("who", ["coordinator", "teacher", "volunteer"])
def test_the_event_names_no_child_that_was_not_on_the_page(who):
    walk = walked(who)

    children = set(walk.children.values())
    read = [one for one in walk.pages_read() if one.status == 200]
    too_much = {one.asked: one.named & children - walk.children_in(one) for one in read}
    assert not {asked: len(more) for asked, more in too_much.items() if more}


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
