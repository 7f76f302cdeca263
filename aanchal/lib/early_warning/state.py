"""The running state of the watch: what is carried from one school day to the next.

Sixteen classes stand side by side, so that one instruction moves sixteen children; classes of
about one size stand together. In bytes a class's children follow each other, field by field.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .lanes import LANES
from .policy import RULE_VERSION

# Per child, float32: the weights of coming as usual, being ill, gone, slipping away; her usual rate
# of absence as settled, 0 while unknown.
REALS: Final = 5
# Per child, uint32: absent and marked on each of the last 32 taken days; absent and marked totals;
# the class's totals before her run; her run: its first day, length, and whether she was asked after;
# the days and absences from which her habit is learnt.
WHOLES: Final = 6
BASES_WORD: Final = 3
RUN_WORD: Final = 4
# Per class, int32: taken days, day of the last one, presences, marked child-days.
CLASS_WHOLES: Final = 4
# Per class, float32: decaying absences, expected absences, marked child-days; its rate as settled.
CLASS_REALS: Final = 4
_MAGIC: Final = b"AWS1"


class WatchState:
    """State of one or many classes; children keep the order in which they were given.

    reals, wholes: rows × fields × 16. members: groups × 16, the class in each lane or -1.
    row_starts: the first row of each group, and the number of rows.
    """

    __slots__ = (
        "class_reals",
        "class_wholes",
        "members",
        "reals",
        "row_starts",
        "sizes",
        "version",
        "wholes",
    )

    def __init__(self, sizes: Sequence[int] | NDArray[np.int64]) -> None:
        """Begin with nothing known. `sizes`: children a class, each at least 1."""
        self.sizes = np.asarray(sizes, np.int64)
        if self.sizes.ndim != 1 or (self.sizes.size and int(self.sizes.min()) < 1):
            raise ValueError("Every class needs at least one child.")
        groups = -(-len(self.sizes) // LANES)
        members = np.full(groups * LANES, -1, np.int64)
        members[: len(self.sizes)] = np.argsort(-self.sizes, kind="stable")
        self.members = members.reshape(groups, LANES)
        self.row_starts = np.concatenate([[0], np.cumsum(self.sizes[self.members[:, 0]])]).astype(
            np.int64
        )
        rows = int(self.row_starts[-1])
        self.reals = _on_a_line((rows, REALS, LANES), np.float32)
        self.wholes = _on_a_line((rows, WHOLES, LANES), np.uint32)
        self.class_wholes = np.zeros((len(self.sizes), CLASS_WHOLES), np.int32)
        self.class_reals = np.zeros((len(self.sizes), CLASS_REALS), np.float32)
        self.version = RULE_VERSION

    @property
    def children(self) -> int:
        return int(self.sizes.sum())

    def copy(self) -> "WatchState":
        other = WatchState(self.sizes)
        for name in ("reals", "wholes", "class_wholes", "class_reals"):
            getattr(other, name)[...] = getattr(self, name)
        other.version = self.version
        return other

    def seats_of_classes(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The first row and the lane of each class."""
        first = np.empty(len(self.sizes), np.int64)
        lane = np.empty(len(self.sizes), np.int64)
        held = self.members >= 0
        groups, lanes = np.nonzero(held)
        first[self.members[held]] = self.row_starts[groups]
        lane[self.members[held]] = lanes
        return first, lane

    def seats(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The row and the lane of each child, in the children's order."""
        first, lane = self.seats_of_classes()
        within = np.arange(self.children) - np.repeat(
            np.cumsum(self.sizes) - self.sizes, self.sizes
        )
        return np.repeat(first, self.sizes) + within, np.repeat(lane, self.sizes)

    def seat(self, child: int) -> tuple[int, int, int]:
        """The class, row and lane of one child."""
        ends = np.cumsum(self.sizes)
        owner = int(np.searchsorted(ends, child, side="right"))
        group, lane = (int(found[0]) for found in np.nonzero(self.members == owner))
        row = int(self.row_starts[group]) + child - int(ends[owner] - self.sizes[owner])
        return owner, row, lane

    def take(self, child: int) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
        """One child's state, to follow her to another class (see `put`)."""
        _, row, lane = self.seat(child)
        return self.reals[row, :, lane].copy(), self.wholes[row, :, lane].copy()

    def put(self, child: int, taken: tuple[NDArray[np.float32], NDArray[np.uint32]]) -> None:
        """Set one child's state from `take` of another class.

        What she missed goes with her. Her classmates' presence is counted from the day she came,
        because the old class's count means nothing here.
        """
        owner, row, lane = self.seat(child)
        reals, wholes = taken
        self.reals[row, :, lane] = reals
        self.wholes[row, :, lane] = wholes
        came, marked = self.class_wholes[owner, 2:4].tolist()
        run = int(wholes[RUN_WORD]) >> 1 & 0x3FFF
        # Her own marks of the run are not this class's: what is taken off later is added here.
        self.wholes[row, BASES_WORD, lane] = np.uint32(
            (came & 0xFFFF) << 16 | ((marked - run) & 0xFFFF)
        )

    def to_bytes(self) -> bytes:
        """The state as bytes, little-endian, with the rule's version in front."""
        head = json.dumps({"version": self.version, "sizes": self.sizes.tolist()}).encode()
        row, lane = self.seats()
        parts = [
            self.reals[row, :, lane].T.astype("<f4").tobytes(),
            self.wholes[row, :, lane].T.astype("<u4").tobytes(),
            self.class_wholes.astype("<i4").tobytes(),
            self.class_reals.astype("<f4").tobytes(),
        ]
        return b"".join([_MAGIC, len(head).to_bytes(4, "little"), head, *parts])

    @classmethod
    def from_bytes(cls, data: bytes) -> "WatchState":
        """Read `to_bytes` back.

        Raises:
            ValueError: no such state, cut short, or of another rule version (score again then).
        """
        if data[:4] != _MAGIC:
            raise ValueError("These bytes are no state of the watch.")
        end = 8 + int.from_bytes(data[4:8], "little")
        try:
            head = json.loads(data[8:end])
        except ValueError as error:
            raise ValueError("The state of the watch is damaged.") from error
        if head["version"] != RULE_VERSION:
            raise ValueError(
                f"The state is of rule {head['version']}, this is rule {RULE_VERSION}: score again."
            )
        state = cls(head["sizes"])
        children, classes = state.children, len(state.sizes)
        kinds = (
            ("<f4", (REALS, children)),
            ("<u4", (WHOLES, children)),
            ("<i4", (classes, CLASS_WHOLES)),
            ("<f4", (classes, CLASS_REALS)),
        )
        if len(data) != end + sum(4 * a * b for _kind, (a, b) in kinds):
            raise ValueError("The state of the watch is damaged.")
        parts = []
        for kind, shape in kinds:
            parts.append(np.frombuffer(data, kind, shape[0] * shape[1], end).reshape(shape))
            end += parts[-1].nbytes
        row, lane = state.seats()
        state.reals[row, :, lane] = parts[0].T
        state.wholes[row, :, lane] = parts[1].T
        state.class_wholes[...] = parts[2]
        state.class_reals[...] = parts[3]
        return state


def _on_a_line(shape: tuple[int, ...], kind: type[np.generic]) -> NDArray[Any]:
    """Zeros that begin on a line of the cache, so that sixteen numbers never lie on two.

    They are written here: the system gives memory when it is first touched, and is slow to give it
    to several threads at once.
    """
    size = int(np.prod(shape)) * np.dtype(kind).itemsize
    whole = np.full(size + 64, 0, np.uint8)
    skip = -whole.ctypes.data % 64
    return whole[skip : skip + size].view(kind).reshape(shape)
