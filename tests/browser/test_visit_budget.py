"""The visit budget moved with a thumb, or without any script, in each language."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from aanchal.access.roles import Role
from aanchal.watch.actions import ask_budget_replay
from aanchal.watch.jobs import replay_budget
from aanchal.watch.models import VisitBudget
from tests.chromium import DESKTOP, PHONE, width_of
from tests.factories import a_class, a_page
from tests.signing_in import a_person, acting, an_area

pytestmark = pytest.mark.django_db(transaction=True)
BLOCK = "IN/S10/D206/B1851"
LONGEST = 4  # screens of a phone
FULL = "PPPPPP.PPPPPP.PPPPPP.PPPPPP.PPP"


@pytest.fixture
def coordinator():
    section, children = a_class(pupils=10)
    for month, last in ((6, FULL[:30]), (7, "PPPP" + "A" * 27), (8, "A" * 31)):
        a_page(section, children, [*[FULL[: len(last)]] * 9, last], date(2026, month, 1))
    return a_person(Role.COORDINATOR, BLOCK)


@pytest.fixture
def replayed(coordinator):
    replay = ask_budget_replay(acting(coordinator), area=an_area(BLOCK), at=timezone.now())
    replay_budget(replay=replay.pk)
    return coordinator


@pytest.fixture
def desk(browse, sign_in):
    def opened(person, *, language="en", **how):
        person.language = language
        person.save(update_fields=["language"])
        page = browse(language=language, **how)
        sign_in(page, person)
        return page

    return opened


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_slider_shows_each_budget_at_once_and_one_is_set(
    desk, axe, screenshot, replayed, language, viewport
):
    page = desk(replayed, language=language, viewport=viewport)
    page.goto(reverse("watch"))
    page.locator(f"main a[href='{reverse('visit_budgets')}']").click()
    axe(page)
    assert width_of(page) <= viewport["width"]
    tall = page.evaluate("document.documentElement.scrollHeight")
    assert tall <= LONGEST * viewport["height"], f"{tall} px: too far to scroll"
    shown = page.locator("[data-visits]:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_have_attribute("data-visits", "10")

    page.locator("input[type=range]").focus()
    for _press in range(5):
        page.keyboard.press("ArrowRight")

    expect(shown).to_have_attribute("data-visits", "20")
    expect(page.locator("input[name=visits]")).to_have_value("20")
    axe(page)
    screenshot(page, f"budget-{language}-{viewport['width']}")
    shown.locator(".btn-primary").click()
    axe(page)
    page.locator("form.ask button").click()

    expect(page.get_by_role("status")).to_be_visible()
    assert VisitBudget.objects.get(is_current=True).visits_per_1000_month == 20
    axe(page)


def test_without_scripts_the_number_and_its_button_do_the_same(desk, replayed):
    page = desk(replayed, viewport=PHONE, javascript=False)
    page.goto(reverse("visit_budget", args=[an_area(BLOCK).pk]))
    expect(page.locator("input[type=range]")).to_be_hidden()

    page.locator("input[name=visits]").fill("13")
    page.locator("[data-budget] button").click()

    expect(page.locator("[data-visits]:visible")).to_have_attribute("data-visits", "12")
    page.locator("[data-visits]:visible .btn-primary").click()
    page.locator("form.ask button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert VisitBudget.objects.get(is_current=True).visits_per_1000_month == 12


def test_the_bar_gives_way_to_the_figures_when_the_replay_is_made(desk, axe, coordinator):
    from aanchal.watch.models import BudgetReplay

    page = desk(coordinator, viewport=PHONE)
    page.goto(reverse("visit_budget", args=[an_area(BLOCK).pk]))
    axe(page)
    page.locator("main form .btn-primary").click()
    expect(page.locator("progress").first).to_be_visible()
    axe(page)

    replay_budget(replay=BudgetReplay.objects.get().pk)

    expect(page.locator("[data-visits]:visible")).to_have_count(1)
    expect(page.locator("input[type=range]")).to_be_visible()


def test_with_no_register_the_page_says_what_to_send(desk, axe):
    an_area(BLOCK)
    page = desk(a_person(Role.COORDINATOR, BLOCK), viewport=PHONE)

    page.goto(reverse("visit_budgets"))

    expect(page.locator(".empty .btn")).to_be_visible()
    axe(page)
