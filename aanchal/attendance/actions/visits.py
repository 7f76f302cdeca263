"""From a flag to a visit, its finding, and how it ended. Danger becomes a concern at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from aanchal.access.models import User
from aanchal.access.queries import live_grants
from aanchal.cases.actions import raise_concern
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.permissions import Actor, Permission, Role, covers, require
from aanchal.kernel.statistics import Counted, Happened, count
from aanchal.people.actions import record_own_kinship
from aanchal.people.houses import (
    House,
    house_for_volunteer,
    house_of,
    may_be_called,
    write_house,
)

from ..findings import group_of, vocabulary
from ..guidance import guidance
from ..labour import WORKS, kind_under_law, known_band
from ..models import Finding, Flag, Outcome, Reopening, Visit
from ..queries.ends import (
    back_standing,
    became_a_concern,
    came_back,
    is_struck_off,
    was_visited,
)
from ..queries.flags import found_nobody_often, nobody_home_counts, volunteers_for
from ..queries.hands import is_correctable
from ..rules.ends import Missing, missing_for_struck_off
from ..rules.labour import Band, Danger
from ..rules.returns import Came, Standing
from ..rules.tries import Next, after_visit, is_good_day

MOST_NOTE = 2000


@use_case
def assign_visit(actor: Actor, *, flag: Flag, volunteer: User, at: datetime) -> Visit:
    """Put a flag's visit into a volunteer's hands, due by its channel; also after an earlier visit.

    A visit already in somebody else's hands is taken from her and counted as cancelled.

    Raises:
        NotAllowed: the actor may not assign visits here, or is kin.
        Invalid: she is no volunteer of this village, is kin of the household, or gave this
            visit back because she did not feel safe.
        WrongState: the flag has ended.
    """
    flag = _hold(flag)
    require(actor, Permission.VISIT_ASSIGN, flag)
    if flag.state not in Flag.LIVE:
        raise WrongState
    _fit(flag, volunteer, at=at)
    held = flag.visits.filter(state=Visit.State.ASSIGNED).first()
    if held is not None:
        if held.volunteer_id == volunteer.pk:
            return held
        held.state = Visit.State.CANCELLED
        held.save(update_fields=["state"])
        record(actor, Verb.VISIT_CANCELLED, held, scope=flag.scope())
    visit = Visit.objects.create(
        district=flag.district,
        flag=flag,
        volunteer=volunteer,
        assigned_by=actor.user_id,
        assigned_at=at,
        due_at=due_at(flag.channel, at=at),
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
    return _end_of(timezone.localdate(at) + timedelta(days=int(days)))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def _counted(what: Counted, flag: Flag, detail: str) -> Happened:
    return Happened(what, flag.district, flag.area.path, child_id=flag.child_id, detail=detail)


def begin_of_day(at: datetime) -> datetime:
    """Midnight before a moment, in the office's zone."""
    return timezone.make_aware(datetime.combine(timezone.localdate(at), time()))


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
    visit = _hold_visit(visit)
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
    visit = _hold_visit(visit)
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
    visit = _hold_visit(visit)
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
    visit = _hold_visit(visit)
    require(actor, Permission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED or visit.left_house_at is None:
        raise WrongState
    visit.left_house_at = None
    visit.save(update_fields=["left_house_at"])
    record(actor, Verb.VISIT_LEFT_HOUSE_UNDONE, visit, scope=visit.flag.scope())
    return visit


@use_case
def record_visit(
    actor: Actor,
    *,
    visit: Visit,
    kind: str,
    whom_met: str,
    child_seen: bool,
    next_step: str,
    note: str,
    visited_on: date,
    again_on: date | None = None,
    age_band: str = "",
    dangerous_work: str = "",
    at: datetime,
    implicated: Sequence[User] = (),
    implicated_words: str = "",
    may_implicate: bool = False,
) -> Finding:
    """Record what a visit found. Danger raises a concern in the same transaction.

    Work is a danger where the law forbids it, or may: `age_band` is asked when the record does not
    tell her age, `dangerous_work` of an adolescent.

    A volunteer who will visit again keeps the visit, due on the day she names; so does one who
    found nobody at home, until she has tried often enough and another goes.

    Sent twice, the second changes nothing and answers with the first.

    Raises:
        NotAllowed: it is not in the actor's hands.
        Invalid: an unknown answer, a day in the future or before the flag, a note too long, a
            private finding before she has left the house, or no good day for going again.
        WrongState: it was handed back or cancelled.
    """
    visit = _hold_visit(visit)
    known = Finding.objects.filter(visit=visit).first()
    if known is not None and known.recorded_by == actor.user_id:
        return known
    require(actor, Permission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    _check_finding(
        visit,
        kind=kind,
        whom_met=whom_met,
        next_step=next_step,
        note=note,
        visited_on=visited_on,
        again_on=again_on,
        at=at,
    )
    flag = visit.flag
    kind, facts = _under_law(
        flag, kind, age_band=age_band, dangerous_work=dangerous_work, visited_on=visited_on
    )
    finding = Finding(
        district=visit.district,
        visit=visit,
        kind=kind,
        whom_met=whom_met,
        next_step=next_step,
        note=note.strip(),
    )
    finding.child_seen, finding.visited_on = child_seen, visited_on
    finding.recorded_by, finding.recorded_at = actor.user_id, at
    finding.work = facts
    finding.save(force_insert=True)
    # In the open stands the day: the moment would join the visit to a concern of that moment, and that
    # she had left the house would tell that the private list was needed.
    visit.state, visit.recorded_at = Visit.State.RECORDED, begin_of_day(at)
    visit.left_house_at = None
    visit.save(update_fields=["state", "recorded_at", "left_house_at"])
    count([_counted(Counted.VISIT_RECORDED, flag, kind)], at=at)
    record(actor, Verb.VISIT_RECORDED, visit, scope=flag.scope())
    _go_on(actor, visit, finding, again_on=again_on, at=at)
    _raise_danger(
        actor,
        finding,
        implicated=implicated,
        implicated_words=implicated_words,
        may_implicate=may_implicate,
        at=at,
    )
    return finding


def _raise_danger(
    actor: Actor,
    finding: Finding,
    *,
    at: datetime,
    implicated: Sequence[User] = (),
    implicated_words: str = "",
    may_implicate: bool = False,
) -> None:
    danger = vocabulary().findings[finding.kind].concern
    if not danger:
        return
    visit, flag = finding.visit, finding.visit.flag
    raise_concern(
        actor,
        kind=danger,
        area=flag.area,
        child=flag.child,
        source_kind="visit",
        source_id=str(visit.pk),
        told=finding.note,
        reason=flag.reason,
        seen={
            "whom_met": finding.whom_met,
            "child_seen": finding.child_seen,
            "visited_on": finding.visited_on.isoformat(),
        },
        implicated=implicated,
        implicated_words=implicated_words,
        may_implicate=may_implicate,
        at=at,
    )


def _under_law(
    flag: Flag, kind: str, *, age_band: str, dangerous_work: str, visited_on: date
) -> tuple[str, dict[str, str] | None]:
    """The finding as the law on labour sees it, and the answers that decided."""
    if kind != WORKS:
        return kind, None
    band = known_band(flag.child, on=visited_on)
    if band is Band.NOT_KNOWN:
        if age_band not in set(Band):
            raise Invalid(_("Say how old the child is, as far as you know."), field="age_band")
        band = Band(age_band)
    danger = None
    if band is Band.ADOLESCENT:
        if dangerous_work not in set(Danger):
            raise Invalid(_("Say whether the work is dangerous."), field="dangerous_work")
        danger = Danger(dangerous_work)
    facts = {"age_band": str(band), "dangerous_work": str(danger or "")}
    return kind_under_law(kind, band=band, danger=danger), facts


@use_case
def open_finding(actor: Actor, *, finding: Finding, at: datetime) -> Finding:
    """Read again what one wrote oneself, which leaves a trace.

    Raises:
        NotAllowed: another wrote it, or the place is no longer hers.
    """
    require(actor, Permission.FINDING_CORRECT, finding)
    record(actor, Verb.FINDING_OPENED, finding, scope=finding.scope())
    return finding


@use_case
def correct_finding(
    actor: Actor,
    *,
    finding: Finding,
    kind: str,
    whom_met: str,
    child_seen: bool,
    note: str,
    at: datetime,
) -> Finding:
    """Put right what one wrote; what stood before is kept, and so is a concern that was raised.

    A correction that finds a danger raises its concern. Where the visit stands does not change.

    Raises:
        NotAllowed: another wrote it, or the place is no longer hers.
        Invalid: an unknown answer, or a note too long.
        WrongState: it was written too long ago.
    """
    _hold(Flag(pk=finding.visit.flag_id))
    finding = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("visit__flag__area", "visit__flag__child__household")
        .get(pk=finding.pk)
    )
    require(actor, Permission.FINDING_CORRECT, finding)
    if not is_correctable(finding, at=at):
        raise WrongState(_("This was written too long ago. Call your coordinator."))
    words = vocabulary()
    was_again = group_of(finding.kind) == "again"
    if kind != finding.kind and (
        kind not in words.findings or was_again or group_of(kind) == "again"
    ):
        raise Invalid(_("Choose what you found."), field="kind")
    if whom_met not in words.met:
        raise Invalid(_("Choose whom you met."), field="whom_met")
    if len(note) > MOST_NOTE:
        raise Invalid(_("The note is too long. Write the most important."), field="note")
    if kind != finding.kind:
        # The form of a correction asks for no age: what is not known is looked into.
        band = known_band(finding.visit.flag.child, on=finding.visited_on)
        kind = kind_under_law(kind, band=band, danger=None)
    after = {"kind": kind, "whom_met": whom_met, "child_seen": child_seen, "note": note.strip()}
    before = {name: getattr(finding, name) for name in after}
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return finding
    finding.earlier = [*(finding.earlier or []), {**before, "until": at.isoformat()}]
    for name, value in after.items():
        setattr(finding, name, value)
    finding.save()
    record(actor, Verb.FINDING_CORRECTED, finding, scope=finding.scope(), fields=changed)
    if "kind" in changed:
        _raise_danger(actor, finding, at=at)
    return finding


@use_case
def open_visited_house(actor: Actor, *, visit: Visit, at: datetime) -> House:
    """Read how the house of a visit is found, which leaves a trace. The phone only with consent.

    Raises:
        NotAllowed: the visit is not in the actor's hands.
    """
    require(actor, Permission.VISIT_RECORD, visit)
    record(actor, Verb.HOUSE_SHOWN, visit, scope=visit.flag.scope())
    return house_for_volunteer(visit.flag.child)


@use_case
def describe_visited_house(actor: Actor, *, visit: Visit, house: House, at: datetime) -> Visit:
    """Write down how the house of a visit is found: by the volunteer who has been there.

    A phone that she was not shown, and left empty, stays as it is.

    Raises:
        NotAllowed: the visit is not in the actor's hands.
        Invalid: a line too long, or a relation there is not.
        WrongState: it was recorded or taken back meanwhile.
    """
    visit = _hold_visit(visit)
    require(actor, Permission.VISIT_RECORD, visit)
    if visit.state != Visit.State.ASSIGNED:
        raise WrongState
    child = visit.flag.child
    if not house.phone and not may_be_called(child):
        house = replace(house, phone=house_of(child).phone)
    changed = write_house(child, house)
    if changed:
        record(actor, Verb.HOUSE_DESCRIBED, child, scope=visit.flag.scope(), fields=changed)
    return visit


def _go_on(
    actor: Actor, visit: Visit, finding: Finding, *, again_on: date | None, at: datetime
) -> None:
    """Move the flag to where it waits after a finding; a further try is a visit of its own."""
    flag, numbers = visit.flag, guidance()
    group = group_of(finding.kind)
    follows = after_visit(
        group,
        finding.next_step,
        tries=nobody_home_counts(flag).get(visit.volunteer_id, 0),
        most_tries=int(numbers["not_home_tries"]),
    )
    if follows is Next.HERS_AGAIN:
        soon = timezone.localdate(at) + timedelta(days=int(numbers["not_home_again_days"]))
        day = soon if group == "again" or again_on is None else again_on
        kept = Visit.objects.create(
            district=visit.district,
            flag=flag,
            volunteer=visit.volunteer,
            assigned_by=actor.user_id,
            assigned_at=at,
            due_at=_end_of(day),
        )
        record(actor, Verb.VISIT_KEPT, kept, scope=flag.scope())
        return
    flag.state = Flag.State.OPEN if follows is Next.ANOTHER else Flag.State.VISITED
    flag.save(update_fields=["state"])


def _check_finding(
    visit: Visit,
    *,
    kind: str,
    whom_met: str,
    next_step: str,
    note: str,
    visited_on: date,
    again_on: date | None,
    at: datetime,
) -> None:
    words = vocabulary()
    found = words.findings.get(kind)
    if found is None:
        raise Invalid(_("Choose what you found."), field="kind")
    if found.is_private and visit.left_house_at is None:
        raise Invalid(_("Leave the house first, then answer this."), field="kind")
    if whom_met not in words.met:
        raise Invalid(_("Choose whom you met."), field="whom_met")
    if next_step not in words.next_steps:
        raise Invalid(_("Choose what should happen next."), field="next_step")
    if len(note) > MOST_NOTE:
        raise Invalid(_("The note is too long. Write the most important."), field="note")
    if not visit.flag.signal_on <= visited_on <= timezone.localdate(at):
        raise Invalid(_("The day of the visit cannot be right."), field="visited_on")
    if found.group in ("again", "danger") or next_step != "visit_again":
        return
    if again_on is None:
        raise Invalid(_("Say on which day you will visit again."), field="again_on")
    most = int(guidance()["visit_again_most_days"])
    today = timezone.localdate(at)
    if not is_good_day(again_on, visited_on=visited_on, today=today, most_days=most):
        raise Invalid(
            ngettext_lazy(
                "Choose a day from today on, at most %(days)s day ahead.",
                "Choose a day from today on, at most %(days)s days ahead.",
                most,
            )
            % {"days": most},
            field="again_on",
        )


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
    at: datetime,
) -> Outcome:
    """Record how a flag ended. "Back" needs that somebody saw the child: a register can be bent.

    A child who is back by herself needs no visit: the register must show her back, in numbers. A
    visit that was still in somebody's hands is cancelled.

    Args:
        ground, note, confirmed: for a child whose name was cut at school, as `rules/ends.py` asks.

    Raises:
        NotAllowed: the actor may not record outcomes here, or is kin.
        Invalid: no such outcome, "a concern" of which no case worker was told, a day in the future, "back" with nobody having seen her or with a
            register that shows her away, or a child whose name was cut, of whom it is not yet said
            where she is.
        WrongState: nobody has visited yet, or it ended before.
    """
    flag = _hold(flag)
    require(actor, Permission.OUTCOME_RECORD, flag)
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
    if kind == Outcome.Kind.CONCERN and not became_a_concern(flag):
        # Else the question would end in the hands of a case worker who was told nothing.
        raise Invalid(STILL_MISSING[Missing.CONCERN], field="kind", missing=str(Missing.CONCERN))
    struck_off = is_struck_off(flag)
    if struck_off:
        _check_struck_off(flag, kind=kind, ground=ground, note=note, confirmed=confirmed)
    outcome = Outcome(
        district=flag.district, flag=flag, recorded_on=timezone.localdate(at), note=note.strip()
    )
    outcome.kind, outcome.since_on, outcome.child_seen = kind, since_on, child_seen
    outcome.ground = ground or None if struck_off else None
    if kind == Outcome.Kind.BACK:
        outcome.numbers = {"came": came.came, "days": came.days}
    outcome.recorded_by, outcome.recorded_at = actor.user_id, at
    outcome.save(force_insert=True)
    for held in flag.visits.filter(state=Visit.State.ASSIGNED):
        held.state = Visit.State.CANCELLED
        held.save(update_fields=["state"])
        record(actor, Verb.VISIT_CANCELLED, held, scope=flag.scope())
    flag.state = Flag.State.CLOSED
    flag.save(update_fields=["state"])
    count([_counted(Counted.FLAG_ENDED, flag, kind)], at=at)
    record(actor, Verb.OUTCOME_RECORDED, outcome, scope=flag.scope())
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


