"""Pupil lists as schools keep them: one file a school and academic year, CSV or XLSX."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

from aanchal.lib.indic.digits import ROMAN

from .attendance import Registers
from .facts import BENGALI, ENGLISH, HINDI, Child, District, Enrolment, School

_HEADINGS = {
    ENGLISH: (
        "UDISE Code", "Class", "Section", "Roll No.", "Admission No.", "Student ID", "Given Name", "Family Name",
        "Name in own script", "Sex", "Date of Birth", "Age", "Age estimated on", "Disability",
        "Father's Name", "Mother's Name", "Guardian's Name", "Village", "Hamlet",
    ),
    HINDI: (
        "यू-डायस कोड", "कक्षा", "खंड", "रोल नं.", "नामांकन सं.", "छात्र आईडी", "नाम", "उपनाम",
        "हिंदी में नाम", "लिंग", "जन्म तिथि", "आयु", "आयु का दिनांक", "दिव्यांगता",
        "पिता का नाम", "माता का नाम", "अभिभावक का नाम", "गाँव", "पता",
    ),
    BENGALI: (
        "ইউ-ডাইস কোড", "শ্রেণি", "শাখা", "রোল নং", "ভর্তি নং", "শিক্ষার্থী আইডি", "নাম", "পদবি",
        "বাংলায় নাম", "লিঙ্গ", "জন্ম তারিখ", "বয়স", "বয়সের তারিখ", "প্রতিবন্ধকতা",
        "পিতার নাম", "মাতার নাম", "অভিভাবকের নাম", "গ্রাম", "ঠিকানা",
    ),
}  # fmt: skip

# A school's sheets are small: writing them through temporary files costs more than the rest.
IN_MEMORY = {"in_memory": True}

# Schools by their place in the directory: (suffix, language of the headings).
_KINDS = (("csv", ENGLISH), ("xlsx", ENGLISH), ("csv", ENGLISH))


@dataclass(frozen=True, slots=True)
class PupilFile:
    """A school's list, and the day it speaks of: the first of the academic year."""

    path: Path
    school: str
    on: date


def write_pupil_files(registers: Registers, folder: Path) -> tuple[PupilFile, ...]:
    """Write the lists, the earliest year first; returns them in that order."""
    folder.mkdir(exist_ok=True)
    district = registers.district
    years = sorted({start for starts in district.year_starts.values() for start in starts})
    written = []
    for year in years:
        for number, school in enumerate(district.schools):
            rows = list(pupil_rows(district, school, year))
            if not rows:
                continue
            suffix, language = _kind(number, school)
            path = folder / f"{school.udise}_pupils_{_year_name(year)}.{suffix}"
            if suffix == "csv":
                _write_csv(path, language, rows)
            else:
                _write_xlsx(path, language, rows, registers.last)
            written.append(PupilFile(path, school.udise, year))
    return tuple(written)


def _kind(number: int, school: School) -> tuple[str, str]:
    if number % 4 == 3:
        return "csv", school.language
    return _KINDS[number % len(_KINDS)]


def _year_name(start: date) -> str:
    return f"{start.year}-{(start.year + 1) % 100:02d}" if start.month > 1 else str(start.year)


def pupil_rows(district: District, school: School, year: date) -> Iterator[list[str]]:
    """The school's pupils of one year, by class, section and roll."""
    seats: list[tuple[Enrolment, Child]] = [
        (enrolment, child)
        for child in district.children
        for enrolment in child.enrolments
        if enrolment.school == school.udise and enrolment.year_start == year
    ]
    seats.sort(key=lambda seat: (seat[0].grade, seat[0].section, seat[0].roll))
    for enrolment, child in seats:
        household = district.households[child.household]
        by_relation = {guardian.relation: guardian.name for guardian in household.guardians}
        father, mother = by_relation.get("father"), by_relation.get("mother")
        others = [n for relation, n in by_relation.items() if relation not in ("father", "mother")]
        yield [
            school.udise,
            ROMAN[enrolment.grade],
            enrolment.section,
            str(enrolment.roll),
            child.admission_numbers[school.udise],
            child.state_id,
            child.name.given.latin,
            child.name.family.latin,
            child.name.own,
            child.sex,
            child.born_on.isoformat() if child.born_on else "",
            "" if child.born_on else str(child.age_years),
            child.age_estimated_on.isoformat() if child.age_estimated_on else "",
            child.disability,
            father.latin if father else "",
            mother.latin if mother else "",
            others[0].latin if others else "",
            household.village.name,
            household.hamlet,
        ]


def made_at(on: date) -> datetime:
    """The moment a workbook says it was made: four in the afternoon, for the same bytes always."""
    return datetime(on.year, on.month, on.day, 16, tzinfo=UTC)


def _write_csv(path: Path, language: str, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(_HEADINGS[language])
        writer.writerows(rows)


def _write_xlsx(path: Path, language: str, rows: list[list[str]], on: date) -> None:
    with xlsxwriter.Workbook(path, IN_MEMORY) as book:
        book.set_properties({"created": made_at(on)})
        bold = book.add_format({"bold": True})
        page = book.add_worksheet("Pupils")
        page.write_row(0, 0, _HEADINGS[language], bold)
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                page.write_string(number, column, cell)
