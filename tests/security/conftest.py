"""Security tests ask for thousands of pages: the badge on each is counted as in real use."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _badge_kept_for_some_seconds(settings: Any) -> Iterator[None]:
    from aanchal.web import waiting_count

    settings.AANCHAL_BADGE_SECONDS = 20.0
    waiting_count._kept.clear()
    yield
    waiting_count._kept.clear()
