"""Sealed references that point at nothing: what foreign keys would have held, looked for by the doctor."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from .facts import facts_of
from .fields import ReferenceTagField, SealedReferenceField

PAGE = 500


def dangling() -> Counter[str]:
    """How many sealed references point at no record, by "app.Model.reference"; none when all is well.

    Raises:
        Locked: the keyring is not open.
    """
    missing: Counter[str] = Counter()
    for model in apps.get_models():
        held = _references(model)
        if not held:
            continue
        for page in _pages(model, sorted({column for column, _name, _to in held})):
            for column, name, to in held:
                pointed = Counter(key for row in page for key in _keys(row[column], name))
                there = _there(to, set(pointed))
                missing[f"{model._meta.label}.{name or column}"] += sum(
                    count for key, count in pointed.items() if key not in there
                )
    return +missing


def wrong_tags() -> Counter[str]:
    """How many tags are not those of the reference beside them, by "app.Model.tag"; none when all is well.

    A row is found by its tag: with a wrong one it would be passed over, and a second be made in its place.

    Raises:
        Locked: the keyring is not open.
    """
    wrong: Counter[str] = Counter()
    for model in apps.get_models():
        tags = [f for f in model._meta.local_concrete_fields if isinstance(f, ReferenceTagField)]
        rows, last = model._base_manager.order_by("pk"), None
        while tags and (page := list((rows if last is None else rows.filter(pk__gt=last))[:PAGE])):
            last = page[-1].pk
            for tag in tags:
                wrong[f"{model._meta.label}.{tag.name}"] += sum(
                    getattr(row, tag.attname) != tag.tag_of(row) for row in page
                )
    return +wrong


def pointed_at(label: str) -> frozenset[str]:
    """Keys of the records of one model that sealed references point at: a key would keep them."""
    found: set[str] = set()
    for model in apps.get_models():
        held = [(column, name) for column, name, to in _references(model) if to == label]
        for page in _pages(model, sorted({column for column, _name in held})) if held else ():
            for column, name in held:
                found.update(key for row in page for key in _keys(row.get(column), name))
    return frozenset(found)


def _references(model: type[models.Model]) -> list[tuple[str, str, str]]:
    """Column, name of the fact within it ("" for the column itself), and label of the target."""
    found = [
        (f.name, "", f.to)
        for f in model._meta.local_concrete_fields
        if isinstance(f, SealedReferenceField) and f.to
    ]
    return found + [(f.column, name, f.to) for name, f in facts_of(model).items() if f.to]


def _pages(model: type[models.Model], columns: list[str]) -> Iterator[list[dict[str, Any]]]:
    rows = model._base_manager.order_by("pk").values_list("pk", *columns)
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    last = None
    while page := list(rows[:PAGE] if last is None else rows.filter(pk__gt=last)[:PAGE]):
        last = page[-1][0]
        yield [
            {
                field.name: field.open_of(row[0], value)
                for field, value in zip(fields, row[1:], strict=True)
                if value is not None
            }
            for row in page
        ]


def _keys(held: Any, name: str) -> list[str]:
    if isinstance(held, dict):
        held = held.get(name)
    if not held:
        return []
    return [str(key) for key in held] if isinstance(held, list) else [str(held)]


def _there(to: str, keys: set[str]) -> set[str]:
    model = apps.get_model(to)
    return {str(pk) for pk in model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)}
