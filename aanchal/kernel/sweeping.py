"""Carrying out how long records are kept: what is due goes, batch by batch, each with its audit.

A batch is one transaction: its rows are locked, what is theirs alone is deleted first, and the counts per
district are written to the audit. Killed at any point, the next run goes on with what is left. A row stays as
long as anything points at it that has a time of its own, by a key or by a sealed reference; and while a legal
hold holds the child it is about.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import autodiscover_modules

from . import audit, erased, holds
from .actions import use_case
from .authz import ROOT, Actor, Scope, require
from .files import path_of
from .models import CountedEvent, StoredFile
from .permissions import KernelPermission
from .privacy import retention_of
from .references import pointed_at
from .retention import Retention, Then, Whichever, cutoff, last_year_over
from .verbs import KernelVerb

BATCH = 500

log = logging.getLogger("aanchal.retention")

Row = Any
MayGo = Callable[[list[Row], datetime], list[Row]]
CarryOut = Callable[[list[Row], datetime], None]
Progress = Callable[[str, int], None]
Some = TypeVar("Some", bound=Callable[..., Any])

# What apps above add, each in the module `retention` of its app.
MAY_GO: dict[str, MayGo] = {}
CARRY_OUT: dict[str, CarryOut] = {}
YEAR_STARTS: list[Callable[[], Iterable[int]]] = []


def may_go(label: str) -> Callable[[Some], Some]:
    """Add a look at rows that are due by their dates: the function returns those that may go."""
    return _adds(MAY_GO, label)


def carries_out(label: str) -> Callable[[Some], Some]:
    """Add what is done with rows instead of deleting them; it runs inside the batch's transaction."""
    return _adds(CARRY_OUT, label)


def _adds(table: dict[str, Any], label: str) -> Callable[[Some], Some]:
    def add(function: Some) -> Some:
        table[label] = function
        return function

    return add


@dataclass(frozen=True)
class Found:
    """What of one model is due.

    Args:
        held: rows that are due and stay because of a legal hold.
    """

    model: type[models.Model]
    retention: Retention
    due: int
    held: int

    @property
    def label(self) -> str:
        return self.model._meta.label


@dataclass
class Swept:
    """What a run erased or made anonymous, by model."""

    counts: Counter[str] = field(default_factory=Counter)


def sweep(actor: Actor, *, at: datetime, progress: Progress | None = None) -> Swept:
    """Carry out every retention that is due. Safe to repeat, and to be killed.

    Args:
        progress: called with the model's label and how many of it went so far.
    """
    erased.forget_old(at=at)
    swept = Swept()
    starts = year_starts()
    for model in in_order():
        label, last = model._meta.label, None
        pinned = pointed_at(label)
        while True:
            seen, last, gone = erase_batch(
                actor, model=model, after=last, pinned=pinned, year_starts_in=starts, at=at
            )
            if gone:
                swept.counts[label] += gone
                log.info("%s: %d went", label, swept.counts[label])
                if progress:
                    progress(label, swept.counts[label])
            if seen < BATCH:
                break
    erased.write_lists()
    return swept


@use_case
def erase_batch(
    actor: Actor,
    *,
    model: type[models.Model],
    after: Any,
    pinned: frozenset[str],
    year_starts_in: tuple[int, ...],
    at: datetime,
) -> tuple[int, Any, int]:
    """Erase the next rows of a model whose time is over, or make them anonymous.

    Args:
        after: key of the last row looked at; None for the first batch.
        pinned: keys that a sealed reference points at: they stay.

    Returns:
        How many rows were due by their dates, the key of the last of them, and how many went.
    """
    require(actor, KernelPermission.RETENTION_RUN, Scope(area_path=ROOT))
    rows = due(model, at=at, year_starts_in=year_starts_in, held=holds.standing())
    rows = rows.select_for_update(of=("self",))
    found = list((rows if after is None else rows.filter(pk__gt=after))[:BATCH])
    gone = chosen(model, found, pinned=pinned, at=at)
    if gone:
        counts = Counter(getattr(row, "district", "") for row in gone)
        carry_out(model, gone, at=at)
        for district, count in sorted(counts.items()):
            where = Scope(area_path=ROOT, district=district)
            verb = KernelVerb.RECORDS_ERASED
            audit.record(actor, verb, None, scope=where, model=model._meta.label, count=count)
    return len(found), found[-1].pk if found else after, len(gone)


