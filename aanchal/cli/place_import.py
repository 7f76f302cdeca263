"""Places and schools from the command line, through the very use cases the site calls."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone
from rich.console import Console
from rich.table import Table

from aanchal.kernel.errors import DomainError
from aanchal.kernel.permissions import system_actor
from aanchal.lib.tabular.problems import Problem, Unreadable
from aanchal.places.actions import AreasImported, SchoolsImported, import_areas, import_schools
from aanchal.places.parsing import parse_areas
from aanchal.places.rules.codes import Level, System

from . import say
from .register_import import progress_bar

PROBLEMS_SHOWN = 12
LEVEL_WORDS = {
    Level.STATE: "states",
    Level.DISTRICT: "districts",
    Level.SUBDISTRICT: "sub-districts",
    Level.BLOCK: "blocks",
    Level.PANCHAYAT: "panchayats",
    Level.VILLAGE: "villages",
}
# Blocks before sub-districts: a sub-district finds its block when it comes.
ORDER = (Level.STATE, Level.DISTRICT, Level.BLOCK, Level.SUBDISTRICT, Level.VILLAGE)

console = Console(highlight=False)


def import_area_files(files: list[Path], *, as_json: bool) -> int:
    """Take files of places in, the highest level first; returns the exit code."""
    told = []
    for path in _by_level(files):
        told.append(_take(path, _one_area_file))
        _print(told[-1], as_json=as_json, tell=_tell_areas)
    if not as_json and len(told) > 1:
        console.print(_table([t for t in told if "level" in t]))
    return 1 if any("reason" in t for t in told) else 0


def import_school_files(files: list[Path], *, as_json: bool) -> int:
    """Take files of schools in; returns the exit code."""
    told = []
    for path in files:
        told.append(_take(path, _one_school_file))
        _print(told[-1], as_json=as_json, tell=_tell_schools)
    return 1 if any("reason" in t for t in told) else 0


def _by_level(files: list[Path]) -> list[Path]:
    """The files in the order in which each finds its parents known."""

    def rank(path: Path) -> tuple[int, bool]:
        try:
            with path.open("rb") as source:
                found = parse_areas(source, only_head=True)
        except (Unreadable, OSError):
            return len(ORDER), False
        return ORDER.index(found.level), found.system is not System.LGD

    return sorted(files, key=rank)


Take = Callable[[Any, str, Callable[[int], None]], dict[str, Any]]


def _take(path: Path, take: Take) -> dict[str, Any]:
    """Import one file under a bar of lines; a refusal is told as its `reason`."""
    began = time.monotonic()
    try:
        with path.open("rb") as source, progress_bar() as bar:
            task = bar.add_task(path.name, total=_lines(path))
            told = take(source, path.name, lambda line: bar.update(task, completed=line))
    except DomainError as refusal:
        return {"file": path.name, "reason": str(refusal)}
    except OSError as error:
        return {"file": path.name, "reason": error.strerror or "cannot be read"}
    return {"file": path.name, **told, "seconds": round(time.monotonic() - began, 2)}


def _lines(path: Path) -> int:
    """How many lines a file has; read in pieces, held nowhere."""
    with path.open("rb") as source:
        return sum(piece.count(b"\n") for piece in iter(lambda: source.read(1 << 20), b""))


def _one_area_file(source: Any, name: str, progress: Callable[[int], None]) -> dict[str, Any]:
    done: AreasImported = import_areas(
        system_actor("imports"),
        source=source,
        filename=name,
        at=timezone.now(),
        progress=progress,
    )
    return {
        "level": done.level.value,
        "system": done.system.value,
        **asdict(done.counts),
        "matched": done.matched,
        "proposed": done.proposed,
        "problem_count": done.problem_count,
        "problems": _problems(done.problems),
    }


def _one_school_file(source: Any, name: str, progress: Callable[[int], None]) -> dict[str, Any]:
    done: SchoolsImported = import_schools(
        system_actor("imports"),
        source=source,
        filename=name,
        at=timezone.now(),
        progress=progress,
    )
    return {
        "districts": done.districts,
        **asdict(done.counts),
        "proposed": {"blocks": done.proposed.blocks, "villages": done.proposed.villages},
        "problem_count": done.problem_count,
        "problems": _problems(done.problems),
    }


def _problems(problems: list[Problem]) -> list[dict[str, Any]]:
    return [
        {"row": p.row, "column": p.column, "code": p.code, "reason": p.reason} for p in problems
    ]


def _print(told: dict[str, Any], *, as_json: bool, tell: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    elif "reason" in told:
        say(f"{told['file']}: {told['reason']}")
    else:
        tell(told)
        _tell_problems(told)


def _tell_areas(told: dict[str, Any]) -> None:
    what = LEVEL_WORDS[Level(told["level"])]
    line = (
        f"{told['file']}: {told['new']} {what} new, {told['changed']} changed, "
        f"{told['same']} as they were ({_speed(told)})"
    )
    for key, words in (
        ("waiting", "wait for the place they belong to"),
        ("left_out", "left out"),
        ("outside", "outside your area"),
        ("freed", "came in that had waited"),
        ("matched", "sub-districts found their block"),
        ("proposed", "proposals wait for a person (Places on the site)"),
    ):
        if told[key]:
            line += f"; {told[key]} {words}"
    console.print(line, soft_wrap=True)


def _tell_schools(told: dict[str, Any]) -> None:
    line = (
        f"{told['file']}: {told['new']} schools new, {told['changed']} changed, "
        f"{told['same']} as they were ({_speed(told)})"
    )
    if told["villages"]:
        line += f"; {told['villages']} villages and {told['blocks']} blocks that only UDISE knows"
    for key, words in (
        ("waiting", "wait for their district"),
        ("left_out", "left out"),
        ("outside", "outside your area"),
        ("doubtful", "positions doubtful"),
    ):
        if told[key]:
            line += f"; {told[key]} {words}"
    proposed = told["proposed"]
    if proposed["blocks"] or proposed["villages"]:
        line += (
            f"; {proposed['blocks']} blocks and {proposed['villages']} villages proposed as LGD's, "
            "for a person to confirm (Places on the site)"
        )
    console.print(line, soft_wrap=True)


def _speed(told: dict[str, Any]) -> str:
    seconds = told["seconds"]
    rate = f", {told['read'] / seconds:,.0f} lines a second" if seconds >= 0.5 else ""
    return f"{seconds:.1f} s{rate}"


def _tell_problems(told: dict[str, Any]) -> None:
    for problem in told["problems"][:PROBLEMS_SHOWN]:
        where = f"line {problem['row']}: " if problem["row"] else ""
        console.print(f"  - {where}{problem['reason']}", soft_wrap=True, markup=False)
    more = told["problem_count"] - min(len(told["problems"]), PROBLEMS_SHOWN)
    if more > 0:
        console.print(f"  … and {more} more; all of them wait under Places on the site")


def _table(told: list[dict[str, Any]]) -> Table:
    table = Table("Level", title=None)
    columns = ("read", "new", "changed", "same", "waiting", "left_out")
    for column in columns:
        table.add_column(column.replace("_", " "), justify="right")
    for level in ORDER:
        rows = [t for t in told if t["level"] == level.value]
        if rows:
            counts = (f"{sum(t[c] for t in rows):,}" for c in columns)
            table.add_row(LEVEL_WORDS[level], *counts)
    return table
