"""Households and children of the made-up villages, and the class-sections they sit in."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from string import ascii_uppercase

from .facts import Area, Block, Child, Enrolment, Guardian, Household, School
from .map_making import hamlets
from .names import (
    HINDU,
    MUSLIM,
    Name,
    Word,
    make_name,
    own_family_words,
    shared_family_words,
)

SECTION_SIZE = 45
_SIBLINGS = ((1, 0.36), (2, 0.40), (3, 0.19), (4, 0.05))
_DISABILITIES = ("low vision", "hearing", "speech", "locomotor", "intellectual")
_MOTHERS_SECOND_NAME = {
    "maithili_hindu": Word("देवी", ("Devi",)),
    "maithili_muslim": Word("ख़ातून", ("Khatoon", "Khatun")),
    "bangla_muslim": Word("বিবি", ("Bibi",)),
}
_REGION = {1: "maithili", 2: "bangla"}


def make_families(
    rng: Random,
    blocks: tuple[Block, ...],
    schools: list[School],
    *,
    children: int,
    today: date,
    year_starts: dict[int, tuple[date, ...]],
) -> tuple[dict[str, Household], list[Child]]:
    """Exactly `children` children in households, each enrolled for every year of her block."""
    households: dict[str, Household] = {}
    made: list[Child] = []
    wanted: list[tuple[Child, School, Area, str]] = []
    known_heads: set[tuple[str, str]] = set()
    places = [(block, village) for block in blocks for village in block.villages]
    weights = [rng.uniform(0.6, 1.6) for _ in places]
    urdu = {school.village.path for school in schools if school.is_madrasa}
    muslim_share = [
        0.85 if village.path in urdu else rng.choice((0.05, 0.15, 0.3, 0.6))
        for _, village in places
    ]
    while len(made) < children:
        at = rng.choices(range(len(places)), weights)[0]
        block, village = places[at]
        community = MUSLIM if rng.random() < muslim_share[at] else HINDU
        tradition = f"{_REGION[block.number]}_{community}"
        household = _make_household(rng, len(households), block, village, tradition)
        heads = {(village.path, g.name.latin) for g in household.guardians}
        if heads & known_heads:
            continue  # two houses of one village under one name could not be told apart
        known_heads |= heads
        households[household.key] = household
        family = household.guardians[0].name.family
        count = rng.choices([n for n, _ in _SIBLINGS], [w for _, w in _SIBLINGS])[0]
        taken: set[str] = set()
        for age_days in _sibling_ages(rng, count):
            if len(made) == children:
                break
            child = _make_child(
                rng, len(made), household, tradition, family, age_days, today, taken
            )
            grade = _grade_for(rng, age_days)
            school = _school_for(rng, schools, block.number, village, grade, community)
            grade = min(max(grade, school.lowest), school.highest)
            wanted.append((child, school, village, community))
            made.append(child)
            start = year_starts[block.number][-1]
            child.enrolments.append(Enrolment(start, school.udise, grade, "", 0))
    _add_last_year(rng, wanted, schools, year_starts)
    _seat(rng, made)
    _admit(made)
    return households, made


def _make_household(
    rng: Random, index: int, block: Block, village: Area, tradition: str
) -> Household:
    family = rng.choice(shared_family_words(tradition))
    father = make_name(rng, tradition, "M", family)
    mother = make_name(rng, tradition, "F", _MOTHERS_SECOND_NAME.get(tradition, family))
    guardians = [Guardian(father, "M", "father"), Guardian(mother, "F", "mother")]
    chance = rng.random()
    if chance < 0.10:
        # The father works far away or is no more; an uncle keeps the family's name.
        uncle = make_name(rng, tradition, "M", family)
        guardians = [Guardian(uncle, "M", "uncle"), Guardian(mother, "F", "mother")]
    elif chance < 0.15:
        grandmother = make_name(rng, tradition, "F", family)
        guardians = [Guardian(grandmother, "F", "grandmother")]
    known = hamlets(block.number)
    hamlet = known[(village.code + rng.randrange(3)) % len(known)]
    return Household(f"H{index + 1:05d}", village, hamlet.latin, hamlet.own, tuple(guardians))


def _sibling_ages(rng: Random, count: int) -> list[int]:
    """Ages in days of children between 6 and 16, oldest first, at least a year apart."""
    ages: list[int] = []
    age = rng.triangular(6.0, 16.6, 11.0)
    for _ in range(count):
        if 5.9 <= age <= 16.6:
            ages.append(int(age * 365.25))
        age -= rng.uniform(1.1, 3.4)
    return ages or [int(rng.uniform(6, 12) * 365.25)]


def _make_child(
    rng: Random,
    index: int,
    household: Household,
    tradition: str,
    family: Word,
    age_days: int,
    today: date,
    taken: set[str],
) -> Child:
    sex = rng.choice("FM")
    single = own_family_words(tradition, sex)
    second = rng.choice(single) if single and rng.random() < 0.6 else family
    name = make_name(rng, tradition, sex, second)
    while name.given.own in taken:  # two children of a house do not share a name
        name = make_name(rng, tradition, sex, second)
    taken.add(name.given.own)
    born_on = today - timedelta(days=age_days)
    is_dated = rng.random() < 0.78
    estimated_on = None if is_dated else today - timedelta(days=rng.randrange(60, 400))
    age_on = estimated_on or today
    return Child(
        key=f"C{index + 1:05d}",
        name=name,
        sex=sex,
        born_on=born_on if is_dated else None,
        age_years=int((age_on - born_on).days / 365.25),
        age_estimated_on=estimated_on,
        disability=rng.choice(_DISABILITIES) if rng.random() < 0.02 else "",
        household=household.key,
        state_id=f"990{index + 1000001:08d}",
    )


def _grade_for(rng: Random, age_days: int) -> int:
    behind = rng.choices((-1, 0, 1, 2), (0.08, 0.55, 0.27, 0.10))[0]
    return min(max(int(age_days / 365.25) - 5 - behind, 1), 10)


def _distance(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def _school_for(
    rng: Random, schools: list[School], block: int, village: Area, grade: int, community: str
) -> School:
    """The nearest school of the block with that class; families lean to their own kind."""
    serving = [s for s in schools if s.block == block and s.has_class(grade)]
    likes_madrasa = community == MUSLIM and rng.random() < 0.75
    liked = [s for s in serving if s.is_madrasa == likes_madrasa and s.village == village]
    pool = liked or [s for s in serving if not s.is_madrasa] or serving
    return min(pool, key=lambda s: (_distance(s.position, village.position), s.udise))


def _add_last_year(
    rng: Random,
    wanted: list[tuple[Child, School, Area, str]],
    schools: list[School],
    year_starts: dict[int, tuple[date, ...]],
) -> None:
    """Where the registers reach into the year before, put each child one class lower there.

    Those who left school at the end of that year are not made up, so the highest class of the
    earlier year has no register; the registers of a running year are complete.
    """
    for child, school, village, community in wanted:
        for year_start in reversed(year_starts[school.block][:-1]):
            now = child.enrolments[0]
            grade = now.grade - 1
            if grade < 1:
                break
            before = school
            if not school.has_class(grade):
                before = _school_for(rng, schools, school.block, village, grade, community)
            child.enrolments.insert(0, Enrolment(year_start, before.udise, grade, "", 0))


def _seat(rng: Random, children: list[Child]) -> None:
    """Divide full classes into sections and give roll numbers from 1 in each."""
    classes: dict[tuple[date, str, int], list[tuple[Child, int]]] = defaultdict(list)
    for child in children:
        for position, enrolment in enumerate(child.enrolments):
            key = (enrolment.year_start, enrolment.school, enrolment.grade)
            classes[key].append((child, position))
    for (year_start, school, grade), seats in sorted(classes.items()):
        rng.shuffle(seats)
        sections = -(-len(seats) // SECTION_SIZE)
        for number in range(sections):
            for roll, (child, position) in enumerate(seats[number::sections], 1):
                child.enrolments[position] = Enrolment(
                    year_start, school, grade, ascii_uppercase[number], roll
                )


def _admit(children: list[Child]) -> None:
    """Give each school's own admission numbers, in the order of admission; one a child a school."""
    last: dict[str, int] = defaultdict(int)
    for child in children:
        for school in dict.fromkeys(enrolment.school for enrolment in child.enrolments):
            last[school] += 1
            child.admission_numbers[school] = f"{last[school] + 400}"


def staff_name(rng: Random, block: int, sex: str) -> Name:
    """A name for someone who works in the block."""
    tradition = f"{_REGION[block]}_{MUSLIM if rng.random() < 0.25 else HINDU}"
    single = own_family_words(tradition, sex)
    family = _MOTHERS_SECOND_NAME.get(tradition) if sex == "F" else None
    if family is None or rng.random() < 0.5:
        family = rng.choice(single or shared_family_words(tradition))
    return make_name(rng, tradition, sex, family)
