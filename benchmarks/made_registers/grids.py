"""Layouts with marks in a grid: by pupil and day, by day and pupil, by period, in blocks."""

from datetime import date, timedelta

from .book import Book, Cell, Group, Sheet
from .marking import MARKINGS
from .plan import Plan, days_of
from .pupils_and_days import number_as_written
from .tables import (
    add_table,
    days_shown,
    heading,
    identity,
    identity_heads,
    mark,
)
from .titles import add_end, add_key, add_title, class_of, month_of
from .words import MONTHS, WORDS, digits


def one_table(plan: Plan, book: Book) -> None:
    """One class, one month, a row a pupil: ascending or descending."""
    (group,) = book.groups
    sheet = Sheet("Sheet1")
    _add_page(plan, sheet, group, 0, plan.month_starts()[0])
    book.sheets.append(sheet)


def _add_page(plan: Plan, sheet: Sheet, group: Group, number: int, month: date) -> None:
    add_title(plan, sheet, group, month)
    add_key(plan, sheet, "above")
    add_table(plan, sheet, group, number, days_of(month))
    add_end(plan, sheet)


def months_below(plan: Plan, book: Book) -> None:
    sheet = Sheet("Sheet1")
    for month in plan.month_starts():
        if sheet.rows:
            sheet.add(Cell())
        _add_page(plan, sheet, book.groups[0], 0, month)
    book.sheets.append(sheet)


def months_beside(plan: Plan, book: Book) -> None:
    """The end of one month and the whole of the next, side by side under their names."""
    (group,) = book.groups
    months = plan.month_starts()
    sheet = Sheet("Sheet1")
    add_title(plan, sheet, group, None)
    add_key(plan, sheet, "above")
    spans = [days_shown(plan, days_of(month)) for month in months]
    spans[0] = spans[0][15:]
    names = [Cell() for _ in plan.columns]
    for month, span in zip(months, spans, strict=True):
        names += [Cell(month_of(plan, month), "title"), *[Cell() for _ in span[1:]]]
        if plan.form == "xlsx":
            row, right = len(sheet.rows), len(names)
            sheet.merged.append((row, right - len(span), row, right - 1))
    sheet.add(*names)
    days = [day for span in spans for day in span]
    sheet.add(*identity_heads(plan), *[heading(plan, d) for d in days])
    for child in range(len(group.children)):
        marks = [mark(plan, group, 0, child, d) for d in days]
        sheet.add(*identity(plan, group, 0, child), *marks)
    add_end(plan, sheet)
    book.sheets.append(sheet)


def classes_below(plan: Plan, book: Book) -> None:
    """Several classes on a sheet, each under its own line; the month once at the top, or each time."""
    sheet = Sheet("Sheet1")
    month = plan.month_starts()[0]
    once = plan.variant % 2 == 0
    if once:
        add_title(plan, sheet, None, month)
        add_key(plan, sheet, "above")
    for number, group in enumerate(book.groups):
        if number:
            sheet.add(Cell())
        if once:
            sheet.add(Cell(class_of(plan, group), "class line"))
            add_table(plan, sheet, group, number, days_of(month))
        else:
            _add_page(plan, sheet, group, number, month)
    if once:
        add_end(plan, sheet)
    book.sheets.append(sheet)


def sheet_a_class(plan: Plan, book: Book) -> None:
    """A workbook a school; the class in the title, or in the sheet's name alone."""
    month = plan.month_starts()[0]
    for number, group in enumerate(book.groups):
        name = class_of(plan, group) if plan.variant % 2 else f"Sheet{number + 1}"
        sheet = Sheet(name)
        add_title(plan, sheet, None if plan.variant == 3 else group, month)
        add_key(plan, sheet, "above")
        add_table(plan, sheet, group, number, days_of(month))
        add_end(plan, sheet)
        book.sheets.append(sheet)


def sheet_a_month(plan: Plan, book: Book) -> None:
    for month in plan.month_starts():
        sheet = Sheet(f"{MONTHS[plan.language][month.month - 1]} {month.year}")
        add_title(plan, sheet, book.groups[0], None if plan.variant == 3 else month)
        add_key(plan, sheet, "above")
        add_table(plan, sheet, book.groups[0], 0, days_of(month))
        add_end(plan, sheet)
        book.sheets.append(sheet)


def two_columns_a_day(plan: Plan, book: Book) -> None:
    """Morning and evening under each day; present in one of them is present."""
    (group,) = book.groups
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    chance = plan.chance("halves")
    add_title(plan, sheet, group, plan.month_starts()[0])
    add_key(plan, sheet, "above")
    days = days_shown(plan, group.days)
    above = [Cell() for _ in plan.columns]
    for day in days:
        above += [heading(plan, day), Cell(None, "day tail")]
        if plan.form == "xlsx":
            sheet.merged.append((len(sheet.rows), len(above) - 2, len(sheet.rows), len(above) - 1))
    sheet.add(*above)
    halves = [Cell(words[w], "half") for _ in days for w in ("morning", "evening")]
    sheet.add(*identity_heads(plan), *halves)
    for child in range(len(group.children)):
        row = identity(plan, group, 0, child)
        for day in days:
            pair = [mark(plan, group, 0, child, day), mark(plan, group, 0, child, day)]
            if group.marks[child, day] == "P" and chance.random() < 0.06:
                pair[1].value = _written(plan, "A")
                book.accepted[0, child, day] = "PTF"
            row += pair
        sheet.add(*row)
    add_end(plan, sheet)
    book.sheets.append(sheet)


