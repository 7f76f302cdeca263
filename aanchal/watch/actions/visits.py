"""A visit in somebody's hands: sent, taken back, given back, and "I have left the house"."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.access.queries import live_grants, lost_her_phone
from aanchal.access.roles import Role
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, covers, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance, advance_all
from aanchal.people.actions import record_own_kinship

from ..guidance import guidance
from ..models import Flag, Visit
from ..permissions import WatchPermission
from ..queries.before_going import felt_unsafe, gave_back_as, not_to_be_sent, of_house
from ..queries.doubts import is_in_doubt
from ..queries.ends import was_visited
from ..queries.flags import found_nobody_often, volunteers_for
from ..verbs import WatchVerb
from .holding import end_of, lock_flag, lock_visit


@use_case
def assign_visit(
    actor: Actor,
    *,
    flag: Flag,
    volunteer: User,
    second: User | None = None,
    two_go: bool = False,
    at: datetime,
) -> Visit:
    """Put a flag's visit into a volunteer's hands, due by its channel; also after an earlier visit.

    Where she who went before is not sure that the child is safe, it is due as an urgent one.

    A visit already in somebody else's hands is taken from her and counted as cancelled; so is one
    that she has and on which another is to go along now.

    Args:
        second: the volunteer who goes along; the visit is in the other's hands.
        two_go: two go together; without `second` the sender has asked somebody who has no account.
            Needed where somebody did not feel safe before.

    Raises:
        NotAllowed: the actor may not assign visits here, or is kin.
        Invalid: one of the two is no volunteer of this village, is kin of the household, or said of
            this house that she does not feel safe there; or one is to go alone where another did not.
        WrongState: the flag has ended.
    """
    flag = lock_flag(flag)
    require(actor, WatchPermission.VISIT_ASSIGN, flag)
    if flag.state not in Flag.LIVE:
        raise WrongState
    _fit(flag, volunteer, at=at)
    if second is not None:
        if second.pk == volunteer.pk:
            raise Invalid(_("Choose two different people."), field="second")
        _fit(flag, second, at=at, field="second")
    two_go = two_go or second is not None
    if not two_go and felt_unsafe([flag]):
        raise Invalid(
            _("Whoever was to go before did not feel safe. Send two together, or nobody."),
            field="two_go",
        )
    held = flag.visits.filter(state=Visit.State.ASSIGNED).first()
    if held is not None:
        sent = (volunteer.pk, second.pk if second is not None else None, two_go)
        if (held.volunteer_id, held.second_id, held.two_go) == sent:
            return held
        advance(actor, held, Visit.State.CANCELLED, scope=flag.scope())
    channel = Flag.Channel.URGENT.value if is_in_doubt(flag) else flag.channel
    visit = Visit.objects.create(
        district=flag.district,
        flag=flag,
        volunteer=volunteer,
        second=second,
        two_go=two_go,
        assigned_by=actor.user_id,
        assigned_at=at,
        due_at=due_at(channel, at=at),
    )
    if flag.state != Flag.State.ASSIGNED:
        advance(actor, flag, Flag.State.ASSIGNED, scope=flag.scope())
    others = {"second": str(second.pk)} if second is not None else {}
    record(actor, WatchVerb.VISIT_ASSIGNED, visit, scope=flag.scope(), two_go=two_go, **others)
    return visit


def due_at(channel: str, *, at: datetime) -> datetime:
    """When a visit is due: the end of the day that its channel allows, in the office's zone."""
    days = guidance()[
        "visit_due_days_urgent" if channel == Flag.Channel.URGENT else "visit_due_days_ordinary"
    ]
    return end_of(timezone.localdate(at) + timedelta(days=int(days)))


def _fit(flag: Flag, volunteer: User, *, at: datetime, field: str = "volunteer") -> None:
    here = any(
        covers(g.area_path, flag.area.path)
        for g in live_grants(at=at).filter(user=volunteer, role=Role.VOLUNTEER)
    )
    if not here:
        raise Invalid(_("She is not a volunteer of this village. Choose another."), field=field)
    if str(volunteer.pk) in flag.child.kin():
        raise Invalid(_("This visit is not for her. Choose another volunteer."), field=field)
    if User.objects.filter(lost_her_phone("pk", at=at), pk=volunteer.pk).exists():
        raise Invalid(
            _(
                "She has lost the phone she works with, and sees no visit. Choose another volunteer."
            ),
            field=field,
        )
    if volunteer.pk in not_to_be_sent(flag):
        raise Invalid(
            _(
                "She said that this house is not safe for her. She goes there again only when she "
                "herself says so. Send two others, or nobody."
            ),
            field=field,
        )
    kin = Visit.HandedBack.KIN
    if volunteer.pk in gave_back_as(kin, flag):
        raise Invalid(
            _("She asked that another make this visit. Choose another volunteer."), field=field
        )
    able = {user.pk for user in volunteers_for(flag, at=at)}
    if volunteer.pk in found_nobody_often(flag) and able and volunteer.pk not in able:
        raise Invalid(
            _("She found nobody at home again and again. Choose another volunteer."), field=field
        )


