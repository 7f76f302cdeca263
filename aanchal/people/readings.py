"""Who was shown which children: read from the audit, for those who answer for the people.

A coordinator sees the readings of the volunteers and teachers of her area, and of other coordinators
of the same area or below. What was read of concerns is left out, so that nobody learns from here that
there is one. Of case workers another case worker of the same area or above sees when, which kind of
page and how many children, never which. An administrator sees numbers only. Nobody looks over herself;
the doctor names the roles and places that nobody looks over.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.module_loading import autodiscover_modules

from aanchal.access.models import Grant, User
from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.access import within
from aanchal.kernel.audit import events_of
from aanchal.kernel.authz import Actor, covers, district_of, granted_areas, permissions_of
from aanchal.kernel.models import AuditEvent
from aanchal.kernel.verbs import KernelVerb
from aanchal.kernel.vocabulary import Shows
from aanchal.lib.sourced import values

from .models import Child, ReadingDay
from .permissions import PeoplePermission
from .queries import visible_children
from .verbs import PeopleVerb

MAX_EVENTS = 3_000
GRANTS_REMEMBERED = timedelta(days=28)
WATCHED = (Role.VOLUNTEER, Role.TEACHER)
READING = frozenset({str(KernelVerb.PAGE_SHOWN), str(PeopleVerb.CHILD_FILE_OPENED)})

# Given a person, children and a day: those that were in her own work. Apps above add theirs in a
# module `own_work`.
Work = Callable[[str, frozenset[str], date], Iterable[str]]
OWN_WORK: list[Work] = []


def own_work(find: Work) -> Work:
    """Add a way in which a child is part of somebody's own work."""
    if find not in OWN_WORK:
        OWN_WORK.append(find)
    return find


def outside_work(user_id: str, children: frozenset[str], on: date) -> frozenset[str]:
    """The children that were in none of a person's own work."""
    autodiscover_modules("own_work")
    left = children
    for find in OWN_WORK:
        left -= frozenset(str(key) for key in find(user_id, left, on))
    return left


@cache
def limits() -> dict[str, float]:
    """The programme's numbers, from `data/reading.toml`."""
    return values("aanchal.people", "reading.toml")


def readers_under(actor: Actor, *, at: datetime) -> QuerySet[User]:
    """People whose readings the actor looks over, by name; never herself."""
    held = Grant.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at - GRANTS_REMEMBERED)
    )
    case_workers = held.filter(role=Role.CASE_WORKER)
    coordinated = held.filter(
        within(_areas_as(actor, Role.COORDINATOR), "area_path"),
        role__in=(*WATCHED, Role.COORDINATOR),
    )
    worked = case_workers.filter(within(_areas_as(actor, Role.CASE_WORKER), "area_path"))
    under = Q(pk__in=coordinated.values("user_id")) & ~Q(pk__in=case_workers.values("user_id"))
    return (
        User.objects.filter(under | Q(pk__in=worked.values("user_id")))
        .exclude(pk=actor.user_id)
        .order_by("display_name", "pk")
    )


def in_numbers_only(users: Iterable[User], *, at: datetime) -> frozenset[str]:
    """Keys of those of some people whose readings are shown without children: case workers.

    Which child a case worker looks up tells whose concern she works on, perhaps a sealed one.
    """
    held = Grant.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at - GRANTS_REMEMBERED),
        role=Role.CASE_WORKER,
        user__in=users,
    )
    return frozenset(str(key) for key in held.values_list("user_id", flat=True))


def opens_names(role: str) -> bool:
    """Whether a role shows names of children of a whole class or place."""
    return any(permission.shows >= Shows.NAMES for permission in permissions_of(role))


def without_supervisor(*, at: datetime) -> list[tuple[str, str]]:
    """(role, area path) of each person who can open names and whose readings nobody looks over."""
    held: dict[Any, list[tuple[str, str]]] = {}
    for user, role, path in live_grants(at=at).values_list("user_id", "role", "area_path"):
        held.setdefault(user, []).append((role, path))
    found = []
    for user, grants in held.items():
        opening = [(r, p) for r, p in grants if opens_names(r)]
        if not opening:
            continue
        is_case_worker = any(role == Role.CASE_WORKER for role, _path in opening)
        by = Role.CASE_WORKER if is_case_worker else Role.COORDINATOR
        mine = [(r, p) for r, p in opening if not is_case_worker or r == Role.CASE_WORKER]
        over = [p for other, gs in held.items() if other != user for r, p in gs if r == by]
        found += [
            (r, p) for r, p in mine[:1] if not any(covers(o, q) for o in over for _r, q in mine)
        ]
    return sorted(found)


def _areas_as(actor: Actor, role: Role) -> list[str]:
    return [grant.area_path for grant in actor.grants if grant.role == role and grant.area_path]


def readers_counted(actor: Actor, *, at: datetime) -> QuerySet[User]:
    """People whose numbers of reading an administrator sees, by name."""
    held = Grant.objects.filter(
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=at - GRANTS_REMEMBERED)
    )
    reach = within(granted_areas(actor, PeoplePermission.READING_COUNT), "area_path")
    return User.objects.filter(pk__in=held.filter(reach).values("user_id")).order_by(
        "display_name", "pk"
    )


@dataclass(frozen=True)
class Reading:
    """One page that was shown: when, to whom, which page, which children (keys)."""

    at: datetime
    user_id: str
    page: str
    children: tuple[str, ...]


def readings(
    actor: Actor, *, days: Sequence[date], users: Sequence[User], child: Child | None = None
) -> list[Reading]:
    """What these people were shown on these days, newest first; of the newest 3,000 events."""
    areas = granted_areas(actor, PeoplePermission.READING_VIEW)
    if not areas or not users:
        return []
    districts = {district_of(path) for path in areas}
    found = events_of(
        days,
        districts=None if "" in districts else districts,
        actors=[str(user.pk) for user in users],
        mention=child.pk if child is not None else None,
    )
    return [r for event in found[:MAX_EVENTS] if (r := reading_of(event)) is not None]


def reading_of(event: AuditEvent) -> Reading | None:
    """The reading an event tells of; None for any other event, and for concerns."""
    if event.verb not in READING or event.outcome != AuditEvent.Outcome.DONE:
        return None
    if is_of_concern(event):
        return None
    page = (
        "child"
        if event.verb == PeopleVerb.CHILD_FILE_OPENED
        else str(event.changes.get("page", ""))
    )
    return Reading(event.at, event.actor_id, page, tuple(event.shown))


def is_of_concern(event: AuditEvent) -> bool:
    """Whether a page that was shown is one of concerns; no supervisor learns of it from here."""
    return str(event.changes.get("page", "")).startswith("concern")


def codes_of(actor: Actor, keys: Iterable[str]) -> dict[str, str]:
    """Key → code of those among some children whom the actor may see; one query."""
    found = visible_children(actor).filter(pk__in=set(keys)).values_list("pk", "code")
    return {str(key): code for key, code in found}


def reading_days(users: Iterable[User], *, since_on: date) -> list[tuple[User, ReadingDay]]:
    """Counted days of some people, newest first, each with its reader."""
    by_key = {str(user.pk): user for user in users}
    found = ReadingDay.objects.filter(on__gte=since_on).order_by("-on", "pk")
    return [(by_key[day.reader], day) for day in found if day.reader in by_key]
