"""Reads of places: only within reach, in a few queries, and the paths always tell the truth."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.kernel.errors import NotFound
from aanchal.kernel.models import ImportProblem
from aanchal.places.actions import confirm_join, separate_join, set_calendar
from aanchal.places.models import Area, AreaJoin, Body
from aanchal.places.queries import (
    calendars_of,
    counts_below,
    schools_of,
    visible_area,
    visible_areas,
    visible_school,
    worked_districts,
)
from aanchal.places.queries.files import open_place_problems
from aanchal.places.queries.joins import (
    blocks_with_sure_villages,
    count_joins,
    decided_joins,
    open_joins,
    open_subdistricts,
    sure_villages,
)
from tests.place_files import (
    AT,
    BLOCK,
    BLOCKS,
    DISTRICT,
    SUBDISTRICTS,
    a_joiner,
    a_tree,
    area,
    some_schools,
    take_areas,
    take_schools,
    village_lines,
)
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db

OTHER = "IN/S10/D207"


@pytest.fixture
def tree() -> None:
    a_tree()
    take_schools(some_schools())


@pytest.mark.parametrize(
    ("where", "villages"), [("IN", 28), (DISTRICT, 28), (BLOCK, 14), (OTHER, 0)]
)
def test_areas_are_those_within_reach(tree, where, villages):
    found = visible_areas(a_joiner(where)).filter(level="village")

    assert found.count() == villages


def test_an_area_out_of_reach_is_as_if_it_were_not(tree):
    block = Area.objects.get(path=BLOCK)

    assert visible_area(a_joiner(DISTRICT), pk=block.pk) == block
    for stranger in (a_joiner(OTHER), a_joiner(f"{DISTRICT}/B185"), a_joiner("IN", Role.TEACHER)):
        with pytest.raises(NotFound):
            visible_area(stranger, pk=block.pk)


def test_a_school_out_of_reach_is_as_if_it_were_not(tree):
    school = Body.objects.first()

    assert visible_school(a_joiner(DISTRICT), pk=school.pk) == school
    with pytest.raises(NotFound):
        visible_school(a_joiner(OTHER), pk=school.pk)


def test_a_retired_name_is_listed_nowhere(tree):
    retired = area("300001")
    confirm_join(a_joiner(), join=AreaJoin.objects.get(target=retired), at=AT)

    assert retired not in visible_areas(a_joiner())
    with pytest.raises(NotFound):
        visible_area(a_joiner(), pk=retired.pk)


def test_pairs_are_those_whose_two_places_are_both_within_reach(tree):
    assert open_joins(a_joiner(DISTRICT)).count() == 15
    assert open_joins(a_joiner(BLOCK)).count() == 0
    assert open_joins(a_joiner(OTHER)).count() == 0

    confirm_join(a_joiner(), join=AreaJoin.objects.get(source__level="block"), at=AT)

    assert open_joins(a_joiner(BLOCK, Role.COORDINATOR)).count() == 14


def test_pairs_come_blocks_first_then_the_surest(tree):
    AreaJoin.objects.filter(target=area("300002")).update(band="doubtful")

    found = list(open_joins(a_joiner()))

    assert found[0].source.level == "block"
    assert found[-1].target == area("300002")


def test_pairs_are_counted_as_they_are_listed_in_one_query(tree):
    AreaJoin.objects.filter(target=area("300002")).update(band="doubtful")
    block = area("1851", level="block")

    for below in (None, block):
        with CaptureQueriesContext(connection) as captured:
            counts = count_joins(a_joiner(), below=below)

        assert len(captured) == 1
        assert counts.all == open_joins(a_joiner(), below=below).count()
        assert counts.sure_villages == sure_villages(a_joiner(), below=below).count()
        for band, n in counts.by_band.items():
            assert n == open_joins(a_joiner(), below=below, band=band).count()
    assert count_joins(a_joiner()).by_band["doubtful"] == 1
    assert count_joins(a_joiner(OTHER)).all == 0


def test_blocks_say_how_many_of_their_villages_are_surely_one(tree):
    block = area("1851", level="block")

    assert blocks_with_sure_villages(a_joiner()) == [
        (block, sure_villages(a_joiner(), below=block).count())
    ]
    assert blocks_with_sure_villages(a_joiner(OTHER)) == []


def test_what_was_joined_can_be_found_again_to_be_parted(tree):
    join = AreaJoin.objects.get(target=area("300001"))
    confirm_join(a_joiner(), join=join, at=AT)

    assert list(decided_joins(a_joiner(BLOCK))) == [join]
    assert not decided_joins(a_joiner(OTHER))


def test_sub_districts_are_those_nobody_has_decided(tree):
    take_areas(SUBDISTRICTS + "10,206,1093,Rahika,01093\n")

    assert [s.code for s in open_subdistricts(a_joiner())] == ["1093"]
    assert not open_subdistricts(a_joiner(OTHER))


def test_districts_where_there_is_work_are_those_with_schools(tree):
    assert [d.path for d in worked_districts(a_joiner("IN"))] == [DISTRICT]
    assert not worked_districts(a_joiner(OTHER))


def test_counts_below_many_places_take_three_queries(tree):
    take_areas(BLOCKS + "".join(f"10,206,19{n:02d},MADE UP {n}\n" for n in range(30)))
    places = list(Area.objects.filter(level="block"))

    with CaptureQueriesContext(connection) as captured:
        counts = counts_below(places)

    assert len(captured) == 3
    here = counts[area("1851", level="block").pk]
    assert (here.villages, here.schools, here.open_joins) == (14, 0, 15)


def test_nothing_is_counted_below_nothing():
    assert counts_below([]) == {}


def test_a_sibling_whose_number_begins_alike_is_not_counted(tree):
    take_areas(BLOCKS + "10,206,18510,ALIKE\n")

    assert (
        counts_below([area("18510", level="block")])[area("18510", level="block").pk].villages == 0
    )


def test_calendars_of_many_schools_take_two_queries(tree):
    set_calendar(
        a_joiner(), area=Area.objects.get(path=DISTRICT), weekly_off=[5], year_starts_in=4,
        closures=[], source="x", at=AT,
    )  # fmt: skip
    schools = list(schools_of(a_joiner(DISTRICT, Role.COORDINATOR), "calendar_edit"))

    with CaptureQueriesContext(connection) as captured:
        found = calendars_of(schools)

    assert len(captured) == 2
    assert {c.weekly_off for c in found.values()} == {frozenset({5})}


def test_lines_that_wait_are_those_of_ones_own_places(tree):
    take_areas(village_lines(2, first=300_900, subdistrict="1099"))

    assert open_place_problems(a_joiner(DISTRICT)).count() == 1
    assert not open_place_problems(a_joiner(OTHER))
    assert not open_place_problems(a_joiner(DISTRICT, Role.COORDINATOR))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_joined_parted_and_imported_paths_tell_the_truth(tree, seed):
    """The oracle: a path is its parent's and one key more; a stored path is its area's."""
    rng = random.Random(seed)
    for node in Area.objects.filter(level__in=("village", "block")):
        if rng.random() < 0.5:
            a_person(rng.choice([Role.CASE_WORKER, Role.COORDINATOR]), node.path)
    held_by = {g.pk: g.area_id for g in Grant.objects.all()}

    for _step in range(14):
        what = rng.random()
        proposed = list(AreaJoin.objects.filter(state="proposed").order_by("pk"))
        joined = list(
            AreaJoin.objects.filter(state="confirmed", source__level="village").order_by("pk")
        )
        if what < 0.6 and proposed:
            confirm_join(a_joiner(), join=rng.choice(proposed), at=AT)
        elif what < 0.85 and joined:
            separate_join(a_joiner(), join=rng.choice(joined), at=AT)
        elif what < 0.93:
            take_schools(some_schools())
        else:
            take_areas(village_lines())

    areas = {a.pk: a for a in Area.objects.select_related("parent", "joined_into")}
    for node in areas.values():
        if node.parent is not None:
            assert node.path.rpartition("/")[0] == node.parent.path
        if node.joined_into is not None:
            assert node.path.startswith(node.joined_into.path + "/")
            assert not node.codes.exists()
    for grant in Grant.objects.all():
        place = areas[held_by[grant.pk]]
        # A grant over a name that retired is a grant over the place.
        place = place.joined_into or place
        assert grant.area_path == place.path
    for problem in ImportProblem.objects.filter(body_id__isnull=False):
        assert problem.area_path == Body.objects.get(pk=problem.body_id).area.path
    assert Area.objects.filter(codes__system="udise", level="village").distinct().count() == 14
    assert Area.objects.filter(codes__system="census2011", level="village").distinct().count() == 14
