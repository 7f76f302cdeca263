"""Taking registers in by the command line's door, and what is said of each."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import DomainError
from aanchal.kernel.models import ImportProblem
from aanchal.places.models import Body
from aanchal.places.queries import school_by_udise
from aanchal.registers.actions import (
    Taken,
    answer_questions,
    give_register,
    read_register,
    take_register,
    take_several,
)
from aanchal.registers.formats.grades import grade_of
from aanchal.registers.models import RegisterFile, RegisterPage
from aanchal.registers.queries.promotions import rows_of_last_year

_WAITS = "Nothing was taken in yet: it can be read in more than one way."
_NOTHING_NEW = {"added": 0, "changed": 0, "corrections": 0, "missing": 0, "enrolled": 0}


def take_some(
    paths: Sequence[Path],
    *,
    hints: dict[str, str],
    answers: dict[str, str],
    enrol: bool,
    confirmed: bool,
) -> list[dict[str, Any]]:
    """Take several files in and say of each what came of it, as `take_one` does.

    Plain ones go together; the others, and all where pupils are enrolled, one after the other.
    """
    done: Sequence[tuple[RegisterFile, Taken] | None] = [None] * len(paths)
    if not enrol:
        done = _take_plain(paths, hints=hints, confirmed=confirmed)
    classes = _classes_of([one[0] for one in done if one is not None])
    return [
        _told_of(path.name, *one, classes.get(one[0].pk, []))
        if one is not None
        else take_one(path, hints=hints, answers=answers, enrol=enrol, confirmed=confirmed)
        for path, one in zip(paths, done, strict=True)
    ]


def _classes_of(registers: Sequence[RegisterFile]) -> dict[UUID, list[UUID]]:
    """The class-sections whose pages came from each of these files."""
    found: dict[UUID, list[UUID]] = {}
    pages = RegisterPage.objects.filter(source__in=registers)
    for source, section in pages.values_list("source_id", "class_section_id"):
        found.setdefault(source, []).append(section)
    return found


def _take_plain(
    paths: Sequence[Path], *, hints: dict[str, str], confirmed: bool
) -> Sequence[tuple[RegisterFile, Taken] | None]:
    school, kept = _said(hints)
    with ExitStack() as opened:
        try:
            given = [(opened.enter_context(path.open("rb")), path.name) for path in paths]
            return take_several(
                system_actor("imports"),
                given=given,
                school=school,
                hints=kept,
                via="command",
                confirmed=confirmed,
                at=timezone.now(),
                folders=[str(path.parent) for path in paths],
            )
        except (DomainError, OSError):
            return [None] * len(paths)  # each alone says why


def _said(hints: dict[str, str]) -> tuple[Body | None, dict[str, str]]:
    school = school_by_udise(hints["school"]) if hints["school"] else None
    grade = grade_of(hints["grade"]).grade or "" if hints["grade"] else ""
    return school, {"grade": grade, "section": hints["section"], "month": hints["month"]}


def take_one(
    path: Path, *, hints: dict[str, str], answers: dict[str, str], enrol: bool, confirmed: bool
) -> dict[str, Any]:
    """Take one file in and say what came of it; a refusal is told as its `reason`."""
    actor, now = system_actor("imports"), timezone.now()
    school, kept = _said(hints)
    try:
        with path.open("rb") as source:
            register = give_register(
                actor,
                source=source,
                filename=path.name,
                school=school,
                hints=kept,
                via="command",
                at=now,
            )
        if register.state in (RegisterFile.State.RECEIVED, RegisterFile.State.SHOWN):
            register = read_register(actor, register=register, at=now)
        questions = _questions(register)
        given = {q["key"]: answers[q["key"]] for q in questions if q["key"] in answers}
        if given and register.state == RegisterFile.State.SHOWN:
            register = answer_questions(actor, register=register, answers=given, at=now)
            register = read_register(actor, register=register, at=now)
            questions = _questions(register)
        if register.state == RegisterFile.State.SHOWN and any(
            q["holds"] == "page" for q in questions
        ):
            return {
                "file": path.name,
                "state": register.state,
                "reason": _WAITS,
                "questions": questions,
                "classes": [],
            }
        if register.state == RegisterFile.State.REFUSED:
            sentence = register.refusal % (register.refusal_params or {})
            return {"file": path.name, "state": register.state, "reason": sentence, "classes": []}
        if register.state == RegisterFile.State.TAKEN and not (
            enrol and not register.answers.get("enrol")
        ):
            # What came in since, by a newer file or a correction, is not written over by this one.
            register.counts = {**register.counts, **_NOTHING_NEW}
            return _told_of(path.name, register, Taken(), [])
        taken = take_register(
            actor, register=register, enrol_unknown=enrol, confirmed=confirmed, at=now
        )
    except (DomainError, OSError) as refusal:
        reason = str(refusal)
        if isinstance(refusal, OSError):
            reason = refusal.strerror or "It cannot be read."
        return {"file": path.name, "state": "refused", "reason": reason, "classes": []}
    register.refresh_from_db()
    return _told_of(path.name, register, taken, _classes_of([register]).get(register.pk, []))


def _told_of(
    name: str, register: RegisterFile, taken: Taken, classes: list[UUID]
) -> dict[str, Any]:
    """What came of a file that was taken in."""
    questions = _questions(register)
    asks = [
        ask["template"] % ask["params"]
        for page in (register.understood or {}).get("pages", [])
        for ask in page["asks"]
    ]
    return {
        "file": name,
        "state": register.state,
        **register.counts,
        "of_last_year": _of_last_year(register) if register.counts["rows_left"] else 0,
        "asks": asks if taken.waiting else [],
        "questions": questions,
        "classes": classes,
    }


def _of_last_year(register: RegisterFile) -> int:
    """How many rows wait that may be pupils of last year's classes."""
    return rows_of_last_year(
        ImportProblem.objects.filter(
            source_kind="register", source_id=str(register.pk), state=ImportProblem.State.OPEN
        )
    )


def _questions(register: RegisterFile) -> list[dict[str, Any]]:
    """What a person must say of a file that was read, each question once."""
    found: dict[str, dict[str, Any]] = {}
    for page in (register.understood or {}).get("pages", []):
        for q in page.get("questions", ()):
            found.setdefault(
                q["key"],
                {
                    "about": q["about"],
                    "choices": q["choices"],
                    "rows": q["rows"],
                    "key": q["key"],
                    "reason": q["template"] % q["params"],
                    "holds": q["holds"],
                },
            )
    return list(found.values())
