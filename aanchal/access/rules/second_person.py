"""Which roles two people must agree on, and which may not meet in one person. Pure."""

from collections.abc import Iterable

from aanchal.kernel.permissions import ROLE_PERMISSIONS, Permission, Role

# Whoever can do one of these could make herself a second person, or read a child's file.
WEIGHTY = frozenset(
    {
        Permission.GRANT_GIVE,
        Permission.GRANT_APPROVE,
        Permission.CREDENTIAL_RESET,
        Permission.CHILD_OPEN_FILE,
        Permission.CONCERN_VIEW,
    }
)

READS_FILES = frozenset({Permission.CHILD_OPEN_FILE, Permission.CONCERN_VIEW})

# Roles that people hold; the system's own is never given.
GIVEN_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)


def needs_second_person(role: Role) -> bool:
    """Say whether a role is only given when a second person agrees, whoever gives it.

    Without this an administrator alone could invite a person who does not exist, and be her:
    a second administrator who agrees to everything, or a case worker who reads.
    """
    return bool(ROLE_PERMISSIONS[role] & WEIGHTY)


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
