"""Repairing what a register could not say by itself: who is this row?"""

from datetime import date, datetime
from uuid import UUID

import numpy as np
from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import Invalid, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import Actor, Permission, Scope, require
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassSection, Enrolment
from aanchal.people.rules.pupils import NewPupil, split_name
from aanchal.places.models import Body
from aanchal.places.queries import year_of

from ..models import RegisterFile
from ..reading import ShownPage, ShownRow, page_scope
from ..rules.pages import PageMarks
from .pages import record_page
from .registers import scope_of_file

ENROL, SET_ASIDE = "enrol", "set_aside"


@use_case
def repair_row(actor: Actor, *, problem: ImportProblem, choice: str, at: datetime) -> ImportProblem:
    """Say who a register's unmatched row is: a pupil of the class, a new one, or nobody.

    Args:
        choice: a child's id, `ENROL`, or `SET_ASIDE`.

    Raises:
        NotAllowed: not the actor's class.
        Invalid: the pupil chosen is not of this class.
        WrongState: somebody settled it before.
    """
    problem = ImportProblem.objects.select_for_update().get(pk=problem.pk)
    if problem.source_kind != "register" or problem.code != "row_unmatched" or not problem.raw:
        raise NotFound
    register = RegisterFile.objects.get(pk=problem.source_id)
    page, row = row_of(register, problem)
    if not page.can_be_taken:
        # Nobody knows whose row it is: it can only be put away, and its page sent by itself.
        if choice != SET_ASIDE:
            raise Invalid(
                _(
                    "It is not known of which class this row is. Set it aside and send its page alone."
                ),
                field="choice",
            )
        return set_problem_aside(actor, problem=problem, at=at)
    school = Body.objects.select_related("area").get(pk=page.school_id)
    scope = page_scope(school, page)
    require(actor, Permission.REGISTER_REPAIR, scope)
    if problem.state != ImportProblem.State.OPEN:
        raise WrongState
    month = date.fromisoformat(page.month + "-01")
    if choice == SET_ASIDE:
        problem.state = ImportProblem.State.SET_ASIDE
    else:
        if choice == ENROL:
            enrolled = _enrol(actor, school=school, page=page, row=row, month=month, at=at)
            if enrolled is None:
                # The question is asked and kept; the row waits here until it is answered.
                return problem
            child_id = enrolled
        else:
            child_id = _chosen(choice)
        section = _class_section(school, page, month)
        if not Enrolment.objects.filter(class_section=section, child=child_id).exists():
            raise Invalid(_("This pupil is not in this class. Choose another."), field="choice")
        record_page(
            actor,
            class_section=section,
            month=month,
            page=PageMarks((child_id,), row.mark_array()[np.newaxis]),
            register=register,
            received_at=register.received_at,
            at=at,
        )
        problem.state = ImportProblem.State.REPAIRED
    problem.settled_at, problem.settled_by = at, actor.user_id
    problem.save(update_fields=["state", "settled_at", "settled_by"])
    record(actor, Verb.REGISTER_REPAIRED, problem, scope=scope, state=problem.state)
    return problem


@use_case
def set_problem_aside(actor: Actor, *, problem: ImportProblem, at: datetime) -> ImportProblem:
    """Note that a problem was looked at and needs nothing more.

    Raises:
        NotAllowed: not the actor's school.
        WrongState: somebody settled it before.
    """
    problem = ImportProblem.objects.select_for_update().get(pk=problem.pk)
    scope = Scope(
        area_path=problem.area_path,
        district=problem.district,
        body_id=str(problem.body_id or ""),
    )
    if problem.source_kind == "register":
        # Whoever may send the file may say that its cells were looked at: a class teacher too.
        scope = scope_of_file(actor, RegisterFile.objects.get(pk=problem.source_id))
    require(actor, Permission.REGISTER_REPAIR, scope)
    if problem.state != ImportProblem.State.OPEN:
        raise WrongState
    problem.state = ImportProblem.State.SET_ASIDE
    problem.settled_at, problem.settled_by = at, actor.user_id
    problem.save(update_fields=["state", "settled_at", "settled_by"])
    record(actor, Verb.IMPORT_PROBLEM_SETTLED, problem, scope=scope)
    return problem


@use_case
def take_problem_up_again(actor: Actor, *, problem: ImportProblem, at: datetime) -> ImportProblem:
    """Undo a setting aside: the row or cell waits for repair again.

    Raises:
        NotAllowed: not the actor's class or school.
        WrongState: it was not set aside, or waits again already.
    """
    problem = ImportProblem.objects.select_for_update().get(pk=problem.pk)
    if problem.source_kind != "register":
        raise NotFound
    register = RegisterFile.objects.get(pk=problem.source_id)
    scope = scope_of_file(actor, register)
    if problem.code == "row_unmatched" and problem.raw:
        page, _row = row_of(register, problem)
        scope = page_scope(Body.objects.select_related("area").get(pk=page.school_id), page)
    require(actor, Permission.REGISTER_REPAIR, scope)
    if problem.state != ImportProblem.State.SET_ASIDE:
        raise WrongState
    problem.state = ImportProblem.State.OPEN
    problem.settled_at, problem.settled_by = None, ""
    problem.save(update_fields=["state", "settled_at", "settled_by"])
    record(actor, Verb.IMPORT_PROBLEM_SETTLED, problem, scope=scope, state=problem.state)
    return problem


def row_of(register: RegisterFile, problem: ImportProblem) -> tuple[ShownPage, ShownRow]:
    """The page and row a problem is about, as they were shown; `NotFound` when they are gone."""
    raw = dict(problem.raw)
    number = raw.pop("page")
    for held in (register.understood or {}).get("pages", []):
        if held["number"] == number:
            return ShownPage.from_json(held), ShownRow(**raw)
    raise NotFound


def _chosen(choice: str) -> UUID:
    try:
        return UUID(choice)
    except ValueError:
        raise Invalid(_("Say who this row is."), field="choice") from None


def _enrol(
    actor: Actor, *, school: Body, page: ShownPage, row: ShownRow, month: date, at: datetime
) -> UUID | None:
    """Enrol a row's pupil; None when she is in a class that is not the actor's and was asked for."""
    given, family = split_name(row.name)
    done = enrol_pupils(
        actor,
        school=school,
        pupils=[
            NewPupil(
                grade=page.grade,
                section=page.section,
                # A roll number that another pupil holds is what made the row unsure.
                roll="" if row.suggestions else row.roll,
                given_name=given,
                family_name=family,
                own_script_name="" if row.name.isascii() else row.name,
                sex=row.sex,
                village=row.village,
                admission_no=row.admission_no,
                row=row.row,
            )
        ],
        on=month,
        at=at,
    )
    child = done.children[0]
    if child is None and not done.waiting:
        raise Invalid(
            _("This row cannot be enrolled. Choose a pupil of the class."), field="choice"
        )
    return child


def _class_section(school: Body, page: ShownPage, month: date) -> ClassSection:
    return ClassSection.objects.get(
        school=school,
        year=year_of(school, month).first_on.year,
        grade=page.grade,
        section=page.section,
    )
