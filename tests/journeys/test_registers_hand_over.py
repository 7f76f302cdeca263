"""Registers from hand to hand: a guessed number, a struck-off pupil, ten rows to repair."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.kernel.authz import system_actor
from aanchal.people.actions import enrol_pupils
from aanchal.people.models import ClassMove, Enrolment
from aanchal.people.rules.pupils import NewPupil
from aanchal.registers.models import MissingPupil
from tests.factories import NAMES
from tests.journeys.village import days_in, full_month
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 360, "height": 740}


def send(page, data, name):
    page.goto("/registers/send/")
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.get_by_label("Class VI A").check()
    page.get_by_role("button", name="Send and look").click()
    page.get_by_role("button", name="Yes, take it in").wait_for()


def take(page):
    page.get_by_role("button", name="Yes, take it in").click()
    page.get_by_text("The good rows are in.").wait_for()


def test_a_guessed_admission_number_moves_nobody_until_the_head_says_yes(village, as_person, look):
    school = village.section.school
    done = enrol_pupils(
        system_actor("imports"),
        school=school,
        pupils=[
            NewPupil(grade="7", section="A", roll="1", given_name="Secretname",
                     admission_no="S-1", row=2)
        ],
        on=village.month,
        at=timezone.now(),
    )  # fmt: skip
    [child] = done.children
    days = ",".join(str(d) for d in range(1, days_in(village.month) + 1))
    marks = ",".join("" if m == "." else m for m in full_month(village.month))
    text = (
        f"Class: VI  Section: A   Month: {village.month:%B %Y}\n"
        f"Roll,Name,Admission No,{days}\n40,Guessed Name,S-1,{marks}\n"
    )
    page = as_person(village.teacher, viewport=PHONE)
    send(page, text.encode(), "VI-A.csv")
    for box in page.locator("input[type=checkbox]").all():
        box.check()
    take(page)

    assert Enrolment.objects.get(child=child).class_section.grade == "7"
    page.goto("/classes/moves/")
    page.get_by_text("Guessed Name").first.wait_for()
    assert "Secretname" not in page.content()

    head = as_person(a_person(Role.TEACHER, school, name="Made-up Head"), viewport=PHONE)
    head.goto("/classes/")
    head.get_by_role("link", name=re.compile("is to move to another class")).click()
    head.get_by_role("heading", name=re.compile("Moves between")).wait_for()
    look(head, "class-move")
    head.get_by_text("Guessed Name").wait_for()
    head.get_by_role("button", name=re.compile("Yes, move to VI A")).click()
    head.get_by_text("The pupil is in the other class now.").wait_for()
    assert ClassMove.objects.get().state == "agreed"
    assert Enrolment.objects.get(child=child, ends_on=None).class_section == village.section


def test_a_struck_off_pupil_is_seen_from_the_preview_to_the_coordinators_day(
    village, as_person, look
):
    page = as_person(village.teacher, viewport=PHONE)
    send(page, village.register(pupils=11), "VI-A.xlsx")
    page.get_by_text("1 pupil of the class is left out").wait_for()
    page.get_by_label(re.compile("Nisha Mishra")).select_option("name_cut")
    look(page, "missing-preview")
    take(page)
    assert MissingPupil.objects.get().child == village.child

    coordinator = as_person(village.coordinator, viewport=PHONE)
    coordinator.goto(reverse("watch"))
    coordinator.get_by_role("link", name=re.compile("1 pupil is missing")).click()
    coordinator.get_by_role("heading", name=re.compile("Missing from")).wait_for()
    look(coordinator, "missing")
    coordinator.get_by_text("name was cut").first.wait_for()
    coordinator.get_by_text("It is known where the pupil is").click()
    coordinator.get_by_label("How is it known?").select_option("met_child")
    coordinator.get_by_label("Where, and who said so?").fill("With her aunt, says the aunt")
    coordinator.get_by_role("button", name="Write it down and close").click()
    look(coordinator, "missing-known")
    coordinator.get_by_role("button", name="Yes, close the question").click()
    coordinator.get_by_text("Nobody is missing from a register.").wait_for()


def test_ten_rows_are_repaired_one_by_one_with_nothing_chosen(village, as_person, look):
    names = (*NAMES[:2], *(f"Xq{i} Zzw{i}" for i in range(10)))
    page = as_person(village.teacher, viewport=PHONE)
    send(page, village.register(names=names, gone=False), "VI-A.xlsx")
    for box in page.get_by_label(re.compile("Yes, I have looked")).all():
        box.check()
    take(page)
    page.get_by_role("link", name=re.compile("Look at 10 things")).click()
    page.get_by_role("heading", name=re.compile("Look and settle")).wait_for()
    look(page, "repair-ten")

    assert page.get_by_role("group", name="Who is this?").count() == 10
    assert page.locator("form.sheet").filter(has_text="Class VI A").count() == 10, (
        "each names its class"
    )
    assert page.locator("input[type=radio]:checked").count() == 0
    offered = page.locator("select[name=other]").first.inner_text()
    assert NAMES[0] not in offered and NAMES[5] in offered

    first = page.locator("form.sheet").first
    first.get_by_role("radio", name="Another of the class").check()
    first.locator("select[name=other]").select_option(label=f"3. {NAMES[2]}")
    first.get_by_role("button", name="This is right").click()
    page.get_by_text("Settled. Below, it can be undone.").wait_for()

    assert page.get_by_role("group", name="Who is this?").count() == 9
    assert NAMES[2] not in page.locator("select[name=other]").first.inner_text()
