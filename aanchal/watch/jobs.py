"""Background work of the attendance path: the nightly watch, and taking a large register in.

Payloads are ids only; each may run twice and does its work once.
"""

from datetime import date, time
from uuid import UUID

from django.utils import timezone, translation

from aanchal.access.models import User
from aanchal.access.queries import actor_for
from aanchal.kernel import locks
from aanchal.kernel.authz import Actor, require, system_actor
from aanchal.kernel.errors import Busy, DomainError, WrongState
from aanchal.kernel.jobs import Queue, job
from aanchal.kernel.schedule import every_day
from aanchal.registers.actions import read_register, take_register, wait_for_answer
from aanchal.registers.models import RegisterFile
from aanchal.registers.progress import forget_progress, note_progress, note_refusal

from .actions import keep_budget_replay, run_watch
from .budget_replay import replay_budgets
from .models import BudgetReplay
from .permissions import WatchPermission
from .policies import policy_in_force
from .queries.budgets import block_past, past_hash, standing_of, volunteers_in


@job(alone=True, queue=Queue.LONG)
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


@job(merge=True, queue=Queue.PERSON)
def read_file(*, register: UUID) -> None:
    """Understand a large file that was kept, with the sender's current permissions."""
    held = RegisterFile.objects.select_related("school__area", "school__school", "file").get(
        pk=register
    )
    if held.state != RegisterFile.State.RECEIVED:
        return
    tell = note_progress(register)
    read_register(
        _acting(held.received_by),
        register=held,
        at=timezone.now(),
        progress=lambda share: tell(round(100 * share), 100),
    )
    forget_progress(register)


@job(merge=True, queue=Queue.PERSON)
def take_file(*, register: UUID, by: UUID, enrol: int, confirmed: int) -> None:
    """Take in a large file that was shown, with the current permissions of whoever said yes; then the watch."""
    held = RegisterFile.objects.get(pk=register)
    if held.state not in (RegisterFile.State.SHOWN, RegisterFile.State.TAKING):
        return
    with locks.held(lock_of(register)):
        now = timezone.now()
        try:
            take_register(
                _acting(str(by)),
                register=held,
                enrol_unknown=bool(enrol),
                confirmed=bool(confirmed),
                at=now,
                progress=note_progress(register),
            )
        except DomainError as refusal:
            with translation.override("en"):  # said again in the reader's language
                note_refusal(register, str(refusal))
            return
    forget_progress(register)
    watch_file(register=register)


@job(merge=True, queue=Queue.LONG)
def replay_budget(*, replay: UUID) -> None:
    """Replay a block's past under every visit budget, with the current permissions of whoever asked."""
    held = BudgetReplay.objects.select_related("area").get(pk=replay)
    actor = _acting(held.asked_by)
    require(actor, WatchPermission.WATCH_TUNE, held.area)
    policy = policy_in_force()
    threshold = policy.threshold_for(held.area.path)
    volunteers = volunteers_in(held.area, at=timezone.now())
    tell = note_progress(replay)
    if held.result and held.input_hash == past_hash(
        held.area, threshold=threshold, volunteers=volunteers
    ):
        past, standing, seen = None, standing_of(held.area), held.input_hash
    else:
        read = block_past(held.area, threshold=threshold, volunteers=volunteers)
        standing, seen = read.standing, read.input_hash
        past = replay_budgets(
            read.history,
            policy,
            threshold=threshold,
            found=read.found,
            volunteers=read.volunteers,
            progress=tell,
        )
    keep_budget_replay(
        actor, replay=held, past=past, standing=standing, input_hash=seen, at=timezone.now()
    )
    forget_progress(replay)


def lock_of(register: UUID) -> str:
    """The lock under which a file is taken in by one worker: one of a few, so that no files of locks are left."""
    return f"taking-{register.int % 16}"


def _acting(person: str) -> Actor:
    """The grants a person holds at this moment; for a part of the system, its own."""
    if person.startswith("system:"):
        return system_actor(person.removeprefix("system:"))
    return actor_for(User.objects.get(pk=person))


@job()
def finish_registers() -> None:
    """Take up again what a crash left in the middle, with the answers its sender gave.

    Pages already in are found unchanged. A file without answers, or whose sender may no longer
    send it, waits for a yes again; one that fails does not hold up the others.

    Raises:
        Busy: another worker takes some of them in just now; what is left of those is looked at again soon.
    """
    at_work: Busy | None = None
    for held in RegisterFile.objects.filter(state=RegisterFile.State.TAKING):
        now = timezone.now()
        try:
            if not held.answers.get("by"):
                raise WrongState
            with locks.held(lock_of(held.pk)):
                take_register(
                    _acting(str(held.answers["by"])),
                    register=held,
                    enrol_unknown=bool(held.answers.get("enrol")),
                    confirmed=bool(held.answers.get("confirmed")),
                    at=now,
                )
        except Busy as busy:
            at_work = busy
        except (DomainError, User.DoesNotExist):
            wait_for_answer(system_actor("imports"), register=held, at=now)
    if at_work is not None:
        raise at_work


every_day("watch", watch_all, at=time(2, 30), day_as="on")
every_day("registers", finish_registers, at=time(2, 0))
