"""One deployment of its own, made once, for all tests that run and kill real processes."""

from collections.abc import Iterator

import pytest

from tests.reliability.office import Office, the_office


@pytest.fixture
def office() -> Iterator[Office]:
    """The deployment, with nothing running in it."""
    office = the_office()
    yield office
    office.stop_all()
