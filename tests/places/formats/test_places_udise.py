"""The UDISE school file as published: what goes in, what is set aside, and why."""

import io
from collections import Counter
from pathlib import Path

import pytest

from aanchal.lib.tabular.problems import Problem, Unreadable
from aanchal.places.formats.udise import read_schools
from aanchal.places.rules.areas import SchoolRow

PUBLISHED = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "udise"
HEADER = (
    "schcd,schname,school_cat,schcat,school_typ,schtype,management,schmgt,rururb,pincode,"
    "vilname,udise_vico,udise_dtco,dtname,stname,lgd_dt_ud,lon,lat"
)


def line(**changed):
    """One good line of the file, with the named cells changed."""
    cells = {
        "schcd": "10050100101",
        "schname": "P.S.MAHRAIL WEST",
        "school_cat": "Primary",
        "schcat": "1",
        "school_typ": "Co. Educational",
        "schtype": "3",
        "management": "Department of Education",
        "schmgt": "1",
        "rururb": "1",
        "pincode": "847404",
        "vilname": "MAHRAIL",
        "udise_vico": "100501001",
        "udise_dtco": "1005",
        "dtname": "MADHUBANI",
        "stname": "Bihar",
        "lgd_dt_ud": "206",
        "lon": "86.26899999959649",
        "lat": "26.297000000315677",
    } | changed
    return ",".join(cells[name] for name in HEADER.split(","))


def read(*lines):
    text = "\r\n".join([HEADER, *lines, ""])
    rows = list(read_schools(io.BytesIO(text.encode())).rows)
    schools = [r for r in rows if isinstance(r, SchoolRow)]
    return schools, [r for r in rows if isinstance(r, Problem)]


def read_published(name):
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"The published file {name} is not on this machine.")
    with path.open("rb") as stream:
        rows = list(read_schools(stream).rows)
    schools = [r for r in rows if isinstance(r, SchoolRow)]
    return schools, [r for r in rows if isinstance(r, Problem)]


def test_a_school_is_read_into_plain_data():
    schools, problems = read(line())

    assert problems == []
    assert schools == [
        SchoolRow(
            udise="10050100101",
            name="P.S.MAHRAIL WEST",
            village_udise="100501001",
            village_name="Mahrail",
            block_udise="100501",
            district_udise="1005",
            district_lgd="206",
            category="1",
            type="3",
            management="1",
            is_urban=False,
            pincode="847404",
            lon=86.26899999959649,
            lat=26.297000000315677,
            row=2,
        )
    ]


@pytest.mark.parametrize(
    "name, schools, villages, blocks, urban, pincodes",
    [
        ("schools_madhubani.csv", 3547, 1093, 21, 141, 3536),
        ("schools_north_24_parganas.csv", 5788, 2938, 50, 1754, 0),
    ],
)
def test_the_published_files_go_in_whole(name, schools, villages, blocks, urban, pincodes):
    found, problems = read_published(name)

    assert problems == []
    assert len(found) == schools
    assert len({s.village_udise for s in found}) == villages
    assert len({s.block_udise for s in found}) == blocks
    assert sum(s.is_urban is True for s in found) == urban
    assert sum(s.pincode is not None for s in found) == pincodes


def test_the_label_printed_beside_a_code_is_the_one_we_hold():
    import csv

    from aanchal.places.formats.reference import udise_vocabulary

    tables = udise_vocabulary()
    pairs = Counter()
    for name in ("schools_madhubani.csv", "schools_north_24_parganas.csv"):
        read_published(name)
        with (PUBLISHED / name).open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                pairs["category", row["schcat"], row["school_cat"]] += 1
                pairs["type", row["schtype"], row["school_typ"]] += 1
                pairs["management", row["schmgt"], row["management"]] += 1

    for table, code, label in pairs:
        assert getattr(tables, table)[code].published == label


@pytest.mark.parametrize(
    "changed, code, why",
    [
        ({"schcd": ""}, "no_code", "no code at all"),
        ({"schcd": "1005010010"}, "code_of_10_digits", "a leading zero dropped, perhaps"),
        ({"schcd": "1.00501E+10"}, "shortened_code", "a spreadsheet's doing"),
        ({"schcd": "100501001011"}, "not_11_digits", "twelve digits"),
        ({"schcd": "1005010O101"}, "not_11_digits", "a letter O"),
        ({"schcd": "10050100202"}, "village_disagrees", "the code is of another village"),
        ({"udise_vico": ""}, "no_village", "no parent"),
        ({"udise_vico": "100502001"}, "village_disagrees", "another block's village"),
        ({"udise_vico": "village"}, "village_disagrees", "not a code"),
        ({"udise_dtco": "1006"}, "district_disagrees", "another district"),
        ({"schname": " "}, "no_name", "no name"),
        ({"schname": "P.S. A, B"}, "wrong_number_of_cells", "a comma without quotes"),
    ],
)
def test_a_school_whose_place_is_in_doubt_is_left_out(changed, code, why):
    schools, problems = read(line(schcd="10050100199"), line(**changed), line(schcd="10050100198"))

    assert [s.row for s in schools] == [2, 4], why
    assert [(p.row, p.code, p.left_out) for p in problems] == [(3, code, True)], why
    assert problems[0].raw is not None
    assert "%" not in problems[0].reason


