"""A grant over a unit of a body reaches that unit and what lies in it, and nothing beside."""

import pytest

from aanchal.access.queries import grade_and_section
from aanchal.access.roles import Role
from aanchal.kernel.authz import Grant, Scope, admits, covers_unit, unit_of


@pytest.mark.parametrize(
    ("names", "unit"),
    [
        (("6", "A"), ("6", "A")),
        (("6", ""), ("6",)),
        (("", ""), ()),
        # A section whose class is not said is no whole school.
        (("", "A"), ("", "A")),
    ],
)
def test_empty_names_at_the_end_say_nothing(names, unit):
    assert unit_of(*names) == unit
    assert grade_and_section(unit) == names


@pytest.mark.parametrize(
    ("outer", "inner", "held"),
    [
        ((), (), True),
        ((), ("6", "A"), True),
        (("6",), ("6", "A"), True),
        (("6",), ("6",), True),
        (("6", "A"), ("6",), False),
        (("6",), (), False),
        (("6", "A"), ("6", "B"), False),
        # Names are compared whole: class 1 is not class 10.
        (("1",), ("10", "A"), False),
        (("6", "A"), ("6", "A/B"), False),
        (("", "A"), ("6", "A"), False),
    ],
)
def test_a_unit_holds_what_begins_with_all_its_names(outer, inner, held):
    assert covers_unit(outer, inner) is held
    grant = Grant(Role.TEACHER, body_id="s1", unit=outer)
    assert admits(grant, Scope(area_path="IN", body_id="s1", unit=inner), "u") is held
    assert not admits(grant, Scope(area_path="IN", body_id="s2", unit=inner), "u")
