"""Places in: as published, once, with what waits and what contradicts kept for a person."""

import io
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aanchal.access.roles import Role
from aanchal.kernel.authz import Actor, system_actor
from aanchal.kernel.errors import NotAllowed, Unreadable
from aanchal.kernel.models import ImportProblem
from aanchal.places.actions import import_areas
from aanchal.places.models import Area, AreaCode, Closure, SchoolCalendar, Subdistrict
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
    take_areas,
    village_lines,
)

pytestmark = pytest.mark.django_db

LGD_VILLAGES = (
    "State Code,District Code,Sub-district Code,Sub-district Name,Village Code,"
    "Village Name,Village Name (In Local),Census 2011 Code\n"
)


def everything() -> dict[str, int]:
    models = (Area, AreaCode, Subdistrict, SchoolCalendar, Closure, ImportProblem)
    return {m.__name__: m.objects.count() for m in models}


def open_problems(code: str = "") -> list[ImportProblem]:
    rows = ImportProblem.objects.filter(source_kind="areas", state="open")
    return list(rows.filter(code=code) if code else rows)


# --- the tree ---


def test_published_files_become_one_tree_with_codes_side_by_side():
    a_tree()

    village = area("300001")
    assert village.path == f"{BLOCK}/V300001"
    assert Area.objects.get(path=BLOCK).name == "Benipatti"
    codes = AreaCode.objects.filter(area__path=BLOCK).values_list("system", "code")
    assert set(codes) == {
        ("lgd", "1851"),
        ("lgd_subdistrict", "1091"),
        ("census2011", "01091"),
    }


def test_the_same_number_is_another_place_in_another_system():
    a_tree(villages=0)

    assert area("207", level="district").name == "Munger"
    assert area("207", system="census2011", level="district").name == "Madhubani"


def test_a_census_village_carries_lgds_number_as_assumed():
    a_tree()

    held = {c.system: c.assumed for c in AreaCode.objects.filter(area=area("300001"))}
    assert held == {"census2011": False, "lgd": True}


def test_an_import_leaves_one_event_with_its_counts():
    take_areas(STATES)

    (event,) = audited()
    assert (event.verb, event.changes["new"], event.changes["level"]) == (
        "areas.imported",
        1,
        "state",
    )


def test_importing_twice_changes_nothing():
    a_tree()
    before = everything()
    rows = list(Area.objects.order_by("pk").values())

    again = [take_areas(t) for t in (STATES, DISTRICTS, BLOCKS, SUBDISTRICTS, village_lines())]

    assert [(d.counts.new, d.counts.changed) for d in again] == [(0, 0)] * 5
    assert everything() == before
    assert list(Area.objects.order_by("pk").values()) == rows


def test_a_new_spelling_is_a_change_and_the_place_stays_itself():
    a_tree()
    known = area("1851", level="block")

    done = take_areas(BLOCKS.replace("BENIPATTI", "BENIPATI"))

    known.refresh_from_db()
    assert (done.counts.changed, done.counts.same, known.name) == (1, 1, "Benipati")


def test_the_order_of_files_does_not_matter():
    for text in (village_lines(), SUBDISTRICTS, BLOCKS, DISTRICTS, STATES):
        take_areas(text)

    assert area("300001").path == f"{BLOCK}/V300001"
    assert Area.objects.filter(level="village").count() == 14
    assert not open_problems()


def test_a_panchayat_named_beside_a_village_holds_it():
    a_tree(villages=0)
    head = "State Code,District Code,Sub-district Code,Sub-district Name,Block Code,"
    head += "Local Body Code,Local Body Name,Village Code,Village Name\n"

    take_areas(head + "10,206,1091,Benipatti,1851,95001,Made-up Panchayat,400001,Sonmati\n")

    assert area("400001").path == f"{BLOCK}/P95001/V400001"
    assert area("95001", level="panchayat").name == "Made-up Panchayat"


def test_a_village_known_in_its_block_is_put_into_its_panchayat_when_a_file_says_so():
    a_tree()
    head = "State Code,District Code,Sub-district Code,Sub-district Name,Block Code,"
    head += "Local Body Code,Local Body Name,Village Code,Village Name,Census 2011 Code\n"
    line = "10,206,1091,Benipatti,1851,95001,Made-up Panchayat,300001,Parsauni,300001\n"

    done = take_areas(head + line)

    assert area("300001").path == f"{BLOCK}/P95001/V300001"
    assert done.counts.changed == 1
    assert take_areas(head + line).counts.same == 1


