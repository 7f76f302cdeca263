"""The month of each column of days: what its head says, the title, the names, the weekdays, the sender."""

from collections.abc import Sequence
from datetime import date, timedelta

from .head import DayColumn
from .identity import Evidence, Month, shown_month
from .months import a_date
from .problems import Problems
from .titles import Title


def months_of(
    days: Sequence[DayColumn], evidence: Evidence, row: int | None, problems: Problems
) -> dict[int, Month | None]:
    """The month of each day column, by its place in `days`.

    Columns headed by full dates say it themselves; for the rest the title, the sheet's name, the user
    and the file's name are asked, in this order.
    """
    stated = {place: (c.year, c.month) for place, c in enumerate(days) if c.year and c.month}
    named = {c.month for c in days if c.month}
    if len(stated) == len(days):
        dated: dict[int, Month | None] = {
            place: (int(y), int(m)) for place, (y, m) in stated.items() if y and m
        }
        return _beside_title(days, dated, evidence, row, problems)
    result: dict[int, Month | None] = dict.fromkeys(range(len(days)))
    for number in named:
        month = _with_year(number, [c for c in days if c.month == number], evidence, problems)
        for place, column in enumerate(days):
            if column.month == number:
                result[place] = (column.year, number) if column.year else month
    if named:
        _over_new_year(days, result)
        return _beside_title(days, result, evidence, row, problems)
    if spanned := _months_in_span(days, evidence):
        return spanned
    if begins := _new_month_at(days):
        return _cycle(days, begins, evidence, row, problems)
    return dict.fromkeys(range(len(days)), _bare_month(days, evidence, row, problems))


def _over_new_year(days: Sequence[DayColumn], result: dict[int, Month | None]) -> None:
    """January right of December is of the next year, where one year was written for both."""
    crossed = False
    for place in range(1, len(days)):
        before, month = result[place - 1], result[place]
        if month and before and before[1] == 12 and month[1] == 1 and days[place].year is None:
            crossed = True
        if crossed and month and days[place].year is None and before and month < before:
            result[place] = (month[0] + 1, month[1])


def _bare_month(
    days: Sequence[DayColumn], evidence: Evidence, row: int | None, problems: Problems
) -> Month | None:
    title, sheet, file, said = evidence.title, evidence.sheet, evidence.file, evidence.said
    if title.months:
        chosen = problems.choose(
            "two_months",
            " / ".join(title.months),
            title.months,
            rows=[title.row] if title.row else (),
        )
        if chosen is None:
            return None
        year, _, number = chosen.rpartition("-")
        return (
            (int(year), int(number)) if year else _with_year(int(number), days, evidence, problems)
        )
    if title.month.month:
        month = _with_year(title.month.month, days, evidence, problems)
        other = _other_month(title, sheet, month)
        if other:
            names = [shown_month(month) if month else f"{title.month.month:02}", shown_month(other)]
            chosen = problems.choose(
                "title_or_sheet",
                " / ".join(names),
                names,
                rows=[title.row] if title.row else (),
            )
            if chosen is None:
                return None
            month = other if chosen == names[1] else month
        _compare_hint({month} if month else set(), evidence, problems, number=title.month.month)
        return month
    if title.month.other_calendar and not said.month:
        problems.add(title.row, None, "other_calendar")
        return None
    if sheet.month.month:
        month = _with_year(sheet.month.month, days, evidence, problems)
        if month:
            if not said.month:
                problems.assume(None, None, "month_from_sheet_name", month=shown_month(month))
            _compare_hint({month}, evidence, problems)
        return month
    if said.month:
        return said.month
    if file.month.month:
        month = _with_year(file.month.month, days, evidence, problems)
        if month:
            problems.add(None, None, "month_from_file_name", month=shown_month(month))
        return month
    problems.add(row, None, "no_month")
    return None


def _other_month(title: Title, sheet: Title, month: Month | None) -> Month | None:
    """The month of the sheet's name where it is another than the title's."""
    number, year = sheet.month.month, sheet.month.year
    if number is None or (number == title.month.month and year in (None, title.month.year)):
        return None
    if number == title.month.month and title.month.year is None:
        return None  # the year comes from the sheet's name
    year = year or (month[0] if month else None)
    return (year, number) if year else None


