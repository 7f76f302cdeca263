"""Understanding a kept register: parse it, find its school and class, match its rows to pupils.

Reads only. What comes out is what the sender is shown before she says yes, and what is taken in
afterwards: the same thing, stored sealed with the file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import IO, Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_noop as N_
from numpy.typing import NDArray

from aanchal.kernel.permissions import Actor, Permission, Scope, may
from aanchal.kernel.sealing import keyed_hash
from aanchal.lib.tabular.problems import Problem, Unreadable
from aanchal.people.actions import as_known
from aanchal.people.models import ClassSection, Enrolment
from aanchal.people.rules.matching import Known, Match, Row, match_rows
from aanchal.people.rules.names import tidy
from aanchal.places.models import Body
from aanchal.places.queries import calendars_of, year_of

from .beside import TURNED, ClassMonth, open_days_of, question_of_share, span, usual_of
from .files import open_kept
from .formats.grades import same_section
from .formats.pages import Page, counts_of
from .formats.problems import Hints, Question
from .left_out import left_out
from .models import FormReading, RegisterFile, RegisterPage, RowDecision
from .parsing import parse_registers
from .promotion import propose_promoted
from .rules.marks import Mark, counted
from .rules.pages import PageMarks, merge_pages, unpack_children, unpack_written
from .rules.shares import Share

Progress = Callable[[float], None]
LETTERS = {Mark.NOT_TAKEN: ".", Mark.PRESENT: "P", Mark.ABSENT: "A", Mark.LEAVE: "L"}
LETTERS |= {Mark.HOLIDAY: "H", Mark.LATE: "T"}
CODES = {letter: int(mark) for mark, letter in LETTERS.items()}
_EXCHANGED = str.maketrans("PA", "AP")
# Fewer rows than this share of a class with known pupils look like another school's register.
FEW_KNOWN = 0.3
# How a row stands that a person looked at in an earlier register of the class and set aside.
SET_ASIDE_BEFORE = "aside"
LEAST_ROWS = 5
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
        return np.array([CODES[letter] for letter in self.marks], np.uint8)

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
    silenced: int = 0
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
        is_known = self.school_id and self.grade and self.month and self.days
        return bool(is_known) and not self.is_held

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


def show_pages(
    actor: Actor, *, register: RegisterFile, today: date, progress: Progress | None = None
) -> list[ShownPage]:
    """Parse a kept file and match it against the pupils of its school.

    Raises:
        Unreadable: the file as a whole cannot be read; says what to do.
    """
    pages = _parsed(register, {}, today=today, progress=progress)
    schools = {
        b.school.udise: b
        for b in Body.objects.filter(
            school__udise__in={u for p in pages for u in (p.school_udise, p.maybe_school) if u}
        ).select_related("school", "area")
    }
    if register.school is not None:
        schools.setdefault(register.school.school.udise, register.school)
    calendars = calendars_of(list(schools.values()))
    found = [register.school] if register.school is not None else list(schools.values())
    if len(found) == 1 and any(page.questions for page in pages):
        # Whose form it is, only the file may say: it is read again with what was answered before.
        remembered = {r.form: r.answers for r in FormReading.objects.filter(school=found[0])}
        if any(page.form in remembered for page in pages):
            pages = _parsed(register, remembered, today=today, progress=None)
    placed: list[tuple[ShownPage, Body]] = []
    for page in pages:
        if not page.school_udise and register.school is None and page.maybe_school in schools:
            page.school_udise = page.maybe_school  # it exists as one
        school = schools.get(page.school_udise) or (
            register.school if not page.school_udise else None
        )
        if school is None:
            page.problems.append(_no_school(page))
            continue
        if page.grade and page.month:
            _settle_section(page, school)
        if not may(actor, Permission.REGISTER_IMPORT, page_scope(school, page)):
            # Nothing of a class that is not hers is shown, not even that it exists.
            page.problems.append(
                _note("not_yours", N_("This is the register of a class that is not yours."))
            )
            page.rows = []
            continue
        page.school_id, page.school_udise = str(school.pk), school.school.udise
        if page.grade and page.month:
            placed.append((page, school))
    _set_beside(register, placed, calendars, today=today)
    for page, school in placed:
        _match(page, school)
        _ask_of_days(page, calendars[school.pk])
    return pages


def _set_beside(
    register: RegisterFile,
    placed: Sequence[tuple[ShownPage, Body]],
    calendars: Mapping[UUID, Any],
    *,
    today: date,
) -> None:
    """Write beside each page what is usual, and ask of one that is turned round against it."""
    answered = register.answers.get("questions", {})
    usual = usual_of([(class_month(page, school), page.share) for page, school in placed])
    for (page, school), beside in zip(placed, usual, strict=True):
        month = class_month(page, school).month
        asked = None
        if not page.is_held:  # else it is not known yet what its marks are
            asked = question_of_share(page.share, beside, of=page)
        said = answered.get(asked["key"]) if asked else None
        if asked and said is None:
            page.questions.append(asked)
        elif said == TURNED:
            page.turn_round()
            page.assumed.append(
                _note("exchanged", N_("Present and absent were exchanged, as it was answered."))
            )
        page.beside = {
            **span(month, page.days),
            "open_days": open_days_of(month, calendars[school.pk], today=today),
            "past": beside.past.of_100,
            "neighbours": beside.neighbours.of_100,
        }


def class_month(page: ShownPage, school: Body) -> ClassMonth:
    """Of which class of its school, in which year, and of which month a page is."""
    month = date.fromisoformat(page.month + "-01")
    year = year_of(school, month).first_on.year
    return ClassMonth(school.pk, year, page.grade, page.section, month)


def _parsed(
    register: RegisterFile,
    remembered: dict[str, dict[str, str]],
    *,
    today: date,
    progress: Progress | None,
) -> list[ShownPage]:
    hints = Hints(
        school=register.school.school.udise if register.school else None,
        grade=register.hints.get("grade") or None,
        section=register.hints.get("section") or None,
        month=register.hints.get("month") or None,
        answers=register.answers.get("questions", {}),
        remembered=remembered,
    )
    with open_kept(register.file) as source:
        _refuse_pictures(source)
        parsed = parse_registers(
            source, filename=register.file.name, hints=hints, today=today, progress=progress
        )
        return [_shown(number, page) for number, page in enumerate(parsed)]


# What a photograph or a scan begins with: JPEG, PNG, GIF, TIFF, WebP; HEIC and PDF below.
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")


def _refuse_pictures(source: IO[bytes]) -> None:
    """Refuse a photograph or a scan at once, with what to send instead."""
    head = source.read(16)
    source.seek(0)
    is_picture = head.startswith(_PICTURES) or head[8:12] == b"WEBP" or head[4:8] == b"ftyp"
    if is_picture or head.startswith(b"%PDF"):
        raise Unreadable(
            "picture",
            N_(
                "This is a photograph or a scan, and cannot be read. Write the register into a "
                "spreadsheet, a row for each pupil and a column for each day, and send that."
            ),
        )


def _shown(number: int, page: Page) -> ShownPage:
    rows = [
        ShownRow(
            row=r.row,
            roll=(r.roll or r.serial or "")[:12],
            name=r.name or r.own_script_name or "",
            marks="".join(LETTERS[Mark(code)] for code in r.marks),
            sex=r.sex or "",
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
        problems=[_problem(p) for p in page.problems],
        asks=[_problem(p) for p in page.asks],
        questions=[_question(q) for q in page.questions],
        assumed=[_problem(p) for p in page.assumed],
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


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "code": problem.code,
        "template": problem.template,
        "params": dict(problem.params),
        "sheet": problem.sheet or "",
    }


def _note(code: str, template: str, **params: Any) -> dict[str, Any]:
    return {"row": None, "column": None, "code": code, "template": template, "params": params}


def _no_school(page: ShownPage) -> dict[str, Any]:
    if page.school_udise:
        return _note(
            "school_unknown",
            N_("No school with UDISE code %(udise)s is known. Import the schools first."),
            udise=page.school_udise,
        )
    return _note("no_school", N_("The file does not say which school it is. Choose the school."))


def page_scope(school: Body, page: ShownPage) -> Scope:
    """Where a page stands: the class it is of, in its school."""
    return Scope(
        area_path=school.area.path,
        district=school.area.district,
        body_id=str(school.pk),
        grade=page.grade,
        section=page.section,
    )


def _settle_section(page: ShownPage, school: Body) -> None:
    """Write the section as the school's own: the only one of its grade, or the same letter."""
    month = date.fromisoformat(page.month + "-01")
    known = list(
        ClassSection.objects.filter(
            school=school, year=year_of(school, month).first_on.year, grade=page.grade
        ).values_list("section", flat=True)
    )
    if page.section in known:
        return
    alike = [k for k in known if page.section and k and same_section(page.section, k)]
    if len(alike) == 1:
        page.section = alike[0]
    elif not page.section and len(known) == 1:
        page.section = known[0]
    elif not page.section and len(known) > 1:
        page.problems.append(
            _note(
                "which_section",
                N_("The class has several sections. Say which one this register is of."),
            )
        )


