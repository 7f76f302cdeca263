"""Background work: what may be asked for, and how it is put into the queue.

A job is a plain function that may be run twice: a worker can be killed after the work and before
its word about it. Its payload is ids and dates, never a name; they are checked when it is asked
for. The queue is a table of the same database, so a job asked for inside a transaction is there
exactly if the transaction is. `kernel/worker.py` carries the jobs out.
"""

import importlib
import inspect
import re
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.utils.module_loading import autodiscover_modules
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

# A district, an area path, a code, a month: capitals, digits and strokes, at least one digit.
CODE = re.compile(r"(?=.*\d)[A-Z0-9/_:-]{1,200}|IN", re.ASCII)

Id = UUID | date | int | str


class Queue(StrEnum):
    """What waits for what: a person at a screen waits for nothing that takes long."""

    PERSON = "person"  # somebody waits for it: a file she sent
    ORDINARY = "ordinary"
    LONG = "long"  # minutes and more: the watch of a district, a backup


PRIORITY = {Queue.PERSON: 50, Queue.ORDINARY: 0, Queue.LONG: -50}


@dataclass(frozen=True)
class Job:
    """A registered job.

    Args:
        name: what the queue's rows call it; keep it when the function moves.
        function: takes ids by name and returns nothing; safe to run twice.
        max_tries: claims before it is given up and shown to an administrator.
        alone: never two of this name at once, whatever their ids.
        merge: an equal one already waiting is enough.
        queue: which others it may keep waiting.
    """

    name: str
    function: Callable[..., None]
    max_tries: int = 3
    alone: bool = False
    merge: bool = False
    queue: Queue = Queue.ORDINARY

    @property
    def path(self) -> str:
        """What the queue's column of tasks says of it."""
        return PATH + self.name

    def __call__(self, **ids: Any) -> None:
        self.function(**ids)


REGISTRY: dict[str, Job] = {}


def job(
    *,
    name: str = "",
    max_tries: int = 3,
    alone: bool = False,
    merge: bool = False,
    queue: Queue = Queue.ORDINARY,
) -> Callable[[Callable[..., None]], Job]:
    """Register a function as a job; its parameters are keyword-only and annotated as ids.

    Annotations allowed: `UUID`, `date`, `int`, `str` (a code such as "D206" or an area path), each
    perhaps `| None`.

    Raises:
        TypeError: a parameter is not such an id, or the name is taken.
    """

    def register(function: Callable[..., None]) -> Job:
        made = Job(name or function.__name__, function, max_tries, alone, merge, queue)
        _id_types(made)
        known = REGISTRY.get(made.name)
        if known is not None and known.function.__module__ != function.__module__:
            raise TypeError(f"two jobs are named {made.name}")
        REGISTRY[made.name] = made
        return made

    return register


def discover() -> None:
    """Import the `jobs` module of every app, so that all jobs and turns are registered."""
    importlib.import_module("aanchal.kernel.nightly")
    autodiscover_modules("jobs")


# Rows of the queue name the job and not the function, so that code may move beneath them.
PATH = "aanchal.job:"


def perform(row: "DBTaskResult[Any, Any]") -> None:
    """Run the job that a row of the queue asks for.

    Raises:
        KeyError: no job has that name any more.
    """
    what = REGISTRY[name_of(row.task_path)]
    what(**unpack(what, row.args_kwargs["kwargs"]["payload"]))


def name_of(path: str) -> str:
    """The name of the job that a row's `task_path` names."""
    return path.removeprefix(PATH)


def rows() -> "QuerySet[DBTaskResult[Any, Any]]":
    """All rows of the queue that ask for a job."""
    return DBTaskResult.objects.filter(task_path__startswith=PATH)


def enqueue_on_commit(
    what: Job, *, not_before: datetime | None = None, scheduled_run: UUID | None = None, **ids: Id
) -> None:
    """Ask for a job. It is seen when the running transaction commits, and gone if it does not.

    Args:
        not_before: earliest time; None for as soon as possible.
        scheduled_run: the turn of the schedule that this job is.

    Raises:
        TypeError, ValueError: the payload is not what the job takes, or not ids.
    """
    payload = pack(what, ids)
    if what.merge and scheduled_run is None and _is_waiting(what, payload, not_before):
        return
    put(what.path, payload, queue=what.queue, not_before=not_before, run=scheduled_run)


