"""Proposals which two lists speak of one place; rewritten whenever either list has grown.

What a person has decided is never asked again. Called inside the transaction of what changed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_noop as N_

from .formats.reference import subdistrict_kinds
from .models import Area, AreaCode, AreaJoin, Subdistrict, block_path, district_path
from .rules.area_tree import propose_blocks_of_subdistricts
from .rules.areas import Band, NamedPlace
from .rules.codes import System
from .rules.village_join import BlockProposal, propose_joins

RULE = "system:imports"
BLOCK_REASON = N_(
    "%(agreeing)d of its %(villages)d villages have their namesake there; "
    "in the next best block %(runner_up)d."
)


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
    rows = list(
        Subdistrict.objects.filter(district_area__path__in=paths).select_related("district_area")
    )
    undecided = {s.code: s for s in rows if s.state == Subdistrict.State.OPEN}
    if not undecided:
        return 0, set()
    of_district = {s.district_area_id: s.district_area for s in rows}
    blocks = {
        code.code: code.area
        for code in AreaCode.objects.filter(
            system=AreaCode.System.LGD,
            level=Area.Level.BLOCK,
            area__parent__in=list(of_district),
        ).select_related("area")
    }
    kinds = subdistrict_kinds()
    state_of = dict(
        AreaCode.objects.filter(
            system=AreaCode.System.LGD, level=Area.Level.STATE, area__children__in=list(of_district)
        ).values_list("area__children", "code")
    )

    def is_block(district: str) -> bool:
        kind = kinds.get(state_of.get(UUID(district), ""))
        return kind is not None and kind.subdistrict_is_block

    found = propose_blocks_of_subdistricts(
        [NamedPlace(s.code, s.name, str(s.district_area_id)) for s in rows],
        [NamedPlace(code, area.name, str(area.parent_id)) for code, area in blocks.items()],
        subdistrict_is_block=is_block,
    )
    changed, settled = [], []
    proposals = {p.subdistrict: p for p in found.proposals}
    for code, held in undecided.items():
        p = proposals.get(code)
        now = (
            (blocks[p.block].pk, p.likeness, p.band.value, p.reason, list(p.rivals))
            if p
            else (None, 0.0, "", "", [])
        )
        if p and p.band is Band.CERTAIN:
            held.state = Subdistrict.State.CONFIRMED
            held.decided_by, held.decided_at = RULE, at
            settled.append(held)
        elif now == (held.block_id, held.likeness, held.band, held.reason, held.rivals):
            continue
        held.block_id, held.likeness, held.band, held.reason, held.rivals = now
        changed.append(held)
    # Written over by their key: an update of many columns of many rows is a statement that takes
    # thirty times as long to put together.
    Subdistrict.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "block", "likeness", "band", "reason", "rivals", "state", "decided_by", "decided_at"
        ],
        batch_size=500,
    )  # fmt: skip
    give_subdistrict_codes(settled)
    return len(settled), {blocks[proposals[s.code].block].path for s in settled}


def give_subdistrict_codes(subdistricts: Sequence[Subdistrict]) -> None:
    """Put the codes of confirmed sub-districts beside their blocks' own."""
    codes = []
    for held in subdistricts:
        assert held.block_id is not None
        named = [(AreaCode.System.LGD_SUBDISTRICT, held.code)]
        if held.census2011:
            named.append((AreaCode.System.CENSUS_2011, held.census2011))
        codes += [
            AreaCode(area_id=held.block_id, system=system, level=Area.Level.BLOCK, code=code)
            for system, code in named
        ]
    AreaCode.objects.bulk_create(codes, ignore_conflicts=True)


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
