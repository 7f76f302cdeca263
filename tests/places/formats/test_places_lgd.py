"""The Local Government Directory's files and the Census village list, as published."""

import io
from pathlib import Path

import pytest

from aanchal.lib.tabular.problems import Problem, Unreadable
from aanchal.places.formats.lgd import read_areas
from aanchal.places.rules.areas import AreaRow
from aanchal.places.rules.codes import AreaCode, Level, System

PUBLISHED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def published(name):
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"The published file {name} is not on this machine.")
    return path


def read(source):
    """(file, places, problems) of a path or of text."""
    if isinstance(source, Path):
        with source.open("rb") as stream:
            found = read_areas(stream)
            rows = list(found.rows)
    else:
        found = read_areas(io.BytesIO(source.encode()))
        rows = list(found.rows)
    places = [r for r in rows if isinstance(r, AreaRow)]
    return found, places, [r for r in rows if isinstance(r, Problem)]


@pytest.mark.parametrize(
    "name, level, system, count",
    [
        ("lgd/1-state.csv", Level.STATE, System.LGD, 36),
        ("lgd/2-district.csv", Level.DISTRICT, System.LGD, 763),
        ("lgd/lgd_districts_BR_WB_JH_MH.csv", Level.DISTRICT, System.LGD, 121),
        ("lgd/lgd_subdistricts_BR_WB_JH_MH.csv", Level.SUBDISTRICT, System.LGD, 1499),
        ("lgd/lgd_blocks_BR_WB_JH_MH.csv", Level.BLOCK, System.LGD, 1496),
        ("census2011/census2011_villages_madhubani.csv", Level.VILLAGE, System.CENSUS2011, 1112),
    ],
)
def test_each_published_file_is_recognised_and_read_whole(name, level, system, count):
    found, places, problems = read(published(name))

    assert (found.level, found.system, found.header_row) == (level, system, 1)
    assert len(places) == count
    assert problems == []


def test_madhubani_is_206_in_lgd_and_207_in_the_census_where_lgd_207_is_munger():
    _, places, _ = read(published("lgd/lgd_districts_BR_WB_JH_MH.csv"))
    by_lgd = {p.codes[System.LGD]: p for p in places}

    assert by_lgd["206"].name == "Madhubani"
    assert by_lgd["206"].codes[System.CENSUS2011] == "207"
    assert by_lgd["207"].name == "Munger"
    assert by_lgd["206"].parent == AreaCode(System.LGD, Level.STATE, "10")


def test_a_place_made_after_the_census_has_no_census_code():
    _, places, _ = read(published("lgd/lgd_districts_BR_WB_JH_MH.csv"))
    jhargram = next(p for p in places if p.name == "Jhargram")

    assert System.CENSUS2011 not in jhargram.codes


def test_blocks_and_subdistricts_are_different_numbers_of_the_same_place():
    _, blocks, _ = read(published("lgd/lgd_blocks_BR_WB_JH_MH.csv"))
    _, subdistricts, _ = read(published("lgd/lgd_subdistricts_BR_WB_JH_MH.csv"))
    madhubani = AreaCode(System.LGD, Level.DISTRICT, "206")
    block = next(b for b in blocks if b.name == "Benipatti" and b.parent == madhubani)
    subdistrict = next(s for s in subdistricts if s.name == "Benipatti" and s.parent == madhubani)

    assert block.codes == {System.LGD: "1851"}
    assert block.local_name == "बेनीपट्टी"
    assert subdistrict.codes[System.LGD] == "1091"
    assert subdistrict.codes[System.CENSUS2011] == "01091"


def test_a_census_village_belongs_to_a_census_subdistrict_and_its_lgd_code_is_assumed():
    _, places, _ = read(published("census2011/census2011_villages_madhubani.csv"))
    raima = places[0]

    assert raima.name == "Raima"
    assert raima.codes == {System.CENSUS2011: "219808"}
    assert raima.assumed == {System.LGD: "219808"}
    assert raima.parent == AreaCode(System.CENSUS2011, Level.SUBDISTRICT, "01080")
    assert raima.within[1] == AreaCode(System.CENSUS2011, Level.DISTRICT, "207")


