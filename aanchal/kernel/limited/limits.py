"""How much one reading may take, and what is said of a file that was not read."""

from dataclasses import dataclass

from aanchal.lib.sentences import N_

_MB = 1 << 20

TOO_MUCH = N_(
    "Reading this file takes far more work than a file of its size should, so it was stopped. Copy its "
    "cells into a new spreadsheet and send that."
)
BROKE = N_(
    "This file is damaged or built in a way no program saves it, so it could not be read. Open it in "
    "a spreadsheet program, save it as .xlsx and send the new file."
)


@dataclass(frozen=True, slots=True)
class Caps:
    """How much one reading may take.

    Attributes:
        cpu_seconds: of the reading process alone; a busy machine does not count against the file.
        wall_seconds: of waiting for it; what the caller does between two answers is not counted.
        memory_bytes: beyond what the idle process holds.
        output_bytes: of all answers together.
    """

    cpu_seconds: int
    wall_seconds: float
    memory_bytes: int
    output_bytes: int

    @classmethod
    def for_size(cls, size_bytes: int) -> "Caps":
        """What an honest file of this size needs at most, several times over."""
        megabytes = -(-size_bytes // _MB)
        cpu = 8 + 3 * megabytes
        return cls(
            cpu_seconds=cpu,
            wall_seconds=30 + 4 * cpu,
            memory_bytes=768 * _MB + 4 * size_bytes,
            output_bytes=64 * _MB + 8 * size_bytes,
        )

    @classmethod
    def beside_others(cls, size_bytes: int) -> "Caps":
        """For one of several files of a process: enough for nearly all; the others are read again alone."""
        megabytes = -(-size_bytes // _MB)
        cpu = 2 + megabytes
        return cls(
            cpu_seconds=cpu,
            wall_seconds=10 + 4 * cpu,
            memory_bytes=256 * _MB + 4 * size_bytes,
            output_bytes=4 * _MB + 8 * size_bytes,
        )
