"""Background work of access: every night, what has ended goes."""

from datetime import time

from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.kernel.jobs import job
from aanchal.kernel.schedule import every_day

from . import kept
from .actions import forget_ended, lapse_waiting
from .session_store import SessionStore
from .throttle import forget_cooled


@job()
def sweep_access() -> None:
    """Delete sessions that expired, cooled counts of wrong tries, and what ended; end what waited too long."""
    now = timezone.now()
    SessionStore.clear_expired()
    kept.clear_expired(at=now)
    forget_cooled(at=now)
    lapse_waiting(system_actor("upkeep"), at=now)
    forget_ended(system_actor("upkeep"), at=now)


every_day("access", sweep_access, at=time(3, 15))
