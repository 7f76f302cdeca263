"""Facts kept together in one sealed field of their row, and read as if each were a column.

A column of its own says something even sealed: whether it is empty, how long it is, that it changed.
Several facts in one sealed field say nothing of each other, and another one needs no migration.
They cannot be filtered by the database: fetch the candidates by what is plain, open and choose.

    class Concern(WithSealedFacts):
        head = SealedFactsField(pad=1024)
        kind = SealedFact("head")
        child_id = SealedFact("head", to="people.Child")
        child = SealedLink("child_id", to="people.Child")
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.apps import apps
from django.db import models

from .fields import SealedJSONField


class SealedFactsField(SealedJSONField):
    """A JSON object of facts, sealed, its length rounded up to `pad` bytes."""

    def __init__(self, *args: Any, pad: int = 1024, **kwargs: Any) -> None:
        self.pad = pad
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"pad": self.pad}


class SealedFact(property):
    """One fact in a `SealedFactsField`. Django takes it as a keyword of the model like a field.

    Args:
        column: name of the sealed field.
        default: what a row says that was written before the fact was thought of; a type is called.
        load, dump: from and to JSON, when the value is no plain text, number, list or mapping.
        to: label of the model whose key this is (or whose keys these are), for the doctor.
    """

    def __init__(
        self,
        column: str,
        *,
        default: Any = "",
        load: Callable[[Any], Any] | None = None,
        dump: Callable[[Any], Any] | None = None,
        to: str = "",
    ) -> None:
        super().__init__()
        self.column, self.default, self.to = column, default, to
        self.load, self.dump = load, dump

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type | None = None, /) -> Any:
        if instance is None:
            return self
        held = getattr(instance, self.column)
        if self.name not in held:
            return self.default() if isinstance(self.default, type) else self.default
        value = held[self.name]
        return self.load(value) if self.load is not None and value is not None else value

    def __set__(self, instance: Any, value: Any, /) -> None:
        if self.to and not isinstance(value, list | tuple):
            value = "" if value is None else str(value)
        elif self.to:
            value = [str(v) for v in value]
        elif self.dump is not None and value is not None:
            value = self.dump(value)
        getattr(instance, self.column)[self.name] = value


def sealed_time(column: str) -> SealedFact:
    """A moment; None until it is set."""
    return SealedFact(
        column,
        default=None,
        load=datetime.fromisoformat,
        # In one zone, so that the texts sort as the moments do.
        dump=lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"),
    )


def sealed_day(column: str) -> SealedFact:
    """A date; None until it is set."""
    return SealedFact(column, default=None, load=date.fromisoformat, dump=lambda on: on.isoformat())


class SealedLink(property):
    """The record whose key a `SealedFact` holds; None when it points at nothing or at what is gone.

    Asked for, it costs a query once an instance. For many rows use `fetch`.

    Args:
        key: name of the fact with the key.
        select: what to fetch along with the record.
    """

    def __init__(self, key: str, *, to: str, select: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.key, self.to, self.select = key, to, select

    def __set_name__(self, owner: type, name: str) -> None:
        self.kept = f"_sealed_link_{name}"

    def __get__(self, instance: Any, owner: type | None = None, /) -> Any:
        if instance is None:
            return self
        key = getattr(instance, self.key)
        if not key:
            return None
        kept = instance.__dict__.get(self.kept)
        if kept is None or str(kept.pk) != key:
            kept = self.records().filter(pk=key).first()
            instance.__dict__[self.kept] = kept
        return kept

    def __set__(self, instance: Any, value: models.Model | None, /) -> None:
        setattr(instance, self.key, value.pk if value is not None else "")
        instance.__dict__[self.kept] = value

    def records(self) -> "models.QuerySet[Any]":
        found: models.QuerySet[Any] = apps.get_model(self.to)._base_manager.all()
        return found.select_related(*self.select)

    def fetch(self, instances: Iterable[Any]) -> None:
        """Fetch the records of many instances, in one query."""
        keys = {instance: getattr(instance, self.key) for instance in instances}
        found = self.records().in_bulk({key for key in keys.values() if key})
        by_key = {str(pk): record for pk, record in found.items()}
        for instance, key in keys.items():
            instance.__dict__[self.kept] = by_key.get(key)


class WithSealedFacts(models.Model):
    """A row with facts in sealed fields."""

    class Meta:
        abstract = True

    def save_facts(self, *names: str) -> None:
        """Save what holds these facts and fields of an existing row, and nothing else."""
        self.save(update_fields={self._column(name) for name in names})

    @classmethod
    def _column(cls, name: str) -> str:
        fact = cls.__dict__.get(name)
        if isinstance(fact, SealedLink):
            fact = cls.__dict__[fact.key]
        return fact.column if isinstance(fact, SealedFact) else name


def facts_of(model: type[models.Model]) -> dict[str, SealedFact]:
    """The facts of a model by name, in the order they are declared; none for most models."""
    return {name: fact for name, fact in vars(model).items() if isinstance(fact, SealedFact)}


def unsaid_facts(model: type[models.Model], column: str) -> dict[str, Any]:
    """What each fact of a sealed column is, as JSON, in a row that does not say it."""
    return {
        name: fact.default() if isinstance(fact.default, type) else fact.default
        for name, fact in facts_of(model).items()
        if fact.column == column
    }
