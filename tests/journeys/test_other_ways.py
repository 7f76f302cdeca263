"""The same path without a script, by keyboard alone, in a hurry, twice at once, and in a large file."""

import re

import pytest
from django.utils import timezone

from aanchal.cases.models import Concern
from aanchal.kernel.authz import system_actor
from aanchal.kernel.worker import Worker
from aanchal.registers.models import RegisterFile
from aanchal.watch.actions import assign_visit, run_watch
from aanchal.watch.models import Finding, Flag, Visit
from tests.chromium import DESKTOP, PHONE
from tests.factories import a_given_register
from tests.journeys.village import found
from tests.signing_in import acting

pytestmark = pytest.mark.once


def a_question(village):
    """The month taken in by the teacher, and the flag that the watch raised."""
    from aanchal.registers.actions import take_register

    now = timezone.now()
    teacher = acting(village.teacher)
    register = a_given_register(
        teacher,
        village.register(),
        school=village.section.school,
        at=now,
        grade="6",
        section="A",
    )
    take_register(teacher, register=register, enrol_unknown=False, at=now)
    run_watch(system_actor("watch"), on=timezone.localdate(), at=now)
    return Flag.objects.get()


def a_visit(village):
    """The question's visit in the volunteer's hands."""
    return assign_visit(
        acting(village.coordinator),
        flag=a_question(village),
        volunteer=village.volunteer,
        at=timezone.now(),
    )


def test_without_a_script_a_register_is_sent_and_a_danger_told(village, as_person):
    teacher = as_person(village.teacher, viewport=PHONE, javascript=False)
    teacher.get_by_role("link", name="Send a register").click()
    teacher.locator("input[type=file]").set_input_files(
        {"name": "VI-A.xlsx", "mimeType": "application/octet-stream", "buffer": village.register()}
    )
    teacher.get_by_label("Class VI A").check()
    teacher.get_by_role("button", name="Send and look").click()
    teacher.get_by_role("button", name="Yes, take it in").click()
    teacher.get_by_text("Taken in.").wait_for()

    coordinator = as_person(village.coordinator, viewport=PHONE, javascript=False)
    coordinator.get_by_role("link", name="Send a visit").click()
    coordinator.get_by_label("Sabina Khatun").check()
    coordinator.get_by_role("button", name="Send the visit").click()
    coordinator.get_by_text("in the hands of Sabina Khatun").wait_for()

    volunteer = as_person(village.volunteer, viewport=PHONE, javascript=False)
    volunteer.get_by_role("link", name="Open the visit").click()
    volunteer.get_by_role("button", name="I have left the house").click()
    found(volunteer, "No, or I am not sure", "Marriage", "Marriage is fixed")
    volunteer.get_by_label("A neighbour").check()
    volunteer.get_by_role("group", name="Did you see").get_by_label("No").check()
    volunteer.get_by_role("group", name="May somebody who works with us").get_by_label(
        "No", exact=True
    ).check()
    volunteer.get_by_role("button", name=re.compile("tell the case worker")).click()
    volunteer.get_by_text("You do not have to do this alone.").wait_for()

    case_worker = as_person(village.case_worker, viewport=PHONE, javascript=False)
    case_worker.get_by_role("main").get_by_role("link", name="Open").click()
    case_worker.get_by_role("button", name="Take it up").click()
    assert Concern.objects.get().stage == Concern.Stage.TAKEN_UP


def test_the_keyboard_alone_sends_a_visit(village, as_person):
    flag = a_question(village)
    page = as_person(village.coordinator, viewport=DESKTOP)

    _tab_to(page, "Send a visit")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/questions/{flag.pk}/")
    _tab_to(page, "", until="document.activeElement.name === 'volunteer'")
    page.keyboard.press("Space")
    _tab_to(page, "Send the visit")
    page.keyboard.press("Enter")
    page.get_by_text("The visit is in the hands of").wait_for()

    assert Visit.objects.get(flag=flag).state == Visit.State.ASSIGNED


