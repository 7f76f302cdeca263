"""One deployment of its own, made once, for all tests that run and kill real processes."""

import os
from collections.abc import Iterator

import pytest

from tests.conftest import database, run_folder
from tests.reliability.office import Office


@pytest.fixture(scope="session")
def _office() -> Office:
    home = run_folder() / "office"
    home.mkdir()
    url = os.environ["AANCHAL_TEST_POSTGRES_URL"] if database() == "postgres" else ""
    office = Office(home, postgres_url=url)
    office.aanchal("migrate")
    return office


@pytest.fixture
def office(_office: Office) -> Iterator[Office]:
    """The deployment, with nothing running in it."""
    yield _office
    _office.stop_all()
