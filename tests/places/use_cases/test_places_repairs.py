"""What was looked at is set aside, by who looks after the place, and stays aside."""

import pytest

from aanchal.access.roles import Role
from aanchal.kernel.errors import NotAllowed, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.places.actions import set_place_problem_aside
from tests.audited import audited
from tests.place_files import AT, DISTRICT, a_joiner, a_tree, some_schools, take_schools

pytestmark = pytest.mark.django_db

FAR = "10050409901,P.S. FAR,1,3,1,1,847404,FAR,100504099,1005,206,90.1,24.1\n"


@pytest.fixture
def problem() -> ImportProblem:
    a_tree(villages=0)
    take_schools(some_schools() + FAR)
    return ImportProblem.objects.get(code="far_position")


def test_what_was_looked_at_is_set_aside_and_says_by_whom(problem):
    done = set_place_problem_aside(a_joiner(), problem=problem, at=AT)

    assert (done.state, done.settled_by, done.settled_at) == ("set_aside", "keeper-1", AT)
    event = audited().get(verb="import_problem.settled")
    assert (event.district, event.changes) == ("D206", {"code": "far_position"})


def test_what_was_set_aside_stays_aside_when_the_file_comes_again(problem):
    set_place_problem_aside(a_joiner(), problem=problem, at=AT)

    take_schools(some_schools() + FAR)

    assert ImportProblem.objects.get(code="far_position").state == "set_aside"


def test_setting_aside_twice_is_wrong_state(problem):
    set_place_problem_aside(a_joiner(), problem=problem, at=AT)

    with pytest.raises(WrongState):
        set_place_problem_aside(a_joiner(), problem=problem, at=AT)


def test_a_problem_of_a_register_is_none_of_places(problem):
    problem.source_kind = "register"
    problem.save(update_fields=["source_kind"])

    with pytest.raises(NotFound):
        set_place_problem_aside(a_joiner(), problem=problem, at=AT)


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.COORDINATOR, DISTRICT), (Role.TEACHER, DISTRICT), (Role.ADMINISTRATOR, "IN/S10/D207")],
)
def test_setting_aside_is_refused_and_writes_nothing(problem, role, where):
    # Where the database guards rows, one of another district is not even there.
    with pytest.raises((NotAllowed, NotFound)):
        set_place_problem_aside(a_joiner(where, role), problem=problem, at=AT)

    problem.refresh_from_db()
    assert problem.state == "open"
