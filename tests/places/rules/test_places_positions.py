"""Schools that lie far from the other schools of their block."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aanchal.places.formats.udise import read_schools
from aanchal.places.rules.positions import distance_km, far_positions, position_problem

PUBLISHED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "udise"
NAN = float("nan")


def a_block(count, *, around=(86.0, 26.3), spread=0.05, seed=1):
    """Positions of a block about ten kilometres across."""
    random = np.random.default_rng(seed)
    lon = around[0] + random.uniform(-spread, spread, count)
    lat = around[1] + random.uniform(-spread, spread, count)
    return lon, lat


def test_one_degree_of_latitude_is_111_km():
    assert distance_km(88.0, 22.0, 88.0, 23.0) == pytest.approx(111.19, abs=0.05)


def test_a_tight_block_has_no_far_school():
    lon, lat = a_block(40)

    assert far_positions(lon, lat, ["B"] * 40) == []


def test_a_school_forty_kilometres_off_is_found_with_its_distance_and_the_usual_one():
    lon, lat = a_block(40)
    lon[7], lat[7] = 86.4, 26.3

    (far,) = far_positions(lon, lat, ["B"] * 40)

    assert (far.index, far.block, far.schools, far.together) == (7, "B", 39, 0)
    assert far.distance_km == pytest.approx(40, abs=2)
    assert far.usual_km < 12


def test_schools_noted_down_together_in_a_far_office_are_all_found():
    lon, lat = a_block(60)
    lon[:20], lat[:20] = 86.45, 26.4

    far = far_positions(lon, lat, ["B"] * 60)

    assert sorted(f.index for f in far) == list(range(20))
    assert {f.together for f in far} == {19}


def test_a_town_ward_across_the_river_is_not_far():
    lon, lat = a_block(30, spread=0.002)
    lon[0] += 0.04

    assert far_positions(lon, lat, ["T"] * 30) == []


def test_a_school_without_position_is_never_reported_nor_counted():
    lon, lat = a_block(10)
    lon[3] = lat[3] = NAN
    lon[4], lat[4] = 80.0, 26.3

    (far,) = far_positions(lon, lat, ["B"] * 10)

    assert (far.index, far.schools) == (4, 8)


def test_a_small_block_is_compared_with_its_district_or_not_at_all():
    lon, lat = a_block(43)
    lon[40:], lat[40:] = [86.0, 86.02, 87.9], [26.3, 26.31, 26.3]
    blocks = ["B"] * 40 + ["C"] * 3

    alone = far_positions(lon, lat, blocks)
    with_district = far_positions(lon, lat, blocks, districts=["D"] * 43)

    assert alone == []
    assert [(f.index, f.with_district) for f in with_district] == [(42, True)]


def test_nothing_comes_of_nothing():
    assert far_positions(np.array([]), np.array([]), []) == []
    assert far_positions(np.array([NAN]), np.array([NAN]), ["B"]) == []


def test_arrays_of_different_length_are_refused():
    with pytest.raises(ValueError, match="each school"):
        far_positions(np.array([86.0]), np.array([26.0]), ["B", "C"])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(30)))
def test_the_order_of_schools_does_not_matter(seed, order):
    lon, lat = a_block(30, seed=seed)
    lon[:3] += 0.6
    blocks = np.array(["B"] * 15 + ["C"] * 15)
    order = list(order)

    plain = {f.index for f in far_positions(lon, lat, list(blocks))}
    shuffled = far_positions(lon[order], lat[order], list(blocks[order]))

    assert {order[f.index] for f in shuffled} == plain
    distances = [f.distance_km for f in shuffled]
    assert distances == sorted(distances, reverse=True)


def test_the_sentence_tells_distance_usual_reach_and_company():
    lon, lat = a_block(60)
    lon[:20], lat[:20] = 86.45, 26.4
    far = far_positions(lon, lat, ["100504"] * 60)[0]

    problem = position_problem(far, row=592, udise="10050402502", column="lon")

    assert problem.row == 592
    assert not problem.left_out
    assert problem.reason.startswith("School 10050402502 lies ")
    assert "from the middle of block 100504" in problem.reason
    assert "19 more of this block stand at the same far place." in problem.reason


@pytest.mark.parametrize(
    "name, box, outside, far, max_in_a_block",
    [
        ("schools_madhubani.csv", (85.7, 86.75, 25.9, 26.7), 24, 140, 32),
        ("schools_north_24_parganas.csv", (88.0, 89.1, 22.1, 23.3), 2, 143, 16),
    ],
)
def test_in_the_published_files_all_outside_the_district_and_a_few_in_a_hundred_are_far(
    name, box, outside, far, max_in_a_block
):
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"The published file {name} is not on this machine.")
    with path.open("rb") as stream:
        schools = list(read_schools(stream).rows)
    lon, lat = np.array([s.lon for s in schools]), np.array([s.lat for s in schools])

    found = far_positions(lon, lat, [s.block_udise for s in schools])

    west, east, south, north = box
    is_outside = (lon < west) | (lon > east) | (lat < south) | (lat > north)
    flagged = np.zeros(len(schools), dtype=bool)
    flagged[[f.index for f in found]] = True
    assert len(found) == far
    assert is_outside.sum() >= outside
    assert not (is_outside & ~flagged).any()
    blocks = [f.block for f in found]
    assert max(map(blocks.count, blocks)) == max_in_a_block