# --- what waits ---


def test_villages_wait_for_a_parent_that_is_not_known_and_come_in_with_it():
    for text in (STATES, DISTRICTS, BLOCKS):
        take_areas(text)
    waiting = take_areas(village_lines(5))
    (problem,) = open_problems("parent_unknown")

    done = take_areas(SUBDISTRICTS)

    assert (waiting.counts.new, waiting.counts.waiting) == (0, 5)
    assert problem.params == {"count": 5, "code": "01091"}
    assert done.counts.freed == 5
    assert area("300005").path == f"{BLOCK}/V300005"
    problem.refresh_from_db()
    assert problem.state == "repaired"


def test_what_waits_is_kept_once_however_often_the_file_is_sent():
    for text in (STATES, DISTRICTS):
        take_areas(text)
    take_areas(village_lines(5))
    before = list(ImportProblem.objects.values_list("pk", flat=True))

    take_areas(village_lines(5))
    take_areas(village_lines(7))

    (problem,) = open_problems("parent_unknown")
    assert problem.params["count"] == 7
    assert len(before) == 1


def test_what_waits_stands_in_the_district_its_lines_name():
    take_areas(village_lines(3))
    before = open_problems()[0].area_path
    for text in (STATES, DISTRICTS, BLOCKS):
        take_areas(text)

    take_areas(village_lines(3))

    (problem,) = open_problems()
    assert (before, problem.area_path, problem.district) == ("IN", DISTRICT, "D206")


def test_a_sub_district_of_another_name_waits_for_a_person():
    for text in (STATES, DISTRICTS, BLOCKS):
        take_areas(text)

    done = take_areas(SUBDISTRICTS.replace("Bisfi", "Rahika"))

    held = Subdistrict.objects.get(code="1092")
    assert done.matched == 1
    assert held.state == "open"
    assert not AreaCode.objects.filter(system="lgd_subdistrict", code="1092").exists()


def test_in_a_state_whose_sub_district_is_no_block_even_an_equal_name_waits():
    take_areas(STATES.replace("10,BIHAR", "27,MAHARASHTRA"))
    take_areas(DISTRICTS.replace("10,BIHAR", "27,MAHARASHTRA"))
    take_areas(BLOCKS)

    done = take_areas(SUBDISTRICTS)

    assert done.matched == 0
    assert set(Subdistrict.objects.values_list("band", flat=True)) == {"likely"}


# --- what contradicts ---


def test_a_place_is_never_moved_by_a_file():
    a_tree()
    before = area("300001").path

    done = take_areas(VILLAGES + "300001,Parsauni,10,207,1092\n")

    assert area("300001").path == before
    (problem,) = open_problems("other_parent")
    assert done.counts.left_out == 1
    assert problem.area_path == before
    assert problem.row == 2


def test_a_contradiction_that_is_gone_is_settled_by_the_next_file():
    a_tree()
    take_areas(VILLAGES + "300001,Parsauni,10,207,1092\n")

    take_areas(village_lines())

    assert not open_problems("other_parent")


def test_lgds_own_file_confirms_an_assumed_number():
    a_tree()

    done = take_areas(LGD_VILLAGES + "10,206,1091,Benipatti,300001,PARSAUNI,परसौनी,300001\n")

    held = AreaCode.objects.get(system="lgd", level="village", code="300001")
    assert (held.assumed, held.area.local_name) == (False, "परसौनी")
    assert done.counts.changed == 1


def test_lgds_own_file_overrules_an_assumed_number():
    a_tree()
    known = area("300001", system="census2011")

    take_areas(LGD_VILLAGES + "10,206,1091,Benipatti,926256,PARSAUNI,,300001\n")

    known.refresh_from_db()
    assert area("926256") == known
    assert known.path == f"{BLOCK}/V926256"
    assert not AreaCode.objects.filter(system="lgd", code="300001").exists()


