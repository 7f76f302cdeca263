"""Whether somebody was named by mistake as having a part in a concern: what is asked, and of whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aanchal.access.queries import live_grants
from aanchal.access.roles import Role

from .models import Concern

# Unanswered so long, it was no mistake.
MISTAKE_LAPSES_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class AskedMistake:
    """That somebody was named by mistake, as one person says and another has not answered yet.

    Attributes:
        who: user id of the one named, who stays shut out meanwhile.
        by: user id of who asks.
        key: of this asking and no later one, so that an answer is to what its page showed.
        not_by: user ids of those who may not answer: who asks, and who named her.
    """

    who: str
    by: str
    at: datetime
    not_by: frozenset[str]
    key: str

    def has_lapsed(self, *, at: datetime) -> bool:
        """Whether nobody answered in the time for it."""
        return at >= self.at + MISTAKE_LAPSES_AFTER


def asked_mistake(concern: Concern) -> AskedMistake | None:
    """What is asked of a concern, lapsed or not; None when nothing is."""
    held = concern.mistake
    if not held:
        return None
    by, *_namers = held["not_by"]
    at = datetime.fromisoformat(held["at"])
    return AskedMistake(held["who"], by, at, frozenset(held["not_by"]), held["key"])


def namers_of(concern: Concern, who: str) -> list[str]:
    """User ids of those who named somebody as having a part in it, in the order in which they did."""
    return [entry["by"] for entry in concern.namings if entry["who"] == who]


def may_answer_mistake(concern: Concern, not_by: frozenset[str], *, at: datetime) -> bool:
    """Whether any case worker of its team, but some, may answer what is asked of it now."""
    scope = concern.scope()
    able = (scope.team or frozenset()) - scope.excluded - not_by
    held = live_grants(at=at).filter(role=Role.CASE_WORKER)
    return any(
        str(user) in able and scope.lies_in(path)
        for user, path in held.values_list("user_id", "area_path")
    )
