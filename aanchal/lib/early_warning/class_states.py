"""One class's state apart or many side by side: the database keeps them apart, the kernel does not."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .state import RUN_WORD, WatchState


def join_states(states: Sequence[WatchState]) -> WatchState:
    """Lay one-class states side by side, in order; the originals stay as they are."""
    joined = WatchState([int(s.sizes[0]) for s in states])
    for i, (state, first, lane) in enumerate(zip(states, *joined.seats_of_classes(), strict=True)):
        if len(state.sizes) != 1:
            raise ValueError("Only states of one class are joined.")
        rows = slice(first, first + int(state.sizes[0]))
        joined.reals[rows, :, lane] = state.reals[:, :, 0]
        joined.wholes[rows, :, lane] = state.wholes[:, :, 0]
        joined.class_wholes[i] = state.class_wholes[0]
        joined.class_reals[i] = state.class_reals[0]
    return joined


def part_states(joined: WatchState) -> list[WatchState]:
    """A copy of each class's state out of many, in order."""
    parts = []
    for i, (first, lane) in enumerate(zip(*joined.seats_of_classes(), strict=True)):
        size = int(joined.sizes[i])
        state = WatchState([size])
        state.reals[:, :, 0] = joined.reals[first : first + size, :, lane]
        state.wholes[:, :, 0] = joined.wholes[first : first + size, :, lane]
        state.class_wholes[0] = joined.class_wholes[i]
        state.class_reals[0] = joined.class_reals[i]
        parts.append(state)
    return parts


def grow_state(state: WatchState, children: int) -> WatchState:
    """A one-class state with room for children who came later; they begin with nothing known."""
    have = int(state.sizes[0])
    if children < have:
        raise ValueError("A class's state never shrinks.")
    if children == have:
        return state
    grown = WatchState([children])
    grown.reals[:have] = state.reals
    grown.wholes[:have] = state.wholes
    grown.class_wholes[0] = state.class_wholes[0]
    grown.class_reals[0] = state.class_reals[0]
    return grown


def open_questions(state: WatchState) -> NDArray[np.bool_]:
    """Which children, in order, were asked after and have not come back since."""
    row, lane = state.seats()
    words: NDArray[np.uint32] = state.wholes[row, RUN_WORD, lane]
    return (words & np.uint32(1)).astype(np.bool_)
