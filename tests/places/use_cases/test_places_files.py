"""Files sent on the site: kept first, then taken in with the rights their sender has now."""

import io

import pytest
from django.db import connection

from aanchal.access.roles import Role
from aanchal.kernel.errors import NotAllowed, TooLarge, Unreadable
from aanchal.kernel.files import read_file
from aanchal.kernel.models import ImportProblem, StoredFile
from aanchal.places.actions import (
    give_place_file,
    set_place_problems_aside,
    take_place_file,
)
from aanchal.places.models import Area, PlaceFile, School
from tests.audited import audited
from tests.place_files import (
    AT,
    BLOCKS,
    DISTRICT,
    DISTRICTS,
    STATES,
    a_joiner,
    a_tree,
    some_schools,
    take_areas,
    take_schools,
)

pytestmark = pytest.mark.django_db


def give(text: str | bytes, *, where: str = DISTRICT, role: Role = Role.ADMINISTRATOR) -> PlaceFile:
    data = text if isinstance(text, bytes) else text.encode()
    return give_place_file(
        a_joiner(where, role), source=io.BytesIO(data), filename="sent by hand.csv", at=AT
    )


def test_a_file_is_kept_as_it_came_before_anything_is_read_into_the_tree():
    for text in (STATES, DISTRICTS):
        take_areas(text)

    held = give(BLOCKS)

    assert read_file(held.file) == BLOCKS.encode()
    assert (held.kind, held.lines, held.state) == ("areas", 3, "received")
    assert not Area.objects.filter(level="block").exists()
    assert audited().filter(verb="place_file.received", district="D206").count() == 1


def test_a_kept_file_is_taken_in_and_says_what_came_of_it():
    a_tree()
    held = take_place_file(a_joiner(), held=give(some_schools(3)), at=AT)

    assert (held.kind, held.state, held.done["new"]) == ("schools", "taken", 3)
    assert School.objects.count() == 3


def test_taken_in_again_after_a_crash_it_changes_nothing():
    a_tree()
    held = take_place_file(a_joiner(), held=give(some_schools(3)), at=AT)

    again = take_place_file(a_joiner(), held=held, at=AT)

    assert (again.done["new"], again.done["same"]) == (0, 3)


def test_a_sender_who_may_import_no_more_is_refused_and_the_file_says_so():
    a_tree()
    held = give(some_schools(3))

    with pytest.raises(NotAllowed):
        take_place_file(a_joiner(DISTRICT, Role.TEACHER), held=held, at=AT)

    held.refresh_from_db()
    assert held.state == "refused"
    assert not School.objects.exists()


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PK\x03\x04zip", b"\x1f\x8bgzip"])
def test_what_is_neither_is_not_kept(data):
    with pytest.raises(Unreadable):
        give(data)

    assert not StoredFile.objects.exists()
    assert not PlaceFile.objects.exists()


def test_too_large_a_file_is_not_kept(settings):
    settings.AANCHAL_UPLOAD_BYTES = 50

    with pytest.raises(TooLarge):
        give(BLOCKS * 3)

    assert not PlaceFile.objects.exists()


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.TEACHER, Role.COORDINATOR, Role.CASE_WORKER])
def test_giving_a_file_is_refused_and_keeps_nothing(role):
    with pytest.raises(NotAllowed):
        give(BLOCKS, role=role)

    assert not StoredFile.objects.exists()
    assert audited().get().outcome == "refused"


# --- many lines set aside ---


def far_problems() -> list[ImportProblem]:
    a_tree(villages=0)
    lines = [f"100504{90 + n:03d}01,P.S. FAR,1,3,1,1,847404,FAR,100504{90 + n:03d},1005,206,"
             f"90.1,24.1\n" for n in range(3)]  # fmt: skip
    take_schools(some_schools() + "".join(lines))
    return list(ImportProblem.objects.filter(code="far_position"))


def test_many_lines_are_set_aside_with_one_event():
    problems = far_problems()

    done = set_place_problems_aside(a_joiner(), problems=problems, at=AT)

    assert done == 3
    event = audited().get(verb="import_problem.settled")
    assert event.changes == {"codes": ["far_position"], "count": 3}


def test_those_settled_meanwhile_are_passed_over():
    problems = far_problems()
    set_place_problems_aside(a_joiner(), problems=problems[:1], at=AT)

    assert set_place_problems_aside(a_joiner(), problems=problems, at=AT) == 2


@pytest.mark.parametrize(
    ("role", "where"), [(Role.COORDINATOR, DISTRICT), (Role.ADMINISTRATOR, "IN/S10/D207")]
)
def test_setting_many_aside_is_refused_as_a_whole(role, where):
    problems = far_problems()

    if connection.vendor == "postgresql" and "D207" in where:
        # The row guard hides them: to this actor there is nothing to set aside.
        assert set_place_problems_aside(a_joiner(where, role), problems=problems, at=AT) == 0
    else:
        with pytest.raises(NotAllowed):
            set_place_problems_aside(a_joiner(where, role), problems=problems, at=AT)

    for problem in problems:
        problem.refresh_from_db()
    assert {p.state for p in problems} == {"open"}
