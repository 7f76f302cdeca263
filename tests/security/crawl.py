"""Walks every page a person can reach, and keeps all that was said to her and written of it.

A walk is made once in a process and kept: what it heard is plain data, and every promise about pages
(10, 15, 19, 31, 32, 34) is judged on the same one. Tests that ask for it are marked
`together("walks")`, so that on a run of several processes one of them walks.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from django.db.models import Q
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from aanchal.kernel.models import AuditEvent, AuditHead
from aanchal.people.models import Child
from aanchal.web.shell.routes import ROUTES
from tests.security.pages import PAGES
from tests.signing_in import signed_in
from tests.two_districts import CANARIES, SIX, Office, two_districts

MAX_ALIKE = 3
WORD = re.compile(r"[A-Za-z]+")
CODE = re.compile(r"\bK-\d+\b")
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster", "data", "cite", "ping")


class Links(HTMLParser):
    """Every attribute of a page that names an address, and its title."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.inline: list[str] = []
        self.title = ""
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        given = {name: value or "" for name, value in attrs}
        self.links += [(tag, given[name]) for name in ADDRESSES if name in given]
        self.inline += [f"{tag} {n}" for n in given if n == "style" or n.startswith("on")]
        # Data for a script is no script: the policy does not run it.
        is_data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and "src" not in given and not is_data):
            self.inline.append(tag)
        if tag == "meta" and given.get("http-equiv", "").lower() == "refresh":
            self.links.append((tag, given.get("content", "").partition("=")[2]))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


def links_of(answer: Any) -> Links:
    found = Links()
    if "html" in answer.headers.get("Content-Type", ""):
        found.feed(answer.content.decode())
    return found


@dataclass
class Heard:
    """One answer: who asked for what, and all that came back."""

    asked: str
    method: str
    status: int
    headers: dict[str, str]
    cookies: str
    body: str
    links: Links
    # Keys that the events of this answer name, and how many of these events say what was shown.
    named: set[str] = field(default_factory=set)
    events: int = 0

    def route(self) -> str:
        """Name of the route that answered; nothing where there is none."""
        try:
            return resolve(urlsplit(self.asked).path).url_name or ""
        except Resolver404:
            return ""

    def outside(self) -> str:
        """What lands in histories, logs and lists of open pages: addresses, headers, the title."""
        # A number to call is dialled, and stands in no history of pages.
        addresses = " ".join(v for _tag, v in self.links.links if not v.startswith("tel:"))
        headers = " ".join(f"{k}: {v}" for k, v in self.headers.items())
        return "\n".join((self.asked, addresses, headers, self.cookies, self.links.title))


@dataclass
class Walk:
    """A walk through the site as one person."""

    client: Client
    heard: list[Heard] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    alike: Counter[Any] = field(default_factory=Counter)
    # Words by which a child is known, her code among them → her key.
    children: dict[str, str] = field(default_factory=dict)
    # Where each district's chain of events ended at the last answer.
    heads: dict[str, int] = field(default_factory=dict)
    reads: int = 0

    def __post_init__(self) -> None:
        for child in Child.objects.all():
            for name in (child.code, child.given_name, child.family_name, child.own_script_name):
                self.children.update(dict.fromkeys(name.split(), str(child.pk)))
        self.heads = _heads()

    def pages_read(self) -> list[Heard]:
        """What was heard before any form was sent."""
        return self.heard[: self.reads]

    def children_in(self, heard: Heard) -> set[str]:
        """Keys of the children whose code or any word of whose names stands in an answer."""
        said = canaries(heard.body) | set(CODE.findall(heard.body))
        return {self.children[word] for word in said & self.children.keys()}

    def _events_since(self) -> list[AuditEvent]:
        before, self.heads = self.heads, _heads()
        moved = Q(pk__in=[])
        for district, seq in self.heads.items():
            if seq > before.get(district, 0):
                moved |= Q(district=district, seq__gt=before.get(district, 0))
        return [e for e in AuditEvent.objects.filter(moved) if e.outcome == "done"]

    def ask(self, where: str, method: str = "get", data: Any = None, **more: Any) -> Any:
        answer = getattr(self.client, method)(where, data, **more)
        events = self._events_since()
        self.heard.append(
            Heard(
                asked=where,
                method=method,
                status=answer.status_code,
                headers=dict(answer.headers),
                cookies=str(answer.cookies),
                body=b"".join(answer).decode(errors="replace"),
                links=links_of(answer) if not answer.streaming else Links(),
                named={key for event in events for key in (*event.shown, event.target_id)},
                events=sum(bool(event.shown) for event in events),
            )
        )
        return answer

    def everywhere(self, where: str, *, most: int = 400) -> None:
        """Follow links of the site from a page on, each address once."""
        waiting = [where]
        while waiting and len(self.seen) < most:
            here = waiting.pop(0)
            if here in self.seen:
                continue
            # Months, days and pages of a list are one page that looks alike.
            parts = urlsplit(here)
            alike = (parts.path, tuple(sorted(parse_qs(parts.query))))
            if parts.query and self.alike[alike] >= MAX_ALIKE:
                continue
            self.alike[alike] += 1
            self.seen.add(here)
            self.ask(here)
            last = self.heard[-1]
            there = [value for tag, value in last.links.links if tag == "a"]
            if "Location" in last.headers:
                there.append(last.headers["Location"])
            for link in there:
                whole = urljoin(here, link)
                parts = urlsplit(whole)
                if not parts.scheme and not parts.netloc and not parts.path.startswith("/static/"):
                    waiting.append(whole.partition("#")[0])


_walks: dict[tuple[str, str], Walk] = {}


def walked(who: str, *, language: str = "en") -> Walk:
    """The walk of one person in one language: made by the first test that asks for it.

    Only the six send forms; whoever else is asked for walks the pages.
    """
    if (who, language) not in _walks:
        walk = _walk_as(two_districts(), who, language=language, forms=who in SIX)
        _walks[who, language] = walk
    return _walks[who, language]


def _walk_as(office: Office, who: str, *, language: str, forms: bool) -> Walk:
    """Every address with every record there is, every link from them on, and every form.

    Forms come last, empty and as in the table, because some of them do what they say.
    """
    client = signed_in(Client(), office.people[who])
    client.cookies["aanchal_language"] = language
    walk = Walk(client)
    asked = []
    for name, page in PAGES.items():
        if page.token:
            asked.append((name, page, None, reverse(name, args=["nothing"])))
        elif not page.kind:
            asked.append((name, page, None, reverse(name)))
        else:
            asked += [
                (name, page, record, reverse(name, args=[record.pk]))
                for record in office.records[page.kind].values()
            ]
    for name, _page, _record, where in asked:
        if "GET" in ROUTES[name].methods:
            walk.everywhere(where)
            walk.ask(where, headers={"accept": "application/json"})
    walk.reads = len(walk.heard)
    for name, page, record, where in asked if forms else ():
        if "POST" in ROUTES[name].methods and name not in ("sign_out", "leave_quickly"):
            walk.ask(where, "post", {})
            for fill in page.sends:
                walk.ask(where, "post", fill(office, record))
    return walk


def _heads() -> dict[str, int]:
    return dict(AuditHead.objects.values_list("district", "seq"))


def canaries(text: str) -> set[str]:
    """The canaries of the office that stand in a text, as whole words."""
    return CANARIES & set(WORD.findall(text))
