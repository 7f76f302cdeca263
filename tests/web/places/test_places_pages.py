"""Pages of places, files, calendars and health: for whom they are, and that they do what they say."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aanchal.access.roles import Role
from aanchal.kernel.models import ImportProblem
from aanchal.places.models import Area, AreaJoin, PlaceFile, School, SchoolCalendar, Subdistrict
from aanchal.places.queries import school_by_udise
from aanchal.web.jobs import take_places
from tests.place_files import (
    BLOCK,
    BLOCKS,
    DISTRICT,
    DISTRICTS,
    STATES,
    SUBDISTRICTS,
    VILLAGES,
    a_tree,
    area,
    some_schools,
    take_areas,
    take_schools,
)
from tests.signing_in import a_person, signed_in

pytestmark = pytest.mark.django_db

FAR = "10050409901,P.S. FAR,1,3,1,1,847404,FAR,100504099,1005,206,90.1,24.1\n"


@pytest.fixture
def tree() -> None:
    a_tree()
    take_schools(some_schools() + FAR)


def desk(role: Role = Role.ADMINISTRATOR, where: str = DISTRICT) -> Client:
    return signed_in(Client(), a_person(role, where))


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def send(client: Client, text: str, name: str = "sent.csv"):
    data = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return client.post(reverse("places_send"), {"file": data})


# --- opening ---


@pytest.mark.parametrize("where", ["IN", "IN/S10", DISTRICT, BLOCK])
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_places_open_wherever_ones_reach_begins(tree, role, where):
    page = desk(role, where).get(reverse("places"))

    assert page.status_code == 200
    assert "Where schools are" in text_of(page)


def test_with_nothing_known_the_page_says_what_to_send_first():
    page = text_of(desk(where="IN").get(reverse("places")))

    assert "No school is known here yet." in page


@pytest.mark.parametrize("name", ["places_send", "place_problems", "joins", "office"])
def test_pages_of_an_administrator_open_with_and_without_data(name):
    assert desk().get(reverse(name)).status_code == 200
    a_tree()
    take_schools(some_schools() + FAR)
    assert desk().get(reverse(name)).status_code == 200


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.TEACHER, Role.CASE_WORKER])
@pytest.mark.parametrize("name", ["places", "joins", "places_send", "place_problems", "office"])
def test_others_find_nothing_there(tree, role, name):
    assert desk(role).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", ["places_send", "place_problems", "office"])
def test_a_coordinator_sends_no_files_and_sees_no_machine(tree, name):
    assert desk(Role.COORDINATOR).get(reverse(name)).status_code == 404


def test_a_place_shows_its_codes_its_schools_and_what_is_beneath(tree):
    client = desk()

    block = text_of(client.get(reverse("place", args=[Area.objects.get(path=BLOCK).pk])))
    village = text_of(client.get(reverse("place", args=[area("100504001", system="udise").pk])))

    assert "1851" in block
    assert "Parsauni" in block
    assert "P.S. PARSAUNI" in village
    assert "10050400101" in village


def test_a_place_of_another_district_is_as_if_it_were_not(tree):
    page = desk(where="IN/S10/D207").get(reverse("place", args=[Area.objects.get(path=BLOCK).pk]))

    assert page.status_code == 404


def test_the_places_page_asks_a_constant_number_of_queries(tree):
    client = desk()

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("place", args=[area("206", level="district").pk]))
            client.get(reverse("joins"))
        return len(captured)

    few = asked()
    take_areas(BLOCKS + "".join(f"10,206,19{n:02d},MADE UP {n}\n" for n in range(20)))
    take_schools(some_schools(block="100505"))

    assert asked() == few


# --- joins ---


def pair(code: str = "300001") -> AreaJoin:
    return AreaJoin.objects.get(target=area(code), state="proposed")


def test_a_pair_is_shown_with_both_names_the_block_and_why(tree):
    page = text_of(desk().get(reverse("joins") + "?band=certain"))

    assert "100504003" in page
    assert "300003" in page
    assert "The names are the same." in page
    assert "Benipatti" in page


def test_saying_one_place_joins_and_can_be_taken_back(tree):
    client, join = desk(), pair()

    client.post(reverse("joins"), {"step": "same", "join": join.pk})
    joined = area("300001").path
    asked = client.post(reverse("joins"), {"step": "part", "join": join.pk})
    client.post(reverse("joins"), {"step": "part", "join": join.pk, "sure": "yes"})

    assert joined == f"{BLOCK}/V300001"
    assert "Part these two again?" in text_of(asked)
    join.refresh_from_db()
    assert join.state == "separated"


def test_saying_two_places_refuses(tree):
    join = pair()

    desk().post(reverse("joins"), {"step": "other", "join": join.pk})

    join.refresh_from_db()
    assert join.state == "refused"


def test_a_block_is_joined_only_after_a_page_that_says_what_follows(tree):
    client, join = desk(), AreaJoin.objects.get(source__level="block")

    asked = client.post(reverse("joins"), {"step": "same", "join": join.pk})
    before = AreaJoin.objects.get(pk=join.pk).state
    client.post(reverse("joins"), {"step": "same", "join": join.pk, "sure": "yes"})

    assert "15 villages that UDISE knows move into the block." in text_of(asked)
    assert before == "proposed"
    assert area("100504", system="udise", level="block") == area("1851", level="block")


def test_sure_ones_of_a_block_are_confirmed_together_those_that_were_seen(tree):
    client, block = desk(), Area.objects.get(path=BLOCK)
    client.post(
        reverse("joins"),
        {"step": "same", "join": AreaJoin.objects.get(source__level="block").pk, "sure": "yes"},
    )
    seen = client.post(reverse("joins"), {"step": "ask_all", "area": block.pk})
    keys = re.findall(r'name="join" value="([0-9a-f-]+)" checked', seen.content.decode())

    client.post(reverse("joins"), {"step": "all", "area": block.pk, "join": keys[:-1]})

    assert len(keys) == 14
    assert AreaJoin.objects.filter(state="confirmed", source__level="village").count() == 13
    assert str(AreaJoin.objects.get(state="proposed").pk) == keys[-1]


def test_a_pair_of_another_district_cannot_be_decided(tree):
    client, join = desk(where="IN/S10/D207"), pair()

    for step in ("same", "other", "part"):
        answer = client.post(reverse("joins"), {"step": step, "join": join.pk, "sure": "yes"})
        assert answer.status_code == 404

    join.refresh_from_db()
    assert join.state == "proposed"


@pytest.mark.parametrize(
    "form", [{}, {"step": "x"}, {"step": "same"}, {"step": "same", "join": "zzz"}]
)
def test_a_form_that_says_nothing_is_nothing(tree, form):
    assert desk().post(reverse("joins"), form).status_code == 404


def test_the_block_of_a_sub_district_can_be_said_and_its_villages_come(tree):
    take_areas(SUBDISTRICTS + "10,206,1093,Rahika,01093\n")
    take_areas(VILLAGES + "300501,Rukapur,10,207,1093\n")
    client, held = desk(), Subdistrict.objects.get(code="1093")

    shown = text_of(client.get(reverse("joins")))
    client.post(
        reverse("joins"),
        {"step": "subdistrict", "subdistrict": held.pk, "block": area("1852", level="block").pk},
    )

    assert "1 place waits" in shown
    assert area("300501").path == f"{DISTRICT}/B1852/V300501"


def test_a_sub_district_without_a_block_chosen_is_asked_again(tree):
    take_areas(SUBDISTRICTS + "10,206,1093,Rahika,01093\n")
    held = Subdistrict.objects.get(code="1093")

    answer = desk().post(
        reverse("joins"), {"step": "subdistrict", "subdistrict": held.pk, "block": ""}, follow=True
    )

    assert "Choose the block." in text_of(answer)


# --- files ---


def test_a_short_file_is_taken_in_at_once_and_told():
    client = desk(where="IN")
    for text in (STATES, DISTRICTS, BLOCKS):
        answer = send(client, text)

    page = text_of(client.get(answer["Location"]))
    assert Area.objects.filter(level="block").count() == 2
    assert "taken in" in page
    assert "New 2" in page


def test_a_file_of_schools_is_known_by_its_heading():
    a_tree()
    answer = send(desk(), some_schools() + FAR)

    assert School.objects.count() == 15
    held = PlaceFile.objects.get()
    assert (held.kind, held.state) == ("schools", "taken")
    page = text_of(desk().get(answer["Location"]))
    assert "16 School 10050409901 lies" in page


def test_a_long_file_is_taken_in_by_the_background_and_shows_how_far_it_is():
    a_tree(villages=0)
    client = desk()
    text = VILLAGES + "".join(f"{300_001 + i},Made {i},10,207,1091\n" for i in range(3_200))

    answer = send(client, text)
    waiting = client.get(answer["Location"])
    take_places(file=PlaceFile.objects.get().pk)
    done = client.get(answer["Location"])

    assert b'http-equiv="refresh"' in waiting.content
    assert b'http-equiv="refresh"' not in done.content
    assert Area.objects.filter(level="village").count() == 3_200
    take_places(file=PlaceFile.objects.get().pk)
    assert PlaceFile.objects.get().line_reached > 0


def test_a_sender_who_lost_the_role_meanwhile_imports_nothing():
    a_tree(villages=0)
    user = a_person(Role.ADMINISTRATOR, DISTRICT)
    text = VILLAGES + "".join(f"{300_001 + i},Made {i},10,207,1091\n" for i in range(3_200))
    send(signed_in(Client(), user), text)
    user.grants.update(revoked_at="2026-01-01T00:00Z", revoked_by="x")

    take_places(file=PlaceFile.objects.get().pk)

    assert not Area.objects.filter(level="village").exists()
    page = text_of(desk().get(reverse("place_file", args=[PlaceFile.objects.get().pk])))
    assert "Its sender may import no more." in page


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "This file is empty"),
        ("a,b\n1,2\n", "No line among the first 20 names the columns we know."),
        ("PK\x03\x04zip", "The file is damaged"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_field_and_nothing_is_kept(data, says):
    answer = send(desk(), data)

    assert answer.status_code == 400
    assert says in text_of(answer)
    assert b'href="#id_file"' in answer.content
    assert not PlaceFile.objects.exists()


def test_a_file_of_another_district_is_as_if_it_were_not():
    a_tree(villages=0)
    answer = send(desk(), BLOCKS)

    assert desk(where="IN/S10/D207").get(answer["Location"]).status_code == 404


# --- lines that wait ---


def test_lines_that_wait_are_shown_by_kind_with_line_and_reason(tree):
    page = text_of(desk().get(reverse("place_problems") + "?kind=far_position"))

    assert "Line 16: School 10050409901 lies" in page
    assert "Position far from its block's schools" in page.replace("&#x27;", "'")


def test_ticked_lines_are_set_aside(tree):
    client = desk()
    problem = ImportProblem.objects.get(code="far_position")

    client.post(reverse("place_problems"), {"problem": [problem.pk], "kind": "far_position"})

    problem.refresh_from_db()
    assert problem.state == "set_aside"
    assert "No line waits." in text_of(client.get(reverse("place_problems")))


def test_lines_of_another_district_are_not_shown_and_not_set_aside(tree):
    client = desk(where="IN/S10/D207")
    problem = ImportProblem.objects.get(code="far_position")

    client.post(reverse("place_problems"), {"problem": [problem.pk]})

    problem.refresh_from_db()
    assert problem.state == "open"
    assert "No line waits." in text_of(client.get(reverse("place_problems")))


# --- calendars ---


def calendar_form(**changes):
    form = {
        "step": "week",
        "weekly_off": ["5"],
        "year_starts_in": "4",
        "source": "District order 12",
    }
    return form | changes


def closure_form(**changes):
    form = {"kind": "holiday", "name": "Chhath", "last_on": "2026-11-17", "source": "Order 12"}
    return {"step": "closure"} | {f"closure-{k}": v for k, v in (form | changes).items()}


def test_a_coordinator_taps_a_day_of_her_blocks_calendar(tree):
    client = desk(Role.COORDINATOR, BLOCK)
    where = reverse("place_calendar", args=[Area.objects.get(path=BLOCK).pk])
    month = client.get(where + "?month=2026-11")
    assert b'href="?day=2026-11-15#day"' in month.content
    assert b'href="?month=2026-12"' in month.content
    assert b'name="closure-kind"' not in month.content  # no form before a day is tapped

    tapped = client.get(where + "?day=2026-11-15")
    assert tapped.content.count(b'name="closure-kind"') == 3
    assert b'name="closure-kind" value="holiday" checked' not in tapped.content
    answer = client.post(where + "?day=2026-11-15", closure_form(), follow=True)

    assert "The calendar is written down." in text_of(answer)
    assert answer.redirect_chain == [(where + "?month=2026-11", 302)]
    held = SchoolCalendar.objects.get(area__path=BLOCK).closures.get()
    assert (held.name, str(held.first_on), str(held.last_on)) == (
        "Chhath",
        "2026-11-15",
        "2026-11-17",
    )
    assert answer.content.count(b'class="closed"') == 3


def test_a_closure_is_taken_away_and_the_others_stay(tree):
    client = desk(Role.COORDINATOR, DISTRICT)
    where = reverse("place_calendar", args=[Area.objects.get(path=BLOCK).pk])
    client.post(where + "?day=2026-11-15", closure_form())
    client.post(where + "?day=2026-12-25", closure_form(name="Christmas", last_on=""))
    closures = SchoolCalendar.objects.get(area__path=BLOCK).closures

    gone = closures.get(name="Chhath")
    shown = client.get(where + "?day=2026-11-16")
    assert str(gone.pk).encode() in shown.content
    client.post(where + "?day=2026-11-16", {"step": "remove", "closure": str(gone.pk)})

    assert [c.name for c in closures.all()] == ["Christmas"]
    again = client.post(where, {"step": "remove", "closure": str(gone.pk)})
    assert again.status_code == 404


def test_a_schools_own_calendar_is_written_down(tree):
    school = school_by_udise("10050400101")

    desk(Role.COORDINATOR, DISTRICT).post(
        reverse("school_calendar", args=[school.pk]), calendar_form()
    )

    assert SchoolCalendar.objects.get(body=school).weekly_off == [5]


def test_the_week_is_changed_without_losing_a_closure(tree):
    client = desk(Role.COORDINATOR, BLOCK)
    where = reverse("place_calendar", args=[Area.objects.get(path=BLOCK).pk])
    client.post(where + "?day=2026-11-15", closure_form())

    client.post(where, calendar_form())

    held = SchoolCalendar.objects.get(area__path=BLOCK)
    assert (held.weekly_off, held.closures.count()) == ([5], 1)


@pytest.mark.parametrize(
    ("query", "form", "field"),
    [
        ("", calendar_form(source=""), "id_source"),
        ("", calendar_form(weekly_off=list("1234567")), "id_weekly_off_0"),
        ("?day=2026-11-15", closure_form(last_on="2026-11-14"), "id_closure-last_on"),
        ("?day=2026-11-15", closure_form(last_on="31/02/2026"), "id_closure-last_on"),
        ("?day=2026-11-15", closure_form(kind=""), "id_closure-kind_0"),
        ("?day=2026-11-15", closure_form(source=""), "id_closure-source"),
    ],
)
def test_a_calendar_that_cannot_be_is_told_at_the_top_and_not_written(tree, query, form, field):
    where = reverse("place_calendar", args=[Area.objects.get(path=BLOCK).pk])

    answer = desk(Role.COORDINATOR, DISTRICT).post(where + query, form)

    assert answer.status_code == 400
    assert f'href="#{field}"'.encode() in answer.content
    assert not SchoolCalendar.objects.filter(area__path=BLOCK).exists()


@pytest.mark.parametrize("query", ["?day=nonsense", "?month=2026-13", "?month=", "?day=0001-01-01"])
def test_an_address_that_names_no_month_shows_one_all_the_same(tree, query):
    where = reverse("place_calendar", args=[Area.objects.get(path=BLOCK).pk])

    assert desk(Role.COORDINATOR, DISTRICT).get(where + query).status_code == 200


def test_the_calendar_of_another_block_is_as_if_it_were_not(tree):
    client = desk(Role.COORDINATOR, f"{DISTRICT}/B1852")
    area_page = reverse("place_calendar", args=[Area.objects.get(path=BLOCK).pk])
    school_page = reverse("school_calendar", args=[school_by_udise("10050400101").pk])

    assert client.post(area_page, calendar_form()).status_code == 404
    assert client.post(school_page, calendar_form()).status_code == 404
    assert client.post(area_page + "?day=2026-11-15", closure_form()).status_code == 404
    assert not SchoolCalendar.objects.filter(area__path=BLOCK).exists()


# --- health ---


def test_the_health_page_says_what_the_doctor_says_and_names_nobody(tree):
    page = text_of(desk(where="IN").get(reverse("office")))

    assert "Health of this installation" in page
    assert "Database" in page
    assert "Lines of place and school files that wait for repair" in page
    assert "P.S. PARSAUNI" not in page


def test_the_heads_of_the_audit_are_there_to_be_noted(tree):
    from aanchal.kernel import audit

    page = desk(where="IN").get(reverse("office")).content.decode()

    for _district, (_seq, link) in audit.heads().items():
        assert link in page


def test_an_administrator_of_a_district_notes_her_own_chain_and_the_offices(tree):
    from aanchal.kernel.models import AuditHead

    AuditHead.objects.create(district="D207", seq=1, hash="f" * 64)

    page = desk(where=DISTRICT).get(reverse("office")).content.decode()

    assert "f" * 64 not in page


def test_a_kind_of_line_is_told_in_words_never_by_its_code(tree):
    problem = ImportProblem.objects.get(code="far_position")
    for code, words in (
        ("not_11_digits", "A code that is missing or cannot be right"),
        ("never_heard_of", "Something else"),
    ):
        ImportProblem.objects.filter(pk=problem.pk).update(code=code)

        page = text_of(desk().get(reverse("place_problems") + f"?kind={code}"))

        assert words in page
        assert "Line 16: School 10050409901 lies" in page, "the group opens to its lines"
        assert code not in page
