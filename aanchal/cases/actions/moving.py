"""A family lives elsewhere: what is told of its children is handed on to those who work there.

Until one of them takes it up it belongs to both places: whoever has it keeps it, and there is no moment in
which nobody sees it. Nobody who only moves the family learns that there is a concern.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, covers, require
from aanchal.kernel.stages import move
from aanchal.kernel.waiting import something_waits
from aanchal.lib.stages import FOLLOWS
from aanchal.people.models import Child
from aanchal.places.models import Area

from ..models import Concern
from ..permissions import CasePermission
from ..queries import opened
from ..rules.due import due_after
from ..verbs import CaseVerb
from .raising import add_nearest, note_left_alone
from .story import remember

Stage = Concern.Stage
# What `bring_to` changes of any concern.
PLACE_FACTS = ("area", "left_area", "left_at", "team", "alone_since")


@use_case
def follow_children(
    actor: Actor, *, children: Iterable[Child], to: Area, at: datetime
) -> list[Concern]:
    """Bring the open concerns about some children to the place where these live now; others stay.

    Run twice, the second brings nothing. Moved back before anybody there took it up, a concern stands as
    it stood; afterwards it is handed on once more, the other way. One event is written each time, with no
    concern too.

    Returns:
        Those that were brought there.

    Raises:
        NotAllowed: done by Aanchal itself, not by a person.
    """
    require(actor, CasePermission.CONCERN_NAME_TEAM, to.scope())
    # Held before their concerns, as everywhere: the family may be on its way elsewhere already.
    held = Child.objects.select_for_update(no_key=True).filter(pk__in=[c.pk for c in children])
    living = held.filter(area=to).order_by("pk").values_list("pk", flat=True)
    wanted = {str(key) for key in living}
    # Nothing in the open joins a concern to a child: the heads of the district are looked through.
    rows = opened(Concern.objects.filter(district=to.district, is_open=True))
    keys = [row.pk for row in rows if row.head["child_id"] in wanted]
    brought = []
    for concern in Concern.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        if concern.is_open and bring_to(concern, to, at=at):
            concern.save_facts("stage", "handed_to", "due_at", "history", *PLACE_FACTS)
            brought.append(concern)
    # In the journal, whose rows stand in order, one more only where there is a concern would tell of it.
    # The concerns stand among its mentions, which are filled up; it is about the place in either case.
    record(actor, CaseVerb.CONCERN_MOVED, to, scope=to.scope(), shown=[c.pk for c in brought])
    if brought:
        something_waits()
    return brought


def bring_to(concern: Concern, to: Area, *, at: datetime) -> bool:
    """Let a held concern belong to a place, and to the one before until it is handed on.

    Where whoever has it works there too, or who could take it up, nothing is to be handed on. Its due
    time stays: in the open it would join the concern to the move of that hour. Whoever calls saves it.

    Returns:
        Whether it was elsewhere.
    """
    if concern.area_id == str(to.pk) or concern.district != to.district:
        return False
    before = concern.left_area or concern.area
    concern.area = to
    held = live_grants(at=at).filter(role=Role.CASE_WORKER)
    roles = [(str(user), path) for user, path in held.values_list("user_id", "area_path")]
    _give_back(concern, {user for user, path in roles if _covers_any(path, before, to)})
    if to == before or _is_seen_there(concern, before, to, roles):
        concern.left_area, concern.left_at = None, None
    else:
        concern.left_area, concern.left_at = before, at
    add_nearest(concern, at=at)
    note_left_alone(concern, at=at)
    remember(concern, "family_moved", by="", at=at, place=str(to.pk))
    return True


def _covers_any(path: str, *areas: Area) -> bool:
    return any(covers(path, area.path) for area in areas)


def _give_back(concern: Concern, working: set[str]) -> None:
    """Put it back into the giver's hands where she to whom it was handed works in no place of it any more.

    She waits for nothing then: it is due as if she had written last when she handed it over.
    """
    if concern.stage != Stage.HANDED_OVER:
        return
    if str(concern.handed_to) not in working and concern.taken_up_by in working:
        concern.handed_to = None
        move(concern, Stage.TAKEN_UP, verb=FOLLOWS)
        concern.due_at = due_after(concern.stage, at=concern.acted_at)


def _is_seen_there(
    concern: Concern, before: Area, to: Area, roles: Sequence[tuple[str, str]]
) -> bool:
    """Whether those in whose hands it is work in the new place, or all who could take it up before."""
    there = {user for user, path in roles if covers(path, to.path)}
    hands = {str(key) for key in (concern.taken_up_by, concern.handed_to) if key}
    if hands:
        return hands <= there
    able = {user for user, path in roles if covers(path, before.path)}
    if concern.is_sealed:
        able &= set(concern.team)
    return able - concern.scope().excluded <= there
