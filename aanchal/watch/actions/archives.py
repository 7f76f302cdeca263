"""Who begins, opens, fills and hands over an archive of register pages.

The archive itself is a folder, written outside any transaction (`archiving.py`): these use cases ask
whether that may be done, and leave its trace.
"""

import secrets
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, district_of, require
from aanchal.kernel.errors import Invalid

from ..formats.archive_folder import ArchiveKey
from ..models import RegisterArchive
from ..permissions import WatchPermission
from ..verbs import WatchVerb

PURPOSES = ("write", "verify", "score")
TOLD_MOST = 200


@use_case
def begin_archive(actor: Actor, *, area_path: str, at: datetime) -> RegisterArchive:
    """Make the key of a new archive over an area.

    Raises:
        NotAllowed: the actor may not archive the registers of this area.
    """
    scope = Scope(area_path=area_path, district=district_of(area_path))
    require(actor, WatchPermission.REGISTER_ARCHIVE, scope)
    archive = RegisterArchive.objects.create(
        district=scope.district,
        area_path=area_path,
        archive_key=secrets.token_bytes(32),
        begun_by=actor.user_id,
        begun_at=at,
    )
    record(actor, WatchVerb.ARCHIVE_BEGUN, archive, scope=archive.scope())
    return archive


@use_case
def open_archive(actor: Actor, *, archive: RegisterArchive, purpose: str) -> ArchiveKey:
    """Take an archive's key into memory, to write it, verify it or score it.

    Raises:
        NotAllowed: the actor may not open this archive.
        Invalid: no known purpose.
    """
    archive = RegisterArchive.objects.get(pk=archive.pk)
    require(actor, WatchPermission.ARCHIVE_OPEN, archive)
    if purpose not in PURPOSES:
        raise Invalid(field="purpose")
    record(actor, WatchVerb.ARCHIVE_OPENED, archive, scope=archive.scope(), purpose=purpose)
    return ArchiveKey(str(archive.pk), bytes(archive.archive_key))


@use_case
def note_archived(
    actor: Actor,
    *,
    archive: RegisterArchive,
    district: str,
    year: int,
    children: int,
    at: datetime,
) -> RegisterArchive:
    """Leave the trace that a district's register pages of a school year went into an archive.

    Args:
        children: rows written; 0 when the pages are gone from the database and left the archive.

    Raises:
        NotAllowed: the actor may not archive registers there.
    """
    archive = RegisterArchive.objects.select_for_update().get(pk=archive.pk)
    require(actor, WatchPermission.REGISTER_ARCHIVE, archive)
    archive.written_at = at
    archive.save(update_fields=["written_at"])
    scope = Scope(area_path=archive.area_path, district=district)
    record(actor, WatchVerb.REGISTER_ARCHIVED, archive, scope=scope, year=year, children=children)
    return archive


@use_case
def hand_over_archive(
    actor: Actor, *, archive: RegisterArchive, to: str, why: str, at: datetime
) -> ArchiveKey:
    """Give an archive's key to somebody on another machine; it is written down to whom and why.

    Raises:
        NotAllowed: the actor may not hand this archive over.
        Invalid: nobody named, or no reason.
    """
    archive = RegisterArchive.objects.select_for_update().get(pk=archive.pk)
    require(actor, WatchPermission.ARCHIVE_HAND_OVER, archive)
    to, why = to.strip(), why.strip()
    if not to or not why or len(to) > TOLD_MOST or len(why) > TOLD_MOST:
        raise Invalid(_("Say to whom the key goes, and what for, in a few words."))
    line: dict[str, Any] = {"to": to, "why": why, "by": actor.user_id, "at": at.isoformat()}
    archive.handed_over = [*archive.handed_over, line]
    archive.save(update_fields=["handed_over"])
    record(
        actor, WatchVerb.ARCHIVE_HANDED_OVER, archive, scope=archive.scope(), fields=["handed_over"]
    )
    return ArchiveKey(str(archive.pk), bytes(archive.archive_key))
