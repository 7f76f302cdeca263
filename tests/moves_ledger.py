"""Notes, over a whole run of the tests, from which stage to which each record was moved.

Only moves that a use case makes are noted: a test may set the scene as it likes.
"""

from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models

from aanchal.lib.stages import Moves

ROOT = Path(__file__).resolve().parent.parent
SEEN: dict[str, set[tuple[str, str]]] = {}


def declared() -> dict[str, tuple[type[models.Model], str, Moves]]:
    """Label of a model → the model, the field with its stage, and the moves its app declares."""
    found = {}
    for path in sorted((ROOT / "aanchal").glob("*/rules/stages.py")):
        app = path.parent.parent.name
        for name, moves in vars(import_module(f"aanchal.{app}.rules.stages")).items():
            if name.endswith("_MOVES"):
                model = apps.get_model(app, name.removesuffix("_MOVES").replace("_", ""))
                named = "stage" if hasattr(model, "Stage") else "state"
                found[model._meta.label] = (model, named, moves)
    return found


def watch() -> None:
    """Begin to note moves of every record whose stages are declared."""
    for label, (model, name, _moves) in declared().items():
        SEEN[label] = set()
        _watch_saves(model, name)
    _watch_updates()
    _watch_advances()


def _watch_advances() -> None:
    """A move by the kernel's own door counts outside a use case too: a list of places is taken in by steps."""
    from aanchal.kernel import stages

    move = stages.move

    def noting(held: models.Model, to: str, **more: Any) -> str:
        before = str(getattr(held, stages.stage_field(type(held))))
        verb = move(held, to, **more)
        if before != str(to):
            SEEN[type(held)._meta.label].add((before, str(to)))
        return verb

    stages.move = noting


def _in_use_case() -> bool:
    from aanchal.kernel import audit

    return audit._buffer.get() is not None


def _note(record: models.Model, name: str) -> None:
    label = type(record)._meta.label
    before, after = record.__dict__.get("_stage_at_first"), str(getattr(record, name))
    if before and before != after:
        if _in_use_case():
            SEEN[label].add((str(before), after))
        record.__dict__["_stage_at_first"] = after


def _watch_saves(model: Any, name: str) -> None:
    from_db, save = model.from_db, model.save
    # A stage may be a fact within a sealed field.
    column = getattr(getattr(model, name), "column", name)

    def remembering(cls: Any, db: Any, names: Any, values: Any) -> Any:
        record = from_db.__func__(cls, db, names, values)
        if column in names:
            record.__dict__["_stage_at_first"] = getattr(record, name)
        return record

    def noting(self: Any, *args: Any, **kwargs: Any) -> None:
        save(self, *args, **kwargs)
        fields = kwargs.get("update_fields")
        if fields is None or column in fields:
            _note(self, name)

    model.from_db = classmethod(remembering)
    model.save = noting


def _watch_updates() -> None:
    update, bulk_update = models.QuerySet.update, models.QuerySet.bulk_update
    names = {model: name for model, name, _ in declared().values()}

    def noting(self: Any, **values: Any) -> int:
        name = names.get(self.model)
        # A bulk update comes by here with an expression; its records are noted below.
        if name in values and isinstance(values[name], str) and _in_use_case():
            befores = set(self.order_by().values_list(name, flat=True))
            after = str(values[name])
            SEEN[self.model._meta.label] |= {(str(b), after) for b in befores if b != after}
        return update(self, **values)

    def noting_many(self: Any, records: Any, fields: Any, *args: Any, **kwargs: Any) -> int:
        records = list(records)
        done = bulk_update(self, records, fields, *args, **kwargs)
        name = names.get(self.model)
        if name in fields:
            for record in records:
                _note(record, name)
        return done

    models.QuerySet.update = noting  # type: ignore[method-assign]
    models.QuerySet.bulk_update = noting_many  # type: ignore[method-assign,assignment]
