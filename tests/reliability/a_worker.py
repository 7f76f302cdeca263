"""A real worker that also knows the jobs of these tests: python -m tests.reliability.a_worker."""

import os
import time
from pathlib import Path
from uuid import UUID

from aanchal.cli import main, with_django

with_django()

from django.utils import timezone  # noqa: E402

from aanchal.kernel import jobs  # noqa: E402
from aanchal.kernel.errors import Invalid  # noqa: E402
from aanchal.kernel.models import ImportProblem  # noqa: E402

MARKS = Path(os.environ["AANCHAL_HOME"]) / "marks"


def mark(name: str) -> None:
    """Leave a line for the test: somebody began."""
    MARKS.mkdir(exist_ok=True)
    with (MARKS / name).open("a") as out:
        out.write(f"{os.getpid()}\n")


def waits_for(name: str) -> None:
    while not (MARKS / name).exists():
        time.sleep(0.05)


def leave_a_row(key: UUID, kind: str) -> None:
    ImportProblem.objects.get_or_create(
        source_kind=kind,
        key=key.hex,
        defaults={
            "district": "D206",
            "area_path": "IN/S10/D206",
            "source_id": "test",
            "code": "test",
            "template": "test",
            "params": {"step": kind},
            "found_at": timezone.now(),
        },
    )


@jobs.job()
def two_steps(*, key: UUID) -> None:
    """Writes a row, waits to be killed, writes another."""
    leave_a_row(key, "first")
    mark(f"{key}.begun")
    waits_for(f"{key}.go")
    leave_a_row(key, "second")


@jobs.job(max_tries=2)
def kills_its_worker(*, key: UUID) -> None:
    mark(f"{key}.begun")
    os._exit(9)


@jobs.job(max_tries=2)
def quotes_a_child(*, key: UUID) -> None:
    mark(f"{key}.begun")
    raise ValueError("Canary Kumari is in the text of this error")


@jobs.job()
def refuses(*, key: UUID) -> None:
    mark(f"{key}.begun")
    raise Invalid("Canary Kumari told by a refusal")


@jobs.job(alone=True)
def one_at_a_time(*, key: UUID) -> None:
    mark(f"{key}.begun")
    waits_for("alone.go")


@jobs.job()
def quick(*, key: UUID) -> None:
    mark(f"{key}.begun")


if __name__ == "__main__":
    main()
