"""Schools in: with the villages UDISE knows, doubtful positions marked, once."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.kernel.errors import NotAllowed, Unreadable
from aanchal.kernel.models import ImportProblem
from aanchal.places.models import Area, AreaCode, AreaJoin, Body, School
from tests.audited import audited
from tests.place_files import (
    DISTRICT,
    DISTRICTS,
    STATES,
    a_joiner,
    a_tree,
    area,
    school_lines,
    some_schools,
    take_areas,
    take_schools,
)

pytestmark = pytest.mark.django_db


def open_problems(code: str = "") -> list[ImportProblem]:
    rows = ImportProblem.objects.filter(source_kind="schools", state="open").order_by("row")
    return list(rows.filter(code=code) if code else rows)


def everything() -> dict[str, int]:
    models = (Area, AreaCode, AreaJoin, Body, School, ImportProblem)
    return {m.__name__: m.objects.count() for m in models}


def test_a_school_stands_in_the_village_udise_knows():
    a_tree()

    done = take_schools(some_schools(3))

    school = School.objects.select_related("body__area").get(udise="10050400101")
    assert school.body.area.path == f"{DISTRICT}/BU100504/VU100504001"
    assert (school.body.name, school.body.area.name) == ("P.S. PARSAUNI", "Parsauni")
    assert (school.category, school.management, school.setting) == ("1", "1", "1")
    assert (done.counts.new, done.counts.villages, done.counts.blocks) == (3, 3, 1)
    assert area("1005", system="udise", level="district").path == DISTRICT


def test_the_name_in_its_own_script_comes_in_where_the_file_has_it_and_stays():
    a_tree()
    plain = some_schools(2)
    heading, first, second = plain.splitlines()[:3]

    take_schools(f"{heading},schname_local\n{first},प्राथमिक विद्यालय परसौनी\n{second},P.S. LATIN\n")
    told = dict(Body.objects.values_list("name", "local_name"))
    again = take_schools(plain)

    assert list(told.values()) == ["प्राथमिक विद्यालय परसौनी", ""], "Latin letters are no own script"
    assert dict(Body.objects.values_list("name", "local_name")) == told, "taken away by no file"
    assert (again.counts.same, again.counts.changed) == (2, 0)


def test_an_import_of_schools_leaves_one_event():
    a_tree(villages=0)
    audited()
    before = audited().count()

    take_schools(some_schools(3))

    event = audited().order_by("seq").last()
    assert audited().count() == before + 1
    assert (event.verb, event.changes["new"]) == ("schools.imported", 3)


def test_importing_schools_twice_changes_nothing():
    a_tree()
    text = some_schools() + "10050409901,P.S. FAR,1,3,1,1,9999,FAR,100504099,1005,206,90.1,24.1\n"
    take_schools(text)
    before, rows = everything(), list(AreaJoin.objects.order_by("pk").values())

    again = take_schools(text)

    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, 15)
    assert everything() == before
    assert list(AreaJoin.objects.order_by("pk").values()) == rows


def test_a_changed_line_changes_the_school_and_nothing_else():
    a_tree()
    take_schools(some_schools())

    done = take_schools(some_schools().replace("P.S. BEHAT", "U.M.S. BEHAT"))

    assert (done.counts.changed, done.counts.same) == (1, 13)
    assert Body.objects.filter(name="U.M.S. BEHAT").count() == 1


def test_a_village_is_named_as_most_of_its_schools_name_it():
    a_tree(villages=0)
    rows = [
        ("10050400101", "A", "PARSAUNI", 206, 86.1, 26.3),
        ("10050400102", "B", "PARSOUNI", 206, 86.1, 26.3),
        ("10050400103", "C", "PARSOUNI", 206, 86.1, 26.3),
    ]

    take_schools(school_lines(rows))

    assert area("100504001", system="udise").name == "Parsouni"


def test_a_position_far_from_its_blocks_schools_is_kept_marked_and_told_by_line():
    a_tree()
    far = "10050409901,P.S. FAR,1,3,1,1,847404,FAR,100504099,1005,206,90.1,24.1\n"

    done = take_schools(some_schools() + far)

    body = Body.objects.get(school__udise="10050409901")
    assert body.position_doubtful
    assert body.longitude == pytest.approx(90.1)
    (problem,) = open_problems("far_position")
    assert (problem.row, problem.body_id) == (16, body.pk)
    assert done.counts.doubtful == 1


def test_a_position_that_was_mended_is_doubted_no_more():
    a_tree()
    far = "10050409901,P.S. FAR,1,3,1,1,847404,FAR,100504099,1005,206,90.1,24.1\n"
    take_schools(some_schools() + far)

    take_schools(far.join([some_schools(), ""]).replace("90.1,24.1", "86.11,26.31"))

    assert not Body.objects.filter(position_doubtful=True).exists()
    assert not open_problems("far_position")


def test_a_doubtful_value_goes_in_blank_and_is_settled_when_it_comes_right():
    a_tree(villages=0)
    text = some_schools(3).replace("1,1,847404,PARSAUNI", "1,1,84,PARSAUNI")
    take_schools(text)
    held = School.objects.get(udise="10050400101")
    told = open_problems("wrong_pincode")

    take_schools(some_schools(3))

    assert held.pincode == ""
    assert [p.row for p in told] == [2]
    assert not open_problems()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1005040010,P.S. A,1,3,1,1,847404,A,100504001,1005,206,86.1,26.3", "code_of_10_digits"),
        ("10050400101,P.S. A,1,3,1,1,847404,A,100504002,1005,206,86.1,26.3", "village_disagrees"),
        ("10050400101,P.S. A,1,3,1,1,847404,A,100504001,1006,206,86.1,26.3", "district_disagrees"),
        ("10050400101,,1,3,1,1,847404,A,100504001,1005,206,86.1,26.3", "no_name"),
        ("10050400201,P.S. A,1,3,1,1,847404,A,100504002,1005,206,86.1,26.3", "repeated_code"),
    ],
)
def test_a_line_whose_place_is_in_doubt_is_left_out_and_the_others_go_in(line, code):
    a_tree(villages=0)
    lines = some_schools(3).splitlines()
    text = "\n".join([lines[0], *lines[2:], line]) + "\n"

    done = take_schools(text)

    assert School.objects.count() == 2
    assert [(p.row, p.code) for p in open_problems()] == [(4, code)]
    assert done.counts.left_out == 1


def test_a_line_that_names_another_district_than_its_neighbours_is_left_out():
    a_tree(villages=0)
    text = some_schools(4).replace("100504002,1005,206", "100504002,1005,207")

    done = take_schools(text)

    assert not School.objects.filter(udise="10050400201").exists()
    assert [(p.row, p.code) for p in open_problems()] == [(3, "district_disagrees")]
    assert done.counts.new == 3


def test_what_was_left_out_is_settled_when_it_comes_right():
    a_tree(villages=0)
    take_schools(some_schools(4).replace("100504002,1005,206", "100504002,1005,207"))

    take_schools(some_schools(4))

    assert not open_problems()
    assert School.objects.count() == 4


def test_schools_of_an_unknown_district_are_told_in_one_line_and_come_with_it_later():
    take_areas(STATES)
    done = take_schools(some_schools(5))
    (problem,) = open_problems("district_unknown")
    take_areas(DISTRICTS)

    again = take_schools(some_schools(5))

    assert (done.counts.waiting, done.counts.new) == (5, 0)
    assert problem.params["count"] == 5
    assert again.counts.new == 5
    assert not open_problems()


def test_schools_propose_their_villages_to_lgds_by_name():
    a_tree()

    done = take_schools(some_schools())

    assert (done.proposed.blocks, done.proposed.villages) == (1, 14)
    join = AreaJoin.objects.select_related("source", "target").get(target=area("300001"))
    assert join.source == area("100504001", system="udise")
    assert join.source_code == "100504001"


def test_what_is_no_school_file_is_refused_as_a_whole():
    with pytest.raises(Unreadable):
        take_schools(STATES)

    assert not audited().exists()


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.TEACHER, Role.COORDINATOR, Role.CASE_WORKER])
def test_importing_schools_is_refused_and_writes_nothing(role):
    a_tree(villages=0)
    before = everything()

    with pytest.raises(NotAllowed):
        take_schools(some_schools(3), actor=a_joiner("IN", role))

    assert everything() == before
    assert audited().order_by("-at", "-seq").filter(outcome="refused").count() == 1


def test_an_administrator_of_another_district_takes_in_nothing_here():
    a_tree(villages=0)

    done = take_schools(some_schools(3), actor=a_joiner("IN/S10/D207"))

    assert (done.counts.new, done.counts.outside) == (0, 3)
    assert not School.objects.exists()
    assert not AreaCode.objects.filter(system="udise").exists()


def test_queries_grow_with_batches_and_never_with_schools():
    a_tree(villages=0)
    asked = []
    for count in (200, 400):
        AreaJoin.objects.all().delete()
        rows = [
            (f"1005{b:02d}{v:03d}01", "P.S.", f"Made {v}", 206, 86.1, 26.3)
            for b in range(1, 1 + count // 50)
            for v in range(1, 51)
        ]
        with CaptureQueriesContext(connection) as captured:
            take_schools(school_lines(rows).replace("P.S.", f"P.S. {count}"))
        asked.append(len(captured))

    assert asked[1] - asked[0] < 12, asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "schools", "villages", "blocks", "far"),
    [
        ("schools_madhubani.csv", 3547, 1093, 21, 140),
        ("schools_north_24_parganas.csv", 5788, 2938, 50, 143),
    ],
)
def test_the_published_school_files_go_in_and_twice_changes_nothing(
    real_data, name, schools, villages, blocks, far
):
    for path in ("lgd/1-state.csv", "lgd/2-district.csv"):
        take_areas((real_data / path).read_text(encoding="utf-8-sig"))
    text = (real_data / "udise" / name).read_text(encoding="utf-8-sig")

    first = take_schools(text)
    before = everything()
    again = take_schools(text)

    counts = first.counts
    assert (counts.new, counts.villages, counts.blocks) == (schools, villages, blocks)
    assert counts.doubtful == Body.objects.filter(position_doubtful=True).count() == far
    assert (again.counts.new, again.counts.changed, again.counts.same) == (0, 0, schools)
    assert everything() == before
