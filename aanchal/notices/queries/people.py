"""Who may act on a thing, the nearest first; and who is told neutrally that something waits."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aanchal.access.models import Grant
from aanchal.access.queries import held_grant, live_grants
from aanchal.access.roles import Role
from aanchal.access.rules.places import path_and_above
from aanchal.kernel.authz import Actor, Scope, admits, covers, may, permissions_of
from aanchal.watch.permissions import WatchPermission

from .things import Thing

# How many parts the path of a district has: country, state, district.
DISTRICT_DEPTH = 3
# More than the path of any area has parts.
AHEAD = 50


class Staff:
    """Everybody with a role in force at one moment, in memory; one query.

    Who may act is asked by `may` itself, so that exclusion and seals hold here as everywhere.
    """

    def __init__(self, *, at: datetime) -> None:
        self.actors: dict[str, Actor] = {}
        self._by_area: dict[str, set[str]] = defaultdict(set)
        self._by_body: dict[str, set[str]] = defaultdict(set)
        held: dict[str, list[Grant]] = defaultdict(list)
        for grant in live_grants(at=at).order_by("user_id", "given_at", "pk"):
            held[str(grant.user_id)].append(grant)
            if grant.body_id:
                self._by_body[str(grant.body_id)].add(str(grant.user_id))
            else:
                self._by_area[grant.area_path].add(str(grant.user_id))
        for user, grants in held.items():
            self.actors[user] = Actor(user_id=user, grants=tuple(held_grant(g) for g in grants))

    def may_act(self, thing: Thing, *, in_hand: Mapping[str, int]) -> list[str]:
        """User ids of those who may act on a thing, the nearest to its place first.

        Args:
            in_hand: user id → how many things she was told of; of two as near, she with less is first.
        """
        scope = thing.scope
        near = [
            (self._nearness(user, thing), user)
            for user in self._around(scope)
            if thing.may_be_done_by(self.actors[user])
        ]
        order = sorted(near, key=lambda x: (-x[0], in_hand.get(x[1], 0), x[1]))
        return [user for _near, user in order]

    def may_hold(self, user: str, thing: Thing) -> bool:
        """Whether the one in whose hands it is may still act on it."""
        actor = self.actors.get(user)
        return actor is not None and may_hold(actor, thing)

    def coordinators(self, scope: Scope, *, of_district: bool = False) -> list[str]:
        """Coordinators whose grant covers a place, those over the smallest place only.

        With `of_district`, those whose grant covers the whole district. Nobody for a sealed record;
        never one who is excluded from it.
        """
        if scope.team is not None:
            return []
        # Of a concern that is handed on from one place to another: where its child lives now.
        scope = replace(scope, also_in="")
        found: dict[str, int] = {}
        for user in self._around(scope) - scope.excluded:
            for grant in self.actors[user].grants:
                depth = len(grant.area_path.split("/")) if grant.area_path else 0
                if grant.role != Role.COORDINATOR or not depth:
                    continue
                if (depth <= DISTRICT_DEPTH or not of_district) and admits(grant, scope, user):
                    found[user] = max(depth, found.get(user, 0))
        nearest = max(found.values(), default=0)
        return sorted(user for user, depth in found.items() if of_district or depth == nearest)

    def _around(self, scope: Scope) -> set[str]:
        users: set[str] = set()
        for place in filter(None, (scope.area_path, scope.also_in)):
            for path in path_and_above(place):
                users |= self._by_area.get(path, set())
        return users | self._by_body.get(scope.body_id, set()) if scope.body_id else users

    def _nearness(self, user: str, thing: Thing) -> int:
        needed, scope = set(thing.permissions()), thing.scope
        # Of a thing that is handed on from one place to another, those of the other come first.
        ahead = AHEAD if scope.also_in else 0
        return max(
            (
                100 + bool(grant.unit)
                if grant.body_id
                else grant.area_path.count("/") + ahead * covers(grant.area_path, scope.area_path)
                for grant in self.actors[user].grants
                if needed & permissions_of(grant.role) and admits(grant, scope, user)
            ),
            default=0,
        )


def may_hold(actor: Actor, thing: Thing) -> bool:
    """Whether the one in whose hands it is may act on it: a visit is her own, whatever her role."""
    if thing.kind.startswith(("visit.", "visit_along.")):
        return may(actor, WatchPermission.VISIT_HAND_BACK, thing.scope)
    return thing.may_be_done_by(actor)
