"""Proposals which two lists speak of one place; rewritten whenever either list has grown.

What a person has decided is never asked again. Called inside the transaction of what changed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from .formats.reference import subdistrict_kinds
from .models import Area, AreaCode, AreaJoin, Subdistrict, block_path, district_path
from .rules.area_tree import propose_blocks_of_subdistricts
from .rules.areas import Band, NamedPlace
from .rules.codes import System
from .rules.village_join import BlockProposal, propose_joins
from .tree import write_new, write_over

RULE = "system:imports"
BLOCK_REASON = N_(
    "%(agreeing)d of its %(villages)d villages have their namesake there; "
    "in the next best block %(runner_up)d."
)


# What is proposed for a sub-district, as long as nobody has decided.
_GUESS = ("block", "likeness", "band", "reason", "rivals")


@dataclass
class Proposed:
    """What now waits for a person's word, and what a rule settled beyond doubt."""

    blocks: int = 0
    villages: int = 0
    subdistricts: int = 0
    matched: int = 0


# --- sub-districts ---


def match_subdistricts(district_paths: Iterable[str], *, at: datetime) -> tuple[int, set[str]]:
    """Find the blocks of the undecided sub-districts of districts; settle the certain ones.

    Returns:
        How many were settled, and the paths of blocks that thereby got a code.
    """
    paths = list(district_paths)
    # All of a district, for the settled ones keep their blocks; as plain values, which cost a
    # quarter of records.
    rows = list(
        Subdistrict.objects.filter(district_area__path__in=paths).values_list(
            "pk", "code", "name", "district_area", "census2011", "state", *_GUESS
        )
    )
    undecided = {row[1]: row for row in rows if row[5] == Subdistrict.State.OPEN}
    if not undecided:
        return 0, set()
    districts = {row[3] for row in rows}
    blocks = {
        code: (pk, name, path, district)
        for code, pk, name, path, district in AreaCode.objects.filter(
            system=AreaCode.System.LGD, level=Area.Level.BLOCK, area__parent__in=districts
        ).values_list("code", "area", "area__name", "area__path", "area__parent")
    }
    kinds = subdistrict_kinds()
    state_of = dict(
        AreaCode.objects.filter(
            system=AreaCode.System.LGD, level=Area.Level.STATE, area__children__in=districts
        ).values_list("area__children", "code")
    )

    def is_block(district: str) -> bool:
        kind = kinds.get(state_of.get(UUID(district), ""))
        return kind is not None and kind.subdistrict_is_block

    found = propose_blocks_of_subdistricts(
        [NamedPlace(row[1], row[2], str(row[3])) for row in rows],
        [
            NamedPlace(code, name, str(within))
            for code, (_pk, name, _path, within) in blocks.items()
        ],
        subdistrict_is_block=is_block,
    )
    guesses: dict[UUID, tuple[Any, ...]] = {}
    settled: dict[UUID, tuple[Any, ...]] = {}
    named: list[tuple[UUID, str, str]] = []
    proposals = {p.subdistrict: p for p in found.proposals}
    for code, (pk, _code, _name, _district, census, _state, *before) in undecided.items():
        p = proposals.get(code)
        now = (
            [blocks[p.block][0], p.likeness, p.band.value, p.reason, list(p.rivals)]
            if p
            else [None, 0.0, "", "", []]
        )
        if p is not None and p.band is Band.CERTAIN:
            settled[pk] = (*now, Subdistrict.State.CONFIRMED, RULE, at)
            named.append((blocks[p.block][0], code, census))
        elif now != before:
            guesses[pk] = tuple(now)
    write_over(Subdistrict, _GUESS, guesses)
    write_over(Subdistrict, (*_GUESS, "state", "decided_by", "decided_at"), settled)
    give_subdistrict_codes(named)
    return len(settled), {blocks[proposals[code].block][2] for _block, code, _census in named}


def give_subdistrict_codes(named: Iterable[tuple[UUID, str, str]]) -> None:
    """Put the codes of confirmed sub-districts beside their blocks' own.

    Args:
        named: key of the block, code of the sub-district in LGD, and in the Census or empty.
    """
    codes = (
        (block, system, Area.Level.BLOCK, code)
        for block, lgd, census in named
        for system, code in (
            (AreaCode.System.LGD_SUBDISTRICT, lgd),
            (AreaCode.System.CENSUS_2011, census),
        )
        if code
    )
    write_new(AreaCode, ("area", "system", "level", "code"), codes, keep_known=True)


# --- UDISE's blocks and villages ---


@dataclass(frozen=True)
class _Named:
    """Every node of a district with its code in one list."""

    areas: dict[str, Area]
    places: list[NamedPlace]


def districts_of_udise(district_paths: Iterable[str]) -> set[str]:
    """Those of the districts in which UDISE knows places; in the others nothing can be proposed."""
    known = AreaCode.objects.filter(
        system=AreaCode.System.UDISE, level=Area.Level.BLOCK
    ).values_list("area__path", flat=True)
    return {district_path(path) for path in known} & set(district_paths)


