"""Shapes of the made-up district: plain data, nothing drawn at random here."""

from dataclasses import dataclass, field
from datetime import date

from .names import Name

HINDI, BENGALI, ENGLISH = "hi", "bn", "en"


@dataclass(frozen=True, slots=True)
class Area:
    """A place of the tree.

    Attributes:
        level: "state", "district", "block", "panchayat" or "village".
        code: its LGD-like code; no such code is given in the real directory.
        path: keys from the country down, as `IN/S99/D9901/B99011/P990111/V990101`.
        udise: its UDISE code at this level; empty for a panchayat.
        udise_name: the name as the school system writes it, sometimes a little otherwise.
        position: (longitude, latitude), out at sea, so that it points at nobody's house.
    """

    level: str
    code: int
    name: str
    own_name: str
    path: str
    udise: str
    udise_name: str
    position: tuple[float, float]

    @property
    def parent_path(self) -> str:
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its customs: language of its schools and start of its academic year."""

    number: int
    area: Area
    language: str
    panchayats: tuple[Area, ...]
    villages: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class School:
    """A school as the directory knows it and as its village speaks of it."""

    udise: str
    name: str
    own_name: str
    block: int
    village: Area
    lowest: int
    highest: int
    language: str
    weekly_off: int  # weekday number, Monday being 0
    is_madrasa: bool
    position: tuple[float, float]

    def has_class(self, grade: int) -> bool:
        return self.lowest <= grade <= self.highest


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A child in a class-section, under a roll number, for an academic year."""

    year_start: date
    school: str
    grade: int
    section: str
    roll: int


@dataclass(frozen=True, slots=True)
class Guardian:
    name: Name
    sex: str
    relation: str  # "mother", "father", "grandmother", "uncle"


@dataclass(frozen=True, slots=True)
class Household:
    key: str
    village: Area
    hamlet: str
    hamlet_own: str
    guardians: tuple[Guardian, ...]


@dataclass(slots=True)
class Child:
    """A child of the district.

    `born_on` is known for most; for the others only `age_years`, guessed on `age_estimated_on`.
    `state_id` follows her from school to school; `admission_numbers`
    are the schools' own, by school code. `disability` is empty or one of the words of the
    pupil file.
    """

    key: str
    name: Name
    sex: str
    born_on: date | None
    age_years: int
    age_estimated_on: date | None
    disability: str
    household: str
    state_id: str
    admission_numbers: dict[str, str] = field(default_factory=dict)
    enrolments: list[Enrolment] = field(default_factory=list)

    def enrolment_in(self, year_start: date) -> Enrolment | None:
        """Her first enrolment of that academic year."""
        return next((e for e in self.enrolments if e.year_start == year_start), None)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account.

    Attributes:
        role: "volunteer", "teacher", "coordinator", "case_worker" or "administrator".
        area_path: where the role is held; for a teacher her school's village.
        school: UDISE code, teachers only; `is_head` for the head teacher, else `classes` says
            which (grade, section) are hers.
        kin_households: households of her own kin, whom she is never sent to.
    """

    key: str
    username: str
    name: Name
    role: str
    language: str
    area_path: str
    school: str = ""
    is_head: bool = False
    classes: tuple[tuple[int, str], ...] = ()
    kin_households: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class District:
    """All of it. `today` is the day on which the demonstration is looked at."""

    seed: int
    today: date
    state: Area
    area: Area
    blocks: tuple[Block, ...]
    schools: tuple[School, ...]
    households: dict[str, Household]
    children: tuple[Child, ...]
    people: tuple[Person, ...]
    year_starts: dict[int, tuple[date, ...]]  # by block, the years the registers touch

    @property
    def villages(self) -> tuple[Area, ...]:
        return tuple(village for block in self.blocks for village in block.villages)

    def school(self, udise: str) -> School:
        return next(school for school in self.schools if school.udise == udise)
