"""What became of lines that could not be taken in."""

from datetime import datetime

from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import NotFound, WrongState
from aanchal.kernel.models import ImportProblem
from aanchal.kernel.permissions import Actor, Permission, Scope, require

from ..import_problems import AREAS, SCHOOLS, Ledger
from .areas import free_waiting, reach_of

NEEDS = {AREAS: Permission.AREA_IMPORT, SCHOOLS: Permission.SCHOOL_IMPORT}


@use_case
def set_place_problem_aside(
    actor: Actor, *, problem: ImportProblem, at: datetime
) -> ImportProblem:
    """Note that a line of a place or school file was looked at and needs nothing more.

    Raises:
        NotAllowed: the actor imports nothing there.
        NotFound: not a problem of places.
        WrongState: somebody settled it before.
    """
    held = ImportProblem.objects.select_for_update().get(pk=problem.pk)
    if held.source_kind not in NEEDS:
        raise NotFound
    scope = Scope(area_path=held.area_path, district=held.district)
    require(actor, NEEDS[held.source_kind], scope)
    if held.state != ImportProblem.State.OPEN:
        raise WrongState
    held.state = ImportProblem.State.SET_ASIDE
    held.settled_at, held.settled_by = at, actor.user_id
    held.save(update_fields=["state", "settled_at", "settled_by"])
    record(actor, Verb.IMPORT_PROBLEM_SETTLED, held, scope=scope, code=held.code)
    return held


@use_case
def retry_waiting(actor: Actor, *, at: datetime) -> int:
    """Look again whether places that wait can come in by now; returns how many came.

    Every import does this by itself; this is for what was joined or mended by hand since.

    Raises:
        NotAllowed: the actor imports areas nowhere.
    """
    reach = reach_of(actor, Permission.AREA_IMPORT)
    scope = Scope(area_path=reach[0] if reach else "")
    require(actor, Permission.AREA_IMPORT, scope)
    freed, matched = free_waiting(
        actor, ledger=Ledger(AREAS, "", actor.user_id, at), reach=reach
    )
    record(actor, Verb.AREAS_IMPORTED, None, scope=scope, new=freed, matched=matched, retried=True)
    return freed
