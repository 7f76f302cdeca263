"""Promise 12: a byte scan of all that is at rest finds no canary; only the keyring opens it."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import database
from tests.reliability.office import Office, the_office
from tests.security.sealed_rows import CANARY

# As text, as careless JSON writes it, and as programs on another system keep it.
SHAPES = {
    "text": CANARY.encode(),
    "its latin part": CANARY.split("ক")[0].strip().encode(),
    "escaped": CANARY.encode("ascii", "backslashreplace"),
    "utf-16": CANARY.encode("utf-16-le"),
    "hex": CANARY.encode().hex().encode(),
}
PLAIN = "PLAINLYSEEN1"

FILL = f"""
from django.db import connection, transaction
from django.utils import timezone
from pathlib import Path
from aanchal.kernel.models import ImportProblem
from tests.security.sealed_rows import a_row_everywhere
with transaction.atomic():
    rows = a_row_everywhere()
    ImportProblem.objects.create(district="D206", area_path="IN", source_kind="plain",
        source_id="{PLAIN}", code="x", template="x", params={{}}, key="plain", found_at=timezone.now())
    for row in rows:
        row.save()
# A change that is not yet through: its journal lies on the disk now.
with transaction.atomic():
    for row in rows:
        type(row)._base_manager.get(pk=row.pk).save()
    from tests.security.test_p12_what_is_at_rest_is_sealed import canaries_in
    from django.conf import settings
    print(canaries_in(settings.AANCHAL_HOME))
"""


def files_under(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and "keys" not in path.relative_to(folder).parts:
            yield path


def canaries_in(folder: Path) -> list[str]:
    """Which shape of the canary lies in which file; the keyring aside."""
    found = []
    for path in files_under(Path(folder)):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            continue
        found += [f"{shape} in {path.name}" for shape, bytes_ in SHAPES.items() if bytes_ in data]
    return found


@pytest.fixture(scope="module")
def office() -> Office:
    office = the_office()
    assert office.python(FILL).splitlines()[-1] == "[]"
    return office


def test_no_file_of_the_deployment_holds_a_canary(office: Office) -> None:
    assert canaries_in(office.home) == []


def test_the_scan_would_find_what_is_not_sealed(office: Office) -> None:
    if database() == "sqlite":
        data = [p.read_bytes() for p in files_under(office.home)]
        assert any(PLAIN.encode() in d for d in data)
    else:
        assert any(PLAIN in line for line in everything_in(office))


def test_no_table_holds_a_canary(office: Office) -> None:
    if database() != "postgres":
        pytest.skip("the embedded database is a file, and is scanned as one")
    for line in everything_in(office):
        for shape, data in SHAPES.items():
            assert data.decode("utf-8", "replace") not in line, shape


def everything_in(office: Office) -> Iterator[str]:
    """Every row of every table, as a dump would write it."""
    with psycopg.connect(office.url, autocommit=True) as connection:
        connection.execute("SELECT set_config('aanchal.districts', '*', false)")
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = current_schema()::regnamespace"
        ).fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as rows:
                for block in rows:
                    yield bytes(block).decode("utf-8", "replace")


def test_the_servers_own_files_and_log_hold_no_canary(office: Office) -> None:
    if database() != "postgres":
        pytest.skip("the embedded database has no server")
    with psycopg.connect(
        os.environ["AANCHAL_TEST_POSTGRES_SUPERUSER_URL"], autocommit=True
    ) as connection:
        connection.execute("CHECKPOINT")
        folder = Path(connection.execute("SHOW data_directory").fetchone()[0])
    if not os.access(folder, os.R_OK):
        pytest.skip("the server's files belong to another account")
    found, saw_plain = [], False
    for path in folder.parent.rglob("*"):
        if not path.is_file():
            continue
        try:
            data = path.read_bytes()
        except (FileNotFoundError, PermissionError):
            continue
        saw_plain = saw_plain or PLAIN.encode() in data
        # Tests beside this one may keep what they like in their own database: only whole canaries
        # of sealed rows are looked for.
        found += [f"{s} in {path.name}" for s, b in SHAPES.items() if b in data]
    assert saw_plain
    assert found == []


def test_the_keyring_lies_outside_the_data_and_opens_to_its_owner_only(office: Office) -> None:
    keyring = office.home / "keys" / "keyring.json"

    assert not keyring.is_relative_to(office.home / "data")
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring.parent.stat().st_mode) == 0o700


def test_every_file_of_the_deployment_is_its_owners_alone(office: Office) -> None:
    """Also by itself, whatever the folder above it allows: a folder is copied, a mode stays."""
    modes = {
        str(path.relative_to(office.home)): oct(stat.S_IMODE(path.stat().st_mode))
        for path in office.home.rglob("*")
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077
    }

    assert not modes


def test_files_of_an_older_version_are_taken_from_others_at_the_next_migrate(
    tmp_path: Path,
) -> None:
    from aanchal.kernel.disk import close_to_others, files_open_to_others

    old = tmp_path / "files" / "ab" / "x.sealed"
    old.parent.mkdir(parents=True)
    for path in (old, tmp_path / "aanchal.sqlite3", tmp_path / "aanchal.sqlite3-journal"):
        path.write_text("x")
        path.chmod(0o644)
    assert len(set(files_open_to_others(tmp_path))) == 3

    assert close_to_others(tmp_path) == 3
    assert list(files_open_to_others(tmp_path)) == []


def test_with_another_keyring_nothing_opens(office: Office, tmp_path: Path) -> None:
    from aanchal.kernel import keyring

    keyring.create(tmp_path / "keyring.json")
    other = Office.__new__(Office)
    other.env = {**office.env, "AANCHAL_KEYRING": str(tmp_path / "keyring.json")}

    said = other.python(
        "from aanchal.kernel.models import ImportProblem\n"
        "from aanchal.kernel.errors import Locked\n"
        "from aanchal.kernel.sealing import Tampered\n"
        "row = ImportProblem.objects.filter(raw__isnull=False).first()\n"
        "try: print(row.raw)\n"
        # Other tests of this run may have changed keys: then it lacks the very number.
        "except (Tampered, Locked): print('does not open')"
    )

    assert said == "does not open"


def test_an_upload_is_never_written_to_the_disk_unsealed() -> None:
    from django.conf import settings

    assert settings.FILE_UPLOAD_HANDLERS == [
        "django.core.files.uploadhandler.MemoryFileUploadHandler"
    ]
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE >= settings.AANCHAL_UPLOAD_BYTES
    assert settings.DATABASES["default"].get("OPTIONS", {}).get("init_command", "temp_store=MEMORY")
