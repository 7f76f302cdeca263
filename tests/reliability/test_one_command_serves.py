"""`aanchal serve` runs the site and the worker together, and keeps both alive."""

import json
import os
import signal
import socket
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import database
from tests.reliability.office import Office, free_port, the_office, wait_until
from tests.reliability.test_p27_a_killed_job_is_taken_up_again import ask_for, state_of

CORES = len(os.sched_getaffinity(0))


def children_of(pid: int) -> dict[str, set[int]]:
    """Process ids by what they do: `site` or `worker`."""
    found: dict[str, set[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            words = (stat.parent / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            what = "site" if "serve" in words else "worker"
            found.setdefault(what, set()).add(int(stat.parent.name))
    return found


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as answer:
            return json.load(answer) == {"status": "ok"}
    except (OSError, ValueError):
        return False


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Served:
    """A deployment that `aanchal serve` runs."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.port = free_port()
        self.pid = office.start("aanchal", "serve", "--port", str(self.port)).pid
        self.wait_until_it_answers()

    def wait_until_it_answers(self) -> None:
        try:
            wait_until(lambda: answers(self.port), what="the site")
        except AssertionError:
            raise AssertionError(self.office.log()[-3000:]) from None


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Started once for the tests here, which leave it running as they found it."""
    office = the_office()
    served = Served(office)
    yield served
    children = set().union(*children_of(served.pid).values())
    os.kill(served.pid, signal.SIGTERM)
    wait_until(lambda: not runs(served.pid), seconds=40, what="the end")
    assert not any(runs(child) for child in children)
    assert not answers(served.port)
    office.stop_all()


@pytest.mark.slow
def test_it_serves_works_and_says_where(served: Served) -> None:
    wait_until(lambda: f"http://localhost:{served.port}" in served.office.log(), what="the address")

    key = ask_for(served.office, "a job that nobody knows")
    wait_until(lambda: state_of(served.office, key)[0] == "FAILED", what="the worker")

    children = children_of(served.pid)
    assert len(children["site"]) == CORES
    # With a second core, one worker leaves the long jobs to the other.
    assert len(children["worker"]) == min(2, CORES)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["site", "worker"])
def test_a_killed_child_is_started_again(served: Served, which: str) -> None:
    before = wait_until(lambda: children_of(served.pid).get(which), what="the child")

    os.kill(min(before), signal.SIGKILL)

    def another() -> bool:
        now = children_of(served.pid).get(which, set())
        return len(now) == len(before) and now != before

    wait_until(another, what="another one")
    served.wait_until_it_answers()
    assert f"The {which} ended" in served.office.log()


@pytest.mark.slow
def test_a_token_in_a_path_reaches_no_log(served: Served) -> None:
    token = "cAnArY-token-0123456789abcdefghij"
    for path in (f"/nothing/{token}", f"/health/?{token}", f"/\x7f{token}"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            assert line.recv(65536)

    assert token not in served.office.log()


@pytest.mark.slow
def test_when_it_is_killed_its_children_end_too(office: Office) -> None:
    served = Served(office)
    children = wait_until(
        lambda: len(children_of(served.pid)) == 2 and children_of(served.pid), what="its children"
    )
    every = set().union(*children.values())

    os.kill(served.pid, signal.SIGKILL)

    wait_until(lambda: not any(runs(child) for child in every), seconds=40, what="their end")
    assert not answers(served.port)


def test_a_taken_port_is_told_in_one_sentence(office: Office) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        said = office.aanchal("serve", "--port", str(port), code=2)

    assert f"Cannot listen on 127.0.0.1:{port}" in said
    assert "Traceback" not in said


def test_without_a_keyring_a_server_database_stays_locked(office: Office, tmp_path: Path) -> None:
    if database() != "postgres":
        pytest.skip("the embedded database makes its keyring by itself")

    said = office.aanchal("keys", "status", code=2, AANCHAL_KEYRING=str(tmp_path / "none.json"))

    assert "locked" in said


def test_an_unready_server_database_is_told_before_anything_starts(office: Office) -> None:
    if database() != "postgres":
        pytest.skip("the embedded database is made ready by `aanchal serve` itself")
    empty = os.environ["AANCHAL_TEST_POSTGRES_URL"]

    said = office.aanchal("serve", "--port", str(free_port()), code=2, AANCHAL_DATABASE_URL=empty)

    assert "aanchal migrate" in said
