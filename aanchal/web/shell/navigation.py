"""The menu: each room declares its own pages, and they are gathered here in the order of the rooms.

A room says in its `navigation.py` what stands in the menu (`NAVIGATION`) and for which role the day begins
in it (`FIRST_PAGES`). One without that file stands in no menu.
"""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NamedTuple

from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.kernel.vocabulary import Permission
from aanchal.web.rooms import ROOMS

# On a phone more than this would push the page's work out of sight: the rest is behind one more press.
MAX_NAV_ITEMS = 5


class NavItem(NamedTuple):
    """A page that stands in the menu of those who hold its permission."""

    permission: Permission
    url_name: str
    label: Any


def _declared() -> list[ModuleType]:
    # Asked for by name: the rooms stand on the shell, and it must not import them in turn.
    names = [f"aanchal.web.{room}.navigation" for room in ROOMS]
    return [import_module(name) for name in names if find_spec(name)]


@cache
def nav_items() -> tuple[NavItem, ...]:
    """What the rooms declare, in their order."""
    return tuple(item for room in _declared() for item in room.NAVIGATION)


@cache
def first_pages() -> dict[Role, str]:
    """The page a role begins its day with."""
    return {
        role: name
        for room in _declared()
        for role, name in getattr(room, "FIRST_PAGES", {}).items()
    }


def menu_of(actor: Actor, path: str) -> list[dict[str, Any]]:
    """The actor's menu as templates draw it; nothing where it would hold a single page.

    Args:
        path: of the page that is shown, so that its line is marked.
    """
    items = [item for item in nav_items() if may_anywhere(actor, item.permission)]
    if len(items) < 2:
        return []
    links = [{"href": reverse(item.url_name), "label": item.label} for item in items]
    here = max((x["href"] for x in links if path.startswith(x["href"])), key=len, default="")
    many = len(links) > MAX_NAV_ITEMS
    return [
        {
            **link,
            "current": link["href"] == here,
            "in_overflow": many and place >= MAX_NAV_ITEMS - 1,
        }
        for place, link in enumerate(links)
    ]
