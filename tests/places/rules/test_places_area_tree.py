"""Which sub-district is which block."""

import random
from collections import Counter
from pathlib import Path

import pytest

from aanchal.lib.indic.place_likeness import likeness
from aanchal.places.formats.lgd import read_areas
from aanchal.places.formats.reference import subdistrict_kinds
from aanchal.places.rules.area_tree import propose_blocks_of_subdistricts
from aanchal.places.rules.areas import Band, NamedPlace
from aanchal.places.rules.codes import System

PUBLISHED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "lgd"


def propose(subdistricts, blocks, *, is_block=True):
    """{sub-district: (block, band)} by name, all of one district."""
    s = [NamedPlace(str(i + 1), n, "206") for i, n in enumerate(subdistricts)]
    b = [NamedPlace(str(i + 1), n, "206") for i, n in enumerate(blocks)]
    found = propose_blocks_of_subdistricts(s, b, subdistrict_is_block=lambda _: is_block)
    return {
        subdistricts[int(p.subdistrict) - 1]: (blocks[int(p.block) - 1], p.band)
        for p in found.proposals
    }


def test_madhubani_as_in_the_directory():
    found = propose(
        ["Laukaha", "Laukahi", "Madhubani", "Basopatti"],
        ["BASOPATTI", "LAUKAHA (KHUTAUNA)", "LAUKAHI", "RAHIKA"],
    )

    assert found == {
        "Laukaha": ("LAUKAHA (KHUTAUNA)", Band.CERTAIN),
        "Laukahi": ("LAUKAHI", Band.CERTAIN),
        "Basopatti": ("BASOPATTI", Band.CERTAIN),
        "Madhubani": ("RAHIKA", Band.DOUBTFUL),
    }


@pytest.mark.parametrize(
    "subdistricts, blocks, is_block, expected, why",
    [
        (["Barasat - I"], ["BARASAT-I"], True, Band.CERTAIN, "numerals"),
        (["Benipatti"], ["Benipatti"], False, Band.LIKELY, "a tehsil is no block"),
        (["Tikari"], ["Tekari"], True, Band.LIKELY, "nearly"),
        (["Munger"], ["Munger Sadar"], True, Band.DOUBTFUL, "a word more"),
        (["Raipur"], ["Raipur-I", "Raipur-II"], True, Band.DOUBTFUL, "which of two?"),
    ],
)
def test_how_sure_a_name_makes_us(subdistricts, blocks, is_block, expected, why):
    found = propose(subdistricts, blocks, is_block=is_block)

    assert found[subdistricts[0]][1] is expected, why


def test_the_last_two_left_are_not_guessed_where_subdistricts_are_no_blocks():
    assert propose(["Madhubani"], ["Rahika"], is_block=False) == {}


def test_two_of_each_left_are_not_guessed_at_all():
    assert propose(["Madhubani", "Gaya"], ["Rahika", "Amas"]) == {}


def test_names_of_another_district_do_not_help():
    found = propose_blocks_of_subdistricts(
        [NamedPlace("1", "Rampur", "206")],
        [NamedPlace("2", "Rampur", "207"), NamedPlace("3", "Bisfi", "206")],
        subdistrict_is_block=lambda _: False,
    )

    assert found.proposals == ()
    assert found.left_subdistricts == ("1",)
    assert found.left_blocks == ("2", "3")


def test_in_the_published_files_of_bihar_and_west_bengal_every_subdistrict_finds_a_block():
    files = [PUBLISHED / f"lgd_{kind}_BR_WB_JH_MH.csv" for kind in ("subdistricts", "blocks")]
    if not all(f.exists() for f in files):
        pytest.skip("The published files of the directory are not on this machine.")
    lists = []
    state_of = {}
    for file in files:
        with file.open("rb") as stream:
            rows = list(read_areas(stream).rows)
        state_of |= {r.parent.code: r.within[1].code for r in rows}
        lists.append([NamedPlace(r.codes[System.LGD], r.name, r.parent.code) for r in rows])
    kinds = subdistrict_kinds()
    subdistricts = [s for s in lists[0] if state_of[s.parent] in ("10", "19")]
    blocks = [b for b in lists[1] if state_of[b.parent] in ("10", "19")]

    found = propose_blocks_of_subdistricts(
        subdistricts,
        blocks,
        subdistrict_is_block=lambda district: kinds[state_of[district]].subdistrict_is_block,
    )

    assert len(subdistricts) == 880
    assert found.left_subdistricts == ()
    assert Counter(p.band for p in found.proposals) == {
        Band.CERTAIN: 813,
        Band.LIKELY: 53,
        Band.DOUBTFUL: 14,
    }
    by_code = {p.subdistrict: p for p in found.proposals}
    assert by_code["1093"].block == "1864"  # Madhubani is Rahika
    assert by_code["1085"].block == "1861"  # Laukaha is Laukaha (Khutauna)
    assert by_code["1456"].band is Band.CERTAIN  # Adhaura


def test_names_looked_up_by_sound_are_paired_as_if_every_pair_were_compared():
    """Two hundred made-up districts, against the plain rule: the most alike pair first."""
    rng = random.Random(5)
    parts = (
        ("Ram", "Raam", "Lauk", "Bas", "Mah", "Mohan"),
        ("a", "aha", "ahi", "o"),
        ("pur", "patti"),
    )
    marks = ("", "", "", " Purab", " East", " (Khutauna)", " II", " Tola")

    def names():
        return [
            "".join(rng.choice(p) for p in parts) + rng.choice(marks)
            for _place in range(rng.randrange(1, 7))
        ]

    for _district in range(200):
        subdistricts, blocks = names(), names()
        s = [NamedPlace(str(i + 1), n, "206") for i, n in enumerate(subdistricts)]
        b = [NamedPlace(str(i + 1), n, "206") for i, n in enumerate(blocks)]
        found = propose_blocks_of_subdistricts(s, b, subdistrict_is_block=lambda _: False)
        scores = {(x.code, y.code): likeness(x.name, y.name) for x in s for y in b}
        used, wanted = set(), {}
        for score, one, other in sorted((-v, *pair) for pair, v in scores.items() if v >= 65):
            if one in used or f"b{other}" in used:
                continue
            used |= {one, f"b{other}"}
            least = 97 if -score >= 97 else -score - 8
            rivals = [y.code for y in b if y.code != other and scores[one, y.code] >= least]
            wanted[one] = (other, round(-score, 1), tuple(sorted(rivals, key=int)))
        assert {p.subdistrict: (p.block, p.likeness, p.rivals) for p in found.proposals} == wanted
