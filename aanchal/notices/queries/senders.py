"""In whose hands a register lies that somebody sent, and whether she can still say yes to it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from aanchal.access.queries import held_grant, live_grants
from aanchal.kernel import authz
from aanchal.kernel.access import is_person
from aanchal.kernel.authz import Actor, may
from aanchal.registers.models import RegisterFile
from aanchal.registers.permissions import RegisterPermission


def with_senders(
    rows: Sequence[RegisterFile], *, at: datetime
) -> Iterator[tuple[RegisterFile, str]]:
    """Register files, each with the user id of the sender in whose hands it is.

    "" for one that no person sent, and for one whose sender may no more say yes to it: her role ended
    or was taken away, or her account was stopped. One query, none where no person sent any.
    """
    held: dict[str, list[authz.Grant]] = {
        row.received_by: [] for row in rows if is_person(Actor(row.received_by))
    }
    if held:
        for grant in live_grants(at=at).filter(user__in=[UUID(key) for key in held]):
            held[str(grant.user_id)].append(held_grant(grant))
    for row in rows:
        sender = Actor(user_id=row.received_by, grants=tuple(held.get(row.received_by, ())))
        works = may(sender, RegisterPermission.REGISTER_IMPORT, row.scope())
        yield row, row.received_by if works else ""
