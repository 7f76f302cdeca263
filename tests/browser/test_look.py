"""Every component in a real browser: readable, reachable, and kind to a small phone."""

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from tests.chromium import DESKTOP, PHONE, width_of
from tests.gallery import draw_gallery

pytestmark = pytest.mark.once

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
NARROWEST = {"width": 320, "height": 640}  # WCAG 1.4.10: text at 400% on a desk
TARGETS = ".btn, .choice, .form-control, .form-select, .menu > summary, .places a, .brand, .call a"


@pytest.fixture
def show(live_server):
    """Open one of our templates as the site would answer with it."""

    def shown(page, template=None, *, language="en", context=None):
        with translation.override(language):
            request = RequestFactory().get("/")
            body = (
                render_to_string(template, context, request=request)
                if template
                else draw_gallery(request)
            )
        address = f"{live_server.url}/the-look"
        headers = {"Content-Security-Policy": STRICT}
        page.route(
            address,
            lambda route: route.fulfill(content_type="text/html", headers=headers, body=body),
        )
        page.goto(address)
        page.wait_for_load_state("networkidle")
        return page

    return shown


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_component_is_accessible(browse, show, axe, screenshot, viewport, language):
    page = show(browse(viewport=viewport, language=language), language=language)

    axe(page)
    screenshot(page, f"gallery-{language}-{viewport['width']}")


def test_every_component_is_accessible_in_the_dark(browse, show, axe):
    page = show(browse(dark=True))

    axe(page)


@pytest.mark.parametrize("viewport", [NARROWEST, PHONE, DESKTOP], ids=["320", "phone", "desktop"])
@pytest.mark.parametrize("language", ["en", "hi", "bn", "ur"])
def test_nothing_is_wider_than_the_screen(browse, show, viewport, language):
    page = show(browse(viewport=viewport), language=language)

    assert width_of(page) == viewport["width"]
    assert page.evaluate("document.documentElement.scrollLeft") == 0


def test_what_a_thumb_presses_is_48_pixels_high(browse, show):
    page = show(browse(viewport=PHONE))

    low = page.evaluate(
        """targets => [...document.querySelectorAll(targets)]
        .filter(e => e.getBoundingClientRect().height && e.getBoundingClientRect().height < 47.9)
        .map(e => e.className + ' ' + e.getBoundingClientRect().height)""",
        TARGETS,
    )

    assert low == []


def test_the_keyboard_comes_first_to_the_skip_link_and_then_to_the_work(page, show):
    show(page, "errors/404.html", context={})

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_menu_opens_by_keyboard_and_without_script(no_js, show):
    page = show(no_js)

    page.locator(".menu > summary").focus()
    page.keyboard.press("Enter")

    assert page.locator(".menu .panel").is_visible()


def test_a_refused_form_is_read_from_its_errors_and_each_leads_to_its_input(page, show):
    show(page)
    assert page.evaluate("document.activeElement.className") == "error-summary"

    page.locator(".error-summary a").first.click()

    assert page.evaluate("document.activeElement.type") == "radio"


def test_a_page_in_latin_letters_fetches_no_indic_script(page, show):
    fetched = []
    page.on("request", lambda request: fetched.append(request.url.rsplit("/", 1)[-1]))

    show(page, "errors/404.html", context={})

    whole = [name for name in fetched if "devanagari" in name or "bengali" in name]
    assert whole == []
    assert any(name.startswith("noto-sans-latin") for name in fetched)


def test_a_second_tap_on_a_slow_network_sends_nothing_and_a_bar_is_shown(page, show):
    sent = []

    def answer_with_nothing(route):
        sent.append(route.request.method)
        route.fulfill(status=204)

    page.route("**/undo", answer_with_nothing)
    show(page)
    page.evaluate("document.querySelector('.notice form').action = '/undo'")

    page.locator(".notice form button").click()
    page.locator(".notice form button").click()

    page.locator("progress.wait").wait_for(state="visible")
    assert sent == ["POST"]


def test_without_a_network_what_was_written_stays(page, show):
    show(page)
    page.evaluate("document.querySelector('main form').action = '/undo'")
    page.context.set_offline(True)

    page.locator(".notice form button").click()

    assert "no network" in page.locator("[role=alert].offline").inner_text()
    page.context.set_offline(False)


def test_on_paper_no_button_is_left_and_absent_days_are_black(page, show):
    show(page)
    page.emulate_media(media="print")

    assert page.locator(".btn:visible").count() == 0
    assert (
        page.locator(".strip i.a")
        .first.evaluate("e => getComputedStyle(e).borderTopColor")
        .startswith("rgb(0, 0, 0")
    )


OUTSIDE = """() => { const edge = document.documentElement.clientWidth;
  const shown = [...document.querySelectorAll('.sheet, .figures > *, .tag, .calm, .strip, svg')]
    .filter(e => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden');
  return shown.filter(e => e.getBoundingClientRect().right > edge + 1)
    .map(e => e.className + ' ' + e.textContent.trim().slice(0, 40)); }"""


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
@pytest.mark.parametrize("paper", [468, 703, 724], ids=["A5", "A4", "Letter"])
def test_on_paper_no_tile_runs_over_the_edge(browse, show, paper, language):
    page = show(browse(viewport={"width": paper, "height": 980}), language=language)
    page.emulate_media(media="print")
    # A word longer than a quarter of the page, as a figure's may be in any language.
    page.locator(".figures > *").first.evaluate("e => e.append('long'.repeat(12))")

    assert page.evaluate(OUTSIDE) == []


def test_on_paper_a_long_list_goes_over_the_edge_and_an_empty_box_is_not_printed(browse, show):
    page = show(browse())
    page.emulate_media(media="print")
    line = "<li><div>A line</div></li>"
    boxes = (
        f"<div class='sheet' id='long'><ul class='tasks'>{line * 40}</ul></div>"
        f"<div class='sheet' id='short'><ul class='tasks'>{line * 4}</ul></div>"
        "<div class='sheet' id='shut'><details class='words'><summary>More</summary></details></div>"
        "<div class='sheet' id='open'><details class='words' open><summary>More</summary>"
        "Words</details></div>"
    )
    page.locator("main").evaluate(
        "(main, html) => main.insertAdjacentHTML('beforeend', html)", boxes
    )

    def computed(key, what):
        return page.locator(f"#{key}").evaluate(f"e => getComputedStyle(e).{what}")

    assert (computed("long", "breakInside"), computed("short", "breakInside")) == ("auto", "avoid")
    assert (computed("shut", "display"), computed("open", "display")) == ("none", "block")
