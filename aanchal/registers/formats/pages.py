"""What reading a register gives: pages of marks, as the paper has them."""

from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from aanchal.lib.indic.folding import fold
from aanchal.lib.tabular.problems import Problem

from .problems import Question

DAYS = 31
LONG_PAST = 5  # years; marks that old are asked about: a date may have been misread
# Marks cross from process to process as text.
_AS_JSON = {"ser_json_bytes": "base64", "val_json_bytes": "base64"}


class Counts(NamedTuple):
    """How many marks of each kind a page holds; `late` are among `present`."""

    present: int = 0
    absent: int = 0
    leave: int = 0
    holiday: int = 0
    late: int = 0


def counts_of(marks: bytes) -> Counts:
    """How many marks of each kind stand among `marks`; a child who came late was present."""
    late = marks.count(5)
    return Counts(marks.count(1) + late, marks.count(2), marks.count(3), marks.count(4), late)


@dataclass(slots=True)
class PupilRow:
    """One child's line. `marks` has one byte for each day of the month, the 1st at 0.

    Codes are `Mark`'s: 0 not taken, 1 present, 2 absent, 3 leave, 4 holiday, 5 late. `row` is where the child
    first stands in the file. Fields the file does not have are None; `name` may be "" where only a
    roll number is written.
    """

    __pydantic_config__ = _AS_JSON

    row: int
    roll: str | None
    name: str
    marks: bytes = bytes(DAYS)
    serial: str | None = None
    admission_no: str | None = None
    state_id: str | None = None
    own_script_name: str | None = None
    guardian_name: str | None = None
    sex: str | None = None
    village: str | None = None


@dataclass(slots=True)
class Page:
    """One class-section for one month, as read from a file.

    `grade` is '1' to '12' or 'pre'; `month` is "YYYY-MM", or None when the file and the user are both
    silent; then `days` is empty, though the marks stand under their day numbers. `days` are the days
    taken: on each, at least one child is present, absent or on leave. A day that is a holiday for the
    whole class counts in `marks.holiday` and is not among `days`.
    """

    school: str | None
    school_name: str | None
    grade: str | None
    section: str | None
    month: str | None
    pupils: list[PupilRow]
    days: list[date]
    marks: Counts
    problems: list[Problem] = field(default_factory=list)
    asks: list[Problem] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    assumed: list[Problem] = field(default_factory=list)
    form: str = ""  # a fingerprint of the headings, by which an answer is remembered
    maybe_school: str | None = None  # eleven digits that nothing calls a school's code
    sheet: str | None = None
    is_day: bool = False  # a list of one day, to be put with the other days of its class


def join_pages(page: Page, other: Page) -> None:
    """Add another page of the same class and month to `page`: a workbook with a sheet for each day.

    Children are the same where roll number and name are. A mark already there stands.
    """
    known = {(row.roll or row.serial, fold(row.name)): row for row in page.pupils}
    for row in other.pupils:
        held = known.get((row.roll or row.serial, fold(row.name)))
        if held is None:
            page.pupils.append(row)
            continue
        held.marks = bytes(a or b for a, b in zip(held.marks, row.marks, strict=True))
    joined = b"".join(row.marks for row in page.pupils)
    page.marks = counts_of(joined)
    page.days = sorted({*page.days, *other.days})
    page.problems += [p for p in other.problems if p not in page.problems]
    page.asks += other.asks
    page.questions += [q for q in other.questions if q not in page.questions]
    page.assumed += [a for a in other.assumed if a not in page.assumed]
