"""Scoring an archive from the command line, on this machine or on Spark."""

import os
from pathlib import Path

from rich.console import Console
from rich.table import Table

from aanchal.watch.formats.archive_folder import ArchiveError
from aanchal.watch.policy_file import load_policy
from aanchal.watch.scoring import Engine, Scored, score_archive
from aanchal.watch.scoring_local import LocalEngine

from . import say
from .watch_archive import key_of, named_bar, one_sentence


def score(
    folder: Path,
    *,
    out: Path,
    engine: str,
    policy: Path | None,
    key_file: Path | None,
    master: str,
) -> int:
    """Score an archive into OUT and say what came of it; returns the exit code."""
    with one_sentence():
        try:
            chosen = load_policy(policy) if policy else None
        except ValueError as error:
            raise ArchiveError(str(error)) from None
        key = key_of(folder, key_file, purpose="score")
        runner = _engine(engine, master)
        try:
            with named_bar("Scoring") as tell:
                done = score_archive(folder, key, out, runner, policy=chosen, progress=tell)
        finally:
            runner.close()
    if done.lines:
        Console().print(_table(done))
    for sentence in done.failed.values():
        say(sentence)
    print(
        f"{done.flags} flags on {done.children} child-years: {len(done.scored)} districts and "
        f"years scored now, {len(done.kept)} scored before, {len(done.failed)} failed."
    )
    if done.failed:
        names = "; ".join(str(partition) for partition in sorted(done.failed))
        say(f"Failed: {names}. Run the same command again for these alone.")
    return 1 if done.failed else 0


def _table(done: Scored) -> Table:
    """What the policy asks of each district and year; no child is in it."""
    table = Table(show_lines=False, expand=False)
    for heading in ("District", "Year", "Children", "Flags", "Urgent", "For 1,000 a month"):
        table.add_column(heading, justify="left" if heading == "District" else "right")
    for line in sorted(done.lines, key=lambda line: line.partition):
        table.add_row(
            line.partition.district,
            str(line.partition.year),
            f"{line.children:,}",
            f"{line.flags:,}",
            f"{line.urgent:,}",
            f"{line.per_1000_month:.1f}",
        )
    return table


def _engine(engine: str, master: str) -> Engine:
    if engine == "spark":
        from aanchal.watch.scoring_spark import SparkEngine

        return SparkEngine(master)
    return LocalEngine(threads=min(os.cpu_count() or 1, 8))
