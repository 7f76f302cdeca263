"""Walks every page a person can reach, and keeps all that was said to her."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from django.test import Client
from django.urls import reverse

from aanchal.web.routes import ROUTES
from tests.security.pages import PAGES
from tests.signing_in import signed_in
from tests.two_districts import CANARIES, Office

MAX_ALIKE = 3
WORD = re.compile(r"[A-Za-z]+")
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

    def outside(self) -> str:
        """What lands in histories, logs and lists of open pages: addresses, headers, the title."""
        # A number to call is dialled, and stands in no history of pages.
        addresses = " ".join(v for _tag, v in self.links.links if not v.startswith("tel:"))
        headers = " ".join(f"{k}: {v}" for k, v in self.headers.items())
        return "\n".join((self.asked, addresses, headers, self.cookies, self.links.title))


@dataclass
class Walk:
    """A walk through the site in one person's shoes."""

    client: Client
    heard: list[Heard] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    alike: Counter[Any] = field(default_factory=Counter)

    def ask(self, where: str, method: str = "get", data: Any = None, **more: Any) -> Any:
        answer = getattr(self.client, method)(where, data, **more)
        self.heard.append(
            Heard(
                asked=where,
                method=method,
                status=answer.status_code,
                headers=dict(answer.headers),
                cookies=str(answer.cookies),
                body=b"".join(answer).decode(errors="replace"),
                links=links_of(answer) if not answer.streaming else Links(),
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


def walk_as(office: Office, who: str, *, language: str = "en", forms: bool = True) -> Walk:
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
    for name, page, record, where in asked if forms else ():
        if "POST" in ROUTES[name].methods and name not in ("sign_out", "leave_quickly"):
            walk.ask(where, "post", {})
            for fill in page.sends:
                walk.ask(where, "post", fill(office, record))
    return walk


def canaries(text: str) -> set[str]:
    """The canaries of the office that stand in a text, as whole words."""
    return CANARIES & set(WORD.findall(text))
