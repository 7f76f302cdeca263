"""Repairing what a register could not say by itself: who is this row, what does this cell say?"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, require
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import advance, move
from aanchal.kernel.verbs import KernelVerb
from aanchal.kernel.vocabulary import Verb
from aanchal.people.models import ClassSection, Enrolment

from ..models import RegisterFile, RegisterPage, RowDecision
from ..page_matching import SAME_ROLL
from ..permissions import RegisterPermission
from ..rows_left import count_rows_left
from ..rules.pages import DAYS, Marks, PageMarks
from ..shown_pages import CODES, ShownRow
from .left_over import ask_after_left_over
from .pages import page_marks, record_page
from .repair_places import (
    RepairPlace,
    child_of_cell,
    lock_problem,
    page_of,
    place_of,
    row_of,
    scope_of_problem,
)
from .row_pupils import enrol_row, promote_row
from .row_undo import kept_for_undo, row_states
from .rows_together import replaced

ENROL, SET_ASIDE = "enrol", "set_aside"
# Cells of one child and day that a person can read better than we did.
CELLS = frozenset({"unreadable_mark", "zero_unclear", "one_unclear"})


@use_case
def repair_row(
    actor: Actor, *, problem: ImportProblem, choice: str, at: datetime, overwrite: bool = False
) -> ImportProblem:
    """Say who a register's unmatched row is: a pupil of the class, a new one, or nobody.

    The decision is remembered for the class: the same row of another month, waiting now or sent
    later, is not asked about again. A new pupil whose number is of another class is asked for, and
    the row goes on waiting.

    Args:
        choice: a child's id, `ENROL`, or `SET_ASIDE`.
        overwrite: both strips were seen; marks the chosen pupil already has may be replaced.

    Raises:
        NotAllowed: not the actor's class.
        Invalid: the pupil chosen is not of this class; or, with `field` "overwrite", marks that
            are in already would be replaced.
        WrongState: somebody settled it before.
    """
    problem = lock_problem(problem)
    if problem.source_kind != "register" or problem.code != "row_unmatched" or not problem.raw:
        raise NotFound
    register = RegisterFile.objects.get(pk=problem.source_id)
    page, row = row_of(register, problem)
    if not page.can_be_taken and not (choice == SET_ASIDE and page.is_of_known_class):
        # Nobody knows whose row it is: it can only be put away, and its page sent by itself. Where a
        # question holds the page its class is known, and whom the row leaves over is asked after.
        if choice != SET_ASIDE:
            raise Invalid(
                _(
                    "It is not known of which class this row is. Set it aside and send its page alone."
                ),
                field="choice",
            )
        return set_problem_aside(actor, problem=problem, at=at)
    place = place_of(register, page)
    require(actor, RegisterPermission.REGISTER_REPAIR, place.scope)
    if problem.state != ImportProblem.State.OPEN:
        raise WrongState
    if choice == SET_ASIDE:
        _decide(actor, problem, tag=row.tag, at=at, state=ImportProblem.State.SET_ASIDE)
    else:
        enrolled = False
        if choice == ENROL:
            child_id, enrolled = enrol_row(actor, place=place, row=row, at=at)
        else:
            child_id = _chosen(choice)
            if row.promoted and str(child_id) in row.suggestions and not place.holds(child_id):
                child_id, enrolled = promote_row(actor, place=place, row=row, child=child_id, at=at)
        if child_id is None:
            return problem
        section = place.section()
        if not Enrolment.objects.filter(class_section=section, child=child_id).exists():
            raise Invalid(_("This pupil is not in this class. Choose another."), field="choice")
        _lay(
            actor,
            problem,
            place=place,
            section=section,
            row=row,
            child_id=child_id,
            marks=row.mark_array(),
            overwrite=overwrite,
            enrolled=enrolled,
            at=at,
        )
        _same_rows(actor, problem, row=row, section=section, child_id=child_id, at=at)
    if row.promoted:
        ask_after_left_over(
            actor,
            problem=problem,
            row=row,
            school=place.school,
            grade=page.grade,
            section_name=page.section,
            month=place.month,
            at=at,
        )
    record(
        actor, KernelVerb.IMPORT_PROBLEM_REPAIRED, problem, scope=place.scope, state=problem.state
    )
    count_rows_left(register)
    return problem


@use_case
def correct_mark(
    actor: Actor, *, problem: ImportProblem, mark: str, at: datetime, overwrite: bool = False
) -> ImportProblem:
    """Say what a cell means that could not be read: P, A, L or H.

    Raises:
        NotAllowed: not the actor's class.
        NotFound: the problem is no cell of one child.
        Invalid: no such mark; or nobody has said yet who the row is.
        WrongState: somebody settled it before.
    """
    problem = lock_problem(problem)
    if problem.source_kind != "register" or problem.code not in CELLS or not problem.raw:
        raise NotFound
    register = RegisterFile.objects.get(pk=problem.source_id)
    page = page_of(register, problem)
    if not page.can_be_taken:
        raise NotFound
    place = place_of(register, page)
    require(actor, RegisterPermission.REGISTER_REPAIR, place.scope)
    if problem.state != ImportProblem.State.OPEN:
        raise WrongState
    if mark not in ("P", "A", "L", "H"):
        raise Invalid(_("Choose what the mark says."), field="mark")
    child_id = child_of_cell(problem, page)
    if child_id is None:
        raise Invalid(_("First say who this row is; then this mark can be given."), field="mark")
    marks = np.zeros(DAYS, np.uint8)
    marks[int(problem.params["day"]) - 1] = CODES[mark]
    _lay(
        actor,
        problem,
        place=place,
        section=place.section(),
        row=None,
        child_id=child_id,
        marks=marks,
        overwrite=True,
        enrolled=False,
        at=at,
    )
    record(
        actor, KernelVerb.IMPORT_PROBLEM_REPAIRED, problem, scope=place.scope, state=problem.state
    )
    count_rows_left(register)
    return problem


def _decide(
    actor: Actor,
    problem: ImportProblem,
    *,
    tag: str,
    at: datetime,
    state: ImportProblem.State,
    child_id: UUID | None = None,
    page: RegisterPage | None = None,
    before: bytes | None = None,
    after: bytes | None = None,
    undo: dict[str, Any] | None = None,
    enrolled: bool = False,
    verb: Verb = KernelVerb.IMPORT_PROBLEM_REPAIRED,
) -> None:
    """Settle a problem and keep what was decided; of one row of the class the latest counts.

    Args:
        tag: of the row, or of the two rows that share a roll number; "" of a cell.
        verb: what the audit calls it; whoever calls records it.
    """
    if tag:
        RowDecision.objects.filter(row_tag=tag, is_remembered=True).update(is_remembered=False)
    RowDecision.objects.create(
        district=problem.district,
        problem=problem,
        row_tag=tag,
        child_id=child_id,
        page=page,
        before=before,
        after=after,
        undo=undo,
        enrolled=enrolled,
        is_remembered=bool(tag),
        decided_by=actor.user_id,
        decided_at=at,
    )
    move(problem, state, verb=verb, may_stay=True)
    problem.settled_at, problem.settled_by = at, actor.user_id
    problem.save(update_fields=["state", "settled_at", "settled_by"])


def _lay(
    actor: Actor,
    problem: ImportProblem,
    *,
    place: RepairPlace,
    section: ClassSection,
    row: ShownRow | None,
    child_id: UUID,
    marks: Marks,
    overwrite: bool,
    enrolled: bool,
    at: datetime,
) -> None:
    """Lay one child's marks over the page; keep what they were, and settle the problem."""
    before = _days_of(section, place.month, child_id)
    stood = row_states(section, place.month, [child_id])[child_id]
    if before is not None and not overwrite and replaced(before, marks):
        raise Invalid(
            _("This pupil already has other marks in this month. Look at both first."),
            field="overwrite",
        )
    record_page(
        actor,
        class_section=section,
        month=place.month,
        page=PageMarks((child_id,), marks[np.newaxis]),
        register=place.register,
        received_at=place.register.received_at,
        at=at,
        keeps_former=False,  # the row's decision keeps it
    )
    held = RegisterPage.objects.filter(class_section=section, month=place.month).first()
    after = _days_of(section, place.month, child_id)
    _decide(
        actor,
        problem,
        tag=row.tag if row is not None else "",
        at=at,
        state=ImportProblem.State.REPAIRED,
        child_id=child_id,
        page=held,
        before=before.tobytes() if before is not None else None,
        after=after.tobytes() if after is not None else None,
        undo=kept_for_undo(stood, row_states(section, place.month, [child_id])[child_id]),
        enrolled=enrolled,
    )


