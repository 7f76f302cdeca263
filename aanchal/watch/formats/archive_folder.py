"""The folder of an archive: its manifest, its key as a file, and files that replace each other whole.

ARCHIVE/
  manifest.json                                  what there is, with a digest a file; keyed against change
  district=D206/year=2026/pages-<digest>.parquet one sealed file for a district and school year

A file carries the beginning of its digest in its name and is never written over: a partition is
replaced by a new file, then by a new manifest, then the old file goes. A writer killed at any
moment leaves a manifest whose files are all there.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aanchal.kernel.disk import sync_folder

MANIFEST: Final = "manifest.json"
FORMAT: Final = "aanchal-archive-1"
KEY_FORMAT: Final = "aanchal-archive-key-1"
_BLOCK_BYTES: Final = 1 << 20


class ArchiveError(Exception):
    """Something about an archive cannot be; the message is one sentence for the person who asked."""


@dataclass(frozen=True)
class ArchiveKey:
    """The key of one archive: 32 secret bytes, and the archive's id. It prints as its id alone."""

    archive: str
    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key of its own for each purpose (HKDF-SHA256)."""
        info = f"aanchal/archive/{self.archive}/{purpose}".encode()
        return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(self.secret)


@dataclass(frozen=True, order=True)
class Partition:
    """A district and the calendar year in which a school year begins."""

    district: str
    year: int

    def __str__(self) -> str:
        return f"{self.district}, {self.year}"

    @property
    def path(self) -> str:
        return f"district={self.district}/year={self.year}"


@dataclass(frozen=True)
class Entry:
    """One partition as the manifest holds it.

    `pages_digest` is a keyed digest of the register pages it was made from.
    """

    district: str
    year: int
    file: str
    sha256: str
    size_bytes: int
    children: int
    classes: int
    days: int
    pages_digest: str
    written_at: str

    @property
    def partition(self) -> Partition:
        return Partition(self.district, self.year)


@dataclass
class Manifest:
    """What an archive holds. `thresholds` are the blocks' own, of rule `rule`."""

    archive: str
    area_path: str
    rule: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    entries: dict[Partition, Entry] = field(default_factory=dict)


def write_key_file(path: Path, key: ArchiveKey) -> None:
    """Write a key for somebody else's machine: readable by its owner alone, never over a file.

    Raises:
        ArchiveError: there is a file already.
    """
    text = json.dumps(
        {
            "format": KEY_FORMAT,
            "archive": key.archive,
            "key": base64.b64encode(key.secret).decode(),
        }
    )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ArchiveError(f"There is already a file {path}; choose another name.") from None
    with os.fdopen(handle, "w") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())


def read_key_file(path: Path) -> ArchiveKey:
    """Read a key that was handed over.

    Raises:
        ArchiveError: no such file, open to others' eyes, or no key of an archive.
    """
    try:
        mode = path.stat().st_mode
        text = path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError):
        raise ArchiveError(f"There is no key file {path}.") from None
    except UnicodeDecodeError:
        raise ArchiveError(f"{path.name} is not the key of an archive.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ArchiveError(f"Others can read the key file. Run: chmod 600 {path}")
    try:
        held = json.loads(text)
        if held["format"] != KEY_FORMAT:
            raise ValueError
        secret = base64.b64decode(held["key"], validate=True)
        if len(secret) != 32:
            raise ValueError
        return ArchiveKey(str(held["archive"]), secret)
    except (ValueError, KeyError, TypeError):
        raise ArchiveError(f"{path.name} is not the key of an archive.") from None


def archive_id(folder: Path) -> str:
    """The id an archive gives itself; believed only once its key has opened the manifest.

    Raises:
        ArchiveError: there is no archive.
    """
    return str(_raw_manifest(folder).get("archive", ""))


def read_manifest(folder: Path, key: ArchiveKey) -> Manifest:
    """Read an archive's manifest, and see that nobody changed it.

    Raises:
        ArchiveError: no archive, another archive's key, or a changed manifest.
    """
    held = _raw_manifest(folder)
    if held.get("archive") != key.archive:
        raise ArchiveError("This key is the key of another archive.")
    mac = str(held.pop("mac", ""))
    if not hmac.compare_digest(mac, _mac(held, key)):
        raise ArchiveError(
            "The key does not fit this archive, or its manifest was changed by another hand."
        )
    entries = [Entry(**entry) for entry in held["partitions"]]
    return Manifest(
        archive=held["archive"],
        area_path=held["area_path"],
        rule=held["rule"],
        thresholds=held["thresholds"],
        entries={e.partition: e for e in entries},
    )


def write_manifest(folder: Path, manifest: Manifest, key: ArchiveKey) -> None:
    """Put a manifest in the place of the old one, whole."""
    held: dict[str, Any] = {
        "format": FORMAT,
        "archive": manifest.archive,
        "area_path": manifest.area_path,
        "rule": manifest.rule,
        "thresholds": manifest.thresholds,
        "partitions": [asdict(e) for _p, e in sorted(manifest.entries.items())],
    }
    write_sealed_json(folder / MANIFEST, held, key)


def write_sealed_json(path: Path, held: dict[str, Any], key: ArchiveKey) -> None:
    """Write plain facts that nobody without the key can change unnoticed."""
    text = json.dumps(held | {"mac": _mac(held, key)}, indent=1, ensure_ascii=False)
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    sync_folder(path.parent)


def read_sealed_json(path: Path, key: ArchiveKey) -> dict[str, Any] | None:
    """Read what `write_sealed_json` wrote; None when absent, cut short or changed."""
    try:
        held = json.loads(path.read_text("utf-8"))
        mac = str(held.pop("mac", ""))
    except (OSError, ValueError, AttributeError):
        return None
    return held if hmac.compare_digest(mac, _mac(held, key)) else None


def put_in_place(part: Path, stem: str) -> tuple[Path, str, int]:
    """Give a finished file its lasting name, `<stem>-<digest>.parquet`, once it is on the disk.

    Returns:
        Its path, its SHA-256, its size in bytes.
    """
    with part.open("rb") as written:
        os.fsync(written.fileno())
    digest = sha256_of(part)
    path = part.with_name(f"{stem}-{digest[:16]}.parquet")
    part.replace(path)
    sync_folder(path.parent)
    return path, digest, path.stat().st_size


def sweep(folder: Path, *, stem: str, keep: set[str]) -> None:
    """Remove a partition's files that no manifest names: replaced ones, and what a crash left."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        left = path.name.endswith(".part") or path.match(f"{stem}-*.parquet")
        if left and path.name not in keep:
            path.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone, and those above it."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(folder.parent)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hex."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold a folder against every other writer; a killed one lets go by dying.

    Raises:
        ArchiveError: somebody else is writing there.
    """
    make_folder(folder)
    handle = os.open(folder / ".writer", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ArchiveError(
                f"Another command is writing to {folder}. Wait until it is done."
            ) from None
        yield
    finally:
        os.close(handle)


def _raw_manifest(folder: Path) -> dict[str, Any]:
    try:
        held = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveError(f"There is no archive in {folder}.") from None
    except ValueError:
        raise ArchiveError(f"The manifest of {folder} is damaged.") from None
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        raise ArchiveError(f"{folder} is no archive of this Aanchal.")
    return held


def _mac(held: dict[str, Any], key: ArchiveKey) -> str:
    plain = json.dumps(held, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key.derive("manifest"), plain.encode(), hashlib.sha256).hexdigest()
