"""Legal holds: what is held is not erased, however long it has been kept.

The child, household or concern that is held stands sealed; the sweeper opens the few holds there are.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.apps import apps

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


def missing() -> int:
    """How many standing holds hold a record that is not there; should be none."""
    found = 0
    for label, keys in standing().keys.items():
        held = apps.get_model(label)._base_manager
        there = {str(pk) for pk in held.filter(pk__in=keys).values_list("pk", flat=True)}
        found += sum(key not in there for key in keys)
    return found
