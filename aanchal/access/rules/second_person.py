"""Which roles two people must agree on, and which may not meet in one person. Pure."""

from collections.abc import Iterable

from aanchal.kernel.authz import permissions_of
from aanchal.kernel.vocabulary import Permission, Shows

from ..permissions import AccessPermission
from ..roles import Role

# Whoever can do one of these could make herself a second person.
MAKES_PERSONS = frozenset(
    {
        AccessPermission.GRANT_GIVE,
        AccessPermission.GRANT_APPROVE,
        AccessPermission.CREDENTIAL_RESET,
    }
)

# Roles that people hold; the system's own is never given.
GIVEN_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)


# Besides administrators: the head agrees to teachers of her school, a coordinator to volunteers.
CONFIRMED_BY = {
    Role.TEACHER: AccessPermission.TEACHER_CONFIRM,
    Role.VOLUNTEER: AccessPermission.VOLUNTEER_CONFIRM,
}


def needs_second_person(role: Role) -> bool:
    """Say whether a role is only given to somebody known when a second person agrees.

    An invitation needs a second person whatever the role: without one an administrator alone
    could invite a person who does not exist, and be her. A volunteer sees only what a coordinator
    puts in her hands, so that for somebody who is here already one giver is enough.
    """
    may = permissions_of(role)
    return bool(may & MAKES_PERSONS) or any(p.shows >= Shows.NAMES for p in may)


def confirming(role: Role) -> tuple[Permission, ...]:
    """The permissions, one of which it takes to agree to this role at its place."""
    also = CONFIRMED_BY.get(role)
    return (AccessPermission.GRANT_APPROVE, also) if also else (AccessPermission.GRANT_APPROVE,)


def may_hold_together(role: Role, others: Iterable[Role]) -> bool:
    """Say whether a role may join these in one person: an administrator reads no child's file."""
    return all(not (_administers(a) and _reads(b)) for a, b in _pairs(role, others))


def _pairs(role: Role, others: Iterable[Role]) -> Iterable[tuple[Role, Role]]:
    for other in others:
        yield role, other
        yield other, role


def _administers(role: Role) -> bool:
    return AccessPermission.GRANT_GIVE in permissions_of(role)


def _reads(role: Role) -> bool:
    return any(p.shows >= Shows.FILES for p in permissions_of(role))
