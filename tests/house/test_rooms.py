"""The site by room: what each holds, and what one takes from another."""

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from aanchal.web.rooms import ROOMS

WEB = Path(__file__).resolve().parents[2] / "aanchal" / "web"
SHELL = "shell"


def public_of(room):
    """What a room says others may use: modules and templates."""
    return set(getattr(importlib.import_module(f"aanchal.web.{room}"), "PUBLIC", ()))


@cache
def taken(room):
    """Pairs of a room and what is used of it: a module, or a template by its name."""
    return frozenset(_taken(room))


def _taken(room):
    templates = {
        path.relative_to(WEB / other / "templates").as_posix(): other
        for other in (*ROOMS, SHELL)
        for path in (WEB / other / "templates").rglob("*.html")
    }
    for path in (WEB / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aanchal.web."):
                other, _dot, module = node.module.removeprefix("aanchal.web.").partition(".")
                if module:
                    yield other, module
                else:
                    yield from ((other, alias.name) for alias in node.names)
    for path in (*(WEB / room).rglob("*.py"), *(WEB / room / "templates").rglob("*.html")):
        for name in re.findall(r'"([\w/]+\.html)"', path.read_text("utf-8")):
            if name in templates:
                yield templates[name], name


def test_every_folder_is_a_room_or_the_shell():
    found = {p.parent.name for p in WEB.glob("*/__init__.py")}

    assert found == {*ROOMS, SHELL}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_its_addresses_and_its_line(room):
    module = importlib.import_module(f"aanchal.web.{room}")

    assert importlib.import_module(f"aanchal.web.{room}.urls").urlpatterns
    assert module.__doc__
    assert f"| `{room}` |" in (WEB / "README.md").read_text("utf-8"), "say what it is for"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_takes_of_another_only_what_that_one_offers(room):
    found = {
        f"{other}: {what}"
        for other, what in taken(room)
        if other in ROOMS and other != room and what not in public_of(other)
    }

    assert not found, "put it into PUBLIC of that room, or into the shell"


def test_the_shell_knows_no_room():
    assert not [pair for pair in taken(SHELL) if pair[0] in ROOMS]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_offers_is_used(room):
    used = {what for other in ROOMS if other != room for home, what in taken(other) if home == room}

    assert public_of(room) <= used


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_offers_a_page(room):
    """A page answers a request; what two pages show belongs to a presenter."""
    assert not [what for what in public_of(room) if re.match(r"(pages|urls)\b", what)]


def test_a_folder_of_templates_stands_in_one_room():
    homes = {}
    for path in WEB.glob("*/templates/*"):
        homes.setdefault(path.name, []).append(path.parents[1].name)

    assert not {name: rooms for name, rooms in homes.items() if len(rooms) > 1}
