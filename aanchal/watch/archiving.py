"""Writing the archive of register pages from the database, and holding one against the other.

Only partitions whose register pages changed are written again. Every step leaves an archive that
is whole: see `formats/archive_folder.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError

from aanchal.kernel.authz import Actor
from aanchal.lib.early_warning.policy import RULE_VERSION

from .actions import begin_archive, note_archived, open_archive
from .formats.archive_folder import (
    MANIFEST,
    ArchiveError,
    ArchiveKey,
    Entry,
    Manifest,
    Partition,
    archive_id,
    one_writer,
    read_manifest,
    sha256_of,
    sweep,
    write_manifest,
)
from .formats.archive_parquet import PAGES_STEM, children_in, open_sealed, told, write_pages
from .models import RegisterArchive
from .policies import policy_in_force
from .queries.archives import (
    PagesDigest,
    Pseudonym,
    archive_partitions,
    pages_digest,
    partition_units,
    pseudonyms_of,
)

Progress = Callable[[str, int, int], None]


@dataclass
class Written:
    """What one run of the archive did."""

    written: list[Partition] = field(default_factory=list)
    unchanged: list[Partition] = field(default_factory=list)
    removed: list[Partition] = field(default_factory=list)


@dataclass
class Verified:
    """What was found wrong: a sentence a partition. `behind` means the database has moved on."""

    whole: list[Partition] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


def archive_of(folder: Path) -> RegisterArchive:
    """This database's record of the archive in a folder.

    Raises:
        ArchiveError: no archive there, or one of another database.
    """
    try:
        return RegisterArchive.objects.get(pk=UUID(archive_id(folder)))
    except (RegisterArchive.DoesNotExist, ValidationError, ValueError):
        raise ArchiveError(
            f"The archive in {folder} was made from another database; give its key with --key-file."
        ) from None


def write_archive(
    actor: Actor,
    folder: Path,
    *,
    at: datetime,
    area_path: str = "IN",
    progress: Progress | None = None,
) -> Written:
    """Bring the archive in a folder up to date with the database; begin it where there is none.

    Args:
        area_path: for a new archive: the registers of this area and below.
        progress: called with (partition, classes done, classes in all).

    Raises:
        NotAllowed: the actor may not archive the registers of this area.
        ArchiveError: another writer is at work, another database's archive, or no register pages.
    """
    with one_writer(folder):
        if (folder / MANIFEST).exists():
            archive = archive_of(folder)
            key = open_archive(actor, archive=archive, purpose="write")
            manifest = read_manifest(folder, key)
        else:
            if not archive_partitions(area_path):
                raise ArchiveError("The database holds no register page of this area.")
            archive = begin_archive(actor, area_path=area_path, at=at)
            key = open_archive(actor, archive=archive, purpose="write")
            manifest = Manifest(archive=str(archive.pk), area_path=area_path)
            write_manifest(folder, manifest, key)
        return _bring_up_to_date(actor, folder, archive, key, manifest, at=at, progress=progress)


def _bring_up_to_date(
    actor: Actor,
    folder: Path,
    archive: RegisterArchive,
    key: ArchiveKey,
    manifest: Manifest,
    *,
    at: datetime,
    progress: Progress | None,
) -> Written:
    done = Written()
    pseudonym = pseudonyms_of(archive.pk)
    wanted = archive_partitions(manifest.area_path)
    if not wanted and manifest.entries:
        # An empty or wrong database must not empty the archive.
        raise ArchiveError("The database holds no register page: the archive is left as it is.")
    policy = policy_in_force()
    manifest.rule, manifest.thresholds = RULE_VERSION, dict(policy.block_thresholds)
    write_manifest(folder, manifest, key)
    for partition in wanted:
        held = manifest.entries.get(partition)
        keep = {held.file} if held else set()
        sweep(folder / partition.path, stem=PAGES_STEM, keep=keep)
        now = pages_digest(partition, manifest.area_path, pseudonym, key.derive("digest"))
        if held and held.pages_digest == now and _is_there(folder, held):
            done.unchanged.append(partition)
            continue
        entry = _write_partition(folder, key, manifest, partition, pseudonym, at, progress)
        # The trace comes first: a writer killed here writes and tells again, and nothing lies untold.
        _note(actor, archive, partition, entry.children, at)
        manifest.entries[partition] = entry
        write_manifest(folder, manifest, key)
        sweep(folder / partition.path, stem=PAGES_STEM, keep={entry.file})
        done.written.append(partition)
    for partition in sorted(set(manifest.entries) - set(wanted)):
        # What the database no longer keeps, the archive must not keep either.
        _note(actor, archive, partition, 0, at)
        del manifest.entries[partition]
        write_manifest(folder, manifest, key)
        sweep(folder / partition.path, stem=PAGES_STEM, keep=set())
        done.removed.append(partition)
    return done


def _is_there(folder: Path, entry: Entry) -> bool:
    """Whether a partition's file is the one that was written; a damaged one is written again."""
    path = folder / entry.partition.path / entry.file
    return path.exists() and sha256_of(path) == entry.sha256


