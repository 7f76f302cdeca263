"""One row for each state of a record: who is told, what comes next, and when it goes to whom. Pure.

The rows are `data/hand_overs.toml`; docs/hand-overs.md is drawn from them, and the notices take
their times from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Circle(StrEnum):
    """Who is told at a step."""

    HOLDER = "holder"  # in whose hands it is
    NEAREST = "nearest"  # one who may act, of the smallest place that holds it
    ANOTHER = "another"  # one more who may act, the next nearest
    EVERYONE = "everyone"  # all who may act
    COORDINATOR = "coordinator"  # coordinators of the place; only that something waits
    DISTRICT = "district"  # coordinators of the district; only that something waits
    OUTSIDE = "outside"  # the office outside, named in the settings; only that something waits


# Circles of people who may not read the record: never for a sealed one.
NEUTRAL = frozenset({Circle.COORDINATOR, Circle.DISTRICT})


@dataclass(frozen=True)
class Step:
    """One step of the ladder: `circle` is told `after` a record began to wait, or fell due."""

    circle: Circle
    after: timedelta
    from_due: bool = False


@dataclass(frozen=True)
class HandOver:
    """What is agreed for one state of one kind of record.

    Args:
        key: such as "concern.new".
        told, comes_next, mistake: sentences of the page, in English.
        nobody: what happens if nobody acts, where no step says it.
        permission: value of the permission that the one who acts must hold; "" when nobody acts.
        steps: in order of time; empty when nobody is told.
        urgent_steps: for an urgent record; `steps` when there are none of its own.
        is_urgent: every record in this state is urgent: quiet hours do not hold it back.
        opened_gives: time that is added once somebody who was told has opened it.
        urgent_opened_gives: the same for an urgent record, where it has steps of its own.
        waits_in: key of the state of another record in which this one's waiting is counted.
        is_final: nothing follows by itself.
    """

    key: str
    told: str
    comes_next: str
    mistake: str
    nobody: str = ""
    permission: str = ""
    steps: tuple[Step, ...] = ()
    urgent_steps: tuple[Step, ...] = ()
    is_urgent: bool = False
    opened_gives: timedelta = timedelta()
    urgent_opened_gives: timedelta = timedelta()
    waits_in: str = ""
    is_final: bool = False

    def ladder(self, *, urgent: bool) -> tuple[Step, ...]:
        """The steps for an urgent or an ordinary record."""
        return self.urgent_steps or self.steps if urgent else self.steps


def read_hand_overs(data: Mapping[str, Any]) -> dict[str, HandOver]:
    """Read the rows from their data file, in its order.

    Raises:
        ValueError: a row lacks a sentence, says nothing about nobody acting, or has steps that go
            back in time; the message names the row.
    """
    found: dict[str, HandOver] = {}
    for noun, states in data.items():
        if noun == "meta":
            continue
        for state, row in states.items():
            if isinstance(row, dict):
                key = f"{noun}.{state}"
                found[key] = _read(key, row)
    for row in found.values():
        if row.waits_in and row.waits_in not in found:
            raise ValueError(f"{row.key}: waits in {row.waits_in}, which is no row")
    return found


def _read(key: str, row: Mapping[str, Any]) -> HandOver:
    missing = [name for name in ("told", "next", "mistake") if not row.get(name)]
    if missing:
        raise ValueError(f"{key} does not say: {', '.join(missing)}")
    steps, urgent = _steps(key, row.get("steps", ())), _steps(key, row.get("urgent_steps", ()))
    permission = str(row.get("permission", ""))
    if steps and not permission:
        raise ValueError(f"{key} has steps and does not say which permission acts")
    if not (steps or row.get("nobody") or row.get("waits_in") or row.get("final")):
        raise ValueError(f"{key} does not say what happens if nobody acts")
    opened = row.get("opened_gives_hours", 0)
    return HandOver(
        key=key,
        told=row["told"],
        comes_next=row["next"],
        mistake=row["mistake"],
        nobody=row.get("nobody", ""),
        permission=permission,
        steps=steps,
        urgent_steps=urgent,
        is_urgent=bool(row.get("urgent", False)),
        opened_gives=timedelta(hours=opened),
        urgent_opened_gives=timedelta(hours=row.get("urgent_opened_gives_hours", opened)),
        waits_in=row.get("waits_in", ""),
        is_final=bool(row.get("final", False)),
    )


def _steps(key: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    steps = tuple(
        Step(
            Circle(row["to"]),
            timedelta(hours=row.get("after_hours", row.get("after_due_hours", 0))),
            from_due="after_due_hours" in row,
        )
        for row in rows
    )
    for before, then in zip(steps, steps[1:], strict=False):
        if before.from_due == then.from_due and then.after < before.after:
            raise ValueError(f"{key}: {then.circle} comes before {before.circle}")
        if before.from_due and not then.from_due:
            raise ValueError(f"{key}: a step from the due time is followed by one from the start")
    return steps


def step_times(
    row: HandOver,
    *,
    urgent: bool,
    since: datetime,
    due: datetime | None,
    opened: datetime | None,
) -> tuple[datetime, ...]:
    """When each step of the ladder falls due.

    Once it was opened by somebody who was told, every step that lay ahead then is put off by the
    time that opening gives: the record has somebody's eyes on it, but has not moved yet.

    Args:
        due: when the record itself is due; steps from the due time count from `since` without it.
        opened: when somebody who was told first opened it; None when nobody has.
    """
    gives = row.urgent_opened_gives if urgent else row.opened_gives
    times = []
    for step in row.ladder(urgent=urgent):
        at = (due if step.from_due and due is not None else since) + step.after
        if opened is not None and at > opened:
            at = max(at, opened + gives)
        times.append(at)
    return tuple(times)


def steps_reached(times: Sequence[datetime], *, at: datetime) -> int:
    """How many steps of a ladder have fallen due."""
    return sum(time <= at for time in times)
