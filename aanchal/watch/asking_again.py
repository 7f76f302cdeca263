"""Children whom the watch's own rule does not ask about, and who are away all the same.

It asks once for an absence, and a day of leave says nothing to it. Here it is asked again
when the time that its end covered is over, and a child on leave for long is asked about too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from aanchal.cases.queries import open_concerns_of
from aanchal.lib.early_warning.policy import RULE_VERSION
from aanchal.people.models import ClassSection
from aanchal.registers.queries.books import class_books
from aanchal.registers.rules.pages import ClassBook

from .guidance import guidance
from .models import Finding, Flag, Outcome
from .rules.away import Asked, Away, ask_again, away_run, is_away, is_long_leave, may_be_long_leave
from .rules.sentences import Away as Kind
from .rules.sentences import Reason


@dataclass(frozen=True)
class Seen:
    """A class as the watch has it in hand.

    Args:
        book: its marks of the last weeks; at least the days since the watch last looked.
        asked: children, in the order of the book, of whom the watch's rule asked, and who have not
            come back since.
    """

    section: ClassSection
    book: ClassBook
    asked: Sequence[bool]


def reasons_to_ask_again(
    classes: Sequence[Seen], *, without: Iterable[UUID], look_back: timedelta
) -> dict[UUID, Reason]:
    """Child → why she is asked about, of those whom the rule does not ask about.

    Five queries at most, and none when nobody is away.

    Args:
        without: children of whom a flag is open.
        look_back: so far back the registers are read.
    """
    limit = int(guidance()["leave_asked_days"])
    away: dict[UUID, Seen] = {}
    shut = set(without)
    may_leave: set[UUID] = set()
    for seen in classes:
        if not seen.book.days:
            continue
        asked = np.zeros(len(seen.book.children), np.bool_)
        asked[: len(seen.asked)] = np.asarray(seen.asked, np.bool_)[: len(asked)]
        leave = may_be_long_leave(seen.book.marks, limit=limit)
        for i in np.flatnonzero(is_away(seen.book.marks) & (asked | leave)).tolist():
            child = seen.book.children[i]
            if child not in shut:
                away[child] = seen
                if leave[i]:
                    may_leave.add(child)
    if not away:
        return {}
    flags = _ended_flags(away)
    wanted = {c: s for c, s in away.items() if c in may_leave or c in flags}
    if not wanted:
        return {}
    last_on = max(s.book.days[-1] for s in wanted.values())
    sections = {s.section.pk: s.section for s in wanted.values()}
    books = class_books(list(sections.values()), since=last_on - look_back, until=last_on)
    rests = _rests([f for child in wanted for f in flags.get(child, [])])
    found = {}
    for child, seen in wanted.items():
        days, marks = _until(books[seen.section.pk], child, seen.book.days[-1])
        run = away_run(days, marks)
        if run is None:
            continue
        before = flags.get(child, [])
        reason = _reason(run, before, rests, limit=limit, in_absence=child not in may_leave)
        if reason is not None:
            found[child] = reason
    return found


def shows_away(book: ClassBook, flag: Flag) -> bool:
    """Whether a flag that was raised here still stands on its day's mark."""
    if flag.reason["kind"] not in set(Kind) or flag.child_id not in book.children:
        return False
    if flag.signal_on not in book.days:
        return False
    mark = book.marks[book.children.index(flag.child_id), book.days.index(flag.signal_on)]
    return bool(is_away(np.array([[mark]], np.uint8))[0])


def _until(book: ClassBook, child: UUID, last_on: date) -> tuple[list[date], list[int]]:
    if child not in book.children:
        return [], []
    row = book.marks[book.children.index(child)].tolist()
    pairs = [(d, m) for d, m in zip(book.days, row, strict=True) if d <= last_on]
    return [d for d, _m in pairs], [m for _d, m in pairs]


def _ended_flags(children: Iterable[UUID]) -> dict[UUID, list[Flag]]:
    """Child → her flags that have ended, oldest first; one query."""
    found: dict[UUID, list[Flag]] = {}
    ended = Flag.objects.filter(child__in=list(children)).exclude(state__in=Flag.LIVE)
    for flag in ended.select_related("outcome").order_by("signal_on"):
        found.setdefault(flag.child_id, []).append(flag)
    return found


def _reason(
    run: Away,
    before: Sequence[Flag],
    rests: Mapping[UUID, date | None],
    *,
    limit: int,
    in_absence: bool,
) -> Reason | None:
    """Why a child who is away is asked about; None while nothing asks for it.

    Args:
        before: her flags that have ended, oldest first.
        in_absence: the watch's rule asked, and she has not come back since: then the last flag is
            about this absence, whatever day came between.
    """
    if any(flag.signal_on == run.last_on for flag in before):
        return None  # one flag a child and day
    closed = [f for f in before if f.state == Flag.State.CLOSED]
    same = [f for f in closed if f.signal_on >= run.since_on] or (closed[-1:] if in_absence else [])
    if not same:
        if is_long_leave(run, limit=limit):
            return _numbers(run, Kind.LEAVE, channel=Flag.Channel.ORDINARY, since_on=run.since_on)
        if not (in_absence and before):
            return None
        # All that was asked of her was withdrawn: marks were corrected back since, or this absence
        # began while an older flag stood. Nobody has said anything of it that could let it rest.
        last = before[-1]
        return _numbers(
            run, Kind.STILL, channel=last.channel, since_on=run.since_on, score=last.score
        )
    if not ask_again(run, [Asked(f.signal_on, rests[f.pk]) for f in same]):
        return None
    last = same[-1]
    since_on = min(last.since_on, run.since_on)
    return _numbers(run, Kind.STILL, channel=last.channel, since_on=since_on, score=last.score)


def _numbers(run: Away, kind: Kind, *, channel: str, since_on: date, score: float = 0.0) -> Reason:
    return Reason(
        rule=RULE_VERSION,
        kind=str(kind),
        channel=str(channel),
        score=score,
        on=run.last_on.isoformat(),
        since=since_on.isoformat(),
        run=run.days,
        others_present=0,
        others_marked=0,
        usual_absent=0,
        usual_marked=0,
        recent_absent=run.days - run.leave,
        recent_marked=run.days,
    )


def _rests(flags: Sequence[Flag]) -> dict[UUID, date | None]:
    """Ended flag → the last day at rest; None while a case worker has its concern.

    Two queries at most.
    """
    ends = {f.pk: f.outcome for f in flags if hasattr(f, "outcome")}
    concerns = [f for f in flags if f.pk in ends and ends[f.pk].kind == Outcome.Kind.CONCERN]
    held: set[UUID] = set()
    if concerns:
        findings = Finding.objects.filter(visit__flag__in=concerns).select_related("visit")
        visits = {str(f.visit_id): (f.district, f.visit.flag_id) for f in findings}
        by_visit, by_question = open_concerns_of(
            [(district, key) for key, (district, _flag) in visits.items()],
            [(f.district, str(f.pk), ends[f.pk].recorded_by) for f in concerns],
        )
        held = {visits[key][1] for key in by_visit} | {UUID(key) for key in by_question}
    # One that was closed without a word on how it ended lets nothing rest.
    return {
        f.pk: None
        if f.pk in held
        else (ends[f.pk].rest_until or ends[f.pk].recorded_on if f.pk in ends else f.signal_on)
        for f in flags
    }