def forecast(*, at: datetime) -> list[Found]:
    """What would go now, by model; nothing is changed. What is theirs alone goes with them."""
    found = []
    starts, held = year_starts(), holds.standing()
    for model in in_order():
        retention = retention_of(model)
        assert retention is not None
        pinned = pointed_at(model._meta.label)

        def count(rows: QuerySet[Any], model: Any = model, pinned: Any = pinned) -> int:
            return sum(len(chosen(model, page, pinned=pinned, at=at)) for page in _pages(rows))

        would_go = count(due(model, at=at, year_starts_in=starts, held=held))
        kept = due(model, at=at, year_starts_in=starts, held=held, of_held_ones=True)
        found.append(Found(model, retention, would_go, count(kept)))
    return found


def _pages(rows: QuerySet[Any]) -> Iterator[list[Row]]:
    last = None
    while page := list((rows if last is None else rows.filter(pk__gt=last))[:BATCH]):
        last = page[-1].pk
        yield page


# --- which rows ---


@cache
def in_order() -> tuple[type[models.Model], ...]:
    """Models the sweeper carries out, each before those that it points at."""
    autodiscover_modules("retention")
    ours = [m for m in apps.get_models() if retention_of(m) is not None]
    ordered: list[type[models.Model]] = []

    def put(model: type[models.Model]) -> None:
        if model in ordered:
            return
        for other in ours:
            if other is not model and any(f.related_model is model for f in _keys(other)):
                put(other)
        ordered.append(model)

    for model in ours:
        put(model)
    return tuple(m for m in ordered if _is_carried_out(m))


def _is_carried_out(model: type[models.Model]) -> bool:
    retention = retention_of(model)
    assert retention is not None
    if retention.then is Then.KEEP or whole_of(model) is not None:
        return False
    return not retention.by or model._meta.label in MAY_GO


def _keys(model: type[models.Model]) -> list[Any]:
    return [f for f in model._meta.local_concrete_fields if f.is_relation]


def whole_of(model: type[models.Model]) -> type[models.Model] | None:
    """The model whose rows these go with; None when they have a time of their own."""
    retention = retention_of(model)
    if retention is None or not retention.is_part:
        return None
    key: Any = model._meta.get_field(retention.as_long_as)
    whole: type[models.Model] = key.related_model
    return whole if key.concrete else None


def year_starts() -> tuple[int, ...]:
    """Months in which school years begin here."""
    autodiscover_modules("retention")
    return tuple(sorted({month for asked in YEAR_STARTS for month in asked()}))


def due(
    model: type[models.Model],
    *,
    at: datetime,
    year_starts_in: tuple[int, ...],
    held: holds.Held,
    of_held_ones: bool = False,
) -> QuerySet[Any]:
    """Rows whose time is over and at which nothing points any more, in the order of their keys.

    Args:
        of_held_ones: those that a legal hold keeps, instead of the others.
    """
    retention = retention_of(model)
    assert retention is not None
    rows: QuerySet[Any] = model._base_manager.order_by("pk")
    if retention.keep is not None and retention.since:
        rows = _since(rows, model, retention, at=at, year_starts_in=year_starts_in)
    if retention.only is not None:
        rows = rows.filter(retention.only)
    if retention.then is Then.ERASE:
        for other, key in _pointing(model):
            rows = rows.filter(~Exists(other._base_manager.filter(**{key: OuterRef("pk")})))
    under = _under_hold(model, held)
    if of_held_ones:
        return rows.filter(pk__in=model._base_manager.filter(under)) if under else rows.none()
    return rows.exclude(pk__in=model._base_manager.filter(under)) if under else rows


def _since(
    rows: QuerySet[Any],
    model: type[models.Model],
    retention: Retention,
    *,
    at: datetime,
    year_starts_in: tuple[int, ...],
) -> QuerySet[Any]:
    assert retention.keep is not None
    before = cutoff(retention.keep, _local(at), year_starts_in)
    over, not_over = [], []
    for lookup in retention.since:
        end = _end_of(model, lookup)
        if isinstance(end, models.DateField):
            limit = before if isinstance(end, models.DateTimeField) else before.date()
            over.append(Q(**{f"{lookup}__lt": limit}))
            not_over.append(Q(**{f"{lookup}__gte": limit}))
        else:
            year = last_year_over(before.date(), year_starts_in)
            over.append(Q(**{f"{lookup}__lte": year}))
            not_over.append(Q(**{f"{lookup}__gt": year}))
    if retention.whichever is Whichever.EARLIEST:
        any_over = Q()
        for condition in over:
            any_over |= condition
        return rows.filter(any_over)
    # The first is a field of the row itself, so that no row is found twice.
    rows = rows.filter(over[0])
    for condition in not_over:
        rows = rows.exclude(condition)
    return rows


