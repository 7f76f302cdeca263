"""What came of the flags that are already worked when the demonstration opens.

Plain data: `build` plays it through the same use cases a coordinator and a volunteer use. The
youngest flags are left alone so that today's list has something to do.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from aanchal.lib.sourced import read_sourced

from .attendance import HOLIDAY, NOT_TAKEN, PRESENT, Registers
from .chance import chance_of
from .names import DATA

# Flags younger than this wait for today: first nobody's, then in a volunteer's hands.
UNASSIGNED_DAYS = 3
ASSIGNED_DAYS = 7
# Of the older ones, one in this many was never visited and stands overdue.
FORGOTTEN_ONE_IN = 25
HANDED_BACK_ONE_IN = 30
NOBODY_HOME = "not_home"


@dataclass(frozen=True, slots=True)
class Told:
    """One visit's finding as told.

    Attributes:
        finding: code of what was found.
        whom_met: code of whom the volunteer met.
        child_seen: she saw the child with her own eyes.
        next_step: code of what she means to do.
        notes: her words by language ("en", "hi", "bn").
        concern: kind of concern it becomes at once; empty for most.
        outcome: how the question ended; empty while it stands open.
        outcome_after_days: days from the visit to the outcome; "back" is told by the register,
            on the second school day running that she is present.
    """

    finding: str
    whom_met: str
    child_seen: bool
    next_step: str
    notes: dict[str, str]
    concern: str
    outcome: str
    outcome_after_days: int


@dataclass(frozen=True, slots=True)
class Work:
    """What people did about one flag.

    Attributes:
        assigned_on: the day the coordinator put it in a volunteer's hands.
        handed_back: why the first volunteer gave it back ("unsafe"), else empty.
        visited_on: the day of the visit; None when nobody has gone yet.
        told: what was found; None without a visit.
        outcome_on: the day of the outcome; None while the question is open.
        again: the second visit, where nobody was at home the first time; None when it is still to
            come or not needed.
    """

    assigned_on: date
    handed_back: str = ""
    visited_on: date | None = None
    told: Told | None = None
    outcome_on: date | None = None
    again: "Work | None" = None


@cache
def _told() -> dict[str, tuple[Told, ...]]:
    rows: dict[str, list[Told]] = {}
    for row in read_sourced(DATA, "findings_told.toml")["told"]:
        rows.setdefault(row["story"], []).append(_from_row(row))
    return {story: tuple(told) for story, told in rows.items()}


def _from_row(row: dict[str, Any]) -> Told:
    return Told(
        finding=row["finding"],
        whom_met=row["whom_met"],
        child_seen=row["child_seen"],
        next_step=row["next_step"],
        notes={language: row["note_" + language] for language in ("en", "hi", "bn")},
        concern=row.get("concern", ""),
        outcome=row.get("outcome", ""),
        outcome_after_days=row.get("outcome_after_days", 0),
    )


class Worked:
    """Tells, flag by flag in the order they were raised, what was done about each."""

    def __init__(self, registers: Registers) -> None:
        self.today = registers.district.today
        self.seed = registers.district.seed
        self.days = registers.days
        self.marks = registers.marks
        self.rows = {c.key: row for row, c in enumerate(registers.district.children)}
        self.stories = {story.child: story for story in registers.stories}
        self.told_so_far: dict[str, int] = {}

    def work_on(self, child: str, raised_on: date, *, is_urgent: bool) -> Work | None:
        """What was done about a flag, or None when nobody has touched it yet.

        Args:
            child: key of the flagged child.
            raised_on: the day the flag was raised.
            is_urgent: raised by the urgent channel; such visits were made sooner.

        Returns:
            Days never after today; the outcome is left out where it would lie ahead.
        """
        age = (self.today - raised_on).days
        if age < UNASSIGNED_DAYS:
            return None
        rng = chance_of("work", self.seed, child, raised_on)
        assigned_on = raised_on + timedelta(days=rng.choice((0, 0, 1)))
        if age < ASSIGNED_DAYS or rng.randrange(FORGOTTEN_ONE_IN) == 0:
            return Work(assigned_on)
        wait = rng.choice((0, 1, 1, 2) if is_urgent else (1, 2, 2, 3, 4, 6))
        handed_back = ""
        if rng.randrange(HANDED_BACK_ONE_IN) == 0:
            handed_back, wait = "unsafe", wait + 2
        visited_on = min(assigned_on + timedelta(days=wait), self.today)
        told = self._told_of(child, raised_on)
        outcome_on = self._outcome(child, visited_on, told)
        again = None
        if told.finding == NOBODY_HOME:
            again = self._second_visit(child, raised_on, visited_on)
        return Work(assigned_on, handed_back, visited_on, told, outcome_on, again)

    def _second_visit(self, child: str, raised_on: date, first_on: date) -> Work | None:
        visited_on = first_on + timedelta(days=2)
        if visited_on > self.today:
            return None
        told = self._told_of(child, raised_on)
        while told.finding == NOBODY_HOME:
            told = self._told_of(child, raised_on)
        return Work(first_on, "", visited_on, told, self._outcome(child, visited_on, told))

    def _outcome(self, child: str, visited_on: date, told: Told) -> date | None:
        """The day the question ended; "back" only on a day the register itself shows it."""
        if not told.outcome:
            return None
        if told.outcome != "back":
            outcome_on = visited_on + timedelta(days=told.outcome_after_days)
            return outcome_on if outcome_on <= self.today else None
        before_present = False
        for day, mark in zip(self.days, self.marks[self.rows[child]], strict=True):
            if day <= visited_on or mark in (NOT_TAKEN, HOLIDAY):
                continue
            if mark == PRESENT and before_present:
                return day
            before_present = bool(mark == PRESENT)
        return None

    def _told_of(self, child: str, raised_on: date) -> Told:
        """Each kind of story tells its rows in turn; a danger is told of once only."""
        story = self.stories.get(child)
        kind = story.kind if story and story.began_on <= raised_on else "ordinary"
        rows = _told()[kind]
        turn = self.told_so_far.get(kind, 0)
        self.told_so_far[kind] = turn + 1
        if turn < len(rows):
            return rows[turn]
        plain = [row for row in rows if not row.concern]
        return plain[turn % len(plain)]
