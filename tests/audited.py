"""The audit as tests ask for it: opened, as one list that can be narrowed like a query.

What an event says is sealed in the table, so a query cannot ask for a verb or an actor.
"""

from collections.abc import Iterator
from typing import Any

from aanchal.kernel.models import AuditEvent

LOOKUPS = {
    "startswith": lambda held, wanted: held.startswith(wanted),
    "endswith": lambda held, wanted: held.endswith(wanted),
    "icontains": lambda held, wanted: wanted.lower() in str(held).lower(),
    "in": lambda held, wanted: held in wanted,
}


class Events:
    """Some events, by the chain of their district and in its order unless ordered otherwise."""

    def __init__(self, events: list[AuditEvent]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[AuditEvent]:
        return iter(self._events)

    def __len__(self) -> int:
        return len(self._events)

    def __getitem__(self, at: Any) -> Any:
        return self._events[at]

    def all(self) -> "Events":
        return self

    def filter(self, **wanted: Any) -> "Events":
        return Events([e for e in self if _fits(e, wanted)])

    def exclude(self, **unwanted: Any) -> "Events":
        return Events([e for e in self if not _fits(e, unwanted)])

    def get(self, **wanted: Any) -> AuditEvent:
        found = list(self.filter(**wanted))
        assert len(found) == 1, f"{len(found)} events: {[e.verb for e in found]}"
        return found[0]

    def order_by(self, *names: str) -> "Events":
        ordered = list(self)
        for name in reversed(names):
            ordered.sort(key=lambda e: getattr(e, name.lstrip("-")), reverse=name.startswith("-"))
        return Events(ordered)

    def values_list(self, *names: str, flat: bool = False) -> list[Any]:
        rows = [tuple(getattr(e, name) for name in names) for e in self]
        return [row[0] for row in rows] if flat else rows

    def first(self) -> AuditEvent | None:
        return self[0] if len(self) else None

    def last(self) -> AuditEvent | None:
        return self[-1] if len(self) else None

    def count(self) -> int:
        return len(self)

    def exists(self) -> bool:
        return bool(len(self))


def audited() -> Events:
    """Every event there is."""
    return Events(list(AuditEvent.objects.order_by("district", "seq")))


def _fits(event: AuditEvent, wanted: dict[str, Any]) -> bool:
    for name, value in wanted.items():
        attribute, _, lookup = name.partition("__")
        held = getattr(event, attribute)
        if not (LOOKUPS[lookup](held, value) if lookup else held == value):
            return False
    return True
