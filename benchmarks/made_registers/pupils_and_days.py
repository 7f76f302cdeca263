"""The children of a plan and what happened on each day: the truth, before anything is written."""

from datetime import date

from .book import Child, Group
from .children import names
from .marking import MARKINGS
from .plan import GRIDS, TODAY, Plan, days_of
from .words import SECTIONS, digits, grade_as_written


def groups_of(plan: Plan) -> list[Group]:
    """Each class-section with children and a letter for each child and day."""
    chance = plan.chance("children")
    absurd = 3 if "absurd names" in plan.damages else 0
    made = []
    for number in range(plan.classes):
        grade = (plan.grade + number - 1) % 10 + 1
        written, sections = _section(plan, number)
        first = chance.choice((1, 1, 1, 1, 31, 101))
        children = [
            Child(_roll(plan, first + n), name)
            for n, name in enumerate(names(chance, plan.language, plan.size, absurd=absurd))
        ]
        days = [day for start in plan.month_starts() for day in days_of(start)]
        if plan.layout == "periods":
            days = [next(d for d in days if d.weekday() < 5)]
        group = Group(str(grade), sections, children, days)
        group.class_as_written = grade_as_written(grade, plan.language, plan.grade_way)
        group.section_as_written = written
        _mark(plan, group, number)
        made.append(group)
    return made


def _roll(plan: Plan, number: int) -> str | None:
    """None where the register has no roll numbers; in the digits of our numerals always."""
    if (
        "roll" in plan.columns
        or plan.layout not in (*GRIDS, "sheet a day")
        or plan.layout in ("blocks", "pupils across")
    ):
        return str(number)
    return None


def _section(plan: Plan, number: int) -> tuple[str, frozenset[str | None]]:
    if not plan.section:
        return "", frozenset([None])
    own = [s for s in SECTIONS[plan.language] if not s.isascii()] or ["C"]
    written = own[(number + plan.seed) % len(own)] if plan.section == "own" else plan.section
    return written, frozenset([written, SECTIONS[plan.language][written]])


def _mark(plan: Plan, group: Group, number: int) -> None:
    chance = plan.chance(f"marks {number}")
    way = MARKINGS[plan.marking]
    school_days = [d for d in group.days if d.weekday() != 6 and d.day <= plan.filled and d < TODAY]
    closed = set(chance.sample(school_days[3:], min(plan.holidays, max(0, len(school_days) - 5))))
    for day in group.days:
        open_ = day in school_days and day not in closed
        for child in range(len(group.children)):
            letter = chance.choices("PALTF", (84, 9, 3, 2, 2))[0]
            if not open_:
                letter = "H" if day in closed or _sunday_marked(plan, day) else "B"
            group.marks[child, day] = way.offers(letter)
        if open_ and not any(group.marks[c, day] == "P" for c in range(len(group.children))):
            group.marks[0, day] = "P"


def _sunday_marked(plan: Plan, day: date) -> bool:
    return day.weekday() == 6 and day.day <= plan.filled and plan.sundays in ("mark", "word")


def number_as_written(plan: Plan, number: object) -> object:
    """A number in a cell: a number in a workbook, text in a CSV, in the digits of the language."""
    if plan.own_digits:
        return digits(number, plan.language)
    return int(str(number)) if plan.form == "xlsx" else str(number)
