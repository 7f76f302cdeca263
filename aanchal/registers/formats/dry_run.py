"""What was understood of a file of registers, as the command line prints it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from aanchal.lib.tabular.problems import Problem

from .grades import roman
from .pages import Page


def dry_run_json(pages: Iterable[Page]) -> dict[str, Any]:
    """What was understood of one file, as the command line prints it.

    `school`, `class`, `section` and `month` are null when silent or when the pages differ; `pupils`
    counts each child once, though a workbook may hold many months of one class; `days` are dates
    taken in any of the pages. A problem has `sheet` beside its place when the file has several.
    `late` are among the present. `questions` wait for a person: what each is about, its choices, the
    rows it touches, the key its answer is given under. `held` counts the pages that wait for an answer as
    a whole. `assumed` is what was taken without certainty.
    """
    schools: set[str | None] = set()
    grades: set[str | None] = set()
    sections: set[str | None] = set()
    months: set[str | None] = set()
    children: set[tuple[object, ...]] = set()
    pupils = 0
    days: set[date] = set()
    marks = [0, 0, 0, 0, 0]
    problems: list[dict[str, Any]] = []
    assumed: list[dict[str, Any]] = []
    questions: list[dict[str, Any]] = []
    held = 0
    for page in pages:
        schools.add(page.school)
        grades.add(page.grade)
        sections.add(page.section)
        months.add(page.month)
        days.update(page.days)
        marks = [a + b for a, b in zip(marks, page.marks, strict=True)]
        for row in page.pupils:
            who = (page.school, page.grade, page.section, row.roll or row.serial, row.name)
            seen_here = (*who, page.month)
            if seen_here in children:
                pupils += 1  # a double the reader left standing
            elif who not in children:
                pupils += 1
            children.update((who, seen_here))
        problems += [_placed(p) for p in (*page.problems, *page.asks)]
        assumed += [a for a in map(_placed, page.assumed) if a not in assumed]
        held += any(question.holds == "page" for question in page.questions)
        for question in page.questions:
            asked: dict[str, Any] = {
                "about": question.about,
                "choices": list(question.choices),
                "rows": list(question.rows),
                "key": question.key,
                "reason": question.reason,
            }
            if question.sheet is not None:
                asked["sheet"] = question.sheet
            if asked not in questions:
                questions.append(asked)
    grade = _only(grades)
    return {
        "school": _only(schools),
        "class": roman(grade) if grade else None,
        "section": _only(sections),
        "month": _only(months),
        "pupils": pupils,
        "days": [day.isoformat() for day in sorted(days)],
        "marks": dict(zip(("present", "absent", "leave", "holiday"), marks[:4], strict=True)),
        "late": marks[4],
        "problems": problems,
        "questions": questions,
        "assumed": assumed,
        "held": held,
    }


def _placed(problem: Problem) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "row": problem.row, "column": problem.column, "reason": problem.reason
    }  # fmt: skip
    if problem.sheet is not None:
        shown["sheet"] = problem.sheet
    return shown


def _only(values: set[str | None]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
