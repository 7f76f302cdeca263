"""`aanchal watch calibrate` and `backtest`, as a district runs them: files in, files out, no database."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from aanchal.watch.watch_files import write_marks
from benchmarks.simulated_registers import WORLDS, as_history, simulate

pytestmark = pytest.mark.once
ROOT = Path(__file__).resolve().parents[2]


def watch(*args, home):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AANCHAL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "aanchal", "watch", *map(str, args)],
        env={**clean, "AANCHAL_HOME": str(home), "COLUMNS": "200"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    """Two years of other children in the same world."""
    folder = tmp_path_factory.mktemp("years")
    paths = folder / "last.parquet", folder / "this.parquet"
    for seed, path in enumerate(paths, 21):
        write_marks(as_history(simulate(replace(WORLDS["plain"], children=2500), seed=seed)), path)
    return paths


def test_thresholds_of_one_year_are_replayed_on_another(years, tmp_path):
    last, this = years
    policy, flags = tmp_path / "policy.toml", tmp_path / "flags.parquet"

    set_ = watch("calibrate", last, "--visits-per-1000-month", 10, "--out", policy, home=tmp_path)
    done = watch("backtest", this, "--policy", policy, "--out", flags, "--seed", 3, home=tmp_path)

    assert (set_.returncode, done.returncode) == (0, 0), set_.stderr + done.stderr
    table = pq.read_table(flags)
    assert table.schema.names == ["child", "flagged_on", "channel", "score", "reason"]
    assert f"{table.num_rows} flags" in done.stdout
    assert 5 < table.num_rows * 1000 / 2500 / 10 < 15
    for words in ("sex girl", "school_type private", "followed by a long absence", "lead in days"):
        assert words in done.stdout
    assert "“" not in done.stderr


def test_half_a_year_raises_the_first_half_of_the_flags(years, tmp_path):
    this = pq.read_table(years[1])
    cut = sorted(set(this.column("day").to_pylist()))[110]
    half = tmp_path / "half.parquet"
    pq.write_table(this.filter(pc.less(this.column("day"), pa.scalar(cut))), half)

    done = [
        watch("backtest", path, "--out", tmp_path / f"{n}.parquet", home=tmp_path)
        for n, path in enumerate((years[1], half))
    ]

    assert [d.returncode for d in done] == [0, 0], done[0].stderr + done[1].stderr
    whole, early = (pq.read_table(tmp_path / f"{n}.parquet").to_pylist() for n in (0, 1))
    assert early == [flag for flag in whole if flag["flagged_on"] < cut] != []


@pytest.mark.parametrize(
    "columns, sentence",
    [
        ({"mark": ["P", "Q"]}, "Row 2: “Q” is no mark"),
        ({"mark": [1, 2]}, "Row 1: column mark must be text"),
        ({"child": ["a", "a"]}, "Row 2: a has a second mark on 2026-07-01"),
        ({"day": ["2026-07-01", "2026-07-02"]}, "Row 1: column day must be date"),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence_with_its_row(tmp_path, columns, sentence):
    day = pa.scalar("2026-07-01").cast(pa.date32())
    given = {"child": ["a", "b"], "class": ["V", "V"], "day": [day.as_py()] * 2, "mark": ["P", "A"]}
    path = tmp_path / "marks.parquet"
    pq.write_table(pa.table({**given, **columns}), path)

    done = watch("backtest", path, "--out", tmp_path / "flags.parquet", home=tmp_path)

    assert done.returncode == 2
    assert sentence in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "flags.parquet").exists()


def test_a_folder_that_is_not_there_is_said_before_the_long_work(years, tmp_path):
    out = tmp_path / "none" / "policy.toml"

    done = watch("calibrate", years[0], "--visits-per-1000-month", 10, "--out", out, home=tmp_path)

    assert done.returncode == 2
    assert "There is no folder" in done.stderr + done.stdout
