"""Which schools' positions lie far from the other schools of their own block.

A position was often noted where the form was filled in, not at the school: dozens of schools
of one block then stand together in a town forty kilometres away. Looking for neighbours
therefore finds nothing; comparing with the middle of the whole block does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext_noop as N_

from aanchal.lib.tabular.problems import Problem

Floats = npt.NDArray[np.float64]
Degrees = Floats | float
Bools = npt.NDArray[np.bool_]

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG

# Measured on the UDISE files of Madhubani (3,547 schools) and North 24 Parganas (5,788) against
# an independent sign, "none of the 15 nearest well-placed schools is of its block, and its
# nearest one is over 5 km away": 5 spreads find 133 of 138 and 135 of 141, with 7 and 0 others
# (the 7 belong to groups misplaced together, which that sign cannot see). At 4 spreads the
# edges of long blocks are taken too; at 6, 19 and 8 are missed.
FAR_SPREADS = 5.0
# A town block of one kilometre must not flag a school across the river.
FLOOR_KM = 5.0
# Fewer schools than this have no middle worth the name; the district's is used.
FEWEST = 5
_USUAL_SPREADS = 2.0
_TOGETHER_KM = 3.0
_ROUNDS = 10
_MAD_TO_SIGMA = 1.4826  # makes the median deviation of a normal spread equal its sigma


@dataclass(frozen=True, slots=True)
class FarPosition:
    """One school that lies far from the others of its block.

    Attributes:
        index: place in the arrays given.
        block: its block.
        distance_km: from the middle of the schools it was compared with.
        usual_km: within which those schools usually lie (about 19 of 20).
        schools: how many schools it was compared with, itself left out.
        with_district: True when the block had too few schools and the district was used.
        together: how many other far schools of its block stand within 3 km of it; many mean
            that the forms were filled in at one office.
    """

    index: int
    block: str
    distance_km: float
    usual_km: float
    schools: int
    with_district: bool
    together: int


def distance_km(lon1: Degrees, lat1: Degrees, lon2: Degrees, lat2: Degrees) -> Floats:
    """Great-circle distance between points in degrees, in km; the arrays broadcast."""
    a, b, c, d = (np.radians(np.asarray(v)) for v in (lon1, lat1, lon2, lat2))
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))))


def far_positions(
    lon: Floats,
    lat: Floats,
    blocks: Sequence[str],
    *,
    districts: Sequence[str] | None = None,
    spreads: float = FAR_SPREADS,
    floor_km: float = FLOOR_KM,
) -> list[FarPosition]:
    """Find the schools whose position lies far from their own block's other schools.

    Far means further from the block's middle (median longitude and latitude) than the median
    distance plus `spreads` robust deviations (1.4826 × the median absolute deviation), and
    further than `floor_km`. Middle and deviation are fitted again without the far ones until
    nothing changes, because in some blocks one school in eight is misplaced.

    When more than half of a block's positions are wrong, the right ones are reported: no
    position can say which half is true.

    Args:
        lon, lat: degrees, one per school; NaN where there is none (never reported, never
            counted).
        blocks: the block of each school.
        districts: the district of each, for blocks with fewer than `FEWEST` positions; without
            it such blocks are not judged.

    Returns:
        Furthest first; empty when nothing is far.

    Raises:
        ValueError: the arrays differ in length.
    """
    if not len(lon) == len(lat) == len(blocks) or (
        districts is not None and len(districts) != len(blocks)
    ):
        raise ValueError("one longitude, latitude and block for each school")
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    block_of = np.asarray(blocks, dtype=str)
    district_of = None if districts is None else np.asarray(districts, dtype=str)
    has_position = np.isfinite(lon) & np.isfinite(lat)

    found: list[FarPosition] = []
    for block in np.unique(block_of[has_position]):
        members = np.flatnonzero((block_of == block) & has_position)
        with_district = len(members) < FEWEST
        compared = members
        if with_district:
            if district_of is None:
                continue
            district = district_of[members[0]]
            compared = np.flatnonzero((district_of == district) & has_position)
            if len(compared) < FEWEST:
                continue
        limit_km, usual_km, middle = _reach(lon[compared], lat[compared], spreads, floor_km)
        away = distance_km(lon[members], lat[members], *middle)
        far = members[away > limit_km]
        gaps = distance_km(lon[far][:, None], lat[far][:, None], lon[far][None], lat[far][None])
        together = (gaps <= _TOGETHER_KM).sum(axis=1) - 1
        for at, index in enumerate(far):
            found.append(
                FarPosition(
                    index=int(index),
                    block=str(block),
                    distance_km=float(away[members == index][0]),
                    usual_km=usual_km,
                    schools=len(compared) - 1,
                    with_district=with_district,
                    together=int(together[at]),
                )
            )
    return sorted(found, key=lambda f: (-f.distance_km, f.index))


def position_problem(far: FarPosition, *, row: int, udise: str, column: str) -> Problem:
    """The sentence for one far school; the school itself stays in."""
    params: dict[str, str | int | float] = {
        "udise": udise,
        "block": far.block,
        "distance_km": round(far.distance_km, 1),
        "usual_km": round(far.usual_km, 1),
        "schools": far.schools,
        "together": far.together,
    }
    if far.with_district:
        template = N_(
            "School %(udise)s lies %(distance_km).1f km from the middle of its district; "
            "its %(schools)d other schools usually lie within %(usual_km).1f km."
        )
    elif far.together:
        template = N_(
            "School %(udise)s lies %(distance_km).1f km from the middle of block %(block)s; "
            "its %(schools)d other schools usually lie within %(usual_km).1f km. "
            "%(together)d more of this block stand at the same far place."
        )
    else:
        template = N_(
            "School %(udise)s lies %(distance_km).1f km from the middle of block %(block)s; "
            "its %(schools)d other schools usually lie within %(usual_km).1f km."
        )
    return Problem(row, column, "far_position", template, params, left_out=False)


def _reach(
    lon: Floats, lat: Floats, spreads: float, floor_km: float
) -> tuple[float, float, tuple[float, float]]:
    """(limit in km, usual reach in km, middle) of a group of positions."""
    near: Bools = np.ones(len(lon), dtype=bool)
    for _ in range(_ROUNDS):
        middle = float(np.median(lon[near])), float(np.median(lat[near]))
        away = distance_km(lon, lat, *middle)
        usual = float(np.median(away[near]))
        spread = _MAD_TO_SIGMA * float(np.median(np.abs(away[near] - usual)))
        limit = max(floor_km, usual + spreads * spread)
        nearer = away <= limit
        # Never fit on less than half: below that the median no longer speaks for the block.
        if bool((nearer == near).all()) or nearer.sum() * 2 < len(lon):
            break
        near = nearer
    return limit, usual + _USUAL_SPREADS * spread, middle
