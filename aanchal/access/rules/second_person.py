"""Which roles two people must agree on, and which may not meet in one person. Pure."""

from collections.abc import Iterable

from aanchal.kernel.permissions import OPENS_NAMES, ROLE_PERMISSIONS, Permission, Role

# Whoever can do one of these could make herself a second person, or read names of children.
WEIGHTY = OPENS_NAMES | {
    Permission.GRANT_GIVE,
    Permission.GRANT_APPROVE,
    Permission.CREDENTIAL_RESET,
}

READS_FILES = frozenset({Permission.CHILD_OPEN_FILE, Permission.CONCERN_VIEW})

# Roles that people hold; the system's own is never given.
GIVEN_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)


# Besides administrators: the head agrees to teachers of her school, a coordinator to volunteers.
CONFIRMED_BY = {
    Role.TEACHER: Permission.TEACHER_CONFIRM,
    Role.VOLUNTEER: Permission.VOLUNTEER_CONFIRM,
}


def needs_second_person(role: Role) -> bool:
    """Say whether a role is only given to somebody known when a second person agrees.

    An invitation needs a second person whatever the role: without one an administrator alone
    could invite a person who does not exist, and be her. A volunteer sees only what a coordinator
    puts in her hands, so that for somebody who is here already one giver is enough.
    """
    return bool(ROLE_PERMISSIONS[role] & WEIGHTY)


def confirming(role: Role) -> tuple[Permission, ...]:
    """The permissions, one of which it takes to agree to this role at its place."""
    also = CONFIRMED_BY.get(role)
    return (Permission.GRANT_APPROVE, also) if also else (Permission.GRANT_APPROVE,)


def may_hold_together(role: Role, others: Iterable[Role]) -> bool:
    """Say whether a role may join these in one person: an administrator reads no child's file."""
    return all(not (_administers(a) and _reads(b)) for a, b in _pairs(role, others))


def _pairs(role: Role, others: Iterable[Role]) -> Iterable[tuple[Role, Role]]:
    for other in others:
        yield role, other
        yield other, role


def _administers(role: Role) -> bool:
    return Permission.GRANT_GIVE in ROLE_PERMISSIONS[role]


def _reads(role: Role) -> bool:
    return bool(ROLE_PERMISSIONS[role] & READS_FILES)
