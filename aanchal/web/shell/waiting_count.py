"""The number on the badge of every page, kept for a few seconds.

Counting what waits for a coordinator asks a dozen questions of the database; asked anew for each page
they are a third of its time. The number is kept in this process for `AANCHAL_BADGE_SECONDS`, for one
person with the grants she holds at that moment; whatever she does herself has it counted anew.
"""

import time
from threading import Lock

from django.conf import settings
from django.utils import timezone

from aanchal.kernel.authz import Actor
from aanchal.notices.queries.inbox import count_waiting

MAX_KEPT = 2_000


_kept: dict[str, tuple[float, Actor, int]] = {}


_lock = Lock()


def waiting_count(actor: Actor) -> int:
    """How many things wait for the actor: at most `AANCHAL_BADGE_SECONDS` old."""
    now = time.monotonic()
    kept = _kept.get(actor.user_id)
    if kept is not None and kept[1] == actor and now - kept[0] < settings.AANCHAL_BADGE_SECONDS:
        return kept[2]
    count = count_waiting(actor, at=timezone.now())
    with _lock:
        if len(_kept) >= MAX_KEPT:
            _kept.clear()
        _kept[actor.user_id] = (now, actor, count)
    return count


def count_anew(user_id: str) -> None:
    """Forget the number kept for a person: she did something."""
    with _lock:
        _kept.pop(user_id, None)
