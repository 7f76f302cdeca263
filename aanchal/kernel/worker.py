"""The worker: takes jobs from the queue one at a time, and sends a heartbeat meanwhile.

A killed worker leaves its job marked as running. Every worker therefore reports itself every few
seconds, and any worker puts back the jobs of one that fell silent for longer than the lease.
The end of a job is written only by the worker that still holds it.

On SQLite a claim locks out every writer, so the queue is first looked at without a lock, and
seldom.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import (
    DatabaseError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from . import jobs, locks, schedule
from .errors import Busy, DomainError, Locked
from .ids import new_id
from .logs import kind_and_place
from .models import Worker as WorkerRow

Row = DBTaskResult[Any, Any]
READY, RUNNING = TaskResultStatus.READY, TaskResultStatus.RUNNING
LEASE = timedelta(seconds=90)
POLL_SECONDS = 2.0
# A job that takes longer is stuck: the worker ends itself, and the job is tried elsewhere.
LONGEST = timedelta(hours=3)
WAIT_WHEN_LOCKED = timedelta(minutes=1)
STUCK_EXIT = 75

log = logging.getLogger("aanchal.worker")


class Worker:
    """One worker of one process. `run` works until `stop` is called from a signal or a thread."""

    def __init__(
        self,
        *,
        poll_seconds: float = POLL_SECONDS,
        lease: timedelta = LEASE,
        takes_long: bool = True,
    ) -> None:
        """A worker that does not take long jobs is free when somebody sends a file."""
        self.takes_long = takes_long
        self.id = new_id()
        self.poll_seconds = poll_seconds
        self.lease = lease
        self._stop = threading.Event()
        self._ended = threading.Event()
        self._now_doing: tuple[str, UUID | None, float] = ("", None, 0.0)
        self._round_due = 0.0

    def stop(self) -> None:
        """Finish the job in hand and take no other."""
        self._stop.set()

    def run(self, *, until_idle: bool = False) -> int:
        """Work; returns the number of jobs carried out.

        Args:
            until_idle: return when nothing is ready, instead of waiting for more.
        """
        jobs.discover()
        self._retry_write(self._report)
        beat = threading.Thread(target=self._keep_reporting, name="worker-report", daemon=True)
        beat.start()
        done = 0
        try:
            while not self._stop.is_set():
                close_old_connections()
                try:
                    self._make_rounds()
                    row = self.claim()
                except DatabaseError as error:
                    # The database restarts, or is full: wait for it, it may come back.
                    log.warning("the queue cannot be read (%s)", type(error).__name__)
                    connection.close()
                    self._stop.wait(min(30.0, self.poll_seconds * 5))
                    continue
                if row is not None:
                    self.carry_out(row)
                    done += 1
                elif until_idle:
                    break
                else:
                    self._stop.wait(self.poll_seconds)
        finally:
            self._ended.set()
            beat.join(timeout=30)
            self._leave()
        return done

    # --- heartbeat ---

    def _report(self) -> None:
        name, run, _since = self._now_doing
        now = timezone.now()
        known = WorkerRow.objects.filter(pk=self.id).update(seen_at=now, doing=name)
        if not known:
            WorkerRow.objects.create(
                pk=self.id, pid=os.getpid(), started_at=now, seen_at=now, doing=name
            )
        if run is not None:
            schedule.note_heartbeat(run, now)

    def _keep_reporting(self) -> None:
        every = self.lease.total_seconds() / 6
        while not self._ended.wait(every):
            name, _run, since = self._now_doing
            if name and time.monotonic() - since > LONGEST.total_seconds():
                log.error("job %s takes too long; this worker ends itself", name)
                os._exit(STUCK_EXIT)
            try:
                self._report()
            except DatabaseError as error:
                log.warning("could not report (%s)", type(error).__name__)
                connection.close()
        connection.close()

    def _leave(self) -> None:
        try:
            WorkerRow.objects.filter(pk=self.id).delete()
        except DatabaseError:
            pass  # its silence says the same

    # --- now and then: put back what was left, begin what is due ---

    def _make_rounds(self) -> None:
        if time.monotonic() < self._round_due:
            return
        self._round_due = time.monotonic() + min(15.0, self.lease.total_seconds() / 3)
        requeue_abandoned_jobs(now=timezone.now(), lease=self.lease)
        for name in schedule.begin_due(timezone.now()):
            log.info("%s is due", name)

    # --- one job ---

    def claim(self) -> Row | None:
        """Take the first ready job that may run now; None when there is none."""
        ready = jobs.rows() & DBTaskResult.objects.ready()
        if not self.takes_long:
            ready = ready.exclude(queue_name=jobs.Queue.LONG.value)
        if not ready.exists():
            return None
        alone = [what.path for what in jobs.REGISTRY.values() if what.alone]
        with transaction.atomic():
            locks.transaction_lock("claim")
            running = DBTaskResult.objects.filter(status=RUNNING, task_path__in=alone)
            busy = list(running.values_list("task_path", flat=True))
            claimed = ready.exclude(task_path__in=busy).first()
            if claimed is not None:
                claimed.claim(str(self.id))
                # In the same transaction, so that nobody takes a late report for a death.
                self._report()
            return claimed

    def carry_out(self, row: Row) -> None:
        """Run a claimed job and write down how it ended."""
        name, run = jobs.name_of(row.task_path), _run(row.args_kwargs)
        self._now_doing = (name, run, time.monotonic())
        began = time.monotonic()
        try:
            self._retry_write(self._report)
            if run is not None:
                self._retry_write(lambda: schedule.note_start(run, timezone.now()))
            jobs.perform(row)
        except Exception as error:
            # A job may leave a broken or open transaction's connection behind.
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            _fail(row, error, now=timezone.now(), retry_write=self._retry_write)
        else:
            self._retry_write(lambda: _end(row, now=timezone.now()))
            log.info("job %s done in %.1f s", name, time.monotonic() - began)
        finally:
            self._now_doing = ("", None, 0.0)

    def _retry_write(self, write: Callable[[], Any]) -> None:
        """Write a few words that must not be lost while the database is busy or restarts."""
        for seconds in (0.2, 1, 3, 10):
            try:
                write()
                return
            except OperationalError as error:
                log.warning("the queue is busy (%s)", type(error).__name__)
                connection.close()
                time.sleep(seconds)
        write()


def _run(held: dict[str, Any]) -> UUID | None:
    text = held.get("kwargs", {}).get("run", "")
    return UUID(text) if text else None


def _still_mine(row: Row) -> Any:
    # started_at is set by the claim: another claim of the same row has another.
    return DBTaskResult.objects.filter(pk=row.pk, status=RUNNING, started_at=row.started_at)


def _end(row: Row, *, now: datetime) -> None:
    with transaction.atomic():
        mine = _still_mine(row).update(
            status=TaskResultStatus.SUCCESSFUL,
            finished_at=now,
            return_value=None,
            exception_class_path="",
            traceback="",
        )
        run = _run(row.args_kwargs)
        if mine and run is not None:
            schedule.note_end(run, now=now)


def _fail(
    row: Row, error: Exception, *, now: datetime, retry_write: Callable[[Callable[[], Any]], None]
) -> None:
    """Try again later, or give up; only the kind of error and its place are kept."""
    name = jobs.name_of(row.task_path)
    what = kind_and_place(type(error), error.__traceback__)
    known = jobs.REGISTRY.get(name)
    tries = len(row.worker_ids)
    may_wait = isinstance(error, Locked | Busy)
    hopeless = known is None or (isinstance(error, DomainError) and not may_wait)
    if may_wait:
        # Nothing was tried: the keys were not here, or somebody else is at it.
        again: datetime | None = now + WAIT_WHEN_LOCKED
        held_by = row.worker_ids[:-1]
    elif hopeless or known is None or tries >= known.max_tries:
        again, held_by = None, row.worker_ids
    else:
        again, held_by = now + timedelta(seconds=30 * 4 ** (tries - 1)), row.worker_ids
    log.error("job %s failed: %s", name, what)
    retry_write(lambda: _write_failure(row, error, what, again=again, held_by=held_by, now=now))


def _write_failure(
    row: Row,
    error: BaseException,
    what: str,
    *,
    again: datetime | None,
    held_by: list[str],
    now: datetime,
) -> None:
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    with transaction.atomic():
        if again is not None:
            _still_mine(row).update(
                status=READY,
                run_after=again,
                worker_ids=held_by,
                exception_class_path=kind,
                traceback=what,
            )
        elif _still_mine(row).update(
            status=TaskResultStatus.FAILED,
            finished_at=now,
            return_value=None,
            exception_class_path=kind,
            traceback=what,
        ):
            run = _run(row.args_kwargs)
            if run is not None:
                schedule.note_end(run, problem=type(error).__name__, now=now)


class WorkerLost(Exception):
    """The worker died with this job in hand, and not for the first time."""


def requeue_abandoned_jobs(*, now: datetime, lease: timedelta = LEASE) -> int:
    """Put back jobs whose worker has been silent longer than the lease; returns how many.

    A job that has outlived its tries this way is given up: it may be what kills the workers.
    """
    if not _abandoned_jobs(now, lease):
        return 0
    count = 0
    with transaction.atomic():
        locks.transaction_lock("claim")
        for row in _abandoned_jobs(now, lease):
            known = jobs.REGISTRY.get(jobs.name_of(row.task_path))
            if known is not None and len(row.worker_ids) < known.max_tries:
                _still_mine(row).update(status=READY, run_after=now)
                log.warning("job %s was left by its worker and is put back", known.name)
            else:
                lost = WorkerLost()
                _write_failure(row, lost, "WorkerLost", again=None, held_by=row.worker_ids, now=now)
                log.error(
                    "job %s was left by its worker and is given up", jobs.name_of(row.task_path)
                )
            count += 1
    return count


def _abandoned_jobs(now: datetime, lease: timedelta) -> list[Row]:
    running = list(jobs.rows().filter(status=RUNNING))
    if not running:
        return []
    alive = {
        str(pk)
        for pk in WorkerRow.objects.filter(seen_at__gt=now - lease).values_list("pk", flat=True)
    }
    return [row for row in running if not row.worker_ids or row.worker_ids[-1] not in alive]