def test_every_census_village_finds_its_subdistrict_by_the_census_code():
    _, villages, _ = read(published("census2011/census2011_villages_madhubani.csv"))
    _, subdistricts, _ = read(published("lgd/lgd_subdistricts_BR_WB_JH_MH.csv"))
    known = {s.codes.get(System.CENSUS2011) for s in subdistricts}

    assert {v.parent.code for v in villages} <= known


@pytest.mark.parametrize(
    "text, level, codes, parent, why",
    [
        (
            "S.No.,State Code,State Version,State Name,State Name,Census 2001 Code,"
            "Census 2011 Code,State or UT\n1,37,1,LADAKH,LADAKH,,00,U\n",
            Level.STATE,
            {"lgd": "37"},
            None,
            "the second name is the first again; a Census code of zeros is none",
        ),
        (
            "S.No.,State Code,State Name (In English),District Code,District Name(In English),"
            "Census 2001 Code,Census 2011 Code\n1,10,Bihar,206,Madhubani,7,207\n",
            Level.DISTRICT,
            {"lgd": "206", "census2011": "207", "census2001": "7"},
            ("lgd", "state", "10"),
            "the directory's newer layout of districts",
        ),
        (
            "S.No.;State Code;State Name (In English);District Code;District Name (In English);"
            "Sub-District Code;Sub-District Name (In English);Village Code;Village Version;"
            "Village Name (In Englsih);Village Name (In Local);Village Status;"
            "Census 2001 Code;Census 2011 Code\n"
            "1;19;West Bengal;303;24 Paraganas North;2322;Amdanga;322911;1;Adhata;;Inhabitant;"
            "01;322911\n",
            Level.VILLAGE,
            {"lgd": "322911", "census2011": "322911", "census2001": "1"},
            ("lgd", "subdistrict", "2322"),
            "the directory's villages, misspelled heading and all",
        ),
        (
            "State Code,District Code,Subdistrict Code,Block Code,Village Code,Village Name\n"
            "10,206,1091,1851,220248,Kesuli\n",
            Level.VILLAGE,
            {"lgd": "220248"},
            ("lgd", "block", "1851"),
            "a village list that names the block hangs under the block",
        ),
        (
            "State Code,District Code,Subdistrict Code,Block Code,Village Code,Village Name\n"
            "10,206,1091,,220248,Kesuli\n",
            Level.VILLAGE,
            {"lgd": "220248"},
            ("lgd", "subdistrict", "1091"),
            "and under the sub-district where the block is blank",
        ),
        (
            'State Code,State Name          (In English),District Code,"Block Code",'
            "Block Name                    (In English)\n10,BIHAR,206.0,01851,BENIPATTI\n",
            Level.BLOCK,
            {"lgd": "1851"},
            ("lgd", "district", "206"),
            "wide spaces in a heading; what a spreadsheet does to numbers",
        ),
    ],
)
def test_layouts_of_the_directory(text, level, codes, parent, why):
    found, places, problems = read(text)

    assert problems == [], why
    assert found.level is level, why
    assert places[0].codes == codes, why
    assert places[0].parent == parent, why


def test_capitals_become_a_title_and_numerals_stay():
    _, places, _ = read("District Code,Block Code,Block Name\n303,2726,BARASAT-II\n")

    assert places[0].name == "Barasat-II"


BLOCKS = "State Code,District Code,Block Code,Block Name\n"


@pytest.mark.parametrize(
    "line, code, column",
    [
        ("10,206,,Benipatti", "no_code", "Block Code"),
        ("10,206,18x1,Benipatti", "not_a_code", "Block Code"),
        ("10,206,1851,", "no_name", "Block Name"),
        ("10,206,1851,--", "no_name", "Block Name"),
        ("10,,1851,Benipatti", "no_parent", "District Code"),
        ("10,two,1851,Benipatti", "not_a_code", "District Code"),
        ("10,206", "too_few_cells", None),
        ("10,206,1851,Benipatti, East", "too_many_cells", None),
        ("10,206,1850,Again", "repeated_code", "Block Code"),
    ],
)
def test_a_bad_line_is_left_out_with_its_reason_and_the_good_ones_go_on(line, code, column):
    _, places, problems = read(BLOCKS + "10,206,1850,Basopatti\n" + line + "\n10,206,1852,Bisfi\n")

    assert [p.name for p in places] == ["Basopatti", "Bisfi"]
    assert [(p.row, p.code, p.column, p.left_out) for p in problems] == [(3, code, column, True)]
    assert problems[0].raw["State Code"] == "10"
    assert "%" not in problems[0].reason


