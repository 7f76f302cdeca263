"""The browser and the made-up village of the journeys; each journey has both to itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, Page

from tests.chromium import settled, width_of

if TYPE_CHECKING:
    from tests.journeys.village import Village


@pytest.fixture
def village(live_server: Any) -> "Village":
    """A village, its school and people; nothing has been sent, asked or visited yet."""
    from tests.journeys.village import a_village

    return a_village()


@pytest.fixture
def as_person(
    browse: Callable[..., Page],
    sign_in: Callable[[Page, Any], None],
) -> Callable[..., Page]:
    """`as_person(user, viewport=PHONE)`: a page of her own, signed in as her role must be."""

    def opened(user: Any, **how: Any) -> Page:
        new = browse(**how)
        language = how.get("language", "en")
        user.language = language
        user.save(update_fields=["language"])
        sign_in(new, user)
        new.goto("/")
        return new

    return opened


@pytest.fixture
def look(
    axe: Callable[..., None],
    screenshot: Callable[..., None],
) -> Callable[..., None]:
    """`look(page, "name")`: nothing is out of reach, nothing wider than the screen, one main title."""

    def judged(at: Page) -> None:
        settled(at)
        # A bar that rests at the lower end covers nothing only where the page ends.
        at.evaluate("document.fonts.ready.then(() => scrollTo(0, 1e7))")
        axe(at)
        at.evaluate("scrollTo(0, 0)")
        wide = width_of(at)
        assert wide <= at.viewport_size["width"], f"{at.url} is {wide} wide"
        assert at.locator("main h1").count() == 1, at.url
        assert at.locator("main .btn-primary:visible").count() <= 1, f"{at.url}: two big acts"

    def looked(at: Page, name: str = "") -> None:
        for last in (False, False, True):
            try:
                judged(at)
                break
            except Error as error:
                # The press before was answered only now: look at the page that came.
                if last or "context was destroyed" not in str(error):
                    raise
                at.wait_for_load_state()
        if name:
            screenshot(at, name)

    return looked
