"""Two names, one place: a person confirms or refuses what was proposed, or parts it again.

At a village the node that UDISE knows stays, because schools and children stand on it: it takes
over the number, the name and the place in the tree of LGD's node, which retires beneath it. At a
block LGD's node stays and takes over UDISE's number and villages. So the path of a place is always
LGD's, no record of a child is touched, and a grant over either name is a grant over the place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, require
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.kernel.stages import advance, move
from aanchal.kernel.vocabulary import Verb

from ..import_problems import AREAS, Ledger
from ..models import Area, AreaCode, AreaJoin, Subdistrict, district_path
from ..permissions import PlacePermission
from ..proposing import give_subdistrict_codes, propose
from ..rules import codes as rules
from ..rules.area_tree import node_key
from ..rules.codes import Level, System
from ..tree import Union, part, unite
from ..verbs import PlaceVerb
from .areas import free_waiting

MAX_AT_ONCE = 2_000


@use_case
def confirm_join(actor: Actor, *, join: AreaJoin, at: datetime) -> AreaJoin:
    """Confirm that two nodes are one place, and make them one.

    Raises:
        NotAllowed: the actor joins no areas there.
        NotFound: the proposal was withdrawn.
        WrongState: somebody decided it before, or one of the two is joined by now.
    """
    (held,) = _lock_joins([join.pk])
    _require_both(actor, held)
    if held.state != AreaJoin.State.PROPOSED or not _standing([held]):
        raise WrongState
    also = _districts([held])
    _unite([held], actor=actor, at=at)
    record(
        actor,
        PlaceVerb.AREA_JOINED,
        held,
        scope=held.source.scope(),
        also=also,
        level=held.source.level,
        band=held.band,
    )
    return held


@use_case
def confirm_joins(actor: Actor, *, joins: Sequence[AreaJoin], at: datetime) -> int:
    """Confirm many proposals of one level at once; those decided meanwhile are passed over.

    Returns:
        How many places became one.

    Raises:
        NotAllowed: one of them is not the actor's; then none is confirmed.
        Invalid: more than `MAX_AT_ONCE`, or of several levels.
    """
    if len(joins) > MAX_AT_ONCE:
        raise Invalid(field="joins")
    held = _lock_joins([j.pk for j in joins], must_exist=False)
    for join in held:
        _require_both(actor, join)
    if len({j.source.level for j in held}) > 1:
        raise Invalid(field="joins")
    still = _standing([j for j in held if j.state == AreaJoin.State.PROPOSED])
    also = _districts(still)
    if still:
        _unite(still, actor=actor, at=at)
    by_district: dict[str, int] = {}
    for join in still:
        by_district[join.source.district] = by_district.get(join.source.district, 0) + 1
    for district in sorted(by_district):
        place = next(j.source for j in still if j.source.district == district)
        record(
            actor,
            PlaceVerb.AREA_JOINED,
            None,
            scope=_district_scope(place),
            also=also,
            level=place.level,
            count=by_district[district],
        )
    return len(still)


@use_case
def refuse_join(actor: Actor, *, join: AreaJoin, at: datetime) -> AreaJoin:
    """Say that two nodes are two places; this pair is never proposed again.

    Raises:
        NotAllowed: the actor joins no areas there.
        WrongState: somebody decided it before.
    """
    (held,) = _lock_joins([join.pk])
    _require_both(actor, held)
    if held.state != AreaJoin.State.PROPOSED:
        raise WrongState
    held.decided_by, held.decided_at = actor.user_id, at
    advance(
        actor,
        held,
        AreaJoin.State.REFUSED,
        scope=held.source.scope(),
        saving=("decided_by", "decided_at"),
        also=_districts([held]),
        level=held.source.level,
    )
    return held


@use_case
def separate_join(actor: Actor, *, join: AreaJoin, at: datetime) -> AreaJoin:
    """Part two nodes that were joined by mistake; each takes its own records, codes and name back.

    What was recorded since the join stays with the UDISE village, where its school is.

    Raises:
        NotAllowed: the actor joins no areas there.
        WrongState: they are not joined, or a block whose villages are joined already.
    """
    (held,) = _lock_joins([join.pk])
    _require_both(actor, held)
    if held.state != AreaJoin.State.CONFIRMED:
        raise WrongState
    if held.source.level != Area.Level.VILLAGE:
        raise WrongState(_("Only villages can be parted again. Part its villages first."))
    also = _districts([held])
    _part(held)
    held.decided_by, held.decided_at = actor.user_id, at
    advance(
        actor,
        held,
        AreaJoin.State.SEPARATED,
        scope=held.source.scope(),
        saving=("decided_by", "decided_at"),
        also=also | _districts([held]),
        level=held.source.level,
        was="confirmed",
    )
    return held


@dataclass
class SubdistrictSettled:
    """What saying a sub-district's block did."""

    subdistrict: Subdistrict
    freed: int


