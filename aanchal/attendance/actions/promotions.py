"""Change of session: rows that are certainly pupils of last year's class, said for all in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aanchal.kernel.actions import use_case
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import Actor
from aanchal.people.rules.promotion import Reason

from ..models import RegisterFile
from .repairs import repair_row


@dataclass
class Promoted:
    """What saying "these are the same children" did."""

    same: int = 0
    asked: int = 0  # the class they would leave is another's: its head was asked
    waiting: int = 0  # something changed since they were shown: each is asked about by herself


@use_case
def confirm_promoted(
    actor: Actor, *, register: RegisterFile, problems: Sequence[UUID], at: datetime
) -> Promoted:
    """Say of the rows that were shown as certain that they are the same children.

    Each is settled, audited and can be undone by herself, like a row that was answered alone.

    Args:
        problems: the rows as they were shown; no other row is touched.

    Raises:
        NotAllowed: not the actor's class.
        NotFound: one of them is no row of this file, or not a certain one.
    """
    rows = list(
        ImportProblem.objects.filter(
            pk__in=problems, source_kind="register", source_id=str(register.pk)
        ).order_by("row", "pk")
    )
    certain = [r for r in rows if (r.raw or {}).get("promoted") == Reason.NAME_EQUAL]
    if not certain or len(certain) != len(set(problems)):
        raise NotFound
    done = Promoted()
    for problem in certain:
        if problem.state != ImportProblem.State.OPEN:
            done.waiting += 1
            continue
        try:
            settled = repair_row(
                actor, problem=problem, choice=(problem.raw or {})["suggestions"][0], at=at
            )
        except (Invalid, WrongState):
            # Her days of the month are in already, say: that is asked about by herself, and stops
            # none of the others.
            done.waiting += 1
            continue
        if settled.state == ImportProblem.State.OPEN:
            done.asked += 1
        else:
            done.same += 1
    return done
