"""The first register of a new session is laid beside last year's pupils and answered on a phone."""

import pytest

from aanchal.access.roles import Role
from tests.chromium import DESKTOP, PHONE
from tests.factories import NAMES
from tests.registers.use_cases.test_change_of_session import OTHERWISE, last_year, sent, waiting
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_last_years_pupils_are_found_again_and_the_doubtful_asked_about(village, as_person, look):
    section, _children = last_year()
    held = sent(section, [*NAMES[:4], OTHERWISE])
    path = str(section.school.area.path).rsplit("/", 1)[0]
    coordinator = a_person(Role.COORDINATOR, path)

    for language in ("hi", "bn"):
        page = as_person(coordinator, viewport=PHONE, language=language)
        page.goto(f"/registers/{held.pk}/session/")
        look(page, f"session-{language}")
    page = as_person(coordinator, viewport=DESKTOP)
    page.goto(f"/registers/{held.pk}/session/")
    look(page, "session-desktop")

    page = as_person(coordinator, viewport=PHONE)
    page.goto(f"/registers/{held.pk}/")
    assert page.locator(".sheet.done").count() == 0, "no green while a child waits"
    page.get_by_role("link", name="Say who they are").first.click()
    look(page, "session")
    assert page.locator("input:checked").count() == 0, "nothing is chosen before"
    page.get_by_role("button", name="These 4 are the same children").click()
    page.get_by_text("4 children were found again").wait_for()
    look(page, "session-certain-answered")
    assert len(waiting(held)) == 1
