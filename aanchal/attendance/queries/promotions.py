"""Reads for the change of session: a register's rows beside last year's pupils they may be."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import Actor
from aanchal.people.models import Enrolment
from aanchal.people.rules.promotion import Reason

from ..models import RegisterFile
from ..reading import ShownPage
from .books import open_problems, shown_pages


@dataclass(frozen=True)
class Beside:
    """A row that waits, and the pupils of last year's classes it may be, the most alike first."""

    problem: ImportProblem
    name: str
    roll: str
    reason: Reason
    former: tuple[Enrolment, ...]


@dataclass
class ClassBeside:
    """One shown page: the rows one press may say, and those that are each asked about."""

    page: ShownPage
    certain: list[Beside] = field(default_factory=list)
    doubtful: list[Beside] = field(default_factory=list)


def classes_beside_last_year(actor: Actor, register: RegisterFile) -> list[ClassBeside]:
    """Pages of a file the actor may see with rows that wait to be found in last year's classes.

    Four queries, however many pages and rows there are.
    """
    pages = {p.number: ClassBeside(p) for p in shown_pages(actor, register) if p.can_be_taken}
    waiting = [
        p
        for p in open_problems(actor, register)
        if p.raw and p.raw.get("promoted") and p.raw.get("page") in pages
    ]
    children = {key for p in waiting for key in p.raw["suggestions"]}
    held = {
        str(e.child_id): e
        for e in Enrolment.objects.filter(
            child__in=[UUID(c) for c in children], ends_on__isnull=True
        ).select_related("child", "class_section")
    }
    for problem in waiting:
        raw = problem.raw
        former = tuple(held[key] for key in raw["suggestions"] if key in held)
        reason = Reason(raw["promoted"])
        beside = Beside(problem, raw["name"], raw["roll"], reason, former)
        is_certain = reason is Reason.NAME_EQUAL and raw["suggestions"][0] in held
        to = pages[raw["page"]]
        (to.certain if is_certain else to.doubtful).append(beside)
    return [c for c in pages.values() if c.certain or c.doubtful]


def rows_of_last_year(waiting: QuerySet[ImportProblem]) -> int:
    """How many of the problems that wait are rows that may be pupils of last year's classes."""
    rows = waiting.filter(code="row_unmatched")
    return sum(bool((problem.raw or {}).get("promoted")) for problem in rows)
