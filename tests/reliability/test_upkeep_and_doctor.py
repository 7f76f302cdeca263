"""Upkeep sweeps what is left over and nothing else; the doctor says what is wrong and what to do."""

import json
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from aanchal.kernel import health, jobs, keyring, upkeep
from aanchal.kernel.authz import Actor, system_actor
from aanchal.kernel.files import keep_file, path_of, read_file
from aanchal.kernel.health import State
from aanchal.kernel.models import CacheEntry, ScheduledRun, StoredFile
from aanchal.kernel.models import Worker as WorkerRow
from aanchal.kernel.rotation import note_key_change
from aanchal.lib.embedded_database import has_wal_reset_bug
from tests.audited import audited
from tests.reliability.office import Office

pytestmark = pytest.mark.django_db
TWO_DAYS = timedelta(days=2)


def a_file() -> StoredFile:
    return keep_file(
        BytesIO(b"content"),
        name="x.csv",
        media_type="text/csv",
        purpose="test",
        district="D206",
        kept_by="x",
        kept_at=timezone.now(),
        max_bytes=1000,
    )


def age(path: Path) -> None:
    old = (timezone.now() - TWO_DAYS).timestamp()
    os.utime(path, (old, old))


def test_files_of_a_crash_are_swept_and_those_with_a_row_stay():
    kept, orphan, young = a_file(), a_file(), a_file()
    StoredFile.objects.filter(pk__in=[orphan.pk, young.pk]).delete()
    part = path_of(kept).with_suffix(".part")
    part.write_bytes(b"half")
    foreign = path_of(kept).parent / "notes.txt"
    foreign.write_text("not ours")
    for path in (path_of(kept), path_of(orphan), part, foreign):
        age(path)

    swept = upkeep.sweep_files(at=timezone.now())

    assert swept == 2
    assert read_file(kept) == b"content"
    assert not path_of(orphan).exists()
    assert not part.exists()
    assert path_of(young).exists()
    assert foreign.exists()


def test_a_stored_file_whose_bytes_are_gone_is_told():
    here, gone = a_file(), a_file()
    path_of(gone).unlink()

    assert upkeep.missing_files() == [gone.pk]
    assert here.pk not in upkeep.missing_files()


def test_ended_jobs_turns_workers_and_cache_entries_go_after_their_time():
    now = timezone.now()
    for days, status in ((1, "SUCCESSFUL"), (20, "SUCCESSFUL"), (20, "FAILED"), (100, "FAILED")):
        jobs.put(f"{jobs.PATH}{status} {days}", {})
        row = DBTaskResult.objects.get(status="READY")
        DBTaskResult.objects.filter(pk=row.pk).update(
            status=status, finished_at=now - timedelta(days=days)
        )
    for days in (10, 400):
        ScheduledRun.objects.create(
            name="x", due_on=(now - timedelta(days=days)).date(), started_at=now, heartbeat_at=now
        )
    for days in (0, 8):
        WorkerRow.objects.create(pid=1, started_at=now, seen_at=now - timedelta(days=days))
    cache.set("short", "x", timeout=1)
    cache.set("long", "x", timeout=10_000_000)

    upkeep.run_upkeep(at=now + timedelta(seconds=5))

    left = sorted(jobs.name_of(r.task_path) for r in DBTaskResult.objects.all())
    assert left == ["FAILED 20", "SUCCESSFUL 1"]
    assert ScheduledRun.objects.count() == 1
    assert WorkerRow.objects.count() == 1
    assert CacheEntry.objects.count() == 1


def test_a_change_of_keys_leaves_a_trace_and_needs_the_right():
    from aanchal.kernel.errors import NotAllowed

    note_key_change(system_actor("operator"), what="rotated", number=2)
    with pytest.raises(NotAllowed):
        note_key_change(Actor("u"), what="rotated", number=2)

    done, refused = audited().order_by("seq")
    assert (done.verb, done.changes) == ("keys.rotated", {"what": "rotated", "number": 2})
    assert refused.outcome == "refused"


# --- the doctor ---


def told(name: str, *, thorough: bool = False) -> list[health.Check]:
    return [c for c in health.checks(now=timezone.now(), thorough=thorough) if c.name == name]