def _tab_to(page, words, *, until=""):
    """Press Tab until the focus is there; each stop on the way can be seen."""
    there = until or "document.activeElement.textContent.trim().startsWith(words)"
    for _press in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "() => { const e = document.activeElement, box = e.getBoundingClientRect();"
            " return e === document.body || (box.bottom > 0 && box.top < innerHeight); }"
        ), "the focus is out of sight"
        if page.evaluate(f"words => {there}", words):
            return
    raise AssertionError(f"the keyboard never came to {words or until}")


def test_leaving_quickly_shows_a_calendar_and_the_back_button_nothing(village, as_person, look):
    visit = a_visit(village)
    page = as_person(village.volunteer, viewport=PHONE)
    page.goto(f"/visits/{visit.pk}/")
    answers = []
    page.on("response", lambda r: answers.append(r) if r.url.endswith("/leave/") else None)

    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url("**/calendar/")

    assert answers[0].status == 303
    assert answers[0].header_value("clear-site-data") == '"cache"'
    assert "Aanchal" not in page.content()
    look(page, "calendar")
    page.go_back()
    page.wait_for_load_state()
    assert "K-0012" not in page.content()
    assert page.goto(f"/visits/{visit.pk}/").url.endswith(f"/sign-in/?next=/visits/{visit.pk}/")


def test_leaving_quickly_leads_away_though_the_session_was_over(village, as_person):
    page = as_person(village.volunteer, viewport=PHONE)
    other = page.context.new_page()
    other.goto("/today/")
    other.get_by_role("button", name="Sign out of this device").click()

    page.get_by_role("button", name="Leave quickly").click()

    page.wait_for_url("**/calendar/")


def test_a_visit_given_to_another_is_asked_no_question_and_can_be_sent_again(
    village, as_person, look
):
    visit = a_visit(village)
    page = as_person(village.volunteer, viewport=PHONE)
    page.goto(f"/visits/{visit.pk}/")
    page.get_by_role("link", name="I do not feel safe").click()
    look(page, "volunteer-another")
    page.get_by_role("button", name="I do not feel safe").click()
    page.get_by_text("The visit goes to another.").wait_for()
    look(page, "volunteer-nothing-waits")
    page.go_back()
    page.wait_for_load_state()
    page.get_by_text("No visit is in your hands now.").wait_for()

    page = as_person(village.coordinator, viewport=PHONE)
    page.get_by_role("link", name="Send a visit").click()
    assert page.get_by_label("Sabina Khatun").count() == 0
    assert "unsafe" not in page.content()
    # The only one of the village is no choice yet: the coordinator makes it.
    goes = page.get_by_role("group", name="Who goes?").get_by_label("Meera Devi")
    assert not goes.is_checked()
    goes.check()


def test_a_form_sent_twice_writes_once(village, as_person):
    """Two windows, the same page: the second tap leads to what the first one did."""
    visit = a_visit(village)
    page = as_person(village.volunteer, viewport=PHONE)
    page.goto(f"/visits/{visit.pk}/")
    page.get_by_role("button", name="I have left the house").click()
    found(page, "Yes", "Ill, or needed", "Sick")
    twin = page.context.new_page()
    # An address of the private pages opens nothing: in the second window she presses once more.
    twin.goto(page.url)
    twin.get_by_role("button", name="I have left the house").click()
    found(twin, "Yes", "Ill, or needed", "Sick")
    for each in (page, twin):
        each.get_by_label("Mother").check()
        each.get_by_role("group", name="Did you see").get_by_label("Yes").check()
        each.get_by_label("Will come back to school").check()

    for each in (page, twin):
        each.get_by_role("button", name="Write it down").click()
        each.get_by_text("Thank you. It is written down.").wait_for()

    assert Finding.objects.count() == 1


