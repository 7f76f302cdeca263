"""In a real Chromium: words kept over a session that ended, over a dead line, over a second tab."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from aanchal.access.models import KeptForm, Session
from aanchal.access.roles import Role
from aanchal.cases.models import Concern
from tests.chromium import PHONE, width_of
from tests.signing_in import PASSPHRASE, a_person, a_phone, an_area

pytestmark = pytest.mark.django_db(transaction=True)
VILLAGE = "IN/S10/D206/B1851/P1/V1"
WORDS = "Two men came in a white car.\nThey asked for the girls of class VI."


@pytest.fixture
def volunteer():
    an_area(VILLAGE, name="Rajnagar")
    # Somebody who takes concerns up, so that this one finds its reader.
    a_person(Role.CASE_WORKER, "IN/S10/D206")
    return a_person(Role.VOLUNTEER, VILLAGE, name="Sunita")


def come_in(page, person, live_server):
    """Sign in on her own phone, through the page."""
    page.context.add_cookies(
        [{"name": "aanchal_device", "value": a_phone(person)[1], "url": live_server.url}]
    )
    page.goto(reverse("sign_in"))
    give_passphrase(page, person)


def give_passphrase(page, person):
    page.get_by_label("Your sign-in name").fill(person.username)
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()


def begin_a_concern(page):
    page.goto(reverse("concern_new"))
    page.locator("main input[type=radio]").first.check()
    page.locator("main form[method=post] button.btn-primary").first.click()
    page.get_by_label("What did you see or hear?").fill(WORDS)
    page.get_by_role("group", name="May somebody who works with us").get_by_label(
        "No", exact=True
    ).check()


def tell(page):
    page.get_by_role("button", name="Tell the case worker").click()


@pytest.mark.parametrize("javascript", [True, False])
def test_words_are_kept_over_an_expired_session(
    browse, live_server, volunteer, axe, screenshot, javascript
):
    page = browse(viewport=PHONE, javascript=javascript)
    come_in(page, volunteer, live_server)
    begin_a_concern(page)
    Session.objects.all().delete()  # fifteen minutes have passed

    tell(page)

    expect(page).to_have_url(re.compile(re.escape(reverse("sign_in"))))
    assert "white car" not in page.content()
    give_passphrase(page, volunteer)
    expect(page).to_have_url(re.compile(re.escape(reverse("kept_words"))))
    expect(page.get_by_label("What you wrote")).to_have_value(WORDS)
    assert not Concern.objects.exists()
    assert width_of(page) <= 360
    if javascript:
        axe(page)
        screenshot(page, "kept-words")
    page.get_by_role("button", name="Send it now").click()

    expect(page).to_have_url(re.compile(r"told"))
    concern = Concern.objects.get()
    assert concern.told.replace("\r\n", "\n") == WORDS
    assert not KeptForm.objects.exists()


def test_leave_quickly_takes_the_words_away_too(phone, live_server, volunteer):
    come_in(phone, volunteer, live_server)
    begin_a_concern(phone)
    Session.objects.all().delete()
    tell(phone)
    give_passphrase(phone, volunteer)
    expect(phone.get_by_label("What you wrote")).to_have_value(WORDS)

    phone.goto(reverse("concern_new"))
    phone.get_by_role("button", name="Leave quickly").first.click()
    expect(phone).to_have_url(re.compile(re.escape(reverse("calendar"))))

    assert not KeptForm.objects.exists()


def test_words_stay_on_the_page_while_the_line_is_dead(phone, live_server, volunteer, watch):
    watch.expect("Failed to load resource")
    come_in(phone, volunteer, live_server)
    begin_a_concern(phone)
    # The phone believes it has a network, and nothing answers.
    phone.route("**/*", lambda route: route.abort("connectionrefused"))

    tell(phone)

    expect(phone.get_by_role("alert")).to_contain_text("What you wrote stays on this page")
    expect(phone.get_by_label("What did you see or hear?")).to_have_value(WORDS)
    stored = phone.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length")
    assert stored == 0
    phone.unroute("**/*")
    tell(phone)

    expect(phone).to_have_url(re.compile(r"told"))
    assert Concern.objects.get().told.replace("\r\n", "\n") == WORDS


def test_a_second_tab_in_which_she_signed_in_again_loses_nothing(phone, live_server, volunteer):
    come_in(phone, volunteer, live_server)
    begin_a_concern(phone)
    Session.objects.all().delete()
    second = phone.context.new_page()
    second.goto(reverse("sign_in"))
    give_passphrase(second, volunteer)
    expect(second).not_to_have_url(re.compile(re.escape(reverse("sign_in"))))

    tell(phone)

    expect(phone.get_by_label("What you wrote")).to_have_value(WORDS)
    phone.get_by_role("button", name="Send it now").click()
    expect(phone).to_have_url(re.compile(r"told"))
    assert Concern.objects.count() == 1


def test_esc_closes_the_menu_and_the_keyboard_stays_where_it_was(desktop, sign_in):
    sign_in(desktop, a_person(Role.ADMINISTRATOR, "IN/S10/D206"))
    desktop.goto(reverse("people"))
    menu = desktop.locator("details.menu")
    menu.locator("summary").focus()
    desktop.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    desktop.keyboard.press("Tab")

    desktop.keyboard.press("Escape")

    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
