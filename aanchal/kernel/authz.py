"""How it is decided who may do what. The table of roles stands above the apps (`aanchal/roles.py`).

A question is always asked about a record: `require(actor, permission, record)`. The record says
where it stands (`scope`), who is excluded from it, and whose hands it is in. Exclusion comes
first, then the seal, then role and place. There is no superuser.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from .errors import NotAllowed
from .vocabulary import Permission


@dataclass(frozen=True)
class RoleTable:
    """Which roles there are, and what each may do.

    Args:
        permissions: role → what it may do.
        own_hands: roles whose grant says where work may be given, and which see only what is in
            their own hands.
        system: the role of the parts of the system; no person holds it.
        system_actors: the names of those parts.
    """

    permissions: Mapping[str, frozenset[Permission]]
    own_hands: frozenset[str]
    system: str
    system_actors: frozenset[str]


@cache
def role_table() -> RoleTable:
    """The table that `settings.AANCHAL_ROLES` names."""
    return cast(RoleTable, import_string(settings.AANCHAL_ROLES))


def permissions_of(role: str) -> frozenset[Permission]:
    """What a role may do.

    Raises:
        KeyError: there is no such role.
    """
    return role_table().permissions[role]


@dataclass(frozen=True)
class Grant:
    """A role over an area and all below it, or over one body, or over one unit of a body.

    Exactly one of `area_path` and `body_id` is set. `unit` narrows a body (`unit_of`).
    """

    role: str
    area_path: str = ""
    body_id: str = ""
    unit: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """The person, or the part of the system, that asks; with the grants held now. No ORM inside.

    `districts` are the keys of all districts the grants reach, bodies' included, for the row
    guard of the database; None leaves it to the grants' own area paths.
    """

    user_id: str
    grants: tuple[Grant, ...] = ()
    language: str = "en"
    districts: frozenset[str] | None = None

    def roles(self) -> frozenset[str]:
        """The roles of these grants."""
        return frozenset(grant.role for grant in self.grants)


@dataclass(frozen=True)
class Scope:
    """Where a record stands, for the one permission question.

    Args:
        area_path: the place it belongs to; "" belongs to no place and only a grant over the root
            ("IN") admits.
        also_in: a second place to which it belongs as well, while it is handed on from there; "" for
            none.
        district: key of the district, such as "D206", for the audit chain; "" for none.
        body_id: the school or office it belongs to, as text; "" for none.
        unit: the unit of that body it belongs to, from the widest name to the narrowest; () for
            the whole body.
        senders: user ids of who gave it in: whoever holds only a unit of the body reaches what she
            gave in herself; None when her unit is enough.
        holders: user ids in whose hands it is; None when it is not a thing one holds.
        team: user ids that alone may see it (a sealed record); None when not sealed.
        excluded: user ids with a conflict of interest; exclusion comes before any grant.
    """

    area_path: str
    district: str = ""
    body_id: str = ""
    unit: tuple[str, ...] = ()
    senders: frozenset[str] | None = None
    holders: frozenset[str] | None = None
    team: frozenset[str] | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)
    also_in: str = ""

    def lies_in(self, path: str) -> bool:
        """Say whether it belongs to an area, or to one below it."""
        return covers(path, self.area_path) or (bool(self.also_in) and covers(path, self.also_in))


class Scoped(Protocol):
    """A record that can say where it stands."""

    def scope(self) -> Scope: ...


def covers(outer: str, inner: str) -> bool:
    """Say whether area path `outer` is `inner` or stands above it; "" covers nothing."""
    # The slash stops "IN/S10/D2" from covering a sibling named "IN/S10/D206".
    return bool(outer) and (inner == outer or inner.startswith(outer + "/"))


def district_of(path: str) -> str:
    """The district's key within an area path ("IN/S10/D206/B1851" → "D206"); "" above it."""
    parts = path.split("/")
    return parts[2] if len(parts) > 2 else ""


def unit_of(*names: str) -> tuple[str, ...]:
    """A unit of a body from its names, the widest first; empty names at its end say nothing.

    A unit may lie in another: ("6", "A") lies in ("6",).
    """
    given = len(names)
    while given and not names[given - 1]:
        given -= 1
    return names[:given]


def covers_unit(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Say whether unit `outer` is `inner` or holds it; () is the whole body and holds every unit."""
    return inner[: len(outer)] == outer


def admits(grant: Grant, scope: Scope, user_id: str) -> bool:
    """Say whether one grant reaches a scope, its role's permissions aside."""
    if grant.role in role_table().own_hands and scope.holders is not None:
        return user_id in scope.holders and covers(grant.area_path, scope.area_path)
    if grant.body_id:
        is_sender = not grant.unit or scope.senders is None or user_id in scope.senders
        return grant.body_id == scope.body_id and covers_unit(grant.unit, scope.unit) and is_sender
    return scope.lies_in(grant.area_path)


def may(actor: Actor, permission: Permission, record: Scoped | Scope) -> bool:
    """Answer the one question. Exclusion first, then the seal, then role and place."""
    scope = record if isinstance(record, Scope) else record.scope()
    if actor.user_id in scope.excluded:
        return False
    if scope.team is not None and actor.user_id not in scope.team:
        return False
    return any(
        permission in permissions_of(grant.role) and admits(grant, scope, actor.user_id)
        for grant in actor.grants
    )


def require(actor: Actor, permission: Permission, record: Scoped | Scope) -> None:
    """Raise `NotAllowed` unless the actor may do this to this record."""
    if not may(actor, permission, record):
        raise NotAllowed(permission=str(permission))


def may_anywhere(actor: Actor, permission: Permission) -> bool:
    """Say whether any grant of the actor carries the permission; for menus, never for records."""
    return any(permission in permissions_of(grant.role) for grant in actor.grants)


def grants_for(actor: Actor, permission: Permission) -> list[Grant]:
    """The actor's grants that carry a permission, in the order they were given."""
    return [g for g in actor.grants if permission in permissions_of(g.role)]


def granted_areas(actor: Actor, permission: Permission) -> list[str]:
    """Area paths over which the actor holds a permission as a whole; no path below another."""
    return outermost(
        g.area_path
        for g in grants_for(actor, permission)
        if g.area_path and g.role not in role_table().own_hands
    )


def outermost(paths: Iterable[str]) -> list[str]:
    """Those of some area paths that lie in no other of them, in order, each once."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(covers(outer, path) for outer in kept):
            kept.append(path)
    return kept


ROOT = "IN"


def system_actor(name: str) -> Actor:
    """A part of the system acting by itself; `name` is one of those of the table of roles."""
    table = role_table()
    if name not in table.system_actors:
        raise ValueError(f"no such system actor: {name}")
    return Actor(user_id=f"system:{name}", grants=(Grant(table.system, area_path=ROOT),))
