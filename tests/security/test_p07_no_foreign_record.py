"""Promise 7: every address × role × record; a foreign record answers as an absent one does.

`tests/security/pages.py` says who may open what. Here every address is opened by everybody, with
every record there is of its kind.
"""

import re

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from aanchal.web.shell.routes import ROUTES
from tests.audited import audited
from tests.security.pages import PAGES, a_whole_finding
from tests.security.stored import changed, stored
from tests.signing_in import signed_in, words
from tests.two_districts import ABSENT, CANARIES, SIX, two_districts

pytestmark = pytest.mark.django_db
assert get_resolver().url_patterns  # reading the addresses declares the routes
TOKEN = "not-a-token-of-anybody"


def test_every_address_is_in_the_table():
    assert set(PAGES) == set(ROUTES)


def address(name, record=None):
    page = PAGES[name]
    if page.token:
        return reverse(name, args=[TOKEN])
    absent = 2**31 if page.kind == "passkey" else ABSENT
    return reverse(name, args=[getattr(record, "pk", absent)] if page.kind else []) + page.asked


def shown(answer):
    """All that an outsider could compare: status, headers, page."""
    headers = {k: v for k, v in answer.headers.items() if k != "Content-Length"}
    return answer.status_code, headers, words(answer)


def refused(answer):
    """The same, but for the menu, which shows in what part of the site an address stands."""
    status, headers, page = shown(answer)
    return status, headers, re.sub(r"(?s).*(<main.*</main>).*", r"\1", page)


def opened(answer):
    there = answer.headers.get("Location", "")
    return answer.status_code in (200, 302) and "/sign-in/?next" not in there


@pytest.fixture
def office():
    return two_districts()


@pytest.mark.parametrize("who", SIX)
def test_each_address_opens_for_whom_it_is_and_for_nobody_else(office, who):
    client = signed_in(Client(), office.people[who])
    nothing = refused(client.get(address("child")))
    assert nothing[0] == 404
    faults = []
    for name, page in PAGES.items():
        if page.kind or page.token or "GET" not in ROUTES[name].methods:
            continue
        before = stored()
        answer = client.get(address(name))
        if who in page.who and not opened(answer):
            faults.append(f"{name}: {answer.status_code} though it is hers")
        if who not in page.who and refused(answer) != nothing:
            faults.append(f"{name}: {answer.status_code}, not as if it were absent")
        if wrote := changed(before, stored()):
            faults.append(f"{name}: reading it wrote {wrote}")
    assert not faults


@pytest.mark.parametrize("who", SIX)
def test_a_foreign_record_is_answered_as_an_absent_one(office, who):
    client = signed_in(Client(), office.people[who])
    faults = []
    for name, page in PAGES.items():
        if not page.kind:
            continue
        before = stored()
        absent = shown(client.get(address(name)))
        assert absent[0] == 404, name
        for label, record in office.records[page.kind].items():
            answer = client.get(address(name, record))
            mine = label in page.own.get(who, ())
            if mine and not opened(answer):
                faults.append(f"{name} of {label}: {answer.status_code} though it is hers")
            if not mine and shown(answer) != absent:
                faults.append(f"{name} of {label}: {answer.status_code}, not as if it were absent")
        if wrote := changed(before, stored()):
            faults.append(f"{name}: reading it wrote {wrote}")
    assert not faults


@pytest.mark.parametrize("who", SIX)
def test_a_form_sent_to_a_foreign_record_writes_nothing(office, who):
    client = signed_in(Client(), office.people[who])
    faults = []
    for name, page in PAGES.items():
        # A form of no one record is sent to nobody's.
        for fill in page.sends if page.kind else ():
            before = stored()
            absent = shown(client.post(address(name), fill(office, None)))
            assert absent[0] == 404, name
            for label, record in office.records[page.kind].items():
                if label in page.own.get(who, ()):
                    continue
                answer = client.post(address(name, record), fill(office, record))
                if fill is a_whole_finding and label in page.takes.get(who, ()):
                    tells = {*CANARIES, record.flag.child.code}
                    assert not any(word in answer.content.decode() for word in tells)
                elif shown(answer) != absent:
                    faults.append(f"{name} of {label}: {answer.status_code}")
            if wrote := changed(before, stored()):
                faults.append(f"{name}: it wrote {wrote}")
    assert not faults
    # Of a finding that is taken it is written that its child's record was read for the page.
    read = {"page.shown"} if any(who in page.takes for page in PAGES.values()) else set()
    assert {event.verb for event in audited().filter(outcome="done")} <= read


