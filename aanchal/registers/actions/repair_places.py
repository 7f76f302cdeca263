"""Where a row or cell that waits for repair stands: its file, page, class and month."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aanchal.kernel.authz import Actor, Scope
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import ClassSection, Enrolment
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import RegisterFile, RowDecision
from ..shown_pages import ShownPage, ShownRow, page_scope
from .registers import scope_of_file


@dataclass(frozen=True)
class RepairPlace:
    """Where a problem stands: its file, page, class and month."""

    register: RegisterFile
    page: ShownPage
    school: Body
    month: date

    @property
    def scope(self) -> Scope:
        return page_scope(self.school, self.page)

    def holds(self, child_id: UUID) -> bool:
        """Whether a child is in the page's class already: moved since, or by another file."""
        return Enrolment.objects.filter(
            class_section__school=self.school,
            class_section__year=year_of(self.school, self.month).first_on.year,
            class_section__grade=self.page.grade,
            class_section__section=self.page.section,
            child=child_id,
            ends_on__isnull=True,
        ).exists()

    def section(self) -> ClassSection:
        return ClassSection.objects.select_related("school__area").get(
            school=self.school,
            year=year_of(self.school, self.month).first_on.year,
            grade=self.page.grade,
            section=self.page.section,
        )


def lock_problem(problem: ImportProblem) -> ImportProblem:
    """A problem, locked after its school: answers about one school's rows come one after the other.

    Each looks at the rows that wait beside it. Two at once would each leave a pupil to the other, or
    wait for each other.
    """
    if problem.body_id is not None:
        Body.objects.select_for_update(no_key=True).get(pk=problem.body_id)
    return ImportProblem.objects.select_for_update().get(pk=problem.pk)


def child_of_cell(problem: ImportProblem, page: ShownPage) -> UUID | None:
    """The pupil in whose row an unreadable cell stands; None while nobody has said who she is."""
    row = next((r for r in page.rows if r.row == problem.row), None)
    if row is None:
        return None
    if row.child:
        return UUID(row.child)
    decided = RowDecision.objects.filter(
        problem__source_id=problem.source_id, problem__row=problem.row, row_tag=row.tag
    ).exclude(row_tag="")
    return decided.values_list("child_id", flat=True).first()


def scope_of_problem(actor: Actor, register: RegisterFile, problem: ImportProblem) -> Scope:
    """Where a row or cell stands: at its page's class, or as its file where no school is known."""
    if problem.raw:
        page = page_of(register, problem)
        if page.school_id:
            school = Body.objects.select_related("area").get(pk=page.school_id)
            return page_scope(school, page)
    return scope_of_file(actor, register)


def row_of(register: RegisterFile, problem: ImportProblem) -> tuple[ShownPage, ShownRow]:
    """The page and row a problem is about, as they were shown; `NotFound` when they are gone."""
    raw = dict(problem.raw)
    raw.pop("page")
    return page_of(register, problem), ShownRow(**raw)


def page_of(register: RegisterFile, problem: ImportProblem) -> ShownPage:
    number = problem.raw["page"]
    for held in (register.understood or {}).get("pages", []):
        if held["number"] == number:
            return ShownPage.from_json(held)
    raise NotFound


def place_of(register: RegisterFile, page: ShownPage) -> RepairPlace:
    return RepairPlace(
        register,
        page,
        Body.objects.select_related("area").get(pk=page.school_id),
        date.fromisoformat(page.month + "-01"),
    )
