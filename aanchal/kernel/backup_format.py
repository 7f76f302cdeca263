"""What a backup is, from the outside: its members, its keys, and PostgreSQL's own programs.

A backup is a tar stream, encrypted to age public keys while it is written. Inside, in this order:
a manifest; the database in pieces; the stored files; a last member that says it is whole.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pyrage
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from .errors import DomainError, Invalid, Unreadable

FORMAT = "aanchal-backup-1"
PIECE_BYTES = 4 * 1024 * 1024
MANIFEST, DATABASE, FILES, END = "manifest.json", "database/", "files/", "end.json"
FILE_NAME = re.compile(r"files/([0-9a-f]{2})/([0-9a-f]{32})\.sealed")

Progress = Callable[[str, int, int], None]


class BackupUnreadable(Unreadable):
    """A backup that cannot be opened or is not whole."""

    code = "backup_unreadable"
    default = _("This backup cannot be read to its end. Take another copy of it, or another one.")


class WrongBackupKey(DomainError):
    """The age private key given is not one the backup was encrypted to."""

    code = "wrong_backup_key"
    default = _("This key does not open the backup. Nothing was restored.")


class WrongKeyring(DomainError):
    """The keyring on this host is not the one that the records were sealed under."""

    code = "wrong_keyring"
    default = _(
        "The keyring here does not open the records of this backup. Nothing was restored: put the"
        " right keyring in its place first."
    )


class RestoreDoesNotHold(DomainError):
    """What was restored differs from what was backed up."""

    code = "restore_does_not_hold"


@dataclass
class Manifest:
    """What a backup says of itself.

    Args:
        keys: numbers of the master keys held when it was made.
        proof: a value sealed for this backup, as hex; opens only with the same keyring.
        index_proof: keyed hash of the backup's id, for the keyring's index secret.
        tables: rows in each table.
        heads: district → (sequence number, hash) of the audit chains just before.
        files: stored files that belong to the database.
    """

    backup_id: str
    made_at: str
    engine: str
    keys: list[int]
    proof: str
    index_proof: str
    tables: dict[str, int] = field(default_factory=dict)
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    files: int = 0
    format: str = FORMAT


def new_age_key() -> tuple[str, str]:
    """Make an age key pair; returns (private key, public key) as age writes them."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipients_of(texts: Iterable[str]) -> list[Any]:
    """Read age public keys.

    Raises:
        Invalid: one of them is no age public key, or there is none.
    """
    found = []
    for text in texts:
        try:
            found.append(pyrage.x25519.Recipient.from_str(text.strip()))
        except pyrage.RecipientError:
            raise Invalid(
                _(
                    "A public key of a backup begins with age1. Make one: aanchal keys new-backup-key"
                )
            ) from None
    if not found:
        raise Invalid(_("Say whose public key the backup is for."))
    return found


def identities_of(text: str) -> list[Any]:
    """Read age private keys from the text of a key file; lines that begin with # are passed over.

    Raises:
        Invalid: there is none in it.
    """
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            try:
                found.append(pyrage.x25519.Identity.from_str(line.strip()))
            except pyrage.IdentityError:
                raise Invalid(_("The key file holds no private key of age.")) from None
    if not found:
        raise Invalid(_("The key file holds no private key of age."))
    return found


def private_file(path: Path) -> IO[bytes]:
    """A new file that only its owner reads."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb")


@contextmanager
def pipe(write: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Run `write` in a thread at one end of a pipe and hand out the other end.

    What `write` raises is raised here at the end, before what the reader made of the short stream.
    """
    read_end, write_end = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with os.fdopen(write_end, "wb") as sink:
                write(sink)
        except BrokenPipeError:
            pass  # the reader stopped, and says why itself
        except BaseException as error:
            failed.append(error)
        finally:
            from django.db import connections

            connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    with os.fdopen(read_end, "rb") as source:
        thread.start()
        try:
            yield source
        except BaseException:
            source.close()
            thread.join()
            if failed:
                raise failed[0] from None
            raise
    thread.join()
    if failed:
        raise failed[0]


def server_settings() -> dict[str, Any]:
    """Where the server database is, under the owner of the tables when that is known."""
    import dj_database_url

    if settings.AANCHAL_OWNER_DATABASE_URL:
        return dict(dj_database_url.parse(settings.AANCHAL_OWNER_DATABASE_URL))
    return dict(connection.settings_dict)


def libpq_environment(server: dict[str, Any]) -> dict[str, str]:
    """The environment in which PostgreSQL's programs find the server; no password in arguments."""
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    given = {name: str(server.get(key) or "") for name, key in named.items()}
    given |= {"PGDATABASE": str(server["NAME"]), "PGOPTIONS": "-c aanchal.districts=*"}
    for name, key in {"PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert"}.items():
        given[name] = str((server.get("OPTIONS") or {}).get(key) or "")
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("AANCHAL_")}
    return inherited | {name: value for name, value in given.items() if value}


def connection_arguments(server: dict[str, Any]) -> dict[str, Any]:
    given = {
        "dbname": server["NAME"],
        "user": server.get("USER"),
        "password": server.get("PASSWORD"),
        "host": server.get("HOST"),
        "port": server.get("PORT"),
    }
    options = {k: v for k, v in (server.get("OPTIONS") or {}).items() if k.startswith("ssl")}
    return {name: value for name, value in given.items() if value} | options


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise Invalid(_("PostgreSQL's own programs (pg_dump, pg_restore) are needed for this."))
    return found
