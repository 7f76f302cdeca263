"""What is owed, met and overdue in a case: worked out anew from its story, never stored as a due time. Pure.

The story is the list of events of a case. The same story gives the same answer, in whatever order its events
were written down; a due time changes only when the event it runs from is put right.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .duties import Due, Duty, falls_due


@dataclass(frozen=True)
class Happened:
    """One event of a case's story.

    Args:
        kind: a trigger or an act of the table of duties.
        at: when it happened, not when it was written down.
        excluded: time after it that the law may leave out of a duty's time, such as the journey.
        state: code of the state whose duties follow from it.
    """

    id: str
    kind: str
    at: datetime
    excluded: timedelta = timedelta()
    state: str = ""


@dataclass(frozen=True)
class Owed:
    """One duty that follows from an event.

    Args:
        number: which time, of a duty that repeats; else 1.
        met: the event that met it; None while nothing has.
        met_before: an event that would have met it but happened before it began: one of the two times may be
            wrong, or it was done already. A person is asked; it does not count as met.
    """

    duty: Duty
    since: Happened
    number: int
    due: Due
    met: Happened | None
    met_before: Happened | None

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time is over and nothing met it; never, where the law states no time."""
        return self.met is None and self.due.at is not None and now > self.due.at

    @property
    def was_late(self) -> bool:
        """Whether it was met after its time."""
        return self.met is not None and self.due.at is not None and self.met.at > self.due.at


def what_is_owed(
    duties: Sequence[Duty], story: Iterable[Happened], *, now: datetime, zone: ZoneInfo
) -> list[Owed]:
    """Every duty that follows from a story, met or not: the first due first, those without a time last.

    Each duty is that of the law on the day of its event, also when the law changed since. A duty that
    repeats is owed for each of its times that has begun by `now`, until an event ends it.
    """
    events = sorted(story, key=lambda event: (event.at, event.id))
    by_trigger: dict[str, list[Duty]] = {}
    for duty in duties:
        by_trigger.setdefault(duty.trigger, []).append(duty)
    owed = [
        one
        for event in events
        for duty in by_trigger.get(event.kind, ())
        if duty.binds(event.at.astimezone(zone).date(), event.state)
        for one in _owed(duty, event, events, now=now, zone=zone)
    ]
    return sorted(owed, key=lambda one: (one.due.at is None, one.due.at or one.since.at))


def _owed(
    duty: Duty, since: Happened, events: Sequence[Happened], *, now: datetime, zone: ZoneInfo
) -> Iterator[Owed]:
    others = [event for event in events if event.id != since.id and event.kind in duty.met_by]
    meeting = [event for event in others if event.at >= since.at]
    before = [event for event in others if event.at < since.at]
    for number, due in _times(duty, since, events, now=now, zone=zone):
        met = meeting[number - 1] if number <= len(meeting) else None
        doubtful = before[-1] if before and met is None and number == 1 else None
        yield Owed(duty, since, number, due, met, doubtful)


def _times(
    duty: Duty, since: Happened, events: Sequence[Happened], *, now: datetime, zone: ZoneInfo
) -> Iterator[tuple[int, Due]]:
    """Each time of a duty with its number: one, or one for each period that has begun."""
    due = falls_due(duty, since=since.at, zone=zone, excluded=since.excluded)
    yield 1, due
    if duty.time is None or not duty.time.repeats:
        return
    ends = [event.at for event in events if event.kind in duty.ends_with and event.at >= since.at]
    last = min([now, *ends])
    number = 1
    # The next period begins when the one before it is over.
    while due.at is not None and due.at < last:
        number += 1
        due = falls_due(duty, since=since.at, zone=zone, excluded=since.excluded, number=number)
        yield number, due
