"""Reads of places. Everyone signed in may know where places and bodies are."""

from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from aanchal.kernel.errors import NotFound
from aanchal.kernel.permissions import Actor, Permission, grants_for

from . import models
from .models import Area, AreaJoin, Body
from .rules.calendars import (
    AcademicYear,
    Closure,
    ClosureKind,
    SchoolCalendar,
    academic_year,
)

DEFAULT_YEAR_STARTS_IN = 4


def within(paths: list[str], field: str) -> Q:
    """A condition that `field` holds one of these area paths, or a path below one."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(**{field: path}) | Q(**{f"{field}__startswith": path + "/"})
    return condition


def schools_of(actor: Actor, permission: Permission) -> QuerySet[Body]:
    """Schools over which the actor holds a permission, by area or by the school itself."""
    held = grants_for(actor, permission)
    reach = within([g.area_path for g in held if g.area_path], "area__path")
    reach |= Q(pk__in=[g.body_id for g in held if g.body_id])
    return (
        Body.objects.filter(reach, kind=Body.Kind.SCHOOL)
        .select_related("school", "area")
        .order_by("name", "pk")
    )


def school_by_udise(udise: str) -> Body:
    """The school with a UDISE code; `NotFound` when there is none."""
    found = (
        Body.objects.filter(school__udise=udise).select_related("school", "area__parent").first()
    )
    if found is None:
        raise NotFound(udise=udise)
    return found


def get_area(*, pk: UUID | str) -> Area:
    """One area; `NotFound` when there is none."""
    found = Area.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def open_joins(actor: Actor) -> QuerySet[AreaJoin]:
    """Proposals that two nodes are one place, in the actor's areas, most alike first."""
    paths = [g.area_path for g in grants_for(actor, Permission.AREA_JOIN) if g.area_path]
    return (
        AreaJoin.objects.filter(within(paths, "target__path"), state=AreaJoin.State.PROPOSED)
        .select_related("source__parent", "target__parent")
        .order_by("-likeness", "pk")
    )


def calendars_of(bodies: list[Body]) -> dict[UUID, SchoolCalendar]:
    """The calendar of each school: its own, else its nearest area's, else Sundays off.

    Args:
        bodies: schools with `area` loaded.

    Returns:
        Body id → calendar. Two queries, however many schools.
    """
    paths = {prefix for b in bodies for prefix in _prefixes(b.area.path)}
    rows = list(
        models.SchoolCalendar.objects.filter(Q(body__in=bodies) | Q(area__path__in=paths))
        .select_related("area")
        .prefetch_related("closures")
    )
    by_body = {row.body_id: row for row in rows if row.body_id}
    by_path = {row.area.path: row for row in rows if row.area is not None}
    made: dict[UUID | None, SchoolCalendar] = {}
    found: dict[UUID, SchoolCalendar] = {}
    for body in bodies:
        row = by_body.get(body.pk) or next(
            (by_path[p] for p in reversed(_prefixes(body.area.path)) if p in by_path), None
        )
        key = row.pk if row else None
        if key not in made:
            made[key] = _calendar(row)
        found[body.pk] = made[key]
    return found


def year_of(body: Body, on: date) -> AcademicYear:
    """The school year of a school that holds a day."""
    return academic_year(on, start_month=year_start_month(body))


def year_start_month(body: Body) -> int:
    """The month in which a school's year begins: by its own calendar or its nearest area's."""
    rows = models.SchoolCalendar.objects.filter(
        Q(body=body) | Q(area__path__in=_prefixes(body.area.path))
    ).select_related("area")
    best = max(
        rows,
        key=lambda r: 10_000 if r.body_id else len(r.area.path if r.area else ""),
        default=None,
    )
    return best.year_starts_in if best else DEFAULT_YEAR_STARTS_IN


def _prefixes(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _calendar(row: models.SchoolCalendar | None) -> SchoolCalendar:
    if row is None:
        return SchoolCalendar()
    return SchoolCalendar(
        weekly_off=row.weekly_off,
        closures=[
            Closure(
                first_on=c.first_on,
                last_on=c.last_on,
                kind=ClosureKind(c.kind),
                name=c.name,
            )
            for c in row.closures.all()
        ],
    )
