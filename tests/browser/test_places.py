"""Joining the names of places in a real browser: read in three languages, said with a thumb."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from aanchal.access.roles import Role
from aanchal.places.models import AreaJoin
from tests.chromium import PHONE, width_of
from tests.place_files import DISTRICT, a_tree, some_schools, take_schools
from tests.signing_in import a_person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(browse, sign_in):
    """An administrator's browser, over places whose names are not joined yet."""
    a_tree()
    take_schools(some_schools())
    administrator = a_person(Role.ADMINISTRATOR, DISTRICT)

    def opened(*, language="en", javascript=True):
        administrator.language = language
        administrator.save(update_fields=["language"])
        page = browse(viewport=PHONE, javascript=javascript, language=language)
        sign_in(page, administrator)
        return page

    return opened


def waiting() -> int:
    return AreaJoin.objects.filter(state=AreaJoin.State.PROPOSED).count()


def is_narrow(page) -> bool:
    return width_of(page) <= PHONE["width"]


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
def test_a_pair_is_confirmed_and_parted_again(desk, axe, language, javascript):
    page = desk(language=language, javascript=javascript)
    before = waiting()
    assert before
    page.goto(reverse("places"))
    page.get_by_role("main").locator(f"a[href*='{reverse('joins')}']").first.click()
    page.locator(".filters a[href*='band=certain']").click()
    look = axe if javascript else (lambda _page: None)  # axe itself is a script
    look(page)
    assert is_narrow(page)

    village = page.locator("main form", has_text="300003")
    village.locator("button[name=step][value=same]").click()

    expect(page.get_by_role("status")).to_be_visible()
    assert waiting() == before - 1
    look(page)
    page.goto(reverse("joins"))
    page.locator("button[name=step][value=part]").first.click()
    look(page)  # it asks before it parts them
    page.locator("main form.ask button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert not AreaJoin.objects.filter(state=AreaJoin.State.CONFIRMED).exists()


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_the_sure_ones_of_a_block_are_looked_down_and_confirmed_together(desk, axe, language):
    page = desk(language=language)
    page.goto(reverse("joins"))
    page.locator("main .tasks a").first.click()
    page.locator("main form.done button").click()
    axe(page)
    assert is_narrow(page)
    boxes = page.locator("input[name=join]")
    expect(boxes.first).to_be_checked()

    page.locator("main form .btn-primary").click()

    expect(page.get_by_role("status")).to_be_visible()
    assert AreaJoin.objects.filter(state=AreaJoin.State.CONFIRMED).exists()
    axe(page)


def test_every_page_of_places_is_sound_on_a_phone(desk, axe):
    from aanchal.places.models import Area

    page = desk()
    block = Area.objects.get(path__endswith="B1851")
    for path in (
        reverse("places"),
        reverse("place", args=[block.pk]),
        reverse("place_calendar", args=[block.pk]),
        reverse("places_send"),
        reverse("place_problems"),
        reverse("office"),
    ):
        page.goto(path)
        axe(page)
        assert is_narrow(page), path
