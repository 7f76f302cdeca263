"""Keys of what was erased, as keyed hashes, so that a restore erases it again.

They stand in a table, which every later backup holds; and in a list beside the keyring and beside the backups,
because a backup made before the erasure knows nothing of it. Without the keyring a list says only how much of
which table went on which day. A list that was changed or cut is refused.
"""

import hmac
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .backup_format import private_file
from .disk import sync_folder
from .errors import WrongState
from .keyring import keyring
from .models import Deployment, ErasedRecord
from .privacy import PrivacyClass, privacy_of
from .sealing import TAG_DIGITS, keyed_hash

LIST = "aanchal-erased.list"
FORMAT = "aanchal-erased-1"
PAGE = 2000


@dataclass(frozen=True)
class Line:
    """One erased record."""

    model: str
    tag: str
    erased_on: date


def tag_of(model: type[models.Model], key: Any) -> str:
    """The tag of an erased record; the same for ever, and nothing without the keyring."""
    return keyed_hash(f"{model._meta.label}|{key}", purpose="retention/erased")[:TAG_DIGITS]


def remember(model: type[models.Model], rows: list[Any], *, at: datetime) -> None:
    """Write down the keys of rows that go, inside the transaction in which they go."""
    # What tells of nobody needs no erasing anew: its time is over in a restored backup too.
    if not {PrivacyClass.PERSONAL, PrivacyClass.SENSITIVE} & set(privacy_of(model).values()):
        return
    on = timezone.localdate(at)
    ErasedRecord.objects.bulk_create(
        (
            ErasedRecord(model=model._meta.label, tag=tag_of(model, row.pk), erased_on=on)
            for row in rows
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def forget_old(*, at: datetime) -> int:
    """Forget the keys of what no backup that is kept can hold any more; returns how many."""
    before = timezone.localdate(at) - timedelta(days=settings.AANCHAL_BACKUP_KEEP_DAYS)
    newest = Deployment.objects.values_list("last_backup_at", flat=True).first()
    if newest is not None:
        # The newest backup is kept however old it is.
        before = min(before, timezone.localdate(newest))
    return ErasedRecord.objects.filter(erased_on__lt=before).delete()[0]


# --- the list outside the database ---


def write_lists(*folders: Path) -> None:
    """Write the list anew beside the keyring, in the folder of backups, and in further folders."""
    places = {Path(settings.AANCHAL_KEYRING).parent, *folders}
    if settings.AANCHAL_BACKUP_FOLDER is not None:
        places.add(Path(settings.AANCHAL_BACKUP_FOLDER))
    for folder in places:
        if folder.is_dir():
            _write(folder / LIST)


def _write(path: Path) -> None:
    part = path.with_suffix(".part")
    digest = hmac.new(keyring().index_key("retention/list"), digestmod=sha256)
    rows = ErasedRecord.objects.order_by("erased_on", "model", "tag").values_list(
        "model", "tag", "erased_on"
    )
    part.unlink(missing_ok=True)  # left by one that was killed
    with private_file(part) as out:
        for line in _lines(rows.iterator(chunk_size=PAGE)):
            digest.update(line.encode())
            out.write(line.encode())
        out.write(f"= {digest.hexdigest()}\n".encode())
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
    sync_folder(path.parent)


def _lines(rows: Iterator[tuple[str, str, date]]) -> Iterator[str]:
    yield f"{FORMAT}\n"
    for model, tag, on in rows:
        yield f"{model} {tag} {on}\n"


def read_list(path: Path) -> list[Line]:
    """What a list says.

    Raises:
        WrongState: it is no such list, or it was changed, cut, or written with other keys.
    """
    try:
        text = path.read_text()
        body, _sign, proof = text.rpartition("= ")
        digest = hmac.new(keyring().index_key("retention/list"), body.encode(), sha256)
        first, *lines = body.splitlines()
        if first != FORMAT or not hmac.compare_digest(digest.hexdigest(), proof.strip()):
            raise ValueError
        fields = [line.split(" ") for line in lines]
        return [Line(model, tag, date.fromisoformat(on)) for model, tag, on in fields]
    except (ValueError, OSError):
        raise WrongState(
            _("The list of erased records cannot be read, or was changed: %(path)s")
            % {"path": path}
        ) from None


def lists_beside(source: Path) -> list[Path]:
    """Lists that are found for a backup: beside it, and beside the keyring."""
    folders = dict.fromkeys([source.parent, Path(settings.AANCHAL_KEYRING).parent])
    return [folder / LIST for folder in folders if (folder / LIST).is_file()]


def keep_lines(lines: list[Line]) -> None:
    """Put what a list says into the table, so that the next backup and list know it too."""
    ErasedRecord.objects.bulk_create(
        (ErasedRecord(model=x.model, tag=x.tag, erased_on=x.erased_on) for x in lines),
        ignore_conflicts=True,
        batch_size=500,
    )


def models_of(lines: list[Line]) -> list[type[models.Model]]:
    """The models a list names; one that is there no more is left out."""
    known = {m._meta.label: m for m in apps.get_models()}
    return [known[label] for label in sorted({x.model for x in lines}) if label in known]
