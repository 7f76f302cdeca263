"""Promise 28: a backup made while people write restores on an empty host; a wrong key fails loudly."""

import json
import os
import re
import shutil
import signal
import time
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import database
from tests.reliability.office import Office, wait_until
from tests.reliability.test_p26_what_was_acknowledged_is_stored import WRITER

pytestmark = pytest.mark.slow
CANARY = b"x" * 64


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small office that is written to all the time, and a backup made meanwhile."""
    home = tmp_path_factory.mktemp("first")
    first = _office(home)
    first.aanchal("migrate")
    public = first.aanchal("keys", "new-backup-key", str(home / "age-key")).splitlines()[0]
    folder = home / "backups"
    folder.mkdir()
    acknowledged = home / "acknowledged"
    script = home / "writer.py"
    script.write_text(WRITER.replace("KIND", "'load'").replace("ACK", repr(str(acknowledged))))
    writer = first.start("tests.reliability.a_script", str(script))
    try:
        wait_until(
            lambda: acknowledged.exists() and acknowledged.read_bytes().count(b"\n") > 5,
            what="a few writes",
        )
        before = acknowledged.read_bytes().count(b"\n")
        told = first.aanchal("backup", str(folder), "--to", public)
        after = acknowledged.read_bytes().count(b"\n")
        wait_until(
            lambda: acknowledged.read_bytes().count(b"\n") > after, what="writes after the backup"
        )
    finally:
        writer.send_signal(signal.SIGKILL)
        writer.wait()
    assert "The keyring is not in it" in told
    backup = next(folder.iterdir())
    (home / "counts").write_text(json.dumps([before, after]))
    return {"home": home, "backup": backup, "key": home / "age-key", "first": home}


def test_all_of_it_comes_back_and_holds(made: dict[str, Path], tmp_path: Path) -> None:
    second = _empty_host(made, tmp_path)
    told = second.aanchal("restore", str(made["backup"]), "--key", str(made["key"]))

    rows = second.rows("SELECT source_id FROM kernel_importproblem WHERE source_kind = 'load'")
    before, after = json.loads((made["home"] / "counts").read_text())
    assert before <= len(rows) <= after + 1, "the backup is of one moment while it was made"
    files = second.rows("SELECT id FROM kernel_storedfile")
    assert len(files) == len(rows)
    assert re.search(r"the audit holds \((\d+) events\)", told)
    # The sealed number of each row and its stored file open under the keyring here.
    second.python(
        "from aanchal.kernel.models import ImportProblem, StoredFile\n"
        "from aanchal.kernel.files import read_file\n"
        "assert all(p.params['n'] >= 0 for p in ImportProblem.objects.filter(source_kind='load'))\n"
        "assert all(read_file(f) == b'x' * 300_000 for f in StoredFile.objects.all())"
    )
    found = second.python(
        "from django.utils import timezone\n"
        "from aanchal.kernel.health import checks\n"
        "print([c.says for c in checks(now=timezone.now()) if c.name == 'Backup'])"
    )
    assert "were restored as they stood on" in found
    assert not (second.home / "data" / "restoring").exists()


def test_it_says_nothing_to_whoever_finds_it(made: dict[str, Path]) -> None:
    content = made["backup"].read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    assert CANARY not in content and b"SQLite format" not in content and b"PGDMP" not in content
    keyring = json.loads((made["home"] / "keys" / "keyring.json").read_text())
    for secret in keyring["masters"].values():
        assert secret.encode() not in content
    assert made["backup"].stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("age key", "This key does not open the backup"),
        ("keyring", "The keyring here does not open the records"),
        ("no keyring", "Put the keyring of these records in its place first"),
        ("cut", "cannot be read to its end"),
        ("flipped", "cannot be read to its end"),
        ("full host", "There are records here already"),
    ],
)
def test_a_wrong_key_or_a_spoilt_copy_fails_loudly_and_leaves_the_host_empty(
    made: dict[str, Path], tmp_path: Path, spoil: str, sentence: str
) -> None:
    second = _empty_host(made, tmp_path)
    backup, key = made["backup"], made["key"]
    if spoil == "age key":
        key = tmp_path / "other-age-key"
        second.aanchal("keys", "new-backup-key", str(key))
    elif spoil == "keyring":
        path = Path(second.env.get("AANCHAL_KEYRING", tmp_path / "keys" / "keyring.json"))
        path.unlink()
        from aanchal.kernel import keyring

        keyring.create(path)
    elif spoil == "no keyring":
        Path(second.env.get("AANCHAL_KEYRING", tmp_path / "keys" / "keyring.json")).unlink()
    elif spoil in ("cut", "flipped"):
        content = bytearray(backup.read_bytes())
        if spoil == "cut":
            del content[len(content) * 2 // 3 :]
        else:
            content[len(content) // 2] ^= 1
        backup = tmp_path / "spoilt.age"
        backup.write_bytes(content)
    elif spoil == "full host":
        second.aanchal("migrate")
        second.write(
            "INSERT INTO kernel_deployment (id, is_demo, made_at) VALUES (1, false, ?)",
            [second.now()],
        )

    told = second.aanchal("restore", str(backup), "--key", str(key), code=2)

    assert sentence in told
    if spoil != "full host":
        left = [p for p in (second.home / "data").rglob("*") if p.is_file()]
        assert [p for p in left if p.parent.name != "locks"] == []
        if second.url:
            assert second.rows(
                "SELECT count(*) FROM pg_class WHERE relname = 'kernel_storedfile'"
            ) == [(0,)]


def test_a_restore_that_is_killed_can_be_begun_again(made: dict[str, Path], tmp_path: Path) -> None:
    second = _empty_host(made, tmp_path)
    process = second.start("aanchal", "restore", str(made["backup"]), "--key", str(made["key"]))
    staging = second.home / "data" / "restoring"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if staging.exists():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.005)
    process.wait()
    if process.returncode == 0:
        pytest.fail("the restore ended before it could be killed")
    assert not (second.home / "data" / "aanchal.sqlite3").exists()
    second.aanchal("restore", str(made["backup"]), "--key", str(made["key"]))


def killed_backup(office: Office, public: str) -> list[Path]:
    """Begin a backup and kill it while its copy of the database lies there; what it left.

    The copy lies there for a moment only: on a busy machine it may be gone before the signal arrives.
    """
    folder = office.home / "backups"
    folder.mkdir(exist_ok=True)
    for _ in range(10):
        process = office.start("aanchal", "backup", str(folder), "--to", public)
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if copies(office):
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
        process.wait()
        if left := copies(office):
            return left
    raise AssertionError("ten times the backup took its copy away before it could be killed")


def copies(office: Office) -> list[Path]:
    return list((office.home / "data").glob(f"backup-{'[0-9a-f]' * 32}.copy*"))


@pytest.mark.skipif(database() == "postgres", reason="a server's dump makes no copy")
def test_a_backup_that_is_killed_leaves_no_copy_for_long(tmp_path: Path) -> None:
    office = _office(tmp_path)
    office.aanchal("migrate")
    public = office.aanchal("keys", "new-backup-key", str(tmp_path / "age-key")).splitlines()[0]
    mine = tmp_path / "data" / "backup-of-mine.copy"
    mine.write_bytes(b"kept by somebody")
    for swept_by in (("backup", str(tmp_path / "backups"), "--to", public), ("migrate",)):
        assert killed_backup(office, public)
        office.aanchal(*swept_by)
        assert not copies(office) and mine.exists(), swept_by

    assert killed_backup(office, public)
    office.python(
        "from aanchal.kernel import locks, backups\n"
        "with locks.held('backup'):\n"
        "    assert backups.remove_leftovers() == 0\n"
        "assert backups.remove_leftovers() > 0"
    )
    assert not copies(office) and mine.exists()


def _office(home: Path) -> Office:
    url = os.environ["AANCHAL_TEST_POSTGRES_URL"] if database() == "postgres" else ""
    return Office(home, postgres_url=url)


def _empty_host(made: dict[str, Path], home: Path) -> Office:
    """Another computer: nothing but the keyring, brought by its keeper."""
    office = _office(home / uuid4().hex[:8]) if (home / "tmp").exists() else _office(home)
    target = Path(office.env.get("AANCHAL_KEYRING", office.home / "keys" / "keyring.json"))
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(made["home"] / "keys" / "keyring.json", target)
    if office.url:
        with psycopg.connect(office.url, autocommit=True) as connection:
            found = connection.execute(
                "SELECT count(*) FROM pg_class WHERE relname LIKE 'kernel_%'"
            )
            assert found.fetchone() == (0,)
    return office
