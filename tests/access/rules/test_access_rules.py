"""Roles that need two, roles that do not mix, names, and paths."""

import random
import re

import pytest

from aanchal.access.roles import Role
from aanchal.access.rules.places import path_and_above, shared_path
from aanchal.access.rules.second_person import GIVEN_ROLES, may_hold_together
from aanchal.access.rules.sign_in_names import WORDS, sign_in_name


@pytest.mark.parametrize(
    "paths, shared, why",
    [
        ([], "", "nothing"),
        ([""], "", "nothing that stands anywhere"),
        (["IN/S10/D206"], "IN/S10/D206", "one"),
        (["IN/S10/D206", "IN/S10/D206/B1"], "IN/S10/D206", "one above the other"),
        (["IN/S10/D206", "IN/S10/D2061"], "IN/S10", "keys that only begin alike"),
        (["IN/S10/D206", "", "IN/S19/D1"], "IN", "two states"),
        (["IN/S10", "XX"], "", "nothing shared"),
    ],
)
def test_the_shared_place(paths, shared, why):
    assert shared_path(paths) == shared, why


def test_a_path_and_those_above_it():
    assert path_and_above("IN/S10/D206") == ["IN", "IN/S10", "IN/S10/D206"]
    assert path_and_above("") == []


@pytest.mark.parametrize("reader", [Role.COORDINATOR, Role.CASE_WORKER])
def test_an_administrator_and_a_reader_are_two_people(reader):
    assert not may_hold_together(Role.ADMINISTRATOR, [reader])
    assert not may_hold_together(reader, [Role.VOLUNTEER, Role.ADMINISTRATOR])


def test_other_roles_mix():
    readers = {Role.COORDINATOR, Role.CASE_WORKER, Role.TEACHER, Role.VOLUNTEER}
    for role in readers:
        assert may_hold_together(role, readers)
    assert may_hold_together(Role.ADMINISTRATOR, {Role.ADMINISTRATOR, Role.VOLUNTEER})
    assert may_hold_together(Role.ADMINISTRATOR, [])


def test_the_systems_own_role_is_not_given():
    assert Role.SYSTEM not in GIVEN_ROLES


def test_a_sign_in_name_is_a_word_and_four_digits():
    dice = random.Random(4)
    names = {sign_in_name(dice.choice, dice.randrange) for _n in range(500)}

    assert all(re.fullmatch(r"[a-z]+-[1-9][0-9]{3}", name) for name in names)
    assert len(names) > 490
    assert len(set(WORDS)) == len(WORDS)