def _match(page: ShownPage, school: Body) -> None:
    month = date.fromisoformat(page.month + "-01")
    year = year_of(school, month).first_on.year
    enrolments = list(
        Enrolment.objects.filter(
            class_section__school=school,
            class_section__year=year,
            class_section__grade=page.grade,
            class_section__section=page.section,
            ends_on__isnull=True,
        )
        .select_related("child")
        .prefetch_related("child__identifiers")
    )
    known: list[Known] = [as_known(e) for e in enrolments]
    page.enrolled = len(known)
    rows = [Row(roll=r.roll, name=r.name, admission_no=r.admission_no) for r in page.rows]
    for shown, matched in zip(page.rows, match_rows(rows, known), strict=True):
        shown.match = str(matched.state)
        shown.child = matched.key
        shown.suggestions = list(matched.suggestions)
        shown.tag = row_tag(school, year, page, shown)
    _remember(page, {k.key for k in known})
    _lay_beside_last_year(page, school, year)
    sure = sum(r.match == Match.SURE for r in page.rows)
    if known and len(page.rows) >= LEAST_ROWS and sure < FEW_KNOWN * len(page.rows):
        page.asks.append(
            _note(
                "another_school",
                N_(
                    "Only %(sure)s of %(rows)s rows are pupils of this class. "
                    "Is this the register of another school or class?"
                ),
                sure=sure,
                rows=len(page.rows),
            )
        )
    page.missing = [str(c) for c in missing_of(page, school)]
    _compare(page, school, year, month)


