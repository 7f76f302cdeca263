"""Forgetting what has ended, as the tables of access promise."""

from datetime import datetime, timedelta

from django.db.models import Q

from aanchal.access.models import CredentialReset, Device, Invitation, Notice
from aanchal.kernel.actions import use_case
from aanchal.kernel.audit import Verb, record
from aanchal.kernel.errors import NotAllowed
from aanchal.kernel.permissions import ROOT, Actor, Scope, system_actor

# What `class Privacy` of each table says of how long it stays.
INVITATIONS_STAY = timedelta(days=90)
RESETS_STAY = timedelta(days=2 * 365)
DEVICES_STAY = timedelta(days=365)
NOTICES_STAY = timedelta(days=365)


@use_case
def forget_ended(actor: Actor, *, at: datetime) -> dict[str, int]:
    """Delete invitations, resets, phones and notices that ended long enough ago.

    Returns:
        How many went, by table.

    Raises:
        NotAllowed: the actor is not the system's own upkeep.
    """
    if actor != system_actor("upkeep"):
        raise NotAllowed
    invitations = at - INVITATIONS_STAY
    gone = {
        "invitations": Invitation.objects.filter(
            Q(accepted_at__lt=invitations)
            | Q(withdrawn_at__lt=invitations)
            | Q(expires_at__lt=invitations)
        ),
        "resets": CredentialReset.objects.filter(asked_at__lt=at - RESETS_STAY),
        "phones": Device.objects.filter(
            Q(revoked_at__lt=at - DEVICES_STAY)
            | Q(enrolled_at__isnull=True, enrol_expires_at__lt=at - DEVICES_STAY)
        ),
        "notices": Notice.objects.filter(seen_at__lt=at - NOTICES_STAY),
    }
    counts = {name: rows.delete()[0] for name, rows in gone.items()}
    record(actor, Verb.ACCESS_FORGOTTEN, None, scope=Scope(area_path=ROOT), **counts)
    return counts
