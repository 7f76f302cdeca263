"""Who is kin of the children or households of what waits."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from aanchal.people.models import Child, Kinship


def kin_of_households(households: Iterable[UUID | None]) -> dict[UUID, frozenset[str]]:
    found: dict[UUID, set[str]] = defaultdict(set)
    asked = {h for h in households if h is not None}
    for household, user in Kinship.objects.filter(household__in=asked).values_list(
        "household_id", "user_id"
    ):
        found[household].add(str(user))
    return {household: frozenset(users) for household, users in found.items()}


def kin_of_children(children: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    homes = dict(
        Child.objects.filter(pk__in=set(children), household__isnull=False).values_list(
            "pk", "household_id"
        )
    )
    kin = kin_of_households(homes.values())
    return {child: kin[home] for child, home in homes.items() if home in kin}
