"""A setting aside is undone: allowed, refused with nothing written, in the wrong state, audited."""

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.registers.actions import SET_ASIDE, repair_row, take_problem_up_again, take_register
from aanchal.registers.queries.repairs import problems_set_aside
from tests.audited import audited
from tests.factories import NOW, a_class, a_given_register, a_register_xlsx, an_actor
from tests.signing_in import a_person, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def set_aside():
    """A row of a stranger in a class's register, set aside by its teacher."""
    section, _children = a_class(pupils=6)
    teacher = acting(a_person(Role.TEACHER, section.school, grade="6", section="A"))
    rows = [("1", "Gudiya Kumari", "PPPP"), ("9", "Champa Sah", "PPAA")]
    register = a_given_register(
        teacher, a_register_xlsx(rows), school=section.school, grade="6", section="A"
    )
    take_register(teacher, register=register, enrol_unknown=False, confirmed=True, at=NOW)
    problem = ImportProblem.objects.get(code="row_unmatched")
    repair_row(teacher, problem=problem, choice=SET_ASIDE, at=NOW)
    return teacher, register, problem


def test_a_row_set_aside_waits_for_repair_again_and_it_is_audited(set_aside):
    teacher, register, problem = set_aside
    assert list(problems_set_aside(teacher, register)) == [problem]

    take_problem_up_again(teacher, problem=problem, at=NOW)

    problem.refresh_from_db()
    assert (problem.state, problem.settled_by, problem.settled_at) == ("open", "", None)
    assert audited().filter(verb="import_problem.reopened").count() == 1
    assert not problems_set_aside(teacher, register).exists()


@pytest.mark.parametrize(
    "actor",
    [
        an_actor(Role.TEACHER, body_id="01890a5d-ac96-774b-bcce-b302099a8057"),
        an_actor(Role.COORDINATOR, "IN/S10/D206/B1852"),
        an_actor(Role.VOLUNTEER, "IN/S10/D206"),
        an_actor(Role.CASE_WORKER, "IN/S10/D206"),
    ],
    ids=["another school", "another block", "volunteer", "case worker"],
)
def test_others_are_refused_and_nothing_is_written(set_aside, actor):
    _teacher, register, problem = set_aside

    with pytest.raises(NotAllowed):
        take_problem_up_again(actor, problem=problem, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "set_aside"
    assert not problems_set_aside(actor, register).exists()


def test_what_waits_already_cannot_be_taken_up_again(set_aside):
    teacher, _register, problem = set_aside
    take_problem_up_again(teacher, problem=problem, at=NOW)

    with pytest.raises(WrongState):
        take_problem_up_again(teacher, problem=problem, at=NOW)


def test_a_row_of_a_page_whose_school_nobody_knows_waits_again_too(set_aside):
    teacher, register, problem = set_aside
    register.refresh_from_db()
    register.understood["pages"][0] |= {"school_id": "", "school_udise": "10000000001"}
    register.save(update_fields=["understood"])

    take_problem_up_again(teacher, problem=problem, at=NOW)

    problem.refresh_from_db()
    assert problem.state == "open"
    repair_row(teacher, problem=problem, choice=SET_ASIDE, at=NOW)
    problem.refresh_from_db()
    assert problem.state == "set_aside"
