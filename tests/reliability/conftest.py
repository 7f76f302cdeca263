"""One deployment of its own, made once, for all tests that run and kill real processes."""

from collections.abc import Iterator

import pytest

from tests.reliability.office import Office, the_office


@pytest.fixture
def office() -> Iterator[Office]:
    """The deployment; what a test starts in it ends with the test."""
    office = the_office()
    before = office.running()
    yield office
    office.stop_all(but=before)
