"""What is asked and said of the head of a table before its rows are read."""

import re
from collections.abc import Sequence

from aanchal.lib.indic.folding import fold
from aanchal.lib.sentences import N_
from aanchal.lib.tabular.problems import Unreadable
from aanchal.lib.tabular.survey import Survey
from aanchal.lib.tabular.texts import column_letter

from .head import DayColumn, Layout
from .months import day_cell, range_in
from .problems import Problems
from .titles import Title

_WEEK = 7
# The first week of a month is its first days.
_OF_A_WEEK = re.compile(
    fold(
        r"(?<![a-z])week[-: .]{0,3}(?:no[-: .]{0,3})?(?:[2-5]|i{2,3}|iv|v)(?![a-z\d])|(?<![a-z])(?:2nd|3rd|4th|5th|second|third|"
        r"fourth|fifth|last) week(?![a-z])|(?:दूसरा|तीसरा|चौथा|पाँचवाँ|अंतिम) (?:सप्ताह|हफ़्ता)|"
        r"(?:দ্বিতীয়|তৃতীয়|চতুর্থ|পঞ্চম|শেষ) সপ্তাহ"
    )
)
_MAX_DAYS = 31
_FEW_COLUMNS = 8  # more columns under one date are days of its month


def settle_days(
    layout: Layout,
    title: Title,
    survey: Survey,
    names: Sequence[Title],
    problems: Problems,
) -> None:
    """Settle repeated days, heads that were never calculated, and periods of one day.

    Raises:
        Unreadable: the columns are periods of a day that nothing names.
    """
    _settle_repeated(layout, problems)
    if layout.way == "shuffled":
        numbers = [column.day for column in layout.days]
        falls = numbers[0] > numbers[-1]
        at = next(i for i in range(1, len(numbers)) if (numbers[i] < numbers[i - 1]) is not falls)
        about = " ".join(str(n) for n in numbers[max(at - 2, 0) : at + 2])
        said = problems.choose(
            "order_of_days", about, ("as written", "in order"), rows=[layout.last_row]
        )
        if said == "in order":
            for column, day in zip(layout.days, sorted(numbers, reverse=falls), strict=True):
                column.day = day
    _settle_formulas(layout, survey, problems)
    of_one_day = next((t.day for t in (title, *names) if t.day), None)
    bare = not any(column.month for column in layout.days)
    numbers = [column.day for column in layout.days]
    if (
        not layout.periods
        and bare
        and title.day
        and title.month.strength < 3
        and 1 < len(numbers) <= _FEW_COLUMNS
        and numbers == list(range(1, len(numbers) + 1))
    ):
        about = f"{numbers[0]}–{numbers[-1]}"
        said = problems.choose("days_or_periods", about, ("days", "periods"), lasting=True)
        layout.periods = said == "periods"
    if layout.periods:
        _join_periods(layout, of_one_day)
    elif bare and numbers == list(range(1, len(numbers) + 1)):
        _settle_week(layout, title, problems)


def _settle_week(layout: Layout, title: Title, problems: Problems) -> None:
    """Ask whether 1 2 3 … are days of the month where the title is of some days of it or of a week."""
    count = len(layout.days)
    span = range_in(title.text)
    choices = [f"1–{count}"]
    if span and span[0].month == span[1].month and span[0].day > 1:
        if count > (span[1] - span[0]).days + 1:
            return
        about = f"{span[0].day}–{span[1].day}"
        choices.append(f"{span[0].day}–{span[0].day + count - 1}")
    elif count <= _WEEK and (week := _OF_A_WEEK.search(title.text)):
        about = week[0]
        choices.append("no days")
    else:
        return
    said = problems.choose("days_of_week", about, choices, rows=[layout.last_row])
    if said == choices[0]:
        return
    for column in layout.days:
        if said == "no days":
            column.day = 0  # a day that no month has
        elif said:
            column.day += (span[0].day - 1) if span else 0


def _settle_repeated(layout: Layout, problems: Problems) -> None:
    """Ask which of two columns holds a day that stands over both; neither is read till then."""
    by_day: dict[int, list[int]] = {}
    for column, day in layout.repeated:
        by_day.setdefault(day, []).append(column)
    for day, columns in by_day.items():
        first = next((c for c in layout.days if c.day == day), None)
        if first is None:
            continue
        letters = [column_letter(index) for index in (first.index, *columns)]
        said = problems.choose("which_column", str(day), letters, rows=[layout.last_row])
        if said is None:
            layout.days.remove(first)
        else:
            first.index = (first.index, *columns)[letters.index(said)]
    layout.repeated.clear()
    if not layout.days:
        raise Unreadable(
            "no_days_told",
            N_(
                "Every day stands above two columns here. Write one day above each column of marks."
            ),
        )


def _settle_formulas(layout: Layout, survey: Survey, problems: Problems) -> None:
    """Heads that are formulas never calculated, right of the last day: asked to go on by one."""
    if not layout.days or not survey.uncalculated:
        return
    heads = range(layout.first_row, layout.last_row + 1)
    last = max(layout.days, key=lambda column: column.index)
    further: list[int] = []
    while any((row, last.index + len(further) + 2) in survey.uncalculated for row in heads):
        further.append(last.index + len(further) + 1)
    if not further or last.day + len(further) > _MAX_DAYS:
        return
    until = last.day + len(further)
    layout.nameless = [index for index in layout.nameless if index not in further]
    said = problems.choose(
        "no_heading_calculated", str(last.day), (f"{last.day + 1}–{until}", "no days"),
        rows=[layout.last_row],
    )  # fmt: skip
    if said and said != "no days":
        layout.days += [
            DayColumn(index, last.day + step, last.month, last.year)
            for step, index in enumerate(further, 1)
        ]


def _join_periods(layout: Layout, day: str | None) -> None:
    seen = day_cell(day) if day else None
    if seen is None or seen.readings[0].month is None:
        raise Unreadable(
            "no_day",
            N_(
                "The columns are periods of one day, and no date is written. Write the date above them, such "
                "as “Date: 01-07-2026”."
            ),
        )
    reading = seen.readings[0]
    first, *others = layout.days
    further = tuple(index for c in others for index in (c.index, *c.others))
    layout.days = [
        DayColumn(
            first.index, reading.day, reading.month, reading.year, others=first.others + further
        )
    ]


def say_how_days_were_read(layout: Layout, problems: Problems) -> None:
    """Say every head that was corrected, and every column of marks that no day stands over."""
    row = layout.last_row
    if layout.way == "falling":
        problems.assume(row, None, "days_fall")
    by_index = {column.index: column for column in layout.days}
    for index, text in sorted(layout.slips.items()):
        column = by_index.get(index)
        if column is not None:
            problems.assume(
                row, column_letter(index), "heading_corrected", text=text, day=column.day
            )
    for index in layout.nameless:
        problems.add(row, column_letter(index), "no_heading")
