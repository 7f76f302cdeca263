"""After a restore: erasing again what had been erased after the backup was made.

The keys are known as keyed hashes only (`kernel.erased`), so every row of a table that the list names is hashed
and looked up. All that points at such a row goes with it: it had gone before.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models

from . import audit, erased
from .actions import use_case
from .authz import ROOT, Actor, Scope, require
from .erased import Line
from .errors import WrongState
from .permissions import KernelPermission
from .privacy import retention_of
from .retention import Then
from .sweeping import BATCH, carry_out, delete, in_order, whole_of
from .verbs import KernelVerb

PAGE = 2000

log = logging.getLogger("aanchal.retention")


def erase_again(actor: Actor, *, lines: list[Line], at: datetime) -> Counter[str]:
    """Erase what a list names, in every table; returns how many records went, by model. Safe to repeat."""
    tags: dict[str, set[str]] = {}
    for line in lines:
        tags.setdefault(line.model, set()).add(line.tag)
    gone: Counter[str] = Counter()
    for model in in_order():
        label = model._meta.label
        found: list[Any] = []
        for keys in _keys_of(model) if label in tags else ():
            found += [key for key in keys if erased.tag_of(model, key) in tags[label]]
        for start in range(0, len(found), BATCH):
            gone[label] += erase_batch_again(
                actor, model=model, keys=found[start : start + BATCH], at=at
            )
    erased.keep_lines(lines)
    erased.write_lists()
    return +gone


def catch_up(actor: Actor, *, at: datetime) -> None:
    """Erase again what the lists of this computer name and its table does not.

    So it is when a restore was killed before it came to that, or the database was brought back by other means.
    """
    for path in erased.lists_in(erased.own_folders()):
        try:
            lines = erased.lines_not_known(erased.read_list(path), at=at)
        except WrongState:
            log.error("a list of erased records cannot be read or was changed")
            continue
        if lines:
            gone = erase_again(actor, lines=lines, at=at)
            log.info("%d records that had come back went again", sum(gone.values()))


@use_case
def erase_batch_again(
    actor: Actor, *, model: type[models.Model], keys: list[Any], at: datetime
) -> int:
    """Erase rows that had been erased once, and all that points at them; returns how many."""
    require(actor, KernelPermission.RETENTION_RUN, Scope(area_path=ROOT))
    retention = retention_of(model)
    assert retention is not None
    if retention.then is Then.ERASE:
        _delete_what_points_at(model, keys)
    rows = list(model._base_manager.filter(pk__in=keys).order_by("pk"))
    counts = Counter(getattr(row, "district", "") for row in rows)
    carry_out(model, rows, at=at)
    for district, count in sorted(counts.items()):
        where = Scope(area_path=ROOT, district=district)
        verb = KernelVerb.ERASURES_REPEATED
        audit.record(actor, verb, None, scope=where, model=model._meta.label, count=count)
    return len(rows)


def _delete_what_points_at(model: type[models.Model], keys: list[Any]) -> None:
    for other in apps.get_models():
        for field in other._meta.local_concrete_fields:
            if field.related_model is not model or other is model:
                continue
            if field.remote_field.on_delete is not models.SET_NULL:  # type: ignore[union-attr]
                rows = other._base_manager.filter(**{f"{field.name}__in": keys})
                if field.null and whole_of(other) is not model:
                    # It came to point there since: it was not part of what was erased.
                    rows.update(**{field.name: None})
                    continue
                if theirs := list(rows.values_list("pk", flat=True)):
                    _delete_what_points_at(other, theirs)
                    delete(other, theirs)


def _keys_of(model: type[models.Model]) -> Iterator[list[Any]]:
    keys = model._base_manager.order_by("pk").values_list("pk", flat=True)
    last = None
    while page := list((keys if last is None else keys.filter(pk__gt=last))[:PAGE]):
        last = page[-1]
        yield page
