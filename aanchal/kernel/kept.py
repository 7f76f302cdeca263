"""Figures kept until something is done in the districts they count.

Every act of a use case writes an audit event in its own transaction, and the head of its district's chain
counts the acts. As long as these numbers stand still, nothing that a figure counts has changed. What
depends on the clock alone is counted anew after a minute.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from .authz import Actor
from .models import AuditHead

T = TypeVar("T")

SECONDS = 60.0
# Of so many pages' figures a process keeps those that were asked for last.
MOST = 200


class KeptFigures:
    """What was counted for each person, in the memory of this process only."""

    def __init__(self) -> None:
        self._held: OrderedDict[Hashable, tuple[Hashable, float, Any]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, actor: Actor, name: Hashable, count: Callable[[], T]) -> T:
        """The figures of this name for this actor, counted now unless nothing was done since; one query.

        Args:
            name: what is counted, with all it depends on but the actor and the records: the day.
        """
        key = (actor.user_id, actor.grants, actor.districts, name)
        done = _acts(actor)
        with self._guard:
            held = self._held.get(key)
        if held is not None and held[0] == done and time.monotonic() < held[1] + SECONDS:
            with self._guard:
                if key in self._held:
                    self._held.move_to_end(key)
            found: T = held[2]
            return found
        # Before counting: what is done meanwhile lets it be counted again.
        at = time.monotonic()
        found = count()
        with self._guard:
            self._held[key] = (done, at, found)
            self._held.move_to_end(key)
            while len(self._held) > MOST:
                self._held.popitem(last=False)
        return found

    def clear(self) -> None:
        """Forget all of it."""
        with self._guard:
            self._held.clear()


def _acts(actor: Actor) -> Hashable:
    """The numbers of acts in the districts that the actor's figures can count, and of those of none."""
    heads = AuditHead.objects.order_by("district").values_list("district", "acts")
    if actor.districts is not None:
        heads = heads.filter(district__in=[*actor.districts, ""])
    return tuple(heads)


kept = KeptFigures()
