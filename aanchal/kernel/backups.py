"""Making a backup: the database and the stored files as one age file, while people work.

What this computer keeps opens no backup, and a lost backup opens nothing without an age private
key. The keyring is never in it: names and files inside are sealed once more under keys that lie
elsewhere. The database is read as it stood at one moment; a stored file reaches the disk before
its row, so every row of that moment has its file.
"""

import io
import json
import os
import re
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

import pyrage
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from . import audit, keyring, locks
from .actions import use_case
from .authz import ROOT, Actor, Scope, require
from .backup_format import (
    DATABASE,
    END,
    FILES,
    MANIFEST,
    PIECE_BYTES,
    BackupUnreadable,
    Manifest,
    Progress,
    connection_arguments,
    libpq_environment,
    pipe,
    private_file,
    program,
    server_settings,
)
from .disk import sync_folder
from .errors import Busy, WrongState
from .files import path_of
from .models import Deployment, StoredFile
from .permissions import KernelPermission
from .sealing import keyed_hash, seal
from .verbs import KernelVerb

# Emptied after a restore, or filled by the restore itself.
COPY = re.compile(r"backup-[0-9a-f]{32}\.copy(-journal|-wal|-shm)?$")
NOT_COUNTED = frozenset({"django_session", "sqlite_sequence"})


