"""Moving a record from one stage to the next, as the table of its app allows.

An app declares which stage may follow which in `rules/stages.py`, as `NOUN_MOVES`: each stage with the
stages that may follow it, and what the audit calls each of those moves. The model names its table in
`MOVES`. A use case calls `advance`; nothing else writes a stage, and a house test holds that.
"""

from typing import Any

from django.db import models
from django.db.models import QuerySet

from aanchal.lib.stages import FOLLOWS, Moves, words_of

from .audit import record
from .authz import Actor, Scope
from .errors import WrongState
from .vocabulary import Verb


def advance(
    actor: Actor,
    held: models.Model,
    to: str,
    *,
    scope: Scope,
    saving: tuple[str, ...] = (),
    about: models.Model | None = None,
    verb: str | None = None,
    may_stay: bool = False,
    **told: Any,
) -> None:
    """Move a record that the caller holds to another stage, save it, and write its audit event.

    Args:
        scope: where the record stands, for the audit.
        saving: fields, already set, that are saved with the stage.
        about: the record that the event names, where it is not the one moved.
        verb: which of the verbs of this move, where the table has several.
        may_stay: a record that is in that stage already is saved and told of all the same, with `verb`.
        told: what else `audit.record` takes: codes, counts, names of fields, `also`, `shown`.

    Raises:
        WrongState: the table does not allow this move.
    """
    named = move(held, to, verb=verb, may_stay=may_stay)
    _save(held, (stage_field(type(held)), *saving))
    if named != FOLLOWS:
        record(actor, Verb.named(named), about or held, scope=scope, **told)


def move(held: models.Model, to: str, *, verb: str | None = None, may_stay: bool = False) -> str:
    """Set the stage of a record without saving it; whoever calls saves it and records the verb.

    For records that are saved many at once; one alone is moved by `advance`.

    Returns:
        The audit verb of the move, or `FOLLOWS`.

    Raises:
        WrongState: the table does not allow this move.
        ValueError: the table has several verbs for it and none of them was named, or `verb` is not
            one of them.
    """
    name = stage_field(type(held))
    if may_stay and verb is not None and str(getattr(held, name)) == str(to):
        return verb
    choices = words_of(moves_of(type(held)), str(getattr(held, name)), str(to))
    if not choices:
        raise WrongState
    setattr(held, name, str(to))
    if verb is None and len(choices) == 1:
        return choices[0]
    if verb not in choices:
        raise ValueError(f"{type(held).__name__} to {to}: name one of {choices}")
    return verb


def advance_all(rows: QuerySet[Any], to: str, **saving: Any) -> int:
    """Move the records of a query in one statement, whose event another record's move writes.

    Records in a stage from which the table allows no such move, or one with an event of its own, stay
    as they are.

    Args:
        saving: further fields and their new values.

    Returns:
        How many were moved.

    Raises:
        ValueError: from no stage does this move follow from another record's.
    """
    name, moves = stage_field(rows.model), moves_of(rows.model)
    befores = [before for before in moves if FOLLOWS in words_of(moves, before, str(to))]
    if not befores:
        raise ValueError(f"{rows.model.__name__} to {to}: each move has an event of its own")
    return rows.filter(**{f"{name}__in": befores}).update(**{name: str(to), **saving})


def moves_of(model: type[models.Model]) -> Moves:
    """The table of a model's stages."""
    moves: Moves = model.MOVES  # type: ignore[attr-defined]
    return moves


def stage_field(model: type[models.Model]) -> str:
    """The name of the field with a model's stage: `stage`, or `state` for most."""
    return "stage" if hasattr(model, "Stage") else "state"


def _save(held: Any, names: tuple[str, ...]) -> None:
    # A stage may be a fact within a sealed field.
    if hasattr(held, "save_facts"):
        held.save_facts(*names)
    else:
        held.save(update_fields=list(names))
