"""Early-warning signals from the marks of a register. Pure: marks in, signals out.

For every child the watch holds how likely it is that she comes as usual, is ill, is gone, or is
slipping away. Each marked day moves these odds by what she did, against what she usually does and
what her classmates did that day. A signal is raised when the odds of being gone or slipping away,
against the harmless explanations, pass the threshold; the threshold comes from the visits that
volunteers can walk. A signal is a question for a person to ask kindly, no more.

Caste, religion and income are never inputs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from queue import SimpleQueue
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aanchal.lib.marks import Mark

from .kernel import watch_groups, watch_one_day
from .lanes import LANES
from .layout import PARAMETERS, SIGNAL_WHOLES
from .planes import DAYS_MAX, figures, marks_from_planes, planes_from_marks, words_from_marks
from .policy import Policy
from .state import WatchState
from .threads import side_by_side

ORDINARY: Final = 0
URGENT: Final = 1
CHANNELS: Final = ("ordinary", "urgent")
_EPOCH: Final = date(2000, 1, 1).toordinal()
_CHUNK_ROWS: Final = 10_000 // LANES
_CLASS_MOST: Final = 4_000  # sums over a class stay exact


@dataclass(frozen=True, slots=True)
class Signals:
    """Signals in order of day, then child. Every array has one entry a signal.

    child: index in the order of the state; day: column of the marks given; on: that day, as
    `date.toordinal`. `others_present` of `others_marked` are classmates' child-days from the
    run's first day to this day. `usual_absent` of `usual_marked` are her own days before the
    run; `recent_absent` of `recent_marked` her last 20 marked days, this one included.
    """

    child: NDArray[np.int32]
    day: NDArray[np.int32]
    on: NDArray[np.int32]
    channel: NDArray[np.int32]
    score: NDArray[np.float64]
    run: NDArray[np.int32]
    since: NDArray[np.int32]
    after_break: NDArray[np.bool_]
    others_present: NDArray[np.int32]
    others_marked: NDArray[np.int32]
    usual_absent: NDArray[np.int32]
    usual_marked: NDArray[np.int32]
    recent_absent: NDArray[np.int32]
    recent_marked: NDArray[np.int32]
    year_absent: NDArray[np.int32]
    year_marked: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.child)


def parameters(policy: Policy) -> NDArray[np.float32]:
    """The policy's numbers as the kernel reads them (`watch_layout.py` names their places).

    All weights are kept as shares of what enters each day, so that an entry is 1; and every day is
    divided by the chance that a child goes on coming as usual, so that this is 1 too.
    """
    even = 1.0 / (1.0 - policy.enter_ill - policy.enter_gone - policy.enter_slide)
    values = [
        policy.base_rate,
        policy.class_strength,
        policy.own_strength,
        policy.own_memory,
        policy.own_memory / (policy.own_memory + 16.0),  # more than a fortnight's days fade
        policy.class_day_strength,
        0.5 ** (1.0 / policy.class_half_life),
        policy.class_slow_strength,
        policy.sharpest_day,
        even,
        even * policy.away_extra,
        even * policy.slide_extra,
        1.0 - policy.leave_ill,
        1.0 - policy.leave_slide,
        even * policy.leave_ill * policy.enter_ill,
        policy.enter_ill,
        policy.weight_gone * policy.enter_gone,
        policy.weight_slide * policy.enter_slide,
        policy.break_ill,
        policy.break_gone,
    ]
    if len(values) != PARAMETERS:
        raise AssertionError("The kernel and the policy disagree about the parameters.")
    return np.array(values, np.float32)


def start_state(class_sizes: Sequence[int] | NDArray[np.int64]) -> WatchState:
    """A state that knows nothing yet, for classes of these many children."""
    state = WatchState(class_sizes)
    if state.sizes.size and int(state.sizes.max()) > _CLASS_MOST:
        raise ValueError(f"A class has more than {_CLASS_MOST} children.")
    return state


def step_day(
    state: WatchState,
    marks_today: NDArray[np.uint8],
    policy: Policy,
    *,
    on: date,
    away: NDArray[np.bool_] | None = None,
    blocks: Sequence[str | None] | None = None,
    threads: int = 1,
) -> Signals:
    """Move `state` by one day, in place, and return the signals of that day.

    Args:
        marks_today: one code of `Mark` a child, in the state's order. A class in which nobody is
            present or absent did not take its register: nothing about it changes.
        on: the day; days must come in order.
        away: children known to be away (a departure in the migration register); their day is
            left out, so an answered question is not asked again.
        blocks: a block key a class, for the block's threshold.
        threads: classes are independent, so the result is the same for any number.

    Raises:
        ValueError: wrong length, a code that is no mark, or a day not after the last one.
    """
    return run_days(
        state,
        marks_today[:, None],
        policy,
        days=[on],
        away=None if away is None else away[:, None],
        blocks=blocks,
        threads=threads,
    )


def run_days(
    state: WatchState,
    marks: NDArray[np.uint8],
    policy: Policy,
    *,
    days: Sequence[date] | NDArray[np.int32],
    away: NDArray[np.bool_] | None = None,
    blocks: Sequence[str | None] | None = None,
    threads: int = 1,
) -> Signals:
    """Move `state` over many days at once, in place; same signals as `step_day` day by day.

    Args:
        marks: children × days, codes of `Mark`; at most 256 days a call.
        days: the date of each column (or `date.toordinal`), rising.
        away: children × days, True where the child is known to be away.
        threads: classes are independent, so the result is the same for any number.

    Raises:
        ValueError: shapes that do not fit, a code that is no mark, days that do not rise.
    """
    if marks.ndim != 2 or marks.shape[0] != state.children:
        raise ValueError("Marks must have one row for each child of the state.")
    if away is not None:
        if away.shape != marks.shape:
            raise ValueError("The away mask must have the shape of the marks.")
        marks = np.where(away, np.uint8(Mark.NOT_TAKEN), marks)
    if marks.shape[1] == 1:
        if marks.size and int(marks.max()) > Mark.HOLIDAY:
            raise ValueError("A mark code must be 0 to 4.")
        today = np.zeros(len(marks) + 8, np.uint8)  # eight children are read at once
        today[: len(marks)] = marks[:, 0]
        return _run(state, (today,), watch_one_day, policy, days, blocks, threads)
    planes = words_from_marks(marks)
    return _run(state, planes, watch_groups, policy, days, blocks, threads)


def run_planes(
    state: WatchState,
    absent: NDArray[np.uint64],
    marked: NDArray[np.uint64],
    policy: Policy,
    *,
    days: Sequence[date] | NDArray[np.int32],
    blocks: Sequence[str | None] | None = None,
    threads: int = 1,
) -> Signals:
    """`run_days` from bit-planes (children × 4), without unpacking them."""
    # Read-only memory (of a file, of Arrow) would be another type, and a user wait for a compiler.
    narrow_a = np.require(absent, np.uint64, ["C", "W"]).view("<u4")
    narrow_m = np.require(marked, np.uint64, ["C", "W"]).view("<u4")
    return _run(state, (narrow_a, narrow_m), watch_groups, policy, days, blocks, threads)


def _run(
    state: WatchState,
    marks: tuple[NDArray[Any], ...],
    kernel: Callable[..., int],
    policy: Policy,
    days: Sequence[date] | NDArray[np.int32],
    blocks: Sequence[str | None] | None,
    threads: int,
) -> Signals:
    ordinals = _ordinals(days)
    if not len(ordinals) or not state.children:
        return _NO_SIGNALS
    if len(ordinals) > DAYS_MAX:
        raise ValueError(f"At most {DAYS_MAX} days at once.")
    taken = state.class_wholes[:, 0] > 0
    if bool((taken & (state.class_wholes[:, 1] >= ordinals[0])).any()):
        raise ValueError("A class has already been scored for this day or a later one.")
    if blocks is not None and len(blocks) != len(state.sizes):
        raise ValueError("Blocks must be one key for each class.")
    threads = max(threads, 1)
    numbers = parameters(policy)
    asks = _asks(policy, blocks, len(state.sizes))
    offsets = np.concatenate([[0], np.cumsum(state.sizes)])
    # A day of a class is soon done: then larger portions, so that handing them out costs little.
    rows = int(state.row_starts[-1]) // (8 * threads) if len(ordinals) == 1 else 0
    chunks = _chunks(state.row_starts, max(rows, _CHUNK_ROWS))

    # Room for signals, handed from portion to portion: a new question needs a presence between; one
    # place more, where a signal is tried.
    widest = max((state.row_starts[last] - state.row_starts[first] for first, last in chunks))
    most = int(widest) * LANES * (len(ordinals) // 2 + 1) + 1
    rooms: SimpleQueue[tuple[NDArray[np.int32], NDArray[np.float64]]] = SimpleQueue()
    for _thread in range(threads):
        rooms.put((np.empty((most, SIGNAL_WHOLES), np.int32), np.empty(most, np.float64)))

    def score(chunk: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        out, scores = room = rooms.get()
        count = kernel(
            *chunk,
            state.row_starts,
            state.members,
            state.sizes,
            offsets,
            *marks,
            ordinals,
            state.reals.reshape(-1),
            state.wholes.reshape(-1),
            state.class_wholes,
            state.class_reals,
            numbers,
            policy.urgent_run,
            policy.least_days,
            policy.break_days,
            asks,
            out,
            scores,
        )
        order = np.argsort(out[:count, 0], kind="stable")
        found = out[order], scores[order]
        rooms.put(room)
        return found

    parts = side_by_side(score, chunks, threads)
    return _signals(np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts]))


def warm(policy: Policy) -> None:
    """Compile, or load from the cache, everything the watch calls; once, at set-up."""
    absent, marked = planes_from_marks(np.array([[Mark.PRESENT], [Mark.ABSENT]], np.uint8))
    marks = marks_from_planes(absent, marked, 1)
    figures(absent, marked, today=0)
    run_days(start_state([2]), marks, policy, days=[date(2001, 1, 1)])
    run_planes(start_state([2]), absent, marked, policy, days=[date(2001, 1, 1)])


def _ordinals(days: Sequence[date] | NDArray[np.int32]) -> NDArray[np.int32]:
    values = [day.toordinal() if isinstance(day, date) else int(day) for day in days]
    ordinals = np.array(values, np.int64) - _EPOCH
    if ordinals.size and (int(ordinals.min()) < 1 or int(ordinals.max()) > 0xFFFF):
        raise ValueError("Days must lie between 2000 and 2179.")
    if bool((np.diff(ordinals) <= 0).any()):
        raise ValueError("Days must rise, each once.")
    return ordinals.astype(np.int32)


def _asks(policy: Policy, blocks: Sequence[str | None] | None, classes: int) -> NDArray[np.float32]:
    """A class each: the weights of gone and of slipping away that ask a question, and what harm so
    weighed counts against coming as usual.
    """
    keys = [None] if blocks is None else sorted(set(blocks), key=str)
    log_odds = np.array([policy.threshold_for(key) for key in keys])
    rows = np.empty((len(keys), 3), np.float32)
    rows[:, 0] = policy.weight_gone * policy.enter_gone / np.exp(log_odds)
    rows[:, 1] = policy.weight_slide * policy.enter_slide / np.exp(log_odds)
    rows[:, 2] = np.exp(log_odds) / policy.weight_gone
    if blocks is None:
        everywhere = np.empty((classes, 3), np.float32)
        everywhere[:] = rows
        return everywhere
    number = {key: i for i, key in enumerate(keys)}
    return rows[[number[key] for key in blocks]]


def _chunks(row_starts: NDArray[np.int64], rows: int) -> list[tuple[int, int]]:
    """Neighbouring groups in portions of about so many rows."""
    ends = row_starts[1:]
    chunks: list[tuple[int, int]] = []
    first = before = 0
    while first < len(ends):
        last = int(np.searchsorted(ends, before + rows)) + 1
        last = min(last, len(ends))
        chunks.append((first, last))
        first, before = last, int(ends[last - 1])
    return chunks


def _signals(rows: NDArray[np.int32], scores: NDArray[np.float64]) -> Signals:
    # Each portion comes in order of its children, so that little is left to sort.
    order = np.argsort(rows[:, 0], kind="stable")
    order = order[np.argsort(rows[order, 1].astype(np.uint16), kind="stable")]
    rows = rows[order]
    run, year_absent, year_marked = rows[:, 4], rows[:, 8], rows[:, 9]
    return Signals(
        child=rows[:, 0],
        day=rows[:, 1],
        on=rows[:, 2] + np.int32(_EPOCH),
        channel=rows[:, 3],
        score=scores[order],
        run=run,
        since=(rows[:, 5] >> 1) + np.int32(_EPOCH),
        after_break=(rows[:, 5] & 1) == 1,
        others_present=rows[:, 6],
        others_marked=rows[:, 7],
        usual_absent=year_absent - run,
        usual_marked=year_marked - run,
        recent_absent=rows[:, 10],
        recent_marked=rows[:, 11],
        year_absent=year_absent,
        year_marked=year_marked,
    )


_NO_SIGNALS: Final = _signals(np.empty((0, SIGNAL_WHOLES), np.int32), np.empty(0, np.float64))
