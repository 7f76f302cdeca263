"""A question about a child whose name is gone ends on a ground, a note and a second yes."""

import pytest

from aanchal.registers.rules.settling import Missing, missing_for_pupil
from aanchal.watch.rules.ends import missing_for_struck_off

NOTE = "The head of the school in Bahera"


@pytest.mark.parametrize(
    "given, missing",
    [
        ({"ground": ""}, Missing.GROUND),
        ({"ground": "a neighbour says so"}, Missing.GROUND),
        ({"note": "head"}, Missing.NOTE),
        ({"confirmed": False}, Missing.YES),
        ({}, None),
    ],
)
def test_what_is_still_missing_before_it_ends(given, missing):
    whole = {"ground": "met_child", "note": NOTE, "confirmed": True} | given

    assert missing_for_pupil(**whole) == missing
    assert missing_for_struck_off("left", is_concern=False, **whole) == missing
