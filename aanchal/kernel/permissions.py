"""Who may do what. The whole answer is in this file.

A question is always asked about a record: `require(actor, permission, record)`. The record says
where it stands (`scope`), who is excluded from it, and whose hands it is in. Exclusion comes
first, then the seal, then role and place. There is no superuser.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from django.utils.translation import gettext_lazy as _

from .errors import NotAllowed


class Permission(StrEnum):
    """One thing that can be done, named NOUN_VERB."""

    AREA_IMPORT = "area_import"
    SCHOOL_IMPORT = "school_import"
    AREA_JOIN = "area_join"
    CALENDAR_EDIT = "calendar_edit"
    PERSON_INVITE = "person_invite"
    PERSON_VIEW = "person_view"
    GRANT_GIVE = "grant_give"
    GRANT_APPROVE = "grant_approve"
    TEACHER_CONFIRM = "teacher_confirm"
    VOLUNTEER_CONFIRM = "volunteer_confirm"
    GRANT_REVOKE = "grant_revoke"
    CREDENTIAL_RESET = "credential_reset"
    DEVICE_ENROL = "device_enrol"
    AUDIT_VERIFY = "audit_verify"
    READING_VIEW = "reading_view"
    READING_COUNT = "reading_count"
    HEALTH_VIEW = "health_view"
    KEYS_ROTATE = "keys_rotate"
    BACKUP_MAKE = "backup_make"
    RETENTION_RUN = "retention_run"
    HOLD_PLACE = "hold_place"
    HOLD_LIFT = "hold_lift"
    CHILD_VIEW = "child_view"
    CHILD_OPEN_FILE = "child_open_file"
    CHILD_ENROL = "child_enrol"
    HOUSE_DESCRIBE = "house_describe"
    CHILD_MOVE = "child_move"
    KINSHIP_CONFIRM = "kinship_confirm"
    CLASS_VIEW = "class_view"
    REGISTER_IMPORT = "register_import"
    REGISTER_REPAIR = "register_repair"
    REGISTER_CORRECT = "register_correct"
    REGISTER_ARCHIVE = "register_archive"
    ARCHIVE_OPEN = "archive_open"
    ARCHIVE_HAND_OVER = "archive_hand_over"
    WATCH_RUN = "watch_run"
    WATCH_VIEW = "watch_view"
    WATCH_TUNE = "watch_tune"
    FLAG_VIEW = "flag_view"
    FLAG_WITHDRAW = "flag_withdraw"
    VISIT_ASSIGN = "visit_assign"
    VISIT_VIEW = "visit_view"
    VISIT_RECORD = "visit_record"
    VISIT_HAND_BACK = "visit_hand_back"
    FINDING_CORRECT = "finding_correct"
    OUTCOME_RECORD = "outcome_record"
    CONCERN_RAISE = "concern_raise"
    CONCERN_VIEW = "concern_view"
    CONCERN_TAKE_UP = "concern_take_up"
    CONCERN_NAME_TEAM = "concern_name_team"
    NOTICE_PASS_ON = "notice_pass_on"


class Role(StrEnum):
    """What a person is here to do. A person may hold several, each over a place."""

    VOLUNTEER = "volunteer"
    TEACHER = "teacher"
    COORDINATOR = "coordinator"
    CASE_WORKER = "case_worker"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


P = Permission

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VOLUNTEER: frozenset(
        {P.VISIT_VIEW, P.VISIT_RECORD, P.VISIT_HAND_BACK, P.FINDING_CORRECT, P.CONCERN_RAISE}
    ),
    Role.TEACHER: frozenset(
        {
            # Asked about the school as a whole, so only a grant over all of it (the head's) admits.
            P.TEACHER_CONFIRM,
            P.CLASS_VIEW,
            P.HOUSE_DESCRIBE,
            P.CHILD_ENROL,
            P.CHILD_MOVE,
            P.REGISTER_IMPORT,
            P.REGISTER_REPAIR,
            P.CONCERN_RAISE,
        }
    ),
    Role.COORDINATOR: frozenset(
        {
            P.VOLUNTEER_CONFIRM,
            P.AREA_JOIN,
            P.CALENDAR_EDIT,
            P.DEVICE_ENROL,
            P.CHILD_VIEW,
            P.CHILD_OPEN_FILE,
            P.HOUSE_DESCRIBE,
            P.CHILD_ENROL,
            P.CHILD_MOVE,
            P.KINSHIP_CONFIRM,
            P.CLASS_VIEW,
            P.REGISTER_IMPORT,
            P.REGISTER_REPAIR,
            P.REGISTER_CORRECT,
            P.WATCH_RUN,
            P.WATCH_VIEW,
            P.WATCH_TUNE,
            P.READING_VIEW,
            P.FLAG_VIEW,
            P.FLAG_WITHDRAW,
            P.VISIT_ASSIGN,
            P.VISIT_VIEW,
            P.VISIT_RECORD,
            P.OUTCOME_RECORD,
            P.CONCERN_RAISE,
        }
    ),
    Role.CASE_WORKER: frozenset(
        {
            P.CHILD_VIEW,
            P.HOUSE_DESCRIBE,
            P.CHILD_OPEN_FILE,
            P.READING_VIEW,
            P.CONCERN_RAISE,
            P.CONCERN_VIEW,
            P.CONCERN_TAKE_UP,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            P.AREA_IMPORT,
            P.SCHOOL_IMPORT,
            P.AREA_JOIN,
            P.CALENDAR_EDIT,
            P.PERSON_INVITE,
            P.PERSON_VIEW,
            P.GRANT_GIVE,
            P.GRANT_APPROVE,
            P.GRANT_REVOKE,
            P.CREDENTIAL_RESET,
            P.DEVICE_ENROL,
            P.KINSHIP_CONFIRM,
            P.READING_COUNT,
            P.AUDIT_VERIFY,
            P.HEALTH_VIEW,
            P.HOLD_PLACE,
            P.HOLD_LIFT,
        }
    ),
    # The nightly watch and the operator's command line: they prepare questions, they read no case.
    Role.SYSTEM: frozenset(
        {
            P.AREA_IMPORT,
            P.SCHOOL_IMPORT,
            P.CALENDAR_EDIT,
            P.AUDIT_VERIFY,
            P.HEALTH_VIEW,
            P.KEYS_ROTATE,
            P.BACKUP_MAKE,
            P.RETENTION_RUN,
            P.CHILD_ENROL,
            P.KINSHIP_CONFIRM,
            P.REGISTER_IMPORT,
            P.REGISTER_REPAIR,
            P.REGISTER_ARCHIVE,
            P.ARCHIVE_OPEN,
            P.ARCHIVE_HAND_OVER,
            P.WATCH_RUN,
            P.CONCERN_NAME_TEAM,
            P.NOTICE_PASS_ON,
        }
    ),
}

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

# Each of these shows names of children of a whole class or place to whoever holds it there. Two
# people must agree before a role with one of them has force (`access.rules.second_person`).
OPENS_NAMES = frozenset(
    {
        P.CHILD_VIEW,
        P.CHILD_OPEN_FILE,
        P.CHILD_ENROL,
        P.CHILD_MOVE,
        P.CLASS_VIEW,
        P.REGISTER_IMPORT,
        P.REGISTER_REPAIR,
        P.REGISTER_CORRECT,
        P.WATCH_VIEW,
        P.FLAG_VIEW,
        P.VISIT_ASSIGN,
        P.OUTCOME_RECORD,
        P.CONCERN_VIEW,
        P.CONCERN_TAKE_UP,
        P.READING_VIEW,
    }
)

# A role whose grant says where work may be given, and which sees only what is in its own hands.
OWN_HANDS_ROLES = frozenset({Role.VOLUNTEER})

# A volunteer on a shared phone cannot keep a TOTP app: she has an enrolled device and a passphrase.
MFA_ROLES = frozenset({Role.TEACHER, Role.COORDINATOR, Role.CASE_WORKER, Role.ADMINISTRATOR})
DEVICE_ROLES = frozenset({Role.VOLUNTEER})


@dataclass(frozen=True)
class Grant:
    """A role over an area and all below it, or over one body, or over one unit of a body.

    Exactly one of `area_path` and `body_id` is set. `unit` narrows a body (`unit_of`).
    """

    role: Role
    area_path: str = ""
    body_id: str = ""
    unit: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actor:
    """The person, or the part of the system, that asks; with the grants held now. No ORM inside.

    `districts` are the keys of all districts the grants reach, bodies' included, for the row
    guard of the database; None leaves it to the grants' own area paths.
    """

    user_id: str
    grants: tuple[Grant, ...] = ()
    language: str = "en"
    districts: frozenset[str] | None = None

    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)


@dataclass(frozen=True)
class Scope:
    """Where a record stands, for the one permission question.

    Args:
        area_path: the place it belongs to; "" belongs to no place and only a grant over the root
            ("IN") admits.
        district: key of the district, such as "D206", for the audit chain; "" for none.
        body_id: the school or office it belongs to, as text; "" for none.
        unit: the unit of that body it belongs to, from the widest name to the narrowest; () for
            the whole body.
        senders: user ids of who gave it in: whoever holds only a unit of the body reaches what she
            gave in herself; None when her unit is enough.
        holders: user ids in whose hands it is; None when it is not a thing one holds.
        team: user ids that alone may see it (a sealed record); None when not sealed.
        excluded: user ids with a conflict of interest; exclusion comes before any grant.
    """

    area_path: str
    district: str = ""
    body_id: str = ""
    unit: tuple[str, ...] = ()
    senders: frozenset[str] | None = None
    holders: frozenset[str] | None = None
    team: frozenset[str] | None = None
    excluded: frozenset[str] = field(default_factory=frozenset)


class Scoped(Protocol):
    """A record that can say where it stands."""

    def scope(self) -> Scope: ...


def covers(outer: str, inner: str) -> bool:
    """Say whether area path `outer` is `inner` or stands above it; "" covers nothing."""
    # The slash stops "IN/S10/D2" from covering a sibling named "IN/S10/D206".
    return bool(outer) and (inner == outer or inner.startswith(outer + "/"))


def district_of(path: str) -> str:
    """The district's key within an area path ("IN/S10/D206/B1851" → "D206"); "" above it."""
    parts = path.split("/")
    return parts[2] if len(parts) > 2 else ""