def _with_year(
    number: int, days: Sequence[DayColumn], evidence: Evidence, problems: Problems
) -> Month | None:
    """The month with a year, from the title, the names, the user or the weekdays; else None."""
    for title in (evidence.title, evidence.sheet):
        if title.month.year:
            return title.month.year, number
        if title.month.session:
            return _of_session(number, title, days, evidence, problems)
    said = evidence.said.month
    if said and said[1] == number:
        problems.add(None, None, "year_from_hint", month=shown_month(said))
        return said
    today = evidence.today
    fitting = [
        year
        for year in range(today.year - 3, today.year + 1)
        if (year, number) <= (today.year, today.month)
        and _weekdays_fit(days, (year, number)) is True
    ]
    if len(fitting) == 1:
        problems.add(None, None, "year_from_weekdays", month=shown_month((fitting[0], number)))
        return fitting[0], number
    if evidence.file.month.year and evidence.file.month.month in (None, number):
        month = (evidence.file.month.year, number)
        problems.add(None, None, "month_from_file_name", month=shown_month(month))
        return month
    problems.add(evidence.title.row, None, "no_year")
    return None


def _of_session(
    number: int,
    title: Title,
    days: Sequence[DayColumn],
    evidence: Evidence,
    problems: Problems,
) -> Month | None:
    """The year of a month in a session "2025-26"; asked where a session may begin before or after it.

    Sessions begin in April in most states, in June or July in others: April and May may stand at its
    beginning or at its end.
    """
    first = title.month.session or 0
    if number not in EITHER_END:
        return first + (1 if number < EITHER_END[0] else 0), number
    today = (evidence.today.year, evidence.today.month)
    both = [(year, number) for year in (first, first + 1)]
    months = [m for m in both if m <= today and _weekdays_fit(days, m) is not False]
    if len(months) == 1:
        if _weekdays_fit(days, months[0]) is not True:
            problems.assume(title.row, None, "year_of_session", month=shown_month(months[0]))
        return months[0]
    said = evidence.said.month
    if said in both:
        return said
    months = months or both
    chosen = problems.choose(
        "session_year",
        f"{first}-{(first + 1) % 100:02} {number:02}",
        [shown_month(m) for m in months],
        rows=[title.row] if title.row else (),
    )
    return next((m for m in months if shown_month(m) == chosen), None)


EITHER_END = (4, 5)
"""Months that may stand at the beginning or at the end of a session."""


def _months_in_span(
    days: Sequence[DayColumn], evidence: Evidence
) -> dict[int, Month | None] | None:
    """The months of bare days where the title gives the first and the last day of the register."""
    span = evidence.title.month
    if span.first is None or span.last is None or not days:
        return None
    found: dict[int, Month | None] = {}
    on = span.first
    for place, column in enumerate(days):
        while on.day != column.day and on < span.last:
            on += timedelta(days=1)
        if on.day != column.day or on > span.last:
            return None
        found[place] = (on.year, on.month)
    return found


def _new_month_at(days: Sequence[DayColumn]) -> int | None:
    """The place where bare day numbers begin anew (29 30 1 2); None where they only rise."""
    falls = [place for place in range(1, len(days)) if days[place].day < days[place - 1].day]
    return falls[0] if len(falls) == 1 else None


def _cycle(
    days: Sequence[DayColumn],
    begins: int,
    evidence: Evidence,
    row: int | None,
    problems: Problems,
) -> dict[int, Month | None]:
    """Days from one month into the next, under one month's name: 26 to 25."""
    named = [_of_choice(name) for name in evidence.title.months]
    if len(named) == 2 and all(named) and named[1] == _step(named[0] or (0, 1), 1):
        # "July-August 2026" over days that begin anew: the title says which two months.
        return {place: named[0] if place < begins else named[1] for place in range(len(days))}
    month = _bare_month(days[begins:], evidence, row, problems)
    if month is None:
        return dict.fromkeys(range(len(days)))
    fitting = []
    for first in (_step(month, -1), month):
        second = _step(first, 1)
        last_day = days[begins - 1].day
        future = second > (evidence.today.year, evidence.today.month)
        told = [_weekdays_fit(days[:begins], first), _weekdays_fit(days[begins:], second)]
        if not future and False not in told and a_date(*first, last_day):
            fitting.append((first, second))
    names = [
        f"{shown_month(a)}-{days[0].day:02} – {shown_month(b)}-{days[-1].day:02}"
        for a, b in fitting
    ]
    chosen = names[0] if len(names) == 1 else None
    if len(names) == 1:
        problems.assume(row, None, "cycle_taken", days=names[0])
    elif names:
        chosen = problems.choose(
            "cycle", f"{days[0].day}–{days[-1].day} {shown_month(month)}", names,
            rows=[row] if row else (),
        )  # fmt: skip
    else:
        problems.add(row, None, "weekdays_disagree", month=shown_month(month))
    if chosen is None:
        return dict.fromkeys(range(len(days)))
    one, other = fitting[names.index(chosen)]
    return {place: one if place < begins else other for place in range(len(days))}


def _of_choice(name: str) -> Month | None:
    year, _, number = name.rpartition("-")
    return (int(year), int(number)) if year else None


