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

from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import DomainError
from aanchal.lib.tabular.problems import Problem, Unreadable
from aanchal.places.actions import AreasImported, SchoolsImported, import_areas, import_schools
from aanchal.places.parsing import parse_areas, parse_schools
from aanchal.places.rules.codes import Level, System

from . import say
from .register_import import progress_bar

PROBLEMS_SHOWN = 12
PROBLEMS_IN_JSON = 1_000
# What a reader put right by itself, because the file shows it.
ASSUMED = frozenset(("nought_put_back",))
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
    return _code(told)


def import_school_files(files: list[Path], *, as_json: bool) -> int:
    """Take files of schools in; returns the exit code."""
    told = []
    for path in files:
        told.append(_take(path, _one_school_file))
        _print(told[-1], as_json=as_json, tell=_tell_schools)
    return _code(told)


def _code(told: list[dict[str, Any]]) -> int:
    """0 when something of each file is in; 1 for a refusal, or a file of which nothing came in."""
    came = ("new", "changed", "same")
    return 0 if all("reason" not in t and any(t[word] for word in came) for t in told) else 1


def dry_run_places(files: list[Path], *, schools: bool, as_json: bool) -> int:
    """Say what was understood and keep nothing; needs no database. 2 for a file that cannot be read."""
    told = [_understood(path, schools=schools) for path in files]
    for one in told:
        if as_json:
            print(json.dumps(one, ensure_ascii=False))
        else:
            levels = {level.value: words for level, words in LEVEL_WORDS.items()}
            what = levels.get(one["level"], "schools" if schools else "lines")
            console.print(f"{one['file']}: {one['read']} {what}, {one['left_out']} left out")
            for said in (*one["problems"], *one["assumed"]):
                where = f"line {said['row']}: " if said["row"] else ""
                console.print(f"  - {where}{said['reason']}", soft_wrap=True, markup=False)
    if any(one["refused"] for one in told):
        return 2
    return 0 if all(one["read"] > one["left_out"] for one in told) else 1


def _understood(path: Path, *, schools: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": path.name, "level": "school" if schools else None, "system": None, "read": 0,
        "left_out": 0, "refused": False, "problems": [], "questions": [], "assumed": [],
    }  # fmt: skip
    problems: list[Problem] = []
    try:
        with path.open("rb") as source:
            if schools:
                rows: Any = parse_schools(source)
            else:
                file = parse_areas(source)
                told["level"], told["system"], rows = file.level.value, file.system.value, file.rows
            for row in rows:
                if isinstance(row, Problem):
                    problems.append(row)
                else:
                    told["read"] += 1
    except Unreadable as refusal:
        told["refused"] = True
        problems.append(refusal.problem)
    except OSError as error:
        told["refused"] = True
        told["problems"] = [
            {"row": None, "column": None, "reason": error.strerror or "It cannot be read."}
        ]
    left_out = sum(p.left_out and p.row is not None for p in problems)
    told["read"], told["left_out"] = told["read"] + left_out, left_out
    for problem in problems[:PROBLEMS_IN_JSON]:
        said = {"row": problem.row, "column": problem.column, "reason": problem.reason}
        told["assumed" if problem.code in ASSUMED else "problems"].append(said)
    return told


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
        "undecided": done.undecided,
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
        ("undecided", "sub-districts wait for a person to say which block each is (Places)"),
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
