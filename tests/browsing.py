"""Fixtures of every test that opens a page. `browse` is the one the others are made of.

They are one plugin of the whole run: a second copy would start a second browser loop in this thread.

Pictures are kept when AANCHAL_TEST_SCREENSHOTS names a folder; a failed test always leaves one there.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests import chromium
from tests.chromium import DESKTOP, PHONE, NewPage, Watch

AXE = Path(__file__).parent / "browser" / "vendor" / "axe.min.js"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium a process, started when the first test wants it."""
    try:
        with chromium.running() as started:
            yield started
    except chromium.ChromiumMissing as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture
def watch() -> Watch:
    """What the browser complained of; `watch.expect(pattern)` lets something pass."""
    return Watch()


@pytest.fixture
def browse(
    request: pytest.FixtureRequest, browser: Browser, live_server: Any, watch: Watch
) -> Iterator[NewPage]:
    """Open a page with cookies of its own: `browse(viewport=PHONE, javascript=False, language="hi")`.

    Relative addresses go to the live server: `page.goto("/visits/")`.
    """
    contexts: list[BrowserContext] = []

    def open_page(
        *,
        viewport: Any = DESKTOP,
        javascript: bool = True,
        language: str = "en",
        dark: bool = False,
        **more: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=viewport,
            is_mobile=viewport["width"] < 600,
            has_touch=viewport["width"] < 600,
            java_script_enabled=javascript,
            locale=f"{language}-IN",
            timezone_id="Asia/Kolkata",
            color_scheme="dark" if dark else "light",
            **more,
        )
        # Two suites at once on two slow cores: a page may be long in coming and yet be right.
        context.set_default_timeout(30_000)
        contexts.append(context)
        watch.over(context)
        return context.new_page()

    yield open_page

    failed = getattr(request.node, "failed_call", False)
    for number, context in enumerate(contexts):
        for page in context.pages if failed else []:
            _keep(page, f"failed-{request.node.name}-{number}")
        context.close()
    if not failed:
        watch.settle()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.failed_call = report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture
def desktop(browse: NewPage) -> Page:
    """A page on a wide screen."""
    return browse(viewport=DESKTOP)


@pytest.fixture
def phone(browse: NewPage) -> Page:
    """A page on a small phone: 360 pixels, touch."""
    return browse(viewport=PHONE)


@pytest.fixture
def page(desktop: Page) -> Page:
    """A page; on a wide screen unless the test says otherwise."""
    return desktop


@pytest.fixture
def no_js(browse: NewPage) -> Page:
    """A page on a phone in a browser that runs no script."""
    return browse(viewport=PHONE, javascript=False)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Page, Any], None]:
    """`sign_in(page, user)`: she is signed in as her role must be, without the pages for it."""

    def carry_over(page: Page, user: Any) -> None:
        from django.test import Client

        from tests.signing_in import signed_in

        cookies = signed_in(Client(), user).cookies
        page.context.add_cookies(
            [
                {"name": name, "value": morsel.value, "url": live_server.url, "httpOnly": True}
                for name, morsel in cookies.items()
            ]
        )

    return carry_over


@pytest.fixture(scope="session")
def _axe_script() -> str:
    return AXE.read_text(encoding="utf-8")


@pytest.fixture
def axe(_axe_script: str) -> Callable[..., None]:
    """`axe(page)` fails with what WCAG 2.2 AA finds wrong on the page as it stands."""

    def check(page: Page, *, within: str | None = None, allow: tuple[str, ...] = ()) -> None:
        # Sizes are judged in the letters the page is read in, not in those shown until they come.
        page.evaluate("document.fonts.ready")
        faults = chromium.axe_faults(page, _axe_script, within=within)
        faults = [f for f in faults if f.split(" ")[0] not in allow]
        assert not faults, f"{page.url}:\n" + "\n".join(faults)

    return check


@pytest.fixture
def screenshot() -> Callable[..., None]:
    """`screenshot(page, "volunteer-today")` keeps a picture when a folder for them is named."""
    return _keep


def _keep(page: Page, name: str, *, whole: bool = True) -> None:
    folder = os.environ.get("AANCHAL_TEST_SCREENSHOTS")
    if not folder:
        return
    path = Path(folder) / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=whole)