@use_case
def confirm_subdistrict(
    actor: Actor, *, subdistrict: Subdistrict, block: Area, at: datetime
) -> SubdistrictSettled:
    """Say which block a sub-district is; the villages that waited for it come in.

    Args:
        block: any block of the same district, proposed or not.

    Raises:
        NotAllowed: the actor joins no areas in that district.
        Invalid: the block is of another district, or is no block.
        WrongState: somebody decided it before.
    """
    held = (
        Subdistrict.objects.select_for_update(of=("self",))
        .select_related("district_area")
        .get(pk=subdistrict.pk)
    )
    require(actor, PlacePermission.AREA_JOIN, held)
    if held.state == Subdistrict.State.CONFIRMED:
        raise WrongState
    if (
        block.level != Area.Level.BLOCK
        or block.joined_into_id is not None
        or block.parent_id != held.district_area_id
    ):
        raise Invalid(_("Choose a block of the same district."), field="block")
    held.block, held.decided_by, held.decided_at = block, actor.user_id, at
    verb = Verb.named(move(held, Subdistrict.State.CONFIRMED))
    held.save(update_fields=["block", "state", "decided_by", "decided_at"])
    give_subdistrict_codes([(block.pk, held.code, held.census2011)])
    path = held.district_area.path
    freed, _matched = free_waiting(actor, ledger=Ledger(AREAS, "", actor.user_id, at), reach=[path])
    record(
        actor,
        verb,
        held,
        scope=held.scope(),
        level=Level.SUBDISTRICT.value,
        freed=freed,
    )
    return SubdistrictSettled(held, freed)


@use_case
def refuse_subdistrict(actor: Actor, *, subdistrict: Subdistrict, at: datetime) -> Subdistrict:
    """Say that a sub-district is not the block proposed; it is not proposed again.

    Raises:
        NotAllowed: the actor joins no areas in that district.
        WrongState: somebody decided it before.
    """
    held = Subdistrict.objects.select_for_update().get(pk=subdistrict.pk)
    require(actor, PlacePermission.AREA_JOIN, held)
    if held.state != Subdistrict.State.OPEN:
        raise WrongState
    held.block, held.decided_by, held.decided_at = None, actor.user_id, at
    advance(
        actor,
        held,
        Subdistrict.State.REFUSED,
        scope=held.scope(),
        saving=("block", "decided_by", "decided_at"),
        level=Level.SUBDISTRICT.value,
    )
    return held


# --- in the tree ---


def _lock_joins(keys: Sequence[UUID], *, must_exist: bool = True) -> list[AreaJoin]:
    rows = list(
        AreaJoin.objects.select_for_update(of=("self",))
        .select_related("source__parent", "target__parent")
        .filter(pk__in=keys)
        .order_by("pk")
    )
    if must_exist and len(rows) != len(keys):
        raise NotFound
    return rows


