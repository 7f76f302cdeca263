"""Two names, one place: what joins, who may, and that everybody's reach is right at all times."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.models import Grant
from aanchal.access.roles import Role
from aanchal.kernel.authz import may, system_actor
from aanchal.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import Child
from aanchal.people.permissions import PeoplePermission
from aanchal.people.rules.pupils import NewPupil
from aanchal.places.actions import (
    confirm_join,
    confirm_joins,
    confirm_subdistrict,
    refuse_join,
    refuse_subdistrict,
    retry_waiting,
    separate_join,
)
from aanchal.places.models import Area, AreaCode, AreaJoin, Body, SchoolCalendar, Subdistrict
from aanchal.places.queries import school_by_udise
from tests.audited import audited
from tests.place_files import (
    AT,
    BLOCK,
    BLOCKS,
    DISTRICT,
    DISTRICTS,
    STATES,
    SUBDISTRICTS,
    VILLAGES,
    a_joiner,
    a_tree,
    area,
    some_schools,
    take_areas,
    take_schools,
    village_lines,
)
from tests.signing_in import a_grant, a_person, acting

pytestmark = pytest.mark.django_db

UDISE_BLOCK = f"{DISTRICT}/BU100504"
UDISE_VILLAGE = f"{UDISE_BLOCK}/VU100504001"
VILLAGE = f"{BLOCK}/V300001"


@pytest.fixture
def tree() -> None:
    a_tree()
    take_schools(some_schools())


def join_of(level: str = "village", code: str = "300001") -> AreaJoin:
    if level == "block":
        return AreaJoin.objects.get(source__level="block")
    return AreaJoin.objects.get(target=area(code), state="proposed")


def confirm(level: str = "village", code: str = "300001") -> AreaJoin:
    return confirm_join(a_joiner(), join=join_of(level, code), at=AT)


def a_child() -> Child:
    enrol_pupils(
        system_actor("imports"),
        school=school_by_udise("10050400101"),
        pupils=[NewPupil(grade="6", section="A", roll="1", given_name="Made", family_name="Up")],
        on=AT.date(),
        at=AT,
    )
    return Child.objects.select_related("area").get()


def covered(role: Role, where: str, child: Child) -> bool:
    user = a_person(role, where)
    child = Child.objects.select_related("area", "household").get(pk=child.pk)
    return may(acting(user), PeoplePermission.CHILD_VIEW, child)


# --- villages ---


def test_a_confirmed_village_has_lgds_number_name_and_place_and_udises_schools(tree):
    school = school_by_udise("10050400101")

    confirm()

    node = area("300001")
    assert node == area("100504001", system="udise")
    assert (node.path, node.name) == (VILLAGE, "Parsauni")
    assert node.parent == Area.objects.get(path=BLOCK)
    school = Body.objects.select_related("area").get(pk=school.pk)
    assert school.area == node
    assert {c.system for c in node.codes.all()} == {"lgd", "census2011", "udise"}


def test_the_node_that_retires_stands_beneath_and_is_listed_no_more(tree):
    retired = area("300001")

    confirm()

    retired.refresh_from_db()
    assert retired.joined_into == area("300001")
    assert retired.path == f"{VILLAGE}/V300001"
    assert not retired.codes.exists()


def test_children_of_a_joined_village_are_where_they_were_and_within_the_blocks_reach(tree):
    child = a_child()
    before = covered(Role.COORDINATOR, BLOCK, child)

    confirm()

    child.refresh_from_db()
    assert child.area.path == VILLAGE
    assert not before
    assert covered(Role.COORDINATOR, BLOCK, child)
    assert not covered(Role.COORDINATOR, f"{DISTRICT}/B1852", child)


@pytest.mark.parametrize("where", [UDISE_VILLAGE, VILLAGE], ids=["UDISE's name", "LGD's name"])
def test_a_grant_over_either_name_is_a_grant_over_the_place(tree, where):
    child = a_child()
    user = a_person(Role.CASE_WORKER, where)

    confirm()

    child = Child.objects.select_related("area", "household").get(pk=child.pk)
    assert may(acting(user), PeoplePermission.CHILD_VIEW, child)
    assert Grant.objects.get(user=user).area_path == VILLAGE


def test_a_record_that_still_points_at_the_retired_node_is_within_reach(tree):
    retired = area("300001")
    child = a_child()
    confirm()

    Child.objects.filter(pk=child.pk).update(area=retired)

    assert covered(Role.CASE_WORKER, VILLAGE, child)
    assert covered(Role.COORDINATOR, BLOCK, child)


def test_problems_of_a_joined_village_follow_it(tree):
    take_schools(some_schools().replace("1,1,847404,PARSAUNI", "1,1,84,PARSAUNI"))

    confirm()

    assert ImportProblem.objects.get(code="wrong_pincode").area_path == VILLAGE


def test_after_a_join_the_same_files_change_nothing(tree):
    confirm()
    confirm("block")

    areas, schools = take_areas(village_lines()), take_schools(some_schools())

    assert (areas.counts.new, areas.counts.changed) == (0, 0)
    assert (schools.counts.new, schools.counts.changed, schools.counts.villages) == (0, 0, 0)
    assert area("300001").name == "Parsauni"


def test_a_second_udise_village_of_one_village_stands_beneath_it(tree):
    confirm()
    place, second = area("300001"), area("100504002", system="udise")
    AreaJoin.objects.filter(source=second).delete()
    join = AreaJoin.objects.create(
        source=second, target=place, likeness=50, band="doubtful", source_code="100504002"
    )
    user = a_person(Role.CASE_WORKER, second.path)

    confirm_join(a_joiner(), join=join, at=AT)

    second.refresh_from_db()
    assert (second.path, second.joined_into) == (f"{VILLAGE}/VU100504002", place)
    assert area("100504002", system="udise") == place
    assert Grant.objects.get(user=user).area_path == VILLAGE


# --- blocks ---


def test_a_confirmed_block_takes_over_udises_number_and_villages(tree):
    confirm("block")

    assert area("100504", system="udise", level="block") == area("1851", level="block")
    assert area("100504001", system="udise").path == f"{BLOCK}/VU100504001"
    assert area("100504001", system="udise").parent == area("1851", level="block")
    assert Area.objects.get(path=f"{BLOCK}/BU100504").joined_into == area("1851", level="block")


def test_grants_over_a_udise_block_become_grants_over_the_block(tree):
    user = a_person(Role.COORDINATOR, UDISE_BLOCK)
    below = a_person(Role.VOLUNTEER, UDISE_VILLAGE)

    confirm("block")

    assert Grant.objects.get(user=user).area_path == BLOCK
    assert Grant.objects.get(user=below).area_path == f"{BLOCK}/VU100504001"


def test_villages_of_a_sure_block_are_surer(tree):
    AreaJoin.objects.filter(source__level="block").update(band="doubtful")

    confirm("block")

    bands = set(AreaJoin.objects.filter(state="proposed").values_list("band", flat=True))
    assert bands == {"certain"}
    assert AreaJoin.objects.filter(state="proposed").count() == 14


def test_a_proposal_that_stays_keeps_its_key_when_proposals_are_made_afresh(tree):
    before = set(AreaJoin.objects.filter(source__level="village").values_list("pk", flat=True))

    confirm("block")

    assert (
        set(AreaJoin.objects.filter(source__level="village").values_list("pk", flat=True)) == before
    )


def test_the_calendar_of_a_udise_block_becomes_the_blocks_when_it_has_none(tree):
    SchoolCalendar.objects.create(area=Area.objects.get(path=UDISE_BLOCK), weekly_off=[5])

    confirm("block")

    assert SchoolCalendar.objects.get(area__path=BLOCK).weekly_off == [5]


# --- many at once ---


def test_certain_ones_of_a_block_are_confirmed_together_in_a_few_queries(tree):
    confirm("block")
    joins = list(AreaJoin.objects.filter(state="proposed").order_by("pk"))

    with CaptureQueriesContext(connection) as few:
        confirm_joins(a_joiner(), joins=joins[:2], at=AT)
    with CaptureQueriesContext(connection) as many:
        done = confirm_joins(a_joiner(), joins=joins[2:], at=AT)

    assert done == 12
    assert len(many) <= len(few) + 2
    assert AreaJoin.objects.filter(state="confirmed", source__level="village").count() == 14


def test_confirming_many_leaves_one_event_a_district(tree):
    before = audited().count()

    confirm_joins(a_joiner(), joins=list(AreaJoin.objects.filter(source__level="village")), at=AT)

    event = audited().get(district="D206", verb="area.joined")
    assert audited().count() == before + 1
    assert (event.changes, event.area_path) == ({"level": "village", "count": 14}, DISTRICT)


def test_those_decided_meanwhile_are_passed_over(tree):
    joins = list(AreaJoin.objects.filter(source__level="village").order_by("pk"))
    refuse_join(a_joiner(), join=joins[0], at=AT)

    assert confirm_joins(a_joiner(), joins=joins, at=AT) == 13


def test_confirming_many_is_refused_when_one_is_not_the_actors(tree):
    with pytest.raises(NotAllowed):
        confirm_joins(
            a_joiner(BLOCK), joins=list(AreaJoin.objects.filter(source__level="village")), at=AT
        )

    assert not AreaJoin.objects.filter(state="confirmed").exists()


def test_blocks_and_villages_are_not_confirmed_in_one_step(tree):
    with pytest.raises(Invalid):
        confirm_joins(a_joiner(), joins=list(AreaJoin.objects.all()), at=AT)


# --- no, and back ---


def test_a_refused_pair_is_never_proposed_again(tree):
    refuse_join(a_joiner(), join=join_of(), at=AT)

    take_schools(some_schools())

    assert not AreaJoin.objects.filter(target=area("300001"), state="proposed").exists()
    assert area("300001") != area("100504001", system="udise")


def test_what_was_joined_by_mistake_is_parted_exactly(tree):
    child = a_child()
    retired = area("300001")
    by_udise = a_person(Role.CASE_WORKER, UDISE_VILLAGE)
    by_lgd = a_person(Role.CASE_WORKER, VILLAGE)
    before = {a.pk: (a.path, a.name, a.parent_id, a.joined_into_id) for a in Area.objects.all()}
    codes = set(AreaCode.objects.values_list("system", "level", "code", "area"))
    join = confirm()

    separate_join(a_joiner(), join=join, at=AT)

    after = {a.pk: (a.path, a.name, a.parent_id, a.joined_into_id) for a in Area.objects.all()}
    assert after == before
    assert set(AreaCode.objects.values_list("system", "level", "code", "area")) == codes
    assert Grant.objects.get(user=by_udise).area_path == UDISE_VILLAGE
    assert Grant.objects.get(user=by_lgd).area_path == VILLAGE
    child.refresh_from_db()
    assert child.area.path == UDISE_VILLAGE
    assert retired == area("300001")


def test_a_grant_over_the_school_follows_it_out_again(tree):
    user = a_person()
    a_grant(user, Role.TEACHER, school_by_udise("10050400101"))
    join = confirm()
    assert Grant.objects.get(user=user).area_path == VILLAGE

    separate_join(a_joiner(), join=join, at=AT)

    assert Grant.objects.get(user=user).area_path == UDISE_VILLAGE


def test_parted_after_its_block_was_joined_a_village_goes_into_the_block(tree):
    join = confirm()
    confirm("block")

    separate_join(a_joiner(), join=join, at=AT)

    assert area("100504001", system="udise").path == f"{BLOCK}/VU100504001"
    assert area("300001").path == VILLAGE


def test_a_second_name_is_parted_without_touching_the_first(tree):
    confirm()
    place, second = area("300001"), area("100504002", system="udise")
    AreaJoin.objects.filter(source=second).delete()
    join = AreaJoin.objects.create(
        source=second, target=place, likeness=50, band="doubtful", source_code="100504002"
    )
    confirm_join(a_joiner(), join=join, at=AT)

    separate_join(a_joiner(), join=join, at=AT)

    second.refresh_from_db()
    assert second.path == f"{UDISE_BLOCK}/VU100504002"
    assert area("100504002", system="udise") == second
    assert area("300001") == place == area("100504001", system="udise")


def test_a_parted_pair_is_not_proposed_again(tree):
    join = confirm()
    separate_join(a_joiner(), join=join, at=AT)

    take_schools(some_schools())

    join.refresh_from_db()
    assert join.state == "separated"


def test_a_block_is_not_parted(tree):
    join = confirm("block")

    with pytest.raises(WrongState):
        separate_join(a_joiner(), join=join, at=AT)


# --- wrong state, wrong person ---


@pytest.mark.parametrize("decide", [confirm_join, refuse_join])
def test_what_is_decided_is_not_decided_again(tree, decide):
    join = confirm()

    with pytest.raises(WrongState):
        decide(a_joiner(), join=join, at=AT)


def test_a_proposal_that_was_withdrawn_is_nothing_to_decide(tree):
    join = join_of()
    AreaJoin.objects.filter(pk=join.pk).delete()

    with pytest.raises(NotFound):
        confirm_join(a_joiner(), join=join, at=AT)


def test_two_places_of_different_districts_are_never_one(tree):
    other = Area.objects.create(
        level="village", name="Parsauni", path="IN/S10/D207/B1900/V1",
        parent=Area.objects.get(path="IN/S10/D207"),
    )  # fmt: skip
    join = AreaJoin.objects.create(
        source=area("100504001", system="udise"), target=other, likeness=99, band="certain"
    )

    with pytest.raises(Invalid):
        confirm_join(a_joiner("IN/S10"), join=join, at=AT)


@pytest.mark.parametrize(
    ("role", "where", "why"),
    [
        (Role.VOLUNTEER, DISTRICT, "wrong role"),
        (Role.TEACHER, DISTRICT, "wrong role"),
        (Role.CASE_WORKER, DISTRICT, "wrong role"),
        (Role.ADMINISTRATOR, "IN/S10/D207", "another district"),
        (Role.COORDINATOR, BLOCK, "the UDISE village stands outside the block until it is joined"),
    ],
)
@pytest.mark.parametrize("decide", [confirm_join, refuse_join])
def test_deciding_a_join_is_refused_and_writes_nothing(tree, decide, role, where, why):
    before = list(Area.objects.order_by("pk").values())

    with pytest.raises(NotAllowed):
        decide(a_joiner(where, role), join=join_of(), at=AT)

    assert list(Area.objects.order_by("pk").values()) == before, why
    assert AreaJoin.objects.filter(state="proposed").count() == 15
    assert audited().filter(outcome="refused", district="D206").count() == 1


def test_parting_is_refused_to_who_may_not_join(tree):
    join = confirm()

    with pytest.raises(NotAllowed):
        separate_join(a_joiner(DISTRICT, Role.CASE_WORKER), join=join, at=AT)

    join.refresh_from_db()
    assert join.state == "confirmed"


def test_a_coordinator_confirms_villages_of_her_own_block_once_the_block_is_sure(tree):
    confirm("block")

    done = confirm_join(a_joiner(BLOCK, Role.COORDINATOR), join=join_of(), at=AT)

    assert done.state == "confirmed"


# --- sub-districts ---


@pytest.fixture
def waiting_subdistrict() -> Subdistrict:
    for text in (STATES, DISTRICTS, BLOCKS, SUBDISTRICTS.replace("Bisfi", "Rahika")):
        take_areas(text)
    take_areas(VILLAGES + "300001,Parsauni,10,207,1092\n300002,Behat,10,207,1092\n")
    return Subdistrict.objects.get(code="1092")


def test_saying_which_block_a_sub_district_is_brings_its_villages_in(waiting_subdistrict):
    done = confirm_subdistrict(
        a_joiner(), subdistrict=waiting_subdistrict, block=area("1852", level="block"), at=AT
    )

    assert done.freed == 2
    assert area("300002").path == f"{DISTRICT}/B1852/V300002"
    assert not ImportProblem.objects.filter(code="parent_unknown", state="open").exists()
    assert audited().filter(verb="area.joined").count() == 1


def test_only_a_block_of_its_own_district_can_be_a_sub_district(waiting_subdistrict):
    take_areas(BLOCKS + "10,207,1900,SADAR MUNGER\n")

    for wrong in (area("1900", level="block"), area("206", level="district")):
        with pytest.raises(Invalid):
            confirm_subdistrict(a_joiner(), subdistrict=waiting_subdistrict, block=wrong, at=AT)


def test_saying_it_twice_is_wrong_state(waiting_subdistrict):
    block = area("1852", level="block")
    confirm_subdistrict(a_joiner(), subdistrict=waiting_subdistrict, block=block, at=AT)

    with pytest.raises(WrongState):
        confirm_subdistrict(a_joiner(), subdistrict=waiting_subdistrict, block=block, at=AT)


def test_a_refused_sub_district_waits_until_a_person_names_its_block(waiting_subdistrict):
    refuse_subdistrict(a_joiner(), subdistrict=waiting_subdistrict, at=AT)
    take_areas(SUBDISTRICTS.replace("Bisfi", "Rahika"))
    held = Subdistrict.objects.get(code="1092")

    confirm_subdistrict(a_joiner(), subdistrict=held, block=area("1852", level="block"), at=AT)

    assert held.state == "refused"
    assert area("300001").path == f"{DISTRICT}/B1852/V300001"


def test_sub_districts_are_settled_only_by_who_joins_areas_there(waiting_subdistrict):
    stranger = a_joiner("IN/S10/D207")

    with pytest.raises(NotAllowed):
        confirm_subdistrict(
            stranger, subdistrict=waiting_subdistrict, block=area("1852", level="block"), at=AT
        )
    with pytest.raises(NotAllowed):
        refuse_subdistrict(stranger, subdistrict=waiting_subdistrict, at=AT)

    assert Subdistrict.objects.get(code="1092").state == "open"


def test_those_who_wait_can_be_looked_at_again(waiting_subdistrict):
    AreaCode.objects.create(
        area=area("1852", level="block"), system="census2011", level="block", code="01092"
    )

    assert retry_waiting(a_joiner(), at=AT) == 2
    with pytest.raises(NotAllowed):
        retry_waiting(a_joiner(DISTRICT, Role.TEACHER), at=AT)


@pytest.mark.slow
def test_the_whole_of_madhubani_can_be_joined(real_data):
    for path in (
        "lgd/1-state.csv",
        "lgd/2-district.csv",
        "lgd/lgd_blocks_BR_WB_JH_MH.csv",
        "lgd/lgd_subdistricts_BR_WB_JH_MH.csv",
        "census2011/census2011_villages_madhubani.csv",
    ):
        take_areas((real_data / path).read_text(encoding="utf-8-sig"))
    confirm_subdistrict(
        a_joiner(),
        subdistrict=Subdistrict.objects.get(code="1093"),
        block=area("1864", level="block"),
        at=AT,
    )
    take_schools((real_data / "udise/schools_madhubani.csv").read_text(encoding="utf-8-sig"))
    certain = AreaJoin.objects.filter(state="proposed", band="certain").order_by("pk")

    blocks = confirm_joins(a_joiner(), joins=list(certain.filter(source__level="block")), at=AT)
    villages = confirm_joins(a_joiner(), joins=list(certain.filter(source__level="village")), at=AT)

    live = Area.objects.filter(path__startswith=DISTRICT + "/", joined_into=None, level="village")
    assert (blocks, villages) == (21, 741)
    assert live.filter(codes__system="census2011").count() == 1112
    assert not Body.objects.filter(area__joined_into__isnull=False).exists()
    for node in Area.objects.select_related("parent").exclude(path="IN"):
        assert node.path.rpartition("/")[0] == node.parent.path