def _step(month: Month, by: int) -> Month:
    number = month[0] * 12 + month[1] - 1 + by
    return number // 12, number % 12 + 1


def _weekdays_fit(days: Sequence[DayColumn], month: Month) -> bool | None:
    """True or False where enough weekdays are written to tell; None where they are not."""
    told = [(a_date(*month, c.day), c.weekdays) for c in days if c.weekdays]
    judged = [on.weekday() in weekdays for on, weekdays in told if on]
    if len(judged) < 4:
        return None
    return sum(judged) * 10 >= len(judged) * 9


def check_weekdays(
    days: Sequence[DayColumn], month: Month, row: int | None, problems: Problems
) -> None:
    """Say it when the weekdays above the columns are those of another month."""
    told = [c for c in days if c.weekdays and a_date(*month, c.day)]
    wrong = [c for c in told if a_date(*month, c.day).weekday() not in c.weekdays]  # type: ignore[union-attr]
    if len(told) >= 4 and len(wrong) * 2 > len(told):
        problems.add(row, None, "weekdays_disagree", month=shown_month(month))


def _beside_title(
    days: Sequence[DayColumn],
    dated: dict[int, Month | None],
    evidence: Evidence,
    row: int | None,
    problems: Problems,
) -> dict[int, Month | None]:
    """The months of dated columns, held against the title and against what the sender said."""
    found = {month for month in dated.values() if month}
    title, said = evidence.title, evidence.said.month
    if titled_month(title, found) is None:
        _compare_hint(found, evidence, problems)
        return dated
    months = beside_title(days, dated, title, said, evidence.today, row, problems)
    return months or dict.fromkeys(range(len(days)))


def beside_title(
    days: Sequence[DayColumn],
    dated: dict[int, Month | None],
    title: Title,
    said: Month | None,
    today: date,
    row: int | None,
    problems: Problems,
) -> dict[int, Month | None] | None:
    """The months of dates where the title names another month; None while it is not known which is right.

    Where the calendar, the weekdays or the sender leave one of the two, it is taken, and that is said.
    Where they leave neither, that is said instead of asked.
    """
    found = {month for month in dated.values() if month}
    titled = titled_month(title, found)
    if titled is None:
        return dated
    of_title: dict[int, Month | None] = dict.fromkeys(dated, titled) if len(found) == 1 else {}
    names = shown_month(min(found)), shown_month(titled)
    ways = dict(zip(names, (dated, of_title), strict=True))
    fitting = {name: way for name, way in ways.items() if _can_be(days, way, today)}
    if said and shown_month(said) in fitting:
        fitting = {shown_month(said): fitting[shown_month(said)]}
    if len(fitting) == 1:
        (taken,) = fitting
        problems.add(row, None, "month_disagrees", dates=names[0], title=names[1], taken=taken)
        return fitting[taken]
    if not fitting:
        problems.add(row, None, "no_month_fits", dates=names[0], title=names[1])
        return None
    rows = sorted({number for number in (title.row, row) if number})
    chosen = problems.choose("title_or_dates", " / ".join(names), names, rows=rows)
    return fitting[chosen] if chosen else None


def titled_month(title: Title, found: set[Month]) -> Month | None:
    """The month of the title where it is none of those found; None where they agree."""
    named = title.month
    if not found or not named.month:
        return None
    if any(
        f"{year}-{number:02}" in title.months or f"{number:02}" in title.months
        for year, number in found
    ):
        return None
    if named.month in {number for _, number in found}:
        other = named.year and (named.year, named.month) not in found
        return (int(named.year or 0), named.month) if other else None
    if named.year is None and named.session and named.month not in EITHER_END:
        return named.session + (1 if named.month < EITHER_END[0] else 0), named.month
    return named.year or named.session or min(found)[0], named.month


def _can_be(days: Sequence[DayColumn], months: dict[int, Month | None], today: date) -> bool:
    """True for months that have begun, that have all these days, and that the weekdays fit."""
    placed = [(days[place], month) for place, month in months.items() if month]
    return (
        len(placed) > 0
        and all(month <= (today.year, today.month) for _, month in placed)
        and all(a_date(*month, column.day) for column, month in placed)
        and all(
            _weekdays_fit([c for c, m in placed if m == month], month) is not False
            for month in {month for _, month in placed}
        )
    )


def _compare_hint(
    found: set[Month], evidence: Evidence, problems: Problems, *, number: int | None = None
) -> None:
    said = evidence.said.month
    if said is None:
        return
    if (found and said not in found) or (not found and number and number != said[1]):
        file = shown_month(min(found)) if found else f"{number:02}"
        problems.add(
            evidence.title.row, None, "month_disagrees_hint", file=file, said=shown_month(said)
        )
