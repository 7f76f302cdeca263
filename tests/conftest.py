"""What every test stands on: the database asked for, a folder of its own, no outside network.

`AANCHAL_TEST_DATABASE` says which database: `sqlite` (the default) or `postgres`. `make test` runs
both side by side, a process each (`--dist each`), and prints one result.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from tests.postgres import Cluster, PostgresMissing

ROOT = Path(__file__).resolve().parent.parent
# Folders whose tests do not touch the database: on a run on both, the second one is spared them.
ONCE = ("rules", "formats", "house")


def database() -> str:
    """`sqlite` or `postgres`: what this process tests on."""
    name = os.environ.get("AANCHAL_TEST_DATABASE", "sqlite")
    if name not in ("sqlite", "postgres"):
        pytest.exit(f"AANCHAL_TEST_DATABASE is {name!r}; it is sqlite or postgres.", 4)
    return name


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    specs = getattr(config.option, "tx", None) or []
    wants_postgres = database() == "postgres" or any("DATABASE=postgres" in s for s in specs)
    if not is_worker:
        _make_run_folder()
        if wants_postgres:
            _start_postgres()
    _choose_settings(config)


def _make_run_folder() -> None:
    """One folder a run, in memory where there is room: commits are waited for, as in real life."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1_000_000_000
    folder = tempfile.mkdtemp(prefix="aanchal-tests-", dir=memory if roomy else None)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["AANCHAL_TEST_FOLDER"] = folder


def _start_postgres() -> None:
    try:
        cluster = Cluster()
    except PostgresMissing as missing:
        pytest.exit(str(missing), 4)
    atexit.register(cluster.stop)
    os.environ["AANCHAL_TEST_POSTGRES_URL"] = cluster.url
    os.environ["AANCHAL_TEST_POSTGRES_SUPERUSER_URL"] = cluster.superuser_url


def _choose_settings(config: pytest.Config) -> None:
    """Point Django at this run's own data folder and database, before anything reads settings."""
    if "django.conf" in sys.modules:
        from django.conf import settings

        if settings.configured:
            pytest.exit("Settings were read before the tests chose a database.", 4)
    folder = Path(os.environ["AANCHAL_TEST_FOLDER"]) / _process()
    folder.mkdir(parents=True, exist_ok=True)
    for name in [n for n in os.environ if n.startswith("AANCHAL_") and "_TEST_" not in n]:
        del os.environ[name]
    os.environ["AANCHAL_DATA_DIR"] = str(folder)
    if database() == "postgres":
        os.environ["AANCHAL_DATABASE_URL"] = os.environ["AANCHAL_TEST_POSTGRES_URL"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "aanchal.settings"
    # Playwright runs a loop in the test's thread; Django takes that for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

    from django.conf import settings

    if not (ROOT / "aanchal" / "settings.py").exists():
        del os.environ["DJANGO_SETTINGS_MODULE"]
        return
    settings.DATABASES  # noqa: B018  (read them now, so that pytest-django sets Django up)


def _process() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def pytest_report_header() -> str:
    return f"database: {database()}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """On SQLite a real file, as in use: locks, journals and threads behave only there."""
    from django.conf import settings

    if database() == "sqlite":
        file = Path(os.environ["AANCHAL_TEST_FOLDER"]) / _process() / "test.sqlite3"
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(file)