def unit_of(*names: str) -> tuple[str, ...]:
    """A unit of a body from its names, the widest first; empty names at its end say nothing.

    A unit may lie in another: ("6", "A") lies in ("6",).
    """
    given = len(names)
    while given and not names[given - 1]:
        given -= 1
    return names[:given]


def covers_unit(outer: tuple[str, ...], inner: tuple[str, ...]) -> bool:
    """Say whether unit `outer` is `inner` or holds it; () is the whole body and holds every unit."""
    return inner[: len(outer)] == outer


def admits(grant: Grant, scope: Scope, user_id: str) -> bool:
    """Say whether one grant reaches a scope, its role's permissions aside."""
    if grant.role in OWN_HANDS_ROLES and scope.holders is not None:
        return user_id in scope.holders and covers(grant.area_path, scope.area_path)
    if grant.body_id:
        is_sender = not grant.unit or scope.senders is None or user_id in scope.senders
        return grant.body_id == scope.body_id and covers_unit(grant.unit, scope.unit) and is_sender
    return covers(grant.area_path, scope.area_path)


def may(actor: Actor, permission: Permission, record: Scoped | Scope) -> bool:
    """Answer the one question. Exclusion first, then the seal, then role and place."""
    scope = record if isinstance(record, Scope) else record.scope()
    if actor.user_id in scope.excluded:
        return False
    if scope.team is not None and actor.user_id not in scope.team:
        return False
    return any(
        permission in ROLE_PERMISSIONS[grant.role] and admits(grant, scope, actor.user_id)
        for grant in actor.grants
    )


