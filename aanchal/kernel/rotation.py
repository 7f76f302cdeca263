"""Changing the key that everything is sealed under, while people work and processes are killed.

The new master is on the disk before anything is sealed under it, and the old one stays until
nothing is left that needs it and somebody says so (`retire`). Sealing anew goes row by row in
short transactions and file by file by renaming, so it may be stopped anywhere and begun again:
what is already done is passed over.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import autodiscover_modules

from . import audit, keyring, locks
from .actions import use_case
from .authz import ROOT, Actor, Scope, require
from .errors import Invalid, WrongState
from .fields import Sealed, SealedField
from .files import key_numbers, reseal_file
from .models import StoredFile
from .permissions import KernelPermission
from .sealing import key_number, seal, unseal
from .verbs import KernelVerb

PAGE = 400
# Long enough for every process to have noticed the newest master and to write under it.
SETTLE = timedelta(minutes=5)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class SealedPlace:
    """A place outside sealed fields where a library's table keeps something sealed.

    Args:
        name: for people, such as "sessions".
        model: the table.
        read: the sealed pieces of a row, by a key that `write` understands.
        place: what the piece of that key is bound to.
        write: puts new pieces into the row (not yet saved) under the same keys.
        fields: what `save` must write then.
    """

    name: str
    model: type[models.Model]
    read: Callable[[Any], dict[str, bytes]]
    place: Callable[[Any, str], str]
    write: Callable[[Any, dict[str, bytes]], None]
    fields: tuple[str, ...]


PLACES: dict[str, SealedPlace] = {}


def register_place(place: SealedPlace) -> None:
    """Make a place known; call it in the `sealed_places` module of an app."""
    PLACES[place.name] = place


def discover() -> None:
    """Import the `sealed_places` module of every app."""
    autodiscover_modules("sealed_places")


# --- what is sealed under which master ---


def count_by_master(progress: Progress | None = None) -> Counter[int]:
    """How many sealed values and files there are under each master's number."""
    discover()
    found: Counter[int] = Counter()
    for model, fields in sealed_models():
        for row in pages(model, [f.name for f in fields], progress):
            found.update(key_number(v.data) for v in row[1:] if v is not None)
    for place in PLACES.values():
        for held in instances(place.model, progress):
            found.update(key_number(data) for data in place.read(held).values())
    for stored in instances(StoredFile, progress):
        try:
            found.update(key_numbers(stored))
        except FileNotFoundError:
            continue  # the doctor tells of it
    return found


