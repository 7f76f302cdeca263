"""Writing the archive of register pages from the command line, verifying it, handing it over."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.watch.actions import hand_over_archive, open_archive
from aanchal.watch.archiving import archive_of, verify_archive, write_archive
from aanchal.watch.formats.archive_folder import (
    ArchiveError,
    ArchiveKey,
    read_key_file,
    write_key_file,
)

from . import say
from .register_import import progress_bar


@contextmanager
def one_sentence() -> Iterator[None]:
    """A problem with an archive is told in one sentence; code 2."""
    try:
        yield
    except ArchiveError as problem:
        say(problem)
        sys.exit(2)


@contextmanager
def named_bar(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar that says which partition is being worked on."""
    with progress_bar() as bar:
        task = bar.add_task(what, total=None)
        yield lambda name, done, of: bar.update(
            task, description=f"{what}: {name}", completed=done, total=of
        )


def key_of(folder: Path, key_file: Path | None, *, purpose: str) -> ArchiveKey:
    """The archive's key: from a file that was handed over, or from this office's own records."""
    if key_file is not None:
        return read_key_file(key_file)
    return open_archive(system_actor("operator"), archive=archive_of(folder), purpose=purpose)


def write(folder: Path, *, area: str) -> None:
    """Bring the archive up to date and say what was done."""
    with one_sentence(), named_bar("Archiving") as tell:
        done = write_archive(
            system_actor("operator"), folder, at=timezone.now(), area_path=area, progress=tell
        )
    print(
        f"Written: {len(done.written)} districts and years; unchanged: {len(done.unchanged)}; "
        f"gone from the registers and removed: {len(done.removed)}."
    )


def verify(folder: Path, *, key_file: Path | None) -> int:
    """Look the archive through; returns the exit code."""
    with one_sentence(), named_bar("Verifying") as tell:
        key = key_of(folder, key_file, purpose="verify")
        found = verify_archive(folder, key, against_database=key_file is None, progress=tell)
    for sentence in [*found.damaged, *found.behind]:
        say(sentence)
    against = "" if key_file else " and as the database says"
    print(f"{len(found.whole)} districts and years are whole{against}.")
    return 1 if found.damaged or found.behind else 0


def hand_over(folder: Path, *, key_out: Path, to: str, why: str) -> None:
    """Write the archive's key into a file for somebody else's machine."""
    with one_sentence():
        if key_out.exists():
            raise ArchiveError(f"There is already a file {key_out}; choose another name.")
        key = hand_over_archive(
            system_actor("operator"), archive=archive_of(folder), to=to, why=why, at=timezone.now()
        )
        write_key_file(key_out, key)
    print(
        f"The key is in {key_out}, readable by you alone. Take it there by hand, apart from the "
        "archive; whoever has both reads every child's days."
    )
