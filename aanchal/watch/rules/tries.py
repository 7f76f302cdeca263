"""What follows a visit: it stays in her hands, goes to another, or waits for the coordinator. Pure."""

from datetime import date, timedelta
from enum import StrEnum


class Next(StrEnum):
    """Where the flag is after a visit was recorded."""

    HERS_AGAIN = "hers_again"  # the same volunteer goes once more
    ANOTHER = "another"  # nobody's hands: the coordinator sends another person
    COORDINATOR = "coordinator"  # visited: the coordinator does what comes next


def after_visit(group: str, next_step: str, *, tries: int, max_tries: int) -> Next:
    """What follows a finding.

    Args:
        group: of the finding, as in `data/findings.toml`.
        next_step: what the volunteer chose.
        tries: how often she found nobody at home for this flag, this time included.
        max_tries: after so many, another person goes.
    """
    if group == "again":
        return Next.HERS_AGAIN if tries < max_tries else Next.ANOTHER
    if group != "danger" and next_step == "visit_again":
        return Next.HERS_AGAIN
    return Next.COORDINATOR


def is_good_day(again_on: date, *, visited_on: date, today: date, max_days: int) -> bool:
    """Say whether a volunteer may promise to go again on a day: not in the past, nor far away."""
    return max(visited_on, today) <= again_on <= today + timedelta(days=max_days)