def require(actor: Actor, permission: Permission, record: Scoped | Scope) -> None:
    """Raise `NotAllowed` unless the actor may do this to this record."""
    if not may(actor, permission, record):
        raise NotAllowed(permission=str(permission))


def may_anywhere(actor: Actor, permission: Permission) -> bool:
    """Say whether any grant of the actor carries the permission; for menus, never for records."""
    return any(permission in ROLE_PERMISSIONS[grant.role] for grant in actor.grants)


def grants_for(actor: Actor, permission: Permission) -> list[Grant]:
    """The actor's grants that carry a permission, in the order they were given."""
    return [g for g in actor.grants if permission in ROLE_PERMISSIONS[g.role]]


def granted_areas(actor: Actor, permission: Permission) -> list[str]:
    """Area paths over which the actor holds a permission as a whole; no path below another."""
    return outermost(
        g.area_path
        for g in grants_for(actor, permission)
        if g.area_path and g.role not in OWN_HANDS_ROLES
    )


def outermost(paths: Iterable[str]) -> list[str]:
    """Those of some area paths that lie in no other of them, in order, each once."""
    kept: list[str] = []
    for path in sorted(set(paths)):
        if not any(covers(outer, path) for outer in kept):
            kept.append(path)
    return kept


def needs_mfa(roles: Iterable[Role]) -> bool:
    """Say whether any of these roles may only be used behind a second factor."""
    return any(role in MFA_ROLES for role in roles)


ROOT = "IN"


def system_actor(name: str) -> Actor:
    """An enumerated part of the system acting by itself; `name` is one of `SYSTEM_ACTORS`."""
    if name not in SYSTEM_ACTORS:
        raise ValueError(f"no such system actor: {name}")
    return Actor(user_id=f"system:{name}", grants=(Grant(Role.SYSTEM, area_path=ROOT),))


SYSTEM_ACTORS = frozenset({"operator", "watch", "imports", "upkeep", "concerns", "notices"})
