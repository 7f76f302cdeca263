"""Who of those who work with us is kin of a child: she is shut out of its records."""

from datetime import datetime
from uuid import UUID

from aanchal.access.models import User
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.permissions import (
    Actor,
    Permission,
    require,
)

from ..models import (
    Child,
    Household,
    Kinship,
)
from ..rules.names import words
from .houses import lock_child


@use_case
def record_kinship(actor: Actor, *, child: Child, user: User, at: datetime) -> Kinship:
    """Note that a person is kin of a child's household: from now on she is excluded from it.

    Raises:
        NotAllowed: the actor may not open this child's file.
    """
    child = lock_child(child)
    require(actor, Permission.CHILD_OPEN_FILE, child)
    return _note_kinship(actor, child, user, at=at)


@use_case
def record_own_kinship(actor: Actor, *, child: Child, user: User, at: datetime) -> Kinship:
    """Note that the actor herself is kin of a child's household, as she said on giving a visit back.

    Raises:
        NotAllowed: the actor makes no visits where the child is, or speaks of another.
    """
    child = lock_child(child)
    if str(user.pk) != actor.user_id:
        raise NotAllowed
    require(actor, Permission.VISIT_HAND_BACK, child)
    return _note_kinship(actor, child, user, at=at)


def _note_kinship(actor: Actor, child: Child, user: User, *, at: datetime) -> Kinship:
    scope = child.scope()
    household = child.household
    if household is None:
        household = Household.objects.create(district=child.district, area=child.area)
        child.household = household
        child.save(update_fields=["household"])
    kinship, made = Kinship.objects.get_or_create(
        user=user,
        household=household,
        defaults={
            "district": child.district,
            "recorded_by": actor.user_id,
            "recorded_at": at,
        },
    )
    if made:
        record(actor, Verb.KINSHIP_RECORDED, kinship, scope=scope)
        Kinship.objects.bulk_create(
            [
                Kinship(
                    district=child.district,
                    user=user,
                    household=other,
                    recorded_by=actor.user_id,
                    recorded_at=at,
                )
                for other in _same_family(household)
            ],
            ignore_conflicts=True,
        )
    return kinship


def _same_family(household: Household) -> list[Household]:
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


def family_key(name: str, phone: str, area: UUID) -> tuple[str, str, UUID]:
    return (" ".join(words(name)), phone, area)
