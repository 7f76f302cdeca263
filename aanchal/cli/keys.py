"""`aanchal keys`: which keys there are, a passphrase around them, and changing them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import say, with_django

if TYPE_CHECKING:
    from aanchal.kernel.rotation import Progress

app = typer.Typer(no_args_is_help=True, add_completion=False)
SHORTEST_PASSPHRASE = 14


@app.callback()
def keys() -> None:
    """Look after the keys that open the records.

    The keyring file lies beside the data, never in it. Whoever has it and a copy of the data reads
    everything; whoever loses it loses everything. Let two people keep a copy, outside this
    computer, and do not put it into the backup of the data.
    """


@app.command()
def status() -> None:
    """Say which keys there are and how much is sealed under each."""
    ring = _open()
    from django.conf import settings

    from aanchal.kernel import keyring, rotation

    path = settings.AANCHAL_KEYRING
    wrapped = keyring.is_wrapped(path.read_text())
    print(f"Keyring: {path} ({'wrapped by a passphrase' if wrapped else 'not wrapped'})")
    with _bars() as progress:
        counts = rotation.count_by_master(progress)
    for number in ring.numbers():
        use = "writes" if number == ring.writing else "reads only"
        print(f"  key {number}: {use}; {counts[number]:,} values and files sealed under it")
    for number in sorted(set(counts) - set(ring.numbers())):
        print(f"  key {number}: MISSING; {counts[number]:,} values and files cannot be opened")
    old = [n for n in ring.numbers() if n != ring.writing]
    if any(counts[n] for n in old):
        print("A change of keys is unfinished. Run: aanchal keys rotate")
    elif old:
        print(
            f"Key {old[0]} is no longer used. When no backup needs it: aanchal keys retire {old[0]}"
        )


@app.command()
def rotate() -> None:
    """Make a new key and seal everything under it. May be stopped at any moment and run again.

    The site may go on running. The old key stays in the keyring until you retire it.
    """
    ring = _open()
    from aanchal.kernel import rotation
    from aanchal.kernel.authz import system_actor

    with _bars() as progress:
        counts = rotation.count_by_master(progress)
        unfinished = any(n for number, n in counts.items() if number != ring.writing)
        if unfinished and len(ring.numbers()) > 1:
            say(f"Going on with the change to key {ring.writing} that was cut off.")
            number = rotation.rotate(make_new=False, progress=progress)
        else:
            number = rotation.rotate(progress=progress)
    rotation.note_key_change(system_actor("operator"), what="rotated", number=number)
    print(
        f"Everything is sealed under key {number}. Give the two keepers the new keyring file now."
    )


@app.command()
def retire(
    number: Annotated[int, typer.Argument(help="Number of the key, as `keys status` says.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy an old key that nothing uses. Backups made under it will not open any more."""
    _open()
    from django.utils import timezone

    from aanchal.kernel import rotation
    from aanchal.kernel.authz import system_actor
    from aanchal.kernel.errors import Invalid, WrongState

    if not yes:
        typer.confirm(f"Backups made under key {number} will never open again. Go on?", abort=True)
    try:
        rotation.retire(number, at=timezone.now())
    except Invalid:
        say(f"Key {number} is the one that writes, or there is none of that number.")
        raise typer.Exit(2) from None
    except WrongState as refusal:
        if left := refusal.details.get("left"):
            say(f"{left} values or files still need key {number}. Run: aanchal keys rotate")
        else:
            wait = refusal.details["seconds_left"]
            say(f"The newest key is too fresh: every process must have seen it. Wait {wait} s.")
        raise typer.Exit(2) from None
    rotation.note_key_change(system_actor("operator"), what="retired", number=number)
    print(f"Key {number} is gone.")


@app.command()
def wrap(
    remove: Annotated[bool, typer.Option("--remove", help="Take the passphrase away.")] = False,
) -> None:
    """Put a passphrase around the keyring: a stolen computer then opens nothing.

    After that the site starts locked until somebody types the passphrase at `aanchal serve`, or
    AANCHAL_KEYRING_PASSPHRASE gives it. A forgotten passphrase cannot be found again.
    """
    _open()
    from aanchal.kernel import rotation
    from aanchal.kernel.authz import system_actor

    fresh = "" if remove else _new_passphrase()
    rotation.wrap(fresh)
    ring = _open(fresh)
    rotation.note_key_change(
        system_actor("operator"), what="unwrapped" if remove else "wrapped", number=ring.writing
    )
    print("The keyring has no passphrase now." if remove else "The keyring is wrapped.")


@app.command()
def new_backup_key(
    file: Annotated[Path, typer.Argument(help="Where the private key goes; must not exist.")],
) -> None:
    """Make a pair of keys for backups: the private one into FILE, the public one printed.

    Do this on another computer than the one that is backed up, and keep the file with two people.
    Without it no backup can be restored; with it and the keyring everything can be read.
    """
    import os

    with_django()
    from aanchal.kernel.backup_format import new_age_key

    private, public = new_age_key()
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        say(f"There is already a file {file}.")
        raise typer.Exit(2) from None
    with os.fdopen(handle, "w") as out:
        out.write(f"# Opens backups of Aanchal. Public key: {public}\n{private}\n")
    print(public)
    say(f"The private key is in {file}. Give the public key to whoever keeps the server:")
    say(f"AANCHAL_BACKUP_RECIPIENTS={public}")


def _new_passphrase() -> str:
    if not sys.stdin.isatty():
        fresh = sys.stdin.readline().rstrip("\n")
    else:
        fresh = typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True)
    if len(fresh) < SHORTEST_PASSPHRASE:
        say(f"Take at least {SHORTEST_PASSPHRASE} characters: five or six words are good.")
        raise typer.Exit(2)
    return fresh


def _open(passphrase: str = "") -> Any:
    """Open the keyring, asking for its passphrase where there is somebody to ask."""
    with_django()
    from aanchal.kernel import keyring

    from .serving import _unlock_by_hand

    if passphrase:
        keyring.unlock(passphrase)
    else:
        _unlock_by_hand()
    return keyring.keyring(look_now=True)


@contextmanager
def _bars() -> "Iterator[Progress]":
    """A bar a table on stderr, where somebody looks."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    with Progress(console=Console(stderr=True), transient=True) as bars:
        known: dict[str, TaskID] = {}

        def tell(name: str, done: int, total: int) -> None:
            if name not in known:
                known[name] = bars.add_task(name, total=total)
            bars.update(known[name], completed=done, total=total)

        yield tell
