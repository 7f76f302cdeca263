"""Reads for the change of session: a register's rows beside last year's pupils they may be."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from aanchal.kernel.authz import Actor
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import Enrolment
from aanchal.people.queries import not_kin
from aanchal.people.rules.promotion import Reason
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..known_classes import ClassKey, KnownClasses
from ..models import MissingPupil, RegisterFile
from ..shown_pages import ShownPage
from .books import open_problems, shown_pages


@dataclass(frozen=True)
class Beside:
    """A row that waits, and the pupils of last year's classes it may be, the most alike first."""

    problem: ImportProblem
    name: str
    roll: str
    reason: Reason
    former: tuple[Enrolment, ...]
    # Those of them who have come into the new class meanwhile, by another file or a press.
    here: frozenset[UUID] = frozenset()

    @property
    def is_here(self) -> bool:
        """Whether one of them has come into the new class meanwhile."""
        return bool(self.here)


@dataclass
class ClassBeside:
    """One shown page: the rows one press may say, and those that are each asked about."""

    page: ShownPage
    certain: list[Beside] = field(default_factory=list)
    doubtful: list[Beside] = field(default_factory=list)


def classes_beside_last_year(actor: Actor, register: RegisterFile) -> list[ClassBeside]:
    """Pages of a file the actor may see with rows that wait to be found in last year's classes.

    Five queries for one school, however many pages and rows there are.
    """
    pages = {p.number: ClassBeside(p) for p in shown_pages(actor, register) if p.can_be_taken}
    waiting = [
        p
        for p in open_problems(actor, register)
        if p.raw and p.raw.get("promoted") and p.raw.get("page") in pages
    ]
    children = {key for p in waiting for key in p.raw["suggestions"]}
    seats = {
        str(e.child_id): e
        for e in Enrolment.objects.filter(
            child__in=[UUID(c) for c in children], ends_on__isnull=True
        ).select_related("child", "class_section")
    }
    schools = Body.objects.select_related("area").in_bulk(
        {UUID(pages[p.raw["page"]].page.school_id) for p in waiting}
    )
    for problem in waiting:
        raw, to = problem.raw, pages[problem.raw["page"]]
        school = schools[UUID(to.page.school_id)]
        former = tuple(
            seats[key]
            for key in raw["suggestions"]
            if key in seats and _may_still_be(seats[key], to.page, school)
        )
        reason = Reason(raw["promoted"])
        this_year = year_of(school, date.fromisoformat(to.page.month + "-01")).first_on.year
        here = frozenset(e.child_id for e in former if e.class_section.year == this_year)
        beside = Beside(problem, raw["name"], raw["roll"], reason, former, here)
        first = str(former[0].child_id) if former else ""
        is_certain = reason is Reason.NAME_EQUAL and first == raw["suggestions"][0]
        (to.certain if is_certain else to.doubtful).append(beside)
    return [c for c in pages.values() if c.certain or c.doubtful]


def beside_alone(actor: Actor, register: RegisterFile) -> frozenset[UUID]:
    """Problems that are answered beside last year's classes alone: keys.

    Not those whose pupil came into the new class meanwhile: whether her days there are to be
    replaced is asked with both strips in sight, among what waits for repair.
    """
    return frozenset(
        beside.problem.pk
        for held in classes_beside_last_year(actor, register)
        for beside in (*held.certain, *held.doubtful)
        if not beside.is_here
    )


def _may_still_be(seat: Enrolment, page: ShownPage, school: Body) -> bool:
    """Whether a pupil is still in a class of last year of this school, or came into the page's class.

    Who has moved on since is not shown where she is now, and no press could say that she is here.
    """
    held, year = seat.class_section, year_of(school, date.fromisoformat(page.month + "-01"))
    if held.school_id != school.pk:
        return False
    is_here = (held.grade, held.section) == (page.grade, page.section)
    return held.year == year.first_on.year - 1 or (is_here and held.year == year.first_on.year)


@dataclass(frozen=True)
class LeftOver:
    """A pupil still in last year's class, whom nobody has found again in the new one.

    Attributes:
        may_be_a_row: a row that waits may be she; otherwise no row is.
        is_asked_after: she stands among those who are missing from their registers.
    """

    seat: Enrolment
    may_be_a_row: bool
    is_asked_after: bool


def left_of_last_year(actor: Actor, register: RegisterFile) -> list[LeftOver]:
    """Pupils of the classes that those of a taken file follow, who are not found again yet.

    Whom no row may be stands first. Seven queries for one school, however many pages and pupils
    there are.
    """
    if register.state != RegisterFile.State.TAKEN:
        return []
    pages = [
        p
        for p in shown_pages(actor, register)
        if p.can_be_taken and p.school_id and p.grade.isdecimal()
    ]
    schools = Body.objects.select_related("area").in_bulk({UUID(p.school_id) for p in pages})
    keys = {
        ClassKey(school.pk, year_of(school, date.fromisoformat(p.month + "-01")).first_on.year,
                 p.grade, p.section)
        for p in pages
        if (school := schools.get(UUID(p.school_id))) is not None
    }  # fmt: skip
    known = KnownClasses(keys)
    children = {child for key in keys for child in known.enrolled_before(key)}
    if not children:
        return []
    seats = list(
        Enrolment.objects.filter(
            not_kin(actor, "child__"), child__in=children, ends_on__isnull=True
        ).select_related("child", "class_section")
    )
    waiting = ImportProblem.objects.filter(
        source_kind="register",
        code="row_unmatched",
        state=ImportProblem.State.OPEN,
        body_id__in=schools,
    )
    may_be = {key for p in waiting for key in (p.raw or {}).get("suggestions", ())}
    asked = set(
        MissingPupil.objects.filter(
            child__in=[s.child_id for s in seats], state=MissingPupil.State.WAITING
        ).values_list("child_id", flat=True)
    )
    left = [LeftOver(s, str(s.child_id) in may_be, s.child_id in asked) for s in seats]
    return sorted(left, key=lambda one: (one.may_be_a_row, _by_roll(one.seat)))


def _by_roll(seat: Enrolment) -> tuple[str, str, int, str]:
    held, roll = seat.class_section, seat.roll_no
    return held.grade, held.section, int(roll) if roll.isdecimal() else 0, roll


def rows_of_last_year(waiting: QuerySet[ImportProblem]) -> int:
    """How many of the problems that wait are rows that may be pupils of last year's classes."""
    rows = waiting.filter(code="row_unmatched")
    return sum(bool((problem.raw or {}).get("promoted")) for problem in rows)
