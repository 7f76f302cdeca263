"""A spreadsheet is a ZIP of XML. This opens one without believing what it says of itself.

Every part we need is inflated with a counter, whatever size the directory declares, and only those
parts go on, in a fresh archive of our own making: what was counted is what is read, and macros,
drawings and embedded files are left behind unread.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from aanchal.lib.sentences import N_

from .problems import Limits, Unreadable

_CHUNK = 1 << 20
_SMALL = 2 << 20
_LOCAL = struct.Struct("<4s5H3L2H")
_NOT_A_SHEET = N_(
    "This file is a ZIP archive, not a spreadsheet. Unpack it and send the files inside, "
    "one by one."
)
_BROKEN = N_(
    "The file is damaged or was not fully copied. Open it on the computer it came from, save it again "
    "and send the new file."
)
_TOO_LARGE_INSIDE = N_(
    "The file grows to more than %(limit)d MB when opened, far more than a table needs. Copy the "
    "table's cells into a new file and send that."
)
_STRANGE = N_(
    "The file is built in a way no spreadsheet program saves it, so it was not opened. Open it in a "
    "spreadsheet program, save it as .xlsx and send the new file."
)


class Part(NamedTuple):
    """One entry of the archive: where its bytes lie, and how large it truly is."""

    name: str
    start: int
    packed: int
    method: int
    size: int


class Archive:
    """A ZIP whose needed parts have been counted out and may be inflated.

    Args:
        raw: the whole file; it has passed the cap on bytes.
        wanted: says by name which parts will be read; the others are never inflated.
    """

    def __init__(self, raw: bytes | memoryview, limits: Limits) -> None:
        self._raw = memoryview(raw)
        self._limits = limits
        self._parts: dict[str, Part] = {}
        self._spent = 0
        self._list()

    def names(self) -> list[str]:
        return list(self._parts)

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def _list(self) -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(self._raw)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError,
                struct.error, UnicodeDecodeError, MemoryError) as error:  # fmt: skip
            raise Unreadable("broken_file", _BROKEN) from error
        if len(infos) > self._limits.entries:
            raise Unreadable("strange_archive", _STRANGE)
        spans = []
        for info in infos:
            if info.is_dir():
                continue
            if info.filename in self._parts or info.flag_bits & 0x1:
                raise Unreadable("strange_archive", _STRANGE)
            start = self._start_of(info)
            spans.append((info.header_offset, start + info.compress_size))
            self._parts[info.filename] = Part(
                info.filename, start, info.compress_size, info.compress_type, info.file_size
            )
        spans.sort()
        for (_, end), (begin, _) in pairwise(spans):
            if begin < end:  # parts that share bytes: the trick of a bomb without nesting
                raise Unreadable("strange_archive", _STRANGE)
        if spans and spans[-1][1] > len(self._raw):
            raise Unreadable("broken_file", _BROKEN)

    def _start_of(self, info: zipfile.ZipInfo) -> int:
        header = self._raw[info.header_offset : info.header_offset + _LOCAL.size]
        if len(header) < _LOCAL.size:
            raise Unreadable("broken_file", _BROKEN)
        fields = _LOCAL.unpack(header)
        if fields[0] != b"PK\x03\x04":
            raise Unreadable("broken_file", _BROKEN)
        return info.header_offset + _LOCAL.size + int(fields[9]) + int(fields[10])

    def read(self, name: str) -> bytes:
        """The part's bytes, inflated.

        Raises:
            Unreadable: it outgrows what is left of the cap, swells beyond any honest ratio, or is
                not the size and checksum its packing says.
        """
        part = self._parts[name]
        packed = self._raw[part.start : part.start + part.packed]
        left = self._limits.expanded_bytes - self._spent
        if part.method == zipfile.ZIP_STORED:
            if part.packed > left:
                raise self._too_large()
            self._spent += part.packed
            return bytes(packed)
        if part.method != zipfile.ZIP_DEFLATED:
            raise Unreadable("strange_archive", _STRANGE)
        if part.packed < _SMALL:
            # Little that swells to much: count it out before keeping any, so memory stays flat.
            for _ in self._inflated(packed, part.packed, left):
                pass
        data = b"".join(self._inflated(packed, part.packed, left))
        self._spent += len(data)
        return data

    def _inflated(self, packed: memoryview, packed_size: int, left: int) -> Iterator[bytes]:
        unpack = zlib.decompressobj(-zlib.MAX_WBITS)
        total = 0
        honest = max(self._limits.expanded_ratio * packed_size, 4 << 20)
        for at in range(0, packed_size, _CHUNK):
            feed: bytes | memoryview = packed[at : at + _CHUNK]
            while feed:
                try:
                    out = unpack.decompress(feed, _CHUNK)
                except zlib.error as error:
                    raise Unreadable("broken_file", _BROKEN) from error
                total += len(out)
                if total > left or total > honest:
                    raise self._too_large()
                if out:
                    yield out
                feed = unpack.unconsumed_tail
                if unpack.eof:
                    return
        if not unpack.eof:
            raise Unreadable("broken_file", _BROKEN)

    def _too_large(self) -> Unreadable:
        limit = self._limits.expanded_bytes >> 20
        return Unreadable("grows_too_large", _TOO_LARGE_INSIDE, limit=limit)


def packed(parts: dict[str, bytes]) -> io.BytesIO:
    """A fresh archive of these parts; large ones are lightly compressed to spare memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            method = zipfile.ZIP_DEFLATED if len(data) > 8 << 20 else zipfile.ZIP_STORED
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=method, compresslevel=1)
    out.seek(0)
    return out


def not_a_sheet() -> Unreadable:
    return Unreadable("zip_not_sheet", _NOT_A_SHEET)


def strange() -> Unreadable:
    return Unreadable("strange_archive", _STRANGE)


def broken() -> Unreadable:
    return Unreadable("broken_file", _BROKEN)
