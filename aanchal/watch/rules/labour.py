"""Whether the law forbids a child's work. Pure.

Under 14 any work that keeps a child from school is forbidden; from 14 to 17 dangerous work is. What
is not known is asked, never guessed; what nobody can say is looked into.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Band(StrEnum):
    """The ages between which the law draws its lines."""

    CHILD = "child"
    ADOLESCENT = "adolescent"
    ADULT = "adult"
    NOT_KNOWN = "not_known"


class Danger(StrEnum):
    """Whether the work is dangerous, as the volunteer could see or was told."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True)
class LabourAges:
    """From which age work, and dangerous work, is allowed."""

    work: int
    dangerous_work: int


def age_range(
    *, born_on: date | None, years: int | None, estimated_on: date | None, on: date
) -> tuple[int, int] | None:
    """The lowest and highest age in years that a child may have on a day; None when not known.

    Args:
        born_on: the day of birth.
        years, estimated_on: an age as it was estimated, and when; used without a day of birth.
    """
    if born_on is not None:
        age = on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))
        return (age, age)
    if years is None or estimated_on is None:
        return None
    passed = (
        on.year - estimated_on.year - ((on.month, on.day) < (estimated_on.month, estimated_on.day))
    )
    # She was this many years old, and up to a day less than a year more.
    return (years + passed, years + passed + 1)


def band_of(ages: tuple[int, int] | None, law: LabourAges) -> Band:
    """The band of an age; not known when no age is, or when it may lie on either side of a line."""
    if ages is None:
        return Band.NOT_KNOWN
    low, high = (_band(age, law) for age in ages)
    return low if low is high else Band.NOT_KNOWN


def _band(age: int, law: LabourAges) -> Band:
    if age < law.work:
        return Band.CHILD
    return Band.ADOLESCENT if age < law.dangerous_work else Band.ADULT


def is_forbidden(band: Band, danger: Danger | None) -> bool:
    """Say whether the work is, or may be, forbidden: then it is a concern.

    Args:
        danger: asked only where it decides: of an adolescent.
    """
    if band is Band.ADOLESCENT:
        return danger is not Danger.NO
    return band is not Band.ADULT
