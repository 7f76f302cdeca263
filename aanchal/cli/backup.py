"""`aanchal backup` and `aanchal restore`."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import say, with_django

if TYPE_CHECKING:
    from aanchal.kernel.backup_format import Progress

backup = typer.Typer(add_completion=False)
restore = typer.Typer(add_completion=False)


@backup.command()
def run_backup(
    folder: Annotated[
        Path | None,
        typer.Argument(help="Folder the backup goes to; by default AANCHAL_BACKUP_FOLDER."),
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option("--to", help="Public key (age1…) it is encrypted to; may be repeated."),
    ] = None,
) -> None:
    """Write the database and the stored files into one encrypted file, while people work.

    By default it is encrypted to the keys of AANCHAL_BACKUP_RECIPIENTS. Make a pair of keys with
    [bold]aanchal keys new-backup-key FILE[/bold] on another computer; only whoever has the private
    key can restore. The keyring is [bold]not[/bold] in the backup: keep it apart, with two people.
    """
    from .serving import _unlock_by_hand

    with_django()
    _unlock_by_hand()
    from django.conf import settings
    from django.utils import timezone

    from aanchal.kernel import backup_format, backups, erased
    from aanchal.kernel.authz import system_actor

    target = folder or settings.AANCHAL_BACKUP_FOLDER
    if target is None:
        say("Say which folder: aanchal backup FOLDER, or set AANCHAL_BACKUP_FOLDER.")
        raise typer.Exit(2)
    if not target.is_dir():
        say(f"There is no folder {target}.")
        raise typer.Exit(2)
    recipients = backup_format.recipients_of(to or settings.AANCHAL_BACKUP_RECIPIENTS)
    at = timezone.now()
    path = target / backups.backup_name(at)
    with _bars() as progress:
        made = backups.make_backup(path, recipients=recipients, at=at, progress=progress)
    backups.note_backup(system_actor("operator"), at=at)
    erased.write_lists(target)
    rows = sum(made.tables.values())
    size = path.stat().st_size / 1e6
    print(f"{path}: {rows:,} rows and {made.files:,} stored files, {size:,.1f} MB.")
    print("The keyring is not in it. Are the two copies of the keyring where they should be?")


@restore.command()
def run_restore(
    source: Annotated[Path, typer.Argument(help="The backup.", exists=True, dir_okay=False)],
    key: Annotated[
        Path,
        typer.Option(
            "--key", help="File with the private key of age.", exists=True, dir_okay=False
        ),
    ],
    erased_list: Annotated[
        list[Path] | None,
        typer.Option(
            "--erased",
            help="List of what was erased after the backup was made; may be repeated. Those beside"
            " the backup and beside the keyring are found by themselves.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
) -> None:
    """Restore a backup on an empty host, and look whether all of it holds.

    Put the keyring in its place first. Every table is counted, the audit is walked, every sealed
    value and stored file is opened; on the embedded database nothing is put in place before that. What
    had been erased after the backup was made is then erased again, by the lists of erased records.
    """
    from .serving import _unlock_by_hand

    with_django(as_owner=True)
    _unlock_by_hand()
    from datetime import datetime

    from django.db import connection
    from django.utils import timezone

    from aanchal.kernel import backup_format, backups, erased, erasing_again, restoring, rowguard
    from aanchal.kernel.authz import system_actor

    from .database import bring_up_to_date

    identities = backup_format.identities_of(key.read_text())
    at = timezone.now()

    # Read before anything is put in place: a list that was changed stops the restore.
    beside = [source.resolve().parent, *erased.own_folders()]
    lists = [*erased.lists_in(beside), *(erased_list or [])]
    lines = list(dict.fromkeys(line for path in lists for line in erased.read_list(path)))

    def prepare_server() -> None:
        for trouble in rowguard.install(""):
            say(f"Not in force: {trouble}")

    with _bars() as progress:
        done = restoring.restore_backup(
            source,
            identities=identities,
            prepare_server=prepare_server,
            at=at,
            progress=progress,
        )
    bring_up_to_date(quiet=True)
    _end_sessions()
    made_at = datetime.fromisoformat(done.manifest.made_at)
    backups.note_restore(system_actor("operator"), made_at=made_at, at=at)
    gone = erasing_again.erase_again(system_actor("operator"), lines=lines, at=at)
    connection.close()
    rows = sum(done.manifest.tables.values())
    print(
        f"Restored: {rows:,} rows in {len(done.manifest.tables)} tables, {done.files:,} stored files;"
        f" {done.values:,} sealed values and files opened; the audit holds ({done.events:,} events)."
    )
    if done.gone:
        print(f"{len(done.gone)} files had been removed while the backup was made.")
    if lists:
        print(f"{sum(gone.values()):,} records that had been erased since are erased again.")
    else:
        print(
            f"There is no list of erased records ({erased.LIST}) beside the backup or the keyring:"
            " what was erased after the backup was made is back until its time is over again."
        )
    print(
        f"This is how things stood on {made_at:%d %B %Y, %H:%M}. Accounts, phones and roles that were"
        " stopped after that are live again, and legal holds placed after that are gone: look through"
        " them before you serve it."
    )


def _end_sessions() -> None:
    """A session of the day of the backup must not open the site today."""
    from django.core.cache import cache

    from aanchal.access.models import Session

    Session.objects.all().delete()
    cache.clear()


@contextmanager
def _bars() -> "Iterator[Progress]":
    from .keys import _bars as bars

    with bars() as progress:
        yield progress
