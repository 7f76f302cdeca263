"""Proposals which UDISE village is which LGD (Census) village. A person confirms each.

Two kinds of evidence are used, and both are shown:

- the *names*, by `likeness`;
- the *order*: where UDISE numbered its villages by walking down the Census list, as in Bihar,
  a village must stand between its neighbours. Whether a block was numbered so is measured in
  that block from the names that agree beyond doubt, never assumed.

UDISE names no blocks, so first each UDISE block votes for its LGD block with its villages'
names. Nothing here is joined: these are questions for somebody who knows the places.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_noop as N_

from aanchal.lib.indic.place_likeness import SAME_SOUND, compare, likeness
from aanchal.lib.indic.place_names import readings

from .areas import Band, NamedPlace, SchoolRow


@dataclass(frozen=True, slots=True)
class BlockProposal:
    """Which block of the other list a block seems to be.

    Attributes:
        source, target: codes of the two blocks.
        agreeing: villages of the source block whose name is found in the target block.
        villages: villages of the source block.
        runner_up: the same count for the next best block.
        band: how sure.
    """

    source: str
    target: str
    agreeing: int
    villages: int
    runner_up: int
    band: Band


@dataclass(frozen=True, slots=True)
class VillageProposal:
    """A pair that may be one village.

    Attributes:
        source, target: codes of the two villages.
        likeness: of the names, 0 to 100.
        band: how sure, order and namesakes considered.
        in_order: whether the two lists' order supports it; None when the block's order says
            nothing.
        reason: why this band, a sentence marked for translation.
        rivals: other villages of the target block nearly as alike, most alike first; at most 3.
    """

    source: str
    target: str
    likeness: float
    band: Band
    in_order: bool | None
    reason: str
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinProposals:
    """All proposals for a district, in the order of the source codes.

    Attributes:
        blocks: one for each source block that found a partner.
        villages: at most one for each source and each target village.
        without_block: source blocks for which no block is proposed (a municipality, or a
            district whose village list is not here).
        left_sources, left_targets: villages without a proposal.
    """

    blocks: tuple[BlockProposal, ...]
    villages: tuple[VillageProposal, ...]
    without_block: tuple[str, ...]
    left_sources: tuple[str, ...]
    left_targets: tuple[str, ...]


# Thresholds were set on Madhubani (1,093 UDISE villages, 1,112 Census villages, 21 blocks); the
# figures stand in the tests.
_EQUAL = SAME_SOUND
_SURE_IN_ORDER = 88.0
_LIKELY = 88.0
_LIKELY_OUT_OF_ORDER = 94.0
_LIKELY_IN_ORDER = 70.0
_DOUBTFUL = 75.0
_DOUBTFUL_IN_ORDER = 55.0
_RIVAL_WITHIN = 6.0
_NARROW = 4  # villages between two sure neighbours, for order to speak loudly
_WIDE = 15
_NARROW_BONUS, _WIDE_BONUS, _OUT_OF_ORDER = 12.0, 5.0, -6.0
_ORDERED_SHARE = 0.8  # of the sure pairs, rising together
_ORDERED_FEWEST = 6
_ROUNDS = 3


def villages_of(schools: Iterable[SchoolRow]) -> list[NamedPlace]:
    """The UDISE villages of a school file: each with its most frequent name, in code order.

    A village no school names is left out: there is nothing to join it by.
    """
    names: dict[str, Counter[str]] = defaultdict(Counter)
    blocks: dict[str, str] = {}
    for school in schools:
        blocks[school.village_udise] = school.block_udise
        if school.village_name:
            names[school.village_udise][school.village_name] += 1
    return [
        NamedPlace(code, max(sorted(counts), key=lambda name: counts[name]), blocks[code])
        for code, counts in sorted(names.items())
    ]


def propose_joins(
    sources: Sequence[NamedPlace],
    targets: Sequence[NamedPlace],
    *,
    confirmed_blocks: Mapping[str, str] | None = None,
) -> JoinProposals:
    """Propose joins of two lists of villages of one district.

    Args:
        sources: UDISE villages, `parent` being the UDISE block; codes unique; the order of codes is the order of the list.
        targets: LGD or Census villages, likewise.
        confirmed_blocks: source block → target block, as a person has confirmed; those are not
            voted on again and count as certain.

    Returns:
        At most one proposal for each source and each target. A village of an uncertain block
        gets none of the band "certain".
    """
    blocks = propose_blocks(sources, targets, confirmed=confirmed_blocks or {})
    by_source: dict[str, list[NamedPlace]] = defaultdict(list)
    by_target: dict[str, list[NamedPlace]] = defaultdict(list)
    for village in sorted(sources, key=lambda v: v.code):
        by_source[village.parent].append(village)
    for village in sorted(targets, key=lambda v: v.code):
        by_target[village.parent].append(village)

    proposals: list[VillageProposal] = []
    for block in blocks:
        found = _BlockJoin(by_source[block.source], by_target[block.target]).proposals()
        if block.band is not Band.CERTAIN:
            found = [_with_block_doubt(p, block.band) for p in found]
        proposals.extend(found)
    proposals.sort(key=lambda p: p.source)
    joined_sources = {p.source for p in proposals}
    joined_targets = {p.target for p in proposals}
    with_block = {b.source for b in blocks}
    return JoinProposals(
        blocks=blocks,
        villages=tuple(proposals),
        without_block=tuple(sorted(by_source.keys() - with_block)),
        left_sources=tuple(sorted(v.code for v in sources if v.code not in joined_sources)),
        left_targets=tuple(sorted(v.code for v in targets if v.code not in joined_targets)),
    )


def propose_blocks(
    sources: Sequence[NamedPlace],
    targets: Sequence[NamedPlace],
    *,
    confirmed: Mapping[str, str],
) -> tuple[BlockProposal, ...]:
    """Let each block of `sources` vote for its block among `targets` by village names.

    A name found in several blocks gives each a part of its vote, so that the many Rampurs of a
    district decide nothing. Blocks are paired from the clearest to the least clear, each once:
    certain when the winner has at least four votes and three times the runner-up's.
    """
    where: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
    for target in targets:
        for reading in readings(target.name):
            where[reading.sound, reading.marks].add(target.parent)
    votes: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    sizes: Counter[str] = Counter(v.parent for v in sources)
    for source in sources:
        found = {b for r in readings(source.name) for b in where.get((r.sound, r.marks), ())}
        for block in found:
            votes[source.parent][block] += 1.0 / len(found)
    proposals = [
        BlockProposal(s, t, sizes[s], sizes[s], 0, Band.CERTAIN)
        for s, t in confirmed.items()
        if s in sizes
    ]
    taken_sources, taken_targets = set(confirmed), set(confirmed.values())
    ranked = sorted(
        ((count, s, t) for s, counts in votes.items() for t, count in counts.items()),
        key=lambda v: (-v[0], v[1], v[2]),
    )
    for count, s, t in ranked:
        if s in taken_sources or t in taken_targets or count < 2:
            continue
        runner_up = max((c for block, c in votes[s].items() if block != t), default=0)
        if count >= 4 and count >= 3 * runner_up:
            band = Band.CERTAIN
        elif count >= 1.5 * runner_up:
            band = Band.LIKELY
        else:
            band = Band.DOUBTFUL
        taken_sources.add(s)
        taken_targets.add(t)
        proposals.append(BlockProposal(s, t, round(count), sizes[s], round(runner_up), band))
    return tuple(sorted(proposals, key=lambda b: b.source))


class _BlockJoin:
    """The villages of one pair of blocks, both in the order of their codes."""

    def __init__(self, sources: list[NamedPlace], targets: list[NamedPlace]) -> None:
        self.sources, self.targets = sources, targets
        self.alike = [[likeness(s.name, t.name) for t in targets] for s in sources]
        # Sure pairs by source, and those of them that rise together through the whole block.
        self.pairs: list[tuple[int, int]] = []
        self.rising: list[tuple[int, int]] = []
        self.best: list[float] = []

    def proposals(self) -> list[VillageProposal]:
        self.look_around(self.sure_pairs())
        for _ in range(_ROUNDS):
            chosen = self.assign()
            pairs = sorted((i, j) for i, j in chosen if self.is_anchor(i, j))
            if pairs == self.pairs:
                break
            self.look_around(pairs)
        return [self.proposal(i, j) for i, j in sorted(chosen)]

    def look_around(self, pairs: list[tuple[int, int]]) -> None:
        """Take these pairs as sure, and see whether the block as a whole is in order."""
        self.pairs, self.rising = pairs, rising(pairs)
        if len(pairs) < _ORDERED_FEWEST or len(self.rising) < _ORDERED_SHARE * len(pairs):
            self.rising = []
        self.best = [
            max((self.weight(i, j) for j in range(len(self.targets))), default=0.0)
            for i in range(len(self.sources))
        ]

    def is_anchor(self, i: int, j: int) -> bool:
        alike = self.alike[i][j]
        return alike >= _EQUAL or (alike >= _SURE_IN_ORDER and self.width(i, j) is not None)

    def sure_pairs(self) -> list[tuple[int, int]]:
        """Pairs of equal names that have no second on either side."""
        pairs = []
        for i, row in enumerate(self.alike):
            equal = [j for j, alike in enumerate(row) if alike >= _EQUAL]
            if len(equal) == 1:
                j = equal[0]
                if sum(other[j] >= _EQUAL for other in self.alike) == 1:
                    pairs.append((i, j))
        return pairs

    def width(self, i: int, j: int) -> int | None:
        """Targets between the sure neighbours of source i, if j is among them; else None.

        First the nearest neighbours are asked, which also finds the order of a block that was
        numbered piece by piece; then, if the whole block is in order, those that rise.
        """
        near = self.width_nearby(i, j)
        if near is not None or not self.rising:
            return near
        at = bisect_left(self.rising, (i, -1))
        after = at + 1 if at < len(self.rising) and self.rising[at][0] == i else at
        low = self.rising[at - 1][1] if at > 0 else -1
        high = self.rising[after][1] if after < len(self.rising) else len(self.targets)
        return high - low - 1 if low < j < high else None

    def width_nearby(self, i: int, j: int) -> int | None:
        at = bisect_left(self.pairs, (i, -1))
        after = at + 1 if at < len(self.pairs) and self.pairs[at][0] == i else at
        widths = [
            n[1] - p[1] - 1
            for p in self.pairs[max(at - 2, 0) : at]
            for n in self.pairs[after : after + 2]
            if p[1] < j < n[1] and n[0] - p[0] - 1 <= _NARROW and n[1] - p[1] - 1 <= _NARROW
        ]
        return min(widths, default=None)

    def weight(self, i: int, j: int) -> float:
        alike = self.alike[i][j]
        width = self.width(i, j)
        if width is None:
            return alike + (_OUT_OF_ORDER if self.rising else 0.0)
        if width <= _NARROW:
            return alike + _NARROW_BONUS
        return alike + (_WIDE_BONUS if width <= _WIDE else 0.0)

    def assign(self) -> list[tuple[int, int]]:
        """One to one, the heaviest pair first."""
        pairs = sorted(
            (-self.weight(i, j), i, j)
            for i in range(len(self.sources))
            for j in range(len(self.targets))
            if self.is_worth_asking(i, j)
        )
        used_i: set[int] = set()
        used_j: set[int] = set()
        chosen = []
        for _, i, j in pairs:
            if i not in used_i and j not in used_j:
                used_i.add(i)
                used_j.add(j)
                chosen.append((i, j))
        return chosen

    def is_narrow(self, i: int, j: int) -> bool:
        width = self.width(i, j)
        return width is not None and width <= _NARROW

    def is_worth_asking(self, i: int, j: int) -> bool:
        alike = self.alike[i][j]
        return alike >= _DOUBTFUL or (alike >= _DOUBTFUL_IN_ORDER and self.is_narrow(i, j))

    def rivals(self, i: int, j: int) -> list[int]:
        """Other targets nearly as heavy for source i, the heaviest first."""
        least = self.weight(i, j) - _RIVAL_WITHIN
        alike = self.alike[i][j]
        found = [
            other
            for other in range(len(self.targets))
            if other != j
            and self.is_worth_asking(i, other)
            # Order may choose between namesakes, not overrule a name that is the same.
            and (self.weight(i, other) >= least or self.alike[i][other] >= _EQUAL > alike)
        ]
        return sorted(found, key=lambda other: -self.weight(i, other))

    def is_contested(self, i: int, j: int) -> bool:
        """Is target j nearly as heavy for another source, which has no heavier one of its own?"""
        least = self.weight(i, j) - _RIVAL_WITHIN
        return any(
            self.is_worth_asking(other, j)
            and (
                (self.weight(other, j) >= least and self.best[other] <= self.weight(other, j))
                or self.alike[other][j] >= _EQUAL > self.alike[i][j]
            )
            for other in range(len(self.sources))
            if other != i
        )

    def proposal(self, i: int, j: int) -> VillageProposal:
        alike = self.alike[i][j]
        rivals = self.rivals(i, j)
        narrow = self.is_narrow(i, j)
        in_order = self.width(i, j) is not None if self.rising or narrow else None
        if rivals:
            band = Band.DOUBTFUL
            reason = N_("Another village of this block in the other list has nearly this name.")
        elif self.is_contested(i, j):
            band = Band.DOUBTFUL
            reason = N_("Another village of this block in the same list has nearly this name.")
        elif compare(self.sources[i].name, self.targets[j].name).is_part:
            band = Band.DOUBTFUL
            reason = N_("One name has a word more: perhaps one is only a part of the other.")
        elif alike >= _EQUAL and in_order is not False:
            band, reason = Band.CERTAIN, N_("The names are the same.")
        elif alike >= _EQUAL:
            band = Band.LIKELY
            reason = N_("The names are the same, but the village stands elsewhere in the list.")
        elif alike >= _SURE_IN_ORDER and narrow:
            band = Band.CERTAIN
            reason = N_("The names are nearly the same, and so are the villages before and after.")
        elif narrow and alike >= _LIKELY_IN_ORDER:
            band = Band.LIKELY
            reason = N_("The names are alike, and the villages before and after agree.")
        elif alike >= (_LIKELY_OUT_OF_ORDER if in_order is False else _LIKELY):
            band, reason = Band.LIKELY, N_("The names are nearly the same.")
        elif narrow:
            band = Band.DOUBTFUL
            reason = N_("The names are hardly alike, but the villages before and after agree.")
        else:
            band, reason = Band.DOUBTFUL, N_("The names are only somewhat alike.")
        return VillageProposal(
            source=self.sources[i].code,
            target=self.targets[j].code,
            likeness=round(alike, 1),
            band=band,
            in_order=in_order,
            reason=reason,
            rivals=tuple(self.targets[other].code for other in rivals[:3]),
        )


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs in which both numbers rise; the input is sorted by the first."""
    ends: list[int] = []
    chain: list[int] = []
    back: list[int] = []
    for at, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        if place == len(ends):
            ends.append(j)
            chain.append(at)
        else:
            ends[place] = j
            chain[place] = at
        back.append(chain[place - 1] if place else -1)
    found = []
    at = chain[-1] if chain else -1
    while at >= 0:
        found.append(pairs[at])
        at = back[at]
    return found[::-1]


def _with_block_doubt(proposal: VillageProposal, block_band: Band) -> VillageProposal:
    """A village is no surer than its block."""
    if block_band is Band.DOUBTFUL or proposal.band is Band.DOUBTFUL:
        band = Band.DOUBTFUL
    else:
        band = Band.LIKELY
    return replace(
        proposal, band=band, reason=N_("The block itself is not yet sure: confirm the block first.")
    )
