"""A real Chromium for the browser tests, and the watch kept over each page it opens.

A page fails its test when anything breaks the content security policy, when a script errs or the
console complains, or when it asks any other machine for anything.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Route,
    sync_playwright,
)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever slips through finds no other machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 860}
AT_HOME = {"localhost", "127.0.0.1"}


class ChromiumMissing(Exception):
    """There is no Chromium; the sentence says what to install."""


def program() -> str:
    """Path of the system's Chromium, or the one AANCHAL_TEST_CHROMIUM names."""
    found = os.environ.get("AANCHAL_TEST_CHROMIUM") or shutil.which("chromium")
    if not found:
        raise ChromiumMissing("The browser tests need Chromium: install the package 'chromium'.")
    return found


@contextmanager
def running() -> Iterator[Browser]:
    """One Chromium with a fresh profile, closed at the end."""
    executable = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, headless=True, args=FLAGS, handle_sigint=False
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What went wrong in the pages of one context."""

    found: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)
    _documents: set[str] = field(default_factory=set)

    def expect(self, pattern: str) -> None:
        """Let pass what matches: the test brings it about on purpose."""
        self.expected.append(re.compile(pattern))

    def over(self, context: BrowserContext) -> None:
        """Keep watch over every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"script error: {error.error}"))
        context.on("request", self._request)
        context.route(_elsewhere, self._stop)
        context.expose_binding("aanchalViolation", lambda _, text: self._note(f"policy: {text}"))
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => window.aanchalViolation("
            "`${e.violatedDirective} ${e.blockedURI} on ${e.documentURI}:${e.lineNumber}`))"
        )

    def settle(self) -> None:
        """Raise when anything was found that nobody expected."""
        unexpected = [f for f in self.found if not any(p.search(f) for p in self.expected)]
        assert not unexpected, "The browser complains:\n" + "\n".join(unexpected)

    def _note(self, what: str) -> None:
        if what not in self.found:
            self.found.append(what)

    def _request(self, request: Request) -> None:
        if request.is_navigation_request():
            self._documents.add(request.url.split("#")[0])
        if _elsewhere(request.url):
            self._note(f"request to another machine: {request.url}")

    def _stop(self, route: Route) -> None:
        self._note(f"request to another machine: {route.request.url}")
        route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        where = message.location.get("url", "")
        # A page may answer 403 or 404: that is what some tests are about. A missing part may not.
        if message.text.startswith("Failed to load resource") and where in self._documents:
            return
        self._note(f"console {message.type}: {message.text} ({where})")


def _elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in AT_HOME


AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def settled(page: Page, *, seconds: float = 30) -> Page:
    """The page, once all of it is there: a click is over when the next page begins, unstyled."""
    page.wait_for_load_state()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if page.evaluate("document.readyState === 'complete' && !!document.body"):
                return page
        except Error:
            pass  # it was gone to the next page in between
        page.wait_for_timeout(50)
    raise AssertionError(f"{page.url} was not there after {seconds:.0f} s")


def width_of(page: Page) -> int:
    """How wide the page is laid out, in CSS pixels; more than the screen means it must be moved."""
    return int(settled(page).evaluate("document.documentElement.scrollWidth"))


def axe_faults(page: Page, script: str, *, within: str | None = None) -> list[str]:
    """Run axe-core over a page as it stands, and say what it finds, a line each.

    Args:
        script: axe-core itself; evaluated from outside, so that no policy has to allow it.
        within: selector of the part to look at; None for the whole page.
    """
    settled(page).evaluate(script)
    # The bar that leaves quickly stays in sight and lies over whatever is scrolled beneath it. A
    # target is judged by its own size, not by where the page happened to stand.
    page.evaluate("document.querySelectorAll('.leave').forEach(e => e.style.position = 'static')")
    result: dict[str, Any] = page.evaluate(
        "([within, tags]) => axe.run(within || document, "
        "{runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})",
        [within, AXE_TAGS],
    )
    page.evaluate("document.querySelectorAll('.leave').forEach(e => e.style.position = '')")
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['html'][:160]}"
        for fault in result["violations"]
        for node in fault["nodes"]
    ]


NewPage = Callable[..., Page]
