"""Scoring an archive: the same flags on every engine, as the rule gives them class by class."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from aanchal.lib.early_warning.planes import marks_from_planes
from aanchal.lib.early_warning.rule import CHANNELS, run_days, start_state
from aanchal.lib.marks import Mark
from aanchal.watch.formats.archive_folder import ArchiveError, Partition
from aanchal.watch.formats.archive_parquet import pages_table, read_flags
from aanchal.watch.policy_file import default_policy
from aanchal.watch.rules.sentences import reason_of, render
from aanchal.watch.scoring import score_archive, score_rows, scored_partitions
from aanchal.watch.scoring_local import LocalEngine
from tests.archives import KEY, OTHER_KEY, an_archive, class_rows, some_classes

ONE = Partition("D206", 2026)
TWO = Partition("D207", 2026)
LAST_YEAR = Partition("D206", 2025)


def three_partitions(folder):
    return an_archive(
        folder,
        {
            ONE: [some_classes(1), some_classes(2)],
            TWO: [some_classes(3, classes=3)],
            LAST_YEAR: [some_classes(4, year=2025)],
        },
    )


def flags_in(out, key=KEY):
    return {
        partition: read_flags(path, key, partition=partition)
        for partition, path in scored_partitions(out, key)
    }


def one_class_by_the_rule(rows, year):
    """The flags of one class, from the rule alone: its own days, nothing beside it."""
    days = np.flatnonzero(rows.taken) + date(year, 1, 1).toordinal()
    marks = marks_from_planes(rows.absent, rows.marked, len(days))
    state = start_state([len(rows.children)])
    signals = run_days(state, marks, default_policy(), days=days.astype(np.int32))
    return [
        (
            rows.children[int(signals.child[i])].hex(),
            date.fromordinal(int(signals.on[i])),
            CHANNELS[int(signals.channel[i])],
            round(float(signals.score[i]), 4),
            render(reason_of(signals, i), str),
        )
        for i in range(len(signals))
    ]


def rows_of(table: pa.Table):
    return [tuple(row.values()) for row in table.to_pylist()]


def test_classes_side_by_side_give_the_flags_that_each_gives_alone():
    classes = some_classes(7)

    together = rows_of(score_rows(pages_table(classes), 2026, default_policy()))

    alone = [flag for rows in classes for flag in one_class_by_the_rule(rows, 2026)]
    assert len(alone) > 10
    assert sorted(together) == sorted(alone)


def test_classes_that_took_the_same_days_are_scored_from_the_planes_alone():
    same = [rows for rows in some_classes(8)[:1]]

    found = rows_of(score_rows(pages_table(same), 2026, default_policy()))

    assert sorted(found) == sorted(one_class_by_the_rule(same[0], 2026))


def test_a_year_of_more_than_256_taken_days_is_scored_to_its_end():
    chance = np.random.default_rng(3)
    marks = np.where(chance.random((12, 300)) < 0.05, Mark.ABSENT, Mark.PRESENT).astype(np.uint8)
    marks[5, 280:] = Mark.ABSENT
    ordinals = [date(2026, 4, 1).toordinal() + d for d in range(300)]
    parts = [
        class_rows(marks[:, :256], ordinals[:256], year=2026),
        class_rows(marks[:, 256:], ordinals[256:], year=2026, part=1),
    ]

    flags = score_rows(pages_table(parts), 2026, default_policy())

    state = start_state([12])
    expected = []
    for a, b in ((0, 256), (256, 300)):
        signals = run_days(state, marks[:, a:b], default_policy(), days=np.array(ordinals[a:b]))
        expected += [parts[0].children[int(c)].hex() for c in signals.child]
    assert sorted(flags.column("child").to_pylist()) == sorted(expected)
    assert parts[0].children[5].hex() in expected


def test_a_school_year_that_begins_anew_knows_nothing_of_the_last():
    """A class of the next year is another class; each year lies in its own partition."""
    # 887 fortnights apart, because the watch settles a child's habit by the fortnight.
    last, this = (some_classes(4, classes=1, year=year) for year in (2025, 2059))

    flags = [
        rows_of(score_rows(pages_table(rows), year, default_policy()))
        for rows, year in ((last, 2025), (this, 2059))
    ]

    assert flags[0] and [(f[0], f[2:]) for f in flags[0]] == [(f[0], f[2:]) for f in flags[1]]


def test_an_archive_is_scored_partition_by_partition_and_a_second_run_keeps_it(tmp_path):
    three_partitions(tmp_path / "archive")
    out = tmp_path / "out"

    done = score_archive(tmp_path / "archive", KEY, out, LocalEngine())
    before = {path: path.stat().st_mtime_ns for _p, path in scored_partitions(out, KEY)}
    again = score_archive(tmp_path / "archive", KEY, out, LocalEngine())

    assert done.scored == [LAST_YEAR, ONE, TWO]
    assert again.kept == [LAST_YEAR, ONE, TWO]
    assert again.flags == done.flags > 0
    assert {path: path.stat().st_mtime_ns for _p, path in scored_partitions(out, KEY)} == before


def test_another_policy_scores_again(tmp_path):
    three_partitions(tmp_path / "archive")
    score_archive(tmp_path / "archive", KEY, tmp_path / "out", LocalEngine())

    more = score_archive(
        tmp_path / "archive",
        KEY,
        tmp_path / "out",
        LocalEngine(),
        policy=default_policy().with_threshold(default_policy().threshold - 1),
    )

    assert len(more.scored) == 3


def a_flipped_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_a_partition_that_cannot_be_read_leaves_the_others_alone(tmp_path):
    manifest = three_partitions(tmp_path / "archive")
    a_flipped_byte(tmp_path / "archive" / ONE.path / manifest.entries[ONE].file)

    done = score_archive(tmp_path / "archive", KEY, tmp_path / "out", LocalEngine())

    assert done.scored == [LAST_YEAR, TWO]
    assert list(done.failed) == [ONE]
    assert "D206, 2026" in done.failed[ONE]


def test_a_flipped_byte_is_felt_even_where_the_manifest_was_not_asked(tmp_path):
    manifest = three_partitions(tmp_path / "archive")
    path = tmp_path / "archive" / ONE.path / manifest.entries[ONE].file
    a_flipped_byte(path)

    from aanchal.watch.scoring import Unit, score_unit

    with pytest.raises(ArchiveError, match="damaged"):
        for number in range(2):
            score_unit(Unit(str(path), "D206", 2026, number), KEY, default_policy())


def test_a_file_in_the_place_of_another_does_not_open(tmp_path):
    manifest = three_partitions(tmp_path / "archive")
    path = tmp_path / "archive" / TWO.path / manifest.entries[TWO].file

    from aanchal.watch.scoring import Unit, score_unit

    with pytest.raises(ArchiveError, match="D206, 2026"):
        score_unit(Unit(str(path), "D206", 2026, 0), KEY, default_policy())


def test_another_key_is_told_in_one_sentence(tmp_path):
    three_partitions(tmp_path / "archive")

    with pytest.raises(ArchiveError) as told:
        score_archive(tmp_path / "archive", OTHER_KEY, tmp_path / "out", LocalEngine())

    assert str(told.value).count(".") == 1


@pytest.mark.once
@pytest.mark.slow
def test_spark_gives_the_flags_that_this_machine_gives_row_for_row(tmp_path):
    if not os.environ.get("CI"):
        pytest.importorskip("pyspark", reason="make test installs it")
    from aanchal.watch.scoring_spark import SparkEngine

    manifest = three_partitions(tmp_path / "archive")
    score_archive(tmp_path / "archive", KEY, tmp_path / "local", LocalEngine())
    damaged = tmp_path / "archive" / TWO.path / manifest.entries[TWO].file
    whole = damaged.read_bytes()

    engine = SparkEngine("local[2]")
    try:
        a_flipped_byte(damaged)
        done = score_archive(tmp_path / "archive", KEY, tmp_path / "spark", engine)
        damaged.write_bytes(whole)
        again = score_archive(tmp_path / "archive", KEY, tmp_path / "spark", engine)
    finally:
        engine.close()

    assert list(done.failed) == [TWO]
    assert (again.kept, again.scored) == ([LAST_YEAR, ONE], [TWO])
    local, spark = flags_in(tmp_path / "local"), flags_in(tmp_path / "spark")
    assert {p: t.num_rows > 0 for p, t in local.items()} == {ONE: True, TWO: True, LAST_YEAR: True}
    assert all(local[partition].equals(spark[partition]) for partition in local)
    assert list(local) == list(spark)
