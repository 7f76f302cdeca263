"""What was understood of a register: its pages and rows, as they are shown and stored with the file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_noop as N_
from numpy.typing import NDArray

from aanchal.kernel.authz import Scope, unit_of
from aanchal.lib.mark_arrays import counted
from aanchal.lib.marks import Mark
from aanchal.lib.tabular.problems import Problem
from aanchal.people.rules.matching import Match
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from .beside import ClassMonth
from .formats.pages import Page, counts_of
from .formats.problems import Question
from .formats.pupil_words import sex_of
from .known_classes import ClassKey
from .rules.pages import DAYS, PageMarks
from .rules.shares import Share

LETTERS = {Mark.NOT_TAKEN: ".", Mark.PRESENT: "P", Mark.ABSENT: "A", Mark.LEAVE: "L"}
LETTERS |= {Mark.HOLIDAY: "H", Mark.LATE: "T"}
CODES = {letter: int(mark) for mark, letter in LETTERS.items()}
_TO_CODES = bytes.maketrans("".join(CODES).encode(), bytes(CODES.values()))
_TO_LETTERS = bytes.maketrans(bytes(CODES.values()), "".join(CODES).encode())
_EXCHANGED = str.maketrans("PA", "AP")
# How a row stands that a person looked at in an earlier register of the class and set aside.
SET_ASIDE_BEFORE = "aside"
_WHO_OF_LAST_YEAR = N_("Row %(row)s may be a pupil of last year's class. Say who it is.")


@dataclass
class ShownRow:
    """One row as understood. `marks` is 31 letters: P A L H, T for late, a point for no mark."""

    row: int | None
    roll: str
    name: str
    marks: str
    sex: str = ""
    village: str = ""
    admission_no: str = ""
    match: str = "unknown"
    child: str = ""
    suggestions: list[str] = field(default_factory=list)
    tag: str = ""
    promoted: str = ""  # why a pupil of last year's class may be meant; then nothing is taken in

    def mark_array(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.marks.encode().translate(_TO_CODES), np.uint8)

    def codes_on(self, days: Sequence[int]) -> list[int]:
        """The marks of these days of the month as they count: late is present."""
        marks = counted(self.mark_array())
        return [int(marks[day - 1]) for day in days]


@dataclass
class ShownPage:
    """One page as understood; `month` is "YYYY-MM" or ""; `days` of the month that were taken."""

    number: int
    school_udise: str
    school_id: str
    grade: str
    section: str
    month: str
    sheet: str
    days: list[int]
    counts: dict[str, int]
    rows: list[ShownRow]
    problems: list[dict[str, Any]]
    asks: list[dict[str, Any]]
    added: int = 0
    changed: int = 0
    absent_to_present: int = 0
    missing: list[str] = field(default_factory=list)
    questions: list[dict[str, Any]] = field(default_factory=list)
    assumed: list[dict[str, Any]] = field(default_factory=list)
    form: str = ""
    maybe_school: str = ""  # eleven digits that nothing calls a code; one only where it exists
    enrolled: int = 0
    beside: dict[str, Any] = field(default_factory=dict)

    @property
    def share(self) -> Share:
        """The share of absences among its marks; late are among the present."""
        absent = self.counts["absent"]
        return Share(absent, absent + self.counts["present"])

    def known_marks(self) -> PageMarks:
        """The marks of the rows that are known to be a pupil's, in their order."""
        known = [r for r in self.rows if r.match == Match.SURE and r.child]
        codes = bytearray("".join(r.marks for r in known).encode().translate(_TO_CODES))
        marks = np.frombuffer(codes, np.uint8).reshape(len(known), DAYS)
        return PageMarks(tuple(UUID(r.child) for r in known), marks)

    def turn_round(self) -> None:
        """Exchange present and absent in every mark; late, leave and holiday stay."""
        for row in self.rows:
            row.marks = row.marks.translate(_EXCHANGED)
        marks = b"".join(row.mark_array().tobytes() for row in self.rows)
        self.counts = counts_of(marks)._asdict()

    @property
    def is_held(self) -> bool:
        """Whether a question must be answered before anything of the page goes in."""
        return any(question["holds"] == "page" for question in self.questions)

    @property
    def can_be_taken(self) -> bool:
        """Whether it is known whose register this is, of which class and month, and how to read it."""
        return self.is_of_known_class and bool(self.days) and not self.is_held

    @property
    def is_of_known_class(self) -> bool:
        """Whether it is known of which school, class and month it is, whatever else is asked of it."""
        return bool(self.school_id and self.grade and self.month)

    def all_problems(self) -> Iterable[dict[str, Any]]:
        """Problems of cells and page, then one for each row that is nobody's yet.

        A row that was set aside before is not asked about again.
        """
        for problem in self.problems:
            yield {**problem, "raw": {"page": self.number}}
        for row in self.rows:
            if row.match not in (Match.SURE, SET_ASIDE_BEFORE):
                yield {
                    "row": row.row,
                    "column": None,
                    "code": "row_unmatched",
                    "template": _WHO_OF_LAST_YEAR
                    if row.promoted
                    else N_("Row %(row)s matches no pupil of this class. Say who it is."),
                    "params": {"row": row.row, "tag": row.tag},
                    "raw": {"page": self.number, **vars(row)},
                }

    def to_json(self) -> dict[str, Any]:
        # Copied one level down: `asdict` takes ten times as long over the rows of a page.
        return {**vars(self), "rows": [dict(vars(row)) for row in self.rows]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ShownPage":
        return cls(**{**data, "rows": [ShownRow(**r) for r in data["rows"]]})


def class_month(page: ShownPage, school: Body) -> ClassMonth:
    """Of which class of its school, in which year, and of which month a page is."""
    month = date.fromisoformat(page.month + "-01")
    year = year_of(school, month).first_on.year
    return ClassMonth(school.pk, year, page.grade, page.section, month)


def class_key(page: ShownPage, school: Body) -> ClassKey:
    """Of which class of its school, in which year, a page is."""
    return ClassKey(*class_month(page, school)[:4])


def page_scope(school: Body, page: ShownPage) -> Scope:
    """Where a page stands: the class it is of, in its school."""
    return Scope(
        area_path=school.area.path,
        district=school.area.district,
        body_id=str(school.pk),
        unit=unit_of(page.grade, page.section),
    )


def shown_page(number: int, page: Page) -> ShownPage:
    """What a reader found on one page, as it is shown; whose it is comes later."""
    rows = [
        ShownRow(
            row=r.row,
            roll=(r.roll or r.serial or "")[:12],
            name=r.name or r.own_script_name or "",
            marks=r.marks.translate(_TO_LETTERS).decode(),
            sex=sex_of(r.sex or "") or "",
            village=r.village or "",
            admission_no=r.admission_no or "",
        )
        for r in page.pupils
    ]
    return ShownPage(
        number=number,
        school_udise=page.school or "",
        school_id="",
        grade=page.grade or "",
        section=page.section or "",
        month=page.month or "",
        sheet=page.sheet or "",
        days=[d.day for d in page.days],
        counts=page.marks._asdict(),
        rows=rows,
        problems=[problem_told(p) for p in page.problems],
        asks=[problem_told(p) for p in page.asks],
        questions=[_question(q) for q in page.questions],
        assumed=[problem_told(p) for p in page.assumed],
        form=page.form,
        maybe_school=page.maybe_school or "",
    )


def _question(question: Question) -> dict[str, Any]:
    return {
        "key": question.key,
        "about": question.about,
        "choices": list(question.choices),
        "template": question.template,
        "params": dict(question.params),
        "rows": list(question.rows),
        "lasting": question.lasting,
        "holds": question.holds,
        "sheet": question.sheet or "",
    }


def problem_told(problem: Problem) -> dict[str, Any]:
    """A problem as it is stored."""
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "template": problem.template,
        "params": dict(problem.params),
        "sheet": problem.sheet or "",
    }


def note(code: str, template: str, **params: Any) -> dict[str, Any]:
    """A sentence about a page as a whole."""
    return {"row": None, "column": None, "code": code, "template": template, "params": params}
