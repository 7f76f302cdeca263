"""Past registers replayed: thresholds set to a visit budget, and what would have been asked when.

The replay runs the same kernel as every day does, forward in time, so a flag never knows the
future. What came after (a long absence, an empty visit) is looked up only for the report.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.early_warning.planes import DAYS_MAX
from aanchal.lib.early_warning.policy import Policy
from aanchal.lib.early_warning.rule import CHANNELS, Signals, run_days, start_state
from aanchal.lib.marks import Mark

from .rules.history import FlagRow, History
from .rules.sentences import Sex, reason_of, render
from .watch_report import Report, report_on

Progress = Callable[[int, int], None]
_BLOCK_LEAST: Final = 1000  # children a block needs before its own threshold means anything
_TRIES: Final = 15
_SAYS_NOTHING: Final = 10  # flags at the lowest threshold below which nothing can be set
_SEXES: Final = {
    **dict.fromkeys(("girl", "female", "f"), Sex.GIRL),
    **dict.fromkeys(("boy", "male", "m"), Sex.BOY),
}
_TOLD_DAYS: Final = 32


def replay(
    history: History, policy: Policy, *, progress: Progress | None = None, threads: int = 2
) -> Iterator[tuple[NDArray[np.int64], Signals]]:
    """Run the watch over a history; yields (the child of each signal, signals) era by era.

    An era ends where a child changes class: her state goes with her. `Signals.day` counts from
    the era's first day; `Signals.on` is the date.
    """
    seats, marks = history.seats, history.marks
    if not len(seats.child):
        return
    used, sizes = np.unique(seats.class_, return_counts=True)
    state = start_state(sizes)
    blocks = _blocks_of_classes(history, used)
    moves = _moves(history)
    cuts = sorted({0, len(history.days), *moves})
    # Told portion by portion; where it is cut changes nothing but the bar.
    cuts = _no_longer_than(cuts, DAYS_MAX if progress is None else _TOLD_DAYS)
    for number, (first, last) in enumerate(zip(cuts, cuts[1:], strict=False)):
        for old, new in moves.get(first, ()):
            state.put(new, state.take(old))
        signals = run_days(
            state,
            marks[:, first:last],
            policy,
            days=history.days[first:last],
            blocks=blocks,
            threads=threads,
        )
        yield seats.child[signals.child], signals
        if progress is not None:
            progress(number + 1, len(cuts) - 1)


def calibrate(
    history: History,
    *,
    visits_per_1000_month: float,
    base: Policy,
    progress: Progress | None = None,
    threads: int = 2,
) -> Policy:
    """The policy whose threshold spends the visit budget, and no more, on these registers.

    Blocks of 1,000 children or more get a threshold of their own. Registers too few to raise even
    ten flags at the lowest threshold say nothing: there the base policy's threshold stays.

    Raises:
        ValueError: no children, or a budget that is not positive.
    """
    if visits_per_1000_month <= 0:
        raise ValueError("The budget must be more than 0 visits.")
    if not history.children:
        raise ValueError("There are no children in these registers.")
    block_of, keys = _calibrated_blocks(history)
    sizes = np.bincount(block_of, minlength=len(keys))
    most = np.zeros(len(keys))
    low = np.full(len(keys), -8.0)
    high = np.full(len(keys), 32.0)
    for step in range(_TRIES):
        middle = (low + high) / 2
        counts = np.zeros(len(keys))
        tried = _with_thresholds(base, keys, middle)
        for child, _signals in replay(history, tried, threads=threads):
            counts += np.bincount(block_of[child], minlength=len(keys))
        most = np.maximum(most, counts)
        over = counts * 1000 / np.maximum(sizes, 1) / history.months > visits_per_1000_month
        low = np.where(over, middle, low)
        high = np.where(over, high, middle)
        if progress is not None:
            progress(step + 1, _TRIES)
    high = np.where(most < _SAYS_NOTHING, base.threshold, high)
    return _with_thresholds(base, keys, np.round(high, 4))


def backtest(
    history: History,
    policy: Policy,
    *,
    findings: Mapping[tuple[str, date], bool] | None = None,
    progress: Progress | None = None,
    threads: int = 2,
) -> tuple[list[FlagRow], Report]:
    """Replay a history day by day: the flags that would have been raised, and what they were worth.

    Args:
        findings: for (child, day of the flag), whether the visit proved empty.

    Returns:
        The flags in order of day, then child; and the report.
    """
    flags: list[FlagRow] = []
    child_of: list[NDArray[np.int64]] = []
    column_of: list[NDArray[np.int64]] = []
    columns = {day.toordinal(): i for i, day in enumerate(history.days)}
    sexes = history.groups.get("sex")
    for child, signals in replay(history, policy, progress=progress, threads=threads):
        child_of.append(child)
        column_of.append(np.array([columns[on] for on in signals.on.tolist()], np.int64))
        for i, owner in enumerate(child.tolist()):
            sex = _sex(sexes[owner]) if sexes else Sex.UNSAID
            flags.append(
                FlagRow(
                    child=history.children[owner],
                    flagged_on=date.fromordinal(int(signals.on[i])),
                    channel=CHANNELS[int(signals.channel[i])],
                    score=round(float(signals.score[i]), 4),
                    reason=render(reason_of(signals, i), str, sex=sex),
                )
            )
    flagged = np.concatenate([np.empty(0, np.int64), *child_of])
    column = np.concatenate([np.empty(0, np.int64), *column_of])
    report = report_on(history, flags, flagged, column, findings or {})
    flags.sort(key=lambda flag: (flag.flagged_on, flag.child))
    return flags, report


def _sex(text: str) -> Sex:
    return _SEXES.get(text.strip().lower(), Sex.UNSAID)


def _moves(history: History) -> dict[int, list[tuple[int, int]]]:
    """By column: (seat left, seat taken) of every child whose class is another from there on."""
    child = history.seats.child
    several = np.bincount(child, minlength=len(history.children)) > 1
    seats: dict[int, list[int]] = {}
    for seat in np.flatnonzero(several[child]).tolist():
        seats.setdefault(int(child[seat]), []).append(seat)
    moves: dict[int, list[tuple[int, int]]] = {}
    for held in seats.values():
        where = history.marks[held] != Mark.NOT_TAKEN
        current = None
        for column in np.flatnonzero(where.any(axis=0)).tolist():
            seat = held[int(np.argmax(where[:, column]))]
            if current is not None and seat != current:
                moves.setdefault(column, []).append((current, seat))
            current = seat
    return moves


def _no_longer_than(cuts: list[int], most: int) -> list[int]:
    finer = [cuts[0]]
    for cut in cuts[1:]:
        while cut - finer[-1] > most:
            finer.append(finer[-1] + most)
        finer.append(cut)
    return finer


def _blocks_of_classes(history: History, used: NDArray[np.int64]) -> list[str | None] | None:
    texts = history.groups.get("block")
    if texts is None:
        return None
    first = np.unique(history.seats.class_, return_index=True)[1]
    return [texts[int(history.seats.child[row])] or None for row in first[: len(used)]]


def _calibrated_blocks(history: History) -> tuple[NDArray[np.int64], list[str | None]]:
    """The block number of each child; number 0 stands for every block too small for its own."""
    keys: list[str | None] = [None]
    numbers = np.zeros(len(history.children), np.int64)
    texts = history.groups.get("block")
    if texts is not None:
        values = np.array(texts, object)
        for value in sorted(set(texts) - {""}):
            inside = values == value
            if int(inside.sum()) >= _BLOCK_LEAST:
                numbers[inside] = len(keys)
                keys.append(value)
    return numbers, keys


def _with_thresholds(
    base: Policy, keys: Sequence[str | None], thresholds: NDArray[np.float64]
) -> Policy:
    blocks = {
        key: float(value)
        for key, value in zip(keys, thresholds.tolist(), strict=True)
        if key is not None
    }
    return replace(base, threshold=float(thresholds[0]), block_thresholds=MappingProxyType(blocks))