def _lay_beside_last_year(page: ShownPage, school: Body, year: int) -> None:
    """Rows that may be pupils of last year's classes wait for a person, and are enrolled by nobody else.

    Without an admission number only a person can say that a child was promoted.
    """
    unknown = [r for r in page.rows if r.match == Match.UNKNOWN]
    if not unknown:
        return
    proposed = propose_promoted(school, year=year, grade=page.grade, rows=unknown)
    for row, one in zip(unknown, proposed, strict=True):
        if one.reason is not None:
            row.match, row.promoted = str(Match.UNSURE), str(one.reason)
            row.suggestions = list(one.keys)


def missing_of(page: ShownPage, school: Body) -> tuple[UUID, ...]:
    """Pupils of the class whom a page leaves out, by the rows that are known to be theirs."""
    month = date.fromisoformat(page.month + "-01")
    given: dict[UUID, NDArray[np.uint8]] = {}
    for row in page.rows:
        if row.match == Match.SURE and row.child:
            given[UUID(row.child)] = row.mark_array()
    gone = left_out(
        school=school,
        year=year_of(school, month).first_on.year,
        grade=page.grade,
        section=page.section,
        month=month,
        days=page.days,
        given=given,
    )
    # Whoever a row may be is asked about there, not as one who is missing.
    proposed = {key for row in page.rows if row.promoted for key in row.suggestions}
    return tuple(child for child in gone if str(child) not in proposed)


def row_tag(school: Body, year: int, page: ShownPage, row: ShownRow) -> str:
    """Keyed hash of a row's class, roll and name: the same row in another month has the same."""
    name = tidy(row.name).casefold()
    said = (str(school.pk), str(year), page.grade, page.section, row.roll, name)
    return keyed_hash("|".join(said), purpose="register-row")


def _remember(page: ShownPage, known: set[str]) -> None:
    """Rows a person decided about in an earlier register of this class are as she decided."""
    asked = {r.tag: r for r in page.rows if r.match != Match.SURE}
    taken = {r.child for r in page.rows if r.match == Match.SURE}
    decided = RowDecision.objects.filter(row_tag__in=asked, is_remembered=True)
    for tag, child_id in ((d.row_tag, d.child_id) for d in decided):
        row, child = asked[tag], str(child_id)
        if child_id is None:
            row.match = SET_ASIDE_BEFORE
        elif child in known and child not in taken:
            row.match, row.child = str(Match.SURE), child
            taken.add(child)


def _compare(page: ShownPage, school: Body, year: int, month: date) -> None:
    held = RegisterPage.objects.filter(
        class_section__school=school,
        class_section__year=year,
        class_section__grade=page.grade,
        class_section__section=page.section,
        month=month,
    ).first()
    sure = [r for r in page.rows if r.match == Match.SURE]
    if not sure:
        return
    new = PageMarks(tuple(UUID(r.child) for r in sure), np.stack([r.mark_array() for r in sure]))
    old = None
    if held is not None:
        children = unpack_children(held.children)
        old = PageMarks(children, unpack_written(held.marks, len(children)))
    merged = merge_pages(old, new)
    page.added, page.changed, page.silenced = merged.added, merged.changed, merged.silenced
    if merged.changed:
        page.asks.append(
            _note(
                "changes_marks",
                N_(
                    "%(changed)s marks that were already in would change; "
                    "%(silenced)s of them were absences. Is that right?"
                ),
                changed=merged.changed,
                silenced=merged.silenced,
            )
        )


def _ask_of_days(page: ShownPage, calendar: Any) -> None:
    month = date.fromisoformat(page.month + "-01")
    shut = [
        d
        for d in page.days
        if not calendar.is_open(month.replace(day=d))
        and month.replace(day=d).isoweekday() not in calendar.weekly_off
    ]
    if shut:
        page.asks.append(
            _note(
                "shut_days",
                N_("By its calendar the school was shut on day %(days)s. Was it open after all?"),
                days=", ".join(str(d) for d in shut),
            )
        )
