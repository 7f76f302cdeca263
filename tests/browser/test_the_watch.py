"""The watch over the pages sees what it is there to see. Each page here is made to go wrong."""

import pytest

POLICY = {"Content-Security-Policy": "default-src 'none'; script-src 'self'; img-src 'self' data:"}


@pytest.fixture
def show(live_server, page):
    """Show a page of the test's own making, as if the site had answered with it."""

    def shown(html, *, headers=None, status=200, on=page):
        address = f"{live_server.url}/made-up-page"
        on.route(
            address,
            lambda route: route.fulfill(
                status=status, content_type="text/html", headers=headers or {}, body=html
            ),
        )
        on.goto(address)
        on.wait_for_timeout(100)

    return shown


def page_with(body):
    return f"<!doctype html><html lang=en><head><title>t</title><link rel=icon href=data:,></head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "body, headers, complaint",
    [
        ("<script>1</script>", POLICY, "policy: script-src"),
        ("<p style='color:red'>x</p>", POLICY, "policy: style-src"),
        ("<img src='https://example.org/a.png' alt=a>", {}, "another machine"),
        ("<img src='/no-such-picture.png' alt=a>", {}, "404"),
        ("<script>console.error('oh')</script>", {}, "oh"),
        ("<script>nowhere()</script>", {}, "nowhere is not defined"),
    ],
    ids=["inline script", "inline style", "third party", "missing part", "console", "script error"],
)
def test_the_watch_complains(show, watch, body, headers, complaint):
    show(page_with(body), headers=headers)

    assert any(complaint in found for found in watch.found), watch.found
    with pytest.raises(AssertionError, match="The browser complains"):
        watch.settle()
    watch.found.clear()


def test_the_watch_is_quiet_over_a_good_page(show, watch):
    show(page_with("<h1>All is well</h1>"), headers=POLICY)

    assert watch.found == []


def test_a_refusal_is_no_complaint(show, watch):
    show(page_with("<h1>Not here</h1>"), status=404)

    assert watch.found == []


def test_axe_finds_a_field_without_a_label(show, page, axe):
    show(page_with("<main><h1>Form</h1><input name=a></main>"))

    with pytest.raises(AssertionError, match="label"):
        axe(page)


def test_axe_is_content_with_a_plain_page_under_a_strict_policy(show, page, axe):
    show(page_with("<main><h1>Form</h1><label>A <input name=a></label></main>"), headers=POLICY)

    axe(page)


def test_a_browser_without_scripts_runs_none(show, no_js):
    show(
        page_with(
            "<h1>Before</h1><script>document.querySelector('h1').textContent='After'</script>"
        ),
        on=no_js,
    )

    assert no_js.locator("h1").inner_text() == "Before"


def test_the_phone_is_a_phone(phone):
    assert phone.viewport_size["width"] == 360
    assert phone.evaluate("navigator.maxTouchPoints") > 0