def test_a_concern_is_told_with_the_law_before_the_words(village, as_person, look):
    page = as_person(village.volunteer, viewport=PHONE)
    page.get_by_role("link", name="Tell of a concern").click()
    look(page, "concern-kind")
    page.get_by_label("Sexual abuse told or feared").check()
    page.get_by_role("button", name="Go on").click()
    assert "abuse" not in page.url
    page.get_by_text("POCSO Act 2012 s. 19(1), s. 21").wait_for()
    words = page.get_by_label("How can the case worker reach the child safely?")
    assert page.get_by_text("POCSO").first.bounding_box()["y"] < words.bounding_box()["y"]
    look(page, "concern-words")
    words.fill("Through her aunt at the tea stall.")
    page.get_by_role("group", name="May somebody who works with us").get_by_label(
        "No", exact=True
    ).check()
    page.get_by_role("button", name="Tell the case worker").click()
    page.get_by_text("Thank you for telling.").wait_for()
    look(page, "concern-told")
    page.reload()
    assert Concern.objects.count() == 1


def test_a_large_file_is_read_by_the_worker_while_its_sender_waits(
    village, as_person, look, monkeypatch
):
    monkeypatch.setattr("aanchal.web.registers.pages.files.IN_BACKGROUND_BYTES", 1000)
    page = as_person(village.teacher, viewport=PHONE)
    page.goto("/registers/send/")
    page.locator("input[type=file]").set_input_files(
        {"name": "VI-A.xlsx", "mimeType": "application/octet-stream", "buffer": village.register()}
    )
    page.get_by_label("Class VI A").check()
    page.get_by_role("button", name="Send and look").click()
    page.get_by_role("progressbar").wait_for()
    look(page, "register-being-read")

    Worker(poll_seconds=0.01).run(until_idle=True)

    page.get_by_role("button", name="Yes, take it in").wait_for()
    look(page)
    assert RegisterFile.objects.get().state == RegisterFile.State.SHOWN


def test_a_file_too_large_is_refused_before_it_is_sent_and_after(
    village, as_person, look, settings
):
    settings.AANCHAL_UPLOAD_BYTES = 2000
    file = {"name": "VI-A.xlsx", "mimeType": "application/octet-stream", "buffer": b"x" * 3000}
    page = as_person(village.teacher, viewport=PHONE)
    page.goto("/registers/send/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Class VI A").check()
    page.get_by_role("button", name="Send and look").click()
    page.get_by_role("alert").get_by_text("This file is larger than").wait_for()

    page = as_person(village.teacher, viewport=PHONE, javascript=False)
    page.goto("/registers/send/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("Class VI A").check()
    page.get_by_role("button", name="Send and look").click()
    page.get_by_text("This file is too large.").first.wait_for()
    assert not RegisterFile.objects.exists()


def test_rows_are_repaired_and_a_setting_aside_is_undone(village, as_person, look):
    page = as_person(village.teacher, viewport=PHONE)
    page.goto("/registers/send/")
    page.locator("input[type=file]").set_input_files(
        {
            "name": "VI-A.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": village.register(pupils=14),
        }
    )
    page.get_by_label("Class VI A").check()
    page.get_by_role("button", name="Send and look").click()
    page.get_by_role("button", name="Yes, take it in").click()
    page.get_by_role("link", name=re.compile("Look at 2 things")).click()
    look(page, "repair")
    # Nothing is chosen beforehand, and nothing chosen is told in a sentence.
    assert page.locator("input[type=radio]:checked").count() == 0
    page.get_by_role("button", name="This is right").first.click()
    page.get_by_text("Say who this row is.").wait_for()
    page.get_by_label("Nobody: set the row aside").first.check()
    page.get_by_role("button", name="This is right").first.click()
    page.get_by_role("button", name=re.compile("Take it up again")).click()
    page.get_by_text("It waits for repair again.").wait_for()
    assert page.get_by_role("group", name="Who is this?").count() == 2
    page.get_by_label("A pupil nobody knows yet: enrol").first.check()
    page.get_by_role("button", name="This is right").first.click()
    assert page.get_by_role("group", name="Who is this?").count() == 1
    page.get_by_role("button", name=re.compile("Undo")).click()
    assert page.get_by_role("group", name="Who is this?").count() == 2
