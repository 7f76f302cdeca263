"""Legal holds: what is held is not erased, however long it has been kept.

The child, household or concern that is held stands sealed; the sweeper opens the few holds there are.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from django.apps import apps

from .models import LegalHold

Widens = Callable[[set[str]], set[str]]

# What apps above add, each in the module `retention` of its app: which further records of a model are
# held with those that a hold names.
ALSO_HELD: dict[str, Widens] = {}


def also_held(label: str) -> Callable[[Widens], Widens]:
    """Add a function from the keys that are held to all that are held with them."""

    def add(function: Widens) -> Widens:
        ALSO_HELD[label] = function
        return function

    return add


@dataclass(frozen=True)
class Held:
    """Keys of what is held, by label of its model."""

    keys: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __bool__(self) -> bool:
        return any(self.keys.values())


def standing() -> Held:
    """What is held now; one query, and some where a household is held."""
    held = Held()
    for hold in LegalHold.objects.filter(lifted_on__isnull=True):
        label, _sep, key = hold.thing.partition(":")
        held.keys[label].append(key)
    for label, widen in ALSO_HELD.items():
        if held.keys.get(label):
            held.keys[label] = sorted(widen(set(held.keys[label])))
    return held


def missing() -> int:
    """How many standing holds hold a record that is not there; should be none."""
    found = 0
    for label, keys in standing().keys.items():
        held = apps.get_model(label)._base_manager
        there = {str(pk) for pk in held.filter(pk__in=keys).values_list("pk", flat=True)}
        found += sum(key not in there for key in keys)
    return found
