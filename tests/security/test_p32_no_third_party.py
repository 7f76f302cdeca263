"""Promise 32: pages contact no third party, and an implicated person learns nothing.

The real browser refuses and reports every other address in all its tests (tests/chromium.py).
Here each page is read for addresses, and so is each file that a page brings along.
"""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles.finders import get_finders
from django.test import Client
from django.urls import get_resolver, reverse

from aanchal.web.shell import waiting_count
from aanchal.web.shell.routes import ROUTES
from tests.security.crawl import links_of, walked
from tests.security.pages import PAGES
from tests.signing_in import signed_in, words
from tests.two_districts import ABSENT, SIX, two_districts

assert get_resolver().url_patterns
OUR_OWN = {"", "tel", "data"}
# Names of vocabularies, that nobody fetches, and words in comments and licences.
NAMES = re.compile(r"https?://(www\.w3\.org/|getbootstrap\.com|github\.com/twbs|opensource\.org)")


def faults_of(where, links):
    parts = [(tag, value, urlsplit(value)) for tag, value in links.links]
    return [
        f"{where}: {tag} {value}"
        for tag, value, found in parts
        if found.scheme not in OUR_OWN or found.netloc
    ]


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.together("walks")
@pytest.mark.parametrize("who", SIX)
def test_no_page_names_an_address_of_anybody_else(who):
    heard = walked(who).heard

    assert any(one.links.links for one in heard)
    assert not [fault for one in heard for fault in faults_of(one.asked, one.links)]


@pytest.mark.django_db
@pytest.mark.once
def test_no_page_of_a_stranger_names_an_address_of_anybody_else():
    client = Client()
    faults = []
    for name, page in PAGES.items():
        if "GET" not in ROUTES[name].methods or page.token:
            continue
        key = 2**31 if page.kind == "passkey" else ABSENT
        answer = client.get(reverse(name, args=[key] if page.kind else []))
        faults += faults_of(name, links_of(answer))
    assert not faults


def test_no_file_that_a_page_brings_along_asks_another_machine():
    faults, seen = [], 0
    for finder in get_finders():
        for path, storage in finder.list([]):
            if not path.endswith((".css", ".js", ".svg", ".html", ".json", ".webmanifest")):
                continue
            seen += 1
            text = Path(storage.path(path)).read_text(encoding="utf-8")
            faults += [
                f"{path}: {found.group()[:80]}"
                for found in re.finditer(r"""(https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s"')]*""", text)
                if loads(text, found.start()) and not NAMES.match(found.group())
            ]
    assert seen > 5
    assert not faults


def loads(text: str, at: int) -> bool:
    """Whether an address stands where a browser would fetch it."""
    return bool(
        re.search(
            r"""(url\(\s*["']?|@import\s+["']?|(src|href)\s*=\s*["']?|fetch\(\s*["'`]|"""
            r"""import\s*\(?\s*["'`]|(open|Worker|WebSocket|EventSource)\([^)]{0,20}["'`])$""",
            text[max(0, at - 60) : at],
        )
    )


@pytest.mark.parametrize(
    "line",
    [
        "@import url(//evil.example.org/x.css)",
        "fetch('https://evil.example.org/x')",
        '<img src="http://evil.example.org/x.png">',
    ],
)
def test_such_an_address_would_be_found(line):
    at = re.search(r"(https?:)?//", line)
    assert at and loads(line, at.start())


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["volunteer", "teacher", "coordinator", "case_worker"])
def test_whoever_is_implicated_is_answered_as_if_there_were_no_concern(who):
    """Not its page, not a count, not a list, not a line in another page: nothing differs."""
    office = two_districts()
    user = office.people[who]
    client = signed_in(Client(), user)
    pages = [
        reverse(name)
        for name, page in PAGES.items()
        if who in page.who
        and not page.kind
        and not page.token
        and "GET" in ROUTES[name].methods
        # A passkey is asked for with a new riddle each time.
        and name != "passkeys"
    ]
    concern = office.records["concern"]["implicated"]

    with_it = [bare(client.get(where)) for where in pages]
    its_page = reverse("concern", args=[concern.pk])
    hers = bare(client.get(its_page))
    for label in ("implicated", "implicated_in_team"):
        office.records["concern"][label].delete()
    # Not the number that is kept for some seconds: a new one, counted without the concern.
    waiting_count.count_anew(str(user.pk))
    without_it = [bare(client.get(where)) for where in pages]

    assert hers[0] == 404
    assert hers == bare(client.get(its_page))
    assert with_it == without_it


def bare(answer):
    return answer.status_code, words(answer)