def propose(district: Area) -> Proposed:
    """Write down afresh which UDISE blocks and villages of a district seem to be which of LGD.

    A constant number of queries, however many villages.
    """
    blocks, villages = _codes_below(district)
    held = {
        (j.source_id, j.target_id): j
        for j in AreaJoin.objects.filter(source__path__startswith=district.path + "/")
    }
    decided = {pair for pair, j in held.items() if j.state != AreaJoin.State.PROPOSED}
    own_names = {
        j.source_id: j.source_name for j in held.values() if j.state == AreaJoin.State.CONFIRMED
    }
    sources = _Named({}, [])
    for area, codes in villages.values():
        udise = codes.get(System.UDISE)
        if udise:
            # UDISE's codes are built of their parents' codes.
            name = own_names.get(area.pk, area.name)
            sources.areas[udise] = area
            sources.places.append(NamedPlace(udise, name, udise[:6]))
    lgd_blocks = {
        area.path: code
        for area, codes in blocks.values()
        for system, code in codes
        if system == System.LGD
    }
    targets = _Named({}, [])
    for area, codes in villages.values():
        code = codes.get(System.LGD) or codes.get(System.CENSUS2011)
        block = lgd_blocks.get(block_path(area.path))
        if code and block:
            targets.areas[code] = area
            targets.places.append(NamedPlace(code, area.name, block))
    if not sources.places:
        return Proposed()
    source_blocks = {
        code: area
        for area, codes in blocks.values()
        for system, code in codes
        if system == System.UDISE
    }
    target_blocks = {
        code: area
        for area, codes in blocks.values()
        for system, code in codes
        if system == System.LGD
    }
    same = {
        udise: lgd
        for udise, source in source_blocks.items()
        for lgd, target in target_blocks.items()
        if source.pk == target.pk
    }
    found = propose_joins(sources.places, targets.places, confirmed_blocks=same)
    wanted: dict[tuple[UUID, UUID], AreaJoin] = {}
    done = Proposed()
    for b in found.blocks:
        source, target = source_blocks[b.source], target_blocks[b.target]
        if source.pk != target.pk and (source.pk, target.pk) not in decided:
            wanted[source.pk, target.pk] = _block_join(b, source, target)
            done.blocks += 1
    for v in found.villages:
        source, target = sources.areas[v.source], targets.areas[v.target]
        # One that is already joined keeps what a person decided.
        if System.LGD in villages[source.pk][1] or System.UDISE in villages[target.pk][1]:
            continue
        if (source.pk, target.pk) in decided:
            continue
        wanted[source.pk, target.pk] = AreaJoin(
            source=source,
            target=target,
            likeness=v.likeness,
            band=v.band.value,
            reason=v.reason,
            rivals=list(v.rivals),
            source_name=source.name,
            source_code=v.source,
        )
        done.villages += 1
    _write(held, wanted)
    return done


def _block_join(b: BlockProposal, source: Area, target: Area) -> AreaJoin:
    return AreaJoin(
        source=source,
        target=target,
        likeness=round(100 * b.agreeing / b.villages, 1) if b.villages else 0.0,
        band=b.band.value,
        reason=BLOCK_REASON,
        params={"agreeing": b.agreeing, "villages": b.villages, "runner_up": b.runner_up},
        source_name=source.name,
        source_code=b.source,
    )


def _codes_below(
    district: Area,
) -> tuple[dict[UUID, tuple[Area, list[tuple[str, str]]]], dict[UUID, tuple[Area, dict[str, str]]]]:
    """Blocks with all their codes, and villages with one code a system, of a district."""
    blocks: dict[UUID, tuple[Area, list[tuple[str, str]]]] = {}
    villages: dict[UUID, tuple[Area, dict[str, str]]] = {}
    rows = AreaCode.objects.filter(
        area__path__startswith=district.path + "/",
        level__in=(Area.Level.BLOCK, Area.Level.VILLAGE),
    ).select_related("area")
    for row in rows:
        if row.level == Area.Level.BLOCK:
            blocks.setdefault(row.area_id, (row.area, []))[1].append((row.system, row.code))
        else:
            villages.setdefault(row.area_id, (row.area, {}))[1][row.system] = row.code
    return blocks, villages


def _write(
    held: dict[tuple[UUID, UUID], AreaJoin], wanted: dict[tuple[UUID, UUID], AreaJoin]
) -> None:
    """Make the open proposals those wanted; one that stays keeps its key and its row."""
    stale = [
        j.pk
        for pair, j in held.items()
        if j.state == AreaJoin.State.PROPOSED and pair not in wanted
    ]
    AreaJoin.objects.filter(pk__in=stale).delete()
    fresh = [j for pair, j in wanted.items() if pair not in held]
    changed = []
    fields = ("likeness", "band", "reason", "params", "rivals", "source_name", "source_code")
    for pair, j in wanted.items():
        known = held.get(pair)
        if known is not None and any(getattr(known, f) != getattr(j, f) for f in fields):
            for name in fields:
                setattr(known, name, getattr(j, name))
            changed.append(known)
    AreaJoin.objects.bulk_create(fresh)
    AreaJoin.objects.bulk_update(changed, fields, batch_size=100)


def village_names(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The most frequent name of each code, the first in the alphabet where two are as frequent."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, name in pairs:
        if name:
            counts[code][name] += 1
    return {
        code: max(sorted(names), key=lambda name: names[name]) for code, names in counts.items()
    }
