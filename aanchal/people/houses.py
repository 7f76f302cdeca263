"""How a child's house is found, as it is written down and read; sealed at rest."""

from dataclasses import dataclass, replace

from aanchal.kernel.errors import Invalid
from aanchal.lib.indic.names import tidy

from .families import digits
from .models import Child, Consent, Guardian, Household

MAX_LINE = 200
MAX_DIRECTIONS = 500


@dataclass(frozen=True)
class House:
    """Where a child lives and whom to ask for. Empty text: not known."""

    guardian_name: str = ""
    guardian_relation: str = ""
    phone: str = ""
    hamlet: str = ""
    landmark: str = ""
    directions: str = ""

    @property
    def is_known(self) -> bool:
        """Whether anything is known but the village."""
        return any((self.guardian_name, self.phone, self.hamlet, self.landmark, self.directions))


def house_of(child: Child) -> House:
    """How the child's house is found; `household` must be loaded. Two queries."""
    household = child.household
    if household is None:
        return House()
    guardian = _asked_for(household, numbers_agreed(child))
    return House(
        guardian_name=guardian.name if guardian else "",
        guardian_relation=guardian.relation if guardian else "",
        phone=guardian.phone if guardian else "",
        hamlet=household.hamlet or "",
        landmark=household.landmark or "",
        directions=household.place_note,
    )


def numbers_agreed(child: Child) -> frozenset[str]:
    """Numbers on which the family agreed to be called about this child. One query.

    It agreed to one number, not to whichever is written down later or comes by a joined household.
    """
    held = child.consents.filter(purpose=Consent.Purpose.VISITS, withdrawn_on__isnull=True)
    return frozenset(digits(consent.number or "") for consent in held) - {""}


def may_be_called(child: Child) -> bool:
    """Whether the family agreed to be called on the number that is written down. Three queries."""
    return digits(house_of(child).phone) in numbers_agreed(child)


def house_for_volunteer(child: Child) -> House:
    """The house as its volunteer may see it: the phone only where the family agreed."""
    house = house_of(child)
    is_agreed = digits(house.phone) in numbers_agreed(child)
    return house if is_agreed else replace(house, phone="")


def _asked_for(household: Household, agreed: frozenset[str]) -> Guardian | None:
    """The guardian to ask for: whose number was agreed to; else the first whose name is known."""
    known = sorted(household.guardians.all(), key=lambda g: g.pk)
    called = (g for g in known if digits(g.phone) in agreed)
    named = (g for g in known if g.name)
    return next(called, None) or next(named, known[0] if known else None)


def write_house(child: Child, house: House) -> list[str]:
    """Write a house down inside a use case; gives the names of the fields that changed.

    Raises:
        Invalid: a line too long, or a relation there is not.
    """
    for name in ("guardian_name", "phone", "hamlet", "landmark"):
        if len(getattr(house, name)) > MAX_LINE:
            raise Invalid(field=name)
    if len(house.directions) > MAX_DIRECTIONS:
        raise Invalid(field="directions")
    if house.guardian_relation and house.guardian_relation not in Guardian.Relation.values:
        raise Invalid(field="guardian_relation")
    before = house_of(child)
    changed = [name for name in vars(house) if getattr(house, name) != getattr(before, name)]
    if not changed:
        return []
    household = child.household
    if household is None:
        household = Household(district=child.district, area=child.area)
    household.hamlet, household.landmark = house.hamlet, house.landmark
    household.place_note = house.directions
    household.save()
    if child.household_id is None:
        child.household = household
        child.save(update_fields=["household"])
    guardian = _asked_for(household, numbers_agreed(child))
    if guardian is None and (house.guardian_name or house.phone):
        guardian = Guardian(district=child.district, household=household)
    if guardian is not None:
        guardian.name, guardian.phone = tidy(house.guardian_name), house.phone
        guardian.relation = house.guardian_relation or guardian.relation or Guardian.Relation.OTHER
        guardian.save()
    return changed
