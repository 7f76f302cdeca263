"""Killed at any step of its writing, the archive is whole: the former one, or the new one."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import database
from tests.reliability.office import Office

pytestmark = pytest.mark.slow

# One process makes the registers, then forks a writer that dies at its n-th step, for every n.
LOOP = """
import json, os, pathlib, signal
from django.db import connections
from aanchal.watch.actions import open_archive
from aanchal.watch.archiving import archive_of, verify_archive, write_archive
from aanchal.kernel.authz import system_actor
from tests.factories import NOW, a_class, a_page

WHO, FOLDER = system_actor("operator"), pathlib.Path(os.environ["AANCHAL_HOME"]) / "archive"
classes = [a_class(grade=grade, pupils=6) for grade in "67"]


def mark(number):
    section, children = classes[0]
    a_page(section, children, ["P" * (1 + number)] * 6)


def whole(against_database=False):
    key = open_archive(WHO, archive=archive_of(FOLDER), purpose="verify")
    found = verify_archive(FOLDER, key, against_database=against_database)
    return len(found.whole), found.damaged, found.behind


def dying_writer(last_step):
    steps = 0

    def counted(function):
        def run(*args, **kwargs):
            nonlocal steps
            steps += 1
            if steps == last_step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return run

    os.fsync = counted(os.fsync)
    pathlib.Path.replace = counted(pathlib.Path.replace)
    pathlib.Path.unlink = counted(pathlib.Path.unlink)
    write_archive(WHO, FOLDER, at=NOW)


mark(0)
write_archive(WHO, FOLDER, at=NOW)
killed, seen = 0, []
for number in range(1, 30):
    mark(number)
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            dying_writer(number)
        finally:
            os._exit(0)
    _pid, status = os.waitpid(child, 0)
    seen.append(whole())
    if not os.WIFSIGNALED(status):
        break
    killed += 1
write_archive(WHO, FOLDER, at=NOW)
left = sorted(p.name for p in FOLDER.rglob("*") if p.is_file())
print(json.dumps({"killed": killed, "seen": seen, "end": whole(True), "left": left}))
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """One of its own: the shared one must not find children in it that others did not put there."""
    url = os.environ["AANCHAL_TEST_POSTGRES_URL"] if database() == "postgres" else ""
    office = Office(tmp_path, postgres_url=url)
    office.aanchal("migrate")
    yield office
    office.stop_all()


def test_a_writer_killed_at_any_step_leaves_an_archive_that_is_whole(office):
    told = json.loads(office.python(LOOP).splitlines()[-1])

    assert told["killed"] >= 8, "no step was left out"
    assert told["seen"] == [[1, [], []]] * (told["killed"] + 1)
    assert told["end"] == [1, [], []]
    assert [name.split("-")[0] for name in told["left"]] == [".writer", "manifest.json", "pages"]