def _require_both(actor: Actor, join: AreaJoin) -> None:
    # Until its block is joined, a UDISE node stands outside every block: its district decides.
    require(actor, PlacePermission.AREA_JOIN, join.target)
    require(actor, PlacePermission.AREA_JOIN, join.source)


def _districts(joins: Sequence[AreaJoin]) -> set[str]:
    """Where the places of some joins stand: a place takes its schools and children along."""
    return {place.district for join in joins for place in (join.source, join.target)}


def _district_scope(place: Area) -> Scope:
    return Scope(area_path=district_path(place.path), district=place.district)


def _standing(joins: Sequence[AreaJoin]) -> list[AreaJoin]:
    """Those whose two nodes are still two, each node at most once."""
    nodes = {n for j in joins for n in (j.source_id, j.target_id)}
    with_lgd = set(
        AreaCode.objects.filter(area__in=nodes, system=AreaCode.System.LGD).values_list(
            "area", flat=True
        )
    )
    used: set[UUID] = set()
    kept = []
    for join in joins:
        pair = {join.source_id, join.target_id}
        stands = join.source.joined_into_id is None and join.target.joined_into_id is None
        if stands and join.source_id not in with_lgd and not pair & used:
            kept.append(join)
            used |= pair
    return kept


def _unite(joins: Sequence[AreaJoin], *, actor: Actor, at: datetime) -> None:
    """Make each pair one. Queries do not grow with the number of pairs."""
    if any(j.source.district != j.target.district for j in joins):
        raise Invalid(_("The two places are in different districts."))
    with_udise = set(
        AreaCode.objects.filter(
            area__in=[j.target_id for j in joins], system=AreaCode.System.UDISE
        ).values_list("area", flat=True)
    )
    unions = []
    for join in joins:
        source, target = join.source, join.target
        join.source_name = source.name
        move(join, AreaJoin.State.CONFIRMED)
        join.decided_by, join.decided_at = actor.user_id, at
        parent = target.parent
        assert parent is not None
        if source.level == Area.Level.VILLAGE and target.pk not in with_udise:
            source.name, source.local_name = target.name, target.local_name
            unions.append(Union(source, target, target.path, parent))
        else:
            unions.append(Union(target, source, target.path, parent))
    AreaJoin.objects.bulk_update(
        joins, ["source_name", "state", "decided_by", "decided_at"], batch_size=100
    )
    unite(unions)
    nodes = [n for j in joins for n in (j.source_id, j.target_id)]
    AreaJoin.objects.filter(
        Q(source__in=nodes) | Q(target__in=nodes), state=AreaJoin.State.PROPOSED
    ).delete()
    if any(j.source.level == Area.Level.BLOCK for j in joins):
        # A block that is sure makes its villages surer.
        paths = {district_path(j.target.path) for j in joins}
        for district in Area.objects.filter(path__in=paths).order_by("path"):
            propose(district)


def _part(join: AreaJoin) -> None:
    source, target = join.source, join.target
    survivor, retired = (source, target) if target.joined_into_id == source.pk else (target, source)
    if retired.joined_into_id != survivor.pk:
        raise WrongState
    home = Area.objects.filter(
        codes__system=AreaCode.System.UDISE,
        codes__level=Area.Level.BLOCK,
        # UDISE's codes are built of their parents' codes.
        codes__code=join.source_code[:6],
    ).first()
    if home is None:
        raise WrongState
    code = rules.AreaCode(System.UDISE, Level.VILLAGE, join.source_code)
    part(survivor=survivor, retired=retired, leaving=source, home=home, key=node_key(code))
    held = AreaCode.objects.filter(area=survivor)
    own = Q(system=AreaCode.System.UDISE, level=Area.Level.VILLAGE, code=join.source_code)
    if survivor is source:
        held.exclude(own).update(area=target)
    else:
        held.filter(own).update(area=source)
    source.name, source.local_name = join.source_name, ""
    source.save(update_fields=["name", "local_name"])
