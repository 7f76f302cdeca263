"""A whole Aanchal of its own for tests that kill processes: a home, a database, real commands."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
from django.utils import timezone

from tests.conftest import database, run_folder

ROOT = Path(__file__).resolve().parent.parent.parent


class Office:
    """One deployment in a folder. Everything is done by commands and read by raw SQL."""

    def __init__(self, home: Path, *, postgres_url: str = "") -> None:
        self.home = home
        self.url = _new_database(postgres_url) if postgres_url else ""
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("AANCHAL_", "DJANGO_"))},
            "AANCHAL_HOME": str(home),
            "AANCHAL_DATABASE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(home / "tmp"),
        }
        (home / "tmp").mkdir()
        if self.url:
            # A server's keyring is made on purpose, never by itself.
            self.env["AANCHAL_KEYRING"] = str(home / "keys" / "keyring.json")
            from aanchal.kernel import keyring

            keyring.create(home / "keys" / "keyring.json")
        self._running: list[subprocess.Popen[str]] = []

    def aanchal(self, *args: str, code: int = 0, **env: str) -> str:
        """Run one command to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "aanchal", *args],
            env={**self.env, **env},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == code, f"{args} ended {done.returncode}: {done.stderr[-2000:]}"
        return done.stdout + done.stderr

    def start(self, *module_and_args: str, **env: str) -> "subprocess.Popen[str]":
        """Start `python -m …` and leave it running."""
        log = (self.home / f"log-{time.monotonic_ns()}").open("w+")
        process = subprocess.Popen(
            [sys.executable, "-m", *module_and_args],
            env={**self.env, **env},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
        )
        log.close()
        self._running.append(process)
        return process

    def log(self) -> str:
        """All that the started processes have said."""
        return "\n".join(p.read_text() for p in sorted(self.home.glob("log-*")))

    def python(self, code: str) -> str:
        """Run a few lines inside this deployment."""
        lines = f"from aanchal.cli import with_django\nwith_django()\n{code}"
        done = subprocess.run(
            [sys.executable, "-c", lines],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read with raw SQL (`?` for a value), as somebody who sees every district."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("SELECT set_config('aanchal.districts', '*', false)")
                return connection.execute(sql.replace("?", "%s"), values).fetchall()
        connection = sqlite3.connect(self.home / "data" / "aanchal.sqlite3", timeout=20)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def write(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Write with raw SQL (`?` for a value)."""
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute("SELECT set_config('aanchal.districts', '*', false)")
                connection.execute(sql.replace("?", "%s"), values)
            return
        connection = sqlite3.connect(self.home / "data" / "aanchal.sqlite3", timeout=20)
        try:
            connection.execute(sql, values)
            connection.commit()
        finally:
            connection.close()

    def now(self) -> str:
        """The time as this database keeps it."""
        at = timezone.now()
        return at.isoformat(sep=" ") if self.url else at.replace(tzinfo=None).isoformat(sep=" ")

    def running(self) -> int:
        """How many processes were started and not yet stopped."""
        return len(self._running)

    def stop_all(self, *, but: int = 0) -> None:
        """Kill what is still running, the first few excepted."""
        for process in self._running[but:]:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait()
        del self._running[but:]


@cache
def the_office() -> Office:
    """The one deployment that all such tests of a run share, made when first asked for."""
    home = run_folder() / "office"
    home.mkdir()
    url = os.environ["AANCHAL_TEST_POSTGRES_URL"] if database() == "postgres" else ""
    office = Office(home, postgres_url=url)
    office.aanchal("migrate")
    return office


def wait_until(true: Callable[[], Any], *, seconds: float = 60, what: str = "it") -> Any:
    """Wait for something to come true; returns it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen in {seconds:.0f} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _new_database(url: str) -> str:
    name = f"office_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
