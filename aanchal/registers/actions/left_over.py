"""A pupil of last year's class whom an answer about a row leaves over is asked after."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import ClassSection, Enrolment
from aanchal.people.moving import begun_class
from aanchal.people.queries import kin_children
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..left_out import followed_by_register
from ..models import MissingPupil, RowDecision
from ..permissions import RegisterPermission
from ..shown_pages import ShownRow
from ..verbs import RegisterVerb
from .missing import note_missing


@use_case
def ask_after_left_over(
    actor: Actor,
    *,
    problem: ImportProblem,
    row: ShownRow,
    school: Body,
    grade: str,
    section_name: str,
    month: date,
    at: datetime,
) -> int:
    """Ask where those are who might have been a settled row, and whom no other row may be.

    Whoever might have stayed in the class is expected in the one above it, until that has sent a
    register; from then on no register expects her, and she is asked after here.
    Nor does a move that was asked for keep her from being asked after: it may be refused.

    What was asked is kept with the decision, so that it can be taken back with it.

    Returns:
        How many are asked after now.

    Raises:
        NotAllowed: the actor repairs no registers of the class.
    """
    return ask_after_all_left_over(
        actor,
        rows=[(problem, row)],
        school=school,
        grade=grade,
        section_name=section_name,
        month=month,
        at=at,
    )


def ask_after_all_left_over(
    actor: Actor,
    *,
    rows: Sequence[tuple[ImportProblem, ShownRow]],
    school: Body,
    grade: str,
    section_name: str,
    month: date,
    at: datetime,
) -> int:
    """`ask_after_left_over` of several settled rows of one class month; a step of a use case.

    The queries grow with the classes that are left and with the rows that leave somebody over.
    """
    year = year_of(school, month).first_on.year
    decided = {
        d.problem_id: d
        for d in RowDecision.objects.filter(problem__in=[problem for problem, _row in rows])
    }
    might_be = {
        UUID(key): decided[problem.pk]
        for problem, row in reversed(rows)
        if problem.pk in decided
        for key in row.suggestions
    }
    if not decided:
        return 0
    section = ClassSection(
        district=school.area.district, school=school, year=year, grade=grade, section=section_name
    )
    require(actor, RegisterPermission.REGISTER_REPAIR, section)
    left = Enrolment.objects.filter(
        child__in=might_be,
        class_section__school=school,
        class_section__year=year - 1,
        ends_on__isnull=True,
    ).select_related("class_section")
    waiting = ImportProblem.objects.filter(
        source_kind="register",
        code="row_unmatched",
        state=ImportProblem.State.OPEN,
        body_id=school.pk,
    ).exclude(pk__in=decided)
    asked_of = {key for p in waiting for key in (p.raw or {}).get("suggestions", ())}
    is_followed: dict[UUID, bool] = {}
    gone = []
    for seat in left:
        former = seat.class_section
        if str(seat.child_id) in asked_of:
            continue
        if former.grade == grade:
            if former.pk not in is_followed:
                is_followed[former.pk] = followed_by_register(former)
            if not is_followed[former.pk]:
                continue
        gone.append(seat.child_id)
    if not gone:
        return 0
    # The class may have no pupil yet: a row of it may be nobody before another is somebody.
    section = begun_class(school, year=year, grade=grade, section=section_name)
    before = _waiting_keys(gone)
    noted = note_missing(actor, class_section=section, month=month, children=gone, said={}, at=at)
    if noted:
        new: dict[UUID, list[str]] = {}
        for child, key in _waiting_keys(gone).items():
            if child not in before:
                new.setdefault(might_be[child].pk, []).append(key)
        _keep_asked([d for d in decided.values() if d.pk in new], new)
    return noted


def _keep_asked(decisions: list[RowDecision], new: dict[UUID, list[str]]) -> None:
    for decision in decisions:
        decision.undo = {**(decision.undo or {}), "left_over": new[decision.pk]}
        decision.save(update_fields=["undo"])  # sealed: it is stored one by one


def _waiting_keys(children: list[UUID]) -> dict[UUID, str]:
    """Child → the question where she is, that waits."""
    found = MissingPupil.objects.filter(child__in=children, state=MissingPupil.State.WAITING)
    return {child: str(pk) for child, pk in found.values_list("child_id", "pk")}


@use_case
def ask_no_more_after(actor: Actor, *, decision: RowDecision, at: datetime) -> int:
    """Take back the questions where somebody is that a decision about a row began.

    One that was settled since stays as it was settled, and one about the actor's own kin stands: no
    kin say that nobody need ask after her.

    Returns:
        How many were taken back.

    Raises:
        NotAllowed: the actor repairs no registers of the class.
    """
    keys = (decision.undo or {}).get("left_over", ())
    begun = (
        MissingPupil.objects.filter(pk__in=keys, state=MissingPupil.State.WAITING)
        .select_related("class_section__school__area")
        .select_for_update(of=("self",))
    )
    own = kin_children(actor)
    taken_back = 0
    for missing in begun:
        if str(missing.child_id) in own:
            continue
        scope = missing.class_section.scope()
        require(actor, RegisterPermission.REGISTER_REPAIR, scope)
        record(actor, RegisterVerb.PUPIL_MISSING_TAKEN_BACK, missing, scope=scope)
        missing.delete()
        taken_back += 1
    return taken_back