def make_backup(
    target: Path, *, recipients: list[Any], at: datetime, progress: Progress | None = None
) -> Manifest:
    """Write a backup of everything but the keyring; people may go on working.

    The file appears under its name only when it is whole and on the disk.

    Raises:
        Busy: keys are being changed, or another backup runs.
        Locked: the keyring is not open.
        WrongState: there is a file of that name.
    """
    if target.exists():
        raise WrongState(_("There is already a file of that name. Choose another."))
    with locks.held("backup"), locks.held("keys"):
        _remove_copies()
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)  # left by one that was killed; the lock is ours
        try:
            with private_file(part) as out, _snapshot(at) as snapshot:
                manifest = _encrypt(snapshot, out, recipients, progress)
                out.flush()
                os.fsync(out.fileno())
            part.replace(target)
            sync_folder(target.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return manifest


def remove_leftovers() -> int:
    """Remove copies of the database that a killed backup left; returns how many.

    None while a backup runs: its copy is in use.
    """
    try:
        with locks.held("backup"):
            return _remove_copies()
    except Busy:
        return 0


def _remove_copies() -> int:
    # The journal of one carries its name with an ending.
    left = [p for p in Path(settings.AANCHAL_DATA).glob("backup-*.copy*") if COPY.match(p.name)]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


@dataclass
class _Snapshot:
    """The database at one moment: how to stream it, and what it holds."""

    manifest: Manifest
    stream: Callable[[], IO[bytes]]
    close: Callable[[], None]
    files: list[UUID]


def _manifest(at: datetime, tables: dict[str, int], heads: dict[str, tuple[int, str]]) -> Manifest:
    ring = keyring.keyring(look_now=True)
    backup_id = uuid4().hex
    return Manifest(
        backup_id=backup_id,
        made_at=at.isoformat(),
        engine=connection.vendor,
        keys=ring.numbers(),
        proof=seal(backup_id.encode(), place=f"kernel.backup|{backup_id}").hex(),
        index_proof=keyed_hash(backup_id, purpose="backup"),
        tables=tables,
        heads=heads,
    )


@contextmanager
def _snapshot(at: datetime) -> Iterator[_Snapshot]:
    # Read before the database is: what the chains hold now is in every later moment too.
    heads = audit.heads()
    if connection.vendor == "postgresql":
        with _snapshot_of_server(at, heads) as snapshot:
            yield snapshot
        return
    copy = Path(settings.AANCHAL_DATA) / f"backup-{uuid4().hex}.copy"
    try:
        private_file(copy).close()
        source = sqlite3.connect(connection.settings_dict["NAME"], timeout=60)
        held = sqlite3.connect(copy)
        try:
            source.backup(held)
            held.execute("PRAGMA journal_mode=DELETE")
            names = [
                row[0]
                for row in held.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
                )
                if row[0] not in NOT_COUNTED
            ]
            tables = {
                name: int(held.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
                for name in names
            }
            files = [
                UUID(hex=row[0])
                for row in held.execute("SELECT id FROM kernel_storedfile").fetchall()
            ]
        finally:
            held.close()
            source.close()
        manifest = _manifest(at, tables, heads)
        manifest.files = len(files)
        yield _Snapshot(manifest, lambda: copy.open("rb"), lambda: None, files)
    finally:
        for left in (copy, copy.with_name(copy.name + "-journal")):
            left.unlink(missing_ok=True)


@contextmanager
def _snapshot_of_server(at: datetime, heads: dict[str, tuple[int, str]]) -> Iterator[_Snapshot]:
    import psycopg
    from psycopg import sql

    server = server_settings()
    environment = libpq_environment(server)
    with psycopg.connect(**connection_arguments(server)) as held:
        held.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        held.execute("SELECT set_config('aanchal.districts', '*', true)")
        name = str(_first(held.execute("SELECT pg_export_snapshot()")))
        names = [
            str(row[0])
            for row in held.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' "
                "AND relnamespace = current_schema()::regnamespace ORDER BY relname"
            )
            if row[0] not in NOT_COUNTED
        ]
        tables = {
            table: int(
                _first(
                    held.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
                )
            )
            for table in names
        }
        files = [row[0] for row in held.execute("SELECT id FROM kernel_storedfile")]
        manifest = _manifest(at, tables, heads)
        manifest.files = len(files)
        dump: list[subprocess.Popen[bytes]] = []

        def stream() -> IO[bytes]:
            dump.append(
                subprocess.Popen(  # noqa: S603
                    [
                        *(program("pg_dump"), "--format=custom", "--compress=1"),
                        *("--no-owner", "--no-privileges", "--enable-row-security"),
                        f"--snapshot={name}",
                    ],
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
            assert dump[0].stdout is not None
            return dump[0].stdout

        def close() -> None:
            for process in dump:
                if process.wait() != 0:
                    raise BackupUnreadable(
                        _("PostgreSQL's pg_dump failed. Is it of the server's version?")
                    )

        yield _Snapshot(manifest, stream, close, files)


def _first(cursor: Any) -> Any:
    return cursor.fetchone()[0]


def _encrypt(
    snapshot: _Snapshot, out: IO[bytes], recipients: list[Any], progress: Progress | None
) -> Manifest:
    """Stream the tar into age; a failure on the writing side ends the whole."""
    with pipe(lambda sink: _write_members(snapshot, sink, progress)) as source:
        pyrage.encrypt_io(source, out, recipients)
    return snapshot.manifest


def _write_members(snapshot: _Snapshot, sink: IO[bytes], progress: Progress | None) -> None:
    gone: list[str] = []
    with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, MANIFEST, json.dumps(asdict(snapshot.manifest)).encode())
        with snapshot.stream() as database:
            number = 0
            while piece := _read_full(database, PIECE_BYTES):
                _add(tar, f"{DATABASE}{number:08}", piece)
                number += 1
        snapshot.close()
        for done, key in enumerate(snapshot.files, start=1):
            path = path_of(StoredFile(pk=key))
            try:
                with path.open("rb") as held:
                    info = tarfile.TarInfo(f"{FILES}{path.parent.name}/{path.name}")
                    info.size = os.fstat(held.fileno()).st_size
                    tar.addfile(info, held)
            except FileNotFoundError:
                gone.append(key.hex)
            if progress:
                progress("files", done, len(snapshot.files))
        _add(tar, END, json.dumps({"gone": gone, "pieces": number}).encode())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def _read_full(source: IO[bytes], size: int) -> bytes:
    """Read up to `size` bytes; fewer only at the end (a pipe gives what it has)."""
    parts, left = [], size
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


# --- what is remembered ---


@use_case
def note_backup(actor: Actor, *, at: datetime) -> None:
    """Write down that a backup was made."""
    where = Scope(area_path=ROOT)
    require(actor, KernelPermission.BACKUP_MAKE, where)
    _deployment(at, last_backup_at=at)
    audit.record(actor, KernelVerb.BACKUP_MADE, None, scope=where)


@use_case
def note_restore(actor: Actor, *, made_at: datetime, at: datetime) -> None:
    """Write down that these records came from a backup, and of what moment."""
    where = Scope(area_path=ROOT)
    require(actor, KernelPermission.BACKUP_MAKE, where)
    _deployment(at, restored_at=at, restored_from_at=made_at)
    audit.record(
        actor, KernelVerb.BACKUP_RESTORED, None, scope=where, backup_made_at=made_at.isoformat()
    )


def _deployment(at: datetime, **fields: datetime) -> None:
    Deployment.objects.get_or_create(pk=1, defaults={"made_at": at})
    Deployment.objects.filter(pk=1).update(**fields)


# --- the nightly one ---

NAME = re.compile(r"aanchal-\d{4}-\d{2}-\d{2}T\d{6}\.age")


def backup_name(at: datetime) -> str:
    """The name of a backup in its folder."""
    return f"aanchal-{at:%Y-%m-%dT%H%M%S}.age"


def remove_old_backups(folder: Path, *, at: datetime, keep_days: int) -> int:
    """Remove backups of ours older than `keep_days`; the newest always stays. Returns how many."""
    held = sorted(p for p in folder.iterdir() if NAME.fullmatch(p.name))
    before = backup_name(at - timedelta(days=keep_days))
    old = [p for p in held[:-1] if p.name < before]
    for path in old:
        path.unlink()
    return len(old)