def _days_of(section: ClassSection, month: date, child_id: UUID) -> Marks | None:
    held = RegisterPage.objects.filter(class_section=section, month=month).first()
    if held is None:
        return None
    content = page_marks(held)
    if child_id not in content.children:
        return None
    marks: Marks = content.marks[content.children.index(child_id)]
    return marks


def _same_rows(
    actor: Actor,
    problem: ImportProblem,
    *,
    row: ShownRow,
    section: ClassSection,
    child_id: UUID,
    at: datetime,
) -> None:
    """The same row of the class in other files that wait: as was decided, where it overwrites nothing."""
    if not row.tag:
        return
    waiting = (
        ImportProblem.objects.select_for_update()
        .filter(
            source_kind="register",
            code="row_unmatched",
            state=ImportProblem.State.OPEN,
            body_id=section.school_id,
        )
        .exclude(pk=problem.pk)
    )
    same = [p for p in waiting if p.params.get("tag") == row.tag]
    registers = {
        str(r.pk): r for r in RegisterFile.objects.filter(pk__in=[p.source_id for p in same])
    }
    for other in same:
        register = registers.get(other.source_id)
        if register is None:
            continue
        page, other_row = row_of(register, other)
        place = place_of(register, page)
        marks = other_row.mark_array()
        before = _days_of(section, place.month, child_id)
        if before is not None and replaced(before, marks):
            continue
        _lay(
            actor,
            other,
            place=place,
            section=section,
            row=other_row,
            child_id=child_id,
            marks=marks,
            overwrite=False,
            enrolled=False,
            at=at,
        )
        record(
            actor, KernelVerb.IMPORT_PROBLEM_REPAIRED, other, scope=place.scope, state=other.state
        )
        count_rows_left(register)


