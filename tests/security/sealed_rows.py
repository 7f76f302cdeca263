"""A row in every table that keeps something sealed, with a canary in each sealed field."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from typing import Any

from django.db import models
from django.utils import timezone

from aanchal.kernel.fields import SealedField, SealedJSONField, SealedTextField
from aanchal.kernel.files import keep_file
from aanchal.kernel.ids import new_id
from aanchal.kernel.models import StoredFile
from aanchal.kernel.rotation import sealed_models

# What a thief would look for. The second is what a careless JSON writer makes of the first.
CANARY = "Canary Kumari কেনারি"
DISTRICT = "D206"
# Columns that may be empty, but not all of them.
FILLED = {"access.Invitation": ("area",), "access.Grant": ("area",)}


def a_row_everywhere() -> list[models.Model]:
    """Save one row in each table with sealed fields, and whatever those rows stand on."""
    made: dict[type[models.Model], models.Model] = {}
    return [_made(model, made) for model, _fields in sealed_models()]


def canary_of(field: SealedField) -> Any:
    if isinstance(field, SealedJSONField):
        return {"told": CANARY}
    return CANARY if isinstance(field, SealedTextField) else CANARY.encode()


def sealed_values(row: models.Model) -> Iterator[tuple[str, Any, Any]]:
    """Field name, what the row opens to now, and what it should."""
    for field in row._meta.local_concrete_fields:
        if isinstance(field, SealedField):
            yield field.name, getattr(row, field.name), canary_of(field)


def _made(model: type[models.Model], made: dict[type[models.Model], models.Model]) -> models.Model:
    if model in made:
        return made[model]
    if model is StoredFile:
        made[model] = keep_file(
            BytesIO(CANARY.encode() * 1000),
            name=CANARY,
            media_type="text/csv",
            purpose="test",
            district=DISTRICT,
            kept_by="test",
            kept_at=timezone.now(),
            max_bytes=10_000_000,
        )
        return made[model]
    row = model()
    named: set[type[models.Model]] = set()
    for field in model._meta.local_concrete_fields:
        if isinstance(field, SealedField):
            setattr(row, field.name, canary_of(field))
        elif isinstance(field, models.ForeignKey):
            related = field.related_model
            wanted = not field.null or field.name in FILLED.get(model._meta.label, ())
            if wanted and related is not model:
                # A row that names two of one kind, such as two households, names two different ones.
                others = {**made}
                if related in named:
                    del others[related]
                    setattr(row, field.name, _made(related, others))
                else:
                    setattr(row, field.name, _made(related, made))
                named.add(related)
        elif not field.null and not field.has_default() and field is not model._meta.pk:
            setattr(row, field.attname, _plain(field))
    row.save(force_insert=True)
    made[model] = row
    return row


def _plain(field: models.Field) -> Any:
    if field.name == "district":
        return DISTRICT
    if isinstance(field, models.DateTimeField):
        return timezone.now()
    if isinstance(field, models.DateField):
        return date(2026, 7, 1)
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BinaryField):
        return b"\0"
    if isinstance(field, models.UUIDField):
        return new_id()
    if isinstance(field, models.IntegerField | models.FloatField):
        return 1
    if field.choices:
        return field.choices[0][0]
    if field.unique:
        return new_id().hex[-(field.max_length or 12) :]
    return "" if field.blank else "x"[: field.max_length or 1]
