"""Whose register it is and for which month: the file's own words first, then its names, then the user's.

Nothing is chosen silently. A value that comes only from a file's name, a year worked out from the
weekdays, two words that disagree: each is said.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import date

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.texts import quoted

from .grades import ClassSeen, class_label, grade_of, roman, same_section
from .months import month_in
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


def shown_month(month: Month) -> str:
    """(2026, 7) -> "2026-07"."""
    return f"{month[0]}-{month[1]:02}"
