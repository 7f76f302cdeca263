"""Calibrating the watch and replaying it on past registers, with bars on the long steps."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.utils import timezone

from aanchal.lib.early_warning.policy import policy_to_toml
from aanchal.watch.policy_file import default_policy, load_policy
from aanchal.watch.watch_files import read_findings, read_marks, write_flags
from aanchal.watch.watch_history import backtest, calibrate
from aanchal.watch.watch_report import describe

from . import say
from .register_import import progress_bar


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    with progress_bar() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Bad input is told in one sentence, with the row; code 2."""
    try:
        yield
    except ValueError as error:
        say(error)
        sys.exit(2)


def calibrate_file(marks: Path, *, visits: float, out: Path) -> None:
    """Write the policy whose thresholds spend this visit budget on these registers."""
    with _one_sentence():
        _check_folder(out)
        with _bar("Reading the registers") as tell:
            history = read_marks(marks, progress=tell)
        with _bar("Trying thresholds") as tell:
            policy = calibrate(
                history, visits_per_1000_month=visits, base=default_policy(), progress=tell
            )
        today = timezone.localdate()
        text = policy_to_toml(
            policy,
            source=f"calibrated on {marks.name} for {visits:g} visits for 1,000 children a month",
            as_of=today,
            review_on=_in_a_year(today),
        )
        out.write_text(text, encoding="utf-8")
    print(f"The policy is in {out}. Threshold {policy.threshold:g}.")


def backtest_file(
    marks: Path, *, policy: Path | None, out: Path | None, findings: Path | None
) -> None:
    """Print what a policy would have done on these registers; write its flags when asked."""
    with _one_sentence():
        if out is not None:
            _check_folder(out)
        chosen = load_policy(policy) if policy else default_policy()
        known = read_findings(findings) if findings else None
        with _bar("Reading the registers") as tell:
            history = read_marks(marks, progress=tell)
        with _bar("Replaying") as tell:
            flags, report = backtest(history, chosen, findings=known, progress=tell)
        if out is not None:
            write_flags(flags, out)
    for line in describe(report):
        print(line)


def _check_folder(out: Path) -> None:
    """Said before the long work, not after it."""
    if not out.parent.is_dir():
        raise ValueError(f"There is no folder {out.parent} to write {out.name} to.")


def _in_a_year(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28))
