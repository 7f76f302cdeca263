"""Waiting for the disk itself; for every writer, also one that knows no database."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, not only the bytes behind them."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files_open_to_others(folder: Path, *, most: int = 5_000) -> Iterator[Path]:
    """Files below a folder that another account of this computer may read; looks at `most` of them.

    The database and its journal lie at the top and are looked at first.
    """
    top = (p for p in sorted(folder.glob("*")) if p.is_file())
    below = (Path(where) / name for where, _dirs, names in os.walk(folder) for name in names)
    for path in islice((p for some in (top, below) for p in some), most):
        try:
            if path.stat().st_mode & 0o077:
                yield path
        except FileNotFoundError:
            continue


def close_to_others(folder: Path) -> int:
    """Take a folder's files from other accounts (mode 0600); returns how many were open."""
    count = 0
    for path in set(files_open_to_others(folder, most=10_000_000)):
        path.chmod(0o600)
        count += 1
    return count