@use_case
def reopen_flag(actor: Actor, *, flag: Flag, because: str, at: datetime) -> Flag:
    """Open a flag again that was closed in error; how it had ended is kept beside it.

    Raises:
        NotAllowed: the actor may not record outcomes here, or is kin.
        Invalid: no reason.
        WrongState: it is not closed, or there is a newer question about the child.
    """
    flag = _hold(flag)
    require(actor, Permission.OUTCOME_RECORD, flag)
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
            "recorded_by": outcome.recorded_by,
            "recorded_at": outcome.recorded_at.isoformat(),
        },
        because=because[:MOST_NOTE],
        reopened_by=actor.user_id,
        reopened_at=at,
    )
    outcome.delete()
    flag.state = Flag.State.VISITED if was_visited(flag) else Flag.State.OPEN
    flag.save(update_fields=["state"])
    record(actor, Verb.FLAG_REOPENED, reopening, scope=flag.scope())
    return flag


def _check_struck_off(flag: Flag, *, kind: str, ground: str, note: str, confirmed: bool) -> None:
    missing = missing_for_struck_off(
        kind, ground=ground, note=note, confirmed=confirmed, is_concern=became_a_concern(flag)
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


def _hold(flag: Flag) -> Flag:
    return (
        Flag.objects.select_for_update(of=("self",))
        .select_related("area", "child__household", "class_section")
        .prefetch_related("child__household__kinships")
        .get(pk=flag.pk)
    )


def _hold_visit(visit: Visit) -> Visit:
    # The flag is locked first everywhere: two orders of locks would one day meet.
    _hold(Flag(pk=visit.flag_id))
    return (
        Visit.objects.select_for_update(of=("self",))
        .select_related("flag__area", "flag__child__household")
        .prefetch_related("flag__child__household__kinships")
        .get(pk=visit.pk)
    )
