"""The pages of what waits of the registers, filled: a correction, a move, a pupil missed, a silence."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from aanchal.access.roles import Role
from aanchal.demo.waiting_registers import leave_registers_waiting
from aanchal.kernel.authz import system_actor
from aanchal.people.actions import enrol_pupils
from aanchal.people.rules.pupils import NewPupil
from tests.chromium import DESKTOP, PHONE
from tests.factories import VILLAGE, a_class, a_page
from tests.signing_in import a_person, a_school

pytestmark = pytest.mark.once


@pytest.fixture
def coordinator(live_server):
    """Three classes whose teachers leave one of each behind; a fourth has stopped sending."""
    school = a_school(VILLAGE)
    month = (timezone.localdate().replace(day=1) - timedelta(days=1)).replace(day=1)
    for grade, marks in (("6", "AAAAAAAAPP"), ("7", "P" * 10), ("8", "P" * 10), ("5", "PP")):
        section, children = a_class(school, grade=grade)
        a_page(section, children, [marks] + ["P" * len(marks)] * 5, month)
        if grade != "5":
            a_person(Role.TEACHER, school, grade=grade, section="A", name="Tara Devi")
    enrol_pupils(
        system_actor("imports"),
        school=school,
        pupils=[
            NewPupil(
                grade="9", section="A", roll="1", given_name="Rina", family_name="Devi",
                admission_no="S-9", row=2,
            )
        ],
        on=date(month.year, month.month, 1),
        at=timezone.now(),
    )  # fmt: skip
    leave_registers_waiting(at=timezone.now())
    return a_person(Role.COORDINATOR, "IN/S10/D206", name="Chitra Sen")


@pytest.mark.parametrize(
    "language, viewport, size",
    [
        ("en", PHONE, "phone"),
        ("en", DESKTOP, "desk"),
        ("hi", PHONE, "phone"),
        ("bn", PHONE, "phone"),
    ],
)
def test_each_page_is_whole_in_each_language(
    coordinator, as_person, look, language, viewport, size
):
    page = as_person(coordinator, viewport=viewport, language=language)

    for name in ("corrections", "class_moves", "missing_pupils"):
        page.goto(reverse(name))
        assert page.locator("main .sheet").count() >= 1
        look(page, f"waiting-{name}-{language}-{size}")
    page.goto(reverse("watch") + "#silent")
    page.locator("#silent").wait_for()
    page.locator("section[aria-labelledby=silent] a").first.click()
    page.locator("section.sheet.now").wait_for()
    look(page, f"waiting-silent-class-{language}-{size}")
