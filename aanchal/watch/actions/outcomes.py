"""How a flag ended, and opening it again."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance
from aanchal.kernel.statistics import Counted, count
from aanchal.kernel.waiting import something_waits
from aanchal.registers.rules.settling import Missing

from ..models import Flag, Outcome, Reopening, Visit
from ..permissions import WatchPermission
from ..queries.doubts import what_is_not_known
from ..queries.ends import (
    back_standing,
    became_a_concern,
    came_back,
    is_struck_off,
    told_herself,
    was_visited,
)
from ..rests import rest_until
from ..rules.ends import missing_for_struck_off
from ..rules.returns import Came, Standing
from .holding import MAX_NOTE, begin_of_day, counted, follow_child, lock_flag


@use_case
def record_outcome(
    actor: Actor,
    *,
    flag: Flag,
    kind: str,
    since_on: date,
    child_seen: bool,
    ground: str = "",
    note: str = "",
    confirmed: bool = False,
    expected_on: date | None = None,
    at: datetime,
) -> Outcome:
    """Record how a flag ended. "Back" needs that somebody saw the child: a register can be bent.

    A child who is back by herself needs no visit: the register must show her back, in numbers. A
    visit that was still in somebody's hands is cancelled.

    Every end has an end: a child whom the register still shows away after `rest_until` is asked about
    again (`asking_again.py`).

    Args:
        expected_on: of an explained absence, the day on which the child will be back, as the family
            said; without one it rests for the programme's number of school days.
        ground, note: for a child whose name was cut at school, as `rules/ends.py` asks.
        confirmed: a second yes, for her and where something is not known of the child (`not_known`).

    Raises:
        NotAllowed: the actor may not record outcomes here, or is kin.
        Invalid: no such outcome, "a concern" of which no case worker was told, a day in the future, "back" with nobody having seen her or with a
            register that shows her away, or a child whose name was cut, of whom it is not yet said
            where she is.
        WrongState: nobody has visited yet, or it ended before.
    """
    flag = lock_flag(flag)
    require(actor, WatchPermission.OUTCOME_RECORD, flag)
    if kind not in Outcome.Kind.values:
        raise Invalid(_("Choose how it ended."), field="kind")
    if since_on > timezone.localdate(at):
        raise Invalid(_("The day cannot be in the future."), field="since_on")
    if kind == Outcome.Kind.BACK and not child_seen:
        raise Invalid(
            _("Say that somebody saw the child in school, before writing that she is back."),
            field="child_seen",
        )
    if flag.state not in Flag.LIVE:
        raise WrongState
    came = _check_visited_or_back(flag, kind=kind, since_on=since_on)
    is_concern = became_a_concern(actor, flag) or told_herself(actor, flag)
    if kind == Outcome.Kind.CONCERN and not is_concern:
        # Else the flag would end in the hands of a case worker who was told nothing.
        raise Invalid(STILL_MISSING[Missing.CONCERN], field="kind", missing=str(Missing.CONCERN))
    struck_off = is_struck_off(flag)
    if struck_off:
        _check_struck_off(
            kind, ground=ground, note=note, confirmed=confirmed, is_concern=is_concern
        )
    if not confirmed and what_is_not_known(flag, kind=kind):
        raise Invalid(STILL_MISSING[Missing.YES], field="confirmed", missing=str(Missing.YES))
    outcome = Outcome(
        district=flag.district, flag=flag, recorded_on=timezone.localdate(at), note=note.strip()
    )
    outcome.kind, outcome.since_on, outcome.child_seen = kind, since_on, child_seen
    outcome.ground = ground or None if struck_off else None
    if kind == Outcome.Kind.BACK:
        outcome.numbers = {"came": came.came, "days": came.days}
    outcome.rest_until = rest_until(
        flag, kind=kind, on=timezone.localdate(at), expected_on=expected_on
    )
    outcome.recorded_by, outcome.recorded_at = actor.user_id, at
    outcome.save(force_insert=True)
    for held in flag.visits.filter(state=Visit.State.ASSIGNED):
        advance(actor, held, Visit.State.CANCELLED, scope=flag.scope())
    advance(actor, flag, Flag.State.CLOSED, scope=flag.scope(), about=outcome)
    count([counted(Counted.FLAG_ENDED, flag, kind)], at=at)
    if how := _how_she_left(outcome):
        count([counted(Counted.CHILD_LEFT, flag, how)], at=at)
    return outcome


def _check_visited_or_back(flag: Flag, *, kind: str, since_on: date) -> Came:
    """The numbers since the day of the end, once they and the visits allow such an end."""
    is_back = kind == Outcome.Kind.BACK
    came = came_back(flag, since=since_on) if is_back else Came(0, 0)
    stands = back_standing(came)
    if is_back and stands is Standing.NOT_BACK:
        raise Invalid(
            ngettext_lazy(
                "The register says: came on %(came)s of %(days)s school day since. Not back.",
                "The register says: came on %(came)s of %(days)s school days since. Not back.",
                came.days,
            )
            % {"came": came.came, "days": came.days},
            field="kind",
        )
    if not was_visited(flag) and not (is_back and stands is Standing.BACK):
        raise WrongState(
            _("First somebody must visit, or the register must show the child back for a week.")
        )
    return came


def _how_she_left(outcome: Outcome) -> str:
    """How an outcome says that a child left her school; "" when it does not."""
    if outcome.ground:  # asked of a child whose name was cut, and of no other
        return "name_cut"
    return "left" if outcome.kind == Outcome.Kind.LEFT else ""


@use_case
def reopen_flag(actor: Actor, *, flag: Flag, because: str, at: datetime) -> Flag:
    """Open a flag again that was closed in error; how it had ended is kept beside it.

    Raises:
        NotAllowed: the actor may not record outcomes here, or is kin.
        Invalid: no reason.
        WrongState: it is not closed, or there is a newer flag about the child.
    """
    flag = lock_flag(flag)
    require(actor, WatchPermission.OUTCOME_RECORD, flag)
    because = because.strip()
    if not because:
        raise Invalid(_("Write why it is opened again."), field="because")
    if flag.state != Flag.State.CLOSED:
        raise WrongState
    if Flag.objects.filter(child=flag.child_id, state__in=Flag.LIVE).exists():
        raise WrongState(_("There is a newer question about this child. Work on that one."))
    outcome = Outcome.objects.filter(flag=flag).first()
    if outcome is None:
        raise WrongState
    _reopen(actor, flag, outcome, because=because[:MAX_NOTE], at=at, on=at)
    return flag


def reopen_after_correction(actor: Actor, flag: Flag, *, at: datetime) -> None:
    """Open a flag again that ended on a finding which was put right since; others stay as they are.

    Where there is a newer flag about the child, that one is worked on. The caller holds the flag.
    """
    outcome = Outcome.objects.filter(flag=flag).first()
    newer = Flag.objects.filter(child=flag.child_id, state__in=Flag.LIVE).exclude(pk=flag.pk)
    if flag.state == Flag.State.CLOSED and outcome is not None and not newer.exists():
        # In the open stands the day: the moment would join the flag to a concern of that moment.
        _reopen(actor, flag, outcome, because="", at=at, on=begin_of_day(at))


def _reopen(
    actor: Actor, flag: Flag, outcome: Outcome, *, because: str, at: datetime, on: datetime
) -> None:
    """Keep how a flag had ended and open it. Words why; none when a correction opens it."""
    reopening = Reopening.objects.create(
        district=flag.district,
        flag=flag,
        was={
            "kind": outcome.kind,
            "since_on": outcome.since_on.isoformat(),
            "child_seen": outcome.child_seen,
            "ground": outcome.ground or "",
            "note": outcome.note or "",
            "numbers": outcome.numbers,
            "rest_until": outcome.rest_until.isoformat() if outcome.rest_until else "",
            "recorded_by": outcome.recorded_by,
            "recorded_at": outcome.recorded_at.isoformat(),
            "reopened_at": at.isoformat(),
        },
        because=because,
        reopened_by=actor.user_id,
        reopened_at=on,
    )
    if how := _how_she_left(outcome):
        count([counted(Counted.CHILD_LEFT_UNDONE, flag, how)], at=at)
    outcome.delete()
    to = Flag.State.VISITED if was_visited(flag) else Flag.State.OPEN
    follow_child(flag)
    advance(actor, flag, to, scope=flag.scope(), saving=("area",), about=reopening)
    something_waits()


def _check_struck_off(
    kind: str, *, ground: str, note: str, confirmed: bool, is_concern: bool
) -> None:
    missing = missing_for_struck_off(
        kind, ground=ground, note=note, confirmed=confirmed, is_concern=is_concern
    )
    if missing is not None:
        raise Invalid(STILL_MISSING[missing], field=FIELD_OF[missing], missing=str(missing))


STILL_MISSING = {
    Missing.CONCERN: _(
        "No visit found a danger, so no case worker was told by this question. Tell of a concern, and"
        " let the question stand until the child was seen."
    ),
    Missing.GROUND: _("The name was cut at school. Say how you know where the child is now."),
    Missing.NOTE: _("Write who said so, and what they said."),
    Missing.YES: _("Look at it once more before the question is closed."),
}
FIELD_OF = {
    Missing.CONCERN: "kind",
    Missing.GROUND: "ground",
    Missing.NOTE: "note",
    Missing.YES: "confirmed",
}
