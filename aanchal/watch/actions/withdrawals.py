"""What becomes of a flag whose marks were corrected: the coordinator says."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import WrongState
from aanchal.kernel.stages import advance

from ..models import Flag, Visit, Withdrawal
from ..permissions import WatchPermission
from ..queries.ends import was_visited


def _lock(withdrawal: Withdrawal) -> tuple[Withdrawal, Flag]:
    """A question about a flag with its flag, both locked; `WrongState` when it is answered."""
    flag = (
        Flag.objects.select_related("area", "child__household")
        .prefetch_related("child__household__kinships")
        .select_for_update(of=("self",))
        .get(withdrawals=withdrawal.pk)
    )
    withdrawal = Withdrawal.objects.select_for_update().get(pk=withdrawal.pk)
    return withdrawal, flag


def _check(withdrawal: Withdrawal, flag: Flag) -> None:
    if withdrawal.state != Withdrawal.State.WAITING:
        raise WrongState
    if flag.state not in (Flag.State.OPEN, Flag.State.ASSIGNED):
        raise WrongState


@use_case
def withdraw_flag(actor: Actor, *, withdrawal: Withdrawal, at: datetime) -> Flag:
    """Withdraw a flag whose marks were corrected; a visit that was sent is called off.

    Raises:
        NotAllowed: the flag is not of the actor's area, or she is kin of the child.
        WrongState: answered before, or somebody has visited meanwhile: what she found, and a doubt,
            would end with nobody having said how.
    """
    withdrawal, flag = _lock(withdrawal)
    require(actor, WatchPermission.FLAG_WITHDRAW, flag)
    _check(withdrawal, flag)
    if was_visited(flag):
        raise WrongState(
            _("Somebody has visited. Ask after the child all the same, and write how it ended.")
        )
    flag.withdrawn_at = at
    advance(actor, flag, Flag.State.WITHDRAWN, scope=flag.scope(), saving=("withdrawn_at",))
    for visit in flag.visits.select_for_update().filter(state=Visit.State.ASSIGNED):
        advance(actor, visit, Visit.State.CANCELLED, scope=flag.scope())
    _settle(actor, withdrawal, Withdrawal.State.WITHDRAWN, flag=flag, at=at)
    return flag


@use_case
def keep_flag(actor: Actor, *, withdrawal: Withdrawal, at: datetime) -> Flag:
    """Ask after the child all the same: the flag and its visit stay as they are.

    Raises:
        NotAllowed: as for `withdraw_flag`.
        WrongState: as for `withdraw_flag`.
    """
    withdrawal, flag = _lock(withdrawal)
    require(actor, WatchPermission.FLAG_WITHDRAW, flag)
    _check(withdrawal, flag)
    _settle(actor, withdrawal, Withdrawal.State.KEPT, flag=flag, at=at)
    return flag


def _settle(
    actor: Actor, withdrawal: Withdrawal, to: Withdrawal.State, *, flag: Flag, at: datetime
) -> None:
    withdrawal.settled_by, withdrawal.settled_at = actor.user_id, at
    advance(
        actor,
        withdrawal,
        to,
        scope=flag.scope(),
        saving=("settled_by", "settled_at"),
        about=flag,
    )
