"""Promise 27: a killed job is taken up again within its lease and does its work once."""

import json
import signal
import subprocess
from uuid import UUID, uuid4

import pytest

from tests.reliability.office import Office, wait_until

LEASE = 3


def ask_for(office: Office, job: str) -> UUID:
    """Put a job in the queue as `enqueue_on_commit` does; returns its key."""
    key = uuid4()
    held = {"args": [], "kwargs": {"payload": {"key": str(key)}, "run": ""}}
    row_id: object = uuid4()
    if not office.url:
        row_id = row_id.hex  # type: ignore[attr-defined]
    office.write(
        "INSERT INTO django_tasks_database_dbtaskresult (id, status, enqueued_at, args_kwargs, priority,"
        " task_path, worker_ids, queue_name, backend_name, run_after, exception_class_path,"
        " traceback) VALUES (?, 'READY', ?, ?, 0, ?, '[]', 'ordinary',"
        " 'default', ?, '', '')",
        [row_id, office.now(), json.dumps(held), f"aanchal.job:{job}", office.now()],
    )
    return key


def a_worker(office: Office, *more: str) -> "subprocess.Popen[str]":
    return office.start(
        *("tests.reliability.a_worker", "work"),
        *("--poll-seconds", "0.2", "--lease-seconds", str(LEASE), *more),
    )


def state_of(office: Office, key: UUID) -> tuple[str, int, str, str]:
    """Status, number of claims, kind of error, and what is kept of it."""
    for status, held, workers, kind, trail in office.rows(
        "SELECT status, args_kwargs, worker_ids, exception_class_path, traceback"
        " FROM django_tasks_database_dbtaskresult"
    ):
        held, workers = (json.loads(x) if isinstance(x, str) else x for x in (held, workers))
        if held["kwargs"]["payload"].get("key") == str(key):
            return status, len(workers), kind, trail
    raise AssertionError("the job is gone")


def begun(office: Office, key: UUID) -> list[str]:
    """Process ids that began the job, in order."""
    marks = office.home / "marks" / f"{key}.begun"
    return marks.read_text().split() if marks.exists() else []


@pytest.mark.slow
def test_a_job_killed_in_the_middle_is_done_once_by_the_next_worker(office: Office) -> None:
    key = ask_for(office, "two_steps")
    first = a_worker(office)
    wait_until(lambda: begun(office, key), what="the first try")
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert state_of(office, key)[:2] == ("RUNNING", 1)

    (office.home / "marks" / f"{key}.go").touch()
    a_worker(office)
    wait_until(lambda: state_of(office, key)[0] == "SUCCESSFUL", what="the second try")

    rows = office.rows("SELECT source_kind FROM kernel_importproblem WHERE key = ?", [key.hex])
    assert sorted(rows) == [("first",), ("second",)]
    assert len(begun(office, key)) == 2
    assert state_of(office, key)[1] == 2


@pytest.mark.slow
def test_a_living_worker_keeps_its_job_beyond_the_lease(office: Office) -> None:
    key = ask_for(office, "two_steps")
    a_worker(office)
    a_worker(office)
    wait_until(lambda: begun(office, key), what="the first try")

    with pytest.raises(AssertionError):
        wait_until(lambda: len(begun(office, key)) > 1, seconds=LEASE * 2.5)

    (office.home / "marks" / f"{key}.go").touch()
    wait_until(lambda: state_of(office, key)[0] == "SUCCESSFUL", what="the end")
    assert len(begun(office, key)) == 1


@pytest.mark.slow
def test_a_job_that_kills_its_workers_is_given_up(office: Office) -> None:
    key = ask_for(office, "kills_its_worker")
    for _ in range(2):
        worker = a_worker(office)
        assert worker.wait(timeout=90) == 9
    a_worker(office)

    wait_until(lambda: state_of(office, key)[0] == "FAILED", what="giving up")
    _status, tries, kind, _trail = state_of(office, key)
    assert (tries, kind) == (2, "aanchal.kernel.worker.WorkerLost")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("job", "then", "kind", "why"),
    [
        ("quotes_a_child", "READY", "builtins.ValueError", "an unknown error is tried again later"),
        ("refuses", "FAILED", "aanchal.kernel.errors.Invalid", "a refusal stays a refusal"),
    ],
)
def test_a_failed_job_keeps_the_kind_of_error_and_no_data(
    office: Office, job: str, then: str, kind: str, why: str
) -> None:
    key = ask_for(office, job)

    a_worker(office, "--until-idle").wait(timeout=90)

    status, tries, said, trail = state_of(office, key)
    assert (status, tries, said) == (then, 1, kind), why
    assert job in trail  # the place is kept
    assert "Canary" not in trail
    assert "Canary" not in office.log()


@pytest.mark.slow
def test_a_worker_told_to_stop_finishes_the_job_in_hand(office: Office) -> None:
    key = ask_for(office, "two_steps")
    later = ask_for(office, "quick")
    worker = a_worker(office)
    wait_until(lambda: begun(office, key), what="the job")

    worker.send_signal(signal.SIGTERM)
    (office.home / "marks" / f"{key}.go").touch()

    assert worker.wait(timeout=60) == 0
    assert state_of(office, key)[0] == "SUCCESSFUL"
    assert state_of(office, later)[0] == "READY"


@pytest.mark.slow
def test_two_workers_share_the_queue_and_run_a_job_that_wants_to_be_alone_alone(
    office: Office,
) -> None:
    keys = [ask_for(office, "one_at_a_time") for _ in range(2)]
    others = [ask_for(office, "quick") for _ in range(20)]
    (office.home / "marks" / "alone.go").unlink(missing_ok=True)
    a_worker(office)
    a_worker(office)

    wait_until(lambda: all(begun(office, k) for k in others), what="the others")
    assert sorted(len(begun(office, k)) for k in keys) == [0, 1]

    (office.home / "marks" / "alone.go").touch()
    wait_until(
        lambda: all(state_of(office, k)[0] == "SUCCESSFUL" for k in [*keys, *others]),
        what="the end of all",
    )
    assert [len(begun(office, k)) for k in [*keys, *others]] == [1] * 22