def sealed_models() -> list[tuple[type[models.Model], list[SealedField]]]:
    """Every table with sealed fields that a change of keys must reach, and those fields."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        fields = [
            f
            for f in model._meta.local_concrete_fields
            if isinstance(f, SealedField) and not f.lasting
        ]
        if fields and model._meta.managed and not model._meta.proxy:
            found.append((model, fields))
    return found


# --- a new master ---


def rotate(*, make_new: bool = True, progress: Progress | None = None) -> int:
    """Make a new master the writing one and seal everything under it; returns its number.

    Args:
        make_new: False to go on with a rotation that was cut off.

    Raises:
        Busy: another rotation runs.
        Locked: the keyring is not open.
        Tampered: something stands where it does not belong; all before it is done.
    """
    with locks.held("keys"):
        ring = keyring.keyring(look_now=True)
        if make_new:
            keyring.write(_path(), ring.with_new_master(), _passphrase())
            ring = keyring.keyring(look_now=True)
        # A writer that had not yet noticed the new master leaves a few behind: look again.
        for _ in range(20):
            if _seal_anew(ring.writing, progress) == 0:
                break
        return ring.writing


def retire(number: int, *, at: datetime, settle: timedelta = SETTLE) -> None:
    """Destroy a master that nothing uses any more. Backups made under it no longer open.

    Raises:
        Invalid: it is the writing master, or there is none of that number.
        WrongState: something is still sealed under it, or the newest master is too fresh.
    """
    with locks.held("keys"):
        ring = keyring.keyring(look_now=True)
        if number == ring.writing or number not in ring.numbers():
            raise Invalid(field="number")
        age = at.timestamp() - _path().stat().st_mtime
        if age < settle.total_seconds():
            raise WrongState(seconds_left=int(settle.total_seconds() - age))
        if left := count_by_master()[number]:
            raise WrongState(left=left)
        keyring.write(_path(), ring.without(number), _passphrase())
        keyring.keyring(look_now=True)


@use_case
def note_key_change(actor: Actor, *, what: str, number: int) -> None:
    """Leave a trace that the keys were changed (`rotated`, `retired` or `wrapped`)."""
    where = Scope(area_path=ROOT)
    require(actor, KernelPermission.KEYS_ROTATE, where)
    audit.record(actor, KernelVerb.KEYS_ROTATED, None, scope=where, what=what, number=number)


def _seal_anew(number: int, progress: Progress | None) -> int:
    discover()
    done = 0
    for model, fields in sealed_models():
        done += _seal_model_anew(model, fields, number, progress)
    for place in PLACES.values():
        done += _seal_place_anew(place, number, progress)
    for stored in instances(StoredFile, progress):
        try:
            if key_numbers(stored) - {number}:
                reseal_file(stored)
                done += 1
        except FileNotFoundError:
            continue
    return done


def _seal_model_anew(
    model: type[models.Model], fields: list[SealedField], number: int, progress: Progress | None
) -> int:
    names = [f.name for f in fields]
    stale: list[Any] = []
    done = 0
    for row in pages(model, names, progress):
        if any(v is not None and key_number(v.data) != number for v in row[1:]):
            stale.append(row[0])
        if len(stale) >= PAGE:
            done += _seal_rows_anew(model, fields, stale, number)
            stale = []
    return done + _seal_rows_anew(model, fields, stale, number)


def _seal_rows_anew(
    model: type[models.Model], fields: list[SealedField], keys: list[Any], number: int
) -> int:
    if not keys:
        return 0
    done = 0
    with transaction.atomic():
        held = model._base_manager.select_for_update().filter(pk__in=keys).order_by("pk")
        for row in held.values_list("pk", *(f.name for f in fields)):
            fresh = {}
            for field, value in zip(fields, row[1:], strict=True):
                if value is None or key_number(value.data) == number:
                    continue
                place = f"{model._meta.label}.{field.name}|{row[0]}"
                plain = unseal(value.data, place=place, pad=field.pad)
                fresh[field.name] = Sealed(seal(plain, place=place, pad=field.pad))
            if fresh:
                model._base_manager.filter(pk=row[0]).update(**fresh)
                done += 1
    return done


def _seal_place_anew(place: SealedPlace, number: int, progress: Progress | None) -> int:
    done = 0
    for seen in instances(place.model, progress):
        if all(key_number(data) == number for data in place.read(seen).values()):
            continue
        with transaction.atomic():
            row = place.model._base_manager.select_for_update().filter(pk=seen.pk).first()
            if row is None:
                continue
            fresh = {}
            for key, data in place.read(row).items():
                bound = place.place(row, key)
                fresh[key] = seal(unseal(data, place=bound), place=bound)
            place.write(row, fresh)
            row.save(update_fields=list(place.fields))
            done += 1
    return done


# --- reading in pages by key: an open cursor would stall writers on SQLite ---


def pages(
    model: type[models.Model], names: list[str], progress: Progress | None
) -> Iterator[tuple[Any, ...]]:
    """Yield (key, values of `names`) of every row, in order of the key."""
    rows = model._base_manager.order_by("pk").values_list("pk", *names)
    total = model._base_manager.count() if progress else 0
    seen, last = 0, None
    while page := list(rows[:PAGE] if last is None else rows.filter(pk__gt=last)[:PAGE]):
        yield from page
        last = page[-1][0]
        seen += len(page)
        if progress:
            progress(model._meta.label, seen, total)


def instances(model: type[models.Model], progress: Progress | None) -> Iterator[Any]:
    """Yield every row of a table, in order of the key."""
    rows = model._base_manager.order_by("pk")
    total = model._base_manager.count() if progress else 0
    seen, last = 0, None
    while page := list(rows[:PAGE] if last is None else rows.filter(pk__gt=last)[:PAGE]):
        yield from page
        last = page[-1].pk
        seen += len(page)
        if progress:
            progress(model._meta.label, seen, total)


def _path() -> Path:
    return Path(settings.AANCHAL_KEYRING)


def _passphrase() -> str:
    return keyring.passphrase() if keyring.is_wrapped(_path().read_text()) else ""


def wrap(new_passphrase: str) -> None:
    """Wrap the keyring by a passphrase, or unwrap it ("").

    Raises:
        Busy: a rotation runs.
        Locked: the keyring is not open.
    """
    with locks.held("keys"):
        ring = keyring.keyring(look_now=True)
        keyring.write(_path(), ring, new_passphrase)
