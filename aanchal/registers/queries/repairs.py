"""Reads for the repair of a register file: who a row may be, what is in already, what was settled."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from aanchal.kernel.authz import Actor
from aanchal.kernel.models import ImportProblem
from aanchal.lib.indic.names import likeness
from aanchal.people.actions import as_known
from aanchal.people.models import Enrolment
from aanchal.people.rules.matching import MAYBE, Known

from ..models import RegisterFile, RegisterPage, RowDecision
from ..rules.pages import unpack_children, unpack_marks
from ..shown_pages import ShownPage, ShownRow
from .books import class_pupils, visible_register_files

MAX_LIKELY = 3


@dataclass(frozen=True)
class Candidate:
    """A pupil of the class who may be a row; `likeness` of the names from 0 to 100."""

    enrolment: Enrolment
    likeness: float


@dataclass
class ClassToMatch:
    """The pupils of one shown page who are nobody's row yet, and their days that are in already."""

    pupils: list[Enrolment]
    known: dict[UUID, Known]
    days: dict[UUID, tuple[int, ...]]
    names: dict[UUID, Enrolment] = field(default_factory=dict)

    def candidates(self, row: ShownRow) -> tuple[list[Candidate], list[Candidate]]:
        """Pupils like the row, the most alike first, at most three; and all others, likewise."""
        found = sorted(
            (Candidate(e, _likeness(row.name, self.known[e.child_id].names)) for e in self.pupils),
            key=lambda c: (-c.likeness, len(c.enrolment.roll_no), c.enrolment.roll_no),
        )
        near = [c for c in found if c.likeness >= MAYBE][:MAX_LIKELY]
        return near, found[len(near) :]


def _likeness(name: str, names: Iterable[str]) -> float:
    return max((likeness(name, other) for other in names), default=0.0) if name.strip() else 0.0


def classes_to_match(register: RegisterFile, pages: Sequence[ShownPage]) -> dict[int, ClassToMatch]:
    """Number of a page → its class as repair needs it; four queries a page.

    Left out is who has a row of this page already, by match or by a decision.
    """
    decided: dict[int, set[UUID]] = {}
    rows = RowDecision.objects.filter(
        problem__source_kind="register", problem__source_id=str(register.pk), child__isnull=False
    ).select_related("problem")
    for decision in rows:
        if decision.row_tag and decision.child_id is not None:
            number = (decision.problem.raw or {}).get("page", -1)
            decided.setdefault(int(number), set()).add(decision.child_id)
    found = {}
    for page in pages:
        enrolments = class_pupils(register, page.to_json())
        taken = {UUID(r.child) for r in page.rows if r.child} | decided.get(page.number, set())
        free = [e for e in enrolments if e.child_id not in taken]
        found[page.number] = ClassToMatch(
            pupils=free,
            known={e.child_id: as_known(e) for e in free},
            days=_days_in(enrolments, page),
            names={e.child_id: e for e in enrolments},
        )
    return found


def _days_in(enrolments: list[Enrolment], page: ShownPage) -> dict[UUID, tuple[int, ...]]:
    """Child → her 31 marks of the page's month as they are in; empty when none are."""
    if not enrolments:
        return {}
    held = RegisterPage.objects.filter(
        class_section=enrolments[0].class_section_id, month=date.fromisoformat(page.month + "-01")
    ).first()
    if held is None:
        return {}
    children = unpack_children(held.children)
    marks = unpack_marks(held.marks, len(children))
    return {child: tuple(int(m) for m in row) for child, row in zip(children, marks, strict=True)}


def problems_set_aside(actor: Actor, register: RegisterFile) -> QuerySet[ImportProblem]:
    """Rows and cells of a file the actor may see that were set aside, the latest first."""
    return _settled(actor, register, ImportProblem.State.SET_ASIDE)


def problems_repaired(actor: Actor, register: RegisterFile) -> QuerySet[ImportProblem]:
    """Rows and cells of a file the actor may see that were repaired, the latest first."""
    return _settled(actor, register, ImportProblem.State.REPAIRED).select_related(
        "row_decision__child"
    )


def _settled(actor: Actor, register: RegisterFile, state: str) -> QuerySet[ImportProblem]:
    if not visible_register_files(actor).filter(pk=register.pk).exists():
        return ImportProblem.objects.none()
    return ImportProblem.objects.filter(
        source_kind="register", source_id=str(register.pk), state=state
    ).order_by("-settled_at", "-pk")
