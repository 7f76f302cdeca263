"""What became of lines that could not be taken in."""

from collections.abc import Sequence
from datetime import datetime

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, require
from aanchal.kernel.errors import NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.stages import advance, advance_all
from aanchal.kernel.verbs import KernelVerb

from ..import_problems import AREAS, SCHOOLS, Ledger
from ..permissions import PlacePermission
from ..verbs import PlaceVerb
from .areas import free_waiting, reach_of

NEEDS = {AREAS: PlacePermission.AREA_IMPORT, SCHOOLS: PlacePermission.SCHOOL_IMPORT}


@use_case
def set_place_problem_aside(actor: Actor, *, problem: ImportProblem, at: datetime) -> ImportProblem:
    """Note that a line of a place or school file was looked at and needs nothing more.

    Raises:
        NotAllowed: the actor imports nothing there.
        NotFound: not a problem of places.
        WrongState: somebody settled it before.
    """
    held = ImportProblem.objects.select_for_update().get(pk=problem.pk)
    if held.source_kind not in NEEDS:
        raise NotFound
    scope = _scope(held)
    require(actor, NEEDS[held.source_kind], scope)
    if held.state != ImportProblem.State.OPEN:
        raise WrongState
    held.settled_at, held.settled_by = at, actor.user_id
    advance(
        actor,
        held,
        ImportProblem.State.SET_ASIDE,
        scope=scope,
        saving=("settled_at", "settled_by"),
        verb=KernelVerb.IMPORT_PROBLEM_SETTLED,
        code=held.code,
    )
    return held


@use_case
def set_place_problems_aside(
    actor: Actor, *, problems: Sequence[ImportProblem], at: datetime
) -> int:
    """Set many aside at once; those settled meanwhile are passed over. Returns how many.

    Raises:
        NotAllowed: one of them is not the actor's; then none is set aside.
        NotFound: one of them is not a problem of places.
    """
    held = list(
        ImportProblem.objects.select_for_update()
        .filter(pk__in=[p.pk for p in problems])
        .order_by("pk")
    )
    by_place: dict[str, list[ImportProblem]] = {}
    for problem in held:
        if problem.source_kind not in NEEDS:
            raise NotFound
        require(actor, NEEDS[problem.source_kind], _scope(problem))
        if problem.state == ImportProblem.State.OPEN:
            by_place.setdefault(problem.district, []).append(problem)
    done = [p for found in by_place.values() for p in found]
    advance_all(
        ImportProblem.objects.filter(pk__in=[p.pk for p in done]),
        ImportProblem.State.SET_ASIDE,
        settled_at=at,
        settled_by=actor.user_id,
    )
    for found in by_place.values():
        record(
            actor,
            KernelVerb.IMPORT_PROBLEM_SETTLED,
            found[0] if len(found) == 1 else None,
            scope=_scope(found[0]),
            codes=sorted({p.code for p in found}),
            count=len(found),
        )
    return len(done)


def _scope(problem: ImportProblem) -> Scope:
    return Scope(area_path=problem.area_path, district=problem.district)


@use_case
def retry_waiting(actor: Actor, *, at: datetime) -> int:
    """Look again whether places that wait can come in by now; returns how many came.

    Every import does this by itself; this is for what was joined or mended by hand since.

    Raises:
        NotAllowed: the actor imports areas nowhere.
    """
    reach = reach_of(actor, PlacePermission.AREA_IMPORT)
    scope = Scope(area_path=reach[0] if reach else "")
    require(actor, PlacePermission.AREA_IMPORT, scope)
    freed, matched = free_waiting(actor, ledger=Ledger(AREAS, "", actor.user_id, at), reach=reach)
    record(
        actor, PlaceVerb.AREAS_IMPORTED, None, scope=scope, new=freed, matched=matched, retried=True
    )
    return freed
