"""Model fields that are ciphertext at rest.

The plain value exists on a loaded instance only: a descriptor opens it when it is read.
`values()` hands out an opaque `Sealed`; `update()`, `bulk_update()`, filters and raw literals
refuse, because none of them knows the row the ciphertext is bound to.
"""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldError
from django.db import models
from django.utils.functional import cached_property

from .sealing import TAG_DIGITS, opener, reference_tag, seal, unseal


class Sealed:
    """Ciphertext as it came from the database. It prints as nothing."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)

    def __repr__(self) -> str:
        return "<sealed>"

    __str__ = __repr__


class _Opening:
    """Opens the field on the instance, once, when somebody reads it."""

    def __init__(self, field: "SealedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = self.field.open(instance, value)
            instance.__dict__[name] = value
        return value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):  # type: ignore[type-arg]
    """Bytes sealed at rest and bound to their row and field. None stays null."""

    pad = 32
    lasting = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opening(self))

    def _check_str_default_value(self) -> list[Any]:
        return []  # defaults are plain values; they are sealed on the way in

    def to_plain_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_plain_bytes(self, data: bytes) -> Any:
        return data

    def _place(self, instance: models.Model) -> str:
        return f"{instance._meta.label}.{self.name}|{instance.pk}"

    def open(self, instance: models.Model, value: Sealed) -> Any:
        return self.from_plain_bytes(unseal(value.data, place=self._place(instance), pad=self.pad))

    def open_of(self, pk: Any, value: Sealed) -> Any:
        """Open a value that `values_list` handed out, for many rows at once; never None."""
        place = self._place_before_key + str(pk)
        return self.from_plain_bytes(unseal(value.data, place=place, pad=self.pad))

    def opener(self) -> Callable[[Any, Sealed], Any]:
        """`open_of` for one long list, as `sealing.opener` has it."""
        opened = opener(self._place_before_key, pad=self.pad)
        return lambda pk, value: self.from_plain_bytes(opened(pk, value.data))

    @cached_property
    def _place_before_key(self) -> str:
        return f"{self.model._meta.label}.{self.name}|"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else Sealed(bytes(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if value is None or isinstance(value, Sealed):
            return value
        if model_instance.pk is None:
            raise FieldError(f"{self} cannot be sealed before its row has a key")
        return Sealed(
            seal(
                self.to_plain_bytes(value),
                place=self._place(model_instance),
                pad=self.pad,
                lasting=self.lasting,
            )
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(
                f"{self.model._meta.label}.{self.name} is sealed: save the instance instead."
            )
        return super().get_db_prep_value(value.data, connection, prepared)

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is sealed and cannot be searched.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError(f"{self.name} is sealed and is not serialised.")


class SealedTextField(SealedField):
    """Text sealed at rest."""

    def to_plain_bytes(self, value: Any) -> bytes:
        # What Django sets in a field of bytes without a default is b"".
        return value if isinstance(value, bytes) else str(value).encode()

    def from_plain_bytes(self, data: bytes) -> str:
        return data.decode()


class SealedJSONField(SealedField):
    """A JSON value sealed at rest."""

    def to_plain_bytes(self, value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def from_plain_bytes(self, data: bytes) -> Any:
        return json.loads(data.decode())


class LastingSealedJSONField(SealedJSONField):
    """A JSON value sealed under the key that no rotation changes, in a row never written again."""

    lasting = True
    pad = 512


class SealedReferenceField(SealedTextField):
    """The key of a record elsewhere, sealed: a copy of the database does not say which.

    It reads as text ("" for none), takes a UUID or text, and has one length at rest whether it
    points at something or at nothing, so it is never null. Nothing in the database holds that
    the target is there: `aanchal doctor` looks (`kernel.references`). To find rows by their target,
    put a `ReferenceTagField` beside it.

    Args:
        to: label of the model it points at, such as "people.Child"; "" for what is no one model
            (an actor, who may be a part of the system). The doctor follows the labels.
    """

    pad = 96

    def __init__(self, *args: Any, to: str = "", **kwargs: Any) -> None:
        self.to = to
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"to": self.to}


class ReferenceTagField(models.CharField):  # type: ignore[type-arg]
    """The tag of a sealed reference of the same row, written with it, to find the row by.

    `filter(child_tag=reference_tag("cases.Concern.child", district, child.pk))`. A reference to
    nothing gets a tag that nobody else has: that there is none is not to be seen.

    Leave it out wherever looking up is not needed: equal tags say that two rows point at one thing.
    When `save(update_fields=…)` names the reference it must name the tag too.

    Args:
        of: name of the attribute with the target's key; a sealed reference, or any property.
        purpose: label of model and reference; by default "<app>.<Model>.<of>".
    """

    def __init__(self, *args: Any, of: str, purpose: str = "", **kwargs: Any) -> None:
        self.of, self.purpose = of, purpose
        kwargs |= {"max_length": TAG_DIGITS, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of, "purpose": self.purpose}

    def tag(self, district: str, target_id: UUID | str) -> str:
        """The tag of one target."""
        return reference_tag(
            self.purpose or f"{self.model._meta.label}.{self.of}", district, target_id
        )

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        held = model_instance.__dict__.get(self.of)
        if isinstance(held, Sealed) and not add:
            return super().pre_save(model_instance, add)  # not looked at, so not changed
        value = self.tag_of(model_instance)
        setattr(model_instance, self.attname, value)
        return value

    def tag_of(self, instance: models.Model) -> str:
        """The tag of what a row points at now."""
        # That a reference points at nothing is not to be seen: the row's own key stands in.
        target = getattr(instance, self.of) or f"nothing|{instance.pk}"
        return self.tag(getattr(instance, "district", ""), target)
