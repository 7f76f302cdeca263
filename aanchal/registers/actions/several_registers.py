"""Several registers at once, each as it would be alone: kept by one transaction, taken in by a second.

Only what is plain goes this way. A file that is known already, is refused, asks something, has many
pages, or is of a class of which another file before it is, is left for the use cases that take one file
at a time; so are all of them beside one that is known and not settled yet.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from aanchal.kernel import files
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, require
from aanchal.kernel.errors import DomainError
from aanchal.kernel.models import StoredFile
from aanchal.places.models import Body

from ..models import RegisterFile
from ..permissions import RegisterPermission
from ..reading import FileShown, show_together
from ..verbs import RegisterVerb
from .registers import ask_which_class, content_key, media_type, scope_of_hints
from .taking import MAX_PAGES_PER_TRANSACTION, Taken
from .taking_several import take_understood

_AT_ONCE = 8  # files that are written to the disk side by side
Given = tuple[BinaryIO, str]  # an open file and its name


def take_several(
    actor: Actor,
    *,
    given: Sequence[Given],
    school: Body | None,
    hints: dict[str, str],
    via: str,
    confirmed: bool,
    at: datetime,
    folders: Sequence[str] | None = None,
) -> list[tuple[RegisterFile, Taken] | None]:
    """Give, read and take in several files; nobody is enrolled.

    Args:
        folders: where each file lies with its sender: several of one folder are read by one limited
            process. None where each has its own.

    Returns:
        For each file its record and what was done; None for one that is to go alone, through
        `give_register`, `read_register` and `take_register`, which find what was kept of it here.

    Raises:
        NotAllowed: the actor may not send registers of this school or class.
    """
    registers = _give(actor, given, school=school, hints=hints, via=via, at=at)
    kept = [r for r in registers if r is not None]
    lay = [f for r, f in zip(registers, folders, strict=True) if r is not None] if folders else None
    shown = show_together(
        actor, registers=kept, today=timezone.localdate(at), confirmed=confirmed, folders=lay
    )
    plain = [one for one in shown if _is_plain(one)]
    understood = [(one.register, one.pages) for one in plain]
    done = take_understood(actor, understood=understood, at=at, confirmed=confirmed)
    taken = {one[0].pk: one for one in done if one is not None}
    return [taken.get(r.pk) if r is not None else None for r in registers]


def _is_plain(one: FileShown) -> bool:
    if (
        one.refusal is not None
        or one.waits_for_another
        or len(one.pages) > MAX_PAGES_PER_TRANSACTION
    ):
        return False
    return not any(page.questions for page in one.pages)


def _give(
    actor: Actor,
    given: Sequence[Given],
    *,
    school: Body | None,
    hints: dict[str, str],
    via: str,
    at: datetime,
) -> list[RegisterFile | None]:
    """Keep each file's bytes, then write the rows of all that are new; None for the others."""
    stored: list[StoredFile | None] = [None] * len(given)
    district = school.area.district if school else ""

    def keep(number: int) -> None:
        source, name = given[number]
        with suppress(DomainError, OSError):
            stored[number] = files.seal_file(
                source,
                name=name,
                media_type=media_type(name),
                purpose="register",
                district=district,
                kept_by=actor.user_id,
                kept_at=at,
                max_bytes=settings.AANCHAL_UPLOAD_BYTES,
            )

    try:
        # Each waits for the disk; waiting together, they wait little longer than one does alone.
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(keep, range(len(given))))
        rows = _give_several(
            actor,
            stored=[s for s in stored if s is not None],
            school=school,
            hints=hints,
            via=via,
            at=at,
        )
    except IntegrityError:
        rows = {}  # one of them was sent at this very moment: each goes alone
    except BaseException:
        _forget_bytes(stored, {})
        raise
    _forget_bytes(stored, rows)
    return [rows.get(s.pk) if s is not None else None for s in stored]


def _forget_bytes(stored: Sequence[StoredFile | None], rows: Mapping[UUID, RegisterFile]) -> None:
    for one in stored:
        if one is not None and one.pk not in rows:
            files.path_of(one).unlink(missing_ok=True)


@use_case
def _give_several(
    actor: Actor,
    *,
    stored: Sequence[StoredFile],
    school: Body | None,
    hints: dict[str, str],
    via: str,
    at: datetime,
) -> dict[UUID, RegisterFile]:
    ask_which_class(actor, school, hints)
    scope = scope_of_hints(actor, school, hints)
    require(actor, RegisterPermission.REGISTER_IMPORT, scope)
    by_content: dict[str, StoredFile] = {}
    for one in stored:
        by_content.setdefault(content_key(one.content_hash, school, actor.user_id), one)
    known = RegisterFile.objects.filter(content_hash__in=by_content, school=school)
    for content, state in known.values_list("content_hash", "state"):
        if state not in (RegisterFile.State.TAKEN, RegisterFile.State.REFUSED):
            # It goes alone, after these: an older file would come in over a newer one of its class.
            return {}
        del by_content[content]
    StoredFile.objects.bulk_create(by_content.values())
    new = RegisterFile.objects.bulk_create(
        RegisterFile(
            district=school.area.district if school else "",
            school=school,
            file=one,
            content_hash=content,
            hints=hints,
            via=via,
            received_by=actor.user_id,
            received_at=at,
        )
        for content, one in by_content.items()
    )
    for register in new:
        record(actor, RegisterVerb.REGISTER_RECEIVED, register, scope=scope, via=via)
    return {register.file_id: register for register in new}
