"""The site by room: what each holds, and what one takes from another."""

import ast
import importlib
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from aanchal.access.roles import Role
from aanchal.web.rooms import ROOMS
from aanchal.web.shell.navigation import first_pages, nav_items

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


@pytest.mark.parametrize("room", ROOMS)
def test_the_menu_of_a_room_leads_to_its_own_pages(room):
    name = f"aanchal.web.{room}.navigation"
    if find_spec(name) is None:
        return
    menu = importlib.import_module(name)
    own = {p.name for p in importlib.import_module(f"aanchal.web.{room}.urls").urlpatterns}

    assert {item.url_name for item in menu.NAVIGATION} <= own
    assert set(getattr(menu, "FIRST_PAGES", {}).values()) <= own


def test_the_menu_stands_in_the_order_of_the_rooms():
    assert [item.url_name for item in nav_items()] == [
        *("my_visits", "watch", "flags", "concerns", "classes", "register_files", "children"),
        *("people", "volunteers", "readings", "places", "office"),
    ]


def test_every_role_of_a_person_begins_its_day_in_one_room():
    declared = [
        role
        for room in ROOMS
        if find_spec(f"aanchal.web.{room}.navigation")
        for role in getattr(
            importlib.import_module(f"aanchal.web.{room}.navigation"), "FIRST_PAGES", {}
        )
    ]

    assert sorted(declared) == sorted(set(Role) - {Role.SYSTEM})
    assert set(first_pages().values()) <= {item.url_name for item in nav_items()}