@use_case
def hand_back_visit(actor: Actor, *, visit: Visit, because: str, at: datetime) -> Visit:
    """Give a visit back: "I do not feel safe, give it to another". No question is asked.

    Given back as her own family's, the kinship is written down, and she is sent there no more. Given
    back as not safe, whatever else she has at that house leaves her hands too.

    Raises:
        NotAllowed: it is not in the actor's hands.
        Invalid: no such reason.
        WrongState: it was recorded or taken back meanwhile.
    """
    _check_reason(because)
    visit = _lock_house_of(visit) if because == Visit.HandedBack.UNSAFE else lock_visit(visit)
    require(actor, WatchPermission.VISIT_HAND_BACK, visit)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    _give_back(actor, visit, because=because, at=at)
    if because == Visit.HandedBack.UNSAFE:
        _leave_house_alone(actor, visit, user=visit.volunteer, at=at)
    if because == Visit.HandedBack.KIN:
        # Asked last: from then on she is shut out of all that is her family's.
        record_own_kinship(actor, child=visit.flag.child, user=visit.volunteer, at=at)
    return visit


@use_case
def leave_pair(actor: Actor, *, visit: Visit, because: str, at: datetime) -> Visit:
    """Say that one does not go along: then nobody goes, and the flag is open again.

    No question is asked; what the reason means is as for `hand_back_visit`.

    Raises:
        NotAllowed: the actor is not the one who goes along.
        Invalid: no such reason.
        WrongState: it was recorded or taken back meanwhile.
    """
    _check_reason(because)
    visit = _lock_house_of(visit) if because == Visit.HandedBack.UNSAFE else lock_visit(visit)
    require(actor, WatchPermission.VISIT_HAND_BACK, _along(visit))
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    _give_back(actor, visit, because=because, at=at, is_second=True)
    assert visit.second is not None  # she is the actor
    if because == Visit.HandedBack.UNSAFE:
        _leave_house_alone(actor, visit, user=visit.second, at=at)
    if because == Visit.HandedBack.KIN:
        record_own_kinship(actor, child=visit.flag.child, user=visit.second, at=at)
    return visit


@use_case
def say_will_go(actor: Actor, *, visit: Visit, will_go: bool, at: datetime) -> Visit:
    """Say that one will go again to a house of which one said that it is not safe; or take that back.

    Nobody says it for her. Two go there all the same.

    Raises:
        NotAllowed: the visit was not given back by the actor as not safe, or the place or family is
            no longer hers to visit.
    """
    visit = _lock_house_of(visit)
    require(actor, WatchPermission.VISIT_HAND_BACK, _said_not_safe(visit))
    mine = [
        held
        for held in Visit.objects.filter(of_house([visit.flag]), state=Visit.State.HANDED_BACK)
        .select_related("flag__area", "flag__child__household")
        .select_for_update(of=("self",))
        .order_by("pk")
        if actor.user_id in _who_felt_unsafe(held)
    ]
    for held in mine:
        held.will_go_at = at if will_go else None
        held.save_facts("will_go_at")
    verb = WatchVerb.HOUSE_WILL_GO if will_go else WatchVerb.HOUSE_WILL_NOT_GO
    record(actor, verb, visit, scope=visit.flag.scope())
    if not will_go:
        _leave_house_alone(actor, visit, user=User.objects.get(pk=actor.user_id), at=at)
    visit.will_go_at = at if will_go else None
    return visit


def _check_reason(because: str) -> None:
    if because not in Visit.HandedBack.values or because == Visit.HandedBack.SECOND:
        raise Invalid(field="because")


def _along(visit: Visit) -> Scope:
    """Of whom it is asked whether she may go along: she who was sent, and while she is."""
    held = visit.state == Visit.State.ASSIGNED and visit.second_id is not None
    return replace(
        visit.scope(), holders=frozenset({str(visit.second_id)}) if held else frozenset()
    )


