"""Doing an act once, however often it is sent: by a page, a program or a phone.

Whoever sends an act draws a key for it when it is written, and sends the same key with each try. The
first use case that is run within `once` keeps the key beside its result, in its own transaction; sent
again, the same person gets that result, and nothing is done. An act that was refused keeps nothing and
may be sent again.

    with once(key, happened_at=written_at):
        add_note(actor, concern=concern, text=text, at=now)

What was done, by whom and to what is sealed: in a copy of the database a row says only that something
was sent on that day in that district.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from .authz import Actor
from .errors import NotFound
from .models import Operation
from .sealing import keyed_hash


@dataclass
class _Asked:
    key: str
    happened_at: datetime | None
    is_taken: bool = False


_asked: ContextVar[_Asked | None] = ContextVar("aanchal_operation", default=None)


@contextmanager
def once(key: UUID | None, *, happened_at: datetime | None = None) -> Iterator[None]:
    """Let the first use case within be done once for this key and the person who sends it.

    Args:
        key: drawn by the sender for this one act; None does it without (an old page, the command line).
        happened_at: when she says that it happened; None for now.
    """
    token = _asked.set(_Asked(str(key), happened_at) if key is not None else None)
    try:
        yield
    finally:
        _asked.reset(token)


def take_key(
    actor: Actor, name: str, arguments: Mapping[str, Any], *, at: datetime
) -> "Operation | Done | None":
    """Take the key that was sent with the running act, inside its transaction; for `use_case` alone.

    Args:
        arguments: what the act was called with, records and plain values. The same key with other words,
            or about another record, is another act: nothing that was typed is passed over.

    Returns:
        The row that the result is written to; `Done` when the act was done before; None when it was
        sent without a key.
    """
    asked = _asked.get()
    if asked is None or asked.is_taken:
        return None
    asked.is_taken = True
    said = "|".join(
        [name, *(f"{k}={_plain(v)}" for k, v in sorted(arguments.items()) if k != "at")]
    )
    row = Operation(
        id=UUID(keyed_hash(f"{actor.user_id}|{asked.key}|{said}", purpose="operation")[:32]),
        received_on=timezone.localdate(at),
    )
    row.use_case = name
    row.happened_at, row.received_at = asked.happened_at or at, at
    try:
        # Of two sent at the same moment the second waits here for the end of the first.
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _done(Operation.objects.get(pk=row.pk))
    return row


@dataclass(frozen=True)
class Done:
    """The result of an act that was done before."""

    result: Any


def _plain(value: Any) -> str:
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_plain(one) for one in value) + "]"
    return repr(value)


def _done(row: Operation) -> Done:
    if not row.result_type:
        return Done(row.result_value)
    model = apps.get_model(row.result_type)
    found = model._base_manager.filter(pk=row.result_id).first()
    if found is None:
        raise NotFound
    return Done(found)


def keep_result(row: Operation, result: Any, *, district: str) -> None:
    """Keep what an act answered, for whoever sends it again: a record by its key, or a plain value."""
    row.district = district
    if isinstance(result, models.Model):
        row.result_type, row.result_id = result._meta.label, str(result.pk)
    elif isinstance(result, str | int | bool | None):
        row.result_value = result
    row.save(update_fields=["district", "facts"])
