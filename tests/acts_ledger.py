"""Looks, in every test, whether each district of which a use case changed a record counts the act.

Figures are kept until the heads of the districts they count have counted something (kernel/kept.py):
a change that is counted elsewhere only would not be seen there.
"""

from collections.abc import Iterable
from typing import Any

from django.db import models

# Counted for no figure, and written by Aanchal beside a use case.
BESIDE = frozenset({"kernel.AuditHead", "kernel.AuditEvent", "kernel.CountedEvent"})


def watch() -> None:
    """Begin to look; a use case that forgets a district fails its test at once."""
    from aanchal.kernel import audit

    # Replaced for the whole run, which the types of Django do not foresee.
    model: Any = models.Model
    query_set: Any = models.QuerySet
    writer: Any = audit
    save = model.save
    create, update, write = query_set.bulk_create, query_set.bulk_update, writer.write_events

    def saving(self: Any, *args: Any, **kwargs: Any) -> None:
        save(self, *args, **kwargs)
        _note([self])

    def creating(self: Any, records: Any, *args: Any, **kwargs: Any) -> Any:
        records = list(records)
        done = create(self, records, *args, **kwargs)
        _note(records)
        return done

    def updating(self: Any, records: Any, *args: Any, **kwargs: Any) -> Any:
        records = list(records)
        done = update(self, records, *args, **kwargs)
        _note(records)
        return done

    def writing(events: list[Any], **kwargs: Any) -> None:
        buffer = audit._buffer.get()
        if buffer is not None and events is buffer.events:
            counted = {d for e in events for d in (e.district, *e.also)}
            missed = buffer.__dict__.get("changed", set()) - counted
            assert "" in counted or not missed, f"changed and not counted in {sorted(missed)}"
        write(events, **kwargs)

    model.save = saving
    query_set.bulk_create = creating
    query_set.bulk_update = updating
    writer.write_events = writing


def _note(records: Iterable[models.Model]) -> None:
    from aanchal.kernel import audit

    buffer = audit._buffer.get()
    if buffer is None:
        return
    districts = {
        record.__dict__["district"]
        for record in records
        if record._meta.label not in BESIDE and record.__dict__.get("district")
    }
    buffer.__dict__.setdefault("changed", set()).update(districts)
