"""Background work of concerns: none stays where its child lives no more, or with nobody who may open it."""

from datetime import time

from django.utils import timezone

from aanchal.access.granting import after_grant
from aanchal.kernel.authz import system_actor
from aanchal.kernel.jobs import job
from aanchal.kernel.schedule import every_day

from .actions import follow_children, lapse_mistake, name_team
from .mistakes import asked_mistake
from .queries import children_elsewhere, sealed_and_open, without_anyone


@job(merge=True)
def name_teams() -> None:
    """Name a team for each sealed concern that nobody may open, as far as somebody works there.

    Also where those of the place that the family left still may.
    """
    now = timezone.now()
    for concern in without_anyone(sealed_and_open(), at=now, where_she_lives=True):
        name_team(system_actor("concerns"), concern=concern, at=now)


@job(alone=True)
def follow_families() -> None:
    """Bring each open concern to where its child lives now, whatever came between it and her family's move."""
    for area, children in children_elsewhere():
        actor = system_actor("concerns")
        follow_children(actor, children=children, to=area, at=timezone.now())


@job(alone=True)
def lapse_mistakes() -> None:
    """End what was said to be a mistake and nobody answered in a week."""
    now = timezone.now()
    for concern in sealed_and_open():
        asked = asked_mistake(concern)
        if asked is not None and asked.has_lapsed(at=now):
            lapse_mistake(system_actor("concerns"), concern=concern, at=now)


# A new case worker is named at once; the night finds those whose whole team has left.
after_grant(name_teams)
every_day("concern_families", follow_families, at=time(1, 30))
every_day("concern_mistakes", lapse_mistakes, at=time(3, 20))
every_day("concern_teams", name_teams, at=time(1, 45))
