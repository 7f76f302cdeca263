"""One record that waits for somebody, whatever its kind."""

from dataclasses import dataclass, field
from datetime import datetime

from aanchal.kernel.authz import Actor, Scope, may
from aanchal.kernel.vocabulary import Permission
from aanchal.places.models import Area

from ...hand_overs import hand_overs
from ...rules.hand_overs import HandOver, step_times

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Thing:
    """One record that waits for somebody.

    Args:
        kind: key of its row in the hand-overs, such as "concern.new".
        key: its primary key, as text.
        scope: where it stands, who is excluded, whose team alone may see it.
        since: when it began to wait in this state.
        due: when the record itself is due; None for what has no day of its own.
        is_danger: a child may be in danger: it stands before all else.
        holder: user id of the one in whose hands it is; "" for nobody.
        acts: permissions one of which it takes, where the row's own is not all of them.
        not_by: user ids who may not act though their role would: a second person is needed.
        count: how many rows of it wait, for a file with rows to repair; else 1.
        name: what it is called, of what tells of no child: "VI A" for a class; else "".
        flag: primary key of the flag that a visit belongs to, as text; else "".
    """

    kind: str
    key: str
    scope: Scope
    since: datetime
    due: datetime | None = None
    is_urgent: bool = False
    is_danger: bool = False
    holder: str = ""
    not_by: frozenset[str] = field(default_factory=frozenset)
    place: Area | None = None
    acts: tuple[Permission, ...] = ()
    count: int = 1
    flag: str = ""
    name: str = ""

    @property
    def row(self) -> HandOver:
        """Its row of the hand-overs."""
        return hand_overs()[self.kind]

    def may_be_done_by(self, actor: Actor) -> bool:
        """Whether a person may act on it: exclusion first, then the seal, then role and place."""
        if actor.user_id in self.not_by:
            return False
        return any(may(actor, permission, self.scope) for permission in self.permissions())

    def permissions(self) -> tuple[Permission, ...]:
        """What the one who acts must hold, one of these."""
        return self.acts or (Permission.named(self.row.permission),)

    def times(self, *, opened: datetime | None = None) -> tuple[datetime, ...]:
        """When each step of its ladder falls due."""
        return step_times(
            self.row, urgent=self.is_urgent, since=self.since, due=self.due, opened=opened
        )

    def begun(self, *, at: datetime) -> datetime:
        """The day that counts: that on which it was due, once it is over; before, since it waits."""
        return self.due if self.due is not None and self.due <= at else self.since

    def late_at(self) -> datetime:
        """When its time is over: its own due time, or when it goes to a further person."""
        times = self.times()
        return self.due or (times[1] if len(times) > 1 else times[0])
