"""Many registers at once: as many processes as there are cores, each through the same door.

Of two registers of one class and month the one that comes second is asked about where it would change
what the first brought, in whichever process. Those who enrol wait for the lock of the district's series of codes. Imports nothing of Django by itself, so that a
process can begin before Django is ready in it.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

# Fewer files are sooner read by one process than others are begun.
MANY = 40
# Files that are taken in together: their classes are loaded at once, and they are written by one
# transaction. On SQLite others who write wait for all of them, about a third of a second.
FILES_AT_ONCE = 32
_SKIPPED = (".", "~$")  # what systems and spreadsheet programs leave beside the files


def files_in(paths: Sequence[Path]) -> list[Path]:
    """The files named, and every file in the folders named, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = (p for p in path.rglob("*") if p.is_file() and not _is_skipped(p, path))
        found += sorted(inside)
    return found


def _is_skipped(path: Path, folder: Path) -> bool:
    return any(part.startswith(_SKIPPED) for part in path.relative_to(folder).parts)


def take_files(files: Sequence[Path], given: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Take each file in and say what came of it, in the order of the files.

    Args:
        given: what holds for every file, as `register_take.take_one` has it.
    """
    workers = min(os.cpu_count() or 1, len(files) // (MANY // 2))
    if workers < 2:
        for first in range(0, len(files), FILES_AT_ONCE):
            yield from _some(files[first : first + FILES_AT_ONCE], given)
        return
    with ProcessPoolExecutor(
        workers, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
    ) as pool:
        parts = [
            files[first : first + FILES_AT_ONCE] for first in range(0, len(files), FILES_AT_ONCE)
        ]
        for told in pool.map(_some, parts, [given] * len(parts)):
            yield from told


def _begin() -> None:
    from . import with_django

    with_django()


def _some(paths: Sequence[Path], given: dict[str, Any]) -> list[dict[str, Any]]:
    from .register_take import take_some

    return take_some(paths, **given)
