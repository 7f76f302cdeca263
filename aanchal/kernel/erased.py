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
    return ErasedRecord.objects.filter(erased_on__lt=remembered_since(at)).delete()[0]


def remembered_since(at: datetime) -> date:
    """What was erased before this day can be in no backup that is kept."""
    before = timezone.localdate(at) - timedelta(days=settings.AANCHAL_BACKUP_KEEP_DAYS)
    newest = Deployment.objects.values_list("last_backup_at", flat=True).first()
    if newest is not None:
        # The newest backup is kept however old it is.
        before = min(before, timezone.localdate(newest))
    return before


# --- the list outside the database ---


def own_folders() -> list[Path]:
    """Where this computer keeps its lists: beside the keyring, and with its backups."""
    folders = [Path(settings.AANCHAL_KEYRING).parent]
    if settings.AANCHAL_BACKUP_FOLDER is not None:
        folders.append(Path(settings.AANCHAL_BACKUP_FOLDER))
    return folders


def write_lists(*folders: Path) -> None:
    """Write the list anew where this computer keeps it, and in further folders."""
    some = ErasedRecord.objects.exists()
    for folder in dict.fromkeys([*own_folders(), *folders]):
        # One that is there is written anew even when nothing is on it any more.
        if folder.is_dir() and (some or (folder / LIST).exists()):
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
            _(
                "The list of erased records cannot be read, was changed, or was written with"
                " other keys: %(path)s"
            )
            % {"path": path}
        ) from None


def lists_in(folders: list[Path]) -> list[Path]:
    """Lists that lie in some folders; none where there is no keyring to read them with."""
    if not Path(settings.AANCHAL_KEYRING).exists():
        return []
    return [folder / LIST for folder in dict.fromkeys(folders) if (folder / LIST).is_file()]


def lines_not_known(lines: list[Line], *, at: datetime) -> list[Line]:
    """Lines that the table does not hold, though what they name may be in a backup: it came back."""
    since = remembered_since(at)
    known = set(ErasedRecord.objects.values_list("model", "tag"))
    return [x for x in lines if x.erased_on >= since and (x.model, x.tag) not in known]


def keep_lines(lines: list[Line]) -> None:
    """Put what a list says into the table, so that the next backup and list know it too."""
    ErasedRecord.objects.bulk_create(
        (ErasedRecord(model=x.model, tag=x.tag, erased_on=x.erased_on) for x in lines),
        ignore_conflicts=True,
        batch_size=500,
    )
