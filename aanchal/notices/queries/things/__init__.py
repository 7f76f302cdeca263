"""What waits for a person, asked of the records themselves, so that no use case can forget it.

Every kind of record that waits has one function here. With an actor it reads only what stands where
she may act; without one it reads everything, for the job that passes on what nobody opened. Whether
a person may act is asked by `may` of each record's scope in either case: exclusion first, then the
seal, then role and place. A fixed number of queries, however much waits.
"""

from collections.abc import Sequence
from datetime import datetime

from aanchal.access.permissions import AccessPermission
from aanchal.cases.permissions import CasePermission
from aanchal.kernel.authz import Actor, may_anywhere
from aanchal.people.permissions import PeoplePermission
from aanchal.registers.permissions import RegisterPermission
from aanchal.watch.permissions import WatchPermission

from .concerns import concerns, concerns_waiting
from .families import class_moves, family_moves, kinships, unconfirmed_kinships
from .registers import corrections, missing_pupils, register_files, silent, silent_for_the_number
from .second_person import CONFIRMING, grants, invitations, legal_holds, resets
from .thing import Thing
from .visits import flags, late_findings, put_right, visits, withdrawals

__all__ = [
    "KINDS",
    "SOURCES",
    "Thing",
    "class_moves",
    "concerns",
    "concerns_waiting",
    "corrections",
    "family_moves",
    "flags",
    "grants",
    "in_order",
    "invitations",
    "kinships",
    "late_findings",
    "legal_holds",
    "missing_pupils",
    "put_right",
    "register_files",
    "resets",
    "silent",
    "silent_for_the_number",
    "things",
    "unconfirmed_kinships",
    "visits",
    "withdrawals",
]


def things(*, at: datetime, actor: Actor | None = None) -> list[Thing]:
    """Everything that waits at a moment; with an actor, only where one of her roles could act.

    The caller still asks `may` of each.
    """
    found: list[Thing] = []
    for permissions, read in SOURCES:
        if actor is None or any(may_anywhere(actor, p) for p in permissions):
            found += read(actor, at)
    return found


SOURCES = (
    ((CasePermission.CONCERN_TAKE_UP,), concerns),
    ((WatchPermission.VISIT_ASSIGN,), flags),
    ((WatchPermission.VISIT_ASSIGN, WatchPermission.VISIT_HAND_BACK), visits),
    ((WatchPermission.VISIT_ASSIGN,), late_findings),
    ((WatchPermission.VISIT_ASSIGN,), put_right),
    ((WatchPermission.FLAG_WITHDRAW,), withdrawals),
    ((RegisterPermission.REGISTER_IMPORT,), register_files),
    ((RegisterPermission.REGISTER_CORRECT,), corrections),
    ((PeoplePermission.CHILD_MOVE,), class_moves),
    ((PeoplePermission.CHILD_MOVE,), family_moves),
    ((PeoplePermission.KINSHIP_CONFIRM,), kinships),
    ((PeoplePermission.CHILD_OPEN_FILE,), unconfirmed_kinships),
    ((RegisterPermission.REGISTER_CORRECT,), missing_pupils),
    ((RegisterPermission.REGISTER_CORRECT,), silent),
    (CONFIRMING, grants),
    (CONFIRMING, invitations),
    ((AccessPermission.CREDENTIAL_RESET,), resets),
    ((CasePermission.HOLD_LIFT,), legal_holds),
)


# A row of the hand-overs with steps needs a source here, or it would wait unseen.
KINDS = frozenset(
    {
        "concern.new",
        "concern.taken_up",
        "concern.handed_over",
        "concern_correction.unread",
        "concern_mistake.asked",
        "concern_move.waiting",
        "concern_move.kept",
        "flag.open",
        "flag.visited",
        "visit.assigned",
        "late_finding.unread",
        "put_right.unread",
        "visit_along.sent",
        "withdrawal.waiting",
        "register_file.shown",
        "register_file.taken",
        "correction.waiting",
        "class_move.waiting",
        "family_move.waiting",
        "kinship.waiting",
        "kinship.leaving",
        "unconfirmed_kinship.unread",
        "missing_pupil.waiting",
        "class_register.silent",
        "grant.waiting",
        "invitation.waiting",
        "credential_reset.asked",
        "legal_hold.leaving",
    }
)


def in_order(found: Sequence[Thing], *, at: datetime) -> list[Thing]:
    """What stands where, on every page: danger, then what is past its day, then what is urgent.

    Among these the longest waiting first: of what is past its day, by that day.
    """

    def place(thing: Thing) -> tuple[bool, bool, bool, datetime, str]:
        past = thing.due is not None and thing.due <= at
        return (
            not thing.is_danger,
            not past,
            not thing.is_urgent,
            thing.begun(at=at),
            thing.key,
        )

    return sorted(found, key=place)
