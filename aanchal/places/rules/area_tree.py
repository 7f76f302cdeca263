"""How the published lists become one tree: state, district, block, panchayat or ward, village.

LGD has two levels between district and village. The *block* is where programmes, officers and
our volunteers work: it is the node of the tree. The *sub-district* is where the Census and the
LGD village list hang their villages. In Bihar and West Bengal both are the same area under two
numbers (LGD block 1851 and LGD sub-district 1091 are both Benipatti), so the sub-district
becomes one more code of the block's node and never a node of its own; then every village finds
its block by its parent's code. Elsewhere the sub-district is a tehsil, which may hold parts of
several blocks: there an equal name is only a likely answer.

Nothing but their names, within the district, tells which sub-district is which block; numbers
do not. What is not certain is a proposal for a person, and until it is confirmed the villages
of that sub-district wait.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop as N_

from aanchal.lib.indic.place_likeness import SAME_LETTERS, SAME_SOUND, Likeness, compare
from aanchal.lib.indic.place_names import readings

from .areas import Band, NamedPlace
from .codes import AreaCode, Level, System

_LEVEL_LETTER: dict[Level, str] = {
    Level.STATE: "S",
    Level.DISTRICT: "D",
    Level.BLOCK: "B",
    Level.PANCHAYAT: "P",
    Level.VILLAGE: "V",
}

_LIKELY = 80.0
_DOUBTFUL = 65.0
_RIVAL_WITHIN = 8.0


@dataclass(frozen=True, slots=True)
class SubdistrictProposal:
    """Which block a sub-district seems to be.

    Attributes:
        subdistrict, block: LGD codes, each of its own level.
        likeness: of the names, 0 to 100.
        band: how sure.
        reason: why, a sentence marked for translation.
        rivals: other blocks of the district nearly as alike, most alike first.
    """

    subdistrict: str
    block: str
    likeness: float
    band: Band
    reason: str
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SubdistrictProposals:
    """Proposals in the order of sub-district codes, and what stays without."""

    proposals: tuple[SubdistrictProposal, ...]
    left_subdistricts: tuple[str, ...]
    left_blocks: tuple[str, ...]


def node_key(code: AreaCode) -> str:
    """The key of a place in an area path: "D206", "B1851", "V219808", "VU100501001".

    Keys are LGD codes behind the letter of the level; "U" marks a place that only UDISE knows.

    Raises:
        ValueError: a sub-district (it is no node), or a code of another system.
    """
    letter = _LEVEL_LETTER.get(code.level)
    if letter is None:
        raise ValueError(f"no node of the tree: {code.level}")
    if code.system is System.LGD:
        return f"{letter}{code.code}"
    if code.system is System.UDISE:
        return f"{letter}U{code.code}"
    raise ValueError(f"no keys are made of {code.system} codes")


def propose_blocks_of_subdistricts(
    subdistricts: Sequence[NamedPlace],
    blocks: Sequence[NamedPlace],
    *,
    subdistrict_is_block: Callable[[str], bool],
) -> SubdistrictProposals:
    """Find the block of each sub-district by name within the district, one to one.

    Args:
        subdistricts, blocks: LGD's, with the LGD district as `parent`.
        subdistrict_is_block: says of a district whether its state's sub-districts are its
            blocks; where they are not, nothing is certain.

    Returns:
        A proposal where names are alike; and for the last sub-district and the last block of
        a district, when only one of each is left, a doubtful one by elimination.
    """
    blocks_of: dict[str, list[NamedPlace]] = defaultdict(list)
    for block in blocks:
        blocks_of[block.parent].append(block)
    found: list[SubdistrictProposal] = []
    by_district: dict[str, list[NamedPlace]] = defaultdict(list)
    for subdistrict in subdistricts:
        by_district[subdistrict.parent].append(subdistrict)
    for district, members in by_district.items():
        found.extend(
            _of_district(members, blocks_of[district], is_block=subdistrict_is_block(district))
        )
    found.sort(key=lambda p: int(p.subdistrict))
    with_proposal = {p.subdistrict for p in found}
    proposed = {p.block for p in found}
    return SubdistrictProposals(
        proposals=tuple(found),
        left_subdistricts=tuple(
            sorted((s.code for s in subdistricts if s.code not in with_proposal), key=int)
        ),
        left_blocks=tuple(sorted((b.code for b in blocks if b.code not in proposed), key=int)),
    )


def _of_district(
    subdistricts: Sequence[NamedPlace], blocks: Sequence[NamedPlace], *, is_block: bool
) -> list[SubdistrictProposal]:
    found: list[SubdistrictProposal] = []
    used: set[str] = set()

    def pair(alike: dict[tuple[str, str], Likeness]) -> None:
        for score, s, b in sorted((-held.score, s, b) for (s, b), held in alike.items()):
            if -score < _DOUBTFUL or s in used or f"b{b}" in used:
                continue
            used.update((s, f"b{b}"))
            rivals = [
                other.code
                for other in blocks
                if other.code != b
                and (s, other.code) in alike
                and alike[s, other.code].score >= -score - _RIVAL_WITHIN
            ]
            found.append(_proposal(s, b, alike[s, b], rivals, is_block))

    # Those of one sound first, which are found by looking the name up: no pair is more alike, and a
    # namesake that is not quite the same (Laukahi beside Laukaha) is no rival of one that is.
    pair(_of_one_sound(subdistricts, blocks))
    others = [s for s in subdistricts if s.code not in used]
    compared = {(s.code, b.code): compare(s.name, b.name) for s in others for b in blocks}
    pair(compared)
    left_s = [s for s in subdistricts if s.code not in used]
    left_b = [b for b in blocks if f"b{b.code}" not in used]
    if is_block and len(left_s) == len(left_b) == 1:
        found.append(
            SubdistrictProposal(
                left_s[0].code,
                left_b[0].code,
                round(compared[left_s[0].code, left_b[0].code].score, 1),
                Band.DOUBTFUL,
                N_("Each is the only one of the district that is left."),
            )
        )
    return found


def _of_one_sound(
    subdistricts: Sequence[NamedPlace], blocks: Sequence[NamedPlace]
) -> dict[tuple[str, str], Likeness]:
    """Pairs with the same letters or sound, as `compare` says of them; no pair is compared."""
    by_sound: dict[tuple[str, frozenset[str]], list[tuple[str, str]]] = defaultdict(list)
    for block in blocks:
        for reading in readings(block.name):
            by_sound[reading.sound, reading.marks].append((block.code, reading.letters))
    found: dict[tuple[str, str], Likeness] = {}
    for subdistrict in subdistricts:
        for reading in readings(subdistrict.name):
            for block_code, letters in by_sound.get((reading.sound, reading.marks), ()):
                score = SAME_LETTERS if letters == reading.letters else SAME_SOUND
                who = subdistrict.code, block_code
                if who not in found or found[who].score < score:
                    found[who] = Likeness(score)
    return found


def _proposal(
    subdistrict: str, block: str, alike: Likeness, rivals: Sequence[str], is_block: bool
) -> SubdistrictProposal:
    score = alike.score
    if rivals:
        band, reason = Band.DOUBTFUL, N_("Another block of the district has nearly this name.")
    elif alike.is_part:
        band = Band.DOUBTFUL
        reason = N_("One name has a word more: perhaps one is only a part of the other.")
    elif score >= SAME_SOUND and is_block:
        band, reason = Band.CERTAIN, N_("The names are the same.")
    elif score >= SAME_SOUND:
        band = Band.LIKELY
        reason = N_("The names are the same, but in this state a sub-district is no block.")
    elif score >= _LIKELY:
        band, reason = Band.LIKELY, N_("The names are nearly the same.")
    else:
        band, reason = Band.DOUBTFUL, N_("The names are only somewhat alike.")
    return SubdistrictProposal(
        subdistrict, block, round(score, 1), band, reason, tuple(sorted(rivals, key=int))
    )
