"""The sealed Parquet files of an archive: register pages in, flags out.

Parquet's own modular encryption (AES-256-GCM, footer and statistics too) under a fresh key a file;
that key lies in the file, wrapped under the archive's key and bound to the partition, so that a file
put in another's place does not open. Row groups hold whole classes: a reader needs one at a time.

| column | bytes | holds |
| --- | --- | --- |
| school, class, child | 16 | pseudonyms: keyed hashes, another in every archive |
| block | text | the block's area path, for its threshold |
| part | 1 | 0; 1 and more where a class took more than 256 days in its year |
| taken | 96 | days the class took its register: bit d is day d after 1 January of the year |
| absent, marked | 32 | bit j is the class's j-th taken day (of this part); see `rules/planes.py` |

In order of school, class, part, child.
"""

import base64
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from .archive_folder import ArchiveError, ArchiveKey, Entry, Partition, make_folder, put_in_place

PAGES_STEM: Final = "pages"
KEY_BYTES: Final = 16
TAKEN_BYTES: Final = 96
PLANE_BYTES: Final = 32
UNIT_ROWS: Final = 32_768  # children a row group: what a reader holds at a time

PAGES: Final = pa.schema(
    [
        ("school", pa.binary(KEY_BYTES)),
        ("class", pa.binary(KEY_BYTES)),
        ("child", pa.binary(KEY_BYTES)),
        ("block", pa.string()),
        ("part", pa.uint8()),
        ("taken", pa.binary(TAKEN_BYTES)),
        ("absent", pa.binary(PLANE_BYTES)),
        ("marked", pa.binary(PLANE_BYTES)),
    ]
)
FLAGS: Final = pa.schema(
    [
        ("child", pa.string()),
        ("flagged_on", pa.date32()),
        ("channel", pa.string()),
        ("score", pa.float64()),
        ("reason", pa.string()),
    ]
)
_REPEATED: Final = ("school", "class", "block", "part", "taken", "channel")


class _Wrapper(pe.KmsClient):
    """Wraps a file's key under the archive's, bound to the partition it belongs to."""

    def __init__(self, key: ArchiveKey, place: str) -> None:
        super().__init__()
        self._aead = AESGCM(key.derive("wrap"))
        self._place = place

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        nonce = os.urandom(12)
        sealed = self._aead.encrypt(nonce, bytes(key_bytes), self._place.encode())
        return base64.b64encode(nonce + sealed).decode()

    def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
        sealed = base64.b64decode(wrapped_key)
        return self._aead.decrypt(sealed[:12], sealed[12:], self._place.encode())


def _factory(key: ArchiveKey, kind: str, partition: Partition) -> Any:
    place = f"{key.archive}/{kind}/{partition.path}"
    return pe.CryptoFactory(lambda _configuration: _Wrapper(key, place))


@contextmanager
def sealed_writer(
    path: Path, key: ArchiveKey, *, kind: str, partition: Partition, schema: pa.Schema
) -> Iterator[Any]:
    """A Parquet writer whose file opens with the archive's key alone; mode 0600.

    Args:
        kind: "pages" or "flags"; bound to the file, as the partition is.
    """
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    factory = _factory(key, kind, partition)
    sealing = factory.file_encryption_properties(
        pe.KmsConnectionConfig(),
        pe.EncryptionConfiguration(
            footer_key="archive",
            uniform_encryption=True,
            double_wrapping=False,
            data_key_length_bits=256,
        ),
    )
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=[n for n in _REPEATED if n in schema.names],
        write_statistics=False,
        encryption_properties=sealing,
    ) as writer:
        yield writer


def open_sealed(path: Path, key: ArchiveKey, *, kind: str, partition: Partition) -> Any:
    """The Parquet file of a partition, open for reading row group by row group.

    Raises:
        ArchiveError: no file, another key, another partition's file, or a damaged one.
    """
    factory = _factory(key, kind, partition)
    opening = factory.file_decryption_properties(
        pe.KmsConnectionConfig(), pe.DecryptionConfiguration()
    )
    with told(partition):
        return pq.ParquetFile(path, decryption_properties=opening)


@contextmanager
def told(partition: Partition) -> Iterator[None]:
    """Say in one sentence what a reader of Parquet stumbles over."""
    try:
        yield
    except FileNotFoundError:
        raise ArchiveError(f"The file of {partition} is missing.") from None
    except InvalidTag:
        raise ArchiveError(f"The key does not open the file of {partition}.") from None
    except (pa.ArrowInvalid, pa.ArrowException, OSError):
        raise ArchiveError(f"The file of {partition} is damaged.") from None


