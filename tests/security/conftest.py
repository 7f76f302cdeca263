"""Security tests ask for thousands of pages: the badge on each is counted seldom.

The number is kept as in real use, and also over what a person sends: it is counted anew with every form,
which is half of the work of a form that is refused. What the badge shows is tested in tests/web.
"""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _badge_kept_for_some_seconds(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from aanchal.web.shell import middleware, waiting_count

    settings.AANCHAL_BADGE_SECONDS = 20.0
    monkeypatch.setattr(middleware, "count_anew", lambda user_id: None)
    waiting_count._kept.clear()
    yield
    waiting_count._kept.clear()
