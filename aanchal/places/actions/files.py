"""Files of places and schools that are sent on the site: kept first, then taken in.

A short one is taken in while its sender waits; a long one in the background, which shows how far
it has come. A crash in the middle is mended by taking it in again.
"""

import io
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as N_

from aanchal.kernel import files, rowguard
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, district_of, require
from aanchal.kernel.errors import NotAllowed, Unreadable
from aanchal.kernel.stages import advance
from aanchal.lib.stages import FOLLOWS
from aanchal.lib.tabular.problems import Problem
from aanchal.lib.tabular.problems import Unreadable as UnreadableFile

from ..models import PlaceFile
from ..parsing import require_areas, require_schools
from ..permissions import PlacePermission
from ..verbs import PlaceVerb
from .areas import Progress, import_areas, reach_of, unreadable
from .schools import import_schools

NEEDS = {
    PlaceFile.Kind.AREAS: PlacePermission.AREA_IMPORT,
    PlaceFile.Kind.SCHOOLS: PlacePermission.SCHOOL_IMPORT,
}
PROBLEMS_SHOWN = 100
# Beyond this a sender would wait too long before an answer.
MAX_LINES_AT_ONCE = 3_000


@use_case
def give_place_file(actor: Actor, *, source: BinaryIO, filename: str, at: datetime) -> PlaceFile:
    """Keep a file of places or schools as it came; which of the two its heading says.

    Raises:
        NotAllowed: the actor imports neither.
        Unreadable: neither a file of places nor of schools; nothing is kept.
        TooLarge: past the limit; nothing is kept.
    """
    kind = kind_of(source)
    reach = reach_of(actor, NEEDS[kind])
    where = reach[0] if reach else ROOT
    scope = Scope(area_path=where, district=district_of(where))
    require(actor, NEEDS[kind], scope)
    source.seek(0)
    lines = sum(piece.count(b"\n") for piece in iter(lambda: source.read(1 << 20), b""))
    source.seek(0)
    stored = files.keep_file(
        source,
        name=filename,
        media_type="text/csv",
        purpose="places",
        district=scope.district,
        kept_by=actor.user_id,
        kept_at=at,
        max_bytes=settings.AANCHAL_UPLOAD_BYTES,
    )
    held = PlaceFile.objects.create(
        file=stored,
        kind=kind,
        area_path=where,
        lines=lines,
        received_by=actor.user_id,
        received_at=at,
    )
    record(actor, PlaceVerb.PLACE_FILE_RECEIVED, held, scope=scope, kind=kind.value, lines=lines)
    return held


def kind_of(source: BinaryIO) -> PlaceFile.Kind:
    """Tell a file of places from one of schools by its heading.

    Raises:
        Unreadable: it is neither.
    """
    try:
        require_areas(source)
    except UnreadableFile as refusal:
        if refusal.problem.code != "no_known_header":
            raise unreadable(refusal) from None
    else:
        return PlaceFile.Kind.AREAS
    try:
        require_schools(source)
    except UnreadableFile as refusal:
        raise unreadable(refusal) from None
    return PlaceFile.Kind.SCHOOLS


def take_place_file(
    actor: Actor, *, held: PlaceFile, at: datetime, progress: Progress | None = None
) -> PlaceFile:
    """Take a kept file in, by the same door as the command line; may be called again.

    Args:
        actor: its sender, with the grants held now.

    Raises:
        NotAllowed: the sender may import no more; the file says so.
    """
    _move(actor, held, PlaceFile.State.TAKING)
    source = io.BytesIO(files.read_file(held.file))

    def reached(line: int) -> None:
        _reached(actor, held, line)
        if progress is not None:
            progress(line)

    try:
        if held.kind == PlaceFile.Kind.AREAS:
            areas = import_areas(
                actor, source=source, filename=str(held.pk), at=at, progress=reached
            )
            told: dict[str, Any] = {
                "level": areas.level.value,
                **asdict(areas.counts),
                "matched": areas.matched,
                "proposed": areas.proposed,
                "undecided": areas.undecided,
            }
            problems, count = areas.problems, areas.problem_count
        else:
            schools = import_schools(
                actor, source=source, filename=str(held.pk), at=at, progress=reached
            )
            told = {
                **asdict(schools.counts),
                "proposed": schools.proposed.blocks + schools.proposed.villages,
            }
            problems, count = schools.problems, schools.problem_count
    except NotAllowed:
        gone = {
            "refusal": N_("Its sender may import no more. Somebody who may must send it again."),
            "params": {},
        }
        _move(actor, held, PlaceFile.State.REFUSED, done=gone, at=at)
        raise
    except Unreadable as error:
        refused = {"refusal": error.details["template"], "params": error.details["params"]}
        _move(actor, held, PlaceFile.State.REFUSED, done=refused, at=at)
        return held
    told["problem_count"] = count
    told["problems"] = [_shown(p) for p in problems[:PROBLEMS_SHOWN]]
    _move(actor, held, PlaceFile.State.TAKEN, done=told, at=at)
    return held


def _reached(actor: Actor, held: PlaceFile, line: int) -> None:
    with transaction.atomic(), rowguard.context(actor):
        PlaceFile.objects.filter(pk=held.pk).update(line_reached=min(line, held.lines))


def _shown(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "template": problem.template,
        "params": dict(problem.params),
    }


def _move(
    actor: Actor,
    held: PlaceFile,
    state: PlaceFile.State,
    *,
    done: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> None:
    held.settled_at, held.done = at, done or {}
    with transaction.atomic(), rowguard.context(actor):
        # After a crash it is taken in again from where it stood.
        saving = ("done", "settled_at")
        advance(actor, held, state, scope=held.scope(), saving=saving, verb=FOLLOWS, may_stay=True)
