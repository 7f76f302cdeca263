"""Which households are one family: the same guardian, name and number, in one village.

A name alone joins nobody: it is proposed to whoever may say whether they are one.
"""

from uuid import UUID

from aanchal.lib.indic.names import words

from .models import Guardian, Household, Kinship

_LONGEST = 14  # digits of one number, with the country and a leading 00


def family_key(name: str, phone: str, area: UUID) -> tuple[str, str, UUID]:
    """What two households of one family share."""
    return (" ".join(words(name)), phone, area)


def same_family(household: Household) -> list[Household]:
    """Other households of the village with a guardian of the same name and number.

    One family has two where its children were enrolled by people who may not see each other's.
    """
    keys = {
        family_key(g.name, g.phone, household.area_id) for g in household.guardians.all() if g.name
    }
    others = Household.objects.filter(area=household.area_id).exclude(pk=household.pk)
    return [
        other
        for other in (others.prefetch_related("guardians") if keys else ())
        if keys & {family_key(g.name, g.phone, other.area_id) for g in other.guardians.all()}
    ]


def namesakes(household: Household) -> list[Household]:
    """Other households of the village that may be the same family: a guardian of one name.

    Guardians of two different numbers are two people. Two queries.
    """
    mine = [g for g in household.guardians.all() if g.name]
    others = Household.objects.filter(area=household.area_id).exclude(pk=household.pk)
    return [
        other
        for other in (others.prefetch_related("guardians").order_by("pk") if mine else ())
        if any(_may_be_one(g, theirs) for g in mine for theirs in other.guardians.all())
    ]


def _may_be_one(one: Guardian, other: Guardian) -> bool:
    if words(one.name) != words(other.name):
        return False
    return not (one.phone and other.phone) or digits(one.phone) == digits(other.phone)


def digits(number: str) -> str:
    """A telephone number as it is compared: however it was written, with or without the country.

    Two numbers written together are compared together.
    """
    found = "".join(letter for letter in number if letter.isdigit())
    return found if len(found) > _LONGEST else found[-10:]


def a_copy(kinship: Kinship, household: Household) -> Kinship:
    """The same word for another household of the family; it is not written yet."""
    return Kinship(
        district=kinship.district,
        user_id=kinship.user_id,
        household=household,
        recorded_by=kinship.recorded_by,
        recorded_at=kinship.recorded_at,
        state=kinship.state,
        asked_by=kinship.asked_by,
        asked_at=kinship.asked_at,
        copy_of_id=kinship.copy_of_id or kinship.pk,
    )
