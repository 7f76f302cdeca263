"""A family lives elsewhere: what is told of its children is handed on to those who work there.

Until one of them takes it up it belongs to both places: whoever has it keeps it, and there is no moment in
which nobody sees it. Nobody who only moves the family learns that there is a concern.
"""

from collections.abc import Iterable
from datetime import datetime

from aanchal.access.queries import live_grants
from aanchal.access.roles import Role
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, covers, require
from aanchal.kernel.waiting import something_waits
from aanchal.people.models import Child
from aanchal.places.models import Area

from ..models import Concern
from ..permissions import CasePermission
from ..queries import opened
from ..verbs import CaseVerb
from .raising import add_nearest
from .story import remember


@use_case
def follow_children(
    actor: Actor, *, children: Iterable[Child], to: Area, at: datetime
) -> list[Concern]:
    """Bring the open concerns about some children to the place where these live now.

    Run twice, the second finds nothing. Moved back before anybody there took it up, a concern stands as
    it stood; afterwards it is handed on once more, the other way.

    Returns:
        Those that were brought there.

    Raises:
        NotAllowed: done by Aanchal itself, not by a person.
    """
    require(actor, CasePermission.CONCERN_NAME_TEAM, to.scope())
    wanted = {str(child.pk) for child in children}
    # Nothing in the open joins a concern to a child: the heads of the district are looked through.
    rows = opened(Concern.objects.filter(district=to.district, is_open=True))
    keys = [row.pk for row in rows if row.head["child_id"] in wanted]
    brought = []
    for concern in Concern.objects.select_for_update().filter(pk__in=keys).order_by("pk"):
        if concern.is_open and bring_to(concern, to, at=at):
            concern.save_facts("area", "left_area", "left_at", "team", "alone_since", "history")
            record(actor, CaseVerb.CONCERN_MOVED, concern, scope=to.scope())
            brought.append(concern)
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
    if to == before or _is_seen_there(concern, before, to, at=at):
        concern.left_area, concern.left_at = None, None
    else:
        concern.left_area, concern.left_at = before, at
    add_nearest(concern, at=at)
    remember(concern, "family_moved", by="", at=at, place=str(to.pk))
    return True


def _is_seen_there(concern: Concern, before: Area, to: Area, *, at: datetime) -> bool:
    """Whether those in whose hands it is work in the new place, or all who could take it up before."""
    held = live_grants(at=at).filter(role=Role.CASE_WORKER)
    roles = [(str(user), path) for user, path in held.values_list("user_id", "area_path")]
    there = {user for user, path in roles if covers(path, to.path)}
    hands = {str(key) for key in (concern.taken_up_by, concern.handed_to) if key}
    if hands:
        return hands <= there
    able = {user for user, path in roles if covers(path, before.path)}
    if concern.is_sealed:
        able &= set(concern.team)
    return able - concern.scope().excluded <= there
