"""Schools in, as UDISE publishes them; their villages wait to be joined with LGD's."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from aanchal.kernel import rowguard
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, Scope, district_of, require
from aanchal.lib.tabular.problems import Problem
from aanchal.lib.tabular.problems import Unreadable as UnreadableFile

from ..import_problems import SCHOOLS, Ledger
from ..parsing import parse_schools
from ..permissions import PlacePermission
from ..proposing import Proposed, propose
from ..rules.areas import SchoolRow
from ..school_importer import SchoolCounts, SchoolImporter, doubt_positions
from ..verbs import PlaceVerb
from .areas import Progress, reach_of, unreadable

BATCH = 1_000


@dataclass
class SchoolsImported:
    """What one file of schools did.

    Attributes:
        counts: what became of its lines.
        districts: LGD names of the districts it spoke of.
        proposed: joins that now wait for a person there.
        problems: told by line; the first thousand.
        problem_count: all of them.
    """

    filename: str
    counts: SchoolCounts
    districts: list[str]
    problems: list[Problem]
    problem_count: int
    proposed: Proposed


def import_schools(
    actor: Actor,
    *,
    source: BinaryIO,
    filename: str,
    at: datetime,
    progress: Progress | None = None,
) -> SchoolsImported:
    """Take one published file of schools in.

    Good rows go in; a village or block that only UDISE knows becomes a node of its own beneath
    the district, until a person confirms which one it is. A position far from the block's other
    schools is kept, marked doubtful and told. The same file again changes nothing.

    Raises:
        NotAllowed: the actor imports schools nowhere.
        Unreadable: not a file of schools; nothing was written.
    """
    reach = reach_of(actor, PlacePermission.SCHOOL_IMPORT)
    if not reach:
        _note_schools(actor, reach=[ROOT], done=None)
    try:
        rows = parse_schools(source)
    except UnreadableFile as refusal:
        raise unreadable(refusal) from None
    ledger = Ledger(SCHOOLS, filename, actor.user_id, at)
    desk = SchoolImporter(reach, ledger)
    try:
        for batch in _by_village(rows):
            with transaction.atomic(), rowguard.context(actor):
                desk.take(batch)
            here = {item.district_udise for item in batch if isinstance(item, SchoolRow)}
            _look_at_positions(actor, desk, desk.rows.keys() - here)
            if progress is not None:
                progress(max(item.row or 0 for item in batch))
    except UnreadableFile as refusal:
        ledger.told.append(refusal.problem)
        ledger.total += 1
    _look_at_positions(actor, desk, desk.rows.keys())
    done = SchoolsImported(
        filename, desk.counts, [], ledger.told, ledger.total, _propose(actor, desk)
    )
    with transaction.atomic(), rowguard.context(actor):
        desk.tell_missing()
    done.problem_count = ledger.total
    done.districts = sorted({a.name for a in desk.districts.values()})
    _note_schools(actor, reach=reach, done=done)
    return done


def _by_village(
    items: Iterable[SchoolRow | Problem],
) -> Iterator[list[SchoolRow | Problem]]:
    """Batches that end where a village ends, so that its name is that of most of its schools."""
    batch: list[SchoolRow | Problem] = []
    village = ""
    for item in items:
        if isinstance(item, SchoolRow) and item.village_udise != village:
            if len(batch) >= BATCH:
                yield batch
                batch = []
            village = item.village_udise
        elif len(batch) >= 3 * BATCH:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch


def _look_at_positions(actor: Actor, desk: SchoolImporter, districts: Iterable[str]) -> None:
    for udise in sorted(districts):
        with transaction.atomic(), rowguard.context(actor):
            doubt_positions(desk, udise)


def _propose(actor: Actor, desk: SchoolImporter) -> Proposed:
    total = Proposed()
    for district in sorted(desk.districts.values(), key=lambda a: a.path):
        if desk.may(district.path):
            with transaction.atomic(), rowguard.context(actor):
                found = propose(district)
            total.blocks += found.blocks
            total.villages += found.villages
    return total


@use_case
def _note_schools(actor: Actor, *, reach: Sequence[str], done: SchoolsImported | None) -> None:
    """Leave the one trace of an import; or refuse it before anything is read."""
    scope = Scope(area_path=reach[0], district=district_of(reach[0]))
    require(actor, PlacePermission.SCHOOL_IMPORT, scope)
    assert done is not None
    record(
        actor,
        PlaceVerb.SCHOOLS_IMPORTED,
        None,
        scope=scope,
        also=map(district_of, reach),
        new=done.counts.new,
        changed=done.counts.changed,
        problems=done.problem_count,
    )
