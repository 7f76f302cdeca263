"""Taking a repair or a setting aside back: the row or cell waits again."""

from datetime import datetime

import numpy as np
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.authz import Actor, may, require
from aanchal.kernel.errors import NotFound, SecondPerson, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import advance
from aanchal.kernel.verbs import KernelVerb
from aanchal.lib.marks import Mark
from aanchal.people.actions import undo_enrolment

from ..guidance import guidance
from ..models import RegisterFile, RowDecision
from ..permissions import RegisterPermission
from ..rows_left import count_rows_left
from ..rules.pages import DAYS
from .left_over import ask_no_more_after
from .pages import is_kin_of_any
from .repair_places import RepairPlace, lock_problem, page_of, place_of, scope_of_problem
from .row_undo import put_row_back, refuse_what_others_rest_on


@use_case
def undo_repair(actor: Actor, *, problem: ImportProblem, at: datetime) -> ImportProblem:
    """Take a repair back: the days are as they were, and the row or cell waits again.

    Absences that another person laid are taken away like others: more than a few only by whoever
    corrects registers and is not kin of the child.

    Raises:
        NotAllowed: not the actor's class.
        SecondPerson: another repaired it, and more absences would go than one may take away.
        WrongState: nothing to undo, or the child's days have been changed since, or another file or
            repair has given her these days too.
    """
    problem = lock_problem(problem)
    if problem.source_kind != "register" or not problem.raw:
        raise NotFound
    register = RegisterFile.objects.get(pk=problem.source_id)
    place = place_of(register, page_of(register, problem))
    require(actor, RegisterPermission.REGISTER_REPAIR, place.scope)
    decision = (
        RowDecision.objects.select_related("page__class_section__school__area", "child")
        .filter(problem=problem)
        .first()
    )
    if problem.state != ImportProblem.State.REPAIRED or decision is None:
        raise WrongState
    if (
        decision.decided_by != actor.user_id
        and _absences_gone(decision) > guidance()["correction_max_absences_removed"]
        and not _corrects(actor, place, decision)
    ):
        raise SecondPerson(
            _("Another person repaired this, and absences would be gone. Ask the coordinator.")
        )
    ask_no_more_after(actor, decision=decision, at=at)
    if decision.page is not None and decision.child_id is not None and decision.after:
        refuse_what_others_rest_on(decision, register)
        put_row_back(actor, decision=decision, at=at)
    if decision.enrolled and decision.child is not None:
        undo_enrolment(actor, child=decision.child, class_section=place.section())
    decision.delete()
    problem.settled_at, problem.settled_by = None, ""
    advance(
        actor,
        problem,
        ImportProblem.State.OPEN,
        scope=place.scope,
        saving=("settled_at", "settled_by"),
        verb=KernelVerb.IMPORT_PROBLEM_REPAIRED,
        state=ImportProblem.State.OPEN.value,
    )
    count_rows_left(register)
    return problem


def _corrects(actor: Actor, place: RepairPlace, decision: RowDecision) -> bool:
    """Whether the actor may take absences of the row's child away alone; kin of hers may not."""
    if not may(actor, RegisterPermission.REGISTER_CORRECT, place.scope):
        return False
    return decision.child_id is None or not is_kin_of_any(actor, (decision.child_id,))


def _absences_gone(decision: RowDecision) -> int:
    """How many absences stand by a decision alone, and would be gone without it."""
    if decision.after is None:
        return 0
    after = np.frombuffer(decision.after, np.uint8)
    before = np.zeros(DAYS, np.uint8)
    if decision.before is not None:
        before = np.frombuffer(decision.before, np.uint8)
    return int(((after == Mark.ABSENT) & (before != Mark.ABSENT)).sum())


@use_case
def take_problem_up_again(actor: Actor, *, problem: ImportProblem, at: datetime) -> ImportProblem:
    """Undo a setting aside: the row or cell waits for repair again, and is asked about again.

    Raises:
        NotAllowed: not the actor's class or school.
        WrongState: it was not set aside, or waits again already.
    """
    problem = lock_problem(problem)
    if problem.source_kind != "register":
        raise NotFound
    register = RegisterFile.objects.get(pk=problem.source_id)
    scope = scope_of_problem(actor, register, problem)
    require(actor, RegisterPermission.REGISTER_REPAIR, scope)
    if problem.state != ImportProblem.State.SET_ASIDE:
        raise WrongState
    decided = RowDecision.objects.filter(problem=problem).first()
    if decided is not None:
        ask_no_more_after(actor, decision=decided, at=at)
        decided.delete()
    problem.settled_at, problem.settled_by = None, ""
    advance(
        actor,
        problem,
        ImportProblem.State.OPEN,
        scope=scope,
        saving=("settled_at", "settled_by"),
        verb=KernelVerb.IMPORT_PROBLEM_REOPENED,
    )
    count_rows_left(register)
    return problem
