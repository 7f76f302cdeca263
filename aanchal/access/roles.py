"""The roles there are, what each is for, and what it takes to sign in with one. Pure.

Which role may do what is one table above the apps, `aanchal/roles.py`.
"""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a person is here to do. A person may hold several, each over a place."""

    VOLUNTEER = "volunteer"
    TEACHER = "teacher"
    COORDINATOR = "coordinator"
    CASE_WORKER = "case_worker"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


ROLE_NAMES = {
    Role.VOLUNTEER: _("Volunteer"),
    Role.TEACHER: _("Teacher"),
    Role.COORDINATOR: _("Coordinator"),
    Role.CASE_WORKER: _("Case worker"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.SYSTEM: _("Aanchal itself"),
}

ROLE_PURPOSES = {
    Role.VOLUNTEER: _("Makes the visits put in her hands, and tells of a concern."),
    Role.TEACHER: _("Sends the register of a class; sees visited, back or left, never a finding."),
    Role.COORDINATOR: _("Sends visits to volunteers and follows what is overdue in a block."),
    Role.CASE_WORKER: _("Takes up concerns about children."),
    Role.ADMINISTRATOR: _("Looks after people, grants, imports and health; reads no case."),
    Role.SYSTEM: _("Jobs that run by themselves, and the operator's commands."),
}

# A volunteer on a shared phone cannot keep a TOTP app: she has an enrolled device and a passphrase.
MFA_ROLES = frozenset({Role.TEACHER, Role.COORDINATOR, Role.CASE_WORKER, Role.ADMINISTRATOR})
DEVICE_ROLES = frozenset({Role.VOLUNTEER})


def needs_mfa(roles: Iterable[str]) -> bool:
    """Say whether any of these roles may only be used behind a second factor."""
    return any(role in MFA_ROLES for role in roles)
