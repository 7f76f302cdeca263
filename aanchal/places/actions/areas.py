"""Places in, as the Local Government Directory and the Census publish them.

A file is read line by line outside any transaction and written a batch at a time, each in one
short transaction, so that memory stays flat and nobody waits long for a writer. Nothing of it
happens twice: a crash in the middle is mended by sending the file again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from aanchal.kernel import rowguard
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, covers, district_of, granted_areas, require
from aanchal.kernel.errors import Unreadable
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import advance_all
from aanchal.kernel.vocabulary import Permission
from aanchal.lib.tabular.problems import Problem
from aanchal.lib.tabular.problems import Unreadable as UnreadableFile

from ..area_importer import AreaImporter, Counts, Key, db_key
from ..calendar_seeds import seed_calendars
from ..import_problems import AREAS, WAITING, Ledger, row_from_json, waited_for
from ..models import Area, AreaCode, Subdistrict
from ..parsing import AreaFile, parse_areas
from ..permissions import PlacePermission
from ..proposing import districts_of_udise, match_subdistricts, propose
from ..rules.areas import AreaRow
from ..rules.codes import Level, System
from ..tree import batches
from ..verbs import PlaceVerb

BATCH = 2_000
WAITING_AT_ONCE = 20

Progress = Callable[[int], None]


@dataclass
class AreasImported:
    """What one file of places did.

    Attributes:
        level, system: what its lines were.
        counts: what became of them.
        matched: sub-districts whose block was beyond doubt.
        proposed: proposals that now wait in the districts touched.
        undecided: sub-districts of those districts that wait for a person to say their block.
        problems: told by line; the first thousand.
        problem_count: all of them.
    """

    filename: str
    level: Level
    system: System
    counts: Counts
    problems: list[Problem]
    problem_count: int
    matched: int = 0
    proposed: int = 0
    undecided: int = 0


def import_areas(
    actor: Actor,
    *,
    source: BinaryIO,
    filename: str,
    at: datetime,
    progress: Progress | None = None,
) -> AreasImported:
    """Take one published file of places in; its kind is known by its heading.

    Good rows go in. A row whose parent is not known waits and comes in with it; any other is kept
    for repair. The same file again changes nothing.

    Args:
        progress: told the line reached, now and then.

    Raises:
        NotAllowed: the actor imports areas nowhere.
        Unreadable: not a file of places; nothing was written.
    """
    reach = reach_of(actor, PlacePermission.AREA_IMPORT)
    if not reach:
        _note_areas(actor, reach=[ROOT], done=None)
    try:
        file = parse_areas(source)
    except UnreadableFile as refusal:
        raise unreadable(refusal) from None
    ledger = Ledger(AREAS, filename, actor.user_id, at)
    desk = AreaImporter(reach, ledger)
    try:
        for batch in batches(file.rows, BATCH):
            with transaction.atomic(), rowguard.context(actor):
                desk.take(batch, level=file.level)
            if progress is not None:
                progress(max(item.row or 0 for item in batch))
    except UnreadableFile as refusal:
        # What was read before stays in: it is whole lines, and the rest is told.
        ledger.told.append(refusal.problem)
        ledger.total += 1
    done = _settle(actor, desk, file=file, filename=filename, at=at)
    _note_areas(actor, reach=reach, done=done)
    return done


def reach_of(actor: Actor, permission: Permission) -> list[str]:
    """Areas over which the actor holds a permission; empty for none."""
    return granted_areas(actor, permission)


def unreadable(refusal: UnreadableFile) -> Unreadable:
    """A file that cannot be used, as a refusal in the reader's language."""
    return Unreadable(
        _(refusal.template) % refusal.params,
        template=refusal.template,
        params=dict(refusal.params),
    )


