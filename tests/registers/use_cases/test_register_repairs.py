"""What a register could not say by itself: whose row, which school; settled once, by whom it may."""

from dataclasses import replace

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.people.models import Child
from aanchal.registers.actions import (
    ENROL,
    SET_ASIDE,
    read_register,
    repair_row,
    set_problem_aside,
    take_register,
)
from aanchal.registers.actions.registers import choose_school, refuse_register
from aanchal.registers.models import RegisterFile, RegisterPage
from aanchal.registers.page_store import page_marks
from tests.audited import audited
from tests.factories import (
    NAMES,
    NOW,
    VILLAGE,
    a_class,
    a_given_register,
    a_register_xlsx,
    an_actor,
)
from tests.signing_in import a_school

pytestmark = pytest.mark.django_db

FULL = "PPPP.PPPPPP.PPPPPP.PPPPPP.PPPPP"
HINTS = {"grade": "6", "section": "A", "month": "2026-07"}


def rows(count):
    return [(str(i + 1), NAMES[i], FULL) for i in range(count)]


def a_waiting_row():
    """A class of six, five of whom the register names; its sixth row is nobody it knows."""
    section, children = a_class()
    sheet = [*rows(5), ("99", "Somebody Else Entirely", FULL)]
    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))
    take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)
    return section, children, ImportProblem.objects.get(code="row_unmatched")


def a_waiting_cell():
    """A register in which one cell cannot be read."""
    section, _children = a_class()
    sheet = [*rows(5), ("6", NAMES[5], FULL[:-1] + "Z")]
    held = a_given_register(an_actor(), a_register_xlsx(sheet, udise=section.school.school.udise))
    take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)
    return section, ImportProblem.objects.exclude(code="row_unmatched").get()


def a_file_of_no_known_school():
    return a_given_register(an_actor(), a_register_xlsx(rows(6)))


def others(section):
    """Who may not: of another district, of another class, of no registers at all."""
    school = str(section.school.pk)
    actors = [
        an_actor(where="IN/S10/D207"),
        an_actor(Role.TEACHER, body_id=school, grade="7", section="A"),
        an_actor(Role.VOLUNTEER, VILLAGE),
        an_actor(Role.ADMINISTRATOR),
    ]
    return [replace(actor, user_id="worker-2") for actor in actors]


def days_of(section, child):
    page = page_marks(RegisterPage.objects.get(class_section=section))
    return "".join(".PALH"[code] for code in page.marks[page.children.index(child.pk)])


# --- whose row is it? ---


def test_a_row_is_given_to_the_pupil_it_belongs_to():
    section, children, problem = a_waiting_row()

    repair_row(an_actor(), problem=problem, choice=str(children[5].pk), at=NOW)

    problem.refresh_from_db()
    assert days_of(section, children[5]) == FULL
    assert (problem.state, problem.settled_by) == ("repaired", "worker-1")
    assert audited().filter(verb="register.repaired").count() == 1


def test_a_row_of_a_new_pupil_enrols_her_and_takes_her_marks():
    section, children, problem = a_waiting_row()

    repair_row(an_actor(), problem=problem, choice=ENROL, at=NOW)

    new = Child.objects.exclude(pk__in=[c.pk for c in children]).get()
    assert f"{new.given_name} {new.family_name}" == "Somebody Else Entirely"
    assert days_of(section, new) == FULL


