"""Change of session: rows that are certainly pupils of last year's class, said for all in one step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import ClassSection, Enrolment
from aanchal.people.moving import promote
from aanchal.people.rules.promotion import Reason
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import RegisterFile, RowDecision
from ..permissions import RegisterPermission
from ..rows_left import count_rows_left
from ..shown_pages import ShownPage, ShownRow, page_scope
from .left_over import ask_after_all_left_over
from .row_pupils import as_pupil
from .rows_together import Said, days_in, lay_rows, replaced


@dataclass
class Promoted:
    """What saying "these are the same children" did; in children."""

    same: int = 0
    asked: int = 0  # the class they would leave is another's: its head was asked
    waiting: int = 0  # something changed since they were shown: each is asked about by herself


@dataclass(frozen=True)
class _Row:
    """A row that waits, with the class month it is of, and the pupil who it is said to be."""

    problem: ImportProblem
    register: RegisterFile
    page: ShownPage
    row: ShownRow
    school: Body
    month: date
    child: UUID

    @property
    def of_class(self) -> tuple[UUID, int, str, str]:
        year = year_of(self.school, self.month).first_on.year
        return self.school.pk, year, self.page.grade, self.page.section


@use_case
def confirm_promoted(
    actor: Actor, *, register: RegisterFile, problems: Sequence[UUID], at: datetime
) -> Promoted:
    """Say of the rows that were shown as certain that they are the same children.

    Each is settled, audited and can be undone by herself, like a row that was answered alone. The
    queries grow with the class months that the rows are of, not with the rows.

    Args:
        problems: the rows as they were shown; no other row is touched.

    Raises:
        NotAllowed: not the actor's class.
        NotFound: one of them is no row of this file, or not a certain one.
    """
    certain = _held(register, problems)
    register = RegisterFile.objects.get(pk=register.pk)
    waits = {p.pk: p for p in certain if p.state == ImportProblem.State.OPEN}
    rows = _rows([(p, UUID(p.raw["suggestions"][0])) for p in waits.values()], {register})
    for one in {(r.page.grade, r.page.section, r.school.pk): r for r in rows}.values():
        require(actor, RegisterPermission.REGISTER_REPAIR, page_scope(one.school, one.page))
    rows, came, asked = _promote(actor, _that_replace_nothing(rows), at=at)
    decided = lay_rows(actor, _said(rows, came), at=at)
    others = _same_rows(actor, rows, decided, at=at)
    _ask_after_left_over(actor, rows, decided, at=at)
    for held in {r.register.pk: r.register for r in (*rows, *others)}.values():
        count_rows_left(held)
    same = {d.problem_id: d.child_id for d in decided}
    left = [p for p in certain if p.pk not in same and p.pk not in asked]
    return Promoted(len(set(same.values())), len(asked), len(left))


def _held(register: RegisterFile, problems: Sequence[UUID]) -> list[ImportProblem]:
    """The rows that were shown as certain, locked after their schools as one row alone is."""
    of_file = ImportProblem.objects.filter(
        pk__in=problems, source_kind="register", source_id=str(register.pk)
    )
    bodies = of_file.order_by().values_list("body_id", flat=True).distinct()
    schools = {pk for pk in bodies if pk is not None}
    list(Body.objects.filter(pk__in=schools).order_by("pk").select_for_update(no_key=True))
    certain = [
        p
        for p in of_file.order_by("row", "pk").select_for_update()
        if (p.raw or {}).get("promoted") == Reason.NAME_EQUAL
    ]
    if not certain or len(certain) != len(set(problems)):
        raise NotFound
    return certain


def _rows(said: Sequence[tuple[ImportProblem, UUID]], files: set[RegisterFile]) -> list[_Row]:
    """Rows with their pages and schools, those alone whose class is known; by class month."""
    by_key = {str(f.pk): f for f in files}
    pages = {
        (key, held["number"]): ShownPage.from_json(held)
        for key, file in by_key.items()
        for held in (file.understood or {}).get("pages", [])
    }
    schools = Body.objects.select_related("area").in_bulk(
        {UUID(p.school_id) for p in pages.values() if p.school_id}
    )
    found = []
    for problem, child in said:
        raw = dict(problem.raw)
        page = pages.get((problem.source_id, raw.pop("page")))
        if page is None or not page.can_be_taken:
            continue
        month = date.fromisoformat(page.month + "-01")
        school = schools[UUID(page.school_id)]
        row = ShownRow(**raw)
        found.append(_Row(problem, by_key[problem.source_id], page, row, school, month, child))
    return sorted(found, key=lambda r: (r.month, r.page.number, r.problem.row or 0))


def _sections(rows: Sequence[_Row]) -> dict[tuple[UUID, int, str, str], ClassSection]:
    found = ClassSection.objects.filter(
        school__in={r.school.pk for r in rows}, year__in={r.of_class[1] for r in rows}
    ).select_related("school__area")
    return {(s.school_id, s.year, s.grade, s.section): s for s in found}


def _that_replace_nothing(rows: list[_Row]) -> list[_Row]:
    """Rows whose pupil has no other marks in the month: the others are asked about one by one."""
    sections = _sections(rows)
    months = {(r.of_class, r.month) for r in rows if r.of_class in sections}
    days = {key: days_in(sections[key[0]], key[1]) for key in months}
    kept = []
    for row in rows:
        before = days.get((row.of_class, row.month), {}).get(row.child)
        if before is None or not replaced(before, row.row.mark_array()):
            kept.append(row)
    return kept


def _promote(
    actor: Actor, rows: list[_Row], *, at: datetime
) -> tuple[list[_Row], set[UUID], set[UUID]]:
    """Take the pupils into the new classes who are not there yet.

    Returns:
        The rows whose pupil is there now; the rows that brought her there; those that were asked for.
    """
    sections = _sections(rows)
    of_class = {s.pk: key for key, s in sections.items()}
    here = {
        (e.child_id, of_class[e.class_section_id])
        for e in Enrolment.objects.filter(
            child__in={r.child for r in rows}, class_section__in=of_class, ends_on__isnull=True
        )
    }
    came: set[UUID] = set()
    asked: set[UUID] = set()
    for school, month in dict.fromkeys((r.school, r.month) for r in rows):
        first = {
            r.child: r
            for r in reversed(rows)
            if (r.school, r.month) == (school, month) and (r.child, r.of_class) not in here
        }
        pupils = [(c, as_pupil(r.page, r.row, roll=r.row.roll)) for c, r in first.items()]
        if not pupils:
            continue
        done = promote(actor, school=school, pupils=pupils, on=month, at=at)
        here |= {(child, first[child].of_class) for child in done.enrolled}
        came |= {first[child].problem.pk for child in done.enrolled}
        asked |= {first[child].problem.pk for child in done.asked}
    return [r for r in rows if (r.child, r.of_class) in here], came, asked


def _said(rows: list[_Row], came: set[UUID]) -> list[Said]:
    sections = _sections(rows)
    return [
        Said(
            r.problem, r.register, r.row, sections[r.of_class], r.month, r.child,
            enrolled=r.problem.pk in came,
        )
        for r in rows
    ]  # fmt: skip


def _same_rows(
    actor: Actor, rows: list[_Row], decided: list[RowDecision], *, at: datetime
) -> list[_Row]:
    """The same rows of the classes in other files that wait: as was decided, replacing nothing."""
    whose = {d.row_tag: d.child_id for d in decided if d.row_tag and d.child_id is not None}
    waiting = ImportProblem.objects.select_for_update().filter(
        source_kind="register",
        code="row_unmatched",
        state=ImportProblem.State.OPEN,
        body_id__in={r.school.pk for r in rows},
    )
    same = [(p, whose[p.params["tag"]]) for p in waiting if p.raw and p.params.get("tag") in whose]
    files = set(RegisterFile.objects.filter(pk__in={p.source_id for p, _child in same}))
    others = [r for r in _rows(same, files) if r.of_class in {s.of_class for s in rows}]
    lay_rows(actor, _said(others, set()), at=at)
    return others


def _ask_after_left_over(
    actor: Actor, rows: list[_Row], decided: list[RowDecision], *, at: datetime
) -> None:
    settled = {d.problem_id for d in decided}
    done = [r for r in rows if r.problem.pk in settled]
    for key, month in dict.fromkeys((r.of_class, r.month) for r in done):
        group = [r for r in done if (r.of_class, r.month) == (key, month)]
        ask_after_all_left_over(
            actor,
            rows=[(r.problem, r.row) for r in group],
            school=group[0].school,
            grade=group[0].page.grade,
            section_name=group[0].page.section,
            month=month,
            at=at,
        )
