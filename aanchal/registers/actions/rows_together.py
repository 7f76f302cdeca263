"""Rows of registers that are said to be pupils, laid together: as many queries as there are class months."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

import numpy as np

from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import move
from aanchal.kernel.verbs import KernelVerb
from aanchal.people.models import ClassSection

from ..models import RegisterFile, RegisterPage, RowDecision
from ..page_store import page_marks
from ..rules.pages import Marks, PageMarks
from ..shown_pages import ShownRow
from .pages import record_page
from .row_undo import kept_for_undo, row_states


@dataclass(frozen=True)
class Said:
    """A row that waits, and the pupil of its class whom a person said it is."""

    problem: ImportProblem
    register: RegisterFile
    row: ShownRow
    section: ClassSection
    month: date
    child: UUID
    enrolled: bool = False


def replaced(before: Marks, marks: Marks) -> int:
    """How many of a child's 31 marks would be replaced by other ones."""
    differs = (marks != 0) & (before != 0) & (marks != before)
    return int(differs.sum())


def lay_rows(actor: Actor, said: Sequence[Said], *, at: datetime) -> list[RowDecision]:
    """Lay rows into the pages of their classes and settle them, each with what undoes it alone.

    A step of a use case, which has asked who may, and holds the rows. A row that would replace
    marks is left as it is.

    Returns:
        What was decided of each row that was laid.
    """
    decisions: list[RowDecision] = []
    settled: list[Said] = []

    def whose(one: Said) -> tuple[str, date, str]:
        return str(one.section.pk), one.month, str(one.register.pk)

    for _whose, held in groupby(sorted(said, key=whose), key=whose):
        group = _laid_once(held)
        before = days_in(group[0].section, group[0].month)
        group = [
            s
            for s in group
            if s.child not in before or not replaced(before[s.child], s.row.mark_array())
        ]
        if group:
            decisions += _lay(actor, group, before, at=at)
            settled += group
    _keep(actor, settled, decisions, at=at)
    return decisions


def _laid_once(group: Iterable[Said]) -> list[Said]:
    """Of two rows of a page that are one pupil the first: the other is asked about by itself."""
    found: dict[UUID, Said] = {}
    for one in group:
        found.setdefault(one.child, one)
    return list(found.values())


def days_in(section: ClassSection, month: date) -> dict[UUID, Marks]:
    """The days of each child on a class's page of a month, as they are in."""
    held = RegisterPage.objects.filter(class_section=section, month=month).first()
    if held is None:
        return {}
    content = page_marks(held)
    return dict(zip(content.children, content.marks, strict=True))


def _lay(
    actor: Actor, group: list[Said], before: dict[UUID, Marks], *, at: datetime
) -> list[RowDecision]:
    section, month, register = group[0].section, group[0].month, group[0].register
    children = tuple(s.child for s in group)
    stood = row_states(section, month, children)
    record_page(
        actor,
        class_section=section,
        month=month,
        page=PageMarks(children, np.stack([s.row.mark_array() for s in group])),
        register=register,
        received_at=register.received_at,
        at=at,
        keeps_former=False,  # each row's decision keeps it
    )
    page = RegisterPage.objects.filter(class_section=section, month=month).first()
    stands, after = row_states(section, month, children), days_in(section, month)
    return [
        RowDecision(
            district=s.problem.district,
            problem=s.problem,
            row_tag=s.row.tag,
            child_id=s.child,
            page=page,
            before=before[s.child].tobytes() if s.child in before else None,
            after=after[s.child].tobytes() if s.child in after else None,
            undo=kept_for_undo(stood[s.child], stands[s.child]),
            enrolled=s.enrolled,
            is_remembered=bool(s.row.tag),
            decided_by=actor.user_id,
            decided_at=at,
        )
        for s in group
    ]


def _keep(actor: Actor, settled: list[Said], decisions: list[RowDecision], *, at: datetime) -> None:
    """Store the decisions; of one row of a class the latest is remembered."""
    latest = {d.row_tag: d for d in decisions if d.row_tag}
    for decision in decisions:
        decision.is_remembered = latest.get(decision.row_tag) is decision
    RowDecision.objects.filter(row_tag__in=latest, is_remembered=True).update(is_remembered=False)
    RowDecision.objects.bulk_create(decisions)
    verb = KernelVerb.IMPORT_PROBLEM_REPAIRED
    for one in settled:
        move(one.problem, ImportProblem.State.REPAIRED, verb=verb)
        one.problem.settled_at, one.problem.settled_by = at, actor.user_id
        record(
            actor,
            verb,
            one.problem,
            scope=one.section.scope(),
            state=one.problem.state,
        )
    ImportProblem.objects.bulk_update(
        [s.problem for s in settled], ["state", "settled_at", "settled_by"], batch_size=200
    )