def test_a_number_assumed_for_one_place_goes_to_the_place_lgd_gives_it_to():
    a_tree()
    first = area("300001", system="census2011")

    take_areas(LGD_VILLAGES + "10,206,1091,Benipatti,300001,OTHER PLACE,,399999\n")

    first.refresh_from_db()
    assert area("300001").name == "Other Place"
    assert area("300001").path == f"{BLOCK}/V300001"
    assert first.path == f"{BLOCK}/VC300001"


def test_after_lgds_own_file_the_census_changes_no_spelling_and_no_number():
    a_tree()
    take_areas(LGD_VILLAGES + "10,206,1091,Benipatti,300001,PARSAUNY,,300001\n")

    done = take_areas(village_lines())

    assert area("300001").name == "Parsauny"
    assert (done.counts.changed, done.counts.same) == (0, 14)


def test_a_path_that_changes_takes_grants_and_problems_along():
    from aanchal.access.models import Grant
    from tests.signing_in import a_grant, a_person

    a_tree()
    user = a_person()
    a_grant(user, Role.VOLUNTEER, f"{BLOCK}/V300001")

    take_areas(LGD_VILLAGES + "10,206,1091,Benipatti,926256,PARSAUNI,,300001\n")

    assert Grant.objects.get(user=user).area_path == f"{BLOCK}/V926256"


# --- wrong lines and files ---


def test_wrong_lines_are_told_by_line_and_the_good_ones_go_in():
    a_tree(villages=0)
    text = VILLAGES + (
        "300001,Parsauni,10,207,1091\n"
        "x1,Nowhere,10,207,1091\n"
        "300002,,10,207,1091\n"
        "300003,Lonely,10,207,\n"
        "300001,Parsauni again,10,207,1091\n"
        "300004,Behat,10,207,1091\n"
    )

    done = take_areas(text)

    told = {(p.row, p.code) for p in done.problems}
    assert told == {(3, "not_a_code"), (4, "no_name"), (5, "no_parent"), (6, "repeated_code")}
    assert (done.counts.new, done.counts.left_out) == (2, 4)
    assert {(p.row, p.code) for p in open_problems()} == told


def test_wrong_lines_sent_twice_are_kept_once():
    a_tree(villages=0)
    text = (
        VILLAGES + "300001,Parsauni,10,207,1091\nx1,Nowhere,10,207,1091\n300001,Again,10,207,1091\n"
    )
    take_areas(text)
    before = set(ImportProblem.objects.values_list("pk", flat=True))

    take_areas(text)

    assert set(ImportProblem.objects.values_list("pk", flat=True)) == before


def test_a_line_that_is_mended_settles_its_problem():
    a_tree(villages=0)
    take_areas(VILLAGES + "300001,,10,207,1091\n")

    take_areas(VILLAGES + "300001,Parsauni,10,207,1091\n")

    assert not open_problems()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"PK\x03\x04" + b"\0" * 100, "a spreadsheet, or a zip"),
        (b"a,b,c\n1,2,3\n", "no heading we know"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 100, "an old spreadsheet"),
    ],
)
def test_what_is_no_place_file_is_refused_as_a_whole(data, why):
    with pytest.raises(Unreadable):
        import_areas(system_actor("imports"), source=io.BytesIO(data), filename="x", at=AT)

    assert not Area.objects.exists(), why
    assert not audited().exists(), why


def test_binary_data_far_down_stops_the_file_and_keeps_what_came_before():
    take_areas(STATES)
    good = "State Code,State Name,District Code,District Name\n10,BIHAR,206,MADHUBANI\n"

    done = import_areas(
        system_actor("imports"),
        source=io.BytesIO(good.encode() + b"10,BIHAR,207,\x00\x00\n"),
        filename="cut.csv",
        at=AT,
    )

    assert done.problems[-1].code == "not_text"
    assert done.counts.new <= 1