def test_every_form_is_among_those_sent():
    """A page of one record that takes a form must say in the table what is sent to it."""
    silent = [
        n for n, page in PAGES.items()
        if page.kind and "POST" in ROUTES[n].methods and not page.sends
    ]  # fmt: skip

    assert not silent


def test_a_stranger_is_sent_to_sign_in_whatever_he_asks_for(office):
    stranger = Client()
    for name, page in PAGES.items():
        if page.token or not page.kind:
            continue
        absent = stranger.get(address(name))
        assert absent.status_code == 302
        for record in office.records[page.kind].values():
            answer = stranger.get(address(name, record))
            assert answer.status_code == 302
            absent_key = str(2**31 if page.kind == "passkey" else ABSENT)
            where = answer.headers["Location"].replace(str(record.pk), absent_key)
            assert where == absent.headers["Location"]


def acts_audited():
    """How many events tell of an act; that something was opened or shown is none."""
    return audited().exclude(verb__endswith="opened").exclude(verb__endswith="shown").count()


@pytest.mark.once
@pytest.mark.parametrize("who", SIX)
def test_head_tells_and_does_what_get_does(office, who):
    """A program that looks at links asks with HEAD: it must use up and write nothing."""
    client = signed_in(Client(), office.people[who])
    faults = []
    for name, page in PAGES.items():
        if "GET" not in ROUTES[name].methods:
            continue
        records = [None] if not page.kind else list(office.records[page.kind].values())[:2]
        for record in records:
            read = client.get(address(name, record))
            before, events = stored(), acts_audited()
            answer = client.head(address(name, record))
            if (answer.status_code, answer.content) != (read.status_code, b""):
                faults.append(f"{name}: {answer.status_code} instead of {read.status_code}")
            if wrote := changed(before, stored()):
                faults.append(f"{name}: it wrote {wrote}")
            if acts_audited() != events:
                faults.append(f"{name}: it did something that is audited")
    assert not faults


@pytest.mark.once
@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_do_nothing(office, method):
    client = signed_in(Client(), office.people["coordinator"])
    faults = []
    before = stored()
    for name, page in PAGES.items():
        records = [None] if not page.kind else list(office.records[page.kind].values())[:2]
        for record in records:
            answer = getattr(client, method)(address(name, record))
            if answer.status_code not in (403, 404, 405):
                faults.append(f"{name}: {answer.status_code}")
    assert not faults
    assert not changed(before, stored())


# --- a form of one's own that names something foreign ---


def test_a_foreign_child_a_foreign_row_and_a_foreign_school_are_refused(office):
    from aanchal.kernel.models import ImportProblem

    client = signed_in(Client(), office.people["teacher"])
    own = office.records["register_file"]["own"]
    page = reverse("register_repair", args=[own.pk])
    row = ImportProblem.objects.get(source_id=str(own.pk), code="row_unmatched")
    foreign = ImportProblem.objects.exclude(source_id=str(own.pk)).first()
    before = stored()

    for label, child in office.records["child"].items():
        if child.enrolments.get().class_section_id == office.records["class"]["own"].pk:
            continue
        client.post(page, {"problem": str(row.pk), "choice": str(child.pk)})
        assert not changed(before, stored()), label
    client.post(page, {"problem": str(foreign.pk), "choice": "enrol"})
    client.post(
        reverse("register_file", args=[own.pk]),
        {"step": "place", "school": str(office.schools["sibling"].pk), "grade": "6",
         "section": "A", "month": "2026-07"},
    )  # fmt: skip

    assert not changed(before, stored())


def test_a_visit_is_never_sent_to_someone_who_was_not_offered(office):
    client = signed_in(Client(), office.people["coordinator"])
    flag = reverse("flag", args=[office.records["flag"]["handed_back"].pk])
    before = stored()

    for name in ("far_volunteer", "volunteer", "teacher", "administrator", "coordinator"):
        answer = client.post(flag, {"step": "assign", "volunteer": str(office.people[name].pk)})
        assert answer.status_code == 400, name

    assert not changed(before, stored())