def _note(
    actor: Actor, archive: RegisterArchive, partition: Partition, children: int, at: datetime
) -> None:
    note_archived(
        actor,
        archive=archive,
        district=partition.district,
        year=partition.year,
        children=children,
        at=at,
    )


def _write_partition(
    folder: Path,
    key: ArchiveKey,
    manifest: Manifest,
    partition: Partition,
    pseudonym: Pseudonym,
    at: datetime,
    progress: Progress | None,
) -> Entry:
    digest = PagesDigest(key.derive("digest"))
    units = partition_units(
        partition, manifest.area_path, pseudonym, digest, progress=_named(progress, partition)
    )
    entry = write_pages(folder, key, partition, units, at=at)
    return replace(entry, pages_digest=digest.hexdigest())


def _named(progress: Progress | None, partition: Partition) -> Callable[[int, int], None] | None:
    if progress is None:
        return None
    return lambda done, of: progress(str(partition), done, of)


def verify_archive(
    folder: Path,
    key: ArchiveKey,
    *,
    against_database: bool,
    progress: Progress | None = None,
) -> Verified:
    """See that an archive is whole; and, where asked, that it says what the database says.

    Every file is read through: its digest is the manifest's, every sealed piece opens, and against
    the database every row is compared.

    Raises:
        ArchiveError: no archive, or not its key.
    """
    manifest = read_manifest(folder, key)
    found = Verified()
    for partition, entry in sorted(manifest.entries.items()):
        try:
            _see_whole(folder, key, entry, progress=None if against_database else progress)
            if against_database:
                problem = _hold_against_database(folder, key, manifest, entry, progress)
                if problem:
                    found.behind.append(problem)
                    continue
        except ArchiveError as problem:
            found.damaged.append(str(problem))
            continue
        found.whole.append(partition)
    if against_database:
        for partition in archive_partitions(manifest.area_path):
            if partition not in manifest.entries:
                found.behind.append(f"{partition} is not in the archive yet.")
    return found


def _see_whole(folder: Path, key: ArchiveKey, entry: Entry, *, progress: Progress | None) -> None:
    partition = entry.partition
    path = folder / partition.path / entry.file
    if not path.exists():
        raise ArchiveError(f"The file of {partition} is missing.")
    if sha256_of(path) != entry.sha256:
        raise ArchiveError(f"The file of {partition} is not the one that was written.")
    rows = 0
    with open_sealed(path, key, kind="pages", partition=partition) as file:
        for unit in range(file.num_row_groups):
            with told(partition):
                table = file.read_row_group(unit, use_threads=False)
            rows += children_in(table)
            if progress is not None:
                progress(str(partition), unit + 1, file.num_row_groups)
    if rows != entry.children:
        raise ArchiveError(f"The file of {partition} does not hold the rows it should.")


def _hold_against_database(
    folder: Path,
    key: ArchiveKey,
    manifest: Manifest,
    entry: Entry,
    progress: Progress | None,
) -> str:
    """One sentence when the database has moved on; "" when every row is as it says."""
    partition = entry.partition
    pseudonym = pseudonyms_of(UUID(manifest.archive))
    digest = PagesDigest(key.derive("digest"))
    same = True
    path = folder / partition.path / entry.file
    with open_sealed(path, key, kind="pages", partition=partition) as file:
        unit = 0
        for table in partition_units(
            partition, manifest.area_path, pseudonym, digest, progress=_named(progress, partition)
        ):
            if unit >= file.num_row_groups or not same:
                same = False
                continue
            with told(partition):
                same = file.read_row_group(unit, use_threads=False).equals(table)
            unit += 1
        same = same and unit == file.num_row_groups
    if digest.hexdigest() != entry.pages_digest:
        return f"{partition}: the registers have changed since. Run: aanchal watch archive"
    if not same:
        raise ArchiveError(f"The file of {partition} does not say what the registers say.")
    return ""