@pytest.mark.parametrize(
    "changed, why",
    [
        ({}, "school, village and district lost it"),
        ({"stname": "Uttar Pradesh", "udise_dtco": ""}, "the state is one of those below 10"),
        ({"udise_vico": "091701148"}, "the village kept it"),
        ({"schcd": "9170114801.0"}, "and the spreadsheet added a point"),
    ],
)
def test_a_nought_that_the_line_itself_proves_is_put_back_and_said(changed, why):
    lost = {"schcd": "9170114801", "udise_vico": "91701148", "udise_dtco": "917",
            "stname": "Uttar Pradesh", "lgd_dt_ud": "138"}  # fmt: skip

    schools, problems = read(line(**{**lost, **changed}))

    assert [s.udise for s in schools] == ["09170114801"], why
    assert schools[0].district_udise == "0917"
    assert [(p.code, p.params, p.left_out) for p in problems] == [
        ("nought_put_back", {"count": 1}, False)
    ]


@pytest.mark.parametrize(
    "changed, why",
    [
        ({"udise_dtco": "9170"}, "the end was cut off, not the beginning"),
        ({"udise_dtco": "", "stname": ""}, "nothing tells which end was cut"),
        ({"stname": "Bihar", "udise_dtco": "", "lgd_dt_ud": ""}, "a state above 10"),
        ({"stname": "Punjab"}, "the state is another one"),
        ({"udise_vico": "91701149"}, "another village"),
    ],
)
def test_a_nought_that_is_not_proved_is_not_guessed(changed, why):
    lost = {"schcd": "9170114801", "udise_vico": "91701148", "udise_dtco": "917",
            "stname": "Uttar Pradesh", "lgd_dt_ud": "138"}  # fmt: skip

    schools, problems = read(line(**{**lost, **changed}))

    assert schools == [], why
    assert problems[0].code == "code_of_10_digits", why


def test_a_repeated_school_names_its_first_line():
    schools, problems = read(line(), line(schname="AGAIN"))

    assert [s.name for s in schools] == ["P.S.MAHRAIL WEST"]
    assert problems[0].reason == ("School 10050100101 is already on line 2; the first is kept.")
    assert problems[0].raw["schname"] == "AGAIN"


def test_a_line_left_out_for_another_reason_does_not_use_up_its_code():
    schools, problems = read(line(schname=""), line())

    assert [s.row for s in schools] == [3]
    assert [p.code for p in problems] == ["no_name"]


@pytest.mark.parametrize(
    "changed, code, field",
    [
        ({"schcat": "12"}, "unknown_category", "category"),
        ({"schtype": "9"}, "unknown_type", "type"),
        ({"schmgt": "77"}, "unknown_management", "management"),
        ({"rururb": "3"}, "unknown_location", "is_urban"),
        ({"pincode": "84740"}, "wrong_pincode", "pincode"),
        ({"pincode": "047404"}, "wrong_pincode", "pincode"),
        ({"lgd_dt_ud": "Madhubani"}, "not_a_code", "district_lgd"),
        ({"lon": "0", "lat": "0.0"}, "zero_position", "lon"),
        ({"lon": "26.297", "lat": "86.269"}, "exchanged_position", "lon"),
        ({"lon": "8.627", "lat": "26.297"}, "position_outside_india", "lon"),
        ({"lon": "nan", "lat": "26.297"}, "position_outside_india", "lat"),
        ({"lon": "86d", "lat": "26.297"}, "not_a_position", "lat"),
        ({"lon": "", "lat": "26.297"}, "not_a_position", "lat"),
    ],
)
def test_another_doubtful_value_is_left_blank_and_the_school_goes_in(changed, code, field):
    schools, problems = read(line(**changed))

    assert getattr(schools[0], field) is None
    assert [(p.row, p.code, p.left_out) for p in problems] == [(2, code, False)]
    assert "%" not in problems[0].reason


@pytest.mark.parametrize(
    "changed, field, value",
    [
        ({"pincode": " "}, "pincode", None),
        ({"pincode": "0"}, "pincode", None),
        ({"pincode": "847404.0"}, "pincode", "847404"),
        ({"schcat": "01"}, "category", "1"),
        ({"schmgt": ""}, "management", None),
        ({"rururb": "2"}, "is_urban", True),
        ({"rururb": ""}, "is_urban", None),
        ({"lon": "", "lat": ""}, "lon", None),
        ({"udise_dtco": ""}, "district_udise", "1005"),
    ],
)
def test_what_a_file_leaves_blank_is_no_problem(changed, field, value):
    schools, problems = read(line(**changed))

    assert problems == []
    assert getattr(schools[0], field) == value


def test_a_school_that_names_no_village_goes_in_under_its_code():
    schools, problems = read(line(vilname=" "))

    assert (schools[0].village_udise, schools[0].village_name) == ("100501001", "")
    assert [(p.code, p.left_out) for p in problems] == [("no_village_name", False)]


def test_columns_may_stand_in_another_order_and_extra_ones_do_no_harm():
    text = "x,vilname,schname,udise_vico,schcd\n?,MAHRAIL,P.S.,100501001,10050100101\n"

    rows = list(read_schools(io.BytesIO(text.encode())).rows)

    assert rows[0].udise == "10050100101"
    assert rows[0].lon is None


def test_a_list_of_places_is_no_school_file():
    with pytest.raises(Unreadable):
        read_schools(io.BytesIO(b"State Code,State Name\n10,BIHAR\n"))
