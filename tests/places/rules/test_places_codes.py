"""Codes of places: one way of writing each, and never one without its system and level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aanchal.places.rules.area_tree import node_key
from aanchal.places.rules.codes import AreaCode, Level, System, canonical_code


@pytest.mark.parametrize(
    "system, level, text, code, why",
    [
        (System.LGD, Level.SUBDISTRICT, "01080", "1080", "LGD has no leading zeros"),
        (System.CENSUS2011, Level.SUBDISTRICT, "1080", "01080", "the Census has five digits"),
        (System.CENSUS2011, Level.SUBDISTRICT, "01080", "01080", "as it is"),
        (System.CENSUS2011, Level.DISTRICT, "1", "001", "three for a district"),
        (System.CENSUS2011, Level.STATE, "01", "01", "two for a state"),
        (System.UDISE, Level.VILLAGE, "60501001", "060501001", "a zero lost in a spreadsheet"),
        (System.LGD, Level.DISTRICT, " 206 ", "206", "spaces"),
        (System.LGD, Level.DISTRICT, "206.0", "206", "a spreadsheet's number"),
        (System.LGD, Level.DISTRICT, "२०६", "206", "Devanagari digits"),
        (System.LGD, Level.DISTRICT, "", None, "blank"),
        (System.CENSUS2011, Level.SUBDISTRICT, "00000", None, "zeros mean that there is none"),
        (System.CENSUS2011, Level.DISTRICT, "0", None, "one zero too"),
    ],
)
def test_a_code_is_written_one_way(system, level, text, code, why):
    assert canonical_code(system, level, text) == code, why


@pytest.mark.parametrize(
    "system, level, text",
    [
        (System.LGD, Level.DISTRICT, "2O6"),
        (System.LGD, Level.DISTRICT, "-206"),
        (System.LGD, Level.DISTRICT, "206.5"),
        (System.CENSUS2011, Level.DISTRICT, "2070"),
        (System.UDISE, Level.DISTRICT, "100501"),
        (System.LGD, Level.VILLAGE, "1" * 30),
    ],
)
def test_what_is_no_code_is_refused(system, level, text):
    with pytest.raises(ValueError, match=r"not a code|too long"):
        canonical_code(system, level, text)


@given(
    st.sampled_from(list(System)),
    st.sampled_from(list(Level)),
    st.one_of(st.text(max_size=12), st.integers(0, 10**7).map(str)),
)
def test_writing_a_code_twice_changes_nothing(system, level, text):
    try:
        code = canonical_code(system, level, text)
    except ValueError:
        return
    if code is not None:
        assert canonical_code(system, level, code) == code
        assert int(code) > 0


@pytest.mark.parametrize(
    "code, key",
    [
        (AreaCode(System.LGD, Level.STATE, "10"), "S10"),
        (AreaCode(System.LGD, Level.DISTRICT, "206"), "D206"),
        (AreaCode(System.LGD, Level.BLOCK, "1851"), "B1851"),
        (AreaCode(System.LGD, Level.VILLAGE, "219808"), "V219808"),
        (AreaCode(System.UDISE, Level.VILLAGE, "100501001"), "VU100501001"),
    ],
)
def test_the_key_of_a_node_names_its_level(code, key):
    assert node_key(code) == key


@pytest.mark.parametrize(
    "code",
    [
        AreaCode(System.LGD, Level.SUBDISTRICT, "1091"),
        AreaCode(System.CENSUS2011, Level.DISTRICT, "207"),
    ],
)
def test_a_subdistrict_and_a_census_code_make_no_key(code):
    with pytest.raises(ValueError, match="no"):
        node_key(code)
