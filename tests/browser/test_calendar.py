"""The school calendar in a real Chromium: a month, a tap on a day, one small form."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from aanchal.access.roles import Role
from aanchal.places.models import Closure
from tests.chromium import PHONE, width_of
from tests.signing_in import a_person, an_area

pytestmark = pytest.mark.django_db(transaction=True)
BLOCK = "IN/S10/D206/B1851"


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("javascript", [True, False])
def test_a_day_is_tapped_and_the_school_is_closed_on_it(
    browse, sign_in, axe, screenshot, language, javascript
):
    block = an_area(BLOCK, name="Rajnagar")
    page = browse(viewport=PHONE, javascript=javascript, language=language)
    sign_in(page, a_person(Role.COORDINATOR, BLOCK))
    page.goto(reverse("place_calendar", args=[block.pk]) + "?month=2026-10")
    page.locator("a[rel=next]").click()
    expect(page).to_have_url(re.compile("month=2026-11"))

    page.locator("a[href='?day=2026-11-15#day']").click()
    page.locator("#day input[value=holiday]").check()
    page.locator("#day input[name=closure-name]").fill("Chhath")
    page.locator("#day input[name=closure-last_on]").fill("2026-11-17")
    page.locator("#day input[name=closure-source]").fill("Order 12")
    if javascript:
        axe(page)
        screenshot(page, f"calendar-day-{language}")
    page.locator("#day button.btn-primary").click()

    expect(page.locator("td.closed")).to_have_count(3)
    assert width_of(page) <= 360
    if javascript:
        axe(page)
        screenshot(page, f"calendar-month-{language}")
    page.locator("a[href='?day=2026-11-16#day']").click()
    page.locator("#day button").click()
    expect(page.locator("td.closed")).to_have_count(0)
    assert not Closure.objects.exists()
