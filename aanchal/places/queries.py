"""Reads of places. Everyone signed in may know where places and bodies are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from aanchal.kernel.access import reach, visible, within
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import Actor, Permission, granted_areas, grants_for

from . import models
from .import_problems import AREAS, SCHOOLS, WAITING
from .models import Area, AreaJoin, Body, PlaceFile, Subdistrict
from .rules.areas import Band
from .rules.calendars import (
    AcademicYear,
    Closure,
    ClosureKind,
    SchoolCalendar,
    academic_year,
)
from .rules.codes import Level, System

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


def get_area(*, pk: UUID | str) -> Area:
    """One area; `NotFound` when there is none."""
    found = Area.objects.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def visible_areas(actor: Actor) -> QuerySet[Area]:
    """Areas the actor looks after (joins names there or keeps calendars); retired nodes left out."""
    found = visible(Area, actor, Permission.AREA_JOIN).filter(joined_into__isnull=True)
    return found.select_related("parent")


def visible_area(actor: Actor, *, pk: UUID | str) -> Area:
    """One area the actor looks after; `NotFound` whether it is absent or another's."""
    found = visible_areas(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def visible_school(actor: Actor, *, pk: UUID | str) -> Body:
    """One school whose calendar the actor keeps; `NotFound` whether it is absent or another's."""
    found = schools_of(actor, Permission.CALENDAR_EDIT).filter(pk=pk).first()
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


def open_joins(actor: Actor) -> QuerySet[AreaJoin]:
    """Proposals that two nodes are one place, which the actor may decide.

    Blocks before villages, the surest first.
    """
    return _in_order(
        visible(AreaJoin, actor, Permission.AREA_JOIN).filter(
            reach(Area, actor, Permission.AREA_JOIN, "source__"), state=AreaJoin.State.PROPOSED
        )
    )


def decided_joins(actor: Actor) -> QuerySet[AreaJoin]:
    """Joins of villages that were confirmed and can be parted again, latest first."""
    return (
        visible(AreaJoin, actor, Permission.AREA_JOIN)
        .filter(
            state=AreaJoin.State.CONFIRMED,
            source__level=Area.Level.VILLAGE,
        )
        .select_related("source__parent", "target__parent")
        .prefetch_related("target__codes")
        .order_by("-decided_at", "-pk")
    )


def _in_order(joins: QuerySet[AreaJoin]) -> QuerySet[AreaJoin]:
    place = Case(
        *(When(band=band.value, then=Value(i)) for i, band in enumerate(Band)), default=Value(9)
    )
    return (
        joins.select_related("source__parent", "target__parent")
        .prefetch_related("target__codes")
        .annotate(sureness=place)
        .order_by("source__level", "sureness", "-likeness", "pk")
    )


def open_subdistricts(actor: Actor) -> QuerySet[Subdistrict]:
    """Sub-districts whose block a person must say, in the actor's districts, by name."""
    return (
        visible(Subdistrict, actor, Permission.AREA_JOIN)
        .exclude(state=Subdistrict.State.CONFIRMED)
        .select_related("district_area__parent", "block")
        .order_by("district_area__name", "name", "pk")
    )


def waiting_for_subdistricts(actor: Actor, subdistricts: Sequence[Subdistrict]) -> dict[str, int]:
    """How many places wait for each of these, by LGD code; those for which none waits left out."""
    names = {}
    for held in subdistricts:
        names[f"{System.LGD}/{Level.SUBDISTRICT}/{held.code}"] = held.code
        names[f"{System.CENSUS2011}/{Level.SUBDISTRICT}/{held.census2011}"] = held.code
    waits: dict[str, int] = {}
    rows = open_place_problems(actor).filter(code=WAITING, source_id__in=names)
    for problem in rows:
        code = names[problem.source_id]
        waits[code] = waits.get(code, 0) + int(problem.params["count"])
    return waits


def open_place_problems(actor: Actor) -> QuerySet[ImportProblem]:
    """Lines of place and school files that wait for repair where the actor imports."""
    areas = within(granted_areas(actor, Permission.AREA_IMPORT), "area_path")
    schools = within(granted_areas(actor, Permission.SCHOOL_IMPORT), "area_path")
    return ImportProblem.objects.filter(
        Q(areas, source_kind=AREAS) | Q(schools, source_kind=SCHOOLS),
        state=ImportProblem.State.OPEN,
    ).order_by("code", "area_path", "row", "pk")


def visible_place_files(actor: Actor) -> QuerySet[PlaceFile]:
    """Files of places and schools that were sent where the actor imports, latest first."""
    return (
        visible(PlaceFile, actor, Permission.AREA_IMPORT)
        .select_related("file")
        .order_by("-received_at", "-pk")
    )


def get_place_file(actor: Actor, *, pk: UUID | str) -> PlaceFile:
    """One sent file; `NotFound` whether it is absent or another's."""
    found = visible_place_files(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


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
