"""Looking for a colleague by her name, to say that she has a part in something: counted, written down."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from aanchal.access.models import User
from aanchal.kernel.actions import use_case
from aanchal.kernel.allowances import Allowance, spend
from aanchal.kernel.audit import record
from aanchal.kernel.authz import Actor, Scope, grants_for, require
from aanchal.places.models import Area

from ..permissions import CasePermission
from ..queries import colleagues_like
from ..verbs import CaseVerb

# Enough for whoever looks for one name in several spellings; too few to read a list of colleagues.
AN_HOUR = Allowance(
    "colleagues searched an hour", 12, timedelta(hours=1),
    _("You have looked for many names. Wait an hour, or write the name in your own words."),
)  # fmt: skip
A_DAY = Allowance(
    "colleagues searched a day", 30, timedelta(days=1),
    _("You have looked for many names today. Try again tomorrow, or ask your coordinator."),
)  # fmt: skip


@use_case
def search_colleagues(actor: Actor, *, area: Area, words: str, at: datetime) -> list[User]:
    """People of the district whose name is like some words, at most five.

    The audit says that somebody looked and how many were shown, in which district; neither the
    name nor why.

    Raises:
        NotAllowed: the actor tells of no concerns.
        TooMany: she has looked for many names.
    """
    where = Scope(area_path="/".join(area.path.split("/")[:3]), district=area.district)
    require(actor, CasePermission.CONCERN_RAISE, _any_place_of(actor))
    spend((AN_HOUR, actor.user_id), (A_DAY, actor.user_id), at=at)
    found = colleagues_like(area, words, at=at)
    record(actor, CaseVerb.COLLEAGUES_SEARCHED, None, scope=where, found=len(found))
    return found


def _any_place_of(actor: Actor) -> Scope:
    """A place where the actor may tell of a concern, if there is one: her search names no child."""
    for grant in grants_for(actor, CasePermission.CONCERN_RAISE):
        return Scope(
            area_path=grant.area_path,
            body_id=grant.body_id,
            unit=grant.unit,
        )
    return Scope(area_path="")