def _written(plan: Plan, letter: str) -> object:
    value = MARKINGS[plan.marking].write[letter]
    return str(value) if isinstance(value, int) and plan.form == "csv" else value


def periods(plan: Plan, book: Book) -> None:
    """One day with a column a period: whoever was there in one was there."""
    (group,) = book.groups
    (day,) = group.days
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    chance = plan.chance("periods")
    add_title(plan, sheet, group, None)
    own = plan.language if plan.own_digits else "en"
    said = digits(f"{day.day:02}-{day.month:02}-{day.year}", own)
    sheet.add(Cell(f"{words['date']}: {said}", "title"))
    add_key(plan, sheet, "above")
    sheet.add(*[Cell() for _ in plan.columns], Cell(words["period"], "head"))
    sheet.add(
        *identity_heads(plan), *[Cell(number_as_written(plan, n), "period") for n in range(1, 9)]
    )
    for child in range(len(group.children)):
        letter = group.marks[child, day]
        cells = [mark(plan, group, 0, child, day) for _ in range(8)]
        if letter == "P" and chance.random() < 0.2:
            for cell in cells[4:]:
                cell.value = _written(plan, "A")
            book.accepted[0, child, day] = "PTF"
        sheet.add(*identity(plan, group, 0, child), *cells)
    add_end(plan, sheet)
    book.sheets.append(sheet)


def pupils_across(plan: Plan, book: Book) -> None:
    """Days down the rows, pupils across the columns."""
    (group,) = book.groups
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    add_title(plan, sheet, group, plan.month_starts()[0])
    add_key(plan, sheet, "above")
    everyone = range(len(group.children))
    rolls = [Cell(number_as_written(plan, c.roll), "roll") for c in group.children]
    sheet.add(Cell(words["roll"], "head"), *rolls)
    sheet.add(
        Cell(words["date"], "head"),
        *[Cell(group.children[c].name, "name", (0, c, None)) for c in everyone],
    )
    for day in days_shown(plan, group.days):
        sheet.add(heading(plan, day), *[mark(plan, group, 0, c, day) for c in everyone])
    add_end(plan, sheet)
    book.sheets.append(sheet)


def blocks(plan: Plan, book: Book) -> None:
    """A block a pupil, as attendance machines print it: status, times in and out."""
    (group,) = book.groups
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    days = days_shown(plan, group.days)
    sheet.add(Cell("Monthly Status Report (Basic Work Duration)", "title"))
    first, last = group.days[0], group.days[-1]
    sheet.add(Cell(f"{first:%d-%b-%Y} To {last:%d-%b-%Y}", "title"))
    sheet.add(Cell(class_of(plan, group), "title"))
    add_key(plan, sheet, "above")
    sheet.add(Cell("Days", "head"), *[Cell(f"{d.day} {d:%a}"[:4], "day") for d in days])
    for child, person in enumerate(group.children):
        sheet.add(
            Cell(f"{words['roll']}:", "label"),
            Cell(person.roll, "roll"),
            Cell(f"{words['name']}:", "label"),
            Cell(person.name, "name", (0, child, None)),
        )
        sheet.add(Cell("Status", "label"), *[mark(plan, group, 0, child, d) for d in days])
        there = [group.marks[child, d] in "PTF" for d in days]
        sheet.add(Cell("InTime", "label"), *[Cell("08:01" if t else None, "time") for t in there])
        sheet.add(Cell("OutTime", "label"), *[Cell("13:02" if t else None, "time") for t in there])
    add_end(plan, sheet)
    book.sheets.append(sheet)


def counts(plan: Plan, book: Book) -> None:
    """Days present a month: no register, and to be refused."""
    (group,) = book.groups
    words, sheet = WORDS[plan.language], Sheet("Sheet1")
    chance = plan.chance("counts")
    add_title(plan, sheet, group, plan.month_starts()[0])
    months = [date(2026, 4, 1) + timedelta(days=30 * n + 5) for n in range(4)]
    sheet.add(
        *identity_heads(plan),
        *[Cell(MONTHS[plan.language][m.month - 1], "head") for m in months],
        Cell(words["total"], "head"),
    )
    for child in range(len(group.children)):
        numbers = [chance.randrange(12, 25) for _ in months]
        cells = [Cell(number_as_written(plan, n), "sum") for n in (*numbers, sum(numbers))]
        sheet.add(*identity(plan, group, 0, child), *cells)
    book.sheets.append(sheet)
    book.no_register = True
