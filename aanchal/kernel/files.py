"""Keeping a file as it came: sealed chunk by chunk, so that memory stays flat.

A stored file is a run of chunks, each a four-byte length and a sealed piece bound to the file,
its number and whether it is the last: a cut, reordered or exchanged chunk does not open.
"""

import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO

from django.conf import settings

from .disk import sync_folder
from .errors import TooLarge
from .keyring import keyring
from .models import StoredFile
from .sealing import HEAD, Tampered, key_number, seal, unseal

CHUNK_BYTES = 256 * 1024


def path_of(stored: StoredFile) -> Path:
    """Where a stored file lies; spread over 256 folders."""
    name = stored.pk.hex
    return Path(settings.AANCHAL_FILES) / name[-2:] / f"{name}.sealed"


def keep_file(
    source: BinaryIO,
    *,
    name: str,
    media_type: str,
    purpose: str,
    district: str,
    kept_by: str,
    kept_at: datetime,
    max_bytes: int,
) -> StoredFile:
    """Seal a stream to disk and return its saved row.

    The bytes reach the disk (fsync, then rename) before the row exists, so a row never points at
    nothing; a file without a row, left by a crash, is swept by upkeep.

    Raises:
        TooLarge: more than `max_bytes`; nothing is left behind.
    """
    stored = seal_file(
        source,
        name=name,
        media_type=media_type,
        purpose=purpose,
        district=district,
        kept_by=kept_by,
        kept_at=kept_at,
        max_bytes=max_bytes,
    )
    stored.save(force_insert=True)
    return stored


def seal_file(
    source: BinaryIO,
    *,
    name: str,
    media_type: str,
    purpose: str,
    district: str,
    kept_by: str,
    kept_at: datetime,
    max_bytes: int,
) -> StoredFile:
    """`keep_file`, but for the row: it is returned unsaved, for many to be saved by one transaction.

    Raises:
        TooLarge: more than `max_bytes`; nothing is left behind.
    """
    stored = StoredFile(
        district=district,
        purpose=purpose,
        name=name,
        media_type=media_type,
        kept_by=kept_by,
        kept_at=kept_at,
    )
    path = path_of(stored)
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sync_folder(path.parent.parent)
    part = path.with_suffix(".part")
    size = 0
    digest = hmac.new(keyring().index_key("content"), digestmod=hashlib.sha256)
    try:
        with part.open("wb") as out:
            number = 0
            chunk = source.read(CHUNK_BYTES)
            while True:
                ahead = source.read(CHUNK_BYTES) if chunk else b""
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge
                digest.update(chunk)
                _write_chunk(out, chunk, stored=stored, number=number, last=not ahead)
                if not ahead:
                    break
                chunk, number = ahead, number + 1
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    stored.size_bytes = size
    stored.content_hash = digest.hexdigest()
    return stored


def content_hash(data: bytes) -> str:
    """The keyed hash a stored file with this content has."""
    return hmac.new(keyring().index_key("content"), data, hashlib.sha256).hexdigest()


def chunks(stored: StoredFile) -> Iterator[bytes]:
    """Yield the plain content, piece by piece.

    Raises:
        Tampered: a piece is missing, altered, moved, or from another file.
    """
    with path_of(stored).open("rb") as source:
        number = 0
        head = source.read(4)
        while head:
            sealed = source.read(int.from_bytes(head, "big"))
            head = source.read(4)
            yield unseal(sealed, place=_place(stored, number, last=not head), purpose="file", pad=0)
            number += 1
    if number == 0:
        raise Tampered("kernel.StoredFile")


def read_file(stored: StoredFile) -> bytes:
    """The whole plain content; for files already known to be small enough."""
    return b"".join(chunks(stored))


def key_numbers(stored: StoredFile) -> set[int]:
    """Numbers of the masters a stored file is sealed under; it reads no content."""
    found = set()
    with path_of(stored).open("rb") as source:
        while head := source.read(4):
            sealed = source.read(HEAD)
            found.add(key_number(sealed))
            source.seek(int.from_bytes(head, "big") - len(sealed), os.SEEK_CUR)
    return found


def reseal_file(stored: StoredFile) -> None:
    """Seal a stored file anew under the writing master; a crash leaves the old file or the new."""
    path = path_of(stored)
    part = path.with_suffix(".rekey")
    try:
        with part.open("wb") as out:
            number, held = 0, None
            for chunk in chunks(stored):
                if held is not None:
                    _write_chunk(out, held, stored=stored, number=number, last=False)
                    number += 1
                held = chunk
            _write_chunk(out, held or b"", stored=stored, number=number, last=True)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_chunk(
    out: IO[bytes], plain: bytes, *, stored: StoredFile, number: int, last: bool
) -> None:
    sealed = seal(plain, place=_place(stored, number, last=last), purpose="file", pad=0)
    out.write(len(sealed).to_bytes(4, "big"))
    out.write(sealed)


def _place(stored: StoredFile, number: int, *, last: bool) -> str:
    return f"kernel.StoredFile|{stored.pk}|{number}|{'last' if last else 'more'}"
