"""Reads of places. Everyone signed in may know where places and bodies are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from aanchal.kernel.access import reach, visible, within
from aanchal.kernel.authz import Actor, granted_areas, grants_for
from aanchal.kernel.errors import NotFound
from aanchal.kernel.vocabulary import Permission

from .. import models
from ..models import Area, AreaCode, AreaJoin, Body
from ..permissions import PlacePermission
from ..rules.calendars import (
    AcademicYear,
    Closure,
    ClosureKind,
    SchoolCalendar,
    academic_year,
)

DEFAULT_YEAR_STARTS_IN = 4


def schools_of(actor: Actor, permission: Permission) -> QuerySet[Body]:
    """Schools over which the actor holds a permission, by area, by the school or a class of it."""
    of_a_class = [g.body_id for g in grants_for(actor, permission) if g.unit]
    found = reach(Body, actor, permission) | Q(pk__in=of_a_class)
    return (
        Body.objects.filter(found, kind=Body.Kind.SCHOOL)
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


def find_area(*, pk: UUID | str | None) -> Area | None:
    """One area; None when there is none."""
    return Area.objects.filter(pk=pk).first()


def own_place(actor: Actor) -> Area | Body | None:
    """The one area or school that the actor's grants are about, with its names alone.

    None when they are about several, or about none. One query.
    """
    bodies = {g.body_id for g in actor.grants if g.body_id}
    paths = {g.area_path for g in actor.grants if g.area_path}
    if len(bodies) + len(paths) != 1:
        return None
    if bodies:
        return Body.objects.filter(pk__in=bodies).only("name", "local_name").first()
    return Area.objects.filter(path__in=paths).only("name", "local_name").first()


def villages_of(actor: Actor, permission: Permission) -> QuerySet[Area]:
    """Villages over which the actor holds a permission as a whole, with their blocks, by name."""
    here = within(granted_areas(actor, permission), "path")
    return (
        Area.objects.filter(here, level=Area.Level.VILLAGE, joined_into__isnull=True)
        .select_related("parent")
        .order_by("name", "pk")
    )


def places_of(keys: Iterable[UUID | str]) -> dict[str, Area]:
    """Key → area, of some areas; one query."""
    return {str(area.pk): area for area in Area.objects.filter(pk__in=list(keys))}


def area_at(path: str) -> Area | None:
    """The area at a path; None when there is none."""
    return Area.objects.filter(path=path).first()


def blocks_beside(area: Area) -> QuerySet[Area]:
    """All blocks of the district in which an area lies, by name."""
    district = "/".join(area.path.split("/")[:3])
    return _beneath(district, Area.Level.BLOCK)


def villages_in(block: Area) -> QuerySet[Area]:
    """All villages of a block, by name."""
    return _beneath(block.path, Area.Level.VILLAGE)


def _beneath(path: str, level: Area.Level) -> QuerySet[Area]:
    found = Area.objects.filter(path__startswith=path + "/", level=level, joined_into__isnull=True)
    return found.select_related("parent").order_by("name", "pk")


def villages_where(actor: Actor, permission: Permission) -> QuerySet[Area]:
    """Villages where the actor holds a permission, by name: her places, and her schools'."""
    held = grants_for(actor, permission)
    paths = [g.area_path for g in held if g.area_path]
    schools = Body.objects.filter(pk__in=[g.body_id for g in held if g.body_id])
    paths += list(schools.values_list("area__path", flat=True))
    return Area.objects.filter(
        within(paths, "path"), level=Area.Level.VILLAGE, joined_into__isnull=True
    ).order_by("name", "pk")


def visible_areas(actor: Actor) -> QuerySet[Area]:
    """Areas the actor looks after (joins names there or keeps calendars); retired nodes left out."""
    found = visible(Area, actor, PlacePermission.AREA_JOIN).filter(joined_into__isnull=True)
    return found.select_related("parent")


