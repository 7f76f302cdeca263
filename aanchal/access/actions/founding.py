"""The first two administrators: nobody is alone from the first day."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from aanchal.access.known import new_token, token_hash
from aanchal.access.links import Offered
from aanchal.access.models import Invitation
from aanchal.access.queries import live_grants
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import record
from aanchal.kernel.authz import ROOT, Actor, system_actor
from aanchal.kernel.errors import NotAllowed, WrongState
from aanchal.places.models import Area

from ..roles import Role
from ..verbs import AccessVerb
from .invitations import INVITATION_LASTS

NEEDED = 2


@use_case
def invite_administrators(actor: Actor, *, at: datetime) -> list[Offered[Invitation]]:
    """Make the operator's links for as many administrators as are missing of the first two.

    On an empty database that is two; where one of the two links was lost, one. Links made before
    and not used die.

    Raises:
        NotAllowed: the actor is not the operator at the machine.
        WrongState: two administrators are there already.
    """
    if actor != system_actor("operator"):
        raise NotAllowed
    here = live_grants(at=at).filter(role=Role.ADMINISTRATOR, area_path=ROOT)
    missing = NEEDED - here.values("user").distinct().count()
    if missing <= 0:
        raise WrongState(_("There are administrators already. One of them invites the next."))
    country, _made = Area.objects.get_or_create(
        path=ROOT, defaults={"level": Area.Level.COUNTRY, "name": "India"}
    )
    before: Any = Invitation.objects.filter(
        invited_by=actor.user_id, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    before.update(withdrawn_at=at, withdrawn_by=actor.user_id, token_hash="")
    made = []
    for _n in range(missing):
        token = new_token()
        made.append(
            Offered(
                Invitation.objects.create(
                    token_hash=token_hash(token, purpose="invitation"),
                    role=Role.ADMINISTRATOR,
                    area=country,
                    area_path=ROOT,
                    invited_by=actor.user_id,
                    invited_at=at,
                    expires_at=at + INVITATION_LASTS,
                ),
                token,
            )
        )
    record(actor, AccessVerb.ADMINISTRATORS_INVITED, None, scope=country.scope(), count=missing)
    return made