def put(
    path: str,
    payload: dict[str, Any],
    *,
    queue: Queue = Queue.ORDINARY,
    not_before: datetime | None = None,
    run: UUID | None = None,
) -> None:
    """Put a row into the queue; `payload` is what `pack` made."""
    DBTaskResult.objects.create(
        args_kwargs={"args": [], "kwargs": {"payload": payload, "run": str(run) if run else ""}},
        priority=PRIORITY[queue],
        queue_name=queue.value,
        task_path=path,
        backend_name="default",
        run_after=not_before or get_date_max(),
    )


def _is_waiting(what: Job, payload: dict[str, Any], not_before: datetime | None) -> bool:
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY, task_path=what.path)
    if not_before is not None:
        waiting = waiting.filter(run_after__lte=not_before)
    held = waiting.values_list("args_kwargs", flat=True)
    return any(one["kwargs"]["payload"] == payload for one in held)


# --- ids in and out ---


def pack(what: Job, ids: dict[str, Any]) -> dict[str, Any]:
    """ScheduledJob ids into JSON values, checked against the job's parameters."""
    kinds = _id_types(what)
    inspect.signature(what.function).bind(**ids)
    packed: dict[str, Any] = {}
    for name, value in ids.items():
        kind, may_be_none = kinds[name]
        if value is None and may_be_none:
            packed[name] = None
        elif not isinstance(value, kind) or isinstance(value, bool | datetime):
            raise TypeError(f"{what.name}: {name} must be {kind.__name__}")
        elif isinstance(value, str):
            if not CODE.fullmatch(value):
                raise ValueError(f"{what.name}: {name} is no code")
            packed[name] = value
        else:
            packed[name] = value if isinstance(value, int) else str(value)
    return packed


def unpack(what: Job, payload: dict[str, Any]) -> dict[str, Any]:
    """ScheduledJob a stored payload back into ids."""
    readers: dict[type, Callable[[Any], Any]] = {
        UUID: UUID,
        date: date.fromisoformat,
        int: int,
        str: str,
    }
    kinds = _id_types(what)
    return {
        name: None if value is None else readers[kinds[name][0]](value)
        for name, value in payload.items()
    }


def _id_types(what: Job) -> dict[str, tuple[type, bool]]:
    hints = typing.get_type_hints(what.function)
    found: dict[str, tuple[type, bool]] = {}
    for parameter in inspect.signature(what.function).parameters.values():
        kind = hints.get(parameter.name)
        may_be_none = False
        if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
            several = [part for part in typing.get_args(kind) if part is not type(None)]
            may_be_none = len(several) < len(typing.get_args(kind))
            kind = several[0] if len(several) == 1 else None
        if parameter.kind is not parameter.KEYWORD_ONLY or kind not in (UUID, date, int, str):
            raise TypeError(f"{what.name}: {parameter.name} must be a keyword-only id")
        found[parameter.name] = (kind, may_be_none)
    return found


# --- what an administrator may know ---


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up: its kind, when, after how many tries, and the kind of error."""

    name: str
    failed_at: datetime
    tries: int
    problem: str


def failed_jobs(*, since: datetime, most: int = 100) -> list[FailedJob]:
    """Jobs given up since a time, newest first; kinds and times only."""
    rows = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__gte=since
    ).order_by("-finished_at")[:most]
    return [
        FailedJob(
            name=name_of(row.task_path),
            failed_at=row.finished_at or datetime.fromtimestamp(0, UTC),
            tries=len(row.worker_ids),
            problem=row.exception_class_path.rsplit(".", 1)[-1],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Waiting:
    """What waits in one queue: how many jobs, and since when the oldest could have been begun."""

    count: int
    since: datetime


def waiting_jobs(*, at: datetime) -> dict[Queue, Waiting]:
    """What waits for a worker, by queue; queues without any are left out. One query.

    A job for later counts from its time on.
    """
    soon = get_date_max()
    ready = rows().filter(status=TaskResultStatus.READY)
    ready = ready.filter(Q(run_after=soon) | Q(run_after__lte=at)).order_by()
    since = Min(Case(When(run_after=soon, then=F("enqueued_at")), default=F("run_after")))
    found = ready.values_list("queue_name").annotate(count=Count("pk"), since=since)
    return {Queue(name): Waiting(count, oldest) for name, count, oldest in found}
