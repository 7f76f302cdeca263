"""Legal holds: what is held is not erased, however long it has been kept.

The child, household or concern that is held stands sealed; the sweeper opens the few holds there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from .models import LegalHold


@dataclass(frozen=True)
class Held:
    """Keys of what is held, by label of its model."""

    keys: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __bool__(self) -> bool:
        return any(self.keys.values())


def standing() -> Held:
    """What is held now; one query."""
    held = Held()
    for hold in LegalHold.objects.filter(lifted_on__isnull=True):
        label, _sep, key = hold.thing.partition(":")
        held.keys[label].append(key)
    return held
