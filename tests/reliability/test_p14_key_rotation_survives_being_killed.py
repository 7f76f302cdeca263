"""Promise 14: key rotation survives `kill -9` at any moment."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.reliability.office import ROOT, Office, the_office, wait_until

ROWS, FILES = 800, 15

FILL = f"""
from io import BytesIO
from django.db import transaction
from django.utils import timezone
from aanchal.kernel.files import keep_file
from aanchal.kernel.models import ImportProblem
for page in range({ROWS} // 100):
    with transaction.atomic():
        for i in range(page * 100, page * 100 + 100):
            ImportProblem(district="D206", area_path="IN/S10/D206", source_kind="rotation",
                source_id="x", code="x", template="x", params={{"n": i}}, raw={{"told": f"told {{i}}"}},
                key=str(i), found_at=timezone.now()).save()
for i in range({FILES}):
    keep_file(BytesIO(f"file {{i}} ".encode() * 90_000), name=f"{{i}}.csv", media_type="x",
        purpose="rotation", district="D206", kept_by="x", kept_at=timezone.now(),
        max_bytes=10_000_000)
"""

READ = f"""
import json
from aanchal.kernel.files import read_file
from aanchal.kernel.models import ImportProblem, StoredFile
rows = {{int(p.key): (p.params, p.raw) for p in ImportProblem.objects.filter(source_kind="rotation")}}
assert rows == {{i: ({{"n": i}}, {{"told": f"told {{i}}"}}) for i in range({ROWS})}}, "rows"
files = list(StoredFile.objects.filter(purpose="rotation"))
assert len(files) == {FILES}
for file in files:
    i = file.name.removesuffix(".csv")
    assert read_file(file) == f"file {{i}} ".encode() * 90_000, file.pk
from aanchal.kernel.rotation import count_by_master
from aanchal.kernel.sealing import keyed_hash
print(json.dumps([{{str(k): v for k, v in count_by_master().items()}}, keyed_hash("x", purpose="y")]))
"""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    office = the_office()
    office.python(FILL)
    yield office
    office.stop_all()


def counts_when_all_opens(office: Office) -> tuple[dict[int, int], str]:
    """Read everything; how much is sealed under which key, and what an indexed value hashes to."""
    found, hashed = json.loads(office.python(READ).splitlines()[-1])
    return {int(number): count for number, count in found.items()}, hashed


def masters(office: Office) -> list[int]:
    held = json.loads((office.home / "keys" / "keyring.json").read_text())["masters"]
    return sorted(int(n) for n in held if n != "index")


def killed_rotation(office: Office, share: float) -> None:
    """Start a rotation, or go on with one, and kill it when a share of the rows is sealed anew."""
    process = office.start("aanchal", "keys", "rotate")
    try:
        wait_until(
            lambda: share_done(office) >= share or process.poll() is not None, what="sealing"
        )
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def share_done(office: Office) -> float:
    newest = max(masters(office))
    if newest == 1:
        return -1.0
    held = office.rows("SELECT params FROM kernel_importproblem WHERE source_kind = 'rotation'")
    done = sum(int.from_bytes(bytes(params)[1:3], "big") == newest for (params,) in held)
    return done / len(held)


@pytest.mark.slow
def test_a_rotation_killed_again_and_again_loses_nothing_and_ends(office: Office) -> None:
    between = []
    # At once after the new key, then within the rows, then among the files.
    for share in (0.0, 0.3, 0.6, 1.0):
        killed_rotation(office, share)
        between.append(counts_when_all_opens(office)[0])

    said = office.aanchal("keys", "rotate")

    assert "sealed under key" in said
    assert set(counts_when_all_opens(office)[0]) == {max(masters(office))}
    # Some kill found work half done; otherwise nothing was tried. Where each falls, the clock decides.
    assert any(len(found) > 1 for found in between), between


@pytest.mark.slow
def test_a_site_that_runs_reads_and_writes_through_a_rotation(office: Office) -> None:
    marks = office.home / "marks"
    marks.mkdir(exist_ok=True)
    (marks / "rotated").unlink(missing_ok=True)
    script = office.home / "writes_on.py"
    script.write_text(WRITES_ON.replace("MARKS", repr(str(marks))))
    process = office.start("tests.reliability.a_script", str(script))
    wait_until(lambda: (marks / "writing").exists(), what="the writer")

    office.aanchal("keys", "rotate")
    (marks / "rotated").touch()

    assert process.wait(timeout=60) == 0, office.log()[-2000:]
    # What a writer sealed in the last moment under the key before is taken up by one more run.
    if set(counts_when_all_opens(office)[0]) != {max(masters(office))}:
        office.aanchal("keys", "rotate")
    assert set(counts_when_all_opens(office)[0]) == {max(masters(office))}


WRITES_ON = """
import time
from pathlib import Path
from aanchal.cli import with_django
with_django()
from aanchal.kernel.models import ImportProblem
marks = Path(MARKS)
(marks / "writing").touch()
end = time.monotonic() + 40
while time.monotonic() < end and not (marks / "rotated").exists():
    row = ImportProblem.objects.filter(source_kind="rotation").order_by("?").first()
    assert row.raw["told"].startswith("told ")
    row.save()
time.sleep(1.5)
row.save()
"""


@pytest.mark.slow
def test_an_old_key_goes_only_when_nothing_needs_it_and_all_still_opens(office: Office) -> None:
    old, newest = min(masters(office)), max(masters(office))
    assert old != newest
    _, hashed = counts_when_all_opens(office)

    assert "too fresh" in office.aanchal("keys", "retire", str(old), "--yes", code=2)
    assert "writes" in office.aanchal("keys", "retire", str(newest), "--yes", code=2)
    os.utime(office.home / "keys" / "keyring.json", (1, 1))

    office.python(
        "from aanchal.kernel import keyring\nfrom aanchal.kernel.models import ImportProblem\n"
        f"keyring.keyring().writing = {old}\n"
        "row = ImportProblem.objects.filter(source_kind='rotation').first()\nrow.raw\nrow.save()"
    )
    assert "still need key" in office.aanchal("keys", "retire", str(old), "--yes", code=2)

    assert "Going on" in office.aanchal("keys", "rotate")
    office.aanchal("keys", "retire", str(old), "--yes")

    assert old not in masters(office)
    assert counts_when_all_opens(office)[1] == hashed, "what was indexed is still found"


@pytest.mark.slow
def test_a_wrapped_keyring_opens_with_its_passphrase_only(office: Office) -> None:
    passphrase = "neela aasman barsat deepak"
    wrapped = subprocess.run(
        [sys.executable, "-m", "aanchal", "keys", "wrap"],
        env=office.env,
        cwd=ROOT,
        input=passphrase + "\n",
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert wrapped.returncode == 0, wrapped.stderr
    try:
        assert "masters" not in (office.home / "keys" / "keyring.json").read_text()
        assert "locked" in office.aanchal("keys", "status", code=2)
        wrong = office.aanchal("keys", "status", code=2, AANCHAL_KEYRING_PASSPHRASE="wrong")
        assert "locked" in wrong
    finally:
        office.aanchal("keys", "wrap", "--remove", AANCHAL_KEYRING_PASSPHRASE=passphrase)
    counts_when_all_opens(office)