def read_units(
    path: Path, key: ArchiveKey, *, kind: str, partition: Partition, units: Iterable[int] | None
) -> Iterator[pa.Table]:
    """The row groups of a partition, one at a time; all of them for None."""
    file = open_sealed(path, key, kind=kind, partition=partition)
    with file:
        for unit in range(file.num_row_groups) if units is None else units:
            with told(partition):
                table = file.read_row_group(unit, use_threads=False)
            yield table


def write_pages(
    folder: Path, key: ArchiveKey, partition: Partition, units: Iterable[pa.Table], *, at: datetime
) -> Entry:
    """Write a partition's rows as a new file beside the old one; the manifest is not touched.

    Args:
        units: rows of PAGES, whole classes, in order; each becomes a row group.

    Returns:
        What the manifest is to hold of it; `pages_digest` is empty.
    """
    place = folder / partition.path
    make_folder(place)
    part = place / f"{PAGES_STEM}.part"
    children = days = 0
    classes: set[bytes] = set()
    with sealed_writer(part, key, kind="pages", partition=partition, schema=PAGES) as writer:
        for table in units:
            writer.write_table(table, row_group_size=max(table.num_rows, 1))
            children += children_in(table)
            classes.update(table.column("class").unique().to_pylist())
            for bitmap in table.column("taken").unique().to_pylist():
                days |= int.from_bytes(bitmap, "little")
    path, sha256, size = put_in_place(part, PAGES_STEM)
    return Entry(
        district=partition.district,
        year=partition.year,
        file=path.name,
        sha256=sha256,
        size_bytes=size,
        children=children,
        classes=len(classes),
        days=days.bit_count(),
        pages_digest="",
        written_at=at.isoformat(),
    )


def children_in(table: pa.Table) -> int:
    """How many child-years rows of PAGES hold; a second part of a year counts nothing."""
    return int((table.column("part").to_numpy() == 0).sum())


def read_flags(path: Path, key: ArchiveKey, *, partition: Partition) -> pa.Table:
    """The flags of one partition, as `aanchal watch score` wrote them."""
    tables = list(read_units(path, key, kind="flags", partition=partition, units=None))
    return pa.concat_tables(tables) if tables else FLAGS.empty_table()


@dataclass(frozen=True)
class ClassRows:
    """One class of the archive: its children in order, its taken days, their planes.

    `taken` is boolean, 768 entries: the days after 1 January of the year. `absent` and `marked`
    are children × 4 words over the taken days.
    """

    school: bytes
    class_: bytes
    block: str
    part: int
    children: list[bytes]
    taken: NDArray[np.bool_]
    absent: NDArray[np.uint64]
    marked: NDArray[np.uint64]


def pages_table(classes: list[ClassRows]) -> pa.Table:
    """Classes as rows of the archive, in the order given."""
    sizes = [len(c.children) for c in classes]
    repeated = np.repeat(np.arange(len(classes)), sizes)
    taken = np.packbits(
        np.array([c.taken for c in classes], np.bool_).reshape(len(classes), 8 * TAKEN_BYTES),
        axis=1,
        bitorder="little",
    )
    planes = [
        np.concatenate([getattr(c, name) for c in classes]).astype("<u8")
        for name in ("absent", "marked")
    ]
    columns = [
        fixed(b"".join(c.school for c in classes), KEY_BYTES).take(pa.array(repeated)),
        fixed(b"".join(c.class_ for c in classes), KEY_BYTES).take(pa.array(repeated)),
        fixed(b"".join(b"".join(c.children) for c in classes), KEY_BYTES),
        pa.array([c.block for c in classes], pa.string()).take(pa.array(repeated)),
        pa.array([c.part for c in classes], pa.uint8()).take(pa.array(repeated)),
        fixed(taken.tobytes(), TAKEN_BYTES).take(pa.array(repeated)),
        *(fixed(plane.tobytes(), PLANE_BYTES) for plane in planes),
    ]
    return pa.Table.from_arrays(columns, schema=PAGES)


def fixed(data: bytes, width: int) -> pa.FixedSizeBinaryArray:
    """Bytes as an Arrow array of `width` bytes an entry."""
    count = len(data) // width
    return pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), count, [None, pa.py_buffer(data)])


def bytes_of(table: pa.Table, name: str, width: int) -> NDArray[np.uint8]:
    """A fixed-size column as an array, rows × width."""
    column = table.column(name).combine_chunks()
    array = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    data = np.frombuffer(array.buffers()[1], np.uint8)
    return data[array.offset * width : (array.offset + len(array)) * width].reshape(-1, width)
