"""How good a policy is where the truth is known: on simulated registers only.

Never shown to users as field accuracy; a deployment measures its own empty visits and lead times.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.early_warning.policy import Policy
from aanchal.lib.early_warning.rule import Signals, run_days, start_state
from aanchal.lib.marks import Mark
from benchmarks.simulated_registers import HARMFUL, SUDDEN, Event, Registers, as_history

# What counts as found: the kind of event, and the register days within which.
WITHIN_DAYS: Final[Mapping[str, tuple[tuple[Event, ...], int]]] = {
    "sudden": (SUDDEN, 10),
    "slide": ((Event.SLIDE,), 40),
    "part-time": ((Event.PART_TIME,), 40),
}


@dataclass(frozen=True, slots=True)
class Quality:
    """precision: flags that were the first within a harmful event, of all flags. found: share of
    events found within their register days (taken days of the class); only events after which so
    many days were left are counted. median_lead_days: over the same events, an unfound one counts
    as longer than any. lure: share of flags on a long illness.
    """

    flags_per_1000_month: float
    precision: float
    lure: float
    found: Mapping[str, float]
    median_lead_days: Mapping[str, float]
    by_sex: Mapping[str, tuple[float, float]]
    by_school_type: Mapping[str, tuple[float, float]]


def measure(made: Registers, policy: Policy) -> Signals:
    """The watch's signals on simulated registers."""
    return run_days(start_state(made.class_sizes), made.marks, policy, days=made.days, threads=2)


def score(made: Registers, signals: Signals) -> Quality:
    """Compare signals with what was planted."""
    return score_flags(made, signals.child.astype(np.int64), signals.day.astype(np.int64))


def score_flags(made: Registers, child: NDArray[np.int64], day: NDArray[np.int64]) -> Quality:
    """Compare any flags, in order of day, with what was planted.

    by_sex and by_school_type: (precision, share of sudden events found) of each group.
    """
    children = len(made.marks)
    first = np.full(children, made.marks.shape[1])
    last = np.full(children, -1)
    kind = np.full(children, -1)
    kinds = list(Event)
    for planted in made.planted:
        first[planted.child] = planted.first
        last[planted.child] = planted.last
        kind[planted.child] = kinds.index(planted.event)
    elapsed = _taken_days(made)
    inside = (day >= first[child]) & (day <= last[child])
    harmful = np.isin(kind, [kinds.index(e) for e in HARMFUL])
    lead = np.full(children, np.inf)
    hit = np.zeros(len(child), bool)
    for i in np.flatnonzero(inside & harmful[child]).tolist():
        row = int(child[i])
        if lead[row] == np.inf:
            hit[i] = True
            lead[row] = elapsed[row, day[i] + 1] - elapsed[row, first[row]]
    left = elapsed[:, -1] - np.take_along_axis(elapsed, first[:, None], axis=1)[:, 0]

    def found(name: str, among: NDArray[np.bool_]) -> tuple[float, float]:
        events, within = WITHIN_DAYS[name]
        counted = np.isin(kind, [kinds.index(e) for e in events]) & (left >= within) & among
        if not counted.any():
            return float("nan"), float("nan")
        return float((lead[counted] <= within).mean()), float(np.median(lead[counted]))

    def group(among: NDArray[np.bool_]) -> tuple[float, float]:
        mine = among[child]
        return float(hit[mine].mean()) if mine.any() else float("nan"), found("sudden", among)[0]

    everyone = np.ones(children, bool)
    lure = kind[child] == kinds.index(Event.LONG_ILLNESS)
    return Quality(
        flags_per_1000_month=len(child) * 1000 / children / as_history(made).months,
        precision=float(hit.mean()) if len(hit) else float("nan"),
        lure=float((lure & inside).mean()) if len(hit) else float("nan"),
        found={name: found(name, everyone)[0] for name in WITHIN_DAYS},
        median_lead_days={name: found(name, everyone)[1] for name in WITHIN_DAYS},
        by_sex={"girl": group(made.girl), "boy": group(~made.girl)},
        by_school_type={"government": group(made.government), "private": group(~made.government)},
    )


def _taken_days(made: Registers) -> NDArray[np.int64]:
    """Children × (days + 1): how many registers of her class were taken before each column."""
    class_of = np.repeat(np.arange(len(made.class_sizes)), made.class_sizes)
    known = (made.marks == Mark.PRESENT) | (made.marks == Mark.ABSENT)
    taken = np.zeros((len(made.class_sizes), made.marks.shape[1]), bool)
    np.logical_or.at(taken, class_of, known)
    before = np.zeros((len(taken), taken.shape[1] + 1), np.int64)
    before[:, 1:] = taken.cumsum(axis=1)
    return before[class_of]