def _who_felt_unsafe(visit: Visit) -> frozenset[str]:
    if visit.handed_back_because == Visit.HandedBack.UNSAFE:
        return frozenset({str(visit.volunteer_id)})
    if visit.second_left_because == Visit.HandedBack.UNSAFE:
        return frozenset({str(visit.second_id)})
    return frozenset()


def _said_not_safe(visit: Visit) -> Scope:
    """Of whom it is asked whether she may take back that she did not feel safe: she who said so."""
    return replace(visit.scope(), holders=_who_felt_unsafe(visit))


def _lock_house_of(visit: Visit) -> Visit:
    """Hold the live flags of a house, in the order of their keys, and then the visit."""
    flag = Flag.objects.select_related("child").get(pk=visit.flag_id)
    home = Q(child=flag.child_id)
    if flag.child.household_id is not None:
        home |= Q(child__household=flag.child.household_id)
    list(
        Flag.objects.filter(home, Q(pk=flag.pk) | Q(state__in=Flag.LIVE))
        .select_for_update(of=("self",))
        .order_by("pk")
        .values_list("pk")
    )
    return lock_visit(visit)


def _give_back(
    actor: Actor, visit: Visit, *, because: str, at: datetime, is_second: bool = False
) -> None:
    visit.handed_back_at = at
    visit.handed_back_because = Visit.HandedBack.SECOND if is_second else because
    visit.second_left_because = because if is_second else ""
    advance(
        actor,
        visit,
        Visit.State.HANDED_BACK,
        scope=visit.flag.scope(),
        saving=("handed_back_at", "handed_back_because", "second_left_because"),
        second=is_second,
    )
    assigned = Flag.objects.filter(pk=visit.flag_id, state=Flag.State.ASSIGNED)
    advance_all(assigned, Flag.State.OPEN)


def _leave_house_alone(actor: Actor, visit: Visit, *, user: User, at: datetime) -> None:
    """Give back whatever else one has at a house of which one says that it is not safe."""
    others = (
        Visit.objects.filter(
            of_house([visit.flag]), Q(volunteer=user) | Q(second=user), state=Visit.State.ASSIGNED
        )
        .select_related("flag__area", "flag__child__household")
        .prefetch_related("flag__child__household__kinships")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    for held in others:
        is_second = held.second_id == user.pk
        _give_back(actor, held, because=Visit.HandedBack.UNSAFE, at=at, is_second=is_second)


@use_case
def cancel_visit(actor: Actor, *, visit: Visit, at: datetime) -> Visit:
    """Take a visit back from a volunteer; the flag waits for another, or for its end if visited.

    Raises:
        NotAllowed: the actor may not assign visits here.
        WrongState: it is no longer in anybody's hands.
    """
    visit = lock_visit(visit)
    require(actor, WatchPermission.VISIT_ASSIGN, visit.flag)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    advance(actor, visit, Visit.State.CANCELLED, scope=visit.flag.scope())
    before = Flag.State.VISITED if was_visited(visit.flag) else Flag.State.OPEN
    advance_all(Flag.objects.filter(pk=visit.flag_id, state=Flag.State.ASSIGNED), before)
    return visit


@use_case
def leave_house(actor: Actor, *, visit: Visit, at: datetime) -> Visit:
    """Note "I have left the house": only now do the private questions open, and for some hours.

    Said again, it holds from then on.

    Raises:
        NotAllowed: it is not in the actor's hands.
        WrongState: it is no longer waiting for a finding.
    """
    visit = lock_visit(visit)
    require(actor, WatchPermission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    visit.left_house_at = at
    visit.save(update_fields=["left_house_at"])
    record(actor, WatchVerb.VISIT_LEFT_HOUSE, visit, scope=visit.flag.scope())
    return visit


@use_case
def return_to_house(actor: Actor, *, visit: Visit, at: datetime) -> Visit:
    """Take "I have left the house" back: the private questions close again.

    Raises:
        NotAllowed: it is not in the actor's hands.
        WrongState: it is no longer waiting for a finding, or she never said that she had left.
    """
    visit = lock_visit(visit)
    require(actor, WatchPermission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED or visit.left_house_at is None:
        raise WrongState
    visit.left_house_at = None
    visit.save(update_fields=["left_house_at"])
    record(actor, WatchVerb.VISIT_LEFT_HOUSE_UNDONE, visit, scope=visit.flag.scope())
    return visit