def _settle(
    actor: Actor, desk: AreaImporter, *, file: AreaFile, filename: str, at: datetime
) -> AreasImported:
    """What follows from new places: sub-districts find blocks, those who waited come in."""
    done = AreasImported(
        filename, file.level, file.system, desk.counts, desk.ledger.told, desk.ledger.total
    )
    with transaction.atomic(), rowguard.context(actor):
        seed_calendars(at=at)
        if file.level in (Level.BLOCK, Level.SUBDISTRICT):
            done.matched = match_subdistricts(sorted(desk.touched), at=at)[0]
    done.counts.freed, more = free_waiting(actor, ledger=desk.ledger, reach=desk.reach)
    done.matched += more
    done.problem_count = desk.ledger.total
    if file.level in (Level.BLOCK, Level.SUBDISTRICT, Level.VILLAGE) or done.counts.freed:
        done.proposed = propose_in(actor, desk.touched)
    done.undecided = Subdistrict.objects.filter(
        district_area__path__in=sorted(desk.touched), state=Subdistrict.State.OPEN
    ).count()
    return done


def free_waiting(actor: Actor, *, ledger: Ledger, reach: list[str]) -> tuple[int, int]:
    """Bring in the rows whose parent is known by now, level by level until nothing more comes.

    Returns:
        Places that came in, and sub-districts that found their block by it.
    """
    freed = matched = 0
    touched: set[str] = set()
    while ready := _ready(reach):
        came = 0
        for part in batches(ready, WAITING_AT_ONCE):
            with transaction.atomic(), rowguard.context(actor):
                desk = AreaImporter(reach, ledger)
                came += _take_waiting(desk, part)
                touched |= desk.touched
        with transaction.atomic(), rowguard.context(actor):
            matched += match_subdistricts(sorted(touched), at=ledger.at)[0]
        freed += came
        if not came:
            break
    if freed:
        propose_in(actor, touched)
    return freed, matched


def _ready(reach: list[str]) -> list[UUID]:
    """Waiting problems whose missing place is known now, within reach; two queries."""
    wanted: dict[Key, list[UUID]] = {}
    waiting = ImportProblem.objects.filter(
        source_kind=AREAS, code=WAITING, state=ImportProblem.State.OPEN
    )
    for pk, text in waiting.order_by("pk").values_list("pk", "source_id"):
        wanted.setdefault(db_key(waited_for(text)), []).append(pk)
    if not wanted:
        return []
    known = AreaCode.objects.filter(code__in={key[2] for key in wanted})
    return [
        pk
        for *key, path in known.values_list("system", "level", "code", "area__path")
        if any(covers(outer, path) for outer in reach)
        for pk in wanted.get((key[0], key[1], key[2]), ())
    ]


def _take_waiting(desk: AreaImporter, keys: list[UUID]) -> int:
    problems = list(
        ImportProblem.objects.select_for_update().filter(
            pk__in=keys, state=ImportProblem.State.OPEN
        )
    )
    rows: dict[Level, list[AreaRow]] = {}
    for problem in problems:
        for kept in (problem.raw or {}).get("rows", {}).values():
            row = row_from_json(kept)
            rows.setdefault(row.level, []).append(row)
    for level in sorted(rows, key=list(Level).index):
        for batch in batches(rows[level], BATCH):
            desk.take(batch, level=level)
    advance_all(
        ImportProblem.objects.filter(pk__in=[p.pk for p in problems]),
        ImportProblem.State.REPAIRED,
        settled_at=desk.ledger.at,
        settled_by=desk.ledger.settled_by,
    )
    return desk.counts.new


def propose_in(actor: Actor, district_paths: set[str]) -> int:
    """Propose afresh in districts, one transaction each; how many proposals now wait there."""
    waiting = 0
    known = districts_of_udise(district_paths)
    for district in Area.objects.filter(path__in=sorted(known)).order_by("path"):
        with transaction.atomic(), rowguard.context(actor):
            done = propose(district)
        waiting += done.blocks + done.villages
    return waiting


@use_case
def _note_areas(actor: Actor, *, reach: Sequence[str], done: AreasImported | None) -> None:
    """Leave the one trace of an import; or refuse it before anything is read."""
    scope = Scope(area_path=reach[0], district=district_of(reach[0]))
    require(actor, PlacePermission.AREA_IMPORT, scope)
    assert done is not None
    record(
        actor,
        PlaceVerb.AREAS_IMPORTED,
        None,
        scope=scope,
        also=map(district_of, reach),
        level=done.level.value,
        system=done.system.value,
        new=done.counts.new,
        changed=done.counts.changed,
        waiting=done.counts.waiting,
        problems=done.problem_count,
    )
