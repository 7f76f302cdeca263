"""One file after another: made, read, judged, and how many came out how."""

from dataclasses import dataclass

from .causes import verdict_of
from .damages import damaged
from .judging import RIGHT, Verdict
from .plan import Plan, choose


@dataclass(frozen=True)
class Outcome:
    seed: int
    layout: str
    damages: tuple[str, ...]
    verdict: Verdict


def plan_of(seed: int) -> Plan:
    """Every second seed is a damaged file: one damage, seldom two, still more seldom three."""
    if seed % 2 == 0:
        return choose(seed)
    plan = choose(seed, layout="wide" if seed % 4 == 1 else None)
    return damaged(plan, (1, 1, 2, 1, 2, 3)[seed // 2 % 6])


def one_file(seed: int) -> Outcome:
    plan = plan_of(seed)
    return Outcome(seed, plan.layout, plan.damages, verdict_of(plan))


def shares(outcomes: list[Outcome]) -> dict[str, float]:
    """How many files that a careful person could read were read right without a question.

    A list of counts is no register: refusing it is right.
    """

    def share(wanted: list[Outcome]) -> float:
        right = sum(
            o.verdict.outcome == RIGHT or (o.layout == "counts" and o.verdict.outcome == "refused")
            for o in wanted
        )
        return right / len(wanted) if wanted else 1.0

    return {
        "undamaged right": share([o for o in outcomes if not o.damages]),
        "damaged right": share([o for o in outcomes if o.damages and not o.verdict.open]),
    }
