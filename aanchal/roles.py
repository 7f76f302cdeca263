"""Who may do what: the one table, above the apps that declare the permissions.

No app imports it: `settings.AANCHAL_ROLES` names it, and `kernel.authz` asks it. A permission that
stands under no role may be used by nobody.
"""

from aanchal.access.permissions import AccessPermission
from aanchal.access.roles import Role
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.authz import RoleTable
from aanchal.kernel.permissions import KernelPermission
from aanchal.kernel.vocabulary import Permission
from aanchal.notices.permissions import NoticePermission
from aanchal.people.permissions import PeoplePermission
from aanchal.places.permissions import PlacePermission
from aanchal.registers.permissions import RegisterPermission
from aanchal.watch.permissions import WatchPermission

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VOLUNTEER: frozenset(
        {
            WatchPermission.VISIT_RECORD,
            WatchPermission.VISIT_HAND_BACK,
            PeoplePermission.KINSHIP_DECLARE,
            WatchPermission.FINDING_CORRECT,
            CasePermission.CONCERN_RAISE,
        }
    ),
    Role.TEACHER: frozenset(
        {
            # Asked about the school as a whole, so only a grant over all of it (the head's) admits.
            AccessPermission.TEACHER_CONFIRM,
            PeoplePermission.CLASS_VIEW,
            PeoplePermission.HOUSE_DESCRIBE,
            PeoplePermission.CHILD_ENROL,
            PeoplePermission.CHILD_MOVE,
            RegisterPermission.REGISTER_IMPORT,
            RegisterPermission.REGISTER_REPAIR,
            CasePermission.CONCERN_RAISE,
        }
    ),
    Role.COORDINATOR: frozenset(
        {
            AccessPermission.VOLUNTEER_CONFIRM,
            PlacePermission.AREA_JOIN,
            PlacePermission.CALENDAR_EDIT,
            AccessPermission.DEVICE_ENROL,
            PeoplePermission.CHILD_VIEW,
            PeoplePermission.CHILD_OPEN_FILE,
            PeoplePermission.HOUSE_DESCRIBE,
            PeoplePermission.CHILD_ENROL,
            PeoplePermission.CHILD_MOVE,
            PeoplePermission.KINSHIP_CONFIRM,
            PeoplePermission.CLASS_VIEW,
            RegisterPermission.REGISTER_IMPORT,
            RegisterPermission.REGISTER_REPAIR,
            RegisterPermission.REGISTER_CORRECT,
            WatchPermission.WATCH_RUN,
            WatchPermission.WATCH_VIEW,
            WatchPermission.WATCH_TUNE,
            PeoplePermission.READING_VIEW,
            WatchPermission.FLAG_VIEW,
            WatchPermission.FLAG_WITHDRAW,
            WatchPermission.VISIT_ASSIGN,
            WatchPermission.VISIT_RECORD,
            WatchPermission.OUTCOME_RECORD,
            CasePermission.CONCERN_RAISE,
        }
    ),
    Role.CASE_WORKER: frozenset(
        {
            PeoplePermission.CHILD_VIEW,
            PeoplePermission.HOUSE_DESCRIBE,
            PeoplePermission.CHILD_OPEN_FILE,
            PeoplePermission.READING_VIEW,
            CasePermission.CONCERN_RAISE,
            CasePermission.CONCERN_VIEW,
            CasePermission.CONCERN_TAKE_UP,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            PlacePermission.AREA_IMPORT,
            PlacePermission.SCHOOL_IMPORT,
            PlacePermission.AREA_JOIN,
            PlacePermission.CALENDAR_EDIT,
            AccessPermission.PERSON_INVITE,
            AccessPermission.PERSON_VIEW,
            AccessPermission.GRANT_GIVE,
            AccessPermission.GRANT_APPROVE,
            AccessPermission.GRANT_REVOKE,
            AccessPermission.CREDENTIAL_RESET,
            AccessPermission.DEVICE_ENROL,
            PeoplePermission.KINSHIP_CONFIRM,
            PeoplePermission.READING_COUNT,
            KernelPermission.AUDIT_VERIFY,
            KernelPermission.HEALTH_VIEW,
            CasePermission.HOLD_PLACE,
            CasePermission.HOLD_LIFT,
        }
    ),
    # The nightly watch and the operator's command line: they prepare questions, they read no case.
    Role.SYSTEM: frozenset(
        {
            PlacePermission.AREA_IMPORT,
            PlacePermission.SCHOOL_IMPORT,
            PlacePermission.CALENDAR_EDIT,
            KernelPermission.AUDIT_VERIFY,
            KernelPermission.HEALTH_VIEW,
            KernelPermission.KEYS_ROTATE,
            KernelPermission.BACKUP_MAKE,
            KernelPermission.RETENTION_RUN,
            PeoplePermission.CHILD_ENROL,
            PeoplePermission.KINSHIP_CONFIRM,
            RegisterPermission.REGISTER_IMPORT,
            RegisterPermission.REGISTER_REPAIR,
            WatchPermission.REGISTER_ARCHIVE,
            WatchPermission.ARCHIVE_OPEN,
            WatchPermission.ARCHIVE_HAND_OVER,
            WatchPermission.WATCH_RUN,
            CasePermission.CONCERN_NAME_TEAM,
            NoticePermission.NOTICE_PASS_ON,
        }
    ),
}

TABLE = RoleTable(
    permissions=ROLE_PERMISSIONS,
    # Whose grant says where work may be given, and who sees only what is in her own hands.
    own_hands=frozenset({Role.VOLUNTEER}),
    system=Role.SYSTEM,
    system_actors=frozenset({"operator", "watch", "imports", "upkeep", "concerns", "notices"}),
)
