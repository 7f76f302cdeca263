"""What a volunteer sends of a visit that is no longer hers: kept for whoever holds the flag.

Nothing follows from it by itself: it is no visit, and the flag neither ends nor waits by it.
"""

from datetime import date, datetime

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import Invalid, NotAllowed, TooMany, WrongState

from ..findings import NOT_SURE_SAFE, vocabulary
from ..models import Flag, LateFinding, Visit
from ..permissions import WatchPermission
from ..queries.hands import may_go
from ..verbs import WatchVerb
from .findings import under_law
from .holding import MAX_NOTE, lock_flag, lock_visit

# She may add to what she sent; more than this of one visit is no finding any more.
MAX_OF_ONE_VISIT = 10


@use_case
def keep_late_finding(
    actor: Actor,
    *,
    visit: Visit,
    kind: str,
    whom_met: str,
    child_seen: bool,
    next_step: str,
    note: str,
    visited_on: date,
    age_band: str = "",
    dangerous_work: str = "",
    at: datetime,
) -> LateFinding:
    """Keep what was found at a visit that is no longer in the actor's hands, of no danger.

    It was taken from her, or her role there has ended (`visit_of_ended_role` says as whom she tells).

    Sent twice, the second changes nothing and answers with the first.

    Raises:
        NotAllowed: it never was in the actor's hands, the place is no longer hers, or she is kin.
        Invalid: an unknown answer, a note too long, or a danger or a doubt: a case worker is told
            of those.
        WrongState: it is in her hands still, or she has recorded it.
        TooMany: so much was sent of this visit already.
    """
    visit = lock_visit(visit)
    late = LateFinding(district=visit.district, visit=visit, sent_at=at)
    require(actor, WatchPermission.VISIT_RECORD, late)
    if str(visit.volunteer_id) != actor.user_id:
        raise NotAllowed(permission=str(WatchPermission.VISIT_RECORD))
    if visit.state == Visit.State.RECORDED or _is_hers(visit, at=at):
        raise WrongState
    words = vocabulary()
    if kind not in words.findings:
        raise Invalid(_("Choose what you found."), field="kind")
    if len(note) > MAX_NOTE:
        raise Invalid(_("The note is too long. Write the most important."), field="note")
    kind, _facts = under_law(
        visit.flag, kind, age_band=age_band, dangerous_work=dangerous_work, visited_on=visited_on
    )
    if words.findings[kind].concern or next_step == NOT_SURE_SAFE:
        raise Invalid(_("Tell the case worker here what you found."), field="kind")
    if whom_met not in words.met:
        raise Invalid(_("Choose whom you met."), field="whom_met")
    if next_step not in words.next_steps:
        raise Invalid(_("Choose what should happen next."), field="next_step")
    late.kind, late.whom_met, late.next_step, late.note = kind, whom_met, next_step, note.strip()
    late.child_seen, late.visited_on, late.sent_by = child_seen, visited_on, actor.user_id
    sent = list(LateFinding.objects.filter(visit=visit))
    same = next((held for held in sent if _said(held) == _said(late)), None)
    if same is not None:
        return same
    if len(sent) >= MAX_OF_ONE_VISIT:
        raise TooMany(_("You have sent a great deal of this visit already. Call your coordinator."))
    late.save(force_insert=True)
    record(actor, WatchVerb.LATE_FINDING_KEPT, late, scope=visit.flag.scope())
    return late


def _is_hers(visit: Visit, *, at: datetime) -> bool:
    """Whether she who was sent can still record it: it is in her hands, and her role there lasts."""
    mine = Visit.objects.filter(may_go("volunteer", at=at), pk=visit.pk, state=Visit.State.ASSIGNED)
    return mine.exists()


def _said(late: LateFinding) -> tuple[object, ...]:
    return late.kind, late.whom_met, late.next_step, late.note, late.child_seen, late.visited_on


@use_case
def read_late_findings(actor: Actor, *, flag: Flag, at: datetime) -> int:
    """Say that one has read what came too late of a flag; it stands in its story from now on.

    Returns:
        How many she had not read.

    Raises:
        NotAllowed: the actor sends no visits there, or is kin of the child.
        WrongState: somebody read it meanwhile.
    """
    flag = lock_flag(flag)
    require(actor, WatchPermission.VISIT_ASSIGN, flag)
    unread = list(LateFinding.objects.filter(visit__flag=flag, read_at__isnull=True))
    if not unread:
        raise WrongState
    for late in unread:
        late.read_at, late.read_by = at, actor.user_id
        late.save(update_fields=["read_at", "facts"])
    record(actor, WatchVerb.LATE_FINDING_READ, flag, scope=flag.scope(), count=len(unread))
    return len(unread)
