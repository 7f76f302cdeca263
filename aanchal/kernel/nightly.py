"""The kernel's own turns of the schedule: upkeep every night, the audit every week."""

import logging
from datetime import time

from django.utils import timezone

from . import jobs, schedule, upkeep
from .permissions import system_actor

log = logging.getLogger("aanchal.upkeep")

SUNDAY = 6


@jobs.job(name="upkeep", alone=True)
def nightly_upkeep() -> None:
    """Sweep what is no longer needed."""
    swept = upkeep.run_upkeep(at=timezone.now())
    log.info("upkeep swept %s", ", ".join(f"{n} {what}" for what, n in swept.items()))


@jobs.job(name="audit_check", alone=True)
def weekly_audit_check() -> None:
    """Walk every chain of the audit; the doctor tells what was found."""
    breaks, events = upkeep.check_audit(system_actor("upkeep"), at=timezone.now())
    if breaks:
        log.error("the audit does not hold: %d breaks", len(breaks))
    else:
        log.info("the audit holds: %d events", events)


schedule.every_day("upkeep", nightly_upkeep, at=time(3, 30))
schedule.every_week("audit_check", weekly_audit_check, weekday=SUNDAY, at=time(4, 15))