def _local(at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE))


def _end_of(model: type[models.Model], lookup: str) -> Any:
    *steps, last = lookup.split("__")
    for step in steps:
        related: Any = model._meta.get_field(step).related_model
        model = related
    return model._meta.get_field(last)


def _pointing(model: type[models.Model]) -> list[tuple[type[models.Model], str]]:
    """Keys of other tables that keep a row here: theirs is a time of its own."""
    found = []
    relations: Any = model._meta.get_fields(include_hidden=True)
    for relation in relations:
        if not relation.auto_created or relation.concrete:
            continue
        other = relation.related_model
        if relation.on_delete is models.SET_NULL or other is model:
            continue
        if retention_of(other) is not None and whole_of(other) is not model:
            found.append((other, relation.field.name))
    return found


def _under_hold(model: type[models.Model], held: holds.Held) -> Q:
    under = Q()
    for label, path in (
        (model._meta.label, "pk"),
        *(("people.Child", path) for path in _paths_to(model, "people.Child")),
        *(("people.Household", f"{path}__household") for path in _paths_to(model, "people.Child")),
        *(("people.Household", path) for path in _paths_to(model, "people.Household")),
    ):
        if keys := held.keys.get(label):
            under |= Q(**{f"{path}__in": keys})
    return under


def _paths_to(model: type[models.Model], label: str) -> tuple[str, ...]:
    """Lookups from a row to the children or households that it is about."""
    retention = retention_of(model)
    further = retention.holds if retention is not None and label == "people.Child" else ()
    return (*further, *_ways_by_keys(model, label))


@cache
def _ways_by_keys(model: type[models.Model], label: str) -> tuple[str, ...]:
    found: list[str] = []
    for key in _keys(model):
        related = key.related_model
        if related._meta.label == label:
            found.append(key.name)
        elif retention_of(related) is not None and related is not model:
            found += [f"{key.name}__{path}" for path in _ways_by_keys(related, label)]
    return tuple(found)


def chosen(
    model: type[models.Model], rows: list[Row], *, pinned: frozenset[str], at: datetime
) -> list[Row]:
    """Of rows due by their dates those that go: no sealed reference points at them, and their app agrees."""
    rows = [row for row in rows if str(row.pk) not in pinned]
    look = MAY_GO.get(model._meta.label)
    return look(rows, at) if look and rows else rows


# --- carrying it out ---


def carry_out(model: type[models.Model], rows: list[Row], *, at: datetime) -> None:
    """Erase rows and all that is theirs alone, or make them anonymous; remember their keys."""
    erased.remember(model, rows, at=at)
    instead = CARRY_OUT.get(model._meta.label)
    if instead is not None:
        instead(rows, at)
    else:
        delete(model, [row.pk for row in rows])


def delete(model: type[models.Model], keys: list[Any]) -> None:
    """Delete rows, what goes with them first."""
    delete_parts(model, keys)
    if keys:
        model._base_manager.filter(pk__in=keys).delete()


def delete_parts(model: type[models.Model], keys: list[Any]) -> None:
    """Delete what goes with rows of a model, and leave the rows."""
    for part in apps.get_models():
        if not keys or whole_of(part) is not model:
            continue
        for key in _keys(part):
            if key.related_model is model:
                gone = part._base_manager.filter(**{f"{key.name}__in": keys})
                delete(part, list(gone.values_list("pk", flat=True)))


@carries_out("kernel.StoredFile")
def erase_files(rows: list[StoredFile], at: datetime) -> None:
    """Delete the rows of stored files; their bytes follow when the rows are gone."""
    delete(StoredFile, [row.pk for row in rows])
    paths = [path_of(row) for row in rows]

    def unlink() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    transaction.on_commit(unlink)


@may_go("kernel.CountedEvent")
def counted_long_ago(rows: list[CountedEvent], at: datetime) -> list[CountedEvent]:
    """Those whose month is long over: only the sealed content says how old a row is."""
    retention = retention_of(CountedEvent)
    assert retention is not None and retention.keep is not None
    before = f"{cutoff(retention.keep, _local(at)):%Y-%m}"
    return [row for row in rows if row.facts["month"] < before]
