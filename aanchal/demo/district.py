"""A made-up district: one state, two blocks, 20 villages, 24 schools, 4,000 children.

Everything follows from the seed and the day, so that two runs on one day make the same district.
Nothing in it is real: the state's code is given to no state, the names are invented or joined at
random, and the positions lie out at sea.
"""

from datetime import date, timedelta
from random import Random
from typing import Any

from .calendar import month_starts, months_before, year_start
from .chance import chance_of
from .facts import Block, Child, District, Household, Person, School
from .families import make_families, staff_name
from .map_making import draw_block, draw_schools, draw_state_and_district

CHILDREN = 4000
MONTHS = 7
VOLUNTEERS_A_VILLAGE = 2


def register_window(today: date) -> tuple[date, date]:
    """First and last day of the registers: seven calendar months, the last ending yesterday."""
    last = today - timedelta(days=1)
    return months_before(last, MONTHS - 1), last


def make_district(seed: int, today: date, *, children: int = CHILDREN) -> District:
    """Make up the district as it stands on `today`.

    Args:
        seed: any whole number; the same seed and day give the same district.
        today: the day on which the demonstration is looked at.
        children: how many; 4,000 unless a test wants fewer.
    """
    rng = chance_of("district", seed, today)
    state, area = draw_state_and_district()
    blocks = tuple(draw_block(rng, area, number) for number in (1, 2))
    schools = draw_schools(rng, blocks)
    first, last = register_window(today)
    year_starts = {
        block.number: tuple(
            sorted(
                {year_start(block.number, max(m, first)) for m in month_starts(first, last)}
                | {year_start(block.number, today)}
            )
        )
        for block in blocks
    }
    households, made = make_families(
        rng, blocks, schools, children=children, today=today, year_starts=year_starts
    )
    people = _make_people(rng, blocks, schools, households, made, year_starts)
    return District(
        seed,
        today,
        state,
        area,
        blocks,
        tuple(schools),
        households,
        tuple(made),
        tuple(people),
        year_starts,
    )


class _Roster:
    """Gives each new person a key and a username nobody else has."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.people: list[Person] = []
        self.usernames: set[str] = set()

    def add(
        self, role: str, block: int, place: str, language: str, area_path: str, **more: Any
    ) -> None:
        sex = "F" if role == "volunteer" else self.rng.choice("FM")
        name = staff_name(self.rng, block, sex)
        stem = f"{name.given.latin}.{place}".lower()
        username, number = stem, 1
        while username in self.usernames:
            number += 1
            username = f"{stem}{number}"
        self.usernames.add(username)
        key = f"P{len(self.people) + 1:04d}"
        self.people.append(Person(key, username, name, role, language, area_path, **more))


def _make_people(
    rng: Random,
    blocks: tuple[Block, ...],
    schools: list[School],
    households: dict[str, Household],
    children: list[Child],
    year_starts: dict[int, tuple[date, ...]],
) -> list[Person]:
    """Everyone with an account, the district's own people first."""
    roster = _Roster(rng)
    district_path = blocks[0].area.parent_path
    for _ in range(2):  # an administrator's own grant needs a second person
        roster.add("administrator", 1, "admin", "en", district_path)
    for block in blocks:
        place = block.area.name.lower()
        roster.add("coordinator", block.number, place, block.language, block.area.path)
        roster.add("case_worker", block.number, place, block.language, district_path)
    in_village: dict[str, list[str]] = {}
    for household in households.values():
        in_village.setdefault(household.village.path, []).append(household.key)
    for block in blocks:
        for village in block.villages:
            for number in range(VOLUNTEERS_A_VILLAGE):
                near = in_village.get(village.path, [])
                # Every third volunteer has family among the households she would be sent to.
                has_kin = (village.code + number) % 3 == 0 and len(near) > 2
                roster.add(
                    "volunteer",
                    block.number,
                    village.name.lower(),
                    block.language,
                    village.path,
                    kin_households=tuple(sorted(rng.sample(near, 2))) if has_kin else (),
                )
    taught: dict[str, set[tuple[int, str]]] = {}
    for child in children:
        enrolment = child.enrolments[-1]
        taught.setdefault(enrolment.school, set()).add((enrolment.grade, enrolment.section))
    for school in schools:
        classes = sorted(taught.get(school.udise, ()))
        teachers = max(2, len(classes) // 3)
        place = school.village.name.lower()
        more = {"school": school.udise}
        roster.add(
            "teacher", school.block, place, school.language, school.village.path,
            is_head=True, **more,
        )  # fmt: skip
        for number in range(teachers):
            roster.add(
                "teacher", school.block, place, school.language, school.village.path,
                classes=tuple(classes[number::teachers]), **more,
            )  # fmt: skip
    return roster.people
