"""One made-up district for the whole module: it is never changed."""

from datetime import date
from pathlib import Path

import pytest

from aanchal.demo.attendance import Registers, make_registers
from aanchal.demo.district import make_district
from aanchal.demo.register_files import Written, write_files

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def registers() -> Registers:
    return make_registers(make_district(7, TODAY))


@pytest.fixture(scope="session")
def small() -> Registers:
    """The same places with fewer children, quicker to write and to read."""
    return make_registers(make_district(7, TODAY, children=1200))


@pytest.fixture(scope="session")
def small_files(small: Registers, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_files(small, Path(tmp_path_factory.mktemp("demo")))
