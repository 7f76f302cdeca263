"""Pupil lists from the command line, school by school."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils import timezone

from aanchal.attendance.parsing import parse_pupils
from aanchal.kernel.errors import DomainError
from aanchal.kernel.permissions import system_actor
from aanchal.lib.tabular.problems import Unreadable
from aanchal.people.actions import enrol_pupils
from aanchal.people.pupil_lists import new_pupil
from aanchal.places.queries import school_by_udise

from . import say
from .register_import import progress_bar


def import_files(files: list[Path], *, school: str, as_json: bool) -> int:
    """Enrol the pupils of each file; returns the exit code."""
    failed = False
    with progress_bar() as bar:
        task = bar.add_task("Pupils", total=len(files))
        for path in files:
            told = _one(path, school=school)
            failed |= bool(told["refused"])
            if as_json:
                print(json.dumps(told, ensure_ascii=False))
            else:
                _tell(told)
            bar.advance(task)
    return 1 if failed else 0


def _one(path: Path, *, school: str) -> dict[str, Any]:
    now = timezone.now()
    told: dict[str, Any] = {
        "file": path.name,
        "new": 0,
        "known": 0,
        "problems": [],
        "refused": [],
    }
    try:
        with path.open("rb") as source:
            found = parse_pupils(source, filename=path.name, school=school or None)
    except Unreadable as refusal:
        told["refused"].append(str(refusal))
        return told
    told["problems"] += [_place(p.row, p.column, p.reason) for p in found.problems]
    for udise, rows in _by_school(found.pupils):
        try:
            done = enrol_pupils(
                system_actor("imports"),
                school=school_by_udise(udise),
                pupils=[new_pupil(r) for r in rows],
                on=timezone.localdate(now),
                at=now,
            )
        except DomainError as refusal:
            told["refused"].append(f"{udise}: {refusal}")
            continue
        told["new"] += done.new
        told["known"] += done.known
        told["problems"] += [_place(p.row, None, p.template % p.params) for p in done.problems]
    return told


def _place(row: int | None, column: str | None, reason: str) -> dict[str, Any]:
    return {"row": row, "column": column, "reason": reason}


def _by_school(pupils: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for pupil in pupils:
        groups.setdefault(pupil.school or "", []).append(pupil)
    return sorted(groups.items())


def _tell(told: dict[str, Any]) -> None:
    for sentence in told["refused"]:
        say(f"{told['file']}: {sentence}")
    print(f"{told['file']}: {told['new']} new pupils, {told['known']} known already")
    for problem in told["problems"]:
        where = " ".join(
            f"{name} {problem[name]}" for name in ("row", "column") if problem[name] is not None
        )
        print(f"  - {where + ': ' if where else ''}{problem['reason']}")
