"""A table of marks, one row a pupil, as most registers are: headings, pupils, sums, foot lines."""

from datetime import date
from typing import Any

from .book import Cell, Group, Sheet
from .marking import MARKINGS
from .plan import Plan
from .pupils_and_days import number_as_written
from .words import WEEKDAYS, WORDS, digits

_FATHERS = {"en": "Ram Prasad", "hi": "राम प्रसाद", "bn": "রাম প্রসাদ"}


def heading(plan: Plan, day: date) -> Cell:
    """What stands above one day's marks."""
    own = plan.language if plan.own_digits else "en"
    style = plan.heading
    value: Any
    if style in ("numbers", "weekday row"):
        value = number_as_written(plan, day.day)
    elif style == "padded":
        value = digits(f"{day.day:02}", own)
    elif style == "iso":
        value = day.isoformat()
    elif style == "dmy":
        value = digits(f"{day.day:02}/{day.month:02}/{day.year}", own)
    elif style == "d-Mon":
        value = f"{day.day}-{day:%b}"
    elif style == "number weekday":
        value = f"{digits(day.day, own)} {WEEKDAYS[plan.language][day.weekday()]}"
    elif style == "weekday in brackets":
        value = f"{digits(day.day, own)} ({WEEKDAYS[plan.language][day.weekday()]})"
    elif style == "with clock":
        value = f"{day:%d %b %Y} 9.00AM All students"
    else:
        return Cell(day, "day", style="date")
    return Cell(value, "day")


def mark(plan: Plan, group: Group, number: int, child: int, day: date) -> Cell:
    """The cell of one child on one day."""
    letter = group.marks[child, day]
    value = MARKINGS[plan.marking].write.get(letter)
    if day.weekday() == 6 and letter == "H" and plan.sundays == "word":
        value = WORDS[plan.language]["sunday"]
    elif letter == "H" and value is None:
        value = WORDS[plan.language]["holiday"]
    if isinstance(value, int) and not isinstance(value, bool) and plan.form == "csv":
        value = str(value)
    return Cell(value, "mark", (number, child, day))


def identity(plan: Plan, group: Group, number: int, child: int) -> list[Cell]:
    """The cells of one row that say who it is."""
    person = group.children[child]
    chance = plan.chance(f"child {number} {child}")
    cells = []
    for column in plan.columns:
        if column == "name":
            cells.append(Cell(person.name, "name", (number, child, None)))
        elif column == "roll":
            cells.append(Cell(number_as_written(plan, person.roll), "roll"))
        elif column == "serial":
            cells.append(Cell(number_as_written(plan, child + 1), "serial"))
        elif column == "admission":
            cells.append(Cell(number_as_written(plan, 2200 + chance.randrange(700)), "other"))
        elif column == "phone":
            cells.append(Cell(f"0{chance.randrange(6 * 10**9, 10**10)}", "other"))
        elif column == "id":
            cells.append(Cell(f"EDU-STU-2026-{child + 1:05}", "other"))
        elif column == "sex":
            cells.append(Cell(chance.choice("MF"), "other"))
        elif column == "category":
            cells.append(Cell(chance.choice(("SC", "ST", "OBC", "GEN")), "other"))
        elif column == "birth":
            cells.append(
                Cell(f"{chance.randrange(1, 28):02}-0{chance.randrange(1, 9)}-2014", "other")
            )
        else:
            cells.append(Cell(_FATHERS[plan.language], "other"))
    return cells


def identity_heads(plan: Plan) -> list[Cell]:
    return [Cell(WORDS[plan.language][column], "head") for column in plan.columns]


def days_shown(plan: Plan, days: list[date]) -> list[date]:
    """The days that have a column, in the order of the columns."""
    shown = [d for d in days if plan.sundays != "no column" or d.weekday() != 6]
    return shown[::-1] if plan.layout == "descending" else shown


def add_table(plan: Plan, sheet: Sheet, group: Group, number: int, days: list[date]) -> None:
    """Headings, a row a pupil, sums at the right and foot lines below."""
    words = WORDS[plan.language]
    shown = days_shown(plan, days)
    sums = [Cell(words[w], "sum head") for w in ("present", "absent")] if plan.sums else []
    if plan.heading == "weekday row":
        sheet.add(
            *[Cell() for _ in plan.columns],
            *[Cell(WEEKDAYS[plan.language][d.weekday()], "weekday") for d in shown],
        )
    sheet.add(*identity_heads(plan), *[heading(plan, d) for d in shown], *sums)
    for child in range(len(group.children)):
        totals = [_total(plan, group, child, shown, letters) for letters in ("PTF", "A")]
        sheet.add(
            *identity(plan, group, number, child),
            *[mark(plan, group, number, child, d) for d in shown],
            *(totals if plan.sums else []),
        )
    if plan.foot:
        _add_day_totals(plan, sheet, group, shown)


def _total(plan: Plan, group: Group, child: int, days: list[date], letters: str) -> Cell:
    count = sum(group.marks[child, d] in letters for d in days)
    return Cell(number_as_written(plan, count), "sum")


def _add_day_totals(plan: Plan, sheet: Sheet, group: Group, days: list[date]) -> None:
    words = WORDS[plan.language]
    half = len(group.children) // 2
    for word, who in (("boys", range(half)), ("girls", range(half, len(group.children)))):
        counts = [sum(group.marks[c, d] in "PTF" for c in who) for d in days]
        cells = [Cell() for _ in plan.columns]
        cells[_name_column(plan)] = Cell(words[word], "foot")
        sheet.add(*cells, *[Cell(number_as_written(plan, n), "foot") for n in counts])


def _name_column(plan: Plan) -> int:
    return plan.columns.index("name")
