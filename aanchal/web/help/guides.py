"""The guides of docs/guides, drawn for the site: from our own files only, without any raw HTML."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.urls import reverse
from markdown_it import MarkdownIt
from markdown_it.token import Token

from aanchal.access.roles import Role
from aanchal.kernel.errors import NotFound

# Beside the code in an installed package; in the repository, where they are written.
_PACKAGED = Path(__file__).resolve().parent / "guide_texts"


FOLDER = (
    _PACKAGED if _PACKAGED.is_dir() else Path(__file__).resolve().parents[3] / "docs" / "guides"
)


PICTURES = {".png": "image/png", ".svg": "image/svg+xml"}


OWN_LANGUAGE = "en"


# The guide of each role, in the order in which somebody with several is led to one.
OF_ROLE = {
    Role.VOLUNTEER: "volunteer",
    Role.CASE_WORKER: "case-worker",
    Role.COORDINATOR: "coordinator",
    Role.TEACHER: "teacher",
    Role.ADMINISTRATOR: "administrator",
}


# What the guides of some roles lead on to: a register file is sent by these alone.
MORE_OF_ROLE = {
    Role.COORDINATOR: ("register-file",),
    Role.TEACHER: ("register-file",),
    Role.ADMINISTRATOR: ("register-file",),
}


NAMES = tuple(dict.fromkeys((*OF_ROLE.values(), *(n for m in MORE_OF_ROLE.values() for n in m))))


@dataclass(frozen=True)
class Guide:
    """One guide: its first heading, the rest as HTML, and the language that it is really in."""

    title: str
    body: str
    language: str


@cache
def guide(name: str, language: str) -> Guide:
    """A guide in a language, or in English where it is not translated.

    Raises:
        NotFound: no guide of this name is served.
    """
    if name not in NAMES:
        raise NotFound
    path = FOLDER / f"{name}.md"
    translated = FOLDER / language / f"{name}.md"
    written_in = OWN_LANGUAGE
    if language != OWN_LANGUAGE and translated.is_file():
        path, written_in = translated, language
    tokens = _parser().parse(path.read_text(encoding="utf-8"))
    title = tokens[1].content if tokens and tokens[0].type == "heading_open" else name
    rest = tokens[3:] if tokens and tokens[0].type == "heading_open" else tokens
    for token in rest:
        if token.children:
            token.children = _served(token.children)
    parser = _parser()
    return Guide(title, parser.renderer.render(rest, parser.options, {}), written_in)


@cache
def picture(name: str) -> tuple[bytes, str]:
    """One picture of the guides and its media type.

    Raises:
        NotFound: there is no picture of this name.
    """
    folder = FOLDER / "images"
    found = next((p for p in folder.iterdir() if p.name == name and p.suffix in PICTURES), None)
    if found is None:
        raise NotFound
    return found.read_bytes(), PICTURES[found.suffix]


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def _served(tokens: list[Token]) -> list[Token]:
    """Turn links between files into links between pages; one to a file that is not served is text."""
    kept: list[Token] = []
    dropped = 0
    for token in tokens:
        if token.type == "image":
            name = str(token.attrs.get("src", "")).rpartition("/")[2]
            token.attrs["src"] = reverse("guide_picture", args=[name])
            token.attrs["class"] = "guide-picture"
            token.attrs["loading"] = "lazy"
        if token.type == "link_open":
            href = str(token.attrs.get("href", ""))
            found = re.fullmatch(r"(?:\.\./)?([a-z-]+)\.md", href)
            if not found or found.group(1) not in NAMES:
                dropped += 1
                continue
            token.attrs["href"] = reverse("guide", args=[found.group(1)])
        if token.type == "link_close" and dropped:
            dropped -= 1
            continue
        kept.append(token)
    return kept
