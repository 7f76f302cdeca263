"""The made-up district: the same for the same seed, whole, and nobody's."""

import csv
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from aanchal.demo.attendance import Registers
from aanchal.demo.district import make_district, register_window
from aanchal.demo.names import invented_places

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TODAY = date(2026, 11, 22)


def test_the_same_seed_and_day_make_the_same_district():
    assert make_district(3, TODAY, children=300) == make_district(3, TODAY, children=300)


def test_another_seed_makes_other_children():
    one, other = (make_district(seed, TODAY, children=300) for seed in (3, 4))

    assert [c.name.latin for c in one.children] != [c.name.latin for c in other.children]
    assert [s.udise for s in one.schools] == [s.udise for s in other.schools]


def test_the_district_has_the_size_it_promises(registers: Registers):
    district = registers.district

    assert len(district.children) == 4000
    assert len(district.villages) == 20
    assert len(district.schools) == 24
    assert {len(s.udise) for s in district.schools} == {11}
    assert {s.weekly_off for s in district.schools} == {4, 6}
    roles = Counter(person.role for person in district.people)
    assert roles["volunteer"] == 40
    assert roles["coordinator"] == 2
    assert roles["administrator"] == 2
    assert roles["case_worker"] == 2
    assert sum(person.is_head for person in district.people) == 24


def test_every_username_is_one_persons_and_plain(registers: Registers):
    usernames = [person.username for person in registers.district.people]

    assert len(set(usernames)) == len(usernames)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+\d*", name) for name in usernames)


def test_every_class_section_has_one_teacher(registers: Registers):
    district = registers.district
    sections = {
        (e.school, e.grade, e.section) for c in district.children for e in c.enrolments[-1:]
    }

    taught = [(p.school, grade, s) for p in district.people for grade, s in p.classes]

    assert sorted(taught) == sorted(sections)


def test_some_volunteers_are_kin_and_only_of_households_in_their_village(registers: Registers):
    households = registers.district.households
    with_kin = [p for p in registers.district.people if p.kin_households]

    assert 5 <= len(with_kin) <= 20
    for person in with_kin:
        assert {households[key].village.path for key in person.kin_households} == {person.area_path}


def test_rolls_run_from_one_without_a_gap(registers: Registers):
    rolls: dict[tuple[object, ...], list[int]] = {}
    for child in registers.district.children:
        for e in child.enrolments:
            rolls.setdefault((e.year_start, e.school, e.grade, e.section), []).append(e.roll)

    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in rolls.values())


def test_children_are_of_school_age_and_sit_where_there_is_their_class(registers: Registers):
    schools = {school.udise: school for school in registers.district.schools}
    for child in registers.district.children:
        assert 4 <= child.age_years <= 17
        assert (child.born_on is None) == (child.age_estimated_on is not None)
        assert all(schools[e.school].has_class(e.grade) for e in child.enrolments)


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 11, 22), 1),  # all seven months lie in one school year
        (date(2026, 4, 2), 2),  # the year has just turned
        (date(2026, 7, 1), 2),  # the window reaches back before April
    ],
)
def test_a_window_over_two_school_years_puts_children_a_class_lower_before(today, years):
    district = make_district(5, today, children=500)

    assert {len(starts) for starts in district.year_starts.values()} == {years}
    for child in district.children:
        grades = [e.grade for e in child.enrolments]
        assert grades == list(range(grades[-1] - len(grades) + 1, grades[-1] + 1))


def test_the_window_is_seven_months_and_ends_yesterday():
    assert register_window(date(2026, 11, 22)) == (date(2026, 5, 1), date(2026, 11, 21))
    assert register_window(date(2026, 3, 1)) == (date(2025, 8, 1), date(2026, 2, 28))


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[^a-z]", "", plain)


def test_no_invented_place_stands_in_the_public_directories():
    if not SHARED.exists():
        pytest.skip("the public directories (../shared/data) are not here")
    real: set[str] = set()
    for path in SHARED.glob("*/*.csv"):
        with path.open(encoding="utf-8", errors="replace", newline="") as stream:
            real.update(_letters(cell) for row in csv.reader(stream) for cell in row)

    invented = [p for p in invented_places() if p.level != "hamlet"]

    assert [p.latin for p in invented if _letters(p.latin) in real] == []


def test_no_invented_code_is_given_in_the_public_directories():
    if not SHARED.exists():
        pytest.skip("the public directories (../shared/data) are not here")
    with (SHARED / "lgd" / "1-state.csv").open(encoding="utf-8", newline="") as stream:
        states = {row["State Code"] for row in csv.DictReader(stream)}

    assert str(make_district(1, TODAY, children=10).state.code) not in states


def test_words_of_a_name_stand_in_their_own_script(registers: Registers):
    for child in registers.district.children:
        block = registers.district.households[child.household].village.path.split("/")[3]
        script = "DEVANAGARI" if block.endswith("1") else "BENGALI"
        letters = [c for c in child.name.own if c.isalpha()]
        assert all(unicodedata.name(c).startswith(script) for c in letters)
        assert child.name.latin.replace(" ", "").isascii()
