"""Restoring a backup on an empty host, and looking whether all of it holds.

Before a restore counts, every table is counted against the manifest, the audit chains are walked
up to the heads noted in it, and every sealed value and stored file is opened with the keyring of
this host.
"""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pyrage
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from . import audit, keyring
from .backup_format import (
    DATABASE,
    END,
    FILE_NAME,
    FORMAT,
    MANIFEST,
    PIECE_BYTES,
    BackupUnreadable,
    Manifest,
    Progress,
    RestoreDoesNotHold,
    WrongBackupKey,
    WrongKeyring,
    libpq_environment,
    pipe,
    private_file,
    program,
    server_settings,
)
from .disk import sync_folder
from .errors import Locked, WrongState
from .fields import Sealed
from .files import chunks
from .models import StoredFile
from .rotation import PLACES, discover, instances, pages, sealed_models
from .sealing import Tampered, keyed_hash, unseal

MAX_HEAD_BYTES = 16 * 1024 * 1024
STAGING = "restoring"
# What may lie in the data folder of an empty host.
NOT_DATA = frozenset({"locks", STAGING})


@dataclass(frozen=True)
class Restored:
    """What a restore put in place."""

    manifest: Manifest
    files: int
    values: int
    events: int
    gone: tuple[str, ...]


def restore_backup(
    source: Path,
    *,
    identities: list[Any],
    prepare_server: Callable[[], None],
    at: datetime,
    progress: Progress | None = None,
) -> Restored:
    """Restore a backup on an empty host, and look whether it holds before it counts.

    On the embedded database nothing is in place until everything was looked at; a restore that is
    killed leaves only a staging folder, which the next one removes. On PostgreSQL the database is
    filled in one transaction and looked at afterwards.

    Args:
        prepare_server: PostgreSQL only: gives the application's role its rights, before looking.

    Raises:
        WrongState: the host is not empty, or the backup is of the other kind of database.
        WrongBackupKey, WrongKeyring, BackupUnreadable: nothing was put in place.
        RestoreDoesNotHold: something differs; what, is in the sentence.
    """
    _refuse_full_host()
    staging = Path(settings.AANCHAL_DATA) / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        manifest, gone = _unpack(source, identities, staging, progress)
        if manifest.engine == "postgresql":
            _fill_server(staging / "database")
            prepare_server()
            with _looking_at(staging / "files", None):
                values, events = _verify(manifest, gone, progress)
            _move_files(staging)
        else:
            with _looking_at(staging / "files", staging / "database"):
                values, events = _verify(manifest, gone, progress)
            _move_files(staging)
            target = Path(connection.settings_dict["NAME"])
            for left in ("-wal", "-shm"):
                # A log left beside a database that was removed would be played into the new one.
                target.with_name(target.name + left).unlink(missing_ok=True)
            (staging / "database").replace(target)
            sync_folder(target.parent)
        return Restored(manifest, manifest.files - len(gone), values, events, tuple(gone))
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _refuse_full_host() -> None:
    data = Path(settings.AANCHAL_DATA)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not Path(settings.AANCHAL_KEYRING).exists():
        raise Locked(
            _("Put the keyring of these records in its place first; it is not in the backup.")
        )
    full = any(
        entry.name not in NOT_DATA and (entry.is_file() or any(entry.rglob("*")))
        for entry in data.iterdir()
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_class WHERE relkind = 'r' "
                "AND relnamespace = current_schema()::regnamespace"
            )
            full = full or bool(cursor.fetchone()[0])
    if full:
        raise WrongState(
            _("There are records here already. A backup is restored on an empty host only.")
        )


def _unpack(
    source: Path, identities: list[Any], staging: Path, progress: Progress | None
) -> tuple[Manifest, list[str]]:
    """Decrypt into the staging folder; returns the manifest and files that were gone when made."""

    def decrypt(sink: IO[bytes]) -> None:
        try:
            with source.open("rb") as held:
                pyrage.decrypt_io(held, sink, identities)
        except pyrage.DecryptError as error:
            if "No matching keys" in str(error):
                raise WrongBackupKey from None
            raise BackupUnreadable from None
        except (BrokenPipeError, FileNotFoundError, PermissionError):
            raise
        except OSError as error:
            if isinstance(error.__cause__, BrokenPipeError) or "Broken pipe" in str(error):
                raise BrokenPipeError from None
            raise BackupUnreadable from None

    try:
        with pipe(decrypt) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
            found = _read_members(tar, staging, progress)
            while plain.read(PIECE_BYTES):
                pass  # to the end: age says there whether anything was cut off
    except (tarfile.TarError, ValueError, KeyError, TypeError):
        raise BackupUnreadable from None
    return found