def visible_area(actor: Actor, *, pk: UUID | str) -> Area:
    """One area the actor looks after; `NotFound` whether it is absent or another's."""
    found = visible_areas(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def visible_areas_at(actor: Actor, paths: Iterable[str]) -> QuerySet[Area]:
    """Of some places those the actor looks after, by their path."""
    return visible_areas(actor).filter(path__in=list(paths)).order_by("path")


def visible_school(actor: Actor, *, pk: UUID | str) -> Body:
    """One school whose calendar the actor keeps; `NotFound` whether it is absent or another's."""
    found = schools_of(actor, PlacePermission.CALENDAR_EDIT).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def worked_districts(actor: Actor) -> QuerySet[Area]:
    """Districts the actor looks after that have schools, by name: where there is work."""
    return (
        visible_areas(actor)
        .filter(level=Area.Level.DISTRICT, codes__system=models.AreaCode.System.UDISE)
        .distinct()
        .order_by("name", "pk")
    )


def areas_below(area: Area) -> QuerySet[Area]:
    """The areas right beneath one, those first that only UDISE knows yet, then by name."""
    without_lgd = Exists(
        models.AreaCode.objects.filter(area=OuterRef("pk")).exclude(
            system=models.AreaCode.System.UDISE
        )
    )
    return (
        Area.objects.filter(parent=area, joined_into__isnull=True)
        .annotate(is_in_lgd=without_lgd)
        .order_by("is_in_lgd", "name", "pk")
    )


def codes_of(area: Area) -> list[AreaCode]:
    """The codes of an area, by system; one query when they were not loaded with it."""
    return sorted(area.codes.all(), key=lambda code: (code.system, code.code))


def schools_in(area: Area) -> QuerySet[Body]:
    """Schools right in an area, with their own calendars, by UDISE code."""
    return (
        Body.objects.filter(area=area, kind=Body.Kind.SCHOOL)
        .select_related("school", "calendar")
        .order_by("school__udise")
    )


@dataclass(frozen=True)
class Below:
    """How much stands at or beneath an area."""

    villages: int = 0
    schools: int = 0
    open_joins: int = 0


def counts_below(areas: Sequence[Area]) -> dict[UUID, Below]:
    """How much stands at or beneath each of some areas. Three queries, however many areas."""
    if not areas:
        return {}
    villages = _count_below(
        Area.objects.filter(level=Area.Level.VILLAGE, joined_into__isnull=True), areas, "path"
    )
    schools = _count_below(Body.objects.filter(kind=Body.Kind.SCHOOL), areas, "area__path")
    joins = _count_below(
        AreaJoin.objects.filter(state=AreaJoin.State.PROPOSED), areas, "target__path"
    )
    return {a.pk: Below(villages[a.pk], schools[a.pk], joins[a.pk]) for a in areas}


def _count_below(rows: QuerySet[Any], areas: Sequence[Area], field: str) -> dict[UUID, int]:
    counted = rows.filter(within([a.path for a in areas], field)).aggregate(
        **{f"n{i}": Count("pk", filter=within([area.path], field)) for i, area in enumerate(areas)}
    )
    return {area.pk: counted[f"n{i}"] for i, area in enumerate(areas)}


def own_calendar(place: Area | Body) -> models.SchoolCalendar | None:
    """The calendar that was set for this very place; None when one above holds."""
    held = models.SchoolCalendar.objects
    if isinstance(place, Body):
        return held.filter(body=place).first()
    return held.filter(area=place).first()


def closures_of(calendar: models.SchoolCalendar | None) -> list[models.Closure]:
    """The closures of one calendar, the earliest first; none without a calendar."""
    if calendar is None:
        return []
    return list(calendar.closures.order_by("first_on", "last_on"))


def calendar_above(place: Area | Body) -> tuple[models.SchoolCalendar | None, list[models.Closure]]:
    """What holds for a place when it says nothing itself: the nearest calendar, all closures.

    Two queries.
    """
    path = place.area.path if isinstance(place, Body) else place.path
    above = _prefixes(path) if isinstance(place, Body) else _prefixes(path)[:-1]
    rows = list(
        models.SchoolCalendar.objects.filter(area__path__in=above)
        .select_related("area")
        .prefetch_related("closures")
    )
    rows.sort(key=lambda row: len(row.area.path if row.area else ""))
    closures = [c for row in rows for c in row.closures.all()]
    return (rows[-1] if rows else None), sorted(closures, key=lambda c: (c.first_on, c.last_on))


def calendars_of(bodies: list[Body]) -> dict[UUID, SchoolCalendar]:
    """The calendar of each school: its own, else its nearest area's, else Sundays off.

    The weekly day off is the nearest one said; closures of every level above hold as well, so that
    a block that adds a flood does not lose the district's holidays. In which month the year of each
    begins is known afterwards as well.

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
    made: dict[tuple[UUID, ...], SchoolCalendar] = {}
    found: dict[UUID, SchoolCalendar] = {}
    for body in bodies:
        chain = [by_path[p] for p in reversed(_prefixes(body.area.path)) if p in by_path]
        own = by_body.get(body.pk)
        if own is not None:
            chain.insert(0, own)
        vars(body)["_year_start_month"] = (
            chain[0].year_starts_in if chain else DEFAULT_YEAR_STARTS_IN
        )
        key = tuple(row.pk for row in chain)
        if key not in made:
            made[key] = _calendar(chain)
        found[body.pk] = made[key]
    return found


def year_of(body: Body, on: date) -> AcademicYear:
    """The school year of a school that holds a day."""
    return academic_year(on, start_month=year_start_month(body))


def year_start_month(body: Body) -> int:
    """The month in which a school's year begins: by its own calendar or its nearest area's.

    It is asked once for a body that was loaded, however often the body is asked about.
    """
    held: int | None = vars(body).get("_year_start_month")
    if held is None:
        held = vars(body)["_year_start_month"] = _year_start_month(body)
    return held


def _year_start_month(body: Body) -> int:
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


def _calendar(chain: list[models.SchoolCalendar]) -> SchoolCalendar:
    """One calendar of several, the nearest first."""
    if not chain:
        return SchoolCalendar()
    return SchoolCalendar(
        weekly_off=chain[0].weekly_off,
        closures=[
            Closure(
                first_on=c.first_on,
                last_on=c.last_on,
                kind=ClosureKind(c.kind),
                name=c.name,
            )
            for row in chain
            for c in row.closures.all()
        ],
    )