class Endless(io.RawIOBase):
    """A made-up village list of any length that is never held as a whole."""

    def __init__(self, count: int, subdistrict: str = "1091") -> None:
        self.lines = self._lines(count, subdistrict)
        self.held = b""

    def _lines(self, count: int, subdistrict: str) -> Iterator[bytes]:
        yield VILLAGES.encode()
        for i in range(count):
            yield f"{i + 1:06d},Made-up {i},10,207,{subdistrict}\n".encode()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        while len(self.held) < len(buffer) and (line := next(self.lines, None)) is not None:
            self.held += line
        taken, self.held = self.held[: len(buffer)], self.held[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.mark.parametrize("waits", [False, True], ids=["known parent", "unknown parent"])
def test_queries_grow_with_batches_and_never_with_lines(waits):
    a_tree(villages=0)
    asked = []
    for count in (400, 800):
        Area.objects.filter(level="village").delete()
        source = io.BufferedReader(Endless(count, "1099" if waits else "1091"))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            import_areas(system_actor("imports"), source=source, filename="many.csv", at=AT)
        asked.append(len(captured))

    # SQLite takes a thousand values in one INSERT, so rows are written by the hundred.
    assert asked[1] - asked[0] < 25, asked


# --- who may ---


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.TEACHER, Role.COORDINATOR, Role.CASE_WORKER])
def test_importing_areas_is_refused_and_writes_nothing(role):
    with pytest.raises(NotAllowed):
        take_areas(STATES, actor=a_joiner("IN", role))

    assert not Area.objects.exists()
    assert [e.outcome for e in audited()] == ["refused"]


def test_nobody_without_grants_imports():
    with pytest.raises(NotAllowed):
        take_areas(STATES, actor=Actor("nobody"))

    assert not Area.objects.exists()


def test_an_administrator_of_a_district_takes_in_its_places_only():
    for text in (STATES, DISTRICTS):
        take_areas(text)
    blocks = BLOCKS + "10,207,1900,SADAR MUNGER\n"

    done = take_areas(blocks, actor=a_joiner(DISTRICT))

    assert (done.counts.new, done.counts.outside) == (2, 1)
    assert not AreaCode.objects.filter(level="block", code="1900").exists()


def test_an_administrator_of_a_district_frees_nobody_elses_waiting_places():
    take_areas(STATES)
    take_areas(BLOCKS + "10,207,1900,SADAR MUNGER\n")
    take_areas(DISTRICTS.replace("10,BIHAR,207,MUNGER,225\n", ""))
    waits = ImportProblem.objects.filter(code="parent_unknown", state="open")
    assert waits.count() == 1

    take_areas(BLOCKS, actor=a_joiner(DISTRICT))

    assert waits.count() == 1


def test_places_of_others_do_not_wait_for_an_administrator_of_a_district():
    for text in (STATES, DISTRICTS):
        take_areas(text)
    elsewhere = village_lines(3).replace("10,207,1091", "10,225,1099")

    done = take_areas(elsewhere, actor=a_joiner(DISTRICT))

    assert (done.counts.waiting, done.counts.outside) == (0, 3)
    assert not ImportProblem.objects.exists()


# --- calendars that come with the program ---


def test_a_states_school_year_comes_from_the_data_file():
    take_areas(STATES + "19,WEST BENGAL,\n")

    starts = dict(
        SchoolCalendar.objects.filter(area__level="state").values_list(
            "area__name", "year_starts_in"
        )
    )
    assert starts == {"Bihar": 4, "West Bengal": 1}


def test_national_holidays_stand_in_the_countrys_calendar_once():
    take_areas(STATES)
    take_areas(STATES)

    days = Closure.objects.filter(calendar__area__path="IN").values_list("first_on", flat=True)
    assert AT.date().replace(month=8, day=15) in days
    assert len(days) == len(set(days)) == 12


# --- the real files ---


@pytest.mark.slow
def test_the_published_files_go_in_and_twice_changes_nothing(real_data):
    files = [
        real_data / "lgd/1-state.csv",
        real_data / "lgd/2-district.csv",
        real_data / "lgd/lgd_blocks_BR_WB_JH_MH.csv",
        real_data / "lgd/lgd_subdistricts_BR_WB_JH_MH.csv",
        real_data / "census2011/census2011_villages_madhubani.csv",
    ]

    first = [take_areas(f.read_text(encoding="utf-8-sig"), name=f.name) for f in files]
    before = everything()
    again = [take_areas(f.read_text(encoding="utf-8-sig"), name=f.name) for f in files]

    assert [d.counts.new for d in first] == [36, 763, 1496, 1499, 1033]
    assert [(d.counts.new, d.counts.changed) for d in again] == [(0, 0)] * 5
    assert everything() == before
    # Sub-district Madhubani is block Rahika: only a person can know.
    (waiting,) = open_problems("parent_unknown")
    assert waiting.params == {"count": 79, "code": "01093"}
