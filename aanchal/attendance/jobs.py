"""Background work of the attendance path: the nightly watch, and taking a large register in.

Payloads are ids only; each may run twice and does its work once.
"""

from datetime import date, time
from uuid import UUID

from django.utils import timezone

from aanchal.kernel.jobs import job
from aanchal.kernel.permissions import system_actor
from aanchal.kernel.schedule import every_day

from .actions import run_watch, take_register
from .models import RegisterFile


@job(alone=True)
def watch_all(*, on: date) -> None:
    """Score every class whose register changed and raise what must be asked."""
    run_watch(system_actor("watch"), on=on, at=timezone.now())


@job()
def watch_file(*, register: UUID) -> None:
    """Run the watch over the classes that one register file touched."""
    now = timezone.now()
    classes = set(
        RegisterFile.objects.get(pk=register).pages.values_list("class_section_id", flat=True)
    )
    run_watch(system_actor("watch"), on=timezone.localdate(now), at=now, classes=classes)


@job()
def finish_registers() -> None:
    """Take up again what a crash left in the middle: pages already in are found unchanged."""
    for held in RegisterFile.objects.filter(state=RegisterFile.State.TAKING):
        take_register(
            system_actor("imports"),
            register=held,
            enrol_unknown=False,
            said_yes=True,
            at=timezone.now(),
        )


every_day("watch", watch_all, at=time(2, 30), day_as="on")
every_day("registers", finish_registers, at=time(2, 0))
