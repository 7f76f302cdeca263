"""The running state of the watch: what is carried from one school day to the next.

Children of a class lie in blocks of 16, field after field, so that one instruction moves sixteen
children. A class begins a new block; empty places of its last block are never marked.
"""

import json
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .policy import RULE_VERSION

LANES: Final = 16
# Per child, float32: her usual rate of absence and how fast it is still learnt; the odds of coming
# as usual, being ill, gone, slipping away. All 0: nothing known yet.
REALS: Final = 6
# Per child, uint32: absent and marked on each of the last 32 taken days; absent and marked totals;
# the class's totals before her run; her run: its first day, length, and whether she was asked after.
WHOLES: Final = 5
BASES_WORD: Final = 3
RUN_WORD: Final = 4
# Per class, int32: taken days, day of the last one, presences, marked child-days.
CLASS_WHOLES: Final = 4
# Per class, float32, decaying: absences, expected absences, marked child-days.
CLASS_REALS: Final = 3
_MAGIC: Final = b"AWS1"


class WatchState:
    """State of one or many classes; children keep the order in which they were given."""

    __slots__ = ("class_reals", "class_wholes", "reals", "sizes", "starts", "version", "wholes")

    def __init__(self, sizes: Sequence[int] | NDArray[np.int64]) -> None:
        """Begin with nothing known. `sizes`: children a class, each at least 1."""
        self.sizes = np.asarray(sizes, np.int64)
        if self.sizes.ndim != 1 or (self.sizes.size and int(self.sizes.min()) < 1):
            raise ValueError("Every class needs at least one child.")
        blocks = (self.sizes + LANES - 1) // LANES
        self.starts = np.concatenate([[0], np.cumsum(blocks)]).astype(np.int64)
        total = int(self.starts[-1])
        self.reals = np.zeros(total * REALS * LANES, np.float32)
        self.wholes = np.zeros(total * WHOLES * LANES, np.uint32)
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

    def places(self) -> NDArray[np.int64]:
        """Where each child lies: block × 16 + lane, in the children's order."""
        within = np.arange(self.children) - np.repeat(
            np.cumsum(self.sizes) - self.sizes, self.sizes
        )
        return np.repeat(self.starts[:-1], self.sizes) * LANES + within

    def place(self, child: int) -> tuple[int, int, int]:
        """The class, block and lane of one child."""
        ends = np.cumsum(self.sizes)
        owner = int(np.searchsorted(ends, child, side="right"))
        row = child - int(ends[owner] - self.sizes[owner])
        return owner, int(self.starts[owner]) + row // LANES, row % LANES

    def take(self, child: int) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
        """One child's state, to follow her to another class (see `put`)."""
        _, block, lane = self.place(child)
        reals = self.reals.reshape(-1, REALS, LANES)[block, :, lane].copy()
        wholes = self.wholes.reshape(-1, WHOLES, LANES)[block, :, lane].copy()
        return reals, wholes

    def put(self, child: int, taken: tuple[NDArray[np.float32], NDArray[np.uint32]]) -> None:
        """Set one child's state from `take` of another class.

        What she missed goes with her. Her classmates' presence is counted from the day she came,
        because the old class's count means nothing here.
        """
        owner, block, lane = self.place(child)
        reals, wholes = taken
        self.reals.reshape(-1, REALS, LANES)[block, :, lane] = reals
        self.wholes.reshape(-1, WHOLES, LANES)[block, :, lane] = wholes
        came, marked = self.class_wholes[owner, 2:4].tolist()
        run = int(wholes[RUN_WORD]) >> 1 & 0x3FFF
        # Her own marks of the run are not this class's: what is taken off later is added here.
        self.wholes.reshape(-1, WHOLES, LANES)[block, BASES_WORD, lane] = np.uint32(
            (came & 0xFFFF) << 16 | ((marked - run) & 0xFFFF)
        )

    def to_bytes(self) -> bytes:
        """The state as bytes, little-endian, with the rule's version in front."""
        head = json.dumps({"version": self.version, "sizes": self.sizes.tolist()}).encode()
        parts = [
            self.reals.astype("<f4").tobytes(),
            self.wholes.astype("<u4").tobytes(),
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
        at = end
        for name, kind in (
            ("reals", "<f4"),
            ("wholes", "<u4"),
            ("class_wholes", "<i4"),
            ("class_reals", "<f4"),
        ):
            target = getattr(state, name)
            if at + target.nbytes > len(data):
                raise ValueError("The state of the watch is damaged.")
            values = np.frombuffer(data, kind, target.size, at)
            target[...] = values.reshape(target.shape)
            at += target.nbytes
        if at != len(data):
            raise ValueError("The state of the watch is damaged.")
        return state
