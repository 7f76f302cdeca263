"""A file that somebody sent is not behind a long watch; what waits too long is seen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from aanchal.kernel import jobs
from aanchal.kernel.health import State, checks
from aanchal.kernel.models import Worker as WorkerRow
from aanchal.kernel.worker import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Three jobs, one a queue; two of the long one are never at work at once."""
    made = {
        queue: jobs.Job(
            f"a_{queue.value}_job", lambda: None, alone=queue is jobs.Queue.LONG, queue=queue
        )
        for queue in jobs.Queue
    }
    monkeypatch.setattr(jobs, "REGISTRY", {job.name: job for job in made.values()})
    return made


def asked(job, *, ago=timedelta()):
    jobs.put(job.path, {}, queue=job.queue)
    row = DBTaskResult.objects.order_by("-enqueued_at").first()
    DBTaskResult.objects.filter(pk=row.pk).update(enqueued_at=timezone.now() - ago)


def claimed(worker):
    row = worker.claim()
    return jobs.name_of(row.task_path) if row is not None else None


def test_what_a_person_waits_for_comes_first_though_it_was_asked_last(known):
    for queue in (jobs.Queue.LONG, jobs.Queue.ORDINARY, jobs.Queue.PERSON):
        asked(known[queue])
    worker = Worker()

    assert [claimed(worker) for _time in range(4)] == [
        "a_person_job",
        "a_ordinary_job",
        "a_long_job",
        None,
    ]


def test_one_worker_is_kept_free_of_long_work(known):
    asked(known[jobs.Queue.LONG])
    free = Worker(takes_long=False)

    assert claimed(free) is None
    asked(known[jobs.Queue.PERSON])
    assert claimed(free) == "a_person_job"
    assert claimed(Worker()) == "a_long_job"


def test_two_of_a_kind_that_works_alone_are_not_at_work_at_once_and_hold_up_nobody(known):
    asked(known[jobs.Queue.LONG])
    asked(known[jobs.Queue.LONG])
    worker = Worker()
    assert claimed(worker) == "a_long_job"

    asked(known[jobs.Queue.ORDINARY])
    assert claimed(worker) == "a_ordinary_job"
    assert claimed(worker) is None

    DBTaskResult.objects.filter(status="RUNNING").update(status="SUCCESSFUL")
    assert claimed(worker) == "a_long_job"


def test_a_claim_takes_as_many_queries_however_long_the_queue(known):
    for _number in range(3):
        asked(known[jobs.Queue.ORDINARY])
    worker = Worker()
    claimed(worker)
    with CaptureQueriesContext(connection) as few:
        claimed(worker)
    for _number in range(30):
        asked(known[jobs.Queue.ORDINARY])
    with CaptureQueriesContext(connection) as many:
        claimed(worker)

    assert len(few) == len(many)


@pytest.mark.parametrize(
    "queue, minutes, state",
    [
        (jobs.Queue.PERSON, 9, State.OK),
        (jobs.Queue.PERSON, 11, State.LOOK),
        (jobs.Queue.LONG, 11, State.OK),
        (jobs.Queue.LONG, 7 * 60, State.LOOK),
    ],
)
def test_what_waits_too_long_is_seen(known, queue, minutes, state):
    WorkerRow.objects.create(pid=1, started_at=timezone.now(), seen_at=timezone.now())
    asked(known[queue], ago=timedelta(minutes=minutes))

    [found] = [check for check in checks(now=timezone.now()) if check.name == "Worker"]

    assert found.state is state
    assert ("for 11 minutes" in found.says) == (minutes == 11 and state is State.LOOK)
