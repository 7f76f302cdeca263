"""Reads for the archive of register pages: which partitions there are, and their classes in order.

Children, classes and schools leave this file as pseudonyms only. The whole of a district is read
some hundred classes at a time.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
import pyarrow as pa

from aanchal.kernel.access import within
from aanchal.kernel.keyring import keyring
from aanchal.lib.early_warning.planes import DAYS_MAX, planes_from_marks
from aanchal.lib.marks import Mark
from aanchal.people.models import ClassSection
from aanchal.places.models import block_path
from aanchal.registers.models import RegisterPage
from aanchal.registers.rules.pages import DAYS, unpack_children, unpack_marks

from ..formats.archive_folder import Partition
from ..formats.archive_parquet import KEY_BYTES, TAKEN_BYTES, UNIT_ROWS, ClassRows, pages_table

CLASSES_AT_ONCE = 200
_LAYOUT = "pages-1"
Pseudonym = Callable[[str, UUID], bytes]


def pseudonyms_of(archive: UUID) -> Pseudonym:
    """Makes the pseudonyms of one archive: 16 bytes of a keyed hash of (kind, id).

    The key never leaves the keyring, not even with the archive's own; and it is another in every
    archive, so that two of them cannot be laid side by side.
    """
    key = keyring().index_key(f"archive/{archive}")

    def pseudonym(kind: str, row: UUID) -> bytes:
        return hmac.new(key, kind.encode() + b"|" + row.bytes, hashlib.sha256).digest()[:KEY_BYTES]

    return pseudonym


def archive_partitions(area_path: str) -> list[Partition]:
    """Districts and school years with register pages, below an area; in order."""
    rows = (
        ClassSection.objects.filter(within([area_path], "school__area__path"), pages__isnull=False)
        .order_by()
        .values_list("district", "year")
        .distinct()
    )
    return sorted(Partition(district, year) for district, year in rows)


@dataclass(frozen=True)
class _Place:
    """A class of the partition: its pseudonyms, and what is said of it in the open."""

    school: bytes
    class_: bytes
    id: UUID
    block: str


def _places(partition: Partition, area_path: str, pseudonym: Pseudonym) -> list[_Place]:
    """The classes of a partition, in order of school, then class, by pseudonym."""
    rows = (
        ClassSection.objects.filter(
            within([area_path], "school__area__path"),
            district=partition.district,
            year=partition.year,
            pages__isnull=False,
        )
        .order_by()
        .values_list("pk", "school_id", "school__area__path")
        .distinct()
    )
    found = [
        _Place(
            school=pseudonym("school", school),
            class_=pseudonym("class", pk),
            id=pk,
            block=block_path(path),
        )
        for pk, school, path in rows
    ]
    return sorted(found, key=lambda p: (p.school, p.class_))


class PagesDigest:
    """A keyed digest of the register pages behind a partition, class by class in order."""

    def __init__(self, key: bytes) -> None:
        self._digest = hmac.new(key, _LAYOUT.encode(), hashlib.sha256)

    def take(self, place: _Place, heads: Iterable[tuple[date, str]]) -> None:
        self._digest.update(repr((place.class_, place.school, place.block)).encode())
        for month, input_hash in heads:
            self._digest.update(f"{month.isoformat()} {input_hash}\n".encode())

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def pages_digest(partition: Partition, area_path: str, pseudonym: Pseudonym, key: bytes) -> str:
    """The digest of a partition as the database is now; no mark is unpacked."""
    heads: dict[UUID, list[tuple[date, str]]] = {}
    rows = RegisterPage.objects.filter(
        within([area_path], "class_section__school__area__path"),
        district=partition.district,
        class_section__year=partition.year,
    )
    for section, month, input_hash in (
        rows.order_by("month").values_list("class_section_id", "month", "input_hash").iterator()
    ):
        heads.setdefault(section, []).append((month, input_hash))
    digest = PagesDigest(key)
    for place in _places(partition, area_path, pseudonym):
        digest.take(place, heads.get(place.id, []))
    return digest.hexdigest()


def partition_units(
    partition: Partition,
    area_path: str,
    pseudonym: Pseudonym,
    digest: PagesDigest,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[pa.Table]:
    """The rows of a partition, a row group of whole classes at a time; fills the digest on the way.

    Args:
        progress: called with (classes read, classes in all).
    """
    places = _places(partition, area_path, pseudonym)
    held: list[ClassRows] = []
    rows = done = 0
    for start in range(0, len(places), CLASSES_AT_ONCE):
        batch = places[start : start + CLASSES_AT_ONCE]
        pages: dict[UUID, list[RegisterPage]] = {}
        for page in RegisterPage.objects.filter(class_section__in=[p.id for p in batch]).order_by(
            "month"
        ):
            pages.setdefault(page.class_section_id, []).append(page)
        for place in batch:
            of_class = pages.get(place.id, [])
            digest.take(place, ((p.month, p.input_hash) for p in of_class))
            for part in _class_rows(place, partition.year, of_class, pseudonym):
                held.append(part)
                rows += len(part.children)
            if rows >= UNIT_ROWS:
                yield pages_table(held)
                held, rows = [], 0
        done += len(batch)
        if progress is not None:
            progress(done, len(places))
    if held:
        yield pages_table(held)


def _class_rows(
    place: _Place, year: int, pages: list[RegisterPage], pseudonym: Pseudonym
) -> list[ClassRows]:
    """A class as rows of the archive; more than one part only past 256 taken days."""
    children_of = [unpack_children(page.children) for page in pages]
    order = sorted(
        (pseudonym("child", child), child) for child in {c for cs in children_of for c in cs}
    )
    row_of = {child: row for row, (_name, child) in enumerate(order)}
    if not order:
        return []
    begin = date(year, 1, 1).toordinal()
    marks = np.zeros((len(order), 8 * TAKEN_BYTES), np.uint8)
    for page, children in zip(pages, children_of, strict=True):
        first = page.month.toordinal() - begin
        if not 0 <= first <= 8 * TAKEN_BYTES - DAYS:
            raise ValueError("A register page lies outside its school year.")
        rows = np.array([row_of[c] for c in children], np.intp)
        # A month's array has 31 days, whatever the month: what lies past its end holds nothing.
        of_page = unpack_marks(page.marks, len(children))
        there = np.flatnonzero(of_page.any(axis=0))
        if len(rows) and len(there):
            marks[rows[:, None], first + there] = of_page[:, there]
    taken = ((marks == Mark.PRESENT) | (marks == Mark.ABSENT)).any(axis=0)
    columns = np.flatnonzero(taken)
    parts = []
    for number, start in enumerate(range(0, max(len(columns), 1), DAYS_MAX)):
        of_part = columns[start : start + DAYS_MAX]
        absent, marked = planes_from_marks(marks[:, of_part])
        bits = np.zeros(8 * TAKEN_BYTES, np.bool_)
        bits[of_part] = True
        parts.append(
            ClassRows(
                school=place.school,
                class_=place.class_,
                block=place.block,
                part=number,
                children=[name for name, _child in order],
                taken=bits,
                absent=absent,
                marked=marked,
            )
        )
    return parts
