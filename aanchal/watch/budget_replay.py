"""A block's past registers replayed under every visit budget. Long work: for a job, with its bar."""

from collections.abc import Callable, Sequence

import numpy as np

from aanchal.lib.early_warning.policy import Policy
from aanchal.lib.early_warning.rule import CHANNELS

from .rules.budgets import BUDGETS, Asked, Found, Past, Point, point_of, thresholds_for
from .rules.history import History
from .rules.long_absences import long_absences, rows_of_children
from .watch_history import replay

Progress = Callable[[int, int], None]
# Replays that the search for the thresholds takes, about; the bar needs no more than that.
ABOUT_REPLAYS = 70


def replay_budgets(
    history: History,
    policy: Policy,
    *,
    threshold: float,
    found: Sequence[Found],
    volunteers: int,
    progress: Progress | None = None,
) -> Past:
    """Replay the registers under each of `BUDGETS` and under the threshold in force.

    Args:
        history: one block's registers; its groups are not looked at.
        threshold: the one in force.
        found: what real visits of the block found.

    Raises:
        ValueError: no register to replay.
    """
    if not history.children or not history.days:
        raise ValueError("There is no register to replay.")
    done = 0
    column_of = {day.toordinal(): i for i, day in enumerate(history.days)}

    def asked_at(tried: float) -> Asked:
        nonlocal done
        parts = list(replay(history, policy.with_threshold(tried)))
        done += 1
        if progress is not None:
            progress(min(done, ABOUT_REPLAYS - 1), ABOUT_REPLAYS)
        child = np.concatenate([np.empty(0, np.int64), *(c for c, _s in parts)])
        on = np.concatenate([np.empty(0, np.int64), *(s.on for _c, s in parts)])
        channel = np.concatenate([np.empty(0, np.int64), *(s.channel for _c, s in parts)])
        column = np.array([column_of[int(day)] for day in on], np.int64)
        return Asked(child, column, channel == CHANNELS.index("urgent"))

    absences = long_absences(rows_of_children(history))

    def point(
        visits: int | None, tried: float, in_force: list[int | None] | None
    ) -> tuple[Point, list[int | None]]:
        return point_of(
            asked_at(tried),
            visits=visits,
            threshold=tried,
            absences=absences,
            in_force=in_force,
            found=found,
            history=history,
        )

    now, leads = point(None, threshold, None)
    thresholds = thresholds_for(
        BUDGETS,
        children=len(history.children),
        months=history.months,
        asked_at=lambda tried: len(asked_at(tried)),
    )
    points = tuple(point(visits, tried, leads)[0] for visits, tried in thresholds.items())
    if progress is not None:
        progress(ABOUT_REPLAYS, ABOUT_REPLAYS)
    return Past(
        first_on=history.days[0],
        last_on=history.days[-1],
        months=history.months,
        children=len(history.children),
        volunteers=volunteers,
        long_absences=len(absences),
        in_force=now,
        points=points,
    )