@use_case
def set_problem_aside(actor: Actor, *, problem: ImportProblem, at: datetime) -> ImportProblem:
    """Note that a problem was looked at and needs nothing more.

    That two children share a roll number is not asked about again in the registers of that class and
    year, while both are written as they are.

    Raises:
        NotAllowed: not the actor's school.
        WrongState: somebody settled it before.
    """
    problem = lock_problem(problem)
    scope = Scope(
        area_path=problem.area_path,
        district=problem.district,
        body_id=str(problem.body_id or ""),
    )
    register = None
    if problem.source_kind == "register":
        # Whoever's class the page is may say that its cells were looked at: a class teacher too.
        register = RegisterFile.objects.get(pk=problem.source_id)
        is_row = problem.code == "row_unmatched" and bool(problem.raw)
        if is_row and page_of(register, problem).is_of_known_class:
            return repair_row(actor, problem=problem, choice=SET_ASIDE, at=at)
        scope = scope_of_problem(actor, register, problem)
    require(actor, RegisterPermission.REGISTER_REPAIR, scope)
    if problem.state != ImportProblem.State.OPEN:
        raise WrongState
    if problem.code == SAME_ROLL and problem.params.get("tag"):
        # That the number of two rows is right as it is holds for the next register of the class too.
        tag = problem.params["tag"]
        verb = KernelVerb.IMPORT_PROBLEM_SETTLED
        _decide(actor, problem, tag=tag, at=at, state=ImportProblem.State.SET_ASIDE, verb=verb)
        record(actor, verb, problem, scope=scope)
    else:
        problem.settled_at, problem.settled_by = at, actor.user_id
        advance(
            actor,
            problem,
            ImportProblem.State.SET_ASIDE,
            scope=scope,
            saving=("settled_at", "settled_by"),
            verb=KernelVerb.IMPORT_PROBLEM_SETTLED,
        )
    if register is not None:
        count_rows_left(register)
    return problem


def _chosen(choice: str) -> UUID:
    try:
        return UUID(choice)
    except ValueError:
        raise Invalid(_("Say who this row is."), field="choice") from None
