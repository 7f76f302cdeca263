"""Promise 30: what must go, goes, from tables, files and later backups; a restore erases it again."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.reliability.office import Office
from tests.reliability.test_p28_a_backup_restores_on_an_empty_host import _empty_host, _office

pytestmark = pytest.mark.slow

# A grown-up who left school in 2010, with a register file of that time, and a child of today.
PEOPLE = """
from datetime import UTC, date, datetime
import io
from aanchal.registers.models import RegisterFile
from aanchal.kernel.files import keep_file
from aanchal.people.models import Child, Household
from tests.signing_in import a_school

THEN = datetime(2010, 1, 1, tzinfo=UTC)
school = a_school("IN/S10/D206/B1851/P900/V901")
def child(code, born):
    home = Household.objects.create(district="D206", area=school.area, landmark="By the well")
    Child.objects.create(district="D206", code=code, area=school.area, household=home,
                         given_name="Gudiya", born_on=born, made_at=THEN)
child("K-0001", "2000-01-01")
child("K-0002", "2015-01-01")
stored = keep_file(io.BytesIO(b"x" * 3000), name="r.csv", media_type="text/csv", purpose="register",
                   district="D206", kept_by="x", kept_at=THEN, max_bytes=10_000)
RegisterFile.objects.create(district="D206", file=stored, content_hash="x", via="site",
                            received_by="x", received_at=THEN, state="taken")
"""
COUNT = "SELECT code FROM people_child ORDER BY code"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An office with a backup made before an erasure, and the list of what was erased since."""
    home = tmp_path_factory.mktemp("first")
    office = _office(home)
    office.aanchal("migrate")
    office.python(PEOPLE)
    public = office.aanchal("keys", "new-backup-key", str(home / "age-key")).splitlines()[0]
    folder = home / "backups"
    folder.mkdir()
    office.aanchal("backup", str(folder), "--to", public)
    backup = next(folder.glob("*.age"))
    assert not list(folder.glob("*.list")), "nothing was erased yet"

    told = office.aanchal("retention", "--dry-run")
    assert "1  people.Child" in told and "nothing was changed" in told
    assert office.rows(COUNT) == [("K-0001",), ("K-0002",)]
    assert len(sealed_files(office)) == 1

    office.aanchal("retention", AANCHAL_BACKUP_FOLDER=str(folder))
    assert office.rows(COUNT) == [("K-0002",)]
    assert sealed_files(office) == [], "its bytes went too"
    assert office.rows("SELECT count(*) FROM people_household") == [(1,)]
    later = home / "later"
    later.mkdir()
    office.aanchal("backup", str(later), "--to", public)
    return {"home": home, "backup": backup, "key": home / "age-key", "later": later}


def sealed_files(office: Office) -> list[Path]:
    return list((office.home / "data").rglob("*.sealed"))


def test_a_restored_backup_loses_again_what_was_erased_since(made, tmp_path) -> None:
    second = _empty_host(made, tmp_path)

    told = second.aanchal("restore", str(made["backup"]), "--key", str(made["key"]))

    assert second.rows(COUNT) == [("K-0002",)]
    assert sealed_files(second) == []
    assert "that had been erased since are erased again" in told
    assert second.rows("SELECT count(*) FROM people_household") == [(1,)]
    # The next backup and list know it too.
    assert second.rows("SELECT count(*) FROM kernel_erasedrecord WHERE model = 'people.Child'") == [
        (1,)
    ]
    assert second.aanchal("audit", "verify")


def test_without_a_list_it_is_said_that_things_came_back(made, tmp_path) -> None:
    second = _empty_host(made, tmp_path)
    alone = tmp_path / "alone"
    alone.mkdir()
    backup = Path(shutil.copy(made["backup"], alone))

    told = second.aanchal("restore", str(backup), "--key", str(made["key"]))
    assert second.rows(COUNT) == [("K-0001",), ("K-0002",)]
    assert "There is no list of erased records" in told

    # It is found later, and lies beside the keyring: the next night erases by it.
    keys = Path(second.env.get("AANCHAL_KEYRING", second.home / "keys" / "keyring.json")).parent
    shutil.copy(made["backup"].parent / "aanchal-erased.list", keys)
    second.python(
        "from aanchal.kernel import erasing_again\n"
        "from aanchal.kernel.authz import system_actor\n"
        "from django.utils import timezone\n"
        "erasing_again.catch_up(system_actor('upkeep'), at=timezone.now())"
    )
    assert second.rows(COUNT) == [("K-0002",)]


def test_a_list_that_was_changed_stops_the_restore(made, tmp_path) -> None:
    second = _empty_host(made, tmp_path)
    cut = tmp_path / "cut.list"
    lines = (made["backup"].parent / "aanchal-erased.list").read_text().splitlines(keepends=True)
    cut.write_text("".join(lines[:1] + lines[2:]))
    backup, key = str(made["backup"]), str(made["key"])

    told = second.aanchal("restore", backup, "--key", key, "--erased", str(cut), code=2)
    assert "was changed" in told
    assert not [p for p in (second.home / "data").rglob("*") if p.suffix in (".sqlite3", ".sealed")]


def test_a_list_names_nobody_and_a_later_backup_holds_nothing_of_it(made) -> None:
    text = (made["backup"].parent / "aanchal-erased.list").read_text()

    assert "K-0001" not in text and "Gudiya" not in text
    assert {line.split(" ")[0] for line in text.splitlines()[1:-1]} >= {
        "people.Child", "people.Household", "kernel.StoredFile", "registers.RegisterFile",
    }  # fmt: skip
    assert (made["backup"].parent / "aanchal-erased.list").stat().st_mode & 0o077 == 0


def test_a_sweep_that_is_killed_goes_on_where_it_was(tmp_path) -> None:
    office = _office(tmp_path)
    office.aanchal("migrate")
    many = 3000
    office.python(
        "from aanchal.kernel.models import ImportProblem\n"
        "from datetime import UTC, datetime\n"
        "at = datetime(2010, 1, 1, tzinfo=UTC)\n"
        f"ImportProblem.objects.bulk_create([ImportProblem(district='D206', area_path='IN',"
        f" source_kind='x', source_id='x', code='x', template='x', key=str(i), found_at=at,"
        f" settled_at=at) for i in range({many})])"
    )
    count = "SELECT count(*) FROM kernel_importproblem"
    process = office.start("aanchal", "retention")
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if office.rows(count) != [(many,)]:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.001)
    process.wait()
    left = office.rows(count)[0][0]
    assert 0 < left < many, "it was killed in the middle"
    assert remembered(office) == many - left, "what went is remembered, and nothing else"

    office.aanchal("retention")
    assert office.rows(count) == [(0,)] and remembered(office) == many
    told = office.python(
        "from aanchal.kernel.models import AuditEvent\n"
        "print(sum(e.changes['count'] for e in AuditEvent.objects.all() if e.verb == 'records.erased'"
        " and e.changes['model'] == 'kernel.ImportProblem'))"
    )
    assert told == str(many)


def remembered(office: Office) -> int:
    return office.rows("SELECT count(*) FROM kernel_erasedrecord")[0][0]
