"""Which children a page shows, collected while it is made, so that no view can forget to say it.

A model wraps the attributes by which one of its records is known (`note_when_read`): whoever reads
one of them on an instance while a page is being made puts the record's key into the collector of
that request. The middleware writes one event a page with all of them. Outside a request nothing is
collected: jobs and commands show nothing to anybody.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, models

from . import audit
from .authz import Actor
from .verbs import KernelVerb
from .written_together import WrittenTogether


@dataclass
class Shown:
    """What one page has shown so far: keys of children by district, and what is noted already."""

    by_district: dict[str, set[str]] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)


_shown: ContextVar[Shown | None] = ContextVar("aanchal_shown", default=None)
_together = WrittenTogether()


@contextmanager
def collecting() -> Iterator[Shown]:
    """Collect inside the block; one request."""
    fresh = Shown()
    token = _shown.set(fresh)
    try:
        yield fresh
    finally:
        _shown.reset(token)


def show(key: object, district: str) -> None:
    """Note that a child is shown; for what names a child without loading her record."""
    held = _shown.get()
    if held is not None and key:
        held.by_district.setdefault(district, set()).add(str(key))


def show_all(keys: Iterable[object], district: str) -> None:
    """`show` for several children of one district."""
    for key in keys:
        show(key, district)


def noted(key: object) -> None:
    """Say that an event of its own already tells of this child's being opened."""
    held = _shown.get()
    if held is not None:
        held.noted.add(str(key))


class _Noting:
    """A model attribute that, when read, notes its record as shown."""

    def __init__(self, name: str, inner: Any) -> None:
        self.name, self.inner = name, inner

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self.inner.__get__(None, owner)
        if _shown.get() is not None:
            show(instance.pk, instance.__dict__.get("district", ""))
        if hasattr(self.inner, "__set__"):
            return self.inner.__get__(instance, owner)
        if self.name in instance.__dict__:
            return instance.__dict__[self.name]
        return self.inner.__get__(instance, owner)

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.name] = value


def note_when_read(model: type[models.Model], *names: str) -> None:
    """Let the reading of these attributes on any instance of a model note it as shown."""
    for name in names:
        setattr(model, name, _Noting(name, model.__dict__[name]))


def write(actor: Actor, shown: Shown, *, page: str, at: datetime) -> None:
    """Write one event for a page, a district; none when it showed nobody.

    It is the page's last act: inside the request's transaction where there is one, else in one with
    the pages of other threads, so that the head of the chain is held for a moment only. When it
    cannot be written, the page must not be shown.
    """
    events = [
        audit.Event(
            actor_id=actor.user_id,
            verb=str(KernelVerb.PAGE_SHOWN),
            target_type="",
            target_id="",
            district=district,
            area_path="",
            changes={"page": page},
            shown=tuple(sorted(keys - shown.noted)),
        )
        for district, keys in sorted(shown.by_district.items())
        if keys - shown.noted
    ]
    if not events:
        return
    if connection.in_atomic_block:
        audit.write_events(events, at=at)
        return
    for event in events:
        event.row = audit.sealed_row(event, at=at)
    _together.write(events)