def test_a_repeated_code_names_the_line_it_was_first_on():
    _, _, problems = read(BLOCKS + "10,206,1850,Basopatti\n\n10,206,1850,Basopatti\n")

    assert problems[0].row == 4
    assert problems[0].reason == ("Code 1850 (Basopatti) is already on line 2; the first is kept.")


def test_a_wrong_census_code_costs_the_code_and_not_the_place():
    _, places, problems = read(
        "State Code,District Code,District Name,Census 2011 Code\n10,206,Madhubani,2O7\n"
    )

    assert places[0].codes == {System.LGD: "206"}
    assert [(p.code, p.left_out) for p in problems] == [("not_a_code", False)]


def test_the_codes_of_2001_repeat_and_are_no_problem():
    _, places, problems = read(
        "State Code,District Code,District Name,Census 2001 Code\n10,611,Arwal,33\n"
        "10,200,Jehanabad,33\n"
    )

    assert len(places) == 2
    assert problems == []


def test_a_file_of_something_else_is_refused():
    with pytest.raises(Unreadable):
        read("Kind,Number,Description,Notes\nUrban,4,Municipality,\n")


@pytest.mark.parametrize(
    "heading",
    [
        "S.No.,Local Body Code,Local Body Version,Local Body Name,Localbody Type Code,State Code,"
        "State Name",
        "State Code,State Name,District Code,District Name,Town Code,Town Name",
        "Local Body Code,Local Body Name,Ward Code,Ward Name,State Code,State Name",
    ],
)
def test_a_list_of_towns_is_refused_with_a_word_on_what_it_is(heading):
    cells = len(heading.split(","))

    with pytest.raises(Unreadable) as refusal:
        read(heading + "\n" + ",".join(["1"] * cells) + "\n")

    assert refusal.value.code == "list_of_towns"
    assert "list of towns" in str(refusal.value)


@pytest.mark.parametrize(
    "heading",
    [
        "village_code_2011,village_name_2011,state_code_2011,district_code_2011,"
        "sub_district_code_2011,village_code_2001",
        "VILL_CODE_2011,VILL_NAME,ST_CODE_2011,DIST_CODE_2011,SUBDT_CODE_2011,X",
        "village_code_2011,village_name,state_code_2011,district_code_2011,subdistrict_code_2011,x",
    ],
)
def test_village_lists_of_the_census_are_known_by_their_headings(heading):
    file, places, problems = read(f"{heading}\n219808,Kalpanapur,10,207,1080,100\n")

    assert (file.level, file.system, problems) == (Level.VILLAGE, System.CENSUS2011, [])
    assert places[0].codes == {System.CENSUS2011: "219808"}
    assert places[0].parent == AreaCode(System.CENSUS2011, Level.SUBDISTRICT, "01080")


def test_a_town_among_villages_of_the_census_is_left_out():
    heading = "village_code_2011,village_name,district_code_2011,subdistrict_code_2011\n"

    _, places, problems = read(heading + "801234,Sonpur,207,1080\n219809,Rampur,207,1080\n")

    assert [place.name for place in places] == ["Rampur"]
    assert [(p.row, p.code, p.left_out) for p in problems] == [(2, "a_town", True)]


@pytest.mark.parametrize(
    "kind, name, is_town",
    [
        ("5", "Kalpanapur", True),
        ("7.0", "Kalpanapur", True),
        ("", "Kalpanapur Nagar Panchayat", True),
        ("", "Kalpanapur (Municipality)", True),
        ("3", "Kalpanapur", False),
        ("", "Nagarpara", False),
    ],
)
def test_a_municipality_is_never_a_gram_panchayat(kind, name, is_town):
    heading = "Block Code,Village Code,Village Name,Local Body Code,Local Body Name,"
    heading += "Localbody Type Code\n"

    _, places, problems = read(f"{heading}1851,219808,Sonpur,253098,{name},{kind}\n")

    assert (places[0].local_body is None) == is_town
    assert [p.code for p in problems] == (["in_a_town"] if is_town else [])
    assert places[0].parent == AreaCode(System.LGD, Level.BLOCK, "1851")