def states(name: str, *, thorough: bool = False) -> list[State]:
    return [c.state for c in told(name, thorough=thorough)]


def test_a_fresh_deployment_has_nothing_bad():
    found = health.checks(now=timezone.now(), thorough=True)

    assert [c for c in found if c.state is State.BAD] == []
    assert not [c for c in found if "could not be looked at" in c.says]


def test_every_check_that_is_bad_says_what_to_do(monkeypatch, tmp_path):
    inside = Path(settings.AANCHAL_DATA) / "keyring.json"
    inside.parent.mkdir(parents=True, exist_ok=True)
    keyring.create(inside)
    inside.chmod(0o644)
    try:
        monkeypatch.setattr(settings, "AANCHAL_KEYRING", inside)
        found = [c for c in health.checks(now=timezone.now()) if c.state is State.BAD]
    finally:
        inside.unlink()

    assert len(found) == 2
    assert all(c.do for c in found)


def test_jobs_that_wait_with_nobody_at_work_are_bad():
    assert states("Worker") == [State.LOOK]

    jobs.put(f"{jobs.PATH}x", {})
    assert states("Worker") == [State.BAD]

    WorkerRow.objects.create(pid=1, started_at=timezone.now(), seen_at=timezone.now())
    assert states("Worker") == [State.OK]


def test_a_broken_audit_is_bad_until_looked_into():
    assert states("Audit") == [State.LOOK]

    upkeep.check_audit(system_actor("upkeep"), at=timezone.now())
    assert states("Audit") == [State.OK]

    upkeep.note_audit_check(
        system_actor("upkeep"), breaks=1, events=5, against=0, seconds=0.1, at=timezone.now()
    )
    assert states("Audit") == [State.BAD]


def test_a_failed_turn_and_a_failed_job_are_told_by_kind():
    now = timezone.now()
    ScheduledRun.objects.create(
        name="watch",
        due_on=now.date(),
        started_at=now,
        heartbeat_at=now,
        state="failed",
        problem="ValueError",
    )
    jobs.put(f"{jobs.PATH}watch", {})
    DBTaskResult.objects.update(
        status="FAILED", finished_at=now, exception_class_path="builtins.ValueError"
    )

    assert "ValueError" in told("Schedule")[0].says
    assert told("Failed jobs")[0].says == "1 in the last seven days: watch (ValueError)"


def test_a_missing_stored_file_is_bad():
    path_of(a_file()).unlink()

    assert states("Stored files", thorough=True) == [State.BAD]


@pytest.mark.parametrize(
    ("version", "bug"),
    [
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_the_wal_reset_bug_is_known_by_version(version, bug):
    assert has_wal_reset_bug(version) is bug


def test_the_doctor_and_the_settings_agree_on_the_journal():
    if connection.vendor != "sqlite":
        pytest.skip("the journal is SQLite's")
    import sqlite3

    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]

    assert not has_wal_reset_bug(sqlite3.sqlite_version_info), "the bundled library is in use"
    assert journal.upper() == "WAL"


@pytest.mark.slow
def test_the_doctor_speaks_to_programs_and_ends_well(office: Office) -> None:
    said = office.aanchal("doctor", "--json")

    found = json.loads(said)
    assert {"state", "name", "says", "do"} == set(found[0])
    assert "bad" not in {c["state"] for c in found}
    if office.url:
        assert any("aanchal_app" in c["says"] for c in found)


def test_a_school_without_a_live_agreement_is_told_until_one_covers_it():
    from aanchal.people.models import RegisterAgreement
    from tests.factories import NOW, VILLAGE, a_class
    from tests.signing_in import a_school, an_area

    school = a_school(VILLAGE)
    a_class(school, pupils=1)
    assert states("Agreements") == [State.LOOK]

    today = timezone.localdate()
    RegisterAgreement.objects.create(
        area=an_area("IN/S10/D206"),
        order_no="1",
        made_with="the department",
        starts_on=today - timedelta(days=9),
        ends_on=today - timedelta(days=1),
        recorded_by="x",
        recorded_at=NOW,
    )
    assert states("Agreements") == [State.LOOK], "it has ended"

    RegisterAgreement.objects.update(ends_on=today)
    assert states("Agreements") == []
