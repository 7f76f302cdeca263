"""Background work of notices: every five minutes, and at once when something urgent came up."""

from datetime import time

from django.utils import timezone

from aanchal.kernel.authz import system_actor
from aanchal.kernel.errors import Locked
from aanchal.kernel.jobs import job
from aanchal.kernel.keyring import keyring
from aanchal.kernel.schedule import every_day, every_minutes
from aanchal.kernel.waiting import when_something_waits

from .actions import pass_on
from .sending import forget_sent, send_due, tell_operator


@job(alone=True, merge=True)
def pass_notices_on() -> None:
    """Tell whoever must act, pass on what nobody opened, then send what is due.

    While the site is locked nothing is passed on; the next round after it was unlocked makes up
    for it, since what waits is asked of the records.
    """
    now = timezone.now()
    try:
        keyring()
    except Locked:
        return
    pass_on(system_actor("notices"), at=now)
    send_due(at=timezone.now())


@job(alone=True)
def watch_while_locked() -> None:
    """Tell who runs the site when it is locked and something is past its time."""
    try:
        keyring()
    except Locked:
        tell_operator(at=timezone.now())


@job()
def forget_notices() -> None:
    """Delete messages sent long ago."""
    forget_sent(at=timezone.now())


when_something_waits(pass_notices_on)
every_minutes("notices", pass_notices_on, minutes=5)
every_minutes("notices_locked", watch_while_locked, minutes=120)
every_day("notices_sent", forget_notices, at=time(3, 20))
