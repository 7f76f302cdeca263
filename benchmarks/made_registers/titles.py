"""What stands above and below the marks: school, class, month, keys, signatures."""

from datetime import date

from .book import Cell, Group, Sheet
from .marking import MARKINGS
from .plan import Plan
from .words import OTHER_MONTHS, SCHOOLS, SECTION_WORDS, WORDS, digits, month_as_written, session_of


def school_code(plan: Plan) -> str:
    return f"{(plan.seed % 35) + 1:02}{plan.seed * 7919 % 10**9:09}"


def month_of(plan: Plan, start: date, *, year: bool = True) -> str:
    """A month as the title says it, with the other calendar's months beside where the plan has it."""
    name, in_year = month_as_written(start, plan.language, own_digits=plan.own_digits)
    if "month written short" in plan.damages and year:
        ways = (
            f"{start:%b}-{start:%y}".upper(),
            f"{start:%b}'{start:%y}",
            f"{start:%m/%Y}",
            f"{start:%B%Y}",
        )
        return ways[plan.seed % 4]
    if "year missing" in plan.damages:
        year = False
    text = f"{name} {in_year}" if year else name
    if plan.other_calendar:
        months = OTHER_MONTHS[plan.language]
        text += f" ({months[start.month - 1]}-{months[start.month % 12]})"
    return text


def class_of(plan: Plan, group: Group) -> str:
    word = WORDS[plan.language]["class"]
    return f"{word} {group.class_as_written} {group.section_as_written}".rstrip()


def add_title(
    plan: Plan, sheet: Sheet, group: Group | None, month: date | None, *, code: bool = True
) -> None:
    """The lines above a table; what is None here is said elsewhere in the file."""
    if "month missing" in plan.damages:
        month = None
    words = WORDS[plan.language]
    name = SCHOOLS[plan.language][plan.seed % len(SCHOOLS[plan.language])]
    own = f"{words['code']}: {school_code(plan)}" if plan.school and code else ""
    style = plan.title
    if style in ("line", "session line", "sentence"):
        parts = [own, class_of(plan, group) if group else ""]
        if month and style == "session line":
            parts += [f"{words['session']} {_session(plan, month)}"]
            parts += [f"{words['month']}: {month_of(plan, month, year=False)}"]
        elif month:
            parts.append(month_of(plan, month))
        said = ", ".join(part for part in parts if part)
        if style == "sentence":
            said = f"{name} - {words['register']} - {said}"
        if said:
            sheet.add(Cell(said, "title"))
        return
    pairs = [(words["code"], school_code(plan))] if own else []
    if group:
        pairs.append((words["class"], group.class_as_written))
        if group.section_as_written:
            pairs.append((SECTION_WORDS[plan.language][plan.grade_way], group.section_as_written))
    if month:
        year = digits(month.year, plan.language) if plan.own_digits else str(month.year)
        pairs.append((words["month"], month_of(plan, month, year=False)))
        if style == "session":
            pairs.append((words["session"], _session(plan, month)))
        elif "year missing" not in plan.damages:
            pairs.append((words["year"], year))
    if style == "cells":
        sheet.add(Cell(words["register"], "title"))
        row: list[Cell] = []
        for label, value in pairs:
            row += [Cell(label, "title"), Cell(value, "title"), Cell()]
        sheet.add(*row)
        return
    sheet.add(Cell(name, "title"))
    for label, value in pairs:
        sheet.add(Cell(f"{label}: {value}", "title"))


def _session(plan: Plan, month: date) -> str:
    said = session_of(month, plan.begins)
    return digits(said, plan.language) if plan.own_digits else said


def add_key(plan: Plan, sheet: Sheet, where: str) -> None:
    """The key of the marks, if this way of marking needs one and it stands here."""
    if where == plan.key_at:
        for line in MARKINGS[plan.marking].key:
            sheet.add(Cell(line, "key"))


def add_end(plan: Plan, sheet: Sheet) -> None:
    """Key and signatures below the table."""
    add_key(plan, sheet, "below")
    if plan.foot:
        words = WORDS[plan.language]
        sheet.add(Cell())
        sheet.add(Cell(words["teacher"], "foot"), Cell(), Cell(), Cell(words["head"], "foot"))
