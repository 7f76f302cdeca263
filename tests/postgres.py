"""A private PostgreSQL for one run of the tests: made from the installed programs, gone after.

It listens on a free port of the loopback address, with a password of its own. The tests connect
as an ordinary role that owns its databases and is no superuser: row-level security and privileges
hold for them as they hold in production.
"""

import ctypes
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

OLDEST = 15
ROLE = "aanchal_tests"


class PostgresMissing(Exception):
    """PostgreSQL cannot be started here; the sentence says what to install."""


def programs() -> Path:
    """The folder of the newest installed `postgres` and `initdb`, version 15 or later."""
    found: list[tuple[int, Path]] = []
    for folder in Path("/usr/lib/postgresql").glob("*/bin"):
        if folder.parent.name.isdigit() and (folder / "initdb").exists():
            found.append((int(folder.parent.name), folder))
    elsewhere = shutil.which("postgres")
    if elsewhere and (Path(elsewhere).resolve().parent / "initdb").exists():
        version = subprocess.run([elsewhere, "--version"], capture_output=True, text=True)
        if number := re.search(r"(\d+)", version.stdout):
            found.append((int(number[1]), Path(elsewhere).resolve().parent))
    if not found or max(found)[0] < OLDEST:
        raise PostgresMissing(
            f"The tests need PostgreSQL {OLDEST} or later: install the package 'postgresql'."
        )
    return max(found)[1]


class Cluster:
    """One running server. `url` is what AANCHAL_DATABASE_URL takes.

    Args:
        flushes: a commit waits for the disk, as in real life; only what measures needs that.
    """

    def __init__(self, *, flushes: bool = False) -> None:
        self.flushes = flushes
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix="aanchal-pg-"))
        self.port = _free_port()
        self.password = secrets.token_urlsafe(18)
        # initdb and postgres refuse to run as root.
        self.run_as: dict[str, str] = {}
        if os.geteuid() == 0:
            account = _account()
            shutil.chown(self.folder, account, pwd.getpwnam(account).pw_gid)
            self.run_as = {"user": account, "group": pwd.getpwnam(account).pw_gid}  # type: ignore[dict-item]
        try:
            self._make()
            self.server = self._start()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}:{self.password}@127.0.0.1:{self.port}/aanchal"

    @property
    def superuser_url(self) -> str:
        """For what only an administrator of the server may do."""
        return f"postgres://postgres:{self.password}@127.0.0.1:{self.port}/aanchal"

    def stop(self) -> None:
        """Stop at once and leave nothing; what was in it was made up."""
        if self.server.poll() is None:
            self.server.send_signal(signal.SIGQUIT)
            try:
                self.server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.server.kill()
                self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self) -> None:
        word = self.folder / "password"
        word.write_text(self.password)
        shutil.chown(word, *([self.run_as["user"]] if self.run_as else [os.getuid()]))
        self._run(
            "initdb",
            f"--pgdata={self.folder / 'data'}",
            "--username=postgres",
            f"--pwfile={word}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        )
        word.unlink()

    def _start(self) -> subprocess.Popen[bytes]:
        log = (self.folder / "log").open("wb")
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            **dict.fromkeys(
                ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"),
                "on" if self.flushes else "off",
            ),
            "max_connections": 60,
            "shared_buffers": "64MB",
            "log_min_messages": "fatal",
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        server = subprocess.Popen(
            [str(self.bin / "postgres"), "-D", str(self.folder / "data"), *options],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=self.folder,
            preexec_fn=_die_with_the_tests,
            **self.run_as,  # type: ignore[call-overload]
        )
        log.close()
        self._wait_until_ready(server)
        return server

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        import psycopg

        deadline = time.monotonic() + 30
        while True:
            try:
                url = f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(
                        f"CREATE ROLE {ROLE} LOGIN CREATEDB CREATEROLE PASSWORD '{self.password}'"
                    )
                    connection.execute(f"CREATE DATABASE aanchal OWNER {ROLE}")
                return
            except psycopg.OperationalError:
                if server.poll() is not None or time.monotonic() > deadline:
                    said = (self.folder / "log").read_text(errors="replace")[-2000:]
                    raise PostgresMissing(f"PostgreSQL did not start. It said:\n{said}") from None
                time.sleep(0.1)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            **self.run_as,  # type: ignore[call-overload]
        )
        if done.returncode:
            raise PostgresMissing(f"{program} failed: {done.stderr.strip() or done.stdout.strip()}")


def _account() -> str:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresMissing("There is no account to run PostgreSQL as: install 'postgresql'.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_the_tests() -> None:
    """Ask Linux to stop the server when the tests are killed, so that none is left behind."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)
