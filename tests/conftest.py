"""What every test stands on: the database asked for, a folder of its own, no outside network.

`AANCHAL_TEST_DATABASE` says which database: `sqlite` (the default) or `postgres`. `make test` runs
both side by side, a process each (`--dist each`), and prints one result. What need not be tried on both
is shared out between the two processes while they run, and what the run as a whole must have seen is
judged over the notes of both (tests/whole_run.py).
"""

import atexit
import gc
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import use_case_ledger, whole_run
from tests.postgres import Cluster, PostgresMissing
from tests.sharing import Shares, needs_one_database

pytest_plugins = ["tests.browsing"]

# The tests start hundreds of processes. Where compiled modules may not be kept, each of them compiles
# Django and all the rest anew, which is two seconds of work before it does anything.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

ROOT = Path(__file__).resolve().parent.parent

hypothesis.settings.register_profile(
    "aanchal",
    # A shared machine has slow moments; a slow example is not a wrong one.
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("aanchal")


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
        os.environ["AANCHAL_TEST_DIST"] = config.option.dist
        _make_run_folder()
        if wants_postgres:
            _start_postgres()
    if is_worker or config.option.dist == "no":
        # The process that only deals tests out must leave no settings in its workers' environment.
        _choose_settings()


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


def _choose_settings() -> None:
    """Point Django at this process's own home and database, before anything reads settings."""
    if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
        pytest.exit(
            "Settings were read before the tests chose a database: unset DJANGO_SETTINGS_MODULE.", 4
        )
    for name in [n for n in os.environ if n.startswith("AANCHAL_") and "_TEST_" not in n]:
        del os.environ[name]
    home = run_folder() / "home"
    os.environ["AANCHAL_HOME"] = str(home)
    if database() == "postgres":
        os.environ["AANCHAL_DATABASE_URL"] = os.environ["AANCHAL_TEST_POSTGRES_URL"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "aanchal.settings"
    # Playwright runs a loop in the test's thread; Django takes that for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

    from django.conf import settings

    # Scrypt is slow on purpose; what it protects is made up here. tests/security looks at the real one.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

    # A test looks at a page right after something happened elsewhere.
    settings.AANCHAL_BADGE_SECONDS = 0.0

    from aanchal.kernel import keyring

    keyring.create(settings.AANCHAL_KEYRING)


def run_folder() -> Path:
    """This process's own folder; gone when the run ends."""
    folder = Path(os.environ["AANCHAL_TEST_FOLDER"]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def pytest_report_header(config: pytest.Config) -> str:
    return "database: " + ("one a process" if config.option.dist == "each" else database())


@pytest.fixture(scope="session", autouse=True)
def _take_notes() -> None:
    """Keep what is logged, shown in error and moved, to be looked through when the run ends."""
    from tests import acts_ledger, log_leak_check, moves_ledger

    log_leak_check.listen()
    moves_ledger.watch()
    acts_ledger.watch()


SHARES = pytest.StashKey[Shares]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On a run on both databases, put last what only one of the two processes has to run."""
    shared = [item for item in items if needs_one_database(item)]
    on_both = os.environ["AANCHAL_TEST_DIST"] == "each"
    config.stash[SHARES] = Shares(
        shared if on_both else [], database(), _whole_run_folder("shares")
    )
    if on_both:
        items[:] = [item for item in items if item not in config.stash[SHARES]] + shared


def pytest_collection_finish() -> None:
    """Tell Python that what is there by now stays: it need not be looked through for rubbish again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Pass over a test that the other process has taken; nothing is reported of it here."""
    if item.config.stash[SHARES].takes(item):
        return None
    # What the test before this one kept for it, and the next one does not want, ends now.
    item.session._setupstate.teardown_exact(nextitem)
    return True


def pytest_runtest_setup() -> None:
    if "aanchal.kernel.actions" in sys.modules:
        use_case_ledger.keep()


# --- what the run as a whole has seen ---


def _whole_run_folder(name: str) -> Path:
    return Path(os.environ["AANCHAL_TEST_FOLDER"]) / name


def _is_one_that_runs_tests(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput") or config.option.dist == "no"


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if not _is_whole_run(config):
        return
    if _is_one_that_runs_tests(config) and SHARES in config.stash and session.testscollected:
        notes = config.stash[SHARES]
        whole_run.notes_of_this_process(
            f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}",
            database=database(),
            shared=notes.shared,
            ran=notes.ran,
        ).write(_whole_run_folder("notes"))
    if not hasattr(config, "workerinput"):
        on_both = os.environ["AANCHAL_TEST_DIST"] == "each"
        config.stash[FAULTS] = whole_run.faults(
            whole_run.read(_whole_run_folder("notes")),
            databases=("sqlite", "postgres") if on_both else (),
        )
        if config.stash[FAULTS] and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


FAULTS = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.stash.get(FAULTS, None):
        terminalreporter.section("the run as a whole fails", red=True)
        for fault in config.stash[FAULTS]:
            terminalreporter.line(f"WHOLE RUN {fault}")


def _is_whole_run(config: pytest.Config) -> bool:
    """Say whether every test there is was asked for, so that the whole may be judged."""
    everything = all(Path(arg.split("::")[0]).resolve() == ROOT / "tests" for arg in config.args)
    chosen = config.option.keyword or config.option.markexpr or config.option.deselect
    chosen = chosen or config.option.ignore or getattr(config.option, "lf", False)
    return everything and not chosen and not config.option.collectonly


# --- the database ---


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """On SQLite a real file, as in use: locks, journals and threads behave only there."""
    from django.conf import settings

    if database() == "sqlite":
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(_sqlite_file())


def _sqlite_file() -> Path:
    return run_folder() / "tests.sqlite3"


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Whether the tables are there already: copied from a run before this one."""
    from tests import migrated

    return database() == "sqlite" and migrated.copy_to(_sqlite_file())


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any
) -> Iterator[None]:
    """Empty the tables after a transactional test, though the audit refuses deletion."""
    from django.test import TransactionTestCase

    def empty_all(self: TransactionTestCase) -> None:
        from django.core.cache import cache

        from tests.tables import empty_tables

        with triggers_asleep():
            empty_tables()
        cache.clear()

    # The tests act as the site does: in the role of the application, and as Aanchal itself until
    # a request or a use case narrows it. tests/security takes both away.
    from aanchal.kernel import rowguard
    from tests import migrated

    with django_db_blocker.unblock():
        rowguard.trust_process()
        if database() == "sqlite" and not django_db_keepdb:
            migrated.keep()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_all)
        yield


@contextmanager
def triggers_asleep() -> Iterator[None]:
    """Our own triggers do nothing inside; what only the owner of the tables may ask for."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("RESET ROLE")
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            asleep = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
            awake = [sql for _, sql in triggers]
        else:
            cursor.execute(
                "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
            )
            tables = [row[0] for row in cursor.fetchall()]
            asleep = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
            awake = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        for statement in asleep:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in awake:
                cursor.execute(statement)
            if connection.vendor == "postgresql":
                cursor.execute("SET ROLE aanchal_app")


@pytest.fixture(autouse=True)
def _whom_the_process_serves(django_db_blocker: Any) -> Iterator[None]:
    """A test that changes whom this process serves puts it back, or the next ones see no rows."""
    yield
    if database() != "postgres":
        return
    from django.db import connection

    if connection.connection is None or connection.connection.closed:
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('aanchal.districts', true)")
        left = cursor.fetchone()[0]
    if left != "*":
        connection.close()
        pytest.fail(f"This test left its connection serving {left!r} and not Aanchal itself.")


# --- the world around a test ---


@pytest.fixture(autouse=True)
def _no_outside_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test speaks to this machine only."""
    connect = socket.socket.connect

    def connect_at_home(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("localhost", "127.0.0.1", "::1"):
            raise AssertionError(f"A test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_at_home)


@pytest.fixture(autouse=True)
def _heads_noted_by_another_test() -> Iterator[None]:
    """A test's events are gone when it ends; the file that remembers them must go too."""
    yield
    from aanchal.kernel.audit_guard import note_path

    note_path().unlink(missing_ok=True)


@pytest.fixture(autouse=True)
def _figures_of_another_test() -> Iterator[None]:
    """What a process keeps of one test's records must not be told in the next."""
    yield
    from aanchal.kernel.kept import kept

    kept.clear()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Every test begins in English, whatever language the one before spoke."""
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with the public files as published, beside the repository; skips without them."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the published files of areas and schools are not beside the repository")
    return folder
