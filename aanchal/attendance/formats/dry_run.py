"""What was understood of a file of registers, as the command line prints it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from .grades import roman
from .pages import Page


def dry_run_json(pages: Iterable[Page]) -> dict[str, Any]:
    """What was understood of one file, as the command line prints it.

    `school`, `class`, `section` and `month` are null when silent or when the pages differ; `pupils`
    counts each child once, though a workbook may hold many months of one class; `days` are dates
    taken in any of the pages. A problem has `sheet` beside its place when the file has several.
    """
    schools: set[str | None] = set()
    grades: set[str | None] = set()
    sections: set[str | None] = set()
    months: set[str | None] = set()
    children: set[tuple[object, ...]] = set()
    pupils = 0
    days: set[date] = set()
    marks = [0, 0, 0, 0]
    problems: list[dict[str, Any]] = []
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
        for problem in (*page.problems, *page.asks):
            shown: dict[str, Any] = {
                "row": problem.row, "column": problem.column, "reason": problem.reason
            }  # fmt: skip
            if problem.sheet is not None:
                shown["sheet"] = problem.sheet
            problems.append(shown)
    grade = _only(grades)
    return {
        "school": _only(schools),
        "class": roman(grade) if grade else None,
        "section": _only(sections),
        "month": _only(months),
        "pupils": pupils,
        "days": [day.isoformat() for day in sorted(days)],
        "marks": dict(zip(("present", "absent", "leave", "holiday"), marks, strict=True)),
        "problems": problems,
    }


def _only(values: set[str | None]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None
