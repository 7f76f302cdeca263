"""Scoring on this machine: units one after another, or side by side in threads.

The kernel lets go of Python's lock while it counts, reading and writing the same; a unit is some
twenty megabytes, so memory is flat whatever the archive's size.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa

from aanchal.lib.early_warning.policy import Policy

from .formats.archive_folder import ArchiveKey
from .scoring import Unit, score_unit


class LocalEngine:
    """Scores units in this process."""

    name = "local"

    def __init__(self, threads: int = 2) -> None:
        self._threads = max(1, threads)

    def flags_of(
        self, units: list[Unit], key: ArchiveKey, policy: Policy, tell: Callable[[int, int], None]
    ) -> list[pa.Table]:
        tables: list[pa.Table] = []
        with ThreadPoolExecutor(self._threads) as pool:
            for table in pool.map(lambda unit: score_unit(unit, key, policy), units):
                tables.append(table)
                tell(len(tables), len(units))
        return tables

    def close(self) -> None:
        """Nothing is held."""
