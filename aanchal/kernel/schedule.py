"""What is done every few minutes, every night and every week, and that it is done once.

A turn is one `ScheduledRun` of a name, a day and a slot of the day; the row is unique, and it is written together
with the job that does the work, so two workers cannot both begin it. After a standstill the
latest missed turn is made up for, once. A turn waits while the one before it is still under way.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from .jobs import Job, enqueue_on_commit
from .models import ScheduledRun


@dataclass(frozen=True)
class ScheduledJob:
    """An entry of the schedule.

    Args:
        at: local time of the office.
        weekday: 0 for Monday; None for every day.
        day_as: name of the job's parameter that takes the due day; "" for none.
        minutes: so often a day, counted from midnight; 0 for once, at `at`.
    """

    name: str
    job: Job
    at: time
    weekday: int | None = None
    day_as: str = ""
    minutes: int = 0


SCHEDULE: dict[str, ScheduledJob] = {}


def every_day(name: str, job: Job, *, at: time, day_as: str = "") -> None:
    """Put a job on the schedule for every day."""
    SCHEDULE[name] = ScheduledJob(name, job, at, None, day_as)


def every_week(name: str, job: Job, *, weekday: int, at: time, day_as: str = "") -> None:
    """Put a job on the schedule for one day of the week (0 is Monday)."""
    SCHEDULE[name] = ScheduledJob(name, job, at, weekday, day_as)


def every_minutes(name: str, job: Job, *, minutes: int) -> None:
    """Put a job on the schedule for every so many minutes of the day."""
    SCHEDULE[name] = ScheduledJob(name, job, time(0), minutes=minutes)


def latest_slot(turn: ScheduledJob, now: datetime) -> tuple[date, int]:
    """Day and slot of the latest turn that is due at `now`; slot 0 for what has one a day."""
    if not turn.minutes:
        return latest_due(turn, now), 0
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    return local.date(), (local.hour * 60 + local.minute) // turn.minutes + 1


def latest_due(turn: ScheduledJob, now: datetime) -> date:
    """The day of the latest turn that is due at `now`, in the office's zone."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    day = local.date() if local.time() >= turn.at else local.date() - timedelta(days=1)
    if turn.weekday is not None:
        day -= timedelta(days=(day.weekday() - turn.weekday) % 7)
    return day


def begin_due(now: datetime) -> list[str]:
    """Ask for the job of every turn that is due and not yet begun; returns their names.

    Safe to call from any number of workers at once.
    """
    begun = []
    for turn in list(SCHEDULE.values()):
        day, slot = latest_slot(turn, now)
        last = ScheduledRun.objects.filter(name=turn.name).order_by("-due_on", "-slot").first()
        if last is not None and ((last.due_on, last.slot) >= (day, slot) or _is_under_way(last)):
            continue
        if _begin(turn, day, slot, now):
            begun.append(turn.name)
    return begun


def _is_under_way(run: ScheduledRun) -> bool:
    if run.state != ScheduledRun.State.RUNNING:
        return False
    # Its job may be lost only with the table it stands in; a run without one is over.
    return DBTaskResult.objects.filter(
        status__in=[TaskResultStatus.READY, TaskResultStatus.RUNNING],
        args_kwargs__kwargs__run=str(run.pk),
    ).exists()


def _begin(turn: ScheduledJob, day: date, slot: int, now: datetime) -> bool:
    try:
        with transaction.atomic():
            run = ScheduledRun.objects.create(
                name=turn.name, due_on=day, slot=slot, started_at=now, heartbeat_at=now, tries=0
            )
            ids: dict[str, Any] = {turn.day_as: day} if turn.day_as else {}
            enqueue_on_commit(turn.job, scheduled_run=run.pk, **ids)
    except IntegrityError:
        return False  # another worker was quicker
    return True


def note_start(run_id: UUID, now: datetime) -> None:
    """Write down that a worker has taken up the turn."""
    for run in ScheduledRun.objects.filter(pk=run_id):
        run.tries, run.heartbeat_at, run.state = run.tries + 1, now, ScheduledRun.State.RUNNING
        run.save(update_fields=["tries", "heartbeat_at", "state"])


def note_heartbeat(run_id: UUID, now: datetime) -> None:
    """Write down that the turn is still being worked at."""
    ScheduledRun.objects.filter(pk=run_id).update(heartbeat_at=now)


def note_end(run_id: UUID, *, problem: str = "", now: datetime | None = None) -> None:
    """Write down how the turn ended; `problem` is a kind of error, "" when it went well."""
    state = ScheduledRun.State.FAILED if problem else ScheduledRun.State.DONE
    ScheduledRun.objects.filter(pk=run_id).update(
        state=state, finished_at=now or timezone.now(), problem=problem[:200]
    )
