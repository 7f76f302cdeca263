"""What a visit found, and its correction. Danger becomes a concern at once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from aanchal.access.models import User
from aanchal.cases.actions import raise_concern, tell_correction
from aanchal.cases.models import Concern
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, WrongState
from aanchal.kernel.stages import advance
from aanchal.kernel.statistics import Counted, count

from ..findings import group_of, is_given_on, vocabulary, was_given_on
from ..guidance import guidance
from ..labour import WORKS, kind_under_law, known_band
from ..models import Finding, Flag, Visit
from ..permissions import WatchPermission
from ..queries.before_going import felt_unsafe, not_to_be_sent
from ..queries.flags import nobody_home_counts
from ..queries.hands import is_correctable
from ..rules.labour import Band, Danger
from ..rules.tries import Next, after_visit, is_good_day
from ..verbs import WatchVerb
from .holding import MAX_NOTE, begin_of_day, counted, end_of, lock_flag, lock_visit
from .outcomes import reopen_after_correction


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
    visit = lock_visit(visit)
    known = Finding.objects.filter(visit=visit).first()
    if known is not None and known.recorded_by == actor.user_id:
        return known
    require(actor, WatchPermission.VISIT_RECORD, visit)
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
    kind, facts = under_law(
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
    visit.recorded_at, visit.left_house_at = begin_of_day(at), None
    saving = ("recorded_at", "left_house_at")
    advance(actor, visit, Visit.State.RECORDED, scope=flag.scope(), saving=saving)
    count([counted(Counted.VISIT_RECORDED, flag, kind)], at=at)
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
        seen=_seen(finding),
        implicated=implicated,
        implicated_words=implicated_words,
        may_implicate=may_implicate,
        at=at,
    )


def under_law(
    flag: Flag, kind: str, *, age_band: str, dangerous_work: str, visited_on: date
) -> tuple[str, dict[str, str] | None]:
    """The finding as the law on labour sees it, and the answers that decided; a step of a use case.

    Raises:
        Invalid: an answer is missing that the law asks for.
    """
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
    require(actor, WatchPermission.FINDING_CORRECT, finding)
    record(actor, WatchVerb.FINDING_OPENED, finding, scope=finding.scope())
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
    age_band: str = "",
    dangerous_work: str = "",
    at: datetime,
    implicated: Sequence[User] = (),
    implicated_words: str = "",
    may_implicate: bool = False,
) -> Finding:
    """Put right what one wrote; what stood before is kept, and so is a concern that was raised.

    A correction that finds a danger raises its concern; the concern of one that was a danger before
    learns what stands now. A flag that had ended is open again: it ended on other words.

    Args:
        age_band, dangerous_work: of work, as for `record_visit`.
        implicated, implicated_words, may_implicate: of a danger that was none before, as there.

    Raises:
        NotAllowed: another wrote it, or the place is no longer hers.
        Invalid: an unknown answer, or a note too long.
        WrongState: it was written too long ago.
    """
    _lock_flags(finding.visit.flag)
    finding = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("visit__flag__area", "visit__flag__child__household")
        .get(pk=finding.pk)
    )
    require(actor, WatchPermission.FINDING_CORRECT, finding)
    if not is_correctable(finding, at=at):
        raise WrongState(_("This was written too long ago. Call your coordinator."))
    _check_correction(finding, kind=kind, whom_met=whom_met, note=note)
    flag, was = finding.visit.flag, finding.kind
    work = finding.work
    if kind != was:
        kind, work = under_law(
            flag,
            kind,
            age_band=age_band,
            dangerous_work=dangerous_work,
            visited_on=finding.visited_on,
        )
    after = {
        "kind": kind,
        "whom_met": whom_met,
        "child_seen": child_seen,
        "note": note.strip(),
        "next_step": finding.next_step,
        "work": work,
    }
    if kind != was and is_given_on(kind):
        # The case worker acts now, whatever was asked of the coordinator.
        after["next_step"] = "coordinator"
    before = {name: getattr(finding, name) for name in after}
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        return finding
    finding.earlier = [*(finding.earlier or []), {**before, "until": at.isoformat()}]
    for name, value in after.items():
        setattr(finding, name, value)
    finding.save()
    record(actor, WatchVerb.FINDING_CORRECTED, finding, scope=finding.scope(), fields=changed)
    said: dict[str, Any] = {
        "implicated": implicated,
        "implicated_words": implicated_words,
        "may_implicate": may_implicate,
    }
    if _tell_of_correction(actor, finding, at=at, **said) is None:
        _raise_danger(actor, finding, at=at, **said)
    reopen_after_correction(actor, flag, at=at)
    _tell_newer_flag(flag, at=at)
    return finding


def _lock_flags(flag: Flag) -> None:
    """Hold a flag and the one about the child that is live, before a row of the child or a concern.

    A move of the family holds them in this order too: two orders would one day wait for each other.
    """
    live = Q(child=flag.child_id, state__in=Flag.LIVE)
    held = Flag.objects.filter(Q(pk=flag.pk) | live).select_for_update(of=("self",))
    list(held.order_by("pk").values_list("pk", flat=True))


def _tell_newer_flag(flag: Flag, *, at: datetime) -> None:
    """Let the newer flag about the child wait until whoever holds it has read what was put right."""
    newer = (
        Flag.objects.filter(child=flag.child_id, state__in=Flag.LIVE)
        .exclude(pk=flag.pk)
        .select_for_update(of=("self",))
        .first()
    )
    if newer is None:
        return
    # In the open stands the day: the moment would join the flag to a concern of that moment. Put
    # right once more, it waits anew.
    day, before = begin_of_day(at), newer.put_right_at
    newer.put_right_at = day if before is None or before < day else before + timedelta(minutes=1)
    newer.put_right_read_at = None
    newer.save(update_fields=["put_right_at", "put_right_read_at"])


@use_case
def read_put_right(actor: Actor, *, flag: Flag, at: datetime) -> Flag:
    """Say that one has read what was put right of an earlier flag about the child.

    Raises:
        NotAllowed: the actor sends no visits there, or is kin of the child.
        WrongState: nothing was put right, or somebody has read it.
    """
    flag = lock_flag(flag)
    require(actor, WatchPermission.VISIT_ASSIGN, flag)
    if flag.put_right_at is None or flag.put_right_read_at is not None:
        raise WrongState
    flag.put_right_read_at = at
    flag.save(update_fields=["put_right_read_at"])
    record(actor, WatchVerb.PUT_RIGHT_READ, flag, scope=flag.scope())
    return flag


def _check_correction(finding: Finding, *, kind: str, whom_met: str, note: str) -> None:
    words = vocabulary()
    was_again = group_of(finding.kind) == "again"
    if kind != finding.kind and (
        kind not in words.findings or was_again or group_of(kind) == "again"
    ):
        raise Invalid(_("Choose what you found."), field="kind")
    if whom_met not in words.met:
        raise Invalid(_("Choose whom you met."), field="whom_met")
    if len(note) > MAX_NOTE:
        raise Invalid(_("The note is too long. Write the most important."), field="note")


def _tell_of_correction(
    actor: Actor, finding: Finding, *, at: datetime, **said: Any
) -> Concern | None:
    """Tell the concern that a finding raised what stands there now; None when it raised none."""
    if not was_given_on(finding):
        return None
    return tell_correction(
        actor,
        area=finding.visit.flag.area,
        source_kind="visit",
        source_id=str(finding.visit_id),
        kind=vocabulary().findings[finding.kind].concern,
        found=finding.kind,
        told=finding.note,
        seen=_seen(finding),
        at=at,
        **said,
    )


def _seen(finding: Finding) -> dict[str, Any]:
    return {
        "whom_met": finding.whom_met,
        "child_seen": finding.child_seen,
        "visited_on": finding.visited_on.isoformat(),
    }


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
        max_tries=int(numbers["not_home_tries"]),
    )
    if follows is Next.HERS_AGAIN and _may_keep(visit):
        soon = timezone.localdate(at) + timedelta(days=int(numbers["not_home_again_days"]))
        day = soon if group == "again" or again_on is None else again_on
        kept = Visit.objects.create(
            district=visit.district,
            flag=flag,
            volunteer=visit.volunteer,
            second=visit.second,
            two_go=visit.two_go,
            assigned_by=actor.user_id,
            assigned_at=at,
            due_at=end_of(day),
        )
        record(actor, WatchVerb.VISIT_KEPT, kept, scope=flag.scope())
        return
    others = Next.ANOTHER, Next.HERS_AGAIN
    to = Flag.State.OPEN if follows in others else Flag.State.VISITED
    advance(actor, flag, to, scope=flag.scope())


def _may_keep(visit: Visit) -> bool:
    """Say whether those who went may go again by themselves; else the coordinator sends others.

    Not to a house of which one of them said that it is not safe, nor alone where another said so.
    """
    stay_away = not_to_be_sent(visit.flag)
    if stay_away & {visit.volunteer_id, visit.second_id}:
        return False
    return visit.two_go or not felt_unsafe([visit.flag])


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
    if len(note) > MAX_NOTE:
        raise Invalid(_("The note is too long. Write the most important."), field="note")
    if not visit.flag.signal_on <= visited_on <= timezone.localdate(at):
        raise Invalid(_("The day of the visit cannot be right."), field="visited_on")
    if found.group in ("again", "danger") or next_step != "visit_again":
        return
    if again_on is None:
        raise Invalid(_("Say on which day you will visit again."), field="again_on")
    most = int(guidance()["visit_again_max_days"])
    today = timezone.localdate(at)
    if not is_good_day(again_on, visited_on=visited_on, today=today, max_days=most):
        raise Invalid(
            ngettext_lazy(
                "Choose a day from today on, at most %(days)s day ahead.",
                "Choose a day from today on, at most %(days)s days ahead.",
                most,
            )
            % {"days": most},
            field="again_on",
        )
