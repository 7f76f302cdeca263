"""Reads of joins: two names that are perhaps one place, and sub-districts without a block."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, Value, When

from aanchal.kernel.access import reach, visible
from aanchal.kernel.authz import Actor

from ..models import Area, AreaCode, AreaJoin, Subdistrict, block_path
from ..permissions import PlacePermission
from ..rules.areas import Band
from ..rules.codes import Level, System
from . import visible_areas
from .files import waiting_for_places


def open_joins(actor: Actor, *, below: Area | None = None, band: str = "") -> QuerySet[AreaJoin]:
    """Proposals that two nodes are one place, which the actor may decide.

    Blocks before villages, the surest first.

    Args:
        below: only those whose place is beneath this one.
        band: only those as sure as this `Band`.
    """
    found = _open_joins(actor, below)
    return _in_order(found.filter(band=band) if band else found)


def sure_villages(
    actor: Actor, *, below: Area | None = None, keys: Iterable[UUID] | None = None
) -> QuerySet[AreaJoin]:
    """Of `open_joins` the villages that are surely one: they may be confirmed together.

    Args:
        below: only those whose place is beneath this one.
        keys: only these of them.
    """
    found = open_joins(actor, below=below, band=Band.CERTAIN)
    found = found.filter(source__level=Area.Level.VILLAGE)
    return found if keys is None else found.filter(pk__in=list(keys))


@dataclass(frozen=True)
class JoinCounts:
    """How many joins wait: by `Band`, and those of villages that are surely one."""

    by_band: dict[str, int]
    sure_villages: int

    @property
    def all(self) -> int:
        """All that wait."""
        return sum(self.by_band.values())


def count_joins(actor: Actor, *, below: Area | None = None) -> JoinCounts:
    """How many of `open_joins` wait. One query."""
    is_village = Q(source__level=Area.Level.VILLAGE)
    rows = _open_joins(actor, below).order_by().values_list("band")
    found = {
        band: (n, villages)
        for band, n, villages in rows.annotate(
            n=Count("pk"), villages=Count("pk", filter=is_village)
        )
    }
    sure = found.get(Band.CERTAIN, (0, 0))
    return JoinCounts({band: n for band, (n, _villages) in found.items()}, sure[1])


def blocks_with_sure_villages(actor: Actor) -> list[tuple[Area, int]]:
    """Blocks in which villages are surely one, by name, with how many. Two queries."""
    sure: dict[str, int] = {}
    for path in sure_villages(actor).values_list("target__path", flat=True):
        block = block_path(path)
        sure[block] = sure.get(block, 0) + 1
    blocks = visible_areas(actor).filter(path__in=sure).order_by("name", "pk")
    return [(block, sure[block.path]) for block in blocks]


def places_of_codes(codes: Iterable[str]) -> dict[tuple[str, str], Area]:
    """(district, code) → the village with this code of LGD or the census. One query."""
    found = AreaCode.objects.filter(
        level=Area.Level.VILLAGE, system__in=("lgd", "census2011"), code__in=set(codes)
    ).select_related("area")
    return {(c.area.path.split("/")[2], c.code): c.area for c in found}


def _open_joins(actor: Actor, below: Area | None) -> QuerySet[AreaJoin]:
    found = visible(AreaJoin, actor, PlacePermission.AREA_JOIN).filter(
        reach(Area, actor, PlacePermission.AREA_JOIN, "source__"), state=AreaJoin.State.PROPOSED
    )
    return found if below is None else found.filter(target__path__startswith=below.path + "/")


def decided_joins(actor: Actor) -> QuerySet[AreaJoin]:
    """Joins of villages that were confirmed and can be parted again, latest first."""
    return (
        visible(AreaJoin, actor, PlacePermission.AREA_JOIN)
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
        visible(Subdistrict, actor, PlacePermission.AREA_JOIN)
        .exclude(state=Subdistrict.State.CONFIRMED)
        .select_related("district_area__parent", "block")
        .order_by("district_area__name", "name", "pk")
    )


def count_subdistricts(actor: Actor) -> int:
    """How many of `open_subdistricts` there are."""
    return open_subdistricts(actor).count()


def blocks_of(subdistricts: Iterable[Subdistrict]) -> dict[UUID, list[Area]]:
    """District → its blocks that LGD knows, by name, of the districts of some sub-districts.

    One query.
    """
    found: dict[UUID, list[Area]] = {}
    blocks = Area.objects.filter(
        parent__in={s.district_area_id for s in subdistricts},
        level=Area.Level.BLOCK,
        joined_into__isnull=True,
        codes__system="lgd",
    )
    for block in blocks.order_by("name"):
        if block.parent_id is not None:
            found.setdefault(block.parent_id, []).append(block)
    return found


def waiting_for_subdistricts(actor: Actor, subdistricts: Sequence[Subdistrict]) -> dict[str, int]:
    """How many places wait for each of these, by LGD code; those for which none waits left out."""
    names = {}
    for held in subdistricts:
        names[f"{System.LGD}/{Level.SUBDISTRICT}/{held.code}"] = held.code
        names[f"{System.CENSUS2011}/{Level.SUBDISTRICT}/{held.census2011}"] = held.code
    waits: dict[str, int] = {}
    for problem in waiting_for_places(actor, names):
        code = names[problem.source_id]
        waits[code] = waits.get(code, 0) + int(problem.params["count"])
    return waits
