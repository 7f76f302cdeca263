"""`use_case` marks a public write: one transaction, one permission, one audit event."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.core.exceptions import ObjectDoesNotExist
from django.db import models, transaction
from django.utils import timezone

from . import audit, operations, rowguard
from .authz import Actor
from .errors import DomainError, NotAllowed, NotFound, SecondPerson
from .models import AuditEvent

USE_CASES: dict[str, Callable[..., Any]] = {}

Params = ParamSpec("Params")
Result = TypeVar("Result")


def use_case(
    function: Callable[Concatenate[Actor, Params], Result],
) -> Callable[Concatenate[Actor, Params], Result]:
    """Run a public write in one transaction and write its audit events at its end.

    Use cases nest: an inner one joins the outer transaction, and the outermost writes all events,
    in district order. A refusal (`NotAllowed`, `SecondPerson`) is itself written, after the
    rollback, by the outermost; other errors leave no trace, because nothing happened. What is sent
    with a key (`operations.once`) is done once. A record
    that is not there when the use case takes hold of it answers `NotFound`.
    """
    name = f"{function.__module__.removeprefix('aanchal.')}.{function.__name__}"

    @wraps(function)
    def run(actor: Actor, /, *args: Params.args, **kwargs: Params.kwargs) -> Result:
        buffer, token, outermost = audit.buffer_events()
        try:
            with transaction.atomic(), rowguard.context(actor):
                sent = (
                    operations.take_key(actor, name, kwargs, at=timezone.now())
                    if outermost
                    else None
                )
                if isinstance(sent, operations.Done):
                    return cast(Result, sent.result)
                kept = len(buffer.events)
                try:
                    result = function(actor, *args, **kwargs)
                except BaseException:
                    del buffer.events[kept:]
                    raise
                if sent is not None:
                    district = next((e.district for e in buffer.events if e.district), "")
                    operations.keep_result(sent, result, district=district)
                if outermost and buffer.events:
                    audit.write_events(buffer.events, at=timezone.now())
            return result
        except ObjectDoesNotExist:
            # The record it would take hold of is gone, or the row guard hides it: the same answer.
            raise NotFound from None
        except (NotAllowed, SecondPerson) as refusal:
            if outermost:
                # Where the record stands is Aanchal's own question, not the refused person's.
                with rowguard.everywhere():
                    event = _refusal(actor, name, kwargs, refusal)
                audit.refuse(event, at=timezone.now())
            raise
        finally:
            if outermost:
                audit.close_buffer(token)

    run.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    USE_CASES[name] = run
    return run


def _refusal(actor: Actor, name: str, kwargs: dict[str, Any], refusal: DomainError) -> audit.Event:
    target = next((v for v in kwargs.values() if isinstance(v, models.Model)), None)
    scope = target.scope() if target is not None and hasattr(target, "scope") else None
    return audit.Event(
        actor_id=actor.user_id,
        verb=f"{name.rsplit('.', 1)[-1]}.refused",
        target_type=target._meta.label if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        district=scope.district if scope else "",
        area_path=scope.area_path if scope else "",
        changes={"code": refusal.code},
        outcome=AuditEvent.Outcome.REFUSED,
    )
