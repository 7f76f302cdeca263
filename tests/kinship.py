"""Words about who is of a family, as colleagues say them; for the tests of kinship."""

from datetime import UTC, datetime

from aanchal.access.queries import actor_for
from aanchal.access.roles import Role
from aanchal.people import actions
from tests.factories import NOW, a_class
from tests.signing_in import a_person

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
BLOCK = "IN/S10/D206/B1851"


def a_coordinator(where=BLOCK, role=Role.COORDINATOR, **more):
    return a_person(role, where, starts_at=APRIL, **more)


def acting(user, at=NOW):
    return actor_for(user, at=at)


def a_child():
    return a_class(pupils=1)[1][0]


def said(child, by, of, at=NOW):
    return actions.record_kinship(acting(by), child=child, user=of, at=at)
