"""Layouts with a line a child and day, as programs and forms write them."""

from datetime import date

from .book import Book, Cell, Group, Sheet
from .plan import Plan
from .tables import identity, identity_heads, mark
from .titles import add_end, add_key, add_title, school_code
from .words import MONTHS, SECTION_WORDS, WORDS

_DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d %b %Y")


def day_as_written(plan: Plan, day: date) -> Cell:
    if plan.form == "xlsx" and plan.variant % 2:
        return Cell(day, "date", style="date")
    return Cell(f"{day:{_DATES[plan.variant]}}", "date")


def _taken(group: Group) -> list[date]:
    """The days on which school was held."""
    return [
        d
        for d in group.days
        if any(group.marks[c, d] not in "BH" for c in range(len(group.children)))
    ]


def _told(plan: Plan, sheet: Sheet, group: Group) -> list[tuple[str, str]]:
    """Class and section as columns, or in lines above where the plan has it so."""
    words = WORDS[plan.language]
    if plan.variant == 2:
        add_title(plan, sheet, group, None)
        return []
    told = [(words["code"], school_code(plan))] if plan.school else []
    told.append((words["class"], group.class_as_written))
    return told + (
        [(SECTION_WORDS[plan.language][plan.grade_way], group.section_as_written)]
        if group.section_as_written
        else []
    )


def long_status(plan: Plan, book: Book) -> None:
    """A line a child and day with its status; child by child or day by day."""
    _long(plan, book, _status_heads(plan), lambda cell, _: [cell])


def _status_heads(plan: Plan) -> list[str]:
    return [WORDS[plan.language]["attendance" if plan.seed % 2 else "status"]]


_FLAGS = ((True, False), ("Yes", "No"), (1, 0), ("Y", "N"))


def long_flags(plan: Plan, book: Book) -> None:
    """Columns that are true or false: absent alone, or present, absent, leave and late."""
    yes, no = _FLAGS[plan.seed % 4]
    if plan.form == "csv":
        yes, no = str(yes), str(no)
    english = WORDS["en"]
    if plan.seed % 3 == 0:
        heads, letters = ["Absent"], ["A"]
        for key, letter in book.groups[0].marks.items():
            if letter == "L":
                book.groups[0].marks[key] = "P"
                book.accepted[0, *key] = "P"
    else:
        kinds = ["Absent", english["leave"]]
        if plan.seed % 3 == 1:
            kinds = ["Absent Unexcused", "Absent Excused"]
        heads, letters = ["Present", *kinds, english["late"]], ["PF", "A", "L", "T"]

    def cells(cell: Cell, letter: str) -> list[Cell]:
        return [Cell(yes if letter in of else no, "mark", cell.tag) for of in letters]

    _long(plan, book, heads, cells)


def _long(plan: Plan, book: Book, heads: list[str], cells) -> None:
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    (group,) = book.groups
    told = _told(plan, sheet, group)
    if plan.layout != "long flags":
        add_key(plan, sheet, "above")
    sheet.add(
        *[Cell(head, "head") for head, _ in told],
        Cell(words["date"], "head"),
        Cell(words["roll"], "head"),
        Cell(words["name"], "head"),
        *[Cell(head, "head") for head in heads],
    )
    lines = [(d, c) for d in _taken(group) for c in range(len(group.children))]
    if plan.seed % 5 == 0:
        lines.sort(key=lambda line: line[1])
    for day, child in lines:
        person = group.children[child]
        sheet.add(
            *[Cell(value, "told") for _, value in told],
            day_as_written(plan, day),
            Cell(person.roll, "roll"),
            Cell(person.name, "name", (0, child, None)),
            *cells(mark(plan, group, 0, child, day), group.marks[child, day]),
        )
    book.sheets.append(sheet)


def absentees(plan: Plan, book: Book) -> None:
    """Only those who were absent, a line each; on other days those named may have been there."""
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    (group,) = book.groups
    sheet.add(Cell(words["absentees"], "title"))
    told = _told(plan, sheet, group)
    sheet.add(
        *[Cell(head, "head") for head, _ in told],
        *[Cell(words[w], "head") for w in ("date", "roll", "name", "remarks")],
    )
    for day in _taken(group):
        for child, person in enumerate(group.children):
            if group.marks[child, day] != "A":
                book.accepted[0, child, day] = "PB"
                continue
            sheet.add(
                *[Cell(value, "told") for _, value in told],
                day_as_written(plan, day),
                Cell(person.roll, "roll", (0, child, day)),
                Cell(person.name, "name", (0, child, None)),
                Cell(None, "other"),
            )
    book.sheets.append(sheet)


def responses(plan: Plan, book: Book) -> None:
    """Answers to a form: a line when somebody sent it, stamped with day and clock."""
    words, sheet = WORDS[plan.language], Sheet("Form Responses 1")
    (group,) = book.groups
    chance = plan.chance("stamps")
    told = _told(plan, sheet, group)
    told = [pair for pair in told if pair[0] != words["code"]]
    heads = ["timestamp", "roll", "name", "attendance"]
    sheet.add(
        Cell(words[heads[0]], "head"),
        *[Cell(head, "head") for head, _ in told],
        *[Cell(words[w], "head") for w in heads[1:]],
    )
    way = "%d/%m/%Y" if plan.variant % 2 else "%Y-%m-%d"
    for day in _taken(group):
        for child, person in enumerate(group.children):
            if chance.random() < 0.05:
                continue
            clock = (
                f"{chance.randrange(7, 10):02}:{chance.randrange(60):02}:{chance.randrange(60):02}"
            )
            sheet.add(
                Cell(f"{day:{way}} {clock}", "date"),
                *[Cell(value, "told") for _, value in told],
                Cell(person.roll, "roll"),
                Cell(person.name, "name", (0, child, None)),
                mark(plan, group, 0, child, day),
            )
    book.sheets.append(sheet)
    if plan.variant != 2:
        book.school = None


def sheet_a_day(plan: Plan, book: Book) -> None:
    """A workbook a month with a sheet for each day: roll, name, status."""
    words = WORDS[plan.language]
    (group,) = book.groups
    month = plan.month_starts()[0]
    for day in _taken(group):
        named = (
            f"{day.day}",
            f"{day:%d-%m-%Y}",
            f"{day.day} {MONTHS['en'][day.month - 1]}",
            f"{day:%d %b %Y}",
        )
        sheet = Sheet(named[plan.variant])
        add_title(plan, sheet, group, month if plan.variant in (0, 2) else None)
        if plan.variant == 1:
            sheet.add(Cell(f"{words['date']}: {day:%d-%m-%Y}", "title"))
        add_key(plan, sheet, "above")
        sheet.add(*identity_heads(plan), Cell(words["status"], "head"))
        for child in range(len(group.children)):
            cell = mark(plan, group, 0, child, day)
            sheet.add(*identity(plan, group, 0, child), cell)
        add_end(plan, sheet)
        book.sheets.append(sheet)
