"""The schedule survives restarts, makes up for a standstill once, and runs no turn twice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from aanchal.kernel import jobs, schedule
from aanchal.kernel.errors import Locked
from aanchal.kernel.models import ScheduledRun
from aanchal.kernel.models import Worker as WorkerRow
from aanchal.kernel.worker import WAIT_WHEN_LOCKED, Worker, requeue_abandoned_jobs
from tests.reliability.office import Office, wait_until

NOON = datetime(2026, 7, 15, 6, 30, tzinfo=UTC)  # 12:00 in India
done: list[date] = []
trouble: list[Exception] = []


@jobs.job(name="a_test_turn", max_tries=2)
def a_test_turn(*, on: date) -> None:
    if trouble:
        raise trouble[0]
    done.append(on)


@pytest.fixture(autouse=True)
def _only_this_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "SCHEDULE", {})
    monkeypatch.setattr(jobs, "discover", lambda: None)
    schedule.every_day("a_test_turn", a_test_turn, at=time(2, 30), day_as="on")
    done.clear()
    trouble.clear()


def work(now: datetime) -> None:
    """Do what is ready, as a worker would."""
    worker = Worker(poll_seconds=0.01)
    while row := worker.claim():
        worker.carry_out(row)
    WorkerRow.objects.all().delete()


def make_all_ready() -> None:
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
        run_after=timezone.now() - timedelta(seconds=1)
    )


@pytest.mark.django_db
def test_a_turn_is_begun_once_a_day_and_noted_when_done():
    assert schedule.begin_due(NOON) == ["a_test_turn"]
    assert schedule.begin_due(NOON) == []
    work(NOON)
    assert schedule.begin_due(NOON + timedelta(hours=11)) == []

    run = ScheduledRun.objects.get()
    assert done == [date(2026, 7, 15)]
    assert (run.state, run.due_on, run.tries, run.problem) == ("done", date(2026, 7, 15), 1, "")
    assert run.finished_at is not None


@pytest.mark.django_db
def test_after_a_standstill_of_days_only_the_latest_turn_is_made_up_for():
    schedule.begin_due(NOON)
    work(NOON)

    schedule.begin_due(NOON + timedelta(days=9, hours=3))
    work(NOON)

    assert done == [date(2026, 7, 15), date(2026, 7, 24)]


@pytest.mark.django_db
def test_a_clock_set_back_begins_nothing_again():
    schedule.begin_due(NOON)
    work(NOON)

    assert schedule.begin_due(NOON - timedelta(days=3)) == []


@pytest.mark.django_db
def test_a_turn_waits_while_the_one_before_is_under_way():
    schedule.begin_due(NOON)
    tomorrow = NOON + timedelta(days=1)

    assert schedule.begin_due(tomorrow) == []
    work(NOON)
    assert schedule.begin_due(tomorrow) == ["a_test_turn"]


@pytest.mark.django_db
def test_a_turn_that_fails_is_tried_again_then_given_up_and_the_next_day_begins_afresh():
    trouble.append(ValueError("Canary Kumari"))
    schedule.begin_due(NOON)
    work(NOON)
    assert ScheduledRun.objects.get().state == "running"
    make_all_ready()
    work(NOON)

    run = ScheduledRun.objects.get()
    assert (run.state, run.tries, run.problem) == ("failed", 2, "ValueError")
    trouble.clear()
    assert schedule.begin_due(NOON + timedelta(days=1)) == ["a_test_turn"]
    work(NOON)
    assert done == [date(2026, 7, 16)]


@pytest.mark.django_db
def test_while_the_keys_are_locked_a_job_waits_and_uses_up_no_try():
    trouble.append(Locked())
    schedule.begin_due(NOON)
    for _ in range(5):
        make_all_ready()
        work(NOON)

    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids) == ("READY", [])
    assert row.run_after > timezone.now() + WAIT_WHEN_LOCKED / 2
    trouble.clear()
    make_all_ready()
    work(NOON)
    assert done == [date(2026, 7, 15)]


@pytest.mark.django_db
def test_a_worker_that_was_held_up_writes_nothing_over_the_one_that_took_over():
    schedule.begin_due(NOON)
    slow, quick = Worker(), Worker()
    held = slow.claim()
    WorkerRow.objects.filter(pk=slow.id).update(seen_at=timezone.now() - timedelta(hours=1))
    assert requeue_abandoned_jobs(now=timezone.now()) == 1
    taken = quick.claim()

    slow.carry_out(held)  # comes back to life and ends its job

    row = DBTaskResult.objects.get()
    assert (row.status, row.worker_ids[-1]) == ("RUNNING", str(quick.id))
    quick.carry_out(taken)
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db
def test_a_job_asked_for_in_a_transaction_that_fails_was_never_asked_for():
    from django.db import transaction

    with pytest.raises(ValueError), transaction.atomic():
        jobs.enqueue_on_commit(a_test_turn, on=date(2026, 7, 15))
        raise ValueError

    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_equal_jobs_that_wait_are_merged_when_they_say_so():
    merged = jobs.Job("merged", a_test_turn.function, merge=True)

    for day in (15, 15, 16, 15):
        jobs.enqueue_on_commit(merged, on=date(2026, 7, day))

    assert DBTaskResult.objects.count() == 2


@pytest.mark.django_db
def test_an_administrator_sees_kinds_and_times_of_failed_jobs():
    trouble.append(ValueError("Canary Kumari"))
    jobs.enqueue_on_commit(a_test_turn, on=date(2026, 7, 15))
    for _ in range(2):
        make_all_ready()
        work(NOON)

    (failed,) = jobs.failed_jobs(since=timezone.now() - timedelta(hours=1))

    assert (failed.name, failed.tries, failed.problem) == ("a_test_turn", 2, "ValueError")
    assert "Canary" not in repr(failed)


@pytest.mark.slow
def test_two_workers_begin_every_turn_of_the_real_schedule_once(office: Office) -> None:
    office.write("DELETE FROM kernel_scheduledrun")
    office.write("DELETE FROM django_tasks_database_dbtaskresult")

    first = office.start("aanchal", "work", "--poll-seconds", "0.1")
    second = office.start("aanchal", "work", "--poll-seconds", "0.1")
    ended = "SELECT name FROM kernel_scheduledrun WHERE state <> 'running' ORDER BY name"
    expected = {("upkeep",), ("audit_check",)}
    wait_until(lambda: expected <= set(office.rows(ended)), seconds=90, what="the turns")

    names = [name for (name,) in office.rows(ended)]
    assert len(names) == len(set(names))
    queued = office.rows("SELECT count(*) FROM django_tasks_database_dbtaskresult")
    assert queued == [(len(office.rows("SELECT id FROM kernel_scheduledrun")),)]
    assert first.poll() is None
    assert second.poll() is None
