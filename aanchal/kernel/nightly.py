"""The kernel's own turns of the schedule: retention, backup and upkeep every night, the audit every week."""

import logging
from datetime import time

from django.conf import settings
from django.utils import timezone

from . import (
    audit_guard,
    backup_format,
    backups,
    erased,
    erasing_again,
    jobs,
    schedule,
    sweeping,
    upkeep,
)
from .authz import system_actor

log = logging.getLogger("aanchal.upkeep")

SUNDAY = 6


@jobs.job(name="upkeep", alone=True, queue=jobs.Queue.LONG)
def nightly_upkeep() -> None:
    """Sweep what is no longer needed, and note how far the audit reaches."""
    swept = upkeep.run_upkeep(at=timezone.now())
    log.info("upkeep swept %s", ", ".join(f"{n} {what}" for what, n in swept.items()))
    broken = [*audit_guard.guard_breaks(), *audit_guard.ends()]
    if broken:
        log.error("the audit does not hold: %s", "; ".join(found.what for found in broken[:5]))
    else:
        audit_guard.note_heads()


@jobs.job(name="retention", alone=True, queue=jobs.Queue.LONG)
def nightly_retention() -> None:
    """Erase what has been kept long enough. Before the backup, so that it is not in it any more."""
    at = timezone.now()
    erasing_again.catch_up(system_actor("upkeep"), at=at)
    swept = sweeping.sweep(system_actor("upkeep"), at=at)
    log.info("retention: %d records went", sum(swept.counts.values()))


@jobs.job(name="audit_check", alone=True, queue=jobs.Queue.LONG)
def weekly_audit_check() -> None:
    """Walk every chain of the audit; the doctor tells what was found."""
    breaks, events = upkeep.check_audit(system_actor("upkeep"), at=timezone.now())
    if breaks:
        log.error("the audit does not hold: %d breaks", len(breaks))
    else:
        log.info("the audit holds: %d events", events)


@jobs.job(name="backup", alone=True, queue=jobs.Queue.LONG)
def nightly_backup() -> None:
    """Write a backup where the operator set up a folder and keys for it; else do nothing."""
    folder = settings.AANCHAL_BACKUP_FOLDER
    if folder is None or not settings.AANCHAL_BACKUP_RECIPIENTS:
        return
    at = timezone.now()
    backups.make_backup(
        folder / backups.backup_name(at),
        recipients=backup_format.recipients_of(settings.AANCHAL_BACKUP_RECIPIENTS),
        at=at,
    )
    backups.note_backup(system_actor("upkeep"), at=at)
    erased.write_lists(folder)
    removed = backups.remove_old_backups(folder, at=at, keep_days=settings.AANCHAL_BACKUP_KEEP_DAYS)
    log.info("a backup was written; %d old ones removed", removed)


schedule.every_day("retention", nightly_retention, at=time(1, 40))
schedule.every_day("backup", nightly_backup, at=time(2, 15))
schedule.every_day("upkeep", nightly_upkeep, at=time(3, 30))
schedule.every_week("audit_check", weekly_audit_check, weekday=SUNDAY, at=time(4, 15))
