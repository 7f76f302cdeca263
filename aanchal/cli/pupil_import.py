"""Pupil lists from the command line, school by school."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import DomainError
from aanchal.lib.tabular.problems import Unreadable
from aanchal.people.actions import Enrolled, enrol_pupils
from aanchal.people.pupil_lists import new_pupil
from aanchal.places.queries import school_by_udise
from aanchal.registers.formats.grades import roman
from aanchal.registers.formats.pupil_lines import Pupil
from aanchal.registers.parsing import parse_pupils

from . import say
from .register_import import progress_bar

# What may be said of a row that may be a pupil who is known.
NEW, KNOWN = "new", "known"


def import_files(
    files: list[Path], *, school: str, answers: Mapping[str, str], as_json: bool
) -> int:
    """Enrol the pupils of each file; returns the exit code: 1 where nothing of a file came in."""
    failed = False
    with progress_bar() as bar:
        task = bar.add_task("Pupils", total=len(files))
        for path in files:
            told = _one(path, school=school, answers=answers)
            failed |= bool(told["refused"]) or not told["new"] + told["known"]
            if as_json:
                print(json.dumps(told, ensure_ascii=False))
            else:
                _tell(told)
            bar.advance(task)
    return 1 if failed else 0


def dry_run_pupils(
    files: list[Path], *, school: str, answers: Mapping[str, str], as_json: bool
) -> int:
    """Say what was understood and keep nothing. 2 for a file that cannot be read, 3 for one that waits."""
    failed = waits = False
    for path in files:
        told, pupils = _understood(path, school=school, answers=answers)
        failed |= bool(told["refused"])
        waits |= not pupils
        if as_json:
            print(json.dumps(told, ensure_ascii=False))
        else:
            print(f"{path.name}: {told['pupils']} pupils")
            _tell_places(told)
    return 2 if failed else 3 if waits else 0


def _understood(
    path: Path, *, school: str, answers: Mapping[str, str]
) -> tuple[dict[str, Any], list[Pupil]]:
    """What a file says, in the shape in which registers are told, and its pupils."""
    told: dict[str, Any] = {
        "file": path.name, "school": None, "class": None, "section": None, "pupils": 0, "births": [],
        "problems": [], "questions": [], "assumed": [], "refused": [],
    }  # fmt: skip
    try:
        with path.open("rb") as source:
            found = parse_pupils(
                source,
                filename=path.name,
                school=school or None,
                today=timezone.localdate(),
                answers=answers,
            )
    except Unreadable as refusal:
        told["refused"].append(str(refusal))
        told["problems"].append(_place(None, None, str(refusal)))
        return told, []
    except OSError as error:
        told["refused"].append(error.strerror or "It cannot be read.")
        return told, []
    grade = _only(p.grade for p in found.pupils)
    told |= {
        "school": _only(p.school for p in found.pupils),
        "class": roman(grade) if grade else None,
        "section": _only(p.section for p in found.pupils),
        "pupils": len(found.pupils),
        "births": [p.born_on.isoformat() if p.born_on else None for p in found.pupils],
        "problems": [_place(p.row, p.column, p.reason) for p in found.problems],
        "questions": [
            _question(q.key, q.about, q.choices, q.rows, q.reason) for q in found.questions
        ],
        "assumed": [_place(p.row, p.column, p.reason) for p in found.assumed],
    }
    return told, found.pupils


def _question(
    key: str, about: str, choices: Iterable[str], rows: Iterable[int], reason: str
) -> dict[str, Any]:
    return {
        "about": about,
        "choices": list(choices),
        "rows": list(rows),
        "key": key,
        "reason": reason,
    }


def _only(values: Iterable[str | None]) -> str | None:
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _one(path: Path, *, school: str, answers: Mapping[str, str]) -> dict[str, Any]:
    now = timezone.now()
    told, pupils = _understood(path, school=school, answers=answers)
    told = {"file": path.name, "new": 0, "known": 0, **told}
    for udise, rows in _by_school(pupils):
        try:
            _enrol(told, udise, rows, answers=answers, at=now)
        except DomainError as refusal:
            told["refused"].append(f"{udise}: {refusal}")
    return told


def _enrol(
    told: dict[str, Any],
    udise: str,
    rows: list[Pupil],
    *,
    answers: Mapping[str, str],
    at: datetime,
) -> None:
    """Enrol one school's pupils; who may be somebody known is asked about, or is as was answered."""
    school, on = school_by_udise(udise), timezone.localdate(at)
    said = {row.row: answers.get(_key(row)) for row in rows}

    def enrol(some: list[Pupil], *, as_new: bool) -> Enrolled:
        return enrol_pupils(
            system_actor("imports"),
            school=school,
            pupils=[new_pupil(row) for row in some],
            on=on,
            at=at,
            as_new=as_new,
        )

    done = enrol(rows, as_new=False)
    unsure = {problem.row for problem in done.problems if problem.code == "unsure"}
    told["new"] += done.new
    told["known"] += done.known + sum(said[row] == KNOWN for row in unsure if row is not None)
    told["problems"] += [_place(p.row, None, p.reason) for p in done.problems if p.code != "unsure"]
    if others := [row for row in rows if row.row in unsure and said[row.row] == NEW]:
        told["new"] += enrol(others, as_new=True).new
    told["questions"] += [
        _question(_key(row), _about(row), (NEW, KNOWN), (row.row,), problem.reason)
        for problem in done.problems
        if problem.code == "unsure"
        for row in rows
        if row.row == problem.row and said[row.row] not in (NEW, KNOWN)
    ]


def _about(row: Pupil) -> str:
    """Where a pupil sits: class, section and roll number; no name."""
    return f"{roman(row.grade)}{row.section or ''} {row.roll or '?'}"


def _key(row: Pupil) -> str:
    return f"another_child:{row.school} {_about(row)}"


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
    _tell_places(told)


def _tell_places(told: dict[str, Any]) -> None:
    for question in told["questions"]:
        rows = ", ".join(str(row) for row in question["rows"])
        choices = " | ".join(question["choices"])
        print(f"  ? row {rows}: {question['reason']} [{choices}]  --answer '{question['key']}=…'")
    for problem in told["problems"] + told["assumed"]:
        where = " ".join(
            f"{name} {problem[name]}" for name in ("row", "column") if problem[name] is not None
        )
        print(f"  - {where + ': ' if where else ''}{problem['reason']}")
