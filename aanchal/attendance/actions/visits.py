"""A visit in somebody's hands: sent, taken back, given back, and "I have left the house"."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.access.queries import live_grants
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.permissions import Actor, Permission, Role, covers, require
from aanchal.people.actions import record_own_kinship

from ..guidance import guidance
from ..models import Flag, Visit
from ..queries.before_going import felt_unsafe
from ..queries.doubts import is_in_doubt
from ..queries.ends import was_visited
from ..queries.flags import found_nobody_often, volunteers_for
from .holding import end_of, hold_flag, hold_visit


@use_case
def assign_visit(
    actor: Actor, *, flag: Flag, volunteer: User, two_go: bool = False, at: datetime
) -> Visit:
    """Put a flag's visit into a volunteer's hands, due by its channel; also after an earlier visit.

    Where she who went before is not sure that the child is safe, it is due as an urgent one.

    A visit already in somebody else's hands is taken from her and counted as cancelled.

    Args:
        two_go: the sender says that two go together; needed where somebody did not feel safe before.

    Raises:
        NotAllowed: the actor may not assign visits here, or is kin.
        Invalid: she is no volunteer of this village, is kin of the household, or gave this
            visit back because she did not feel safe; or one is to go alone where another did not.
        WrongState: the flag has ended.
    """
    flag = hold_flag(flag)
    require(actor, Permission.VISIT_ASSIGN, flag)
    if flag.state not in Flag.LIVE:
        raise WrongState
    _fit(flag, volunteer, at=at)
    if not two_go and felt_unsafe([flag]):
        raise Invalid(
            _("Whoever was to go before did not feel safe. Send two together, or nobody."),
            field="two_go",
        )
    held = flag.visits.filter(state=Visit.State.ASSIGNED).first()
    if held is not None:
        if held.volunteer_id == volunteer.pk:
            return held
        held.state = Visit.State.CANCELLED
        held.save(update_fields=["state"])
        record(actor, Verb.VISIT_CANCELLED, held, scope=flag.scope())
    channel = Flag.Channel.URGENT.value if is_in_doubt(flag) else flag.channel
    visit = Visit.objects.create(
        district=flag.district,
        flag=flag,
        volunteer=volunteer,
        assigned_by=actor.user_id,
        assigned_at=at,
        due_at=due_at(channel, at=at),
    )
    flag.state = Flag.State.ASSIGNED
    flag.save(update_fields=["state"])
    record(actor, Verb.VISIT_ASSIGNED, visit, scope=flag.scope())
    return visit


def due_at(channel: str, *, at: datetime) -> datetime:
    """When a visit is due: the end of the day that its channel allows, in the office's zone."""
    days = guidance()[
        "visit_due_days_urgent" if channel == Flag.Channel.URGENT else "visit_due_days_ordinary"
    ]
    return end_of(timezone.localdate(at) + timedelta(days=int(days)))


def _fit(flag: Flag, volunteer: User, *, at: datetime) -> None:
    here = any(
        covers(g.area_path, flag.area.path)
        for g in live_grants(at=at).filter(user=volunteer, role=Role.VOLUNTEER)
    )
    if not here:
        raise Invalid(_("She is not a volunteer of this village. Choose another."))
    if str(volunteer.pk) in flag.child.kin():
        raise Invalid(_("This visit is not for her. Choose another volunteer."))
    unsafe = Visit.HandedBack.UNSAFE, Visit.HandedBack.KIN
    if flag.visits.filter(volunteer=volunteer, handed_back_because__in=unsafe).exists():
        raise Invalid(_("She asked that another make this visit. Choose another volunteer."))
    able = {user.pk for user in volunteers_for(flag, at=at)}
    if volunteer.pk in found_nobody_often(flag) and able and volunteer.pk not in able:
        raise Invalid(_("She found nobody at home again and again. Choose another volunteer."))


@use_case
def hand_back_visit(actor: Actor, *, visit: Visit, because: str, at: datetime) -> Visit:
    """Give a visit back: "I do not feel safe, give it to another". No question is asked.

    Given back as her own family's, the kinship is written down, and she is sent there no more.

    Raises:
        NotAllowed: it is not in the actor's hands.
        Invalid: no such reason.
        WrongState: it was recorded or taken back meanwhile.
    """
    visit = hold_visit(visit)
    require(actor, Permission.VISIT_HAND_BACK, visit)
    if because not in Visit.HandedBack.values:
        raise Invalid(field="because")
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    scope = visit.flag.scope()
    visit.state = Visit.State.HANDED_BACK
    visit.handed_back_at, visit.handed_back_because = at, because
    visit.save(update_fields=["state", "handed_back_at", "handed_back_because"])
    Flag.objects.filter(pk=visit.flag_id, state=Flag.State.ASSIGNED).update(state=Flag.State.OPEN)
    record(actor, Verb.VISIT_HANDED_BACK, visit, scope=scope)
    if because == Visit.HandedBack.KIN:
        # Asked last: from then on she is shut out of all that is her family's.
        record_own_kinship(actor, child=visit.flag.child, user=visit.volunteer, at=at)
    return visit


@use_case
def cancel_visit(actor: Actor, *, visit: Visit, at: datetime) -> Visit:
    """Take a visit back from a volunteer; the flag waits for another, or for its end if visited.

    Raises:
        NotAllowed: the actor may not assign visits here.
        WrongState: it is no longer in anybody's hands.
    """
    visit = hold_visit(visit)
    require(actor, Permission.VISIT_ASSIGN, visit.flag)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    visit.state = Visit.State.CANCELLED
    visit.save(update_fields=["state"])
    before = Flag.State.VISITED if was_visited(visit.flag) else Flag.State.OPEN
    Flag.objects.filter(pk=visit.flag_id, state=Flag.State.ASSIGNED).update(state=before)
    record(actor, Verb.VISIT_CANCELLED, visit, scope=visit.flag.scope())
    return visit


@use_case
def leave_house(actor: Actor, *, visit: Visit, at: datetime) -> Visit:
    """Note "I have left the house": only now do the private questions open, and for some hours.

    Said again, it holds from then on.

    Raises:
        NotAllowed: it is not in the actor's hands.
        WrongState: it is no longer waiting for a finding.
    """
    visit = hold_visit(visit)
    require(actor, Permission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    visit.left_house_at = at
    visit.save(update_fields=["left_house_at"])
    record(actor, Verb.VISIT_LEFT_HOUSE, visit, scope=visit.flag.scope())
    return visit


@use_case
def return_to_house(actor: Actor, *, visit: Visit, at: datetime) -> Visit:
    """Take "I have left the house" back: the private questions close again.

    Raises:
        NotAllowed: it is not in the actor's hands.
        WrongState: it is no longer waiting for a finding, or she never said that she had left.
    """
    visit = hold_visit(visit)
    require(actor, Permission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED or visit.left_house_at is None:
        raise WrongState
    visit.left_house_at = None
    visit.save(update_fields=["left_house_at"])
    record(actor, Verb.VISIT_LEFT_HOUSE_UNDONE, visit, scope=visit.flag.scope())
    return visit