def test_a_row_that_is_nobody_is_set_aside_and_marks_nothing():
    section, _children, problem = a_waiting_row()
    before = page_marks(RegisterPage.objects.get(class_section=section))

    repair_row(an_actor(), problem=problem, choice=SET_ASIDE, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "set_aside"
    assert page_marks(RegisterPage.objects.get(class_section=section)).children == before.children


@pytest.mark.parametrize("choice", ["of another class", "no key at all"])
def test_a_row_goes_to_nobody_outside_its_class(choice):
    section, _children, problem = a_waiting_row()
    _other, elsewhere = a_class(section.school, grade="7")
    chosen = str(elsewhere[0].pk) if choice == "of another class" else choice

    with pytest.raises(Invalid):
        repair_row(an_actor(), problem=problem, choice=chosen, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "open"


def test_a_row_is_settled_once():
    _section, children, problem = a_waiting_row()
    repair_row(an_actor(), problem=problem, choice=SET_ASIDE, at=NOW)

    with pytest.raises(WrongState):
        repair_row(an_actor(), problem=problem, choice=str(children[5].pk), at=NOW)


def test_a_row_is_settled_only_by_whom_its_class_is():
    section, children, problem = a_waiting_row()

    for actor in others(section):
        with pytest.raises((NotAllowed, NotFound)):
            repair_row(actor, problem=problem, choice=str(children[5].pk), at=NOW)

    problem.refresh_from_db()
    assert problem.state == "open"
    assert not audited().filter(verb="register.repaired").exists()


# --- a cell that was looked at ---


def test_a_cell_that_was_looked_at_is_set_aside():
    _section, problem = a_waiting_cell()

    set_problem_aside(an_actor(), problem=problem, at=NOW)

    problem.refresh_from_db()
    assert (problem.state, problem.settled_at) == ("set_aside", NOW)
    with pytest.raises(WrongState):
        set_problem_aside(an_actor(), problem=problem, at=NOW)


def test_a_cell_is_set_aside_only_by_whom_its_class_is():
    section, problem = a_waiting_cell()

    for actor in others(section):
        with pytest.raises((NotAllowed, NotFound)):
            set_problem_aside(actor, problem=problem, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "open"


# --- whose register is it? ---


def test_a_file_is_placed_with_its_school_and_read_again():
    section, _children = a_class()
    held = a_file_of_no_known_school()

    placed = choose_school(an_actor(), register=held, school=section.school, hints=HINTS, at=NOW)
    shown = read_register(an_actor(), register=placed, at=NOW)

    [page] = shown.understood["pages"]
    assert (placed.state, shown.state) == ("received", "shown")
    assert shown.district == "D206"
    assert len(page["rows"]) == 6


def test_a_file_is_not_placed_with_a_school_that_is_not_ones_own():
    section, _children = a_class()
    held = a_file_of_no_known_school()
    elsewhere = a_school("IN/S10/D207/B1900/P920/V921")

    with pytest.raises(NotAllowed):
        choose_school(an_actor(), register=held, school=elsewhere, hints=HINTS, at=NOW)
    for actor in others(section):
        with pytest.raises((NotAllowed, NotFound)):
            choose_school(actor, register=held, school=section.school, hints=HINTS, at=NOW)

    held.refresh_from_db()
    assert held.school is None


def test_the_same_file_is_placed_with_a_school_once():
    section, _children = a_class()
    data = a_register_xlsx(rows(6))
    a_given_register(an_actor(), data, school=section.school, **HINTS)
    again = a_given_register(an_actor(), data)

    with pytest.raises(WrongState):
        choose_school(an_actor(), register=again, school=section.school, hints=HINTS, at=NOW)


def test_a_file_that_was_refused_is_placed_and_looked_at_again():
    section, _children = a_class()
    held = a_file_of_no_known_school()
    refuse_register(an_actor(), register=held, template="It is not a register.", params={}, at=NOW)

    read_again = read_register(an_actor(), register=held, at=NOW)
    assert read_again.state == RegisterFile.State.SHOWN

    refuse_register(an_actor(), register=held, template="It is not a register.", params={}, at=NOW)
    placed = choose_school(an_actor(), register=held, school=section.school, hints=HINTS, at=NOW)
    assert placed.state == RegisterFile.State.RECEIVED


def test_a_file_is_refused_only_by_whom_it_is_and_before_it_is_taken():
    section, _children = a_class()
    data = a_register_xlsx(rows(6), udise=section.school.school.udise)
    held = a_given_register(an_actor(), data)

    for actor in others(section):
        with pytest.raises((NotAllowed, NotFound)):
            refuse_register(actor, register=held, template="No.", params={}, at=NOW)

    take_register(an_actor(), register=held, enrol_unknown=False, at=NOW)
    with pytest.raises(WrongState):
        refuse_register(an_actor(), register=held, template="No.", params={}, at=NOW)
    held.refresh_from_db()
    assert held.state == RegisterFile.State.TAKEN
