"""`aanchal watch archive` and `aanchal watch score`, as somebody types them."""

import sys

import pytest
from typer.testing import CliRunner

from aanchal.watch.models import RegisterArchive
from tests.watch.rules.test_archive_scoring import a_flipped_byte
from tests.watch.use_cases.test_archive import two_districts

pytestmark = pytest.mark.django_db


def aanchal(*args):
    from aanchal.cli.watch import app

    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_an_office_writes_verifies_and_scores_its_archive(tmp_path):
    two_districts()

    written = aanchal("archive", tmp_path / "a")
    verified = aanchal("archive", "--verify", tmp_path / "a")
    scored = aanchal("score", tmp_path / "a", "--out", tmp_path / "out")
    again = aanchal("score", tmp_path / "a", "--out", tmp_path / "out")

    assert "Written: 2 districts" in written.output
    assert "2 districts and years are whole and as the database says" in verified.output
    assert (scored.exit_code, again.exit_code) == (0, 0)
    assert "2 districts and years scored now" in scored.output.replace("\n", " ")
    assert "2 scored before" in again.output.replace("\n", " ")
    assert "D206" in scored.output and "For 1,000 a month" in scored.output


def test_an_analyst_elsewhere_opens_it_with_the_key_that_was_handed_over(tmp_path):
    two_districts()
    aanchal("archive", tmp_path / "a")
    given = aanchal(
        "archive", tmp_path / "a", "--hand-over", tmp_path / "key", "--to", "A. Roy", "--why", "x"
    )
    RegisterArchive.objects.all().delete()  # another machine: this database knows nothing of it

    with_key = ["--key-file", tmp_path / "key"]
    verified = aanchal("archive", "--verify", tmp_path / "a", *with_key)
    scored = aanchal("score", tmp_path / "a", "--out", tmp_path / "out", *with_key)
    without = aanchal("score", tmp_path / "a", "--out", tmp_path / "out")

    assert given.exit_code == 0
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert (verified.exit_code, scored.exit_code) == (0, 0)
    assert without.exit_code == 2
    assert "give its key with --key-file" in without.output


def test_a_failed_partition_is_named_at_the_end_with_code_1_and_done_alone_afterwards(tmp_path):
    two_districts()
    aanchal("archive", tmp_path / "a")
    (damaged,) = (tmp_path / "a").rglob("district=D207/**/*.parquet")
    whole = damaged.read_bytes()
    a_flipped_byte(damaged)

    failed = aanchal("score", tmp_path / "a", "--out", tmp_path / "out")
    verified = aanchal("archive", "--verify", tmp_path / "a")
    damaged.write_bytes(whole)
    mended = aanchal("score", tmp_path / "a", "--out", tmp_path / "out")

    assert (failed.exit_code, verified.exit_code, mended.exit_code) == (1, 1, 0)
    assert "Failed: D207, 2026." in failed.output
    assert "1 districts and years scored now, 1 scored before" in mended.output.replace("\n", " ")


def test_what_is_missing_is_told_in_one_sentence(tmp_path, monkeypatch):
    two_districts()
    aanchal("archive", tmp_path / "a")
    nowhere = aanchal("score", tmp_path / "b", "--out", tmp_path / "out")
    no_key = aanchal("score", tmp_path / "a", "--out", tmp_path / "o", "--key-file", tmp_path / "k")
    policy = aanchal("score", tmp_path / "a", "--out", tmp_path / "o", "--policy", __file__)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    spark = aanchal("score", tmp_path / "a", "--out", tmp_path / "o", "--engine", "spark")

    assert {r.exit_code for r in (nowhere, no_key, policy, spark)} == {2}
    assert "There is no archive in" in nowhere.output
    assert "There is no key file" in no_key.output
    assert "install aanchal[spark]" in spark.output.replace("\n", " ")
    assert "Traceback" not in policy.output
