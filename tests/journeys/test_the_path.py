"""One register on its whole way: sent, watched, asked, visited, told, taken up, ended."""

from django.utils import timezone

from aanchal.cases.models import Concern
from aanchal.watch.models import Flag, Visit
from tests.chromium import DESKTOP, PHONE
from tests.journeys.village import FAMILY, found


def test_a_register_becomes_a_visit_and_its_danger_a_concern(village, as_person, look):
    """Each person does her part through her own pages, and each page is looked at."""
    _the_teacher_sends_the_register(village, as_person, look)
    flag = Flag.objects.get()
    assert flag.child == village.child
    _the_coordinator_sends_the_visit(village, as_person, look)
    _the_volunteer_makes_the_visit_and_finds_danger(village, as_person, look)
    _the_case_worker_takes_the_concern_up(village, as_person, look)
    _the_coordinator_writes_how_it_ended(village, as_person, look)
    _the_teacher_sees_only_that_it_was_visited(village, as_person, look)
    _the_administrator_finds_no_case(village, as_person, look, flag)


def _the_teacher_sends_the_register(village, as_person, look):
    page = as_person(village.teacher, viewport=DESKTOP)
    look(page, "teacher-classes")
    page.get_by_role("link", name="Send a register").click()
    look(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "VI-A.xlsx", "mimeType": "application/octet-stream", "buffer": village.register()}
    )
    page.get_by_label("Class VI A").check()
    page.get_by_role("button", name="Send and look").click()
    understood = f"Class VI A · {village.month:%B %Y}"
    page.get_by_role("heading", level=1, name=understood).wait_for()
    assert page.locator(".pupils li").count() == 12
    look(page, "teacher-what-was-understood")
    page.get_by_role("button", name="Yes, take it in").click()
    page.get_by_text("Taken in.").wait_for()
    look(page)
    page.get_by_role("link", name="See class VI A").click()
    page.get_by_text("not yet visited").wait_for()
    look(page, "teacher-class")


def _the_coordinator_sends_the_visit(village, as_person, look):
    page = as_person(village.coordinator, viewport=DESKTOP)
    look(page, "coordinator-week")
    assert FAMILY not in page.content(), "a list shows first names only"
    page.get_by_role("link", name="Send a visit").click()
    page.locator("main .sheet.now, main .sheet.soon").first.wait_for()
    page.get_by_role("img", name="school days").wait_for()
    look(page, "coordinator-question")
    page.get_by_role("button", name="Send the visit").click()
    page.get_by_role("alert").get_by_text("Choose who goes.").wait_for()
    look(page, "coordinator-question-refused")
    page.get_by_label("Sabina Khatun").check()
    page.get_by_role("button", name="Send the visit").click()
    page.get_by_text("The visit is in the hands of Sabina Khatun now.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The visit is with nobody now.").wait_for()
    page.get_by_label("Sabina Khatun").check()
    page.get_by_role("button", name="Send the visit").click()
    look(page, "coordinator-question-sent")


def _the_volunteer_makes_the_visit_and_finds_danger(village, as_person, look):
    page = as_person(village.volunteer, viewport=PHONE)
    assert FAMILY not in page.content()
    look(page, "volunteer-today")
    page.get_by_role("link", name="Open the visit").click()
    said = page.locator("main").inner_text().lower()
    assert not any(word in said for word in ("marriage", "contractor", "danger", "abuse", "works"))
    look(page, "volunteer-at-the-house")
    page.get_by_role("button", name="I have left the house").click()
    look(page, "volunteer-what-found")
    found(page, "No, or I am not sure", "Gone, and nobody", "Gone with a contractor")
    assert "contractor" not in page.url
    called = page.get_by_role("link", name="112").first.bounding_box()["y"]
    assert called < page.get_by_label("Anything else").bounding_box()["y"], "calls come first"
    page.get_by_text("BNS 2023 s. 143").wait_for()
    look(page, "volunteer-danger")
    page.get_by_label("Mother").check()
    page.get_by_role("group", name="Did you see the child yourself?").get_by_label("No").check()
    page.get_by_label("Anything else").fill("Left on Monday with a man from the brick kiln.")
    page.get_by_role("group", name="May somebody who works with us").get_by_label(
        "No", exact=True
    ).check()
    page.get_by_role("button", name="Write it down and tell the case worker").click()
    page.get_by_text("A case worker is told now.").wait_for()
    look(page, "volunteer-done")
    page.go_back()
    page.wait_for_load_state()
    assert page.get_by_text("Thank you. It is written down.").is_visible(), "back leads on"
    assert Visit.objects.filter(state="recorded").count() == Concern.objects.count() == 1


def _the_case_worker_takes_the_concern_up(village, as_person, look):
    page = as_person(village.case_worker, viewport=PHONE)
    look(page, "case-worker-concerns")
    page.get_by_role("main").get_by_role("link", name="Open").click()
    page.get_by_text("brick kiln").wait_for()
    look(page, "case-worker-concern")
    page.get_by_role("button", name="Take it up").click()
    page.get_by_text("The concern is in your hands now.").wait_for()
    page.get_by_label("112 · Emergency").check()
    page.get_by_role("group", name="Did they answer?").get_by_label("Yes").check()
    page.get_by_role("button", name="Write the call down").click()
    page.get_by_text("Called 112").wait_for()
    look(page, "case-worker-taken-up")


def _the_coordinator_writes_how_it_ended(village, as_person, look):
    page = as_person(village.coordinator, viewport=DESKTOP)
    page.get_by_role("link", name="Visited: write how it ended").click()
    look(page)
    page.get_by_role("main").get_by_role("link", name="Open").first.click()
    page.get_by_label("It is a concern now").check()
    page.get_by_label("Since which day?").fill(timezone.localdate().isoformat())
    page.get_by_role("button", name="Write how it ended").click()
    page.get_by_text("How it ended is written down.").wait_for()
    look(page, "coordinator-ended")


def _the_teacher_sees_only_that_it_was_visited(village, as_person, look):
    page = as_person(village.teacher, viewport=PHONE)
    page.get_by_role("link", name="Class VI A").click()
    asked = page.get_by_role("region", name="Who was asked after").inner_text().lower()
    assert "visited" in asked
    assert not any(word in asked for word in ("concern", "contractor", "danger"))
    look(page, "teacher-only-visited")


def _the_administrator_finds_no_case(village, as_person, look, flag):
    page = as_person(village.administrator, viewport=DESKTOP)
    assert page.get_by_role("link", name="Concerns").count() == 0
    for address in ("/concerns/", "/questions/", f"/questions/{flag.pk}/", "/children/", "/watch/"):
        assert page.goto(address).status == 404
    look(page)
