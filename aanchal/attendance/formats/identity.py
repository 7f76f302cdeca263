"""Whose register it is and for which month: the file's own words first, then its names, then the user's.

Nothing is chosen silently. A value that comes only from a file's name, a year worked out from the
weekdays, two words that disagree: each is said.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from aanchal.lib.tabular.texts import fold, quoted

from .grades import ClassSeen, class_label, grade_of, roman, same_section
from .head import DayColumn
from .months import a_date, month_in
from .problems import Hints, Problems
from .titles import Title, udise_of

Month = tuple[int, int]  # year, month


@dataclass(frozen=True, slots=True)
class Said:
    """What the user said, read once: see `Hints`. Values that cannot be read are None and reported."""

    school: str | None = None
    grade: str | None = None
    section: str | None = None
    month: Month | None = None
    answers: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, dict[str, str]] = field(default_factory=dict)

    def of_form(self, form: str) -> "Said":
        """The same, with what was answered for other files of this form."""
        kept = self.remembered.get(form)
        return replace(self, answers={**kept, **self.answers}) if kept else self


@dataclass(slots=True)
class Evidence:
    """All there is to go by for one page."""

    title: Title
    sheet: Title
    file: Title
    said: Said
    today: date


def read_hints(hints: Hints, problems: Problems) -> Said:
    """Read what the user said; a hint that is no class, code or month is reported and left out."""
    school = udise_of(hints.school) if hints.school else None
    if hints.school and not school:
        problems.add(None, None, "bad_hint_school", said=quoted(hints.school))
    seen = grade_of(hints.grade) if hints.grade else None
    if hints.grade and not (seen and seen.grade):
        problems.add(None, None, "bad_hint_class", said=quoted(hints.grade))
    month = None
    if hints.month:
        found = re.fullmatch(r"(20\d\d)-(\d{1,2})", fold(hints.month))
        month = (int(found[1]), int(found[2])) if found and 1 <= int(found[2]) <= 12 else None
        seen_month = month_in(fold(hints.month), loose=True)
        if not found and seen_month.month and seen_month.year:
            month = (seen_month.year, seen_month.month)
        if month is None:
            problems.add(None, None, "bad_hint_month", said=quoted(hints.month))
    section = hints.section.strip().upper() if hints.section and hints.section.strip() else None
    return Said(
        school, seen.grade if seen else None, section or (seen.section if seen else None), month,
        dict(hints.answers), dict(hints.remembered),
    )  # fmt: skip


@dataclass(slots=True)
class Identity:
    school: str | None
    school_name: str | None
    grade: str | None
    section: str | None
    maybe_school: str | None = None


def identify(
    evidence: Evidence, key: tuple[str, str, str, str], row: int | None, problems: Problems
) -> Identity:
    """School, class and section of a page; `key` is what its rows themselves say, if anything."""
    title, sheet, file, said = evidence.title, evidence.sheet, evidence.file, evidence.said
    key_school, key_name, key_grade, key_section = key
    school = udise_of(key_school) if key_school else None
    if key_school and not school:
        problems.add(row, None, "bad_school", text=quoted(key_school))
    school = school or _one_school(evidence, problems) or sheet.school
    maybe = None if school else title.number
    if maybe and maybe == said.school:
        school = maybe  # the sender names it, so it is one
    if school and said.school and school != said.school:
        problems.add(title.row, None, "school_disagrees", file=school, said=said.school)
    school = school or said.school
    if not school and file.school:
        school = file.school
        problems.add(None, None, "school_from_file_name", school=school)
    if maybe and maybe != school:
        problems.assume(title.row, None, "number_is_no_code", number=maybe)

    seen = grade_of(key_grade) if key_grade else None
    if key_grade and not (seen and seen.grade):
        problems.add(row, None, "bad_class", text=quoted(key_grade))
    titled = _one_class(evidence, key_grade, problems)
    grade = (seen.grade if seen else None) or titled.grade
    if grade and said.grade and grade != said.grade:
        problems.add(title.row, None, "class_disagrees", file=roman(grade), said=roman(said.grade))
    grade = grade or said.grade
    if not grade and file.grade:
        grade = file.grade
        problems.add(None, None, "class_from_file_name", grade=roman(grade))

    section = key_section.strip().upper() or (seen.section if seen else None) or titled.section
    if section and said.section and not same_section(section, said.section):
        problems.add(title.row, None, "section_disagrees", file=section, said=said.section)
    section = section or said.section or (file.section if file.grade == grade else None)
    return Identity(
        school, key_name or title.school_name, grade, section, None if school else maybe
    )


def _one_school(evidence: Evidence, problems: Problems) -> str | None:
    """The school of the title; asked where it names two."""
    title = evidence.title
    codes = title.schools
    if not codes:
        return title.school
    named = [code for code in (evidence.said.school, evidence.sheet.school) if code in codes]
    return named[0] if named else problems.choose(
        "two_schools", " / ".join(codes), codes, rows=[title.row] if title.row else ()
    )  # fmt: skip


def _one_class(evidence: Evidence, key_grade: str, problems: Problems) -> ClassSeen:
    """Class and section of title and sheet; asked where the title names two, or the sheet another.

    Rows that name their own class are asked nothing: they say it.
    """
    title, sheet, said = evidence.title, evidence.sheet, evidence.said
    own = ClassSeen(title.grade, title.section)
    rows = [title.row] if title.row else []
    if key_grade:
        return ClassSeen(None, None if title.classes else own.section or sheet.section)
    if title.classes:
        fitting = [c for c in title.classes if _agrees(c, sheet.grade, sheet.section)]
        fitting = [c for c in fitting if _agrees(c, said.grade, said.section)] or fitting
        if len(fitting) != 1:
            fitting = fitting or list(title.classes)
            names = [class_label(c.grade or "", c.section or "") for c in fitting]
            chosen = problems.choose("two_classes", " / ".join(names), names, rows=rows)
            return fitting[names.index(chosen)] if chosen else ClassSeen(None)
        own = fitting[0]
    elif not _agrees(own, sheet.grade, sheet.section):
        other = ClassSeen(sheet.grade or own.grade, sheet.section or own.section)
        if own.grade != other.grade and sheet.section is None:
            other = ClassSeen(other.grade)
        names = [class_label(c.grade or "", c.section or "") for c in (own, other)]
        chosen = problems.choose("title_or_sheet", " / ".join(names), names, rows=rows)
        if chosen is None:
            return ClassSeen(None)
        return own if chosen == names[0] else other
    return ClassSeen(own.grade or sheet.grade, own.section or sheet.section)


def _agrees(seen: ClassSeen, grade: str | None, section: str | None) -> bool:
    """True where a class is not another than the grade and section said elsewhere."""
    if grade and seen.grade and grade != seen.grade:
        return False
    return not (section and seen.section and not same_section(section, seen.section))


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
        found = {place: (int(y), int(m)) for place, (y, m) in stated.items() if y and m}
        _compare_months(set(found.values()), evidence, row, problems)
        return dict(found)
    result: dict[int, Month | None] = dict.fromkeys(range(len(days)))
    for number in named:
        month = _with_year(number, [c for c in days if c.month == number], evidence, problems)
        for place, column in enumerate(days):
            if column.month == number:
                result[place] = (column.year, number) if column.year else month
    if named:
        _over_new_year(days, result)
        _compare_months({m for m in result.values() if m}, evidence, row, problems)
    elif spanned := _months_in_span(days, evidence):
        return spanned
    elif begins := _new_month_at(days):
        return _cycle(days, begins, evidence, row, problems)
    else:
        month = _bare_month(days, evidence, row, problems)
        result = dict.fromkeys(range(len(days)), month)
    return result


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


def _compare_months(
    found: set[Month], evidence: Evidence, row: int | None, problems: Problems
) -> None:
    titled = evidence.title.month
    if found and titled.month and titled.month not in {month for _, month in found}:
        year = titled.year or titled.session
        problems.add(
            row,
            None,
            "month_disagrees",
            dates=shown_month(min(found)),
            title=f"{year}-{titled.month:02}" if year else f"{titled.month:02}",
        )
    elif found and titled.month and titled.year and (titled.year, titled.month) not in found:
        problems.add(
            row,
            None,
            "month_disagrees",
            dates=shown_month(min(found)),
            title=shown_month((titled.year, titled.month)),
        )
    _compare_hint(found, evidence, problems)


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


def shown_month(month: Month) -> str:
    """(2026, 7) -> "2026-07"."""
    return f"{month[0]}-{month[1]:02}"