def _read_members(
    tar: tarfile.TarFile, staging: Path, progress: Progress | None
) -> tuple[Manifest, list[str]]:
    manifest: Manifest | None = None
    end: dict[str, Any] | None = None
    pieces = files = 0
    with private_file(staging / "database") as database:
        for member in tar:
            held = tar.extractfile(member) if member.isreg() else None
            if held is None or end is not None:
                raise BackupUnreadable
            if manifest is None:
                if member.name != MANIFEST or member.size > MAX_HEAD_BYTES:
                    raise BackupUnreadable
                manifest = _read_manifest(held.read())
            elif member.name == f"{DATABASE}{pieces:08}":
                shutil.copyfileobj(held, database)
                pieces += 1
            elif found := FILE_NAME.fullmatch(member.name):
                folder = staging / "files" / found[1]
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                with private_file(folder / f"{found[2]}.sealed") as out:
                    shutil.copyfileobj(held, out)
                    out.flush()
                    os.fsync(out.fileno())
                files += 1
                if progress:
                    progress("files", files, manifest.files)
            elif member.name == END and member.size <= MAX_HEAD_BYTES:
                end = json.loads(held.read())
            else:
                raise BackupUnreadable
        database.flush()
        os.fsync(database.fileno())
    (staging / "files").mkdir(exist_ok=True, mode=0o700)
    if manifest is None or end is None or end["pieces"] != pieces:
        raise BackupUnreadable
    gone = [str(key) for key in end["gone"]]
    if files + len(gone) != manifest.files:
        raise BackupUnreadable
    return manifest, gone


def _read_manifest(text: bytes) -> Manifest:
    manifest = Manifest(**json.loads(text))
    if manifest.format != FORMAT:
        raise BackupUnreadable
    if manifest.engine != connection.vendor:
        raise WrongState(
            _(
                "This backup is of the other kind of database. Restore it where"
                " AANCHAL_DATABASE_URL names the same kind."
            )
        )
    ring = keyring.keyring(look_now=True)
    if set(manifest.keys) - set(ring.numbers()):
        raise WrongKeyring
    try:
        opened = unseal(bytes.fromhex(manifest.proof), place=f"kernel.backup|{manifest.backup_id}")
    except (Tampered, Locked):
        raise WrongKeyring from None
    same_index = keyed_hash(manifest.backup_id, purpose="backup") == manifest.index_proof
    if opened != manifest.backup_id.encode() or not same_index:
        raise WrongKeyring
    return manifest


def _fill_server(dump: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [
            *(program("pg_restore"), "--single-transaction", "--exit-on-error"),
            *("--no-owner", "--no-privileges", f"--dbname={server_settings()['NAME']}", str(dump)),
        ],
        env=libpq_environment(server_settings()),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        raise BackupUnreadable(
            _("PostgreSQL's pg_restore failed, and the database is as empty as before.")
        )


@contextmanager
def _looking_at(files: Path, database: Path | None) -> Iterator[None]:
    """Let this process read the staged files, and on SQLite the staged database."""
    held_files, held_name = settings.AANCHAL_FILES, connection.settings_dict["NAME"]
    settings.AANCHAL_FILES = files
    connection.close()
    if database is not None:
        connection.settings_dict["NAME"] = str(database)
    try:
        yield
    finally:
        connection.close()
        settings.AANCHAL_FILES = held_files
        connection.settings_dict["NAME"] = held_name


def _verify(manifest: Manifest, gone: list[str], progress: Progress | None) -> tuple[int, int]:
    """Hold what was restored against the manifest; returns values opened and audit events walked.

    Raises:
        RestoreDoesNotHold: with what differs.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            if cursor.fetchone()[0] != "ok":
                raise RestoreDoesNotHold(_("The restored database is damaged."))
        for table, rows in manifest.tables.items():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            if cursor.fetchone()[0] != rows:
                raise RestoreDoesNotHold(
                    _("Table %(table)s does not hold the rows it held.") % {"table": table}
                )
    anchors = {
        district: (int(seq), str(hash_)) for district, (seq, hash_) in manifest.heads.items()
    }
    breaks = list(audit.verify(anchors))
    if breaks:
        raise RestoreDoesNotHold(_("The audit of the restored records does not hold."))
    try:
        values = open_everything(set(gone), progress)
    except (Tampered, Locked, FileNotFoundError):
        raise RestoreDoesNotHold(
            _("A sealed value or a stored file does not open with the keyring here.")
        ) from None
    return values, sum(seq for seq, _hash in anchors.values())


def open_everything(gone: set[str], progress: Progress | None = None) -> int:
    """Open every sealed value and stored file once; returns how many opened.

    Args:
        gone: hex keys of stored files that need not be there.

    Raises:
        Tampered, Locked, FileNotFoundError: one does not open, or is not there.
    """
    discover()
    opened = 0
    for model, fields in sealed_models():
        for row in pages(model, [f.name for f in fields], progress):
            for sealed_field, value in zip(fields, row[1:], strict=True):
                if isinstance(value, Sealed):
                    place = f"{model._meta.label}.{sealed_field.name}|{row[0]}"
                    unseal(value.data, place=place, pad=sealed_field.pad)
                    opened += 1
    for kept in PLACES.values():
        for held in instances(kept.model, progress):
            for key, data in kept.read(held).items():
                unseal(data, place=kept.place(held, key))
                opened += 1
    for stored in instances(StoredFile, progress):
        if stored.pk.hex not in gone:
            for _chunk in chunks(stored):
                pass
            opened += 1
    return opened


def _move_files(staging: Path) -> None:
    target = Path(settings.AANCHAL_FILES)
    if target.exists():
        target.rmdir()  # the host was empty
    (staging / "files").replace(target)
    sync_folder(target.parent)
