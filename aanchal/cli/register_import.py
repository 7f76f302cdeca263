"""Registers from the command line, through the very use cases the site calls."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from aanchal.kernel.authz import system_actor
from aanchal.registers.models import RegisterFile
from aanchal.watch.actions import run_watch
from aanchal.watch.models import Flag

from . import say
from .register_workers import files_in, take_files

console = Console(stderr=True)


def progress_bar() -> Progress:
    """The one look of progress on long work."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        # Files come by the batch: over half a minute the estimate would hop with each.
        speed_estimate_period=300,
    )


def import_files(
    files: list[Path],
    *,
    hints: dict[str, str],
    answers: dict[str, str],
    enrol: bool,
    confirmed: bool,
    as_json: bool,
    watch: bool,
) -> int:
    """Take files in, tell of each, and run the watch over what changed; returns the exit code.

    A folder stands for every file in it.
    """
    given = {"hints": hints, "answers": answers, "enrol": enrol, "confirmed": confirmed}
    files = files_in(files)
    failed = not files
    if failed:
        say("There is no file there.")
    touched: set[UUID] = set()
    with progress_bar() as bar:
        task = bar.add_task("Registers", total=len(files))
        for path, told in zip(files, take_files(files, given), strict=True):
            failed |= told["state"] != RegisterFile.State.TAKEN or not told.get("pages")
            touched |= set(told.pop("classes"))
            if as_json:
                print(json.dumps(told, ensure_ascii=False, default=str))
            else:
                _tell(path, told)
            bar.advance(task)
    if watch and touched:
        _watch(touched)
    return 1 if failed else 0


def _tell(path: Path, told: dict[str, Any]) -> None:
    for question in told.get("questions", ()):
        print(f"  ? {question['reason']} [{' | '.join(question['choices'])}]")
        print(f"    answer with --answer '{question['key']}=…'")
    if "reason" in told:
        say(f"{path.name}: {told['reason']}")
        return
    line = (
        f"{path.name}: {told['pages']} pages, {told['added']} marks in, {told['changed']} changed"
    )
    if told["enrolled"]:
        line += f", {told['enrolled']} pupils enrolled"
    if told["rows_left"]:
        line += f", {told['rows_left']} rows wait for repair"
    if told["of_last_year"]:
        line += f" ({told['of_last_year']} of them may be pupils of last year's classes)"
    if told["problems"]:
        line += f", {told['problems']} cells or rows to look at"
    print(line)
    for ask in told["asks"]:
        print(f"  ? {ask} (answer with --yes)")


def _watch(classes: set[UUID]) -> None:
    now = timezone.now()
    with progress_bar() as bar:
        task = bar.add_task("The watch", total=None)
        done = run_watch(
            system_actor("watch"),
            on=timezone.localdate(now),
            at=now,
            classes=classes,
            progress=lambda n, of: bar.update(task, completed=n, total=of),
        )
    live = Flag.objects.filter(pk__in=done.raised).count()
    console.print(f"The watch looked at {done.scored} classes and raised {live} new flags.")
