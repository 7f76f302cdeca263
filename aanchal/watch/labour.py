"""The child of a flag before the law on labour: her age as far as it is known, and what follows."""

from datetime import date
from functools import cache

from aanchal.lib.sourced import values
from aanchal.people.models import Child

from .rules.labour import Band, Danger, LabourAges, age_range, band_of, is_forbidden

WORKS = "works"
UNLAWFUL = "works_unlawful"


@cache
def labour_ages() -> LabourAges:
    """The law's ages, from `data/labour.toml`; read once."""
    ages = values("aanchal.watch", "labour.toml")
    return LabourAges(ages["work_from_age"], ages["dangerous_work_from_age"])


def ages_of(child: Child, *, on: date) -> tuple[int, int] | None:
    """The lowest and highest age a child may have on a day; None when nothing is known."""
    try:
        born = date.fromisoformat(child.born_on) if child.born_on else None
    except ValueError:
        born = None
    return age_range(
        born_on=born, years=child.age_years, estimated_on=child.age_estimated_on, on=on
    )


def known_band(child: Child, *, on: date) -> Band:
    """The child's band by her record alone."""
    return band_of(ages_of(child, on=on), labour_ages())


def kind_under_law(kind: str, *, band: Band, danger: Danger | None) -> str:
    """The finding to record: "works" becomes a danger where the law forbids the work, or may."""
    return UNLAWFUL if kind == WORKS and is_forbidden(band, danger) else kind
