"""Archives of made-up planes, without a database, for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from aanchal.lib.early_warning.planes import planes_from_marks
from aanchal.lib.marks import Mark
from aanchal.watch.formats.archive_folder import ArchiveKey, Manifest, Partition, write_manifest
from aanchal.watch.formats.archive_parquet import TAKEN_BYTES, ClassRows, pages_table, write_pages

KEY = ArchiveKey("0190a5f0-0000-7000-8000-000000000001", bytes(range(32)))
OTHER_KEY = ArchiveKey(KEY.archive, bytes(32))
AT = datetime(2026, 7, 31, 12, tzinfo=UTC)


def some_classes(
    seed: int,
    *,
    classes: int = 12,
    children: int = 20,
    year: int = 2026,
    days: int = 110,
    block: str = "IN/S10/D206/B1851",
) -> list[ClassRows]:
    """Classes of one year with days left out here and there, illnesses, and children who go."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(classes):
        open_days = np.flatnonzero(np.arange(days * 7 // 5) % 7 != 6)
        open_days = open_days[chance.random(len(open_days)) > 0.06]
        marks = np.where(
            chance.random((children, len(open_days))) < 0.08, Mark.ABSENT, Mark.PRESENT
        ).astype(np.uint8)
        for child in chance.choice(children, 3, replace=False).tolist():
            marks[child, int(chance.integers(20, len(open_days) - 10)) :] = Mark.ABSENT
        marks[chance.random(marks.shape) < 0.01] = Mark.LEAVE
        marks[chance.random(marks.shape) < 0.01] = Mark.NOT_TAKEN
        found.append(
            class_rows(
                marks,
                [date(year, 4, 6).toordinal() + int(day) for day in open_days],
                year=year,
                school=number // 4,
                number=number,
                seed=seed,
                block=block,
            )
        )
    return sorted(found, key=lambda c: (c.school, c.class_))


def class_rows(
    marks: np.ndarray,
    ordinals: Sequence[int],
    *,
    year: int,
    school: int = 0,
    number: int = 0,
    seed: int = 0,
    part: int = 0,
    block: str = "IN/S10/D206/B1851",
) -> ClassRows:
    """One class from marks, children × the days given."""
    taken = np.zeros(8 * TAKEN_BYTES, np.bool_)
    taken[np.array(ordinals) - date(year, 1, 1).toordinal()] = True
    absent, marked = planes_from_marks(marks)
    return ClassRows(
        school=school.to_bytes(16, "big"),
        class_=(seed << 32 | number).to_bytes(16, "big"),
        block=block,
        part=part,
        children=[(seed << 48 | number << 16 | i).to_bytes(16, "big") for i in range(len(marks))],
        taken=taken,
        absent=absent,
        marked=marked,
    )


def an_archive(
    folder: Path,
    partitions: Mapping[Partition, Sequence[Sequence[ClassRows]]],
    *,
    key: ArchiveKey = KEY,
) -> Manifest:
    """Write an archive of these partitions; each a list of row groups of classes."""
    manifest = Manifest(archive=key.archive, area_path="IN")
    for partition, units in partitions.items():
        tables = (pages_table(list(unit)) for unit in units)
        manifest.entries[partition] = write_pages(folder, key, partition, tables, at=AT)
    write_manifest(folder, manifest, key)
    return manifest
