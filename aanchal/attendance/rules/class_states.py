"""One class's state apart or many side by side: the database keeps them apart, the kernel does not."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .watch_state import LANES, REALS, RUN_WORD, WHOLES, WatchState


def join_states(states: Sequence[WatchState]) -> WatchState:
    """Lay one-class states side by side, in order; the originals stay as they are."""
    joined = WatchState([int(s.sizes[0]) for s in states])
    for i, state in enumerate(states):
        if len(state.sizes) != 1:
            raise ValueError("Only states of one class are joined.")
        a, b = int(joined.starts[i]) * LANES, int(joined.starts[i + 1]) * LANES
        joined.reals[a * REALS : b * REALS] = state.reals
        joined.wholes[a * WHOLES : b * WHOLES] = state.wholes
        joined.class_wholes[i] = state.class_wholes[0]
        joined.class_reals[i] = state.class_reals[0]
    return joined


def part_state(joined: WatchState, index: int) -> WatchState:
    """A copy of one class's state out of many."""
    state = WatchState([int(joined.sizes[index])])
    a, b = int(joined.starts[index]) * LANES, int(joined.starts[index + 1]) * LANES
    state.reals[:] = joined.reals[a * REALS : b * REALS]
    state.wholes[:] = joined.wholes[a * WHOLES : b * WHOLES]
    state.class_wholes[0] = joined.class_wholes[index]
    state.class_reals[0] = joined.class_reals[index]
    return state


def grow_state(state: WatchState, children: int) -> WatchState:
    """A one-class state with room for children who came later; they begin with nothing known."""
    have = int(state.sizes[0])
    if children < have:
        raise ValueError("A class's state never shrinks.")
    if children == have:
        return state
    grown = WatchState([children])
    grown.reals[: state.reals.size] = state.reals
    grown.wholes[: state.wholes.size] = state.wholes
    grown.class_wholes[0] = state.class_wholes[0]
    grown.class_reals[0] = state.class_reals[0]
    return grown


def open_questions(state: WatchState) -> NDArray[np.bool_]:
    """Which children, in order, were asked after and have not come back since."""
    words = state.wholes.reshape(-1, WHOLES, LANES)[:, RUN_WORD, :].reshape(-1)
    return (words[state.places()] & np.uint32(1)).astype(np.bool_)
