"""What somebody reads of a visit who is shut out of the concern that it raised: nothing of it.

She follows flags of her block, and may be the one the concern is about. To her the visit found
"something else", as visits do every day, and nothing on her pages tells that a concern exists.
"""

from collections.abc import Iterable
from uuid import UUID

from aanchal.cases.queries import questions_shut_out, sources_shut_out
from aanchal.kernel.authz import Actor

from ..findings import is_given_on, was_given_on
from ..models import Finding, Flag, Outcome, Reopening

SHOWN_INSTEAD = "other"
NEXT_INSTEAD = "coordinator"


def hide_concerns_from(actor: Actor, flags: Iterable[Flag]) -> None:
    """Put another finding in the place of a danger, on the loaded records only; never saved.

    Args:
        flags: with `visits`, their `finding`, `outcome`, and for a story `reopenings` fetched. Two queries where a visit
            found a danger, whatever their number, and two where one ended as a concern; else none.
    """
    held = list(flags)
    _hide_told(actor, held)
    dangers = [
        (flag, visit)
        for flag in held
        for visit in flag.visits.all()
        if getattr(visit, "finding", None) is not None and was_given_on(visit.finding)
    ]
    if not dangers:
        return
    hidden = sources_shut_out(
        actor, [(visit.district, "visit", str(visit.pk)) for _flag, visit in dangers]
    )
    for flag, visit in dangers:
        if str(visit.pk) not in hidden:
            continue
        if is_given_on(visit.finding.kind):
            visit.finding.kind, visit.finding.next_step = SHOWN_INSTEAD, NEXT_INSTEAD
            visit.finding.note = ""
        # What stood before it was put right may have been the danger.
        visit.finding.earlier = [
            {**before, "kind": SHOWN_INSTEAD, "next_step": NEXT_INSTEAD, "note": ""}
            if is_given_on(before["kind"])
            else before
            for before in visit.finding.earlier or ()
        ]
        _hide_end(flag)


def kinds_as_read(actor: Actor, findings: Iterable[Finding]) -> dict[UUID, str]:
    """Visit → what it found, as the actor may read it. Two queries where a visit found a danger."""
    held = list(findings)
    dangers = [(f.district, "visit", str(f.visit_id)) for f in held if is_given_on(f.kind)]
    hidden = sources_shut_out(actor, dangers)
    return {f.visit_id: SHOWN_INSTEAD if str(f.visit_id) in hidden else f.kind for f in held}


def _hide_told(actor: Actor, flags: list[Flag]) -> None:
    """Hide an end that is a concern because whoever wrote it had told of one from the flag."""
    told = {
        (flag.district, str(flag.pk), str(by))
        for flag in flags
        for by in _ended_as_concern_by(flag)
    }
    hidden = questions_shut_out(actor, sorted(told))
    for flag in flags:
        if str(flag.pk) in hidden:
            _hide_end(flag)


def _ended_as_concern_by(flag: Flag) -> set[str]:
    found = {r.was["recorded_by"] for r in _reopenings(flag) if _was_concern(r)}
    outcome = getattr(flag, "outcome", None)
    if outcome is not None and outcome.kind == Outcome.Kind.CONCERN:
        found.add(outcome.recorded_by)
    return found


def _hide_end(flag: Flag) -> None:
    outcome = getattr(flag, "outcome", None)
    if outcome is not None and outcome.kind == Outcome.Kind.CONCERN:
        outcome.kind = Outcome.Kind.EXPLAINED.value
    for reopening in _reopenings(flag):
        if _was_concern(reopening):
            reopening.was["kind"] = Outcome.Kind.EXPLAINED.value


def _was_concern(reopening: Reopening) -> bool:
    return bool(reopening.was["kind"] == Outcome.Kind.CONCERN)


def _reopenings(flag: Flag) -> list[Reopening]:
    """Those of a page that shows its story; none on others."""
    if "reopenings" not in getattr(flag, "_prefetched_objects_cache", ()):
        return []
    return list(flag.reopenings.all())
